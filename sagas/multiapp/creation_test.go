package multiapp_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/domain/link"
	"github.com/hovedbok/hovedbok/ledger/blob"
	"github.com/hovedbok/hovedbok/sagas"
	"github.com/hovedbok/hovedbok/sagas/multiapp"
)

// request gives the one creation that has been asked for.
func (w *world) request() flat {
	w.Helper()
	if len(w.door.creations) != 1 {
		w.Fatalf("%d creations, want 1", len(w.door.creations))
	}
	f, err := flatten(w.ctx, w.door.creations[0])
	if err != nil {
		w.Fatal(err)
	}
	return f
}

func TestCreation_OfTheSampleHoldsEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.applied()
	cause := w.last(a, instance.FactSubmitted)
	if err := w.saga.Handle(w.ctx, cause); err != nil {
		t.Fatal(err)
	}
	got := w.request()
	handover := link.HandoverID(a, 1, "til-saksbehandling")
	if got.App != appB || got.DataType != "sak" || got.Key != "handover/"+handover.String() || w.door.creations[0].Causation != cause.ID {
		t.Errorf("got %s %s %s caused by %s", got.App, got.DataType, got.Key, w.door.creations[0].Causation)
	}
	if got.Owner != (multiapp.OwnerBody{OrganisationNumber: "310000000"}) {
		t.Errorf("owner %+v", got.Owner)
	}
	want := multiapp.LinkBody{Chain: link.ChainID(a), Handover: handover, Link: "til-saksbehandling", App: appA, Instance: a, Party: fjordkro}
	if got.Link != want {
		t.Errorf("link\n got %+v\nwant %+v", got.Link, want)
	}
	if !reflect.DeepEqual(got.Files, attached()) {
		t.Errorf("files %+v", got.Files)
	}
	var form, source map[string]any
	if err := errors.Join(json.Unmarshal([]byte(got.Form), &form), json.Unmarshal([]byte(sample(t, "skjenkebevilling.json")), &source)); err != nil {
		t.Fatal(err)
	}
	for _, subtree := range []string{"soeker", "lokale", "styrer", "stedfortreder", "skjenketider", "alkohol", "omsetning"} {
		if !reflect.DeepEqual(form[subtree], source[subtree]) {
			t.Errorf("%s\n got %v\nwant %v", subtree, form[subtree], source[subtree])
		}
	}
	sak := map[string]any{"kilde": appA, "kildeInstans": "500100/" + a.String(), "type": "skjenkebevilling"}
	if !reflect.DeepEqual(form["sak"], sak) || form["erklaering"] != nil {
		t.Errorf("sak %v, erklaering %v", form["sak"], form["erklaering"])
	}
}

func TestCreation_NamesTheOwnerInEveryWay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		owner link.Owner
		want  multiapp.OwnerBody
	}{
		"same":                  {link.Owner{Kind: link.OwnerSame}, multiapp.OwnerBody{PartyID: "500100"}},
		"literal organisation":  {link.Owner{Kind: link.OwnerOrganisation, Value: value(t, `"310000000"`)}, multiapp.OwnerBody{OrganisationNumber: "310000000"}},
		"number organisation":   {link.Owner{Kind: link.OwnerOrganisation, Value: value(t, `310000000`)}, multiapp.OwnerBody{OrganisationNumber: "310000000"}},
		"expression":            {link.Owner{Kind: link.OwnerOrganisation, Value: value(t, `["dataModel","soeker.organisasjonsnummer"]`)}, multiapp.OwnerBody{OrganisationNumber: "310000418"}},
		"person by expression":  {link.Owner{Kind: link.OwnerPerson, Value: value(t, `["dataModel","styrer.foedselsnummer"]`)}, multiapp.OwnerBody{PersonNumber: "02919013721"}},
		"party as a number":     {link.Owner{Kind: link.OwnerParty, Value: value(t, `500001`)}, multiapp.OwnerBody{PartyID: "500001"}},
		"party as a big number": {link.Owner{Kind: link.OwnerParty, Value: value(t, `123456789012345678`)}, multiapp.OwnerBody{PartyID: "123456789012345678"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			l := linkOf(t, appA, "til-saksbehandling")
			l.Owner = c.owner
			w.links(appA, l)
			a := w.applied()
			if err := w.saga.Handle(w.ctx, w.last(a, instance.FactSubmitted)); err != nil {
				t.Fatal(err)
			}
			if got := w.request().Owner; got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestCreation_WithoutAnOwnerIsForAPersonToMend(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := linkOf(t, appA, "til-saksbehandling")
	l.Owner = link.Owner{Kind: link.OwnerPerson, Value: value(t, `["dataModel","styrer.finnesIkke"]`)}
	w.links(appA, l)
	err := w.saga.Handle(w.ctx, w.last(w.applied(), instance.FactSubmitted))
	if !sagas.IsPermanent(err) || !strings.Contains(err.Error(), "link til-saksbehandling: the link gives no owner") || len(w.door.calls) > 0 {
		t.Errorf("got %v after %v", err, w.door.calls)
	}
}

func TestCreation_PrefillTakesEveryKindOfValue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := linkOf(t, appA, "til-saksbehandling")
	l.Prefill = nil
	for _, c := range []struct{ path, value string }{
		{"tekst", `"a \" æ"`}, {"tall", `12345678901234567890.10`}, {"ja", `true`}, {"tom", `null`}, {"borte", `["dataModel","finnes.ikke"]`},
		{"tre", `["dataModel","lokale"]`}, {"tre.navn", `"over"`}, {"dyp.ned.i", `["dataModel","lokale.areal"]`},
		{"liste", `["list",["object","rolle","styrer","navn",["dataModel","styrer.navn"]],["object","rolle","x"]]`}, {"rad[0].id", `1`},
	} {
		l.Prefill = append(l.Prefill, link.Assignment{Path: c.path, Value: value(t, c.value)})
	}
	w.links(appA, l)
	if err := w.saga.Handle(w.ctx, w.last(w.applied(), instance.FactSubmitted)); err != nil {
		t.Fatal(err)
	}
	want := parsed(t, `{"tekst":"a \" æ","tall":12345678901234567890.10,"ja":true,
		"tre":{"navn":"over","gateadresse":"Sjøgata 12","postnummer":"9998","poststed":"NORDVIK","gaardsnummer":42,"bruksnummer":117,"areal":164.5,"antallGjester":90,"uteservering":true},
		"dyp":{"ned":{"i":164.5}},"liste":[{"rolle":"styrer","navn":"Jonas Bakke"},{"rolle":"x"}],"rad":[{"id":1}]}`)
	if got := w.request().Form; !document.Equal(parsed(t, got), want) {
		t.Errorf("got %s", got)
	}
}

func TestCreation_IsTheSameForEveryRepeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.applied()
	e := w.last(a, instance.FactSubmitted)
	w.door.fault = func(_ context.Context, op string, apply func() error) error {
		if op != "create" {
			return apply()
		}
		return errors.Join(apply(), errCut)
	}
	for range 3 {
		if err := w.handler().Handle(w.ctx, e); !errors.Is(err, errCut) {
			t.Fatal(err)
		}
		w.act(a, func(s *instance.State) ([]instance.Event, error) { // what happens to A meanwhile does not matter
			return instance.SetSubstatus(s, uuid.NewString(), "")
		})
	}
	first, err := flatten(w.ctx, w.door.creations[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range w.door.creations {
		again, err := flatten(w.ctx, c)
		if err != nil || !reflect.DeepEqual(again, first) {
			t.Errorf("%v\n got %+v\nwant %+v", err, again, first)
		}
	}
	w.only(appB)
}

func TestCreation_WithoutPrefillHasNoForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := linkOf(t, appA, "til-saksbehandling")
	l.Prefill, l.Attachments = nil, nil
	w.links(appA, l)
	if err := w.saga.Handle(w.ctx, w.last(w.applied(), instance.FactSubmitted)); err != nil {
		t.Fatal(err)
	}
	if got := w.request(); got.Form != "" || got.DataType != "" || got.Files != nil || w.blobs.opened > 0 {
		t.Errorf("got %+v", got)
	}
}

func TestCreation_TellsWhatAPersonMustMend(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(w *world, l *link.Link)
		reason string
	}{
		"unknown target, no data type": {func(w *world, _ *link.Link) { w.apps.gone[appB] = true }, "is not published here"},
		"unknown target, data type":    {func(w *world, l *link.Link) { w.apps.gone[appB], l.DataType = true, "sak" }, "app_unknown"},
		"failing condition":            {func(_ *world, l *link.Link) { l.If = value(t, `["greaterThan",["dataModel","lokale.navn"],1]`) }, "an expression of the link fails"},
		"unreadable expression":        {func(_ *world, l *link.Link) { l.If = value(t, `["ukjent"]`) }, "cannot be read"},
		"path that does not fit": {func(_ *world, l *link.Link) {
			l.Prefill = []link.Assignment{{Path: "a", Value: value(t, `1`)}, {Path: "a.b", Value: value(t, `2`)}}
		}, "does not fit the form"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			a := w.applied()
			l := linkOf(t, appA, "til-saksbehandling")
			c.change(w, &l)
			w.links(appA, l)
			err := w.saga.Handle(w.ctx, w.last(a, instance.FactSubmitted))
			if !sagas.IsPermanent(err) || !strings.Contains(err.Error(), c.reason) {
				t.Errorf("got %v, want %q", err, c.reason)
			}
			if n := len(w.of(appB)); n != 0 {
				t.Errorf("%d cases", n)
			}
		})
	}
}

func TestCreation_WaitsForFilesThatCannotBeReadNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.last(w.applied(), instance.FactSubmitted)
	w.blobs.failure = blob.ErrFailed
	if err := w.saga.Handle(w.ctx, e); !errors.Is(err, blob.ErrFailed) || sagas.IsPermanent(err) {
		t.Errorf("got %v", err)
	}
	w.blobs.failure = nil
	w.settle()
	w.only(appB)
}

func TestHandle_TellsALostVersionFromOneThatCannotBeReadNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.last(w.applied(), instance.FactSubmitted)
	w.apps.failure = apps.ErrVersionNotFound
	if err := w.saga.Handle(w.ctx, e); !sagas.IsPermanent(err) {
		t.Errorf("got %v", err)
	}
	w.apps.failure = errCut
	if err := w.saga.Handle(w.ctx, e); !errors.Is(err, errCut) || sagas.IsPermanent(err) {
		t.Errorf("got %v", err)
	}
}
