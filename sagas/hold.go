package sagas

import (
	"context"
	"sync"
)

// hold says that a stream has parked events of a handler, so that its later events go behind them. Whoever adds to or takes
// from the stream's parked events has mu, so that no event comes between the last release and the end of the hold.
type hold struct {
	mu   sync.Mutex
	over bool // under mu
}

// lockHold gives the stream's hold, locked, or nil if it has none.
func (l *lane) lockHold(stream string) *hold {
	for {
		l.mu.Lock()
		h := l.holds[stream]
		l.mu.Unlock()
		if h == nil {
			return nil
		}
		h.mu.Lock()
		if !h.over {
			return h
		}
		h.mu.Unlock()
	}
}

// newHold makes a hold of a stream that has none and locks it. Only the stream's own partition calls it.
func (l *lane) newHold(stream string) *hold {
	h := &hold{}
	h.mu.Lock()
	l.mu.Lock()
	l.holds[stream] = h
	l.mu.Unlock()
	return h
}

// end takes the hold away. mu must be held.
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
		if _, busy := l.trying[s]; !busy { // the one who tries it ends the hold
			list = append(list, s)
		}
	}
	return list
}

func (l *lane) recheckStream(ctx context.Context, stream string) error {
	h := l.lockHold(stream)
	if h == nil {
		return nil
	}
	defer h.mu.Unlock()
	holds, err := l.Store.holds(ctx, l.name, stream)
	if err == nil && !holds {
		l.end(stream, h)
	}
	return err
}
