package audit

import (
	"errors"
	"fmt"

	"github.com/hovedbok/hovedbok/ledger"
)

// Errors that callers act on. Compare with errors.Is.
var (
	ErrNotFound       = errors.New("audit: there is no such instance")
	ErrNoSuchRevision = errors.New("audit: the instance has no such revision")
	ErrBeforeCreation = errors.New("audit: the instance did not exist at that time")
	ErrErased         = errors.New("audit: the contents have been erased; the events still tell who did what and when")
	ErrOrder          = errors.New("audit: the first point must not come after the second")
	ErrPoint          = errors.New("audit: not a point in time")
	ErrBroken         = errors.New("audit: the hash chain is broken")
)

// BrokenError says where a stream's hash chain breaks. It matches ErrBroken.
type BrokenError struct {
	Stream   string
	Revision ledger.Revision // of the first event that does not follow from the one before it
	Reason   string          // for a person
}

func (e *BrokenError) Error() string {
	return fmt.Sprintf("audit: the hash chain of %s is broken at revision %d: %s", e.Stream, e.Revision, e.Reason)
}

// Is makes errors.Is(err, ErrBroken) true.
func (e *BrokenError) Is(target error) bool { return target == ErrBroken }
