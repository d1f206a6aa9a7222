package projections

import (
	"fmt"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/projections/store"
)

// State says how a build is doing.
type State string

// The states of builds.
const (
	Live       State = "live"        // moves with the log
	CatchingUp State = "catching-up" // reads what it has missed, aside from the live ones
	Stuck      State = "stuck"       // can not take an event; tries again after a pause
	Frozen     State = "frozen"      // of a version that this program does not have; serves until its successor has caught up
)

// joining is a build that has caught up and waits to be taken into the crew; to the outside it is catching up.
const joining State = "joining"

// StuckError says that a build can not take an event. It stops before it and tries again.
type StuckError struct {
	Build    store.Build
	Position ledger.Position // of the event, or of the first event of the batch that could not be written
	Cause    error
}

func (e *StuckError) Error() string {
	return fmt.Sprintf("projections: %s is stuck at position %d: %v", e.Build, e.Position, e.Cause)
}

// Unwrap gives the cause.
func (e *StuckError) Unwrap() error { return e.Cause }

// lane is one build on its way through the log. It is moved by one goroutine at a time: the crew's while it is live, otherwise
// its follower's.
type lane struct {
	projection Projection // nil when frozen
	build      store.Build
	tables     []store.Table   // logical
	batch      *batch          // of the goroutine that moves it
	careful    ledger.Position // until here its follower takes one event at a time, to find the one that fails

	// Guarded by the runner's mu; position is written only by the goroutine that moves the lane.
	role     store.Role
	state    State
	position ledger.Position
	stuck    *StuckError // the last failure, while nothing has moved since
	attempts int         // failures since it last moved
	working  bool        // a follower moves it
	retired  bool        // it is about to be dropped
}

func newLane(p Projection, c store.Checkpoint) *lane {
	l := &lane{projection: p, build: c.Build, role: c.Role, position: c.Position, state: CatchingUp}
	if p == nil {
		l.state = Frozen
		return l
	}
	l.tables = p.Schema()
	physical := make([]store.Table, len(l.tables))
	for i, t := range l.tables {
		physical[i] = t.In(c.Build)
	}
	l.batch = newBatch(physical)
	return l
}

// fold takes the items after the lane's position into its batch, and tells how far that went. After an error the batch holds
// everything before the item that failed.
func (l *lane) fold(items []item) (ledger.Position, *StuckError) {
	to := l.position
	for i := range items {
		it := &items[i]
		if it.position <= to {
			continue
		}
		if err := l.take(it); err != nil {
			return to, &StuckError{l.build, it.position, err}
		}
		to = it.position
	}
	return to, nil
}

// take adds the changes of one event, all or none.
func (l *lane) take(it *item) error {
	if it.err != nil || it.entry == nil {
		return it.err
	}
	changes, err := handle(l.projection, it.entry)
	if err != nil {
		return err
	}
	for i := range changes {
		if err := l.batch.check(&changes[i]); err != nil {
			return err
		}
	}
	for i := range changes {
		l.batch.add(&changes[i])
	}
	return nil
}

// part gives what fold has collected and empties the batch.
func (l *lane) part(to ledger.Position) store.Part {
	p := store.Part{Build: l.build, From: l.position, To: to}
	p.Deletes, p.Upserts = l.batch.drain()
	return p
}
