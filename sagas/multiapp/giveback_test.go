package multiapp_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/domain/link"
	"github.com/hovedbok/hovedbok/sagas"
	"github.com/hovedbok/hovedbok/sagas/multiapp"
)

// asked is a case with its request to the police, both handed over.
func (w *world) asked() (a, b, c uuid.UUID) {
	w.Helper()
	a = w.applied()
	w.settle()
	return a, w.only(appB).ID, w.only(appC).ID
}

// fill puts a value into the first form.
func (w *world) fill(id uuid.UUID, path, src string) {
	w.Helper()
	w.act(id, func(s *instance.State) ([]instance.Event, error) {
		p, err := document.ParsePath(path)
		if err != nil {
			return nil, err
		}
		next, err := s.Elements[0].Form.With(p, parsed(w.T, src))
		if err != nil {
			return nil, err
		}
		events, _, err := instance.PatchForm(s, s.Elements[0].ID, document.Diff(s.Elements[0].Form, next))
		return events, err
	})
}

// answered ends the police's statement.
func (w *world) answered(c uuid.UUID) {
	w.Helper()
	w.fill(c, "uttalelse", `{"konklusjon":"ingenMerknad","dato":"2026-03-02"}`)
	w.move(c, toTask("Task_2"))
	w.submit(c)
}

// at reads a text of an instance's first form.
func (w *world) at(id uuid.UUID, path string) string {
	w.Helper()
	p, err := document.ParsePath(path)
	if err != nil {
		w.Fatal(err)
	}
	n, ok := w.state(id).Elements[0].Form.Lookup(p)
	if !ok {
		return ""
	}
	return n.Text()
}

func TestGiveBack_PutsDataInTheSource(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, b, c := w.asked()
	w.answered(c)
	w.settle()
	w.settle()
	if w.at(b, "vandel.konklusjon") != "ingenMerknad" || w.at(b, "vandel.dato") != "2026-03-02" {
		t.Errorf("B has %s", w.state(b).Elements[0].Form.AppendJSON(nil))
	}
	if _, ok := w.state(b).Elements[0].Form.Get("merknad"); ok || w.at(b, "vandel.merknad") != "" {
		t.Error("a value that is not there came back")
	}
	w.wantChain(map[string]int{"HandoverIntended": 2, "TargetCreated": 2, "SourceLinked": 2, "ResultReturned": 1})
}

func TestGiveBack_SetsTheSubstatusAlsoAfterTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b, c := w.asked()
	w.answered(c)
	w.settle()
	w.fill(b, "vedtak", `{"resultat":"innvilget","begrunnelse":"Vilkårene er oppfylt."}`)
	w.submit(b)
	w.settle()
	if got := w.state(a).Substatus; got == nil || *got != (instance.Substatus{Label: "innvilget", Description: "Vilkårene er oppfylt."}) {
		t.Errorf("substatus %+v", got)
	}
	w.wantChain(map[string]int{"HandoverIntended": 2, "TargetCreated": 2, "SourceLinked": 2, "ResultReturned": 2})
}

func TestGiveBack_WithoutALabelSetsNoSubstatus(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b, _ := w.asked()
	w.submit(b)
	w.settle()
	if w.state(a).Substatus != nil || contains(w.door.calls, "substatus") {
		t.Errorf("substatus %+v", w.state(a).Substatus)
	}
	if w.chainFacts()["ResultReturned"] != 1 {
		t.Error("the way back is not recorded")
	}
}

func TestGiveBack_LeavesTheDataOfAnEndedSource(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, b, c := w.asked()
	w.submit(b)
	w.answered(c)
	w.settle()
	if w.at(b, "vandel.konklusjon") != "" || contains(w.door.calls, "patch") {
		t.Error("an ended source was changed")
	}
	if w.chainFacts()["ResultReturned"] != 2 {
		t.Error("the way back is not recorded")
	}
}

func TestGiveBack_LooksAgainWhenTheSourceEndsMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, b, c := w.asked()
	w.answered(c)
	e := w.last(c, instance.FactSubmitted)
	w.door.fault = func(_ context.Context, op string, apply func() error) error {
		if op == "patch" {
			w.submit(b)
		}
		return apply()
	}
	if err := w.saga.Handle(w.ctx, e); err == nil || sagas.IsPermanent(err) {
		t.Fatalf("got %v", err)
	}
	if err := w.saga.Handle(w.ctx, e); err != nil {
		t.Fatal(err)
	}
	if w.at(b, "vandel.konklusjon") != "" || w.chainFacts()["ResultReturned"] != 1 {
		t.Errorf("chain events %v", w.chainFacts())
	}
}

func TestGiveBack_DoesNotOverwriteWhatAPersonHasWrittenSince(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, b, c := w.asked()
	w.answered(c)
	e := w.last(c, instance.FactSubmitted)
	w.door.fault = failing("patch", 0, true)
	if err := w.saga.Handle(w.ctx, e); err == nil {
		t.Fatal("the fault was not noticed")
	}
	w.fill(b, "vandel.konklusjon", `"merknad"`)
	if err := w.saga.Handle(w.ctx, e); err != nil {
		t.Fatal(err)
	}
	if got := w.at(b, "vandel.konklusjon"); got != "merknad" {
		t.Errorf("B says %q", got)
	}
}

func TestGiveBack_SeesTheTargetAsItsOwnAppDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b, _ := w.asked()
	l := linkOf(t, appA, "til-saksbehandling")
	l.Back.Label, l.Back.Description = value(t, `["instanceContext","instanceId"]`), value(t, `["concat",["instanceContext","appId"]," ",["instanceContext","instanceOwnerPartyId"]]`)
	w.links(appA, l)
	w.submit(b)
	w.settle()
	if got := w.state(a).Substatus; got == nil || got.Label != "500001/"+b.String() || got.Description != appB+" 500001" {
		t.Errorf("substatus %+v", got)
	}
}

func TestGiveBack_LeavesTheErasedAlone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ erase, during string }{
		"source before":            {"source", ""},
		"target before":            {"target", ""},
		"target before it is read": {"target", "read"},
		"source before the patch":  {"source", "patch"},
		"source before the status": {"source", "substatus"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			_, source, target := w.asked()
			l := linkOf(t, appB, "vandel")
			l.Back.Label = value(t, `"ferdig"`)
			w.links(appB, l)
			w.answered(target)
			e := w.last(target, instance.FactSubmitted)
			erased := map[string]uuid.UUID{"source": source, "target": target}[c.erase]
			if c.during == "" {
				w.erase(erased)
			}
			before := len(w.door.calls)
			w.door.fault = func(_ context.Context, op string, apply func() error) error {
				if op == c.during {
					w.act(erased, instance.Erase)
				}
				return apply()
			}
			if err := w.saga.Handle(w.ctx, e); err != nil {
				t.Fatal(err)
			}
			if c.during == "" && len(w.door.calls) > before {
				t.Errorf("calls %v", w.door.calls[before:])
			}
			if w.chainFacts()["ResultReturned"] != 0 {
				t.Error("it is recorded that the source was told")
			}
		})
	}
}

func TestGiveBack_TellsWhatAPersonMustMend(t *testing.T) {
	t.Parallel()
	for code, status := range map[string]int{"not_authorized": 403, "not_found": 404, "data_element_locked": 409, "form_does_not_fit_model": 422} {
		w := newWorld(t)
		_, _, c := w.asked()
		w.answered(c)
		w.door.fault = func(_ context.Context, op string, apply func() error) error {
			if op == "patch" {
				return &multiapp.AnswerError{Status: status, Code: code, Message: "derfor"}
			}
			return apply()
		}
		err := w.saga.Handle(w.ctx, w.last(c, instance.FactSubmitted))
		if !sagas.IsPermanent(err) || !strings.Contains(err.Error(), code) {
			t.Errorf("%s: got %v", code, err)
		}
	}
}

func TestGiveBack_TriesAgainWhatPasses(t *testing.T) {
	t.Parallel()
	for _, a := range []multiapp.AnswerError{
		{Status: http.StatusConflict, Code: "concurrent_change"}, {Status: http.StatusConflict, Code: "patch_failed"}, {Status: http.StatusUnauthorized},
		{Status: http.StatusRequestTimeout}, {Status: http.StatusTooManyRequests}, {Status: http.StatusBadGateway}, {Status: http.StatusServiceUnavailable, Code: "busy"},
	} {
		w := newWorld(t)
		_, b, c := w.asked()
		w.answered(c)
		e, once := w.last(c, instance.FactSubmitted), false
		w.door.fault = func(_ context.Context, op string, apply func() error) error {
			if op == "patch" && !once {
				once = true
				return &a
			}
			return apply()
		}
		if err := w.saga.Handle(w.ctx, e); err == nil || sagas.IsPermanent(err) {
			t.Errorf("%v: got %v", a, err)
		}
		if err := w.saga.Handle(w.ctx, e); err != nil || w.at(b, "vandel.konklusjon") != "ingenMerknad" {
			t.Errorf("%v: then %v", a, err)
		}
	}
}

func TestGiveBack_NothingToTell(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, b, c := w.asked()
	l := linkOf(t, appB, "vandel")
	l.Back = link.Back{}
	w.links(appB, l)
	w.answered(c)
	w.settle()
	if contains(w.door.calls, "read") || w.at(b, "vandel.konklusjon") != "" {
		t.Errorf("calls %v", w.door.calls)
	}
}
