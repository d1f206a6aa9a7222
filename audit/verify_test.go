package audit_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/audit"
	"github.com/hovedbok/hovedbok/audit/audittest"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
)

// altered is a store whose files somebody has laid hands on.
type altered struct {
	ledger.Store
	alter func([]ledger.Event) []ledger.Event
}

func (a altered) ReadStream(ctx context.Context, stream string, from ledger.Revision) iter.Seq2[ledger.Event, error] {
	return func(yield func(ledger.Event, error) bool) {
		var events []ledger.Event
		for e, err := range a.Store.ReadStream(ctx, stream, from) {
			if err != nil {
				yield(e, err)
				return
			}
			e.Metadata, e.Payload = slices.Clone(e.Metadata), slices.Clone(e.Payload)
			events = append(events, e)
		}
		for _, e := range a.alter(events) {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// tampering is what somebody does to the story, and the revision at which it shows.
var tampering = map[string]struct {
	alter func([]ledger.Event) []ledger.Event
	at    int
}{
	"payload":  {at(4, func(e *ledger.Event) { e.Payload[9] ^= 1 }), 4},
	"envelope": {at(5, func(e *ledger.Event) { e.Metadata = replace(e.Metadata, "510001", "510009") }), 5},
	"time":     {at(6, func(e *ledger.Event) { e.Time = e.Time.Add(time.Microsecond) }), 6},
	"type":     {at(6, func(e *ledger.Event) { e.Type += "x" }), 6},
	"schema":   {at(6, func(e *ledger.Event) { e.Schema++ }), 6},
	"id":       {at(0, func(e *ledger.Event) { e.ID[3] ^= 1 }), 0},
	"hash":     {at(7, func(e *ledger.Event) { e.Hash[0] ^= 1 }), 7},
	"stream":   {at(7, func(e *ledger.Event) { e.Stream += "x" }), 7},
	"left out": {func(es []ledger.Event) []ledger.Event { return slices.Delete(es, 3, 4) }, 3},
	"swapped": {func(es []ledger.Event) []ledger.Event {
		es[8], es[9] = es[9], es[8]
		return es
	}, 8},
	"swapped with their revisions": {func(es []ledger.Event) []ledger.Event {
		es[8], es[9] = es[9], es[8]
		es[8].Revision, es[9].Revision = 8, 9
		return es
	}, 8},
	"put in": {func(es []ledger.Event) []ledger.Event {
		forged := es[2]
		forged.Revision = 3
		forged.Hash = ledger.Chain(es[2].Hash, forged.Stream, 3, &forged)
		es = slices.Insert(es, 3, forged)
		for i := range es {
			es[i].Revision = ledger.Revision(i)
		}
		return es
	}, 4},
}

func at(i int, change func(*ledger.Event)) func([]ledger.Event) []ledger.Event {
	return func(events []ledger.Event) []ledger.Event {
		change(&events[i])
		return events
	}
}

func replace(b []byte, old, fresh string) []byte {
	i := slices.Index(b, old[0])
	for ; string(b[i:i+len(old)]) != old; i++ {
	}
	copy(b[i:], fresh)
	return b
}

func TestVerifyStream_OfAnUntouchedStreamCountsItsEvents(t *testing.T) {
	t.Parallel()
	b := setup(t)
	want := int(b.head.Revision) + 1
	if n, err := audit.VerifyStream(t.Context(), b.Store, b.stream); n != want || err != nil {
		t.Errorf("%d, %v, want %d", n, err, want)
	}
	b.erase(t)
	if n, err := audit.VerifyStream(t.Context(), b.Store, b.stream); n != want+1 || err != nil {
		t.Errorf("after erasure: %d, %v, want %d", n, err, want+1)
	}
	if _, err := audit.VerifyStream(t.Context(), b.Store, record.InstanceStream(uuid.New())); !errors.Is(err, audit.ErrNotFound) {
		t.Errorf("no such stream: %v", err)
	}
}

func TestVerifyStream_FindsWhatWasTamperedWith(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, c := range tampering {
		n, err := audit.VerifyStream(t.Context(), altered{b.Store, c.alter}, b.stream)
		var broken *audit.BrokenError
		if !errors.As(err, &broken) || !errors.Is(err, audit.ErrBroken) || int(broken.Revision) != c.at || n != c.at {
			t.Errorf("%s: %d events, %v, want a break at revision %d", name, n, err, c.at)
		}
	}
}

// Events that carry their sealed bytes are verified without the store.
func TestVerifyEvents_DoesWithoutTheStore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	want := int(b.head.Revision) + 1
	sealed := b.events(t, audit.Options{Sealed: true})
	if n, recomputed, err := audit.VerifyEvents(b.stream, sealed); n != want || !recomputed || err != nil {
		t.Errorf("sealed: %d %v %v", n, recomputed, err)
	}
	if n, recomputed, err := audit.VerifyEvents(b.stream, b.events(t, audit.Options{})); n != want || recomputed || err != nil {
		t.Errorf("without sealed bytes: %d %v %v", n, recomputed, err)
	}
	if n, recomputed, err := audit.VerifyEvents(b.stream, nil); n != 0 || recomputed || err != nil {
		t.Errorf("no events: %d %v %v", n, recomputed, err)
	}
	b.erase(t)
	if n, recomputed, err := audit.VerifyEvents(b.stream, b.events(t, audit.Options{Sealed: true})); n != want+1 || !recomputed || err != nil {
		t.Errorf("erased: %d %v %v", n, recomputed, err)
	}
}

func TestVerifyEvents_FindsWhatWasTamperedWith(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, alter := range map[string]func(*audit.Event){
		"payload":      func(e *audit.Event) { e.Sealed.Payload = slices.Concat(e.Sealed.Payload, []byte{0}) },
		"metadata":     func(e *audit.Event) { e.Sealed.Metadata = slices.Concat(e.Sealed.Metadata, []byte{' '}) },
		"shown actor":  func(e *audit.Event) { e.Actor.ID = "510009" },
		"shown time":   func(e *audit.Event) { e.Time = e.Time.Add(time.Second) },
		"shown type":   func(e *audit.Event) { e.Type = "nordvik/skjenkebevilling.Read" },
		"shown org":    func(e *audit.Event) { e.Type = "sydvik/" + e.Type },
		"hash":         func(e *audit.Event) { e.Hash = e.PreviousHash },
		"shown link":   func(e *audit.Event) { e.PreviousHash = e.Hash },
		"no hash":      func(e *audit.Event) { e.Hash = "x" },
		"revision":     func(e *audit.Event) { e.Revision++ },
		"link, plain":  func(e *audit.Event) { e.Sealed, e.PreviousHash = nil, e.Hash },
		"hash, plain":  func(e *audit.Event) { e.Sealed, e.Hash = nil, "00" },
		"place, plain": func(e *audit.Event) { e.Sealed, e.Revision = nil, 0 },
	} {
		events := b.events(t, audit.Options{Sealed: true})
		alter(&events[5])
		if n, _, err := audit.VerifyEvents(b.stream, events); n != 5 || !errors.Is(err, audit.ErrBroken) {
			t.Errorf("%s: %d, %v, want a break at revision 5", name, n, err)
		}
	}
	events := b.events(t, audit.Options{})
	if n, _, err := audit.VerifyEvents(b.stream, slices.Delete(events, 2, 3)); n != 2 || !errors.Is(err, audit.ErrBroken) {
		t.Errorf("left out: %d, %v", n, err)
	}
}

// A changed payload cannot even be opened, and the error says where.
func TestState_OfATamperedStreamIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	log := record.NewLog(altered{b.Store, tampering["payload"].alter}, b.Vault)
	if _, err := audit.State(t.Context(), log, audittest.Instance, record.Until{}); err == nil {
		t.Error("a changed payload was read")
	}
	if _, err := audit.State(t.Context(), log, audittest.Instance, audit.At(3)); err != nil {
		t.Errorf("what stands before it: %v", err)
	}
}

// The recipe of the guide for auditors gives the hashes, with nothing but what the JSON of an event holds.
func TestSealedEvents_VerifyByTheRecipeOfTheGuide(t *testing.T) {
	t.Parallel()
	b := setup(t)
	previous := make([]byte, sha256.Size)
	for _, e := range b.events(t, audit.Options{Sealed: true}) {
		var text []byte
		number := func(n int64) { text = binary.BigEndian.AppendUint64(text, uint64(n)) }
		field := func(s string) {
			number(int64(len(s)))
			text = append(text, s...)
		}
		text = append(text, "hovedbok/event/v1\n"...)
		text = append(text, previous...)
		field("instance-" + audittest.Instance.String())
		number(e.Revision)
		text = append(text, e.ID[:]...)
		field(e.Type)
		number(int64(e.Schema))
		number(e.Time.UnixMicro())
		field(string(e.Sealed.Metadata))
		field(string(e.Sealed.Payload))
		sum := sha256.Sum256(text)
		if hex.EncodeToString(sum[:]) != e.Hash {
			t.Fatalf("the recipe gives another hash at revision %d", e.Revision)
		}
		previous = sum[:]
	}
}
