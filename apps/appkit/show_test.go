package appkit_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/apps/appkit"
)

func showText(t *testing.T, dir, language string) (string, error) {
	t.Helper()
	found, err := appkit.Find(dir)
	must(t, err)
	app, faults, err := appkit.Load(found[0])
	must(t, err)
	if app == nil {
		t.Fatal(faults)
	}
	var b strings.Builder
	err = appkit.Show(&b, app, language)
	return b.String(), err
}

func TestShow_Golden(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ dir, language string }{
		"skjenkebevilling.txt":    {"nordvik/skjenkebevilling", ""},
		"skjenkesak-nn.txt":       {"nordvik/skjenkesak", "nn"},
		"vandelsvurdering-en.txt": {"politiet/vandelsvurdering", "en"},
	} {
		got, err := showText(t, filepath.Join(sampleApps, c.dir), c.language)
		must(t, err)
		golden(t, filepath.Join("show", name), got)
	}
}

func TestShow_AltinnApps(t *testing.T) {
	t.Parallel()
	root := altinnApps(t)
	got, err := showText(t, filepath.Join(root, "process-transition-test"), "")
	must(t, err)
	golden(t, "show/altinn-process-transition-test.txt", got)
	found, err := appkit.Find(root)
	must(t, err)
	for _, f := range found {
		got, err := showText(t, f.Dir, "")
		must(t, err)
		for _, part := range []string{"\nPROCESS\n", "\nPAGES\n", "\nPOLICY\n", "\nDATA TYPES\n", "\nLINKS\n", "\nTEXTS\n"} {
			if !strings.Contains(got, part) {
				t.Errorf("%s: no %q", f.Dir, part)
			}
		}
	}
}

func TestShow_NewApp(t *testing.T) {
	t.Parallel()
	dir := newApp(t, t.TempDir(), appkit.New{Org: "nordvik", Name: "ny", LinkTo: "politiet/svar"})
	got, err := showText(t, dir, "en")
	must(t, err)
	golden(t, "show/new-en.txt", got)
}

func TestShow_RefusesALanguageThatTheAppLacks(t *testing.T) {
	t.Parallel()
	got, err := showText(t, filepath.Join(sampleApps, "nordvik/skjenkesak"), "se")
	if err == nil || !strings.Contains(err.Error(), "en, nb, nn") || got != "" {
		t.Errorf("got %v and %q", err, got)
	}
}

// Texts that a language lacks are named, and titles are given for what is there.
func TestShow_TextsThatAreMissing(t *testing.T) {
	t.Parallel()
	dir := newApp(t, t.TempDir(), appkit.New{Org: "nordvik", Name: "ny"})
	edit(t, dir, "config/texts/resource.en.json", `"id": "skjema.navn"`, `"id": "skjema.name"`)
	got, err := showText(t, dir, "en")
	must(t, err)
	for _, want := range []string{"en        21     22  skjema.navn\n", "nb        21     22  skjema.name\n", "skjema-navn  Input → navn  required\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

// Components that hold each other, or that are not there, do not stop the picture.
func TestShow_OddPages(t *testing.T) {
	t.Parallel()
	dir := newApp(t, t.TempDir(), appkit.New{Org: "nordvik", Name: "ny"})
	write(t, dir, "ui/Task_1/layouts/ekstra.json", `{"data": {"hidden": ["equals", 1, 2], "layout": [
		{"id": "top", "type": "Group", "children": ["a", "gone"]}, {"id": "a", "type": "Group", "children": ["b"]}, {"id": "b", "type": "Group", "children": ["a"]},
		{"id": "rep", "type": "RepeatingGroup", "dataModelBindings": {"group": {"dataType": "annen", "field": "rader"}}, "children": ["0:c"], "rowsAfter": [{"cells": [null, {"component": "d"}]}], "hiddenRow": true},
		{"id": "c", "type": "Text", "value": ["dataModel", "navn"]}, {"id": "d", "type": "Input", "readOnly": true, "dataModelBindings": {"simpleBinding": "navn", "label": "epost"}},
		{"id": "tabs", "type": "Tabs", "tabs": [{"id": "t", "children": ["e"]}]}, {"id": "e", "type": "Image"},
		{"id": "cards", "type": "Cards", "cards": [{"media": "f", "children": ["g"]}]}, {"id": "f", "type": "Image"}, {"id": "g", "type": "Paragraph"}]}}`)
	got, err := showText(t, dir, "")
	must(t, err)
	_, got, _ = strings.Cut(got, "└─ ekstra")
	got, _, _ = strings.Cut(got, "\nui/Task_2")
	want := `  not in the order  hidden if 1 = 2
   ├─ top  Group
   │  └─ a  Group
   │     └─ b  Group
   │        └─ a  Group
   ├─ rep  RepeatingGroup → rader of annen  rows hidden
   │  ├─ c  Text = navn
   │  └─ d  Input → simpleBinding: navn, label: epost  read only
   ├─ tabs  Tabs
   │  └─ e  Image
   └─ cards  Cards
      ├─ f  Image
      └─ g  Paragraph`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
