package projections

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hovedbok/hovedbok/projections/store"
)

// Errors of Rebuild and Compare.
var (
	ErrUnknown    = errors.New("projections: there is no such projection")
	ErrNotRunning = errors.New("projections: the runner does not run")
	ErrReplaced   = errors.New("projections: the build has been dropped in the meantime")
)

// Rebuild makes a projection again from the whole log, beside the build that serves, and returns when it serves. The runner must run.
// When ctx ends before, the work goes on. A build that cannot be finished shows in Status as stuck. Errors: ErrUnknown, ErrNotRunning,
// ErrReplaced, ctx's.
func (r *Runner) Rebuild(ctx context.Context, name string) error {
	l, _, err := r.copy(ctx, name, store.Building)
	if err != nil {
		return err
	}
	return r.await(ctx, l, func() bool { return l.role == store.Serving })
}

// Difference is a row that is not the same in a projection made from the whole log.
type Difference struct {
	Table   string
	Key     []any
	Serving []any // the row as it is served, nil if it is not there; values by the table's columns
	Rebuilt []any // the row as it should be, nil if it should not be there
}

// MaxDifferences is how many differences of a table Compare gives at most, counted on each side.
const MaxDifferences = 100

// Compare makes a projection again from the whole log into scratch tables, compares them row by row with those that are
// served, at the same position, and drops them. No difference means that the served rows are what the log says. The runner must
// run. Errors as in Rebuild.
func (r *Runner) Compare(ctx context.Context, name string) (found []Difference, err error) {
	scratch, serving, err := r.copy(ctx, name, store.Scratch)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.discard(context.WithoutCancel(ctx), scratch)) }()
	for equal := false; !equal; {
		abreast := func() bool {
			return scratch.state == Live && serving.state == Live && scratch.position == serving.position
		}
		if err := r.await(ctx, scratch, abreast); err != nil {
			return nil, err
		}
		if equal, found, err = compare(ctx, r.options.Store, serving, scratch); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// copy begins another build of the version that serves.
func (r *Runner) copy(ctx context.Context, name string, role store.Role) (l, serving *lane, err error) {
	if !r.running.Load() {
		return nil, nil, ErrNotRunning
	}
	r.building.Lock()
	defer r.building.Unlock()
	r.mu.Lock()
	number := 0
	for _, other := range r.lanes {
		if other.build.Name == name && other.role == store.Serving && other.projection != nil {
			serving = other
		}
	}
	for _, other := range r.lanes {
		if serving != nil && other.build.Name == name && other.build.Version == serving.build.Version {
			number = max(number, other.build.Number+1)
		}
	}
	r.mu.Unlock()
	if serving == nil {
		return nil, nil, fmt.Errorf("%w: %q", ErrUnknown, name)
	}
	b := serving.build
	b.Number = number
	l = newLane(serving.projection, store.Checkpoint{Build: b, Role: role})
	if err := r.begin(ctx, l); err != nil {
		return nil, nil, fmt.Errorf("projections: copy %s: %w", serving.build, err)
	}
	return l, serving, nil
}

// await waits until something holds that depends on lanes; it is asked under the lock.
func (r *Runner) await(ctx context.Context, l *lane, holds func() bool) error {
	for {
		r.mu.Lock()
		ok, there, stopped, moved := holds(), slices.Contains(r.lanes, l), r.stopped, r.moved
		r.mu.Unlock()
		switch {
		case ok:
			return nil
		case !there:
			return ErrReplaced
		case stopped:
			return ErrNotRunning
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// discard drops a scratch build, once nobody moves it any longer. If the runner stops first, the next Open drops it.
func (r *Runner) discard(ctx context.Context, l *lane) error {
	r.change(func() { l.retired = true })
	signal(r.review)
	if err := r.await(ctx, l, func() bool { return false }); !errors.Is(err, ErrReplaced) {
		return err
	}
	return r.options.Store.Drop(ctx, l.build)
}
