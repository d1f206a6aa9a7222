package text_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/expression"
	"github.com/hovedbok/hovedbok/apps/text"
)

func TestLanguage_FallsBackInAltinnsOrder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		has   []string
		asked string
		want  string
	}{
		{[]string{"nb", "nn", "en", "se"}, "se", "se"},
		{[]string{"nb", "nn", "en"}, "en", "en"},
		{[]string{"nb", "nn", "en"}, "en-GB", "en"},
		{[]string{"nb", "nn", "en"}, "EN_us", "en"},
		{[]string{"nb", "nn"}, "no", "nb"},
		{[]string{"nb", "en"}, "nn", "nb"},
		{[]string{"nn", "en"}, "nb", "nn"},
		{[]string{"de", "en"}, "nn", "en"},
		{[]string{"se", "de"}, "nb", "de"},
		{[]string{"nb"}, "", "nb"},
		{nil, "en", "en"},
		{nil, "de", "nb"},
	} {
		app := &apps.App{ID: "a/b", Texts: map[string]apps.Texts{}}
		for _, tag := range c.has {
			app.Texts[tag] = apps.Texts{Language: tag, Resources: []apps.TextResource{plain("x", "in "+tag)}}
		}
		catalogue := text.Compile(app)
		got := catalogue.Language(c.asked)
		if got.Tag() != c.want {
			t.Errorf("%v, asked for %q: %q, want %q", c.has, c.asked, got.Tag(), c.want)
		}
		if value, ok := got.Raw("x"); ok != (c.has != nil) || ok && value != "in "+c.want {
			t.Errorf("%v, asked for %q: text %q", c.has, c.asked, value)
		}
		if len(catalogue.Languages()) != len(c.has) || !slices.IsSorted(catalogue.Languages()) {
			t.Errorf("languages %v of %v", catalogue.Languages(), c.has)
		}
	}
}

func TestText_LooksAmongTheAppsThenOurs(t *testing.T) {
	t.Parallel()
	texts := text.Compile(appWith("nn", plain("title", "*Søknad*"), plain("general.yes", "Jau"), plain("empty", ""),
		plain("twice", "first"), plain("twice", "second"), plain("general.no", "general.no"), plain("own", "own"))).Language("nn").In(text.Sources{})
	for id, want := range map[string]string{
		"title": "*Søknad*", "general.yes": "Jau", "general.cancel": "Avbryt", "empty": "", "twice": "second", "general.no": "Nei", "own": "own",
	} {
		if got, found, err := texts.Text(id, expression.Row{}); err != nil || !found || got != want {
			t.Errorf("%s: %q %v %v, want %q", id, got, found, err, want)
		}
	}
	if got, found, err := texts.Text("nowhere", expression.Row{}); got != "" || found || err != nil {
		t.Errorf("nowhere: %q %v %v", got, found, err)
	}
	if got := show(t, texts, "nowhere", expression.Row{}); got != "nowhere" {
		t.Errorf("nowhere is shown as %q", got)
	}
}

func TestText_FollowsTextsThatAreIds(t *testing.T) {
	t.Parallel()
	data := form(t, map[string]string{"main": `{"question": "q1", "typed": "general.yes"}`})
	texts := text.Compile(appWith("nb", plain("a", "b"), plain("b", "c"), plain("c", "end"), plain("q1", "Hvor gammel?"),
		plain("round", "and"), plain("and", "round"), withVariables("likert", "{0}", variable("dataModel.default", "question")),
		withVariables("builtin", "{0}", variable("dataModel.default", "typed")))).Language("nb").In(text.Sources{Data: data})
	for id, want := range map[string]string{"a": "end", "likert": "Hvor gammel?", "round": "round", "builtin": "general.yes"} {
		if got := show(t, texts, id, expression.Row{}); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
}

func TestText_FillsVariablesFromEverySource(t *testing.T) {
	t.Parallel()
	data := form(t, map[string]string{
		"main":  `{"name": "Kari", "n": 1.50, "ok": true, "nothing": null, "list": [1], "object": {}, "empty": "", "people": [{"name": "A"}, {"name": "B {0}"}]}`,
		"other": `{"name": "Ola"}`,
	})
	all := text.Sources{
		Data: data, Instance: &expression.Instance{ID: "1/2", AppID: "org/app", OwnerPartyID: "1", OwnerName: "Fjordkroa"},
		Settings: map[string]string{"AppUrl": "https://app", "exact": "1", "Exact": "2"}, Custom: map[string]string{"field": "navn", "empty": ""},
	}
	for _, c := range []struct {
		name     string
		value    string
		variable apps.TextVariable
		want     string
	}{
		{"default form", "Hei {0}!", variable("dataModel.default", "name"), "Hei Kari!"},
		{"another form", "{0}", variable("dataModel.other", "name"), "Ola"},
		{"number", "{0}", variable("dataModel.default", "n"), "1.5"},
		{"boolean", "{0}", variable("dataModel.default", "ok"), "true"},
		{"empty text is a value", "<{0}>", defaulted("dataModel.default", "empty", "x"), "<>"},
		{"null gives the key", "{0}", variable("dataModel.default", "nothing"), "nothing"},
		{"null gives the default", "{0}", defaulted("dataModel.default", "nothing", "ikke satt"), "ikke satt"},
		{"empty default", "<{0}>", defaulted("dataModel.default", "nothing", ""), "<>"},
		{"list", "{0}", variable("dataModel.default", "list"), "list"},
		{"object", "{0}", defaulted("dataModel.default", "object", "-"), "-"},
		{"no such path", "{0}", variable("dataModel.default", "a.b[3].c"), "a.b[3].c"},
		{"no such form", "{0}", defaulted("dataModel.third", "name", "-"), "-"},
		{"row number", "{0}", variable("dataModel.default", "people[0].name"), "A"},
		{"marker outside rows", "{0}", variable("dataModel.default", "people[{0}].name"), "people[{0}].name"},
		{"value like a place", "{0}", variable("dataModel.default", "people[1].name"), "B {0}"},
		{"instance id", "{0}", variable("instanceContext", "instanceId"), "1/2"},
		{"app id", "{0}", variable("instanceContext", "appId"), "org/app"},
		{"party", "{0}", variable("instanceContext", "instanceOwnerPartyId"), "1"},
		{"party type", "{0}", variable("instanceContext", "instanceOwnerPartyType"), "unknown"},
		{"owner", "{0}", variable("instanceContext", "instanceOwnerName"), "Fjordkroa"},
		{"no such instance key", "{0}", defaulted("instanceContext", "colour", "-"), "-"},
		{"setting", "{0}", variable("applicationSettings", "AppUrl"), "https://app"},
		{"setting in another case", "{0}", variable("applicationSettings", "appUrl"), "https://app"},
		{"setting with that very name", "{0}", variable("applicationSettings", "exact"), "1"},
		{"no such setting", "{0}", variable("applicationSettings", "no"), "no"},
		{"parameter", "{0} mangler", variable("customTextParameters", "field"), "navn mangler"},
		{"empty parameter", "<{0}>", variable("customTextParameters", "empty"), "<>"},
		{"text", "«{0}»", variable("text", "title"), "«Tittel til Kari»"},
		{"our text", "{0}", variable("text", "general.yes"), "Ja"},
		{"no such text", "{0}", defaulted("text", "nowhere", "-"), "-"},
		{"unknown source", "{0}", variable("weather", "oslo"), "oslo"},
		{"no source", "{0}", variable("", "oslo"), "oslo"},
		{"a model without a name", "{0}", variable("dataModel.", "name"), "name"},
		{"twice", "{0}{0}", variable("dataModel.default", "name"), "KariKari"},
		{"beyond the last", "{0} {1} {00} {a} {", variable("dataModel.default", "name"), "Kari {1} {00} {a} {"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			app := appWith("nb", withVariables("x", c.value, c.variable), withVariables("title", "Tittel til {0}", variable("dataModel.default", "name")))
			if got := show(t, text.Compile(app).Language("nb").In(all), "x", expression.Row{}); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if c.variable.DefaultValue == nil && !strings.HasPrefix(c.variable.DataSource, "text") {
				bare := show(t, text.Compile(app).Language("nb").In(text.Sources{}), "x", expression.Row{})
				if !strings.Contains(bare, c.variable.Key) {
					t.Errorf("without sources %q is shown, not the key", bare)
				}
			}
		})
	}
}

func TestText_TakesTheRowThatItStandsIn(t *testing.T) {
	t.Parallel()
	data := form(t, map[string]string{"main": `{"people": [{"name": "A", "pets": [{"name": "x"}]}, {"name": "B", "pets": [{"name": "y"}, {"name": "z"}]}]}`})
	texts := text.Compile(appWith("nb", withVariables("person", "{0}", variable("dataModel.default", "people[{0}].name")),
		withVariables("pet", "{1} til {0}", variable("dataModel.main", "people[{0}].name"), variable("dataModel.default", "people[{0}].pets[{1}].name")),
		withVariables("fixed", "{0}", variable("dataModel.default", "people[0].name")))).Language("nb").In(text.Sources{Data: data})
	byName := func(path string) expression.Row {
		return expression.Row{Path: expression.ParsePath(path), DataType: "main"}
	}
	for _, c := range []struct {
		id   string
		row  expression.Row
		want string
	}{
		{"person", byName("people[0]"), "A"},
		{"person", byName("people[1]"), "B"},
		{"person", byName("people[1].pets[1]"), "B"},
		{"pet", byName("people[1].pets[1]"), "z til B"},
		{"pet", expression.Row{Indices: []int{1, 0}}, "y til B"},
		{"fixed", byName("people[1]"), "A"},
		{"person", byName("people[7]"), "people[{0}].name"},
	} {
		if got := show(t, texts, c.id, c.row); got != c.want {
			t.Errorf("%s in %+v: %q, want %q", c.id, c.row, got, c.want)
		}
	}
}

// failing is a data model that cannot be read.
type failing struct{ err error }

func (f failing) Lookup(string, expression.Path, expression.Row) (expression.Value, error) {
	return expression.Value{}, f.err
}

func TestText_PassesErrorsOfTheDataModelOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("several elements")
	l := text.Compile(appWith("nb", withVariables("x", "{0}", defaulted("dataModel.default", "a", "-")), withVariables("y", "{0}", variable("text", "x")))).Language("nb")
	for _, id := range []string{"x", "y"} {
		if _, found, err := l.In(text.Sources{Data: failing{broken}}).Text(id, expression.Row{}); found || !errors.Is(err, broken) || !strings.Contains(err.Error(), `text "x"`) {
			t.Errorf("%s: %v %v", id, found, err)
		}
	}
	if got := show(t, l.In(text.Sources{Data: failing{expression.ErrNotFound}}), "x", expression.Row{}); got != "-" {
		t.Errorf("a form that is not there gives %q", got)
	}
}

func TestText_CirclesAndTreesEnd(t *testing.T) {
	t.Parallel()
	self := withVariables("self", "a{0}", defaulted("text", "self", "!"))
	one := withVariables("one", "1{0}", variable("text", "two"))
	two := withVariables("two", "2{0}", defaulted("text", "one", "."))
	resources := []apps.TextResource{self, one, two}
	for i := range 30 { // a tree of 2^30 texts
		next := "t" + string(rune('A'+i+1))
		resources = append(resources, withVariables("t"+string(rune('A'+i)), "{0}{0}", defaulted("text", next, "x")))
	}
	texts := text.Compile(appWith("nb", resources...)).Language("nb").In(text.Sources{})
	if got := show(t, texts, "self", expression.Row{}); got != "a!" {
		t.Errorf("self: %q", got)
	}
	if got := show(t, texts, "one", expression.Row{}); got != "12." {
		t.Errorf("one: %q", got)
	}
	if got := show(t, texts, "tA", expression.Row{}); strings.Trim(got, "x") != "" || len(got) > 200 {
		t.Errorf("a tree of texts gives %d bytes", len(got))
	}
}

func TestWithCustom_ChangesNothingElse(t *testing.T) {
	t.Parallel()
	texts := text.Compile(appWith("nb")).Language("nb").In(text.Sources{Custom: map[string]string{"minLength": "3"}})
	other := texts.WithCustom(map[string]string{"minLength": "8"})
	if a, b := show(t, texts, "validation_errors.minLength", expression.Row{}), show(t, other, "validation_errors.minLength", expression.Row{}); a != "Skriv minst 3 tegn" || b != "Skriv minst 8 tegn" {
		t.Errorf("%q, %q", a, b)
	}
}

func TestBuiltin_IsTheSameInEveryLanguage(t *testing.T) {
	t.Parallel()
	ids := text.Builtin()
	if len(ids) < 100 {
		t.Fatalf("only %d texts", len(ids))
	}
	for _, id := range ids {
		_, variables, places, _ := text.BuiltinRaw("nb", id)
		for _, tag := range []string{"nb", "nn", "en"} {
			value, v, p, ok := text.BuiltinRaw(tag, id)
			if !ok || value == "" || v != variables || p != places || v > p {
				t.Errorf("%s in %s: %q with %d variables at %d places; nb has %d at %d", id, tag, value, v, p, variables, places)
			}
		}
	}
	for _, id := range []string{"taskTypes.data", "backend.validation_errors.required", "backend.xsd_validation", "backend.pdf_default_file_name", "receipt.title", "pdfPreviewText"} {
		if !slices.Contains(ids, id) {
			t.Errorf("%s is missing", id)
		}
	}
	in := text.Compile(appWith("en", plain("appName", "Licence"))).Language("en").In(text.Sources{Custom: map[string]string{"message": "line 3"}})
	for id, want := range map[string]string{"backend.pdf_default_file_name": "Licence.pdf", "backend.xsd_validation": "The form does not follow its format: line 3"} {
		if got := show(t, in, id, expression.Row{}); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
}

func TestText_IsAnExpressionsText(t *testing.T) {
	t.Parallel()
	data := form(t, map[string]string{"main": `{"people": [{"name": "A"}, {"name": "B"}]}`})
	texts := text.Compile(appWith("nb", withVariables("greeting", "Hei {0}", variable("dataModel.default", "people.name")))).Language("nb").In(text.Sources{Data: data})
	v, err := expression.MustParse(`["text", "greeting"]`).Eval(expression.Context{Texts: texts, Row: expression.Row{Path: expression.ParsePath("people[1]")}})
	if err != nil || v.Str() != "Hei B" {
		t.Errorf("%v %v", v, err)
	}
}

// TestAltinnApps shows every text of Altinn's test apps: nothing fails, and without data each variable shows its default or key.
func TestAltinnApps(t *testing.T) {
	t.Parallel()
	root := altinnApps(t)
	folders, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, folder := range folders {
		app, faults := apps.Load(os.DirFS(filepath.Join(root, folder.Name())), apps.Options{Org: "ttd", Name: folder.Name()})
		if app == nil {
			t.Fatalf("%s: %v", folder.Name(), faults.Errors())
		}
		catalogue := text.Compile(app)
		for _, tag := range catalogue.Languages() {
			in := catalogue.Language(tag).In(text.Sources{})
			for _, r := range app.Texts[tag].Resources {
				got := show(t, in, r.ID, expression.Row{})
				for _, v := range r.Variables {
					if v.DefaultValue == nil && strings.Contains(r.Value, "{0}") && len(r.Variables) == 1 && !strings.Contains(got, v.Key) {
						t.Errorf("%s %s: %q lacks %q", folder.Name(), r.ID, got, v.Key)
					}
				}
				shown++
			}
		}
	}
	if shown < 500 {
		t.Errorf("only %d texts were shown", shown)
	}
}
