package projections

import (
	"context"
	"errors"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/projections/store"
)

// follow moves one lane by itself until it has caught up, and then asks for it to be taken into the crew. It pauses after a failure.
func (s *supervisor) follow(ctx context.Context, l *lane) {
	defer signal(s.review)
	next := Stuck
	for s.pause(ctx, l) {
		err := s.catchUp(ctx, l)
		if err == nil {
			next = joining
			break
		}
		if ctx.Err() != nil || s.isRetired(l) || s.isFatal(err) {
			break
		}
		s.stop(l, stuckAt(l, l.position, err))
	}
	s.change(func() { l.state, l.working = next, false })
}

// stuckAt says where a lane failed, unless the error says it already.
func stuckAt(l *lane, p ledger.Position, err error) *StuckError {
	var stuck *StuckError
	if errors.As(err, &stuck) {
		return stuck
	}
	return &StuckError{l.build, p, err}
}

// pause waits as long as the lane's failures ask for. It tells whether to go on.
func (s *supervisor) pause(ctx context.Context, l *lane) bool {
	s.mu.Lock()
	attempts := l.attempts
	s.mu.Unlock()
	if attempts > 0 {
		select {
		case <-s.options.After(s.options.Pause(attempts)):
		case <-ctx.Done():
		}
	}
	return ctx.Err() == nil && !s.isRetired(l)
}

func (s *supervisor) isRetired(l *lane) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return l.retired
}

// catchUp reads what the lane has missed, until so little is left that the crew can wait for it.
func (s *supervisor) catchUp(ctx context.Context, l *lane) error {
	for {
		n, err := s.pass(ctx, l)
		if err != nil || n < s.options.BatchEvents {
			return err
		}
	}
}

// pass reads once to the head of the log and tells how many events that were.
func (s *supervisor) pass(ctx context.Context, l *lane) (n int, err error) {
	var items []item
	bytes := 0
	for e, err := range s.options.Log.ReadAll(ctx, l.position, ledger.Filter{}) {
		if err != nil && e.Stream == "" {
			return n, err // of the log, not of an event
		}
		it := item{&e, e.Position, err}
		items, bytes = append(items, it), bytes+it.size()
		n++
		if len(items) >= s.options.BatchEvents || bytes >= s.options.BatchBytes || e.Position <= l.careful {
			if err := s.takeAlone(ctx, l, items); err != nil {
				return n, err
			}
			items, bytes = items[:0], 0
		}
	}
	return n, s.takeAlone(ctx, l, items)
}

// takeAlone takes a run of the log into one lane.
func (s *supervisor) takeAlone(ctx context.Context, l *lane, items []item) error {
	to, stuck := l.fold(items)
	if to > l.position {
		if err := s.commit(ctx, []*lane{l}, []store.Part{l.part(to)}); err != nil {
			l.careful = to // find out which event it is
			return stuckAt(l, items[0].position, err)
		}
	}
	if stuck != nil {
		return stuck
	}
	return nil
}
