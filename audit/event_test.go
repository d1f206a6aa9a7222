package audit_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/audit"
	"github.com/hovedbok/hovedbok/audit/audittest"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
)

func TestEvents_TellTheWholeStory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	events := b.events(t, audit.Options{})
	b.golden(t, "events.json", events)
	for i, e := range events {
		if e.Revision != int64(i) || i > 0 && e.PreviousHash != events[i-1].Hash {
			t.Errorf("event %d has revision %d and follows %s", i, e.Revision, e.PreviousHash)
		}
	}
}

func TestEvents_GivesTheWindowThatIsAskedFor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	all := b.events(t, audit.Options{})
	for _, from := range []int{0, 4, len(all) - 1, len(all), len(all) + 3} {
		for to := range all {
			got := b.events(t, audit.Options{From: ledger.Revision(from), Until: audit.At(ledger.Revision(to))})
			if len(got) != max(0, to-from+1) {
				t.Fatalf("%d..%d: %d events", from, to, len(got))
			}
			for i, e := range got {
				if want := all[from+i]; e.Hash != want.Hash || e.PreviousHash != want.PreviousHash || e.Summary != want.Summary {
					t.Errorf("%d..%d: event %d is not the one of the whole list", from, to, e.Revision)
				}
			}
		}
	}
	for _, until := range []record.Until{{}, audit.At(3), {Time: audittest.Begin.Add(time.Minute)}} {
		got, err := audit.Window(all, until)
		if want := b.events(t, audit.Options{Until: until}); err != nil || len(got) != len(want) {
			t.Errorf("window %+v: %d events, %v, want %d", until, len(got), err, len(want))
		}
	}
	if _, err := audit.Window(all, audit.Beginning()); !errors.Is(err, audit.ErrBeforeCreation) {
		t.Errorf("an empty window: %v", err)
	}
	if _, err := audit.Window(all, audit.At(99)); !errors.Is(err, audit.ErrNoSuchRevision) {
		t.Errorf("a window beyond the end: %v", err)
	}
	first := b.events(t, audit.Options{Until: record.Until{Time: audittest.Begin}})
	if len(first) != 4 {
		t.Errorf("until the time of the first command: %d events, want its 4", len(first))
	}
}

func TestEvents_Refusals(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	_, err := audit.Events(ctx, b.Log, uuid.New(), audit.Options{})
	if !errors.Is(err, audit.ErrNotFound) {
		t.Errorf("no such instance: %v", err)
	}
	_, err = audit.Events(ctx, b.Log, audittest.Instance, audit.Options{Until: audit.At(b.head.Revision + 1)})
	if !errors.Is(err, audit.ErrNoSuchRevision) {
		t.Errorf("beyond the end: %v", err)
	}
	_, err = audit.Events(ctx, b.Log, audittest.Instance, audit.Options{Until: record.Until{Time: audittest.Begin.Add(-time.Microsecond)}})
	if !errors.Is(err, audit.ErrBeforeCreation) {
		t.Errorf("before the creation: %v", err)
	}
}

func TestEvents_OfAnErasedInstanceTellWhoAndWhenButNotWhat(t *testing.T) {
	t.Parallel()
	for name, erase := range map[string]func(*bundle, testing.TB){"key destroyed": (*bundle).erase, "key still there": (*bundle).recordErasure} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			before := b.events(t, audit.Options{})
			erase(&b, t)
			events := b.events(t, audit.Options{})
			if len(events) != len(before)+1 {
				t.Fatalf("%d events, want %d", len(events), len(before)+1)
			}
			for i, e := range events {
				if !e.Erased || e.Data != nil || e.Request != "" {
					t.Errorf("revision %d still tells its contents", i)
				}
				if i < len(before) && (e.Actor != before[i].Actor || !e.Time.Equal(before[i].Time) || e.Hash != before[i].Hash || e.Type != before[i].Type) {
					t.Errorf("revision %d has lost its envelope", i)
				}
			}
			b.golden(t, "events-erased.json", events)
		})
	}
}

// Every fact that is recorded can be told in every language.
func TestSummary_HasASentenceForEveryFact(t *testing.T) {
	t.Parallel()
	for _, fact := range factsOfInstances {
		if !audit.HasTemplate(fact) {
			t.Errorf("there is no summary of %s", fact)
		}
	}
}

func TestEvent_JSONComesBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	want, err := json.Marshal(b.events(t, audit.Options{Sealed: true}))
	if err != nil {
		t.Fatal(err)
	}
	var events []audit.Event
	if err := json.Unmarshal(want, &events); err != nil {
		t.Fatal(err)
	}
	if got, err := json.Marshal(events); err != nil || string(got) != string(want) {
		t.Errorf("events do not come back from JSON: %v", err)
	}
}
