package sqlite

import (
	"errors"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/hovedbok/hovedbok/ledger"
)

var zeros [200_000]byte // shared by all payloads

// run makes a batch of one append of events at positions after pos.
func run(pos ledger.Position, n, size int) []*request {
	r := &request{}
	for i := range n {
		r.events = append(r.events, ledger.Event{Position: pos + 1 + ledger.Position(i), Payload: zeros[:size]})
	}
	return []*request{r}
}

// TestFeed_GivesTheNewestEventsInOrder: whatever is published, a reader gets the events after its position, or none if the
// feed has lost some of them; and the limits hold.
func TestFeed_GivesTheNewestEventsInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := ledger.Position(rapid.IntRange(0, 5000).Draw(t, "start"))
		f, head := newFeed(start), start
		t.Repeat(map[string]func(*rapid.T){
			"publish": func(t *rapid.T) {
				n := rapid.IntRange(1, 900).Draw(t, "events")
				size := rapid.SampledFrom([]int{0, 100, len(zeros)}).Draw(t, "size")
				f.publish(head+ledger.Position(n), run(head, n, size))
				head += ledger.Position(n)
			},
			"read": func(t *rapid.T) {
				pos := start + ledger.Position(rapid.IntRange(0, int(head-start)).Draw(t, "after"))
				n, err := f.after(pos, make([]ledger.Event, rapid.IntRange(1, 300).Draw(t, "room")))
				if err != nil || n.head != head {
					t.Fatalf("head %d, error %v, want %d", n.head, err, head)
				}
				if (len(n.events) == 0) != (pos == head || pos+1 < f.first) {
					t.Fatalf("%d events after %d of %d to %d", len(n.events), pos, f.first, head)
				}
				for i, e := range n.events {
					if e.Position != pos+1+ledger.Position(i) {
						t.Fatalf("event %d after %d is at %d", i, pos, e.Position)
					}
				}
			},
			"": func(t *rapid.T) {
				kept, bytes := int(f.head+1-f.first), 0
				for i := range f.ring {
					bytes += size(&f.ring[i])
				}
				if kept > ringEvents || bytes != f.bytes || bytes > ringBytes {
					t.Fatalf("%d events of %d bytes, counted %d", kept, bytes, f.bytes)
				}
			},
		})
	})
}

func TestFeed_WakesForEachBatchAndAtTheEnd(t *testing.T) {
	t.Parallel()
	f := newFeed(0)
	buf := make([]ledger.Event, 8)
	first, _ := f.after(0, buf)
	f.publish(0, []*request{{refusal: ledger.ErrInvalid}, {result: ledger.Appended{Repeated: true}}})
	select {
	case <-first.wake:
		t.Error("woken by a batch that wrote nothing")
	default:
	}
	f.publish(2, run(0, 2, 1))
	<-first.wake
	second, err := f.after(0, buf)
	if err != nil || len(second.events) != 2 {
		t.Errorf("%d events, error %v, want 2", len(second.events), err)
	}
	f.end(ledger.ErrClosed)
	f.end(errInjected)
	<-second.wake
	if _, err := f.after(2, buf); !errors.Is(err, ledger.ErrClosed) || errors.Is(err, errInjected) {
		t.Errorf("error %v, want the first one", err)
	}
}

func TestHeads_ForgetsTheLeastRecentlyUsed(t *testing.T) {
	t.Parallel()
	c := newHeads(2)
	c.put(&head{name: "a"})
	c.put(&head{name: "b"})
	c.get("a")
	c.put(&head{name: "c"})
	for name, want := range map[string]bool{"a": true, "b": false, "c": true} {
		if got := c.get(name) != nil; got != want {
			t.Errorf("%s is kept: %v, want %v", name, got, want)
		}
	}
	if c.clear(); c.get("a") != nil {
		t.Error("a is kept after clear")
	}
}

// TestHead_RemembersRecentEvents: refs are those of the revisions asked for, or absent when not all are in memory.
func TestHead_RemembersRecentEvents(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		known := rapid.IntRange(0, 40).Draw(t, "revisions before")
		h := &head{rev: ledger.Revision(known) - 1}
		var ids []uuid.UUID
		for range rapid.IntRange(1, 60).Draw(t, "appends") {
			events := make([]ledger.Event, rapid.IntRange(1, 7).Draw(t, "events"))
			for i := range events {
				events[i] = ledger.Event{ID: uuid.New(), Revision: h.rev + 1 + ledger.Revision(i)}
				ids = append(ids, events[i].ID)
			}
			h.advance(events)
		}
		from := rapid.IntRange(0, int(h.rev)).Draw(t, "from")
		last := rapid.IntRange(from, int(h.rev)).Draw(t, "last")
		refs, found := h.refs(ledger.Revision(from), ledger.Revision(last))
		if recent := from >= known && int(h.rev)-from < recentRefs; recent && !found {
			t.Fatalf("%d to %d of %d are not found", from, last, h.rev)
		}
		if from < known && found {
			t.Fatalf("%d to %d are found, the first known is %d", from, last, known)
		}
		for i := range refs {
			if refs[i].id != ids[from-known+i] {
				t.Fatalf("ref %d of %d to %d is another", i, from, last)
			}
		}
	})
}
