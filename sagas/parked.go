package sagas

import (
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger"
)

// Class says why an event is parked, and what will move it.
type Class string

// The classes of parked events.
const (
	ClassTransient Class = "transient" // its attempts are used up; it is tried again with a long backoff
	ClassPermanent Class = "permanent" // trying again will not help until a person acts and asks for it
	ClassWaiting   Class = "waiting"   // it has not failed; it is tried again when the wait is over
	ClassBehind    Class = "behind"    // an earlier event of its stream is parked
)

// MaxReason is how many characters of a reason are kept.
const MaxReason = 1000

// Parked is an event that a handler has not been able to deal with yet, or that a person has discarded.
type Parked struct {
	ID       string          `json:"id"`
	Handler  string          `json:"handler"`
	Stream   string          `json:"stream"`
	Revision ledger.Revision `json:"revision"`
	EventID  uuid.UUID       `json:"eventId"`
	Position ledger.Position `json:"position"`
	Type     string          `json:"type"` // "<org>/<app>.<Fact>"
	Class    Class           `json:"class"`
	Reason   string          `json:"reason"` // the handler's error as given, at most MaxReason characters; "waits for <id>" for those behind
	Attempts int             `json:"attempts"`

	First     time.Time `json:"first"`               // when it was parked
	Last      time.Time `json:"last"`                // when it was tried last
	Next      time.Time `json:"next,omitzero"`       // when it is tried again; zero: not by itself, or at once if Requested
	Requested bool      `json:"requested,omitempty"` // a person has asked for a retry that has not been made yet

	Discarded    time.Time `json:"discarded,omitzero"` // zero while it is parked
	DiscardedBy  string    `json:"discardedBy,omitempty"`
	DiscardedWhy string    `json:"discardedWhy,omitempty"`

	row    int64
	rounds int // retries since it was parked
}

// ParkedFilter limits a list. The zero value gives everything that is parked.
type ParkedFilter struct {
	Handler   string
	Stream    string
	Class     Class
	Discarded bool   // those that were discarded, in place of those that are parked
	After     string // the id after which to go on
	Limit     int    // 0: all
}

// cutReason shortens a reason to MaxReason characters.
func cutReason(s string) string {
	if len(s) <= MaxReason {
		return s
	}
	n := 0
	for i := range s {
		if n++; n == MaxReason {
			return s[:i] + "…"
		}
	}
	return s
}
