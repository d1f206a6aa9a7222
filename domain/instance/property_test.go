package instance_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/domain/instance/instancetest"
)

// wish draws one decision about an instance.
func wish(t *rapid.T, s *instance.State) ([]instance.Event, error) {
	id := rapid.SampledFrom([]uuid.UUID{formID, fileID}).Draw(t, "element")
	n := rapid.IntRange(0, 3).Draw(t, "n")
	target := instance.Target{ID: fmt.Sprintf("Task_%d", n), TaskType: "data", End: n == 3}
	switch rapid.IntRange(0, 12).Draw(t, "wish") {
	case 0:
		return instance.Create(s, instance.Creation{Owner: 1, First: instance.Target{ID: "Task_1"}, Elements: []instance.DataElementAdded{form}})
	case 1, 2, 3:
		p := patch(fmt.Sprintf(`[{"op":"add","path":"/f%d","value":%d}]`, n, rapid.IntRange(0, 9).Draw(t, "v")))
		events, _, err := instance.PatchForm(s, id, p)
		return events, err
	case 4:
		return instance.ReplaceForm(s, id, doc(fmt.Sprintf(`{"f":%d}`, n)))
	case 5:
		return instance.AddElement(s, instance.Rule{MaxCount: 2}, file, false)
	case 6:
		return instance.DeleteElement(s, instance.Rule{}, fileID, false)
	case 7, 8:
		return instance.Advance(s, instance.Move{Action: "confirm", To: target, Abandon: rapid.Bool().Draw(t, "abandon")})
	case 9:
		return instance.SoftDelete(s)
	case 10:
		return instance.Undelete(s)
	case 11:
		return instance.SetSubstatus(s, "s", fmt.Sprint(n))
	}
	return instance.MarkRead(s, instance.Actor{Kind: "user", ID: fmt.Sprint(n)})
}

// Any sequence of commands folds to the same state at once and after replay, live and in bulk.
func TestFold_GivesTheSameStateHoweverItIsDone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		live := instance.Initial(instancetest.ID)
		var log []instance.Record
		for range rapid.IntRange(1, 40).Draw(t, "commands") {
			events, err := wish(t, live)
			if err != nil {
				continue
			}
			for i, e := range events {
				r := instancetest.Record(e, live.Revision+1)
				if i == 0 && rapid.Bool().Draw(t, "keyed") {
					r.Request = "fingerprint"
				}
				log = append(log, r)
				if err := live.Evolve(r); err != nil {
					t.Fatalf("a decided event did not fold: %v", err)
				}
			}
		}
		replayed, bulk := instance.Initial(instancetest.ID), instance.Initial(instancetest.ID)
		for _, r := range log {
			if err := replayed.Evolve(r); err != nil {
				t.Fatal(err)
			}
			if err := bulk.Fold(deepCopy(r)); err != nil {
				t.Fatal(err)
			}
		}
		same(t, live, replayed)
		same(t, live, bulk)
		same(t, live, live.Clone())
	})
}

// deepCopy gives a record whose forms nobody else holds, as one read from the log.
func deepCopy(r instance.Record) instance.Record {
	switch e := r.Event.(type) {
	case instance.DataElementAdded:
		if e.Form != nil {
			e.Form = e.Form.Clone()
		}
		r.Event = e
	case instance.FormDataReplaced:
		e.Form = e.Form.Clone()
		r.Event = e
	case instance.FormDataPatched:
		p, err := document.ParsePatch(e.Patch.AppendJSON(nil))
		if err != nil {
			panic(err)
		}
		e.Patch = p
		r.Event = e
	}
	return r
}

func same(t *rapid.T, a, b *instance.State) {
	fa, fb := forms(a), forms(b)
	if !reflect.DeepEqual(fa, fb) {
		t.Fatalf("forms differ\n%v\n%v", fa, fb)
	}
	x, y := a.Clone(), b.Clone()
	for i := range x.Elements {
		x.Elements[i].Form = nil
	}
	for i := range y.Elements {
		y.Elements[i].Form = nil
	}
	if !reflect.DeepEqual(x, y) {
		t.Fatalf("states differ\n%+v\n%+v", x, y)
	}
}

func forms(s *instance.State) (out []string) {
	for i := range s.Elements {
		if s.Elements[i].Form != nil {
			out = append(out, string(s.Elements[i].Form.AppendJSON(nil)))
		}
	}
	return out
}

// A clone does not change with its original.
func TestClone_IsIndependent(t *testing.T) {
	t.Parallel()
	s := instancetest.Given(t, created, form, fillIn).State
	before := s.Clone()
	snapshot := fmt.Sprintf("%+v %s", before.Process, forms(before))
	for _, e := range []instance.Event{
		instance.FormDataPatched{Element: formID, Patch: patch(`[{"op":"replace","path":"/navn","value":"X"}]`)},
		instance.ActionPerformed{Task: "Task_1", Action: "confirm"},
		instance.TaskCompleted{Task: "Task_1"},
		instance.TaskStarted{Task: "Task_2", Flow: 3},
	} {
		if err := s.Evolve(instancetest.Record(e, s.Revision+1)); err != nil {
			t.Fatal(err)
		}
	}
	if got := fmt.Sprintf("%+v %s", before.Process, forms(before)); len(before.Process.History) != 1 || before.Process.History[0].Ended != (time.Time{}) || before.Elements[0].Locked || got[:20] != snapshot[:20] || forms(before)[0] != `{"navn":"Kaia"}` {
		t.Errorf("the clone changed:\n%s\n%s", snapshot, got)
	}
}

func BenchmarkFold10000(b *testing.B) {
	log := []instance.Record{instancetest.Record(created, 0), instancetest.Record(form, 1), instancetest.Record(fillIn, 2)}
	for i := int64(3); i < 10_000; i++ {
		p := patch(fmt.Sprintf(`[{"op":"add","path":"/felt%d","value":"verdi %d"}]`, i%40, i))
		log = append(log, instancetest.Record(instance.FormDataPatched{Element: formID, Patch: p}, i))
	}
	b.ReportAllocs()
	for b.Loop() {
		s := instance.Initial(instancetest.ID)
		log[1] = deepCopy(log[1])
		for _, r := range log {
			if err := s.Fold(r); err != nil {
				b.Fatal(err)
			}
		}
	}
}
