package chain_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/hovedbok/hovedbok/domain/chain"
)

var (
	epoch = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	first = handover(1)
	other = handover(2)
)

func id(n byte) uuid.UUID       { return uuid.NewSHA1(uuid.NameSpaceOID, []byte{n}) }
func handover(n byte) uuid.UUID { return id(n) }

// intended is a citizen's submission that is to become a case.
func intended(h uuid.UUID) chain.HandoverIntended {
	return chain.HandoverIntended{
		Handover: h, Link: "til-saksbehandling", SourceApp: "nordvik/skjenkebevilling", Source: id(100), SourceOwner: 500100, Submission: 1, TargetApp: "nordvik/skjenkesak",
	}
}

func created(h uuid.UUID) chain.TargetCreated {
	return chain.TargetCreated{Handover: h, Target: uuid.NewSHA1(h, nil), TargetOwner: 500001}
}

func at(revision int64) time.Time { return epoch.Add(time.Duration(revision) * time.Second) }

// spec is what is given, and then what came of a wish.
type spec struct {
	t      testing.TB
	state  *chain.State
	events []chain.Event
}

func given(t testing.TB, events ...chain.Event) *spec {
	t.Helper()
	s := &spec{t: t, state: chain.Initial(id(0))}
	s.take(events)
	return s
}

func (s *spec) take(events []chain.Event) {
	s.t.Helper()
	for _, e := range events {
		revision := s.state.Revision + 1
		if err := s.state.Evolve(e, revision, at(revision)); err != nil {
			s.t.Fatalf("given %s: %v", e.Fact(), err)
		}
	}
}

func (s *spec) when(decide func(*chain.State) []chain.Event) *spec {
	s.events = decide(s.state)
	return s
}

// then says which events came of it, and takes them in.
func (s *spec) then(want ...chain.Event) *spec {
	s.t.Helper()
	if !reflect.DeepEqual(s.events, want) {
		s.t.Fatalf("events\n got %#v\nwant %#v", s.events, want)
	}
	s.take(s.events)
	return s
}

func (s *spec) thenNothing() *spec {
	s.t.Helper()
	if len(s.events) != 0 {
		s.t.Fatalf("got %#v, want nothing", s.events)
	}
	return s
}

func intend(h uuid.UUID) func(*chain.State) []chain.Event {
	return func(s *chain.State) []chain.Event { return chain.Intend(s, intended(h)) }
}

func noteCreated(h uuid.UUID) func(*chain.State) []chain.Event {
	return func(s *chain.State) []chain.Event { return chain.NoteCreated(s, created(h)) }
}

func noteLinked(h uuid.UUID) func(*chain.State) []chain.Event {
	return func(s *chain.State) []chain.Event { return chain.NoteLinked(s, h) }
}

func noteReturned(h uuid.UUID) func(*chain.State) []chain.Event {
	return func(s *chain.State) []chain.Event { return chain.NoteReturned(s, h) }
}

func TestIntend_BeginsAHandoverOnce(t *testing.T) {
	t.Parallel()
	given(t).when(intend(first)).then(intended(first)).when(intend(first)).thenNothing()
	given(t, intended(first)).when(intend(other)).then(intended(other))
}

func TestIntend_KeepsTheFirstIntention(t *testing.T) {
	t.Parallel()
	later := intended(first)
	later.TargetApp = "nordvik/annen-sak"
	s := given(t, intended(first)).when(func(s *chain.State) []chain.Event { return chain.Intend(s, later) }).thenNothing()
	if h, ok := s.state.Handover(first); !ok || h.HandoverIntended != intended(first) {
		t.Errorf("got %+v", h)
	}
}

func TestNoteCreated(t *testing.T) {
	t.Parallel()
	given(t).when(noteCreated(first)).thenNothing() // nobody intended it
	given(t, intended(other)).when(noteCreated(first)).thenNothing()
	given(t, intended(first)).when(noteCreated(first)).then(created(first)).when(noteCreated(first)).thenNothing()
}

func TestNoteLinked(t *testing.T) {
	t.Parallel()
	given(t).when(noteLinked(first)).thenNothing()
	given(t, intended(first), created(first)).when(noteLinked(first)).then(chain.SourceLinked{Handover: first}).when(noteLinked(first)).thenNothing()
}

func TestNoteReturned(t *testing.T) {
	t.Parallel()
	given(t).when(noteReturned(first)).thenNothing()
	given(t, intended(first), created(first), chain.SourceLinked{Handover: first}).
		when(noteReturned(first)).then(chain.ResultReturned{Handover: first}).when(noteReturned(first)).thenNothing()
	// The target may end before the record of its creation is made.
	given(t, intended(first)).when(noteReturned(first)).then(chain.ResultReturned{Handover: first}).when(noteCreated(first)).then(created(first))
}

func TestEvolve_KeepsWhenEachStepWasDone(t *testing.T) {
	t.Parallel()
	s := given(t, intended(first), intended(other), created(other), chain.SourceLinked{Handover: other}, created(first), chain.ResultReturned{Handover: other})
	want := []chain.Handover{
		{HandoverIntended: intended(first), Intended: at(0), Target: created(first).Target, TargetOwner: 500001, Created: at(4)},
		{HandoverIntended: intended(other), Intended: at(1), Target: created(other).Target, TargetOwner: 500001, Created: at(2), Linked: at(3), Returned: at(5)},
	}
	if s.state.Revision != 5 || !reflect.DeepEqual(s.state.Handovers, want) {
		t.Errorf("revision %d\n got %+v\nwant %+v", s.state.Revision, s.state.Handovers, want)
	}
	if _, ok := s.state.Handover(id(9)); ok {
		t.Error("a handover is found that never was")
	}
}

func TestEvolve_RefusesADamagedStream(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		given    []chain.Event
		event    chain.Event
		revision int64
	}{
		"a gap":                    {[]chain.Event{intended(first)}, created(first), 2},
		"a repeat":                 {[]chain.Event{intended(first)}, intended(other), 0},
		"a first event that late":  {nil, intended(first), 1},
		"created, not intended":    {nil, created(first), 0},
		"linked, not intended":     {[]chain.Event{intended(other)}, chain.SourceLinked{Handover: first}, 1},
		"returned, not intended":   {[]chain.Event{intended(other)}, chain.ResultReturned{Handover: first}, 1},
		"an event of a later time": {[]chain.Event{intended(first)}, unknown{}, 1},
	} {
		s := given(t, c.given...).state
		if err := s.Evolve(c.event, c.revision, epoch); !errors.Is(err, chain.ErrOutOfOrder) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

type unknown struct{}

func (unknown) Fact() string { return "Unknown" }

func TestFacts_NeverChange(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]chain.Event{
		"HandoverIntended": intended(first), "TargetCreated": created(first), "SourceLinked": chain.SourceLinked{}, "ResultReturned": chain.ResultReturned{},
	} {
		if e.Fact() != want {
			t.Errorf("%T is %s, want %s", e, e.Fact(), want)
		}
	}
}

// Steps are tried again and again, by runners that know nothing of each other. Whatever their order, each is recorded at most once,
// what is recorded can be folded, and once all have been tried in order every handover is complete.
func TestSteps_InAnyOrderAndRepeatedAreRecordedOnce(t *testing.T) {
	t.Parallel()
	steps := []func(uuid.UUID) func(*chain.State) []chain.Event{intend, noteCreated, noteLinked, noteReturned}
	rapid.Check(t, func(t *rapid.T) {
		handovers := rapid.IntRange(1, 4).Draw(t, "handovers")
		s := chain.Initial(id(0))
		seen := map[string]int{}
		var stream []chain.Event
		try := func(step int, h uuid.UUID) {
			for _, e := range steps[step](h)(s) {
				revision := s.Revision + 1
				if err := s.Evolve(e, revision, at(revision)); err != nil {
					t.Fatalf("%s: %v", e.Fact(), err)
				}
				seen[e.Fact()+h.String()]++
				stream = append(stream, e)
			}
		}
		for range rapid.IntRange(0, 40).Draw(t, "tries") {
			try(rapid.IntRange(0, 3).Draw(t, "step"), handover(byte(rapid.IntRange(1, handovers).Draw(t, "handover"))))
		}
		for h := range handovers {
			for step := range steps {
				try(step, handover(byte(h+1)))
			}
		}
		for what, n := range seen {
			if n != 1 {
				t.Fatalf("%s is recorded %d times", what, n)
			}
		}
		if len(stream) != 4*handovers || len(s.Handovers) != handovers {
			t.Fatalf("%d events of %d handovers", len(stream), len(s.Handovers))
		}
		for _, h := range s.Handovers {
			if h.Intended.IsZero() || h.Created.IsZero() || h.Linked.IsZero() || h.Returned.IsZero() || h.Target != created(h.HandoverIntended.Handover).Target {
				t.Fatalf("incomplete: %+v", h)
			}
		}
		again := chain.Initial(id(0))
		for i, e := range stream {
			if err := again.Evolve(e, int64(i), at(int64(i))); err != nil {
				t.Fatal(err)
			}
		}
		if !reflect.DeepEqual(again, s) {
			t.Fatalf("folded again\n got %+v\nwant %+v", again, s)
		}
	})
}
