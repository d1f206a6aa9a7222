package projections

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/projections/store"
)

// errFrozen is why a frozen build does not move.
var errFrozen = errors.New("it is of a version that this program does not have, and serves until the new version has caught up")

// Wait waits until everything up to a position can be seen by queries, and tells how far they can see. Its error is ctx's, or a
// *StuckError when a build that serves stands before the position and will not move soon: the caller may then answer with what
// is there.
func (r *Runner) Wait(ctx context.Context, p ledger.Position) (ledger.Position, error) {
	for {
		reached, moved, err := r.reached()
		if reached >= p {
			return reached, nil
		}
		if err != nil {
			return reached, err
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return reached, ctx.Err()
		}
	}
}

// reached gives the lowest position of the builds that serve, a channel that is closed when something has changed, and what holds
// the lowest one up, if something does.
func (r *Runner) reached() (reached ledger.Position, moved <-chan struct{}, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	first := true
	for _, l := range r.lanes {
		if l.role != store.Serving || !first && l.position >= reached {
			continue
		}
		first, reached, err = false, l.position, l.obstacle()
	}
	return reached, r.moved, err
}

// obstacle is what keeps the lane from moving.
func (l *lane) obstacle() error {
	switch {
	case l.state == Frozen:
		return &StuckError{l.build, l.position, errFrozen}
	case l.stuck != nil:
		return l.stuck
	}
	return nil
}

// Positions tells how far queries can see, by projection.
func (r *Runner) Positions() map[string]ledger.Position {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := map[string]ledger.Position{}
	for _, l := range r.lanes {
		if l.role == store.Serving {
			out[l.build.Name] = l.position
		}
	}
	return out
}

// Status is how one build is doing.
type Status struct {
	Build    store.Build
	Role     store.Role
	State    State
	Position ledger.Position // all events up to here are in its tables
	Stuck    *StuckError     // the last failure, if nothing has moved since
	Attempts int             // failures in a row
}

// Status tells about all builds, by name, version and number.
func (r *Runner) Status() []Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]Status, len(r.lanes))
	for i, l := range r.lanes {
		out[i] = Status{l.build, l.role, l.state, l.position, l.stuck, l.attempts}
		if l.state == joining {
			out[i].State = CatchingUp
		}
	}
	slices.SortFunc(out, func(a, b Status) int {
		return cmp.Or(cmp.Compare(a.Build.Name, b.Build.Name), cmp.Compare(a.Build.Version, b.Build.Version), cmp.Compare(a.Build.Number, b.Build.Number))
	})
	return out
}

// Changed gives a channel that is closed when Status or Positions next change.
func (r *Runner) Changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.moved
}
