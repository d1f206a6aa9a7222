package sagas

import "context"

// hold says that a stream has parked events of a handler, so that its later events go behind them. Whoever adds to or takes
// from the stream's parked events has it locked, so that no event comes between the last release and the end of the hold.
type hold struct {
	locked chan struct{} // holds a token while it is locked
	over   bool          // owned by who has locked it
}

func newHold() *hold { return &hold{locked: make(chan struct{}, 1)} }

func (h *hold) lock()   { h.locked <- struct{}{} }
func (h *hold) unlock() { <-h.locked }

// lockHold gives the stream's hold, locked, or nil if it has none.
func (l *lane) lockHold(stream string) *hold {
	for {
		l.mu.Lock()
		h := l.holds[stream]
		l.mu.Unlock()
		if h == nil {
			return nil
		}
		h.lock()
		if !h.over {
			return h
		}
		h.unlock()
	}
}

// hold makes a hold of a stream that has none and locks it. Only the stream's own partition calls it.
func (l *lane) hold(stream string) *hold {
	h := newHold()
	h.lock()
	l.mu.Lock()
	l.holds[stream] = h
	l.mu.Unlock()
	return h
}

// end takes the hold away. It must be locked.
func (l *lane) end(stream string, h *hold) {
	h.over = true
	l.mu.Lock()
	if l.holds[stream] == h {
		delete(l.holds, stream)
	}
	l.mu.Unlock()
}

// recheck ends the holds of streams whose parked events somebody has discarded.
func (l *lane) recheck(ctx context.Context) error {
	streams, err := l.Store.held(ctx, l.name)
	if err != nil {
		return err
	}
	still := make(map[string]bool, len(streams))
	for _, s := range streams {
		still[s] = true
	}
	for _, s := range l.held() {
		if still[s] {
			continue
		}
		if err := l.recheckStream(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (l *lane) held() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := make([]string, 0, len(l.holds))
	for s := range l.holds {
		list = append(list, s)
	}
	return list
}

func (l *lane) isTrying(stream string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.trying[stream]
	return ok
}

func (l *lane) recheckStream(ctx context.Context, stream string) error {
	h := l.lockHold(stream)
	if h == nil {
		return nil
	}
	defer h.unlock()
	if l.isTrying(stream) { // whoever tries it ends the hold
		return nil
	}
	holds, err := l.Store.holds(ctx, l.name, stream)
	if err == nil && !holds {
		l.end(stream, h)
	}
	return err
}
