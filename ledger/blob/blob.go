package blob

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger/vault"
	"github.com/hovedbok/hovedbok/ledger/vault/durable"
)

// Errors that callers act on. Compare with errors.Is. Those of package vault come through too: vault.ErrErased from Open and
// Put, vault.ErrOtherOrg from Put.
var (
	ErrNotFound = errors.New("blob: not found")
	ErrTooLarge = errors.New("blob: content is larger than allowed")
	ErrExists   = errors.New("blob: ref is taken by other content")
	ErrInvalid  = errors.New("blob: invalid argument")

	ErrTampered = vault.ErrTampered // what is stored was changed
	ErrClosed   = durable.ErrClosed // the store has been closed
	ErrFailed   = durable.ErrFailed // a flush failed; the process must be restarted
	ErrLocked   = durable.ErrLocked // another process has the store open
	ErrFormat   = durable.ErrFormat // the file is no blob store of this format
)

// Ref names a blob: the stream that it belongs to, whose key seals it, and an id that is unique in the stream.
type Ref struct {
	Stream string
	ID     uuid.UUID
}

// String gives the ref as "stream/id".
func (r Ref) String() string { return fmt.Sprintf("%s/%s", r.Stream, r.ID) }

// Info tells what a blob holds.
type Info struct {
	Size   int64             // bytes
	SHA256 [sha256.Size]byte // of the content
}

// Reader gives contents back.
//
// Open finds a blob that has been put, whether kept yet or not. The caller closes what it returns; reading from it may give
// ErrTampered, and ErrNotFound if the blob is dropped meanwhile. Errors: ErrNotFound, ErrTampered, vault.ErrErased.
type Reader interface {
	Open(ctx context.Context, ref Ref) (io.ReadCloser, Info, error)
}

// Writer stores contents.
//
// Put reads r to its end and is durable on return, but the blob is pending until Keep. The stream gets a key if it has none. Errors: ErrTooLarge
// when more than limit bytes come, r's own error, ErrExists if ref holds other content; nothing is kept then. The same content
// again is a success. What io.ErrUnexpectedEOF comes out of r is an error, not an end.
//
// Keep says that the event which names the blobs is in the log. It may reach the disk later, without a call; see Recover. It may be
// repeated. The error is ErrNotFound if one was never put.
//
// Drop says that there will be no such event, or that the blobs are erased. It is durable on return, and may be repeated: what is not there is
// dropped already.
type Writer interface {
	Put(ctx context.Context, org string, ref Ref, r io.Reader, limit int64) (Info, error)
	Keep(ctx context.Context, refs ...Ref) error
	Drop(ctx context.Context, refs ...Ref) error
}

// Cleaner finds and removes what nobody needs.
//
// Pending gives the blobs that an earlier run of the program put and neither kept nor dropped. Those of the present run
// are not among them: their commands are still under way.
//
// DropStream removes all blobs of a stream and leaves none of their bytes in the files. Destroy the stream's key first, so that
// none can be added. It may be repeated; do so after an error.
type Cleaner interface {
	Pending(ctx context.Context) ([]Ref, error)
	DropStream(ctx context.Context, stream string) error
}

// Store is all of it. All methods may be called from any goroutine.
type Store interface {
	Reader
	Writer
	Cleaner
	io.Closer
}

// Recover settles what an earlier run left pending: it keeps each blob that an event names, and drops the others. Run it at
// start, before commands are taken, so that none of them puts such a blob again meanwhile. It stops at the first error; what
// it has settled stays so, and running it again does the rest.
func Recover(ctx context.Context, s Store, referenced func(ctx context.Context, ref Ref) (bool, error)) (kept, dropped int, err error) {
	refs, err := s.Pending(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("blob: recover: %w", err)
	}
	for _, ref := range refs {
		named, err := referenced(ctx, ref)
		if err == nil && named {
			err = s.Keep(ctx, ref)
			kept++
		} else if err == nil {
			err = s.Drop(ctx, ref)
			dropped++
		}
		if err != nil {
			return kept, dropped, fmt.Errorf("blob: recover %s: %w", ref, err)
		}
	}
	return kept, dropped, nil
}
