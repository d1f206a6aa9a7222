package audit_test

import (
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/audit"
	"github.com/hovedbok/hovedbok/audit/audittest"
	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
)

// say gives the summary of the last of some events that follow the creation with a form.
func say(t *testing.T, events ...instance.Event) audit.Summary {
	t.Helper()
	b := setup(t)
	n := len(audittest.Story())
	b.head = audittest.Append(t, b.Log, b.head, n, audittest.Command{By: audittest.Story()[0].By, Events: events})
	all := b.events(t, audit.Options{})
	return all[len(all)-1].Summary
}

func patched(t *testing.T, src string) instance.Event {
	t.Helper()
	p, err := document.ParsePatch([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return instance.FormDataPatched{Element: audittest.Form, Patch: p}
}

func TestSummary_NamesFieldsAndNeverValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		events []instance.Event
		want   audit.Summary
	}{
		{
			[]instance.Event{patched(t, `[{"op":"test","path":"/lokale/navn","value":"Fjordkroa pub"},{"op":"replace","path":"/lokale/navn","value":"HEMMELIG"},{"op":"add","path":"/omsetning/gruppe1Liter","value":2}]`)},
			audit.Summary{NB: "Skjema endret: lokale.navn, omsetning.gruppe1Liter", NN: "Skjema endra: lokale.navn, omsetning.gruppe1Liter", EN: "Form changed: lokale.navn, omsetning.gruppe1Liter"},
		},
		{
			[]instance.Event{patched(t, `[{"op":"add","path":"/ansvarlige/-","value":{"navn":"HEMMELIG"}},{"op":"replace","path":"/ansvarlige/0/navn","value":"x"},{"op":"add","path":"/x.y~1z","value":1}]`)},
			audit.Summary{NB: `Skjema endret: ansvarlige[+], ansvarlige[0].navn, ["x.y/z"]`, NN: `Skjema endra: ansvarlige[+], ansvarlige[0].navn, ["x.y/z"]`, EN: `Form changed: ansvarlige[+], ansvarlige[0].navn, ["x.y/z"]`},
		},
		{
			[]instance.Event{patched(t, `[{"op":"add","path":"/a","value":1},{"op":"add","path":"/b","value":1},{"op":"add","path":"/c","value":1},{"op":"add","path":"/d","value":1},{"op":"add","path":"/e","value":1},{"op":"add","path":"/f","value":1},{"op":"move","from":"/a","path":"/h"},{"op":"add","path":"/a","value":1}]`)},
			audit.Summary{NB: "Skjema endret: a, b, c, d, e, f og 1 til", NN: "Skjema endra: a, b, c, d, e, f og 1 til", EN: "Form changed: a, b, c, d, e, f and 1 more"},
		},
		{
			[]instance.Event{patched(t, `[{"op":"replace","path":"","value":{"x":"HEMMELIG"}}]`)},
			audit.Summary{NB: "Skjema endret", NN: "Skjema endra", EN: "Form changed"},
		},
		{
			[]instance.Event{instance.FormDataReplaced{Element: audittest.Form, Form: audittest.Parse(`{"x":"HEMMELIG"}`)}},
			audit.Summary{NB: "Skjema erstattet: soknad", NN: "Skjema erstatta: soknad", EN: "Form replaced: soknad"},
		},
		{
			[]instance.Event{instance.DataElementDeleted{Element: audittest.Form}},
			audit.Summary{NB: "Skjema slettet: soknad", NN: "Skjema sletta: soknad", EN: "Form deleted: soknad"},
		},
		{
			[]instance.Event{instance.DataElementAdded{Element: audittest.Case, DataType: "bilde", ContentType: "image/png", Filename: "HEMMELIG.png", Blob: audittest.Case}},
			audit.Summary{NB: "Fil lagt til: bilde", NN: "Fil lagd til: bilde", EN: "File added: bilde"},
		},
		{
			[]instance.Event{instance.SubstatusSet{Label: "HEMMELIG"}},
			audit.Summary{NB: "Delstatus satt", NN: "Delstatus sett", EN: "Substatus set"},
		},
		{
			[]instance.Event{instance.TaskStarted{Task: "Task_9", TaskType: "data"}, instance.TaskCompleted{Task: "Task_9", Abandoned: true}},
			audit.Summary{NB: "Oppgave avbrutt: Task_9", NN: "Oppgåve avbroten: Task_9", EN: "Task abandoned: Task_9"},
		},
		{
			[]instance.Event{instance.Linked{Link: "til-sak", Side: instance.SideTarget, App: "nordvik/skjenkebevilling"}},
			audit.Summary{NB: "Koblet til instansen den kommer fra: nordvik/skjenkebevilling", NN: "Kopla til instansen han kjem frå: nordvik/skjenkebevilling", EN: "Linked to the instance it comes from: nordvik/skjenkebevilling"},
		},
	} {
		t.Run(c.want.EN, func(t *testing.T) {
			t.Parallel()
			got := say(t, c.events...)
			if got != c.want {
				t.Errorf("\n got %+v\nwant %+v", got, c.want)
			}
			if strings.Contains(got.NB+got.NN+got.EN, "HEMMELIG") {
				t.Error("a value stands in the summary")
			}
		})
	}
}

func TestSummary_In(t *testing.T) {
	t.Parallel()
	s := audit.Summary{NB: "b", NN: "n", EN: "e"}
	for language, want := range map[string]string{"nb": "b", "nn": "n", "en": "e", "se": "e"} {
		if got := s.In(language); got != want {
			t.Errorf("%s: %s", language, got)
		}
	}
}
