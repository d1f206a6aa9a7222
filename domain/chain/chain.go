// Package chain is the pure model of a chain: the instances that links have tied together, and how far each handover from one
// to the next has come.
//
// A handover, as states:
//
//	Intended ──► TargetCreated ──► SourceLinked ──► ResultReturned
//
// Intended is recorded before anything is done, so that a saga that was killed knows what it was about. Every later step may be
// found done already when it is tried again; then only the record of it is new.
package chain

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Event is one fact about a chain.
type Event interface{ Fact() string }

// HandoverIntended says that a link has been set off.
type HandoverIntended struct {
	Handover    uuid.UUID
	Link        string // id in the source app's links.json
	SourceApp   string // "org/app"
	Source      uuid.UUID
	SourceOwner int // party id
	Submission  int
	TargetApp   string
}

// TargetCreated says that the target instance exists.
type TargetCreated struct {
	Handover    uuid.UUID
	Target      uuid.UUID
	TargetOwner int
}

// SourceLinked says that the source instance knows its target.
type SourceLinked struct{ Handover uuid.UUID }

// ResultReturned says that the source has been told what became of the target.
type ResultReturned struct{ Handover uuid.UUID }

// Fact names.
const (
	FactHandoverIntended = "HandoverIntended"
	FactTargetCreated    = "TargetCreated"
	FactSourceLinked     = "SourceLinked"
	FactResultReturned   = "ResultReturned"
)

func (HandoverIntended) Fact() string { return FactHandoverIntended }
func (TargetCreated) Fact() string    { return FactTargetCreated }
func (SourceLinked) Fact() string     { return FactSourceLinked }
func (ResultReturned) Fact() string   { return FactResultReturned }

// Handover is one pass from a source to its target. A zero time means: not yet.
type Handover struct {
	HandoverIntended
	Intended    time.Time
	Target      uuid.UUID
	TargetOwner int
	Created     time.Time
	Linked      time.Time
	Returned    time.Time
}

// State is a chain, folded from its events.
type State struct {
	ID        uuid.UUID
	Revision  int64 // of the last event; -1 before the first
	Handovers []Handover
}

// Initial gives the state before the first event.
func Initial(id uuid.UUID) *State { return &State{ID: id, Revision: -1} }

// Handover finds a handover. The pointer is into the state.
func (s *State) Handover(id uuid.UUID) (*Handover, bool) {
	for i := range s.Handovers {
		if s.Handovers[i].Handover == id {
			return &s.Handovers[i], true
		}
	}
	return nil, false
}

// ErrOutOfOrder means that a stream is damaged.
var ErrOutOfOrder = errors.New("chain: event out of order")

// Evolve takes one event into the state.
func (s *State) Evolve(e Event, revision int64, at time.Time) error {
	if revision != s.Revision+1 {
		return fmt.Errorf("%w: revision %d after %d", ErrOutOfOrder, revision, s.Revision)
	}
	s.Revision = revision
	if i, ok := e.(HandoverIntended); ok {
		s.Handovers = append(s.Handovers, Handover{HandoverIntended: i, Intended: at})
		return nil
	}
	h, err := s.of(e)
	if err != nil {
		return err
	}
	switch e := e.(type) {
	case TargetCreated:
		h.Target, h.TargetOwner, h.Created = e.Target, e.TargetOwner, at
	case SourceLinked:
		h.Linked = at
	case ResultReturned:
		h.Returned = at
	}
	return nil
}

func (s *State) of(e Event) (*Handover, error) {
	var id uuid.UUID
	switch e := e.(type) {
	case TargetCreated:
		id = e.Handover
	case SourceLinked:
		id = e.Handover
	case ResultReturned:
		id = e.Handover
	}
	h, ok := s.Handover(id)
	if !ok {
		return nil, fmt.Errorf("%w: %s of a handover that was not intended", ErrOutOfOrder, e.Fact())
	}
	return h, nil
}

// Intend decides the beginning of a handover; once it has begun there is nothing to record.
func Intend(s *State, i HandoverIntended) []Event {
	if _, ok := s.Handover(i.Handover); ok {
		return nil
	}
	return []Event{i}
}

// NoteCreated decides the record that the target exists.
func NoteCreated(s *State, e TargetCreated) []Event {
	if h, ok := s.Handover(e.Handover); !ok || !h.Created.IsZero() {
		return nil
	}
	return []Event{e}
}

// NoteLinked decides the record that the source knows its target.
func NoteLinked(s *State, handover uuid.UUID) []Event {
	if h, ok := s.Handover(handover); !ok || !h.Linked.IsZero() {
		return nil
	}
	return []Event{SourceLinked{handover}}
}

// NoteReturned decides the record that the source has its result.
func NoteReturned(s *State, handover uuid.UUID) []Event {
	if h, ok := s.Handover(handover); !ok || !h.Returned.IsZero() {
		return nil
	}
	return []Event{ResultReturned{handover}}
}
