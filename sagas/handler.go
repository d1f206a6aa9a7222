package sagas

import (
	"context"
	"errors"
	"time"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
)

// Handler reacts to events. Its methods may be called from any goroutine, and Handle runs for many streams at the same time.
//
// Name is the handler's name in checkpoints and in the parked list: 1 to 100 characters without a slash, and for ever the
// same. Filter says which events it gets; events that passed while the filter did not let them through do not come later.
//
// Handle gets the events of one stream in order and one at a time, each at least once: after a crash some come again, so
// what it does must be safe to repeat. nil means that it is done. Permanent and Waiting say what else than trying again
// helps; every other error is tried again after a backoff and then parked. Errors are shown in the parked list and in
// logs as they are, so they must hold no personal data. ctx ends when the program has stopped and the grace is over, or when
// the attempt has lasted longer than Options.Timeout. The entry may be kept but not changed.
type Handler interface {
	Name() string
	Filter() ledger.Filter
	Handle(ctx context.Context, e *record.Entry) error
}

// Starter is a Handler that says where it begins when it has no checkpoint yet. Handlers that are not Starters begin
// at the beginning of the log.
type Starter interface {
	// Start gives the position after which the handler begins. head is the end of the log now.
	Start(head ledger.Position) ledger.Position
}

// PermanentError says that trying again will not help until somebody acts.
type PermanentError struct {
	Reason string // for the person who is to act; without personal data
	Err    error  // may be nil
}

// Error gives the reason and the cause.
func (e *PermanentError) Error() string {
	if e.Err == nil {
		return e.Reason
	}
	return e.Reason + ": " + e.Err.Error()
}

// Unwrap gives the cause.
func (e *PermanentError) Unwrap() error { return e.Err }

// Permanent makes an error that parks the event at once: trying again will not help until somebody acts. The reason is for
// that person and holds no personal data; err is the cause and may be nil.
func Permanent(reason string, err error) error { return &PermanentError{reason, err} }

// WaitingError says that it is not time yet.
type WaitingError struct {
	Reason string // for a reader; without personal data
	After  time.Duration
}

// Error gives the reason.
func (e *WaitingError) Error() string { return e.Reason }

// Waiting makes an error that is not a failure: the event is parked and tried again after the time, and that does not count as
// an attempt. Times under a second become a second, so that a wait is never a busy loop. The reason is shown in the parked
// list and holds no personal data.
func Waiting(reason string, after time.Duration) error {
	return &WaitingError{reason, max(after, minWait)}
}

const minWait = time.Second

// IsPermanent tells whether an error, or one that it wraps, came from Permanent.
func IsPermanent(err error) bool {
	var p *PermanentError
	return errors.As(err, &p)
}

// IsWaiting tells whether an error, or one that it wraps, came from Waiting, and how long to wait. An error that is permanent too is not waiting.
func IsWaiting(err error) (after time.Duration, ok bool) {
	var w *WaitingError
	if IsPermanent(err) || !errors.As(err, &w) {
		return 0, false
	}
	return max(w.After, minWait), true
}
