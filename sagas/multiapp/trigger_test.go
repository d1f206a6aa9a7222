package multiapp_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/domain/link"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
	"github.com/hovedbok/hovedbok/sagas"
	"github.com/hovedbok/hovedbok/sagas/multiapp"
)

func TestNew_NeedsAllItsParts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	whole := multiapp.Options{Log: w.Log, Apps: w.apps, Blobs: w.blobs, Door: w.door}
	if _, err := multiapp.New(whole); err != nil {
		t.Error(err)
	}
	for _, o := range []multiapp.Options{
		{Apps: w.apps, Blobs: w.blobs, Door: w.door}, {Log: w.Log, Blobs: w.blobs, Door: w.door}, {Log: w.Log, Apps: w.apps, Door: w.door}, {Log: w.Log, Apps: w.apps, Blobs: w.blobs},
	} {
		if _, err := multiapp.New(o); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
}

func TestFilter_LetsThroughWhatTriggersCanNameAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	want := ledger.Filter{StreamPrefix: record.InstancePrefix, Facts: []string{"Created", "TaskStarted", "TaskCompleted", "Submitted"}}
	if got := w.saga.Filter(); !reflect.DeepEqual(got, want) || w.saga.Name() != "multiapp" {
		t.Errorf("%s filters %+v", w.saga.Name(), got)
	}
}

func TestHandle_RecordsNothingWhenTheConditionDoesNotHold(t *testing.T) {
	t.Parallel()
	for _, condition := range []string{
		`["equals",["dataModel","lokale.navn"],"Et annet sted"]`, `["dataModel","lokale.navn"]`, `["dataModel","finnes.ikke"]`, `["dataModel","lokale.antallGjester"]`,
	} {
		w := newWorld(t)
		a := w.applied()
		l := linkOf(t, appA, "til-saksbehandling")
		l.If = value(t, condition)
		w.links(appA, l)
		w.settle()
		if len(w.door.calls) > 0 || len(w.chainFacts()) > 0 || len(w.state(a).Relations) > 0 {
			t.Errorf("%s: calls %v, chain events %v", condition, w.door.calls, w.chainFacts())
		}
	}
}

func TestHandle_FiresOnTheTriggerAndCountsItsFirings(t *testing.T) {
	t.Parallel()
	for trigger, want := range map[string]int{
		"Created": 1, "Submitted": 1, "TaskStarted:Task_Vurder": 2, "TaskCompleted:Task_Vurder": 2, "TaskStarted:Task_Vedtak": 2, "TaskCompleted:Task_Vedtak": 1,
		"TaskStarted:Task_Annen": 0,
	} {
		t.Run(trigger, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			l := linkOf(t, appB, "vandel")
			on, err := link.ParseTrigger(trigger)
			if err != nil {
				t.Fatal(err)
			}
			l.On, l.If = on, link.Value{}
			w.links(appB, l)
			b := w.begun(appB, nordvik, `{}`)
			w.move(b, toTask("Task_Vedtak"))
			w.move(b, instance.Move{Action: "reject", Abandon: true, To: instance.Target{ID: "Task_Vurder", TaskType: "data"}})
			w.move(b, toTask("Task_Vedtak"))
			w.submit(b)
			w.settle()
			w.settle() // every event comes again
			made := w.of(appC)
			if len(made) != want || len(tied(w.state(b), instance.SideSource)) != want {
				t.Fatalf("%d instances and %d ties, want %d", len(made), len(tied(w.state(b), instance.SideSource)), want)
			}
			for i, c := range made {
				got := tied(c, instance.SideTarget)
				if len(got) != 1 || got[0].Handover != link.HandoverID(b, i+1, "vandel") || got[0].Chain != link.ChainID(b) {
					t.Errorf("instance %d is tied by %+v", i+1, got)
				}
			}
		})
	}
}

func TestHandle_CarriesTheChainOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.applied()
	w.settle()
	b, c := w.only(appB), w.only(appC)
	chain := link.ChainID(a)
	for _, r := range []instance.Relation{tied(w.state(a), instance.SideSource)[0], tied(b, instance.SideTarget)[0], tied(b, instance.SideSource)[0], tied(c, instance.SideTarget)[0]} {
		if r.Chain != chain {
			t.Errorf("%+v is in another chain than %s", r, chain)
		}
	}
	if got := tied(b, instance.SideSource)[0]; got.Instance != c.ID || got.Party != c.Owner || got.App != appC {
		t.Errorf("B knows %+v as its target", got)
	}
	w.wantChain(map[string]int{"HandoverIntended": 2, "TargetCreated": 2, "SourceLinked": 2})
	st, _, err := w.Log.FoldChain(w.ctx, chain)
	if err != nil || len(st.Handovers) != 2 {
		t.Fatalf("%+v, %v", st, err)
	}
	for i, want := range []struct {
		source, target *instance.State
		app            string
	}{{w.state(a), b, appA}, {b, c, appB}} {
		h := st.Handovers[i]
		if h.Source != want.source.ID || h.SourceOwner != want.source.Owner || h.SourceApp != want.app || h.Target != want.target.ID || h.TargetOwner != want.target.Owner || h.Submission != 1 {
			t.Errorf("handover %d: %+v", i, h)
		}
	}
}

func TestHandle_OneLinkDoesNotHoldUpAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	broken, good := linkOf(t, appA, "til-saksbehandling"), linkOf(t, appA, "til-saksbehandling")
	broken.ID, broken.Create, broken.DataType = "borte", link.App{Org: "nordvik", Name: "finnes-ikke"}, "x"
	w.links(appA, broken, good)
	e := w.last(w.applied(), instance.FactSubmitted)
	if err := w.saga.Handle(w.ctx, e); !sagas.IsPermanent(err) {
		t.Errorf("got %v", err)
	}
	w.only(appB)
}

func TestHandle_TriesAgainWhileAnyLinkMaySucceed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	broken, good := linkOf(t, appA, "til-saksbehandling"), linkOf(t, appA, "til-saksbehandling")
	broken.ID, broken.Create, broken.DataType = "borte", link.App{Org: "nordvik", Name: "finnes-ikke"}, "x"
	w.links(appA, broken, good)
	e := w.last(w.applied(), instance.FactSubmitted)
	w.door.fault = failing("link", 0, false)
	if err := w.saga.Handle(w.ctx, e); sagas.IsPermanent(err) || !errors.Is(err, errCut) {
		t.Errorf("got %v", err)
	}
	if err := w.saga.Handle(w.ctx, e); !sagas.IsPermanent(err) {
		t.Errorf("got %v", err)
	}
	w.only(appB)
}

func TestHandle_LeavesErasedSourcesAlone(t *testing.T) {
	t.Parallel()
	t.Run("when the event comes", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.erase(w.applied())
		w.settle()
		if len(w.door.calls) > 0 || len(w.chainFacts()) > 0 {
			t.Errorf("calls %v, chain events %v", w.door.calls, w.chainFacts())
		}
	})
	t.Run("when it has been opened before", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		a := w.applied()
		e := w.last(a, instance.FactSubmitted)
		w.erase(a)
		if err := w.saga.Handle(w.ctx, e); err != nil || len(w.door.calls) > 0 {
			t.Errorf("%v after %v", err, w.door.calls)
		}
	})
	t.Run("between creation and tie", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		a := w.applied()
		e := w.last(a, instance.FactSubmitted)
		w.door.fault = func(_ context.Context, op string, apply func() error) error {
			err := apply()
			if op == "create" {
				w.act(a, instance.Erase)
			}
			return err
		}
		if err := w.saga.Handle(w.ctx, e); err != nil {
			t.Fatal(err)
		}
		w.only(appB)
		w.wantChain(map[string]int{"HandoverIntended": 1, "TargetCreated": 1, "SourceLinked": 1})
	})
}

func TestHandle_KnowsNoLinksNoWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.links(appA)
	w.applied()
	w.settle()
	if len(w.door.calls) > 0 {
		t.Error(w.door.calls)
	}
}
