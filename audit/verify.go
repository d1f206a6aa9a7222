package audit

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
)

// VerifyStream recomputes the hash of every event of a stream from its bytes and the hash before it, and gives the number of
// events that follow from each other. It needs no keys, so that it works on erased streams as well. The error is a
// *BrokenError where the chain breaks, and ErrNotFound if there is no such stream.
//
// A whole chain says that no event of the stream was changed, left out in the middle or put in without all later hashes
// being made anew. It does not say that the stream has not been cut at its end, or been written anew as a whole: that is what
// comparing the last hash with one that was kept elsewhere says.
func VerifyStream(ctx context.Context, store ledger.Store, stream string) (n int, err error) {
	var c chain
	for e, err := range store.ReadStream(ctx, stream, 0) {
		if errors.Is(err, ledger.ErrStreamNotFound) {
			return 0, fmt.Errorf("%w: %s", ErrNotFound, stream)
		}
		if err != nil {
			return c.next, fmt.Errorf("audit: read %s: %w", stream, err)
		}
		if err := c.take(stream, &e); err != nil {
			return c.next, err
		}
	}
	return c.next, nil
}

// chain is the part of a stream that has been verified.
type chain struct {
	next int // revision of the event that must come
	hash ledger.Hash
}

func (c *chain) take(stream string, e *ledger.Event) error {
	broken := func(reason string) error {
		return &BrokenError{Stream: stream, Revision: ledger.Revision(c.next), Reason: reason}
	}
	switch {
	case e.Revision != ledger.Revision(c.next):
		return broken(fmt.Sprintf("the event there has revision %d", e.Revision))
	case e.Stream != stream:
		return broken("the event there belongs to another stream")
	case ledger.Chain(c.hash, stream, e.Revision, e) != e.Hash:
		return broken("the recorded hash does not follow from the event and the hash before it")
	}
	c.next, c.hash = c.next+1, e.Hash
	return nil
}

// VerifyEvents does what VerifyStream does for events that have come from elsewhere, from revision 0 on. Those with their
// sealed bytes (see Options.Sealed) have their hashes recomputed; for those without, only what each says of the
// hash before it is compared. recomputed tells whether all of them were of the first kind. What Data says is believed: only
// somebody with the key can compare it with the sealed payload.
func VerifyEvents(stream string, events []Event) (n int, recomputed bool, err error) {
	var c chain
	recomputed = len(events) > 0
	for i := range events {
		e := &events[i]
		if e.Sealed == nil {
			recomputed = false
			err = c.follow(stream, e)
		} else {
			err = c.takeSealed(stream, e)
		}
		if err != nil {
			return c.next, recomputed, err
		}
	}
	return c.next, recomputed, nil
}

// takeSealed recomputes a hash. It also compares the readable envelope with the bytes that the hash covers.
func (c *chain) takeSealed(stream string, e *Event) error {
	raw := ledger.Event{
		Stream: stream, Revision: ledger.Revision(e.Revision), ID: e.ID, Type: e.Type, Schema: e.Schema, Time: e.Time,
		Metadata: e.Sealed.Metadata, Payload: e.Sealed.Payload,
	}
	var err error
	if raw.Hash, err = parseHash(e.Hash); err != nil {
		return &BrokenError{Stream: stream, Revision: ledger.Revision(c.next), Reason: "the recorded hash is not a hash"}
	}
	instance, _ := record.InstanceID(stream)
	if meta, err := raw.Meta(); err != nil || meta != e.meta(instance) {
		return &BrokenError{Stream: stream, Revision: ledger.Revision(c.next), Reason: "what is shown of the envelope is not what was recorded"}
	}
	if e.PreviousHash != c.hash.String() {
		return &BrokenError{Stream: stream, Revision: ledger.Revision(c.next), Reason: "it follows another event than the one before it"}
	}
	return c.take(stream, &raw)
}

// parseHash reads the form that ledger.Hash.String writes.
func parseHash(text string) (h ledger.Hash, err error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(h) {
		return h, fmt.Errorf("audit: %q is not a SHA-256 hash in hexadecimal", text)
	}
	return ledger.Hash(b), nil
}

// follow compares what an event says of the one before it.
func (c *chain) follow(stream string, e *Event) error {
	broken := func(reason string) error {
		return &BrokenError{Stream: stream, Revision: ledger.Revision(c.next), Reason: reason}
	}
	if e.Revision != int64(c.next) {
		return broken(fmt.Sprintf("the event there has revision %d", e.Revision))
	}
	if e.PreviousHash != c.hash.String() {
		return broken("it follows another event than the one before it")
	}
	hash, err := parseHash(e.Hash)
	if err != nil {
		return broken("the recorded hash is not a hash")
	}
	c.next, c.hash = c.next+1, hash
	return nil
}
