package status

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
)

// ErrNotFound means that there is no such instance, that it has been erased, or that the view has not got so far.
var ErrNotFound = errors.New("status: no such case")

// State is where a case is in its life.
type State string

// The states.
const (
	Active   State = "active"
	Archived State = "archived" // its process has ended
	Deleted  State = "deleted"  // in the bin, whether archived or not
	Unknown  State = "unknown"  // it is not in this log: another agency has it, or it has been erased
)

// Actor is who did something; see ledger.Actor.
type Actor struct{ Kind, ID string }

// Step is a task of the case's history.
type Step struct {
	Task, Name, TaskType string
	Started              time.Time
	Ended                time.Time // zero: still here
	Abandoned            bool
	Action               string // the last named action
	By                   Actor  // who ended it
}

// Substatus is the service owner's word on the case. A zero Set means that there is none.
type Substatus struct {
	Label, Description string
	Set                time.Time
}

// Related is another instance of the same chain, without its contents.
type Related struct {
	Instance uuid.UUID
	App      string // "org/app"
	Party    int    // owner
	State    State
	Since    time.Time // when it came to be; of one that is Unknown, when it was linked
	// Side is what the case is to it (source: the case made it); empty when others are between them. Link is the declaration.
	Side instance.Side
	Link string
	Task string // name of its current task, empty when at none
	// Substatus of it, as its own service owner has set it.
	Substatus Substatus
}

// Case is an instance as its owner sees it. Times that do not apply are zero.
type Case struct {
	ID                       uuid.UUID
	Party                    int    // owner
	AppKey                   string // "org/app@version"
	Slot                     string // "task:<id>", "end:<id>" or "-"
	Org, App, Version        string // App is "org/app"; Version is the digest that the instance is pinned to
	State                    State
	Task, TaskName, TaskType string // empty when at no task
	TaskStarted              time.Time
	Created, Changed         time.Time // Changed by anything but being read
	Due, VisibleAfter        time.Time
	Submitted                time.Time // last
	Submissions              int
	Ended                    time.Time
	EndEvent                 string
	SoftDeleted, Confirmed   time.Time
	Substatus                Substatus
	Steps                    []Step    // in order
	ChainID                  uuid.UUID // uuid.Nil: none
	Chain                    []Related // the other instances of the chain, oldest first
	Revision                 ledger.Revision
	Position                 ledger.Position
}

// StateOf tells the state from the times at which the process ended and the instance was put into the bin.
func StateOf(ended, deleted time.Time) State {
	switch {
	case !deleted.IsZero():
		return Deleted
	case !ended.IsZero():
		return Archived
	}
	return Active
}
