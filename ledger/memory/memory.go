package memory

import (
	"context"
	"fmt"
	"sync"

	"github.com/hovedbok/hovedbok/ledger"
)

// Store is a log in memory. The zero value is not usable; call New.
type Store struct {
	mu      sync.RWMutex       // guards all below
	log     []ledger.Event     // log[i] has position i+1; entries never change
	streams map[string][]int32 // stream name to indexes into log, one for each revision
	wake    chan struct{}      // closed and replaced by every append and by Close
	closed  bool
}

var _ ledger.Store = (*Store)(nil)

// New makes an empty log.
func New() *Store {
	return &Store{streams: map[string][]int32{}, wake: make(chan struct{})}
}

// Append records the events in the stream; see ledger.Store. It keeps its own copy of the byte slices.
func (s *Store) Append(ctx context.Context, stream string, expected ledger.Revision, events []ledger.Event) (ledger.Appended, error) {
	if err := ctx.Err(); err != nil {
		return ledger.Appended{}, fmt.Errorf("ledger/memory: append to %s: %w", stream, err)
	}
	own, err := checked(stream, expected, events)
	if err != nil {
		return ledger.Appended{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ledger.Appended{}, ledger.ErrClosed
	}
	if actual := s.revision(stream); actual != expected {
		return s.repeated(stream, expected, actual, own)
	}
	if err := s.verify(stream, own); err != nil {
		return ledger.Appended{}, err
	}
	return s.record(stream, own), nil
}

// Head gives the position of the last event, 0 if there is none.
func (s *Store) Head(ctx context.Context) (ledger.Position, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return 0, ledger.ErrClosed
	}
	return s.head(), nil
}

// Close ends the log and everything that reads it. What it held is lost.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		close(s.wake)
	}
	return nil
}

// checked gives a copy of events that the caller cannot change, with stream and revisions filled in.
func checked(stream string, expected ledger.Revision, events []ledger.Event) ([]ledger.Event, error) {
	if n := len(events); n == 0 || n > ledger.MaxAppend {
		return nil, fmt.Errorf("%w: %d events in one append to %s, want 1 to %d", ledger.ErrInvalid, n, stream, ledger.MaxAppend)
	}
	if expected < ledger.NoStream {
		return nil, fmt.Errorf("%w: expected revision %d of %s", ledger.ErrInvalid, expected, stream)
	}
	own := make([]ledger.Event, len(events))
	for i := range events {
		if err := events[i].Check(stream); err != nil {
			return nil, err
		}
		e := events[i]
		e.Stream, e.Revision, e.Time = stream, expected+1+ledger.Revision(i), e.Time.UTC()
		e.Metadata = append([]byte(nil), e.Metadata...)
		e.Payload = append([]byte(nil), e.Payload...)
		own[i] = e
	}
	return own, nil
}

func (s *Store) head() ledger.Position { return ledger.Position(len(s.log)) }

func (s *Store) revision(stream string) ledger.Revision {
	return ledger.Revision(len(s.streams[stream])) - 1
}

// repeated tells whether events stand already where they would have been written.
func (s *Store) repeated(stream string, expected, actual ledger.Revision, events []ledger.Event) (ledger.Appended, error) {
	last := expected + ledger.Revision(len(events))
	same := last <= actual
	for i := 0; same && i < len(events); i++ {
		same = s.log[s.streams[stream][int(expected)+1+i]].ID == events[i].ID
	}
	if !same {
		return ledger.Appended{}, &ledger.ConflictError{Stream: stream, Expected: expected, Actual: actual}
	}
	return ledger.Appended{Revision: last, Position: s.log[s.streams[stream][last]].Position, Repeated: true}, nil
}

// verify recomputes the hashes of events that are to follow the last event of the stream.
func (s *Store) verify(stream string, events []ledger.Event) error {
	var prev ledger.Hash
	if at := s.streams[stream]; len(at) > 0 {
		prev = s.log[at[len(at)-1]].Hash
	}
	for i := range events {
		e := &events[i]
		if ledger.Chain(prev, stream, e.Revision, e) != e.Hash {
			return fmt.Errorf("%w: hash of %s@%d does not follow from the event before it", ledger.ErrInvalid, stream, e.Revision)
		}
		prev = e.Hash
	}
	return nil
}

func (s *Store) record(stream string, events []ledger.Event) ledger.Appended {
	for i := range events {
		events[i].Position = s.head() + 1
		s.streams[stream] = append(s.streams[stream], int32(len(s.log)))
		s.log = append(s.log, events[i])
	}
	close(s.wake)
	s.wake = make(chan struct{})
	return ledger.Appended{Revision: events[len(events)-1].Revision, Position: s.head()}
}
