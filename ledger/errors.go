package ledger

import (
	"errors"
	"fmt"
)

// Errors that callers act on. Compare with errors.Is.
var (
	ErrStreamNotFound = errors.New("ledger: stream not found")
	ErrConflict       = errors.New("ledger: stream is at another revision")
	ErrBusy           = errors.New("ledger: too many appends are waiting")
	ErrClosed         = errors.New("ledger: closed")
	ErrInvalid        = errors.New("ledger: invalid event")
)

// ConflictError says that a stream was not at the expected revision. It matches ErrConflict.
type ConflictError struct {
	Stream   string
	Expected Revision
	Actual   Revision // NoStream if the stream does not exist
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("ledger: %s is at revision %d, expected %d", e.Stream, e.Actual, e.Expected)
}

// Is makes errors.Is(err, ErrConflict) true.
func (e *ConflictError) Is(target error) bool { return target == ErrConflict }
