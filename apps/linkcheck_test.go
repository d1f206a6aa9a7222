package apps_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/apps"
)

// targetCase is a link with one thing wrong in view of the app that it creates.
type targetCase struct {
	name      string
	old, new  string // edit of the links
	target    func(t *testing.T) files
	want      string // as in faultCase; empty for no fault
	elsewhere bool   // the org of B is not hosted here
}

func sak(old, new string) func(*testing.T) files {
	return func(t *testing.T) files {
		t.Helper()
		return caseApp.edit(t, "config/applicationmetadata.json", old, new)
	}
}

func model(old, new string) func(*testing.T) files {
	return func(t *testing.T) files { t.Helper(); return caseApp.edit(t, "models/sak.schema.json", old, new) }
}

var targetCases = []targetCase{
	{name: "unknown app of an org that is hosted", old: "nordvik/skjenkesak", new: "nordvik/annen", want: linkf + ":7: link_target_unknown"},
	{name: "unknown app of another org", old: "nordvik/skjenkesak", new: "sorvik/annen", elsewhere: true, want: linkf + ":7: ?link_target_unknown"},
	{name: "unknown field", old: `"kilde"`, new: `"opphav"`, want: linkf + ":11: link_target_field"},
	{name: "unknown field of an object", old: `"kilde"`, new: `"vedtak.kilde"`, want: linkf + ":11: link_target_field"},
	{name: "literal of the wrong kind", old: `"kilde": "skjenkebevilling"`, new: `"kilde": 1`, want: linkf + ":11: link_target_kind"},
	{name: "a text for a boolean", old: `"kilde": "skjenkebevilling"`, new: `"haster": "true"`, want: linkf + ":11: link_target_kind"},
	{name: "null clears any field", old: `"kilde": "skjenkebevilling"`, new: `"haster": null`},
	{name: "a number for an integer", old: `"kilde": "skjenkebevilling"`, new: `"antall": 1.5`},
	{name: "a computed value for an object", old: `["dataModel", "soeker"]`, new: `["concat", "a"]`, want: linkf + ":10: link_target_kind"},
	{name: "an object into a text", old: `"kilde": "skjenkebevilling"`, new: `"kilde": ["dataModel", "soeker"]`, want: linkf + ":11: link_target_kind"},
	{name: "a text into an object", old: `["dataModel", "soeker"]`, new: `["dataModel", "epost"]`, want: linkf + ":10: link_target_kind"},
	{name: "a number into a text", old: `"kilde": "skjenkebevilling"`, new: `"kilde": ["dataModel", "antall"]`, want: linkf + ":11: ?link_target_kind"},
	{name: "an integer into a number", old: `"kilde": "skjenkebevilling"`, new: `"antall": ["dataModel", "antall"]`},
	{name: "rows of which a column is lost", old: `"kilde": "skjenkebevilling"`, new: `"ansatte": ["dataModel", "ansatte"]`, want: linkf + ":11: ?link_target_field"},
	{name: "an object of which a member is lost", target: model(`"Soeker": {"type": "object", "properties": {"navn": {"type": "string"}, `, `"Soeker": {"type": "object", "properties": {`), want: linkf + ":10: ?link_target_field"},
	{name: "a data type that is a file", old: `"attachments": {`, new: `"dataType": "tegning", "attachments": {`, want: linkf + ":14: link_target_type"},
	{name: "a data type that is named", old: `"attachments": {`, new: `"dataType": "sak", "attachments": {`},
	{name: "no form to prefill", target: sak(`"appLogic": {"classRef": "Nordvik.Sak", "autoCreate": true}`, `"maxSize": 1`), want: linkf + ":7: link_target_type"},
	{name: "an attachment to an unknown data type", old: `{"tegning": "tegning"}`, new: `{"tegning": "skisse"}`, want: linkf + ":14: link_target_type"},
	{name: "an attachment of another content type", old: `{"tegning": "tegning"}`, new: `{"tegning": "bilde"}`, want: linkf + ":14: link_attachment"},
	{name: "an attachment to a locked data type", old: `{"tegning": "tegning"}`, new: `{"tegning": "laast"}`, want: linkf + ":14: link_attachment"},
	{name: "an attachment of too many kinds", old: `{"tegning": "tegning"}`, new: `{"soknad": "tegning"}`, want: linkf + ":14: link_attachment"},
	{name: "attachments that are too large", target: sak(`{"id": "tegning", "maxSize": 5`, `{"id": "tegning", "maxSize": 4`), want: linkf + ":14: ?link_attachment"},
	{name: "too many attachments", target: sak(`"maxCount": 2`, `"maxCount": 1`), want: linkf + ":14: ?link_attachment"},
	{name: "a label from an unknown field", old: `"label": ["dataModel", "vedtak.resultat"]`, new: `"label": ["dataModel", "vedtak.utfall"]`, want: linkf + ":16: link_back_field"},
	{name: "a label from an unknown form", old: `"label": ["dataModel", "vedtak.resultat"]`, new: `"label": ["dataModel", "a", "b"]`, want: linkf + ":16: link_target_type"},
	{name: "back from an unknown field", old: `{"vandel.konklusjon": ["dataModel", "vedtak.resultat"]}`, new: `{"vandel.konklusjon": ["dataModel", "vedtak.utfall"]}`, want: linkf + ":17: link_back_field"},
	{name: "back of another kind", old: `{"vandel.konklusjon": ["dataModel", "vedtak.resultat"]}`, new: `{"vandel.konklusjon": ["dataModel", "vedtak.antall"]}`, want: linkf + ":17: ?link_back_kind"},
	{name: "back of an object", old: `{"vandel.konklusjon": ["dataModel", "vedtak.resultat"]}`, new: `{"vandel.konklusjon": ["dataModel", "vedtak"]}`, want: linkf + ":17: link_back_kind"},
	{name: "an app that creates itself", old: `"if": ["equals", ["dataModel", "alkohol.oel"], true],
    "create": "nordvik/skjenkesak"`, new: `"create": "nordvik/skjenkebevilling"`, want: linkf + ":6: ?link_cycle"},
	{name: "apps that create each other", old: `"if": ["equals", ["dataModel", "alkohol.oel"], true],`, new: ``, target: func(*testing.T) files {
		return caseApp.with(files{linkf: `{"links": [{"id": "tilbake", "create": "nordvik/skjenkebevilling", "owner": "same"}]}`})
	}, want: linkf + ":7: ?link_cycle"},
}

func TestCheckLinks_NamesEachFault(t *testing.T) {
	t.Parallel()
	for _, c := range targetCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := linked()
			if c.old != "" {
				a = a.edit(t, linkf, c.old, c.new)
			}
			b := caseApp
			if c.target != nil {
				b = c.target(t)
			}
			known := map[string]*apps.App{}
			for _, f := range []files{a, b} {
				app := f.load(t)
				known[app.ID] = app
			}
			faults := apps.CheckLinks(known["nordvik/skjenkebevilling"], func(id string) *apps.App { return known[id] }, func(string) bool { return !c.elsewhere })
			if c.want == "" {
				if len(faults) > 0 {
					t.Errorf("got\n%v", faults)
				}
				return
			}
			if !slices.Contains(brief(faults), c.want) {
				t.Errorf("got\n%v\nwant %s", faults, c.want)
			}
		})
	}
}

// An owner's number is personal, and never stands in a fault.
func TestFaults_HoldNoNumbers(t *testing.T) {
	t.Parallel()
	for _, owner := range []string{`{"personNumber": "01817000093"}`, `{"personNumber": "0181700009"}`, `{"organisationNumber": "x991825827"}`} {
		f := linked().edit(t, linkf, `{"organisationNumber": "991825827"}`, owner)
		_, faults := apps.Load(f.fs(), apps.Options{})
		if len(faults) == 0 {
			t.Errorf("%s has no fault", owner)
		}
		for _, number := range []string{"0181700009", "991825827"} {
			if strings.Contains(faults.Error(), number) {
				t.Errorf("a fault holds the number:\n%v", faults)
			}
		}
	}
}
