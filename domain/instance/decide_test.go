package instance_test

import (
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/domain/instance/instancetest"
)

var (
	formID  = uuid.MustParse("20000000-0000-4000-8000-000000000001")
	fileID  = uuid.MustParse("20000000-0000-4000-8000-000000000002")
	created = instance.Created{Owner: 500100, StartEvent: "StartEvent_1"}
	form    = instance.DataElementAdded{Element: formID, DataType: "soknad", Task: "Task_1", ContentType: "application/xml", Form: doc(`{"navn":"Kaia"}`)}
	file    = instance.DataElementAdded{Element: fileID, DataType: "tegning", Task: "Task_1", ContentType: "application/pdf", Filename: "t.pdf", Size: 3, Blob: fileID}
	fillIn  = instance.TaskStarted{Task: "Task_1", TaskType: "data", Flow: 2}
	confirm = instance.Target{ID: "Task_2", TaskType: "confirmation"}
	end     = instance.Target{ID: "EndEvent_1", End: true}
)

func doc(src string) *document.Node {
	n, err := document.Parse([]byte(src))
	if err != nil {
		panic(err)
	}
	return n
}

func patch(src string) document.Patch {
	p, err := document.ParsePatch([]byte(src))
	if err != nil {
		panic(err)
	}
	return p
}

type decide = func(*instance.State) ([]instance.Event, error)

func advance(to instance.Target) decide {
	return func(s *instance.State) ([]instance.Event, error) { return instance.Advance(s, instance.Move{To: to}) }
}

func patched(id uuid.UUID, src string) decide {
	return func(s *instance.State) ([]instance.Event, error) {
		events, _, err := instance.PatchForm(s, id, patch(src))
		return events, err
	}
}

func TestCreate_PutsTheInstanceAtItsFirstTask(t *testing.T) {
	t.Parallel()
	link := instance.Linked{Link: "til-sak", Side: instance.SideTarget, App: "nordvik/a"}
	instancetest.Given(t).
		When(func(s *instance.State) ([]instance.Event, error) {
			return instance.Create(s, instance.Creation{
				Owner: 500100, StartEvent: "StartEvent_1", First: instance.Target{ID: "Task_1", TaskType: "data"},
				Elements: []instance.DataElementAdded{form}, Texts: map[string]string{"a": "b"}, Link: &link,
			})
		}).
		Then(created, link, form, instance.PresentationSet{Texts: map[string]string{"a": "b"}}, fillIn)
}

func TestCreate_RefusesASecondTime(t *testing.T) {
	t.Parallel()
	instancetest.Given(t, created).
		When(func(s *instance.State) ([]instance.Event, error) { return instance.Create(s, instance.Creation{}) }).
		ThenRefused(instance.CodeExists)
}

func TestAdvance_ToTheEndSubmitsAndArchives(t *testing.T) {
	t.Parallel()
	instancetest.Given(t, created, form, fillIn).
		When(advance(confirm)).
		Then(instance.TaskCompleted{Task: "Task_1"}, instance.TaskStarted{Task: "Task_2", TaskType: "confirmation", Flow: 3}).
		When(func(s *instance.State) ([]instance.Event, error) {
			return instance.Advance(s, instance.Move{Action: "confirm", To: end})
		}).
		Then(instance.ActionPerformed{Task: "Task_2", Action: "confirm"}, instance.TaskCompleted{Task: "Task_2"},
			instance.ProcessEnded{EndEvent: "EndEvent_1"}, instance.Submitted{Number: 1}).
		When(advance(confirm)).ThenRefused(instance.CodeProcessEnded).
		When(patched(formID, `[{"op":"add","path":"/x","value":1}]`)).ThenRefused(instance.CodeNotActive).
		ThenState(func(t testing.TB, s *instance.State) {
			if !s.Archived() || s.Submissions != 1 || len(s.Process.History) != 2 || s.Process.History[1].Action != "confirm" {
				t.Errorf("state %+v", s.Process)
			}
		})
}

func TestAdvance_LocksTheDataOfTheTask_RejectDoesNot(t *testing.T) {
	t.Parallel()
	instancetest.Given(t, created, form, fillIn).
		When(advance(confirm)).
		Then(instance.TaskCompleted{Task: "Task_1"}, instance.TaskStarted{Task: "Task_2", TaskType: "confirmation", Flow: 3}).
		When(patched(formID, `[{"op":"add","path":"/x","value":1}]`)).ThenRefused(instance.CodeElementLocked).
		When(func(s *instance.State) ([]instance.Event, error) {
			return instance.Advance(s, instance.Move{Action: "reject", Abandon: true, To: instance.Target{ID: "Task_1", TaskType: "data"}})
		}).
		Then(instance.ActionPerformed{Task: "Task_2", Action: "reject"}, instance.TaskCompleted{Task: "Task_2", Abandoned: true},
			instance.TaskStarted{Task: "Task_1", TaskType: "data", Flow: 4}).
		When(patched(formID, `[{"op":"add","path":"/x","value":1}]`)).
		Then(instance.FormDataPatched{Element: formID, Patch: patch(`[{"op":"add","path":"/x","value":1}]`)})
}

func TestPatchForm_Rules(t *testing.T) {
	t.Parallel()
	at := []instance.Event{created, form, file, fillIn}
	instancetest.Given(t, at...).When(patched(formID, `[{"op":"replace","path":"/navn","value":"Kaia"}]`)).ThenNothing()
	instancetest.Given(t, at...).When(patched(fileID, `[]`)).ThenRefused(instance.CodeNotAForm)
	instancetest.Given(t, at...).When(patched(uuid.New(), `[]`)).ThenRefused(instance.CodeElementNotFound)
	_, _, err := instance.PatchForm(instancetest.Given(t, at...).State, formID, patch(`[{"op":"test","path":"/navn","value":"Per"}]`))
	var failed *document.PatchError
	if !errors.As(err, &failed) || failed.Kind != document.TestFailed {
		t.Errorf("got %v, want a failed test", err)
	}
}

func TestElements_CountAndMandatory(t *testing.T) {
	t.Parallel()
	rule := instance.Rule{DataType: "tegning", MaxCount: 1, MinCount: 1}
	add := func(r instance.Rule, owner bool) decide {
		return func(s *instance.State) ([]instance.Event, error) { return instance.AddElement(s, r, file, owner) }
	}
	instancetest.Given(t, created, fillIn).When(add(rule, false)).Then(file).
		When(add(rule, false)).ThenRefused(instance.CodeMaxCount)
	closed := instance.Rule{DataType: "tegning", DisallowUserCreate: true, DisallowUserDelete: true}
	instancetest.Given(t, created, fillIn).When(add(closed, false)).ThenRefused(instance.CodeUserCreate).When(add(closed, true)).Then(file)

	remove := func(r instance.Rule, id uuid.UUID, owner bool) decide {
		return func(s *instance.State) ([]instance.Event, error) { return instance.DeleteElement(s, r, id, owner) }
	}
	given := func() *instancetest.Spec { return instancetest.Given(t, created, form, file, fillIn) }
	given().When(remove(instance.Rule{MinCount: 1, MaxCount: 1}, formID, true)).ThenRefused(instance.CodeMandatory)
	given().When(remove(closed, fileID, false)).ThenRefused(instance.CodeUserDelete)
	given().When(remove(closed, fileID, true)).Then(instance.DataElementDeleted{Element: fileID}).
		When(remove(closed, fileID, true)).ThenRefused(instance.CodeElementNotFound)
}

func TestDeletion_IsIdempotentAndStopsChanges(t *testing.T) {
	t.Parallel()
	instancetest.Given(t, created, form, fillIn).
		When(instance.SoftDelete).Then(instance.SoftDeleted{}).
		When(instance.SoftDelete).ThenNothing().
		When(advance(confirm)).ThenRefused(instance.CodeDeleted).
		When(instance.Undelete).Then(instance.Undeleted{}).
		When(instance.Undelete).ThenNothing().
		When(instance.Erase).Then(instance.Erased{}).
		When(instance.Erase).ThenNothing().
		When(instance.SoftDelete).ThenRefused(instance.CodeErased).
		When(advance(confirm)).ThenRefused(instance.CodeErased)
}

func TestSmallFacts_AreRecordedOnce(t *testing.T) {
	t.Parallel()
	substatus := func(s *instance.State) ([]instance.Event, error) { return instance.SetSubstatus(s, "Innvilget", "ok") }
	tie := instance.Linked{Handover: formID, Side: instance.SideSource}
	link := func(s *instance.State) ([]instance.Event, error) { return instance.Link(s, tie) }
	receipt := func(s *instance.State) ([]instance.Event, error) { return instance.ConfirmCompletion(s, "nordvik") }
	officer := func(s *instance.State) ([]instance.Event, error) {
		return instance.MarkRead(s, instance.Actor{Kind: "user", ID: "510009"})
	}
	instancetest.Given(t, created, fillIn).
		When(substatus).Then(instance.SubstatusSet{Label: "Innvilget", Description: "ok"}).When(substatus).ThenNothing().
		When(func(s *instance.State) ([]instance.Event, error) { return instance.SetSubstatus(s, "", "") }).ThenRefused(instance.CodeLabelMissing).
		When(link).Then(tie).When(link).ThenNothing().
		When(receipt).ThenRefused(instance.CodeNotEnded).
		When(advance(end)).Then(instance.TaskCompleted{Task: "Task_1"}, instance.ProcessEnded{EndEvent: "EndEvent_1"}, instance.Submitted{Number: 1}).
		When(receipt).Then(instance.CompletionConfirmed{Org: "nordvik"}).When(receipt).ThenNothing().
		When(officer).Then(instance.Read{})
}

func TestMarkRead_IsNewsOncePerState(t *testing.T) {
	t.Parallel()
	s := instancetest.Given(t, created, form, fillIn).State
	officer := instance.Actor{Kind: "user", ID: "510009"}
	if s.SeenBy(officer) || !s.SeenBy(instancetest.Citizen) {
		t.Fatal("who makes an instance has seen it; nobody else has")
	}
	read := instancetest.Record(instance.Read{}, s.Revision+1)
	read.By = officer
	before := s.Changed()
	if err := s.Evolve(read); err != nil {
		t.Fatal(err)
	}
	if !s.SeenBy(officer) || !s.SeenBy(instancetest.Citizen) || s.Changed() != before {
		t.Error("a look must not count as a change")
	}
	ps, _, err := instance.PatchForm(s, formID, patch(`[{"op":"add","path":"/x","value":1}]`))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Evolve(instancetest.Record(ps[0], s.Revision+1)); err != nil {
		t.Fatal(err)
	}
	if s.SeenBy(officer) {
		t.Error("after a change the instance is news again")
	}
}

func TestEvolve_RefusesDamagedStreams(t *testing.T) {
	t.Parallel()
	s := instancetest.Given(t, created).State
	for name, r := range map[string]instance.Record{
		"gap":           instancetest.Record(instance.Read{}, 2),
		"repeat":        instancetest.Record(instance.Read{}, 0),
		"second create": instancetest.Record(created, 1),
		"unknown form":  instancetest.Record(instance.FormDataReplaced{Element: formID, Form: doc(`{}`)}, 1),
	} {
		if err := s.Clone().Evolve(r); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := instance.Initial(formID).Evolve(instancetest.Record(instance.Read{}, 0)); !errors.Is(err, instance.ErrOutOfOrder) {
		t.Errorf("a stream that does not begin with Created: %v", err)
	}
}
