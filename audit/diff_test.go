package audit_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/audit"
	"github.com/hovedbok/hovedbok/audit/audittest"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
)

func TestDiff_GoldenSpans(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, span := range [][2]ledger.Revision{{3, 6}, {3, b.head.Revision}, {-1, 3}, {12, 15}} {
		b.golden(t, fmt.Sprintf("diff-%d-%d.json", span[0], span[1]), b.diff(t, audit.At(span[0]), audit.At(span[1])))
	}
}

// find gives the change of a place.
func find(t *testing.T, changes []audit.Change, subject, op, path string) audit.Change {
	t.Helper()
	for _, c := range changes {
		if c.Subject == subject && c.Op == op && c.Path == path {
			return c
		}
	}
	t.Fatalf("no %s %s %s in %d changes", subject, path, op, len(changes))
	return audit.Change{}
}

func TestDiff_NamesTheLastOneThatTouchedAField(t *testing.T) {
	t.Parallel()
	b := setup(t)
	changes := b.diff(t, audit.At(3), audit.At(b.head.Revision))
	for _, c := range []struct {
		subject, path, op, from, to string
		revisions                   []int64
		actor                       string
	}{
		{audit.SubjectForm, "lokale.navn", audit.OpChanged, `"Fjordkroa"`, `"Fjordkroa pub"`, []int64{4}, "510001"},
		{audit.SubjectForm, "omsetning.gruppe1Liter", audit.OpChanged, `1200`, `1450.50`, []int64{4, 6}, "510002"},
		{audit.SubjectForm, "soeker.epost", audit.OpRemoved, `"post@fjordkroa.example"`, "", []int64{12}, "510001"},
		{audit.SubjectForm, "ansvarlige[0].navn", audit.OpChanged, `"Ola"`, `"Ola Berg"`, []int64{12}, "510001"},
		{audit.SubjectForm, "ansvarlige[1].navn", audit.OpAdded, "", `"Siri"`, []int64{6}, "510002"},
		{audit.SubjectInstance, "submissions", audit.OpAdded, "", `1`, []int64{20}, "510001"},
		{audit.SubjectProcess, "currentTask", audit.OpRemoved, `"Task_1"`, "", []int64{7, 8, 10, 11, 15, 16, 18}, "510001"},
		{audit.SubjectProcess, "endEvent", audit.OpAdded, "", `"EndEvent_1"`, []int64{19}, "510001"},
		{audit.SubjectSubstatus, "label", audit.OpAdded, "", `"Under behandling"`, []int64{23}, "nordvik"},
		{audit.SubjectPresentation, "lokale", audit.OpChanged, `"Fjordkroa"`, `"Fjordkroa pub"`, []int64{13}, "510001"},
		{audit.SubjectConfirmation, "nordvik", audit.OpAdded, "", `"2026-01-05T08:13:00Z"`, []int64{24}, "nordvik"},
		{audit.SubjectElement, "locked", audit.OpAdded, "", `true`, []int64{7, 11, 15}, "510001"},
	} {
		got := find(t, changes, c.subject, c.op, c.path)
		if text(got.From) != c.from || text(got.To) != c.to {
			t.Errorf("%s %s: from %s to %s", c.subject, c.path, text(got.From), text(got.To))
		}
		if !slices.Equal(got.Revisions, c.revisions) || got.By.Revision != c.revisions[len(c.revisions)-1] || got.By.Actor.ID != c.actor {
			t.Errorf("%s %s: revisions %v by %+v", c.subject, c.path, got.Revisions, got.By)
		}
	}
	for _, c := range changes {
		if c.Element == audittest.Drawing {
			t.Errorf("a file that came and went between the points is no difference: %+v", c)
		}
	}
}

func TestDiff_OfAFileThatWentAndOneThatCame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	went := find(t, b.diff(t, audit.At(5), audit.At(14)), audit.SubjectElement, audit.OpRemoved, "")
	if went.Element != audittest.Drawing || went.By.Revision != 14 || went.To != nil ||
		text(went.From) != `{"dataType":"tegning","contentType":"application/pdf","filename":"plan.pdf","size":48213,"blob":"a1000000-0000-4000-8000-000000000003"}` {
		t.Errorf("%+v %s", went, text(went.From))
	}
	came := find(t, b.diff(t, audit.At(4), audit.At(5)), audit.SubjectElement, audit.OpAdded, "")
	if text(came.To) != text(went.From) || came.From != nil || came.By.Revision != 5 {
		t.Errorf("%+v", came)
	}
}

func TestDiff_OfNothingIsEmptyAndNotNull(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for r := range b.head.Revision + 1 {
		changes := b.diff(t, audit.At(r), audit.At(r))
		if changes == nil || len(changes) != 0 {
			t.Errorf("revision %d against itself: %+v", r, changes)
		}
	}
	if changes := b.diff(t, audit.At(21), audit.At(22)); len(changes) != 0 {
		t.Errorf("reading is no change: %+v", changes)
	}
}

// A field that went, came back and went again was last touched when it went again; rows around a field do not confuse it.
func TestDiff_FollowsFieldsThatComeAndGo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	by := audittest.Story()[0].By
	first := b.head.Revision
	for i, src := range []string{
		`[{"op":"remove","path":"/lokale/navn"}]`,
		`[{"op":"add","path":"/lokale/navn","value":"X"}]`,
		`[{"op":"remove","path":"/lokale"},{"op":"add","path":"/liste","value":[1,2,3]}]`,
		`[{"op":"remove","path":"/liste/0"},{"op":"move","from":"/ansvarlige/1","path":"/ansvarlige/0"}]`,
		`[{"op":"replace","path":"/liste/1","value":30}]`,
		`[{"op":"replace","path":"/omsetning","value":{}}]`,
	} {
		b.head = audittest.Append(t, b.Log, b.head, 100+i, audittest.Command{By: by, Events: []instance.Event{patched(t, src)}})
	}
	changes := b.diff(t, audit.At(first), record.Until{})
	at := func(op, path string, want ...int64) {
		t.Helper()
		for i := range want {
			want[i] += int64(first)
		}
		if got := find(t, changes, audit.SubjectForm, op, path).Revisions; !slices.Equal(got, want) {
			t.Errorf("%s: revisions %v, want %v", path, got, want)
		}
	}
	at(audit.OpRemoved, "lokale.navn", 1, 2, 3)
	at(audit.OpAdded, "liste[0]", 3)
	at(audit.OpAdded, "liste[1]", 3, 5)
	at(audit.OpRemoved, "omsetning.gruppe1Liter", 6)
	at(audit.OpMoved, "ansvarlige[0]", 4)
}

func TestDiff_Refusals(t *testing.T) {
	t.Parallel()
	b := setup(t)
	early := record.Until{Time: audittest.Begin.Add(-time.Second)}
	for name, c := range map[string]struct {
		id       uuid.UUID
		from, to record.Until
		want     error
	}{
		"no such instance":         {uuid.New(), audit.Beginning(), record.Until{}, audit.ErrNotFound},
		"the wrong way round":      {audittest.Instance, audit.At(7), audit.At(3), audit.ErrOrder},
		"from beyond the end":      {audittest.Instance, audit.At(99), record.Until{}, audit.ErrNoSuchRevision},
		"to beyond the end":        {audittest.Instance, audit.At(0), audit.At(99), audit.ErrNoSuchRevision},
		"from far before it":       {audittest.Instance, audit.At(-2), record.Until{}, audit.ErrNoSuchRevision},
		"to before the creation":   {audittest.Instance, early, early, audit.ErrBeforeCreation},
		"to the point before it":   {audittest.Instance, audit.Beginning(), audit.Beginning(), audit.ErrNoSuchRevision},
		"in order, early is taken": {audittest.Instance, early, audit.At(0), nil},
	} {
		if _, err := audit.Diff(t.Context(), b.Log, c.id, c.from, c.to); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestDiff_OfAnErasedInstanceIsRefused(t *testing.T) {
	t.Parallel()
	for name, erase := range map[string]func(*bundle, testing.TB){
		"key destroyed":   (*bundle).erase,
		"key still there": (*bundle).recordErasure,
		"only the key": func(b *bundle, t testing.TB) {
			if err := b.Vault.Erase(t.Context(), b.stream); err != nil {
				t.Fatal(err)
			}
		},
	} {
		b := setup(t)
		erase(&b, t)
		for _, from := range []record.Until{audit.Beginning(), audit.At(2)} {
			if changes, err := audit.Diff(t.Context(), b.Log, audittest.Instance, from, audit.At(4)); !errors.Is(err, audit.ErrErased) || changes != nil {
				t.Errorf("%s: %v, %v", name, changes, err)
			}
		}
	}
}

func TestChange_JSONComesBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	want, err := json.Marshal(b.diff(t, audit.Beginning(), record.Until{}))
	if err != nil {
		t.Fatal(err)
	}
	var changes []audit.Change
	if err := json.Unmarshal(want, &changes); err != nil {
		t.Fatal(err)
	}
	if got, err := json.Marshal(changes); err != nil || string(got) != string(want) {
		t.Errorf("changes do not come back from JSON: %v", err)
	}
}
