package projections

import (
	"context"
	"errors"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/projections/store"
)

// follow moves one lane by itself until it has caught up, and then asks for it to be taken into the crew. It pauses after a failure.
func (s *supervisor) follow(ctx context.Context, l *lane) {
	defer s.change(func() { l.working = false })
	for s.pause(ctx, l) {
		err := s.catchUp(ctx, l)
		switch {
		case ctx.Err() != nil || s.isRetired(l):
			return
		case err == nil:
			s.change(func() { l.state = joining })
			signal(s.review)
			return
		case s.isFatal(err):
			return
		}
		var stuck *StuckError
		if !errors.As(err, &stuck) {
			stuck = &StuckError{l.build, l.position, err}
		}
		s.stop(l, stuck)
	}
}

// pause waits as long as the lane's failures ask for. It tells whether to go on.
func (s *supervisor) pause(ctx context.Context, l *lane) bool {
	s.mu.Lock()
	attempts := l.attempts
	s.mu.Unlock()
	if attempts == 0 {
		return true
	}
	select {
	case <-s.options.After(s.options.Pause(attempts)):
		return !s.isRetired(l)
	case <-ctx.Done():
		return false
	}
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
		if err != nil {
			return err
		}
		if n < s.options.BatchEvents {
			return nil
		}
	}
}

// pass reads once to the head of the log and tells how many events that were.
func (s *supervisor) pass(ctx context.Context, l *lane) (n int, err error) {
	in := newIntake(limits{s.options.BatchEvents, s.options.BatchBytes})
	for e, err := range s.options.Log.ReadAll(ctx, l.position, ledger.Filter{}) {
		if err != nil && e.Position == 0 {
			return n, err // of the log itself
		}
		it := item{&e, e.Position, err}
		if full := !in.add(it, false) || e.Position <= l.careful; full {
			if err := s.takeOver(ctx, l, in); err != nil {
				return n, err
			}
			in.add(it, false)
		}
		n++
	}
	return n, s.takeOver(ctx, l, in)
}

// takeOver writes what the intake holds.
func (s *supervisor) takeOver(ctx context.Context, l *lane, in *intake) error {
	items, _, _ := in.take(nil)
	to, stuck := l.fold(items)
	if p := l.part(to); to > l.position {
		if err := s.options.Store.Write(ctx, []store.Part{p}); err != nil {
			l.careful = to
			return s.explain(err, l)
		}
		s.advance([]*lane{l}, []store.Part{p})
		s.progress(l)
	}
	if stuck != nil {
		return stuck
	}
	return nil
}
