package sqlite

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/hovedbok/hovedbok/ledger"
)

const queueLength = 4096 // appends that may wait for the committer; more wait in Append

// The states of a request. Whoever moves it out of waiting owns it.
const (
	waiting   int32 = iota
	taken           // by the committer, which will answer
	withdrawn       // by the caller
)

// request is one append on its way.
type request struct {
	stream   string
	expected ledger.Revision
	events   []ledger.Event // our own copy; positions are set by the committer
	bytes    int            // of metadata and payload
	broken   error          // set if an event does not follow from the one before it in this request

	state atomic.Int32
	done  chan struct{} // closed by the committer when the fields below are set

	result  ledger.Appended
	refusal error // nil if the events are in the log
}

// answer tells the caller. Only the committer calls it, once.
func (r *request) answer() { close(r.done) }

// take moves the request out of waiting; false means that somebody else has.
func (r *request) take(as int32) bool { return r.state.CompareAndSwap(waiting, as) }

// Append adds the events to the stream, atomically and durably; see ledger.Store. It keeps its own copy of the byte slices.
//
// Errors: ledger.ErrInvalid, also if a hash does not follow from the event before it; *ledger.ConflictError; ledger.ErrBusy
// together with ctx's error if ctx ended while the append was waiting, and then nothing was written; ledger.ErrClosed;
// ErrOutcomeUnknown; anything else is an error of the database and means that nothing was written. Once the committer has
// taken an append its outcome is awaited whatever becomes of ctx.
func (s *Store) Append(ctx context.Context, stream string, expected ledger.Revision, events []ledger.Event) (ledger.Appended, error) {
	if err := ctx.Err(); err != nil {
		return ledger.Appended{}, fmt.Errorf("ledger/sqlite: append to %s: %w", stream, err)
	}
	if err := s.feed.ended(); err != nil {
		return ledger.Appended{}, err
	}
	r, err := newRequest(stream, expected, events)
	if err != nil {
		return ledger.Appended{}, err
	}
	return s.await(ctx, r)
}

// await brings the request to the committer and waits for the answer.
func (s *Store) await(ctx context.Context, r *request) (ledger.Appended, error) {
	select {
	case s.queue <- r:
	case <-ctx.Done():
		return ledger.Appended{}, busy(ctx, r.stream)
	case <-s.closing:
		return ledger.Appended{}, ledger.ErrClosed
	case <-s.stopped:
		return ledger.Appended{}, s.endOrClosed()
	}
	select {
	case <-r.done:
	case <-ctx.Done():
		if r.take(withdrawn) {
			return ledger.Appended{}, busy(ctx, r.stream)
		}
		<-r.done
	case <-s.stopped:
		if r.take(withdrawn) {
			return ledger.Appended{}, s.endOrClosed()
		}
		<-r.done
	}
	return r.result, r.refusal
}

func busy(ctx context.Context, stream string) error {
	return fmt.Errorf("%w: append to %s was withdrawn, nothing was written: %w", ledger.ErrBusy, stream, ctx.Err())
}

// newRequest checks what can be checked without the log, and copies the events.
func newRequest(stream string, expected ledger.Revision, events []ledger.Event) (*request, error) {
	if n := len(events); n == 0 || n > ledger.MaxAppend {
		return nil, fmt.Errorf("%w: %d events in one append to %s, want 1 to %d", ledger.ErrInvalid, n, stream, ledger.MaxAppend)
	}
	if expected < ledger.NoStream {
		return nil, fmt.Errorf("%w: expected revision %d of %s", ledger.ErrInvalid, expected, stream)
	}
	r := &request{stream: stream, expected: expected, done: make(chan struct{})}
	for i := range events {
		if err := events[i].Check(stream); err != nil {
			return nil, err
		}
		r.bytes += len(events[i].Metadata) + len(events[i].Payload)
	}
	r.copy(events)
	for i := 1; i < len(r.events) && r.broken == nil; i++ {
		r.broken = follows(&r.events[i], r.events[i-1].Hash)
	}
	return r, nil
}

// follows verifies the hash of an event after an event with hash prev.
func follows(e *ledger.Event, prev ledger.Hash) error {
	if ledger.Chain(prev, e.Stream, e.Revision, e) != e.Hash {
		return fmt.Errorf("%w: hash of %s@%d does not follow from the event before it", ledger.ErrInvalid, e.Stream, e.Revision)
	}
	return nil
}

// copy makes the request independent of the caller's slices.
func (r *request) copy(events []ledger.Event) {
	buf := make([]byte, 0, r.bytes)
	keep := func(b []byte) []byte {
		n := len(buf)
		buf = append(buf, b...)
		return buf[n:len(buf):len(buf)]
	}
	r.events = make([]ledger.Event, len(events))
	for i, e := range events {
		e.Stream, e.Revision, e.Time = r.stream, r.expected+1+ledger.Revision(i), e.Time.UTC()
		e.Metadata, e.Payload = keep(e.Metadata), keep(e.Payload)
		r.events[i] = e
	}
}
