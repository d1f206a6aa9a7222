package commands_test

import (
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/commands"
	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
)

const appC = "politiet/vandelsvurdering"

func xmlPart(media, text string) commands.Part {
	return commands.Part{DataType: "uttalelse", ContentType: media, Body: strings.NewReader(text)}
}

// statement creates an instance of C with a form.
func (w *world) statement(p commands.Part) (commands.Result, error) {
	return w.svc.Create(w.ctx, by(politiet), commands.CreateInstance{
		App: appC, Owner: commands.Owner{OrganisationNumber: "310000140"}, Parts: sequence(p),
	})
}

func (w *world) started(p commands.Part) (commands.Result, *instance.Element) {
	w.Helper()
	res, err := w.statement(p)
	if err != nil {
		w.Fatal(err)
	}
	return res, res.State.OfType("uttalelse")[0]
}

func TestForm_TakesXML(t *testing.T) {
	t.Parallel()
	for _, media := range []string{"application/xml", "text/xml; charset=utf-8"} {
		t.Run(media, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			_, el := w.started(xmlPart(media, `<vandelsuttalelse><lokale><navn>Kroa</navn></lokale><hjemmel>§ 1-7b</hjemmel></vandelsuttalelse>`))
			if got := string(el.Form.AppendJSON(nil)); got != `{"hjemmel":"§ 1-7b","lokale":{"navn":"Kroa"}}` {
				t.Errorf("form %s", got)
			}
		})
	}
}

func TestForm_RefusesWhatIsNoXMLOfTheModel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		name, media, body, code string
		kind                    commands.Kind
	}{
		{"malformed", "application/xml", `<vandelsuttalelse>`, commands.CodeFormMalformed, commands.Invalid},
		{"another root", "application/xml", `<skjema/>`, commands.CodeFormMalformed, commands.Invalid},
		{"entities", "text/xml", `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><vandelsuttalelse><hjemmel>&x;</hjemmel></vandelsuttalelse>`, commands.CodeFormMalformed, commands.Invalid},
		{"another type", "text/plain", `hei`, commands.CodeFormContentType, commands.UnsupportedMedia},
		{"no type", "", `<vandelsuttalelse/>`, commands.CodeFormContentType, commands.UnsupportedMedia},
		{"too large", "application/xml", `<vandelsuttalelse>` + strings.Repeat(" ", 4*commands.MaxForm) + `</vandelsuttalelse>`, commands.CodeEventTooLarge, commands.TooLarge},
		{"too large as JSON", "application/xml", `<vandelsuttalelse><hjemmel>` + strings.Repeat("x", commands.MaxForm) + `</hjemmel></vandelsuttalelse>`, commands.CodeEventTooLarge, commands.TooLarge},
	} {
		before := w.events()
		_, err := w.statement(xmlPart(c.media, c.body))
		w.refused(err, c.kind, c.code)
		if w.events() != before {
			t.Errorf("%s: something was recorded", c.name)
		}
	}
}

// Rows get ids when they are recorded, whichever way they come, and keep them.
func TestRows_GetIDsOnEveryWrite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	res, el := w.started(xmlPart("application/xml", `<vandelsuttalelse><personer/><personer altinnRowId="r2"/></vandelsuttalelse>`))
	ids := w.rowIDs(el)
	if len(ids) != 2 || ids[0] == "" || ids[1] != "r2" {
		t.Fatalf("created: ids %q", ids)
	}
	res, err := w.svc.PatchData(w.ctx, by(politiet), refOf(res), append(
		patchOf(t, el.ID, `[{"op":"add","path":"/personer/-","value":{}},{"op":"add","path":"/personer/-","value":{"altinnRowId":"r4"}}]`),
		patchOf(t, el.ID, `[{"op":"add","path":"/personer/0","value":{}}]`)...))
	if err != nil {
		t.Fatal(err)
	}
	el, _ = res.State.Element(el.ID)
	patched := w.rowIDs(el)
	if len(patched) != 5 || patched[0] == "" || patched[1] != ids[0] || patched[2] != "r2" || patched[3] == "" || patched[4] != "r4" || patched[0] == patched[3] {
		t.Errorf("patched: ids %q after %q", patched, ids)
	}
	w.restart() // what is recorded counts, not what the service remembers
	data, err := w.svc.ReadData(w.ctx, by(politiet), refOf(res), el.ID)
	if err != nil || !document.Equal(data.Element.Form, el.Form) {
		t.Errorf("recorded %v, %v", data.Element.Form, err)
	}
	res, err = w.svc.ReplaceData(w.ctx, by(politiet), refOf(res), el.ID, xmlPart("application/json", `{"personer":[{},{}]}`))
	if err != nil {
		t.Fatal(err)
	}
	el, _ = res.State.Element(el.ID)
	if replaced := w.rowIDs(el); len(replaced) != 2 || replaced[0] == "" || replaced[1] == "" || replaced[0] == replaced[1] {
		t.Errorf("replaced: ids %q", replaced)
	}
	before := w.events()
	if _, err = w.svc.ReplaceData(w.ctx, by(politiet), refOf(res), el.ID, xmlPart("application/json", `{"personer":[{},{}]}`)); err != nil || w.events() != before {
		t.Errorf("the same form without ids was recorded as a change, %v", err)
	}
}

func (w *world) rowIDs(el *instance.Element) (ids []string) {
	rows, _ := el.Form.Get("personer")
	for _, row := range rows.Items() {
		id, _ := row.Get(document.RowID)
		ids = append(ids, id.Text())
	}
	return ids
}

// Prefill names fields as C# does: in any case, and without hyphens.
func TestPrefill_NamesFieldsAsCSharp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	res, err := w.svc.Create(w.ctx, by(applicant), commands.CreateInstance{
		App: appA, Owner: commands.Owner{PartyID: fjordkro}, Prefill: map[string]string{"Lokale.Antall-Gjester": "85", "Ukjent.Felt": "x"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := string(w.form(res).Form.AppendJSON(nil)); got != `{"lokale":{"antallGjester":85}}` {
		t.Errorf("form %s", got)
	}
}
