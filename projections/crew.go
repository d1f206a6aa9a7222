package projections

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/projections/store"
)

// session moves a crew along the log until its members change, the log fails, or ctx ends.
func (s *supervisor) session(ctx context.Context, crew []*lane) {
	if s.promoteAll(ctx, crew) {
		signal(s.review)
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	in := newIntake(limits{s.options.BatchEvents, s.options.BatchBytes})
	var reader sync.WaitGroup
	reader.Go(func() { in.run(ctx, s.options.Log, lowest(crew)) })
	defer reader.Wait()
	defer cancel()
	var items []item
	for more := true; more; {
		select {
		case <-in.ready:
		case <-s.review:
			return
		case <-ctx.Done():
			return
		}
		var ended bool
		var err error
		items, ended, err = in.take(items)
		more = s.step(ctx, crew, items) && !ended
		if ended {
			s.logFailed(ctx, crew, err)
		}
		clear(items)
	}
}

func lowest(crew []*lane) ledger.Position {
	return slices.MinFunc(crew, func(a, b *lane) int { return cmp.Compare(a.position, b.position) }).position
}

// step takes a run of the log into all lanes of the crew, and tells whether the crew stays as it is.
func (s *supervisor) step(ctx context.Context, crew []*lane, items []item) bool {
	same := true
	parts := make([]store.Part, 0, len(crew))
	movers := make([]*lane, 0, len(crew))
	for _, l := range crew {
		to, stuck := l.fold(items)
		if p := l.part(to); to > l.position {
			parts, movers = append(parts, p), append(movers, l)
		}
		if stuck != nil {
			defer s.stop(l, stuck)
			same = false
		}
	}
	if len(parts) > 0 {
		same = s.write(ctx, movers, parts, items) && same
	}
	return same && ctx.Err() == nil && !s.promoteAll(ctx, crew)
}

// write does the parts of all lanes in one transaction. If that fails it does each by itself, so that only those fail that have to.
func (s *supervisor) write(ctx context.Context, lanes []*lane, parts []store.Part, items []item) bool {
	err := s.commit(ctx, lanes, parts)
	if err == nil {
		return true
	}
	if ctx.Err() != nil || s.isFatal(err) {
		return false
	}
	for i, l := range lanes {
		err := s.commit(ctx, lanes[i:i+1], parts[i:i+1])
		switch {
		case err == nil:
		case ctx.Err() != nil || s.isFatal(err):
			return false
		default:
			l.careful = parts[i].To
			s.stop(l, &StuckError{l.build, firstAfter(items, parts[i].From), err})
		}
	}
	return false
}

// commit writes parts and notes that. When the store does not say whether it has written, its checkpoints tell: a part that stands at its
// end has been written, and what it wrote is the same whoever did it.
func (r *Runner) commit(ctx context.Context, lanes []*lane, parts []store.Part) error {
	err := r.options.Store.Write(ctx, parts)
	if err != nil && !fatal(err) {
		done, ask := r.written(ctx, parts)
		if !done {
			return errors.Join(err, ask)
		}
		err = nil
	}
	if err == nil {
		r.advance(lanes, parts)
	}
	return err
}

// written tells whether all parts are in the store.
func (r *Runner) written(ctx context.Context, parts []store.Part) (bool, error) {
	found, err := r.options.Store.Checkpoints(ctx)
	if err != nil {
		return false, err
	}
	for i := range parts {
		there := func(c store.Checkpoint) bool { return c.Build == parts[i].Build && c.Position == parts[i].To }
		if !slices.ContainsFunc(found, there) {
			return false, nil
		}
	}
	return true, nil
}

// firstAfter gives the position of the first item after a position.
func firstAfter(items []item, p ledger.Position) ledger.Position {
	i := slices.IndexFunc(items, func(it item) bool { return it.position > p })
	return items[i].position
}

// isFatal stops the runner if the error is one that must.
func (s *supervisor) isFatal(err error) bool {
	if fatal(err) {
		s.fail(err)
		return true
	}
	return false
}

// advance notes what has been written.
func (r *Runner) advance(lanes []*lane, parts []store.Part) {
	deleted := false
	r.change(func() {
		for i, l := range lanes {
			l.position = parts[i].To
			l.stuck, l.attempts = nil, 0
			if l.state == Stuck {
				l.state = CatchingUp
			}
			deleted = deleted || len(parts[i].Deletes) > 0
		}
	})
	if deleted {
		signal(r.deleted)
	}
}

// stop takes a lane out of the crew; a follower will try again.
func (r *Runner) stop(l *lane, stuck *StuckError) {
	r.change(func() {
		l.state, l.stuck = Stuck, stuck
		l.attempts++
	})
	signal(r.review)
}

// logFailed stops the crew because the log gives no more.
func (s *supervisor) logFailed(ctx context.Context, crew []*lane, err error) {
	if ctx.Err() != nil || s.isFatal(err) {
		return
	}
	if err == nil {
		err = errors.New("the log's subscription ended")
	}
	for _, l := range crew {
		if l.state == Live {
			s.stop(l, &StuckError{l.build, l.position, err})
		}
	}
}

// promoteAll lets those lanes serve that were built to and have caught up, and tells whether that changed the crew.
func (s *supervisor) promoteAll(ctx context.Context, crew []*lane) (changed bool) {
	for _, l := range crew {
		if s.ripe(l) {
			s.promote(ctx, l)
			changed = true
		}
	}
	return changed
}

// ripe tells whether a live lane is to take over: it knows all that the one which serves knows, or that one stands still.
func (s *supervisor) ripe(l *lane) bool {
	if l.role != store.Building {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, old := range s.lanes {
		if old.build.Name == l.build.Name && old.role == store.Serving && old.state == Live && old.position > l.position {
			return false
		}
	}
	return l.state == Live
}

// promote makes a lane serve in place of the others of its name.
func (s *supervisor) promote(ctx context.Context, l *lane) {
	replaced := func(old *lane) bool {
		return old.build.Name == l.build.Name && old != l && old.role != store.Scratch
	}
	s.retire(replaced, true)
	err := s.options.Store.Serve(ctx, l.build, l.tables)
	if err != nil {
		s.retire(replaced, false)
		if ctx.Err() == nil && !s.isFatal(err) {
			s.stop(l, &StuckError{l.build, l.position, err})
		}
		return
	}
	s.change(func() {
		l.role = store.Serving
		s.lanes = slices.DeleteFunc(s.lanes, replaced)
	})
	signal(s.deleted)
	signal(s.review)
}

func (s *supervisor) retire(which func(*lane) bool, retired bool) {
	s.change(func() {
		for _, l := range s.lanes {
			if which(l) {
				l.retired = retired
			}
		}
	})
}
