package audit_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/audit"
	"github.com/hovedbok/hovedbok/audit/audittest"
	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
)

func TestState_AtTurningPoints(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, r := range []ledger.Revision{0, 4, 11, b.head.Revision} {
		b.golden(t, fmt.Sprintf("state-%d.json", r), b.state(t, audit.At(r)))
	}
}

// Invariant: folding the stream gives the state, byte for byte, at every revision, whatever happens later.
func TestState_IsTheSameBytesForEver(t *testing.T) {
	t.Parallel()
	b := setup(t)
	text := func(r int64) string {
		j, err := json.Marshal(b.state(t, audit.At(ledger.Revision(r))))
		if err != nil {
			t.Fatal(err)
		}
		return string(j)
	}
	var before []string
	for r := range int64(b.head.Revision) + 1 {
		before = append(before, text(r))
	}
	b.head = audittest.Append(t, b.Log, b.head, len(before), audittest.Story()[12])
	for r, want := range before {
		if got := text(int64(r)); got != want {
			t.Errorf("revision %d has become\n%s\nwas\n%s", r, got, want)
		}
	}
}

func TestState_AgreesWithTheFoldThatCommandsUse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for r := range b.head.Revision + 1 {
		doc := b.state(t, audit.At(r))
		s, head, err := b.Log.FoldInstance(t.Context(), audittest.Instance, record.Until{Revision: &r})
		if err != nil {
			t.Fatal(err)
		}
		if doc.Hash != head.Hash.String() || doc.Revision != s.Revision || doc.Owner != s.Owner || len(doc.Elements) != len(s.Elements) {
			t.Fatalf("revision %d: %+v", r, doc)
		}
		for i := range s.Elements {
			if !document.Equal(doc.Elements[i].Form, s.Elements[i].Form) || doc.Elements[i].Locked != s.Elements[i].Locked {
				t.Errorf("revision %d: element %d differs", r, i)
			}
		}
		if at := (doc.Process.Current != nil); at != (s.Process.Current != nil) || at && doc.Process.Current.ID != s.TaskID() {
			t.Errorf("revision %d: task differs", r)
		}
	}
}

func TestState_SortsTheMembersOfForms(t *testing.T) {
	t.Parallel()
	b := setup(t)
	got := string(b.state(t, audit.At(1)).Elements[0].Form.AppendJSON(nil))
	want := `{"ansvarlige":[{"altinnRowId":"r1","navn":"Kari"},{"altinnRowId":"r2","navn":"Ola"}],"lokale":{"navn":"Fjordkroa"},"omsetning":{"gruppe1Liter":1200},"soeker":{"epost":"post@fjordkroa.example","navn":"Fjordkroa AS"}}`
	if got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestState_AtATimeIsTheStateAfterTheLastEventUntilThen(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for offset, want := range map[time.Duration]int64{
		0: 3, time.Microsecond: 3, time.Minute - time.Microsecond: 3, time.Minute: 4, 24 * time.Hour: int64(b.head.Revision),
	} {
		if got := b.state(t, record.Until{Time: audittest.Begin.Add(offset)}).Revision; got != want {
			t.Errorf("%v after the beginning: revision %d, want %d", offset, got, want)
		}
	}
	early := ledger.Revision(2)
	if got := b.state(t, record.Until{Revision: &early, Time: audittest.Begin.Add(time.Hour)}).Revision; got != 2 {
		t.Errorf("both a revision and a time: revision %d, want the earlier one", got)
	}
}

func TestState_Refusals(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, c := range map[string]struct {
		id    uuid.UUID
		until record.Until
		want  error
	}{
		"no such instance":    {uuid.New(), record.Until{}, audit.ErrNotFound},
		"beyond the end":      {audittest.Instance, audit.At(b.head.Revision + 1), audit.ErrNoSuchRevision},
		"before the first":    {audittest.Instance, audit.Beginning(), audit.ErrNoSuchRevision},
		"far before it":       {audittest.Instance, audit.At(-7), audit.ErrNoSuchRevision},
		"before the creation": {audittest.Instance, record.Until{Time: audittest.Begin.Add(-time.Second)}, audit.ErrBeforeCreation},
	} {
		if _, err := audit.State(t.Context(), b.Log, c.id, c.until); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestState_OfAnErasedInstance(t *testing.T) {
	t.Parallel()
	for name, erase := range map[string]func(*bundle, testing.TB){"key destroyed": (*bundle).erase, "key still there": (*bundle).recordErasure} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			erase(&b, t)
			b.golden(t, "state-erased-4.json", b.state(t, audit.At(4)))
			if doc := b.state(t, record.Until{}); !doc.Status.Erased || doc.Revision != int64(b.head.Revision) || doc.Owner != 0 || doc.Elements != nil {
				t.Errorf("state %+v", doc)
			}
		})
	}
}

func TestState_WhenOnlyTheKeyIsGone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if err := b.Vault.Erase(t.Context(), b.stream); err != nil {
		t.Fatal(err)
	}
	doc := b.state(t, audit.At(4))
	if !doc.Status.Erased || !doc.Status.ErasedAt.IsZero() || doc.Status.ErasedBy != nil {
		t.Errorf("status %+v: nobody knows who destroyed the key", doc.Status)
	}
}
