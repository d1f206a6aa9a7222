// Package instancetest is the given/when/then kit for the rules of instances. A test reads as a case worker would tell it:
//
//	instancetest.Given(t, created, atTask("Task_1")).
//		When(func(s *instance.State) ([]instance.Event, error) { return instance.SoftDelete(s) }).
//		Then(instance.SoftDeleted{})
package instancetest

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/instance"
)

// Epoch is when the first given event happened; each later one is a second later.
var Epoch = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)

// ID is the instance of all specs.
var ID = uuid.MustParse("10000000-0000-4000-8000-000000000001")

// Citizen is who did what is given.
var Citizen = instance.Actor{Kind: "user", ID: "510001"}

// Spec is what is given, and then what came of a wish.
type Spec struct {
	t      testing.TB
	State  *instance.State
	events []instance.Event
	err    error
}

// Given folds events into a state.
func Given(t testing.TB, events ...instance.Event) *Spec {
	t.Helper()
	s := &Spec{t: t, State: instance.Initial(ID)}
	s.take(events)
	return s
}

func (s *Spec) take(events []instance.Event) {
	s.t.Helper()
	for _, e := range events {
		if err := s.State.Evolve(Record(e, s.State.Revision+1)); err != nil {
			s.t.Fatalf("given %s: %v", e.Fact(), err)
		}
	}
}

// Record wraps an event as the log would.
func Record(e instance.Event, revision int64) instance.Record {
	return instance.Record{
		Event: e, Revision: revision, At: Epoch.Add(time.Duration(revision) * time.Second), By: Citizen,
		Org: "nordvik", App: "skjenkebevilling", Version: "v1", Command: uuid.NewSHA1(ID, []byte{byte(revision)}),
	}
}

// When decides.
func (s *Spec) When(decide func(*instance.State) ([]instance.Event, error)) *Spec {
	s.events, s.err = decide(s.State)
	return s
}

// Then says which events came of it. They are taken into the state, so that a spec can go on with When.
func (s *Spec) Then(want ...instance.Event) *Spec {
	s.t.Helper()
	if s.err != nil {
		s.t.Fatalf("refused: %v", s.err)
	}
	if !reflect.DeepEqual(s.events, want) {
		s.t.Fatalf("events\n got %#v\nwant %#v", s.events, want)
	}
	s.take(s.events)
	return s
}

// ThenNothing says that there was nothing to record.
func (s *Spec) ThenNothing() *Spec {
	s.t.Helper()
	if s.err != nil || len(s.events) != 0 {
		s.t.Fatalf("got %#v and %v, want nothing", s.events, s.err)
	}
	return s
}

// ThenRefused says why the wish was refused.
func (s *Spec) ThenRefused(code instance.Code) *Spec {
	s.t.Helper()
	var r *instance.Refusal
	if !errors.As(s.err, &r) || r.Code != code {
		s.t.Fatalf("got %#v and error %v, want refusal %s", s.events, s.err, code)
	}
	if len(s.events) != 0 {
		s.t.Fatalf("refused, but gave %#v", s.events)
	}
	return s
}

// ThenState checks the state.
func (s *Spec) ThenState(check func(t testing.TB, st *instance.State)) *Spec {
	s.t.Helper()
	check(s.t, s.State)
	return s
}
