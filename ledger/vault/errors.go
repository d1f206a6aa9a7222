package vault

import (
	"errors"
	"fmt"
	"time"

	"github.com/hovedbok/hovedbok/ledger/vault/durable"
)

// Errors that callers act on. Compare with errors.Is.
var (
	ErrNoKey       = errors.New("vault: stream has no key")
	ErrErased      = errors.New("vault: stream is erased")
	ErrOtherOrg    = errors.New("vault: stream belongs to another org")
	ErrInvalid     = errors.New("vault: invalid name")
	ErrTampered    = errors.New("vault: sealed data was changed, or belongs elsewhere")
	ErrWrongMaster = errors.New("vault: keys are wrapped by another master key")
	ErrMasterFile  = errors.New("vault: master key file refused")

	ErrClosed = durable.ErrClosed // the vault has been closed
	ErrFailed = durable.ErrFailed // a flush failed; the process must be restarted
	ErrLocked = durable.ErrLocked // another process has the vault open
	ErrFormat = durable.ErrFormat // the file is no key database of this format
)

// ErasedError says when a stream's key was destroyed. It matches ErrErased.
type ErasedError struct {
	Stream string
	At     time.Time // UTC
}

func (e *ErasedError) Error() string {
	return fmt.Sprintf("vault: %s was erased at %s", e.Stream, e.At.Format(time.RFC3339))
}

// Is makes errors.Is(err, ErrErased) true.
func (e *ErasedError) Is(target error) bool { return target == ErrErased }
