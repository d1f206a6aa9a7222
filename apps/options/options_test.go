package options_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/expression"
	"github.com/hovedbok/hovedbok/apps/options"
)

func TestStatic_ReadsValuesOfEveryKind(t *testing.T) {
	t.Parallel()
	app := appWith(t, map[string]string{"all.json": `[ // a comment
		{"value": "a", "label": "A", "description": "d", "helpText": "h"}, {"Value": 1.50, "LABEL": "one"},
		{"value": true, "label": "yes"}, {"value": null, "label": "none", "description": null}, {"label": "left out"},
	]`, "sub/other.json": `[]`})
	static := options.ReadStatic(app)
	list, err := static.List("all")
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(list)
	want := `[{"value":"a","label":"A","description":"d","helpText":"h"},{"value":1.5,"label":"one"},{"value":true,"label":"yes"},{"value":null,"label":"none"},{"value":null,"label":"left out"}]`
	if err != nil || string(got) != want {
		t.Errorf("%s %v\nwant %s", got, err, want)
	}
	for _, id := range []string{"ALL", "other", "sub/other", "../config/applicationmetadata", ""} {
		if _, err := static.List(id); !errors.Is(err, options.ErrNotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// TestStatic_UnknownMembersAreFaults: an app with such a list is not published.
func TestStatic_UnknownMembersAreFaults(t *testing.T) {
	t.Parallel()
	app, faults := apps.Load(folder(t, map[string]string{"a.json": `[{"value": 1, "label": "a", "colour": "red"}]`}), apps.Options{})
	if app != nil || len(faults.Errors()) != 1 || faults.Errors()[0].Code != apps.FaultOptions || faults.Errors()[0].Line != 1 {
		t.Errorf("faults %v", faults.Errors())
	}
	_, err := options.ParseConfig([]byte(`{"options": [{"value": 1, "label": "a", "colour": "red"}]}`))
	var config *options.ConfigError
	if !errors.As(err, &config) || config.Member != "options" || !strings.Contains(err.Error(), `"colour"`) {
		t.Errorf("%v", err)
	}
}

func TestParseConfig_Refuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ component, member string }{
		{`{}`, "component"},
		{`[]`, "component"},
		{`{"optionsId": 1}`, "component"},
		{`{"optionsId": "a", "options": []}`, "component"},
		{`{"optionsId": "a", "source": {"group": "g", "value": "v", "label": "l"}}`, "component"},
		{`{"options": [], "secure": true}`, "secure"},
		{`{"optionsId": "a", "sortOrder": "up"}`, "sortOrder"},
		{`{"optionsId": "a", "preselectedOptionIndex": -1}`, "preselectedOptionIndex"},
		{`{"source": {"group": "g", "value": "v"}}`, "source"},
		{`{"source": {"value": "v", "label": "l"}}`, "source"},
		{`{"optionsId": "a", "optionFilter": ["nonsense"]}`, "component"},
		{`{"optionsId": "a", "queryParameters": {"x": ["nonsense"]}}`, "component"},
		{`{"options": {}}`, "options"},
		{`{"options": [1]}`, "options"},
		{`{"options": [{"value": 1}]}`, "options"},
		{`{"options": [{"value": 1, "label": 2}]}`, "options"},
		{`{"options": [{"value": [], "label": "a"}]}`, "options"},
		{`{"options": [{"value": 1, "label": "a", "description": 1}]}`, "options"},
		{`{"options": [{"value": 1, "label": "a", "tags": {"a": 1}}]}`, "options"},
		{`{"options": [{"value": 1, "label": "a", "tags": []}]}`, "options"},
	} {
		_, err := options.ParseConfig([]byte(c.component))
		var config *options.ConfigError
		if !errors.As(err, &config) || config.Member != c.member || config.Error() == "" {
			t.Errorf("%s: %v, want a fault of %s", c.component, err, c.member)
		}
	}
}

func config(t *testing.T, component string) *options.Config {
	t.Helper()
	c, err := options.ParseConfig([]byte(component))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func values(choices options.Choices) []string {
	var out []string
	for _, c := range choices.List {
		out = append(out, c.Value)
	}
	return out
}

func TestResolve_Inline(t *testing.T) {
	t.Parallel()
	list := `"options": [{"value": 3, "label": "c"}, {"value": "1", "label": "a", "helpText": ".h"}, {"value": 1, "label": "again"}, {"value": null, "label": "no"}, {"value": true, "label": "b", "description": "x"}]`
	for _, c := range []struct {
		name, more  string
		want        []string
		preselected string
	}{
		{"as it stands", ``, []string{"3", "1", "true"}, ""},
		{"sorted", `"sortOrder": "asc"`, []string{"1", "true", "3"}, ""},
		{"sorted down", `"sortOrder": "desc"`, []string{"3", "true", "1"}, ""},
		{"filtered", `"optionFilter": ["notEquals", ["value"], "1"]`, []string{"3", "true"}, ""},
		{"filtered by label", `"optionFilter": ["equals", ["value", "label"], "b"]`, []string{"true"}, ""},
		{"null keeps", `"optionFilter": null`, []string{"3", "1", "true"}, ""},
		{"description of none is null", `"optionFilter": ["equals", ["value", "description"], null]`, []string{"3", "1"}, ""},
		{"preselected", `"preselectedOptionIndex": 2`, []string{"3", "1", "true"}, "1"},
		{"preselected in the list before it is sorted", `"preselectedOptionIndex": 0, "sortOrder": "asc"`, []string{"1", "true", "3"}, "3"},
		{"preselected in the filtered list", `"preselectedOptionIndex": 0, "optionFilter": ["notEquals", ["value"], "3"]`, []string{"1", "true"}, "1"},
		{"preselected null", `"preselectedOptionIndex": 3`, []string{"3", "1", "true"}, ""},
		{"preselected beyond", `"preselectedOptionIndex": 30`, []string{"3", "1", "true"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			component := "{" + list
			if c.more != "" {
				component += "," + c.more
			}
			var r options.Registry
			got, err := r.Resolve(context.Background(), config(t, component+"}"), expression.Context{}, options.Request{})
			if err != nil || !slices.Equal(values(got), c.want) {
				t.Fatalf("%v %v, want %v", values(got), err, c.want)
			}
			if (got.Preselected == nil) != (c.preselected == "") || got.Preselected != nil && got.Preselected.Value != c.preselected {
				t.Errorf("preselected %+v, want %q", got.Preselected, c.preselected)
			}
		})
	}
}

func TestResolve_TranslatesAndPassesErrorsOn(t *testing.T) {
	t.Parallel()
	c := config(t, `{"options": [{"value": 1, "label": ".a", "description": ".d", "helpText": ".h"}, {"value": 2, "label": "plain"}]}`)
	row := expression.Row{Path: expression.ParsePath("people[2]")}
	var r options.Registry
	got, err := r.Resolve(context.Background(), c, expression.Context{Texts: capitals{}, Row: row}, options.Request{})
	if err != nil {
		t.Fatal(err)
	}
	first := got.List[0]
	if first.Label != "text of a in people[2]" || first.Description != "text of d in people[2]" || first.HelpText != "text of h in people[2]" || got.List[1].Label != "plain" {
		t.Errorf("%+v", got.List)
	}
	if first.Value != "1" || first.Typed.Kind() != expression.Number {
		t.Errorf("the value is %+v", first)
	}
	broken := errors.New("broken")
	if _, err := r.Resolve(context.Background(), c, expression.Context{Texts: capitals{broken}}, options.Request{}); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	var failed *expression.EvalError
	for _, more := range []string{`"optionFilter": ["dataModel", "x"]`, `"optionsId": "x", "options": null, "queryParameters": {"a": ["dataModel", "x"]}`} {
		component := `{"options": [{"value": 1, "label": "a"}], ` + more + `}`
		if _, err := r.Resolve(context.Background(), config(t, component), expression.Context{}, options.Request{App: appWith(t, nil)}); !errors.As(err, &failed) {
			t.Errorf("%s: %v", more, err)
		}
	}
}

func TestResolve_RowsOfAForm(t *testing.T) {
	t.Parallel()
	data := form(t, `{"pick": "b", "people": [{"id": "a", "name": "Anne", "pets": [{"id": "x"}]}, {"id": "b", "name": "Bo", "pets": [{"id": "y"}, {"id": "z"}]}, {"name": "C"}, {"name": "D"}]}`)
	people := `{"source": {"group": "people", "value": "people[{0}].id", "label": ["dataModel", "people.name"], "description": ".d", "helpText": ["concat", ["dataModel", "people.id"], "!"]}`
	for _, c := range []struct {
		name, component string
		row             expression.Row
		want, labels    []string
	}{
		{"from the root", people + "}", expression.Row{}, []string{"a", "b", ""}, []string{"Anne", "Bo", "C"}},
		{"from the row", `{"source": {"group": "people", "value": "id", "label": "L"}}`, expression.Row{}, []string{"a", "b", ""}, []string{"L", "L", "L"}},
		{"filtered", people + `, "optionFilter": ["equals", ["value"], ["dataModel", "pick"]]}`, expression.Row{}, []string{"b"}, []string{"Bo"}},
		{"of the row of the component", `{"source": {"group": "people[{0}].pets", "value": "people[{0}].pets[{1}].id", "label": ["dataModel", "people.name"]}}`,
			expression.Row{Path: expression.ParsePath("people[1]")}, []string{"y", "z"}, []string{"Bo", "Bo"}},
		{"of the row of the component, which names its form", `{"source": {"group": "people.pets", "value": "id", "label": "L"}}`,
			expression.Row{DataType: "main", Path: expression.ParsePath("people[0]")}, []string{"x"}, []string{"L"}},
		{"of the list that the component is in", people + "}", expression.Row{Path: expression.ParsePath("people[1]")}, []string{"a", "b", ""}, []string{"Anne", "Bo", "C"}},
		{"of a row that is written", `{"source": {"group": "people[1].pets", "value": "people[1].pets[{0}].id", "label": "L"}}`, expression.Row{}, []string{"y", "z"}, []string{"L", "L"}},
		{"of another list than the component's", people + "}", expression.Row{Path: expression.ParsePath("other[3]")}, []string{"a", "b", ""}, []string{"Anne", "Bo", "C"}},
		{"no such list", `{"source": {"group": "no", "value": "id", "label": "L"}}`, expression.Row{}, nil, nil},
		{"no such form", `{"source": {"group": "no", "value": "id", "label": "L", "dataType": "other"}}`, expression.Row{}, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var r options.Registry
			got, err := r.Resolve(context.Background(), config(t, c.component), expression.Context{Data: data, Texts: capitals{}, Row: c.row}, options.Request{})
			if err != nil || !slices.Equal(values(got), c.want) {
				t.Fatalf("%q %v, want %q", values(got), err, c.want)
			}
			for i, choice := range got.List {
				if choice.Label != c.labels[i] || choice.Row.Path.IsEmpty() {
					t.Errorf("%+v, want the label %q", choice, c.labels[i])
				}
			}
		})
	}
	var r options.Registry
	got, err := r.Resolve(context.Background(), config(t, people+"}"), expression.Context{Data: data, Texts: capitals{}}, options.Request{})
	if err != nil || got.List[1].Description != "text of d in people[1]" || got.List[1].HelpText != "b!" {
		t.Errorf("%+v %v", got.List, err)
	}
	none, err := r.Resolve(context.Background(), config(t, `{"source": {"group": "people", "value": "id", "label": "L"}}`), expression.Context{}, options.Request{})
	if err != nil || none.List != nil {
		t.Errorf("without data: %+v %v", none, err)
	}
}

// echo gives what it is asked.
func echo(_ context.Context, q options.Request) (options.List, error) {
	return options.List{Downstream: q.Parameters, Options: []options.Option{{Value: expression.Text(q.Language), Label: q.Instance}}}, nil
}

func TestResolve_SendsParameters(t *testing.T) {
	t.Parallel()
	var r options.Registry
	if err := r.Register("Cities", options.ProviderFunc(echo)); err != nil {
		t.Fatal(err)
	}
	c := config(t, `{"optionsId": "cities", "mapping": {"people[{0}].country": "country", "nothing": "n", "year": "year"}, "queryParameters": {"year": ["plus", 2000, 26], "none": null, "lit": "x"}}`)
	env := expression.Context{
		Data: form(t, `{"year": 1, "people": [{"country": "NO"}, {"country": "SE"}]}`), Row: expression.Row{Path: expression.ParsePath("people[1]")}, Language: "nn",
	}
	got, err := r.Resolve(context.Background(), c, env, options.Request{App: appWith(t, nil), Instance: "1/2"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"country": "SE", "year": "2026", "lit": "x"}
	if len(got.Downstream) != len(want) {
		t.Errorf("%v, want %v", got.Downstream, want)
	}
	for name, value := range want {
		if got.Downstream[name] != value {
			t.Errorf("%v, want %v", got.Downstream, want)
		}
	}
	if got.List[0].Value != "nn" || got.List[0].Label != "1/2" {
		t.Errorf("%+v", got.List)
	}
}

// TestAltinnApps reads every list of Altinn's test apps, and every component that has one.
func TestAltinnApps(t *testing.T) {
	t.Parallel()
	root := altinnApps(t)
	folders, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	lists, components := 0, 0
	for _, folder := range folders {
		app, faults := apps.Load(os.DirFS(filepath.Join(root, folder.Name())), apps.Options{Org: "ttd", Name: folder.Name()})
		if app == nil {
			t.Fatalf("%s: %v", folder.Name(), faults.Errors())
		}
		static := options.ReadStatic(app)
		for _, name := range app.Files.Names("options") {
			lists++
			if list, err := static.List(strings.TrimSuffix(filepath.Base(name), ".json")); err != nil || len(list) == 0 {
				t.Errorf("%s %s: %d options, %v", folder.Name(), name, len(list), err)
			}
		}
		for _, component := range withOptions(t, app) {
			components++
			if _, err := options.ParseConfig(component); err != nil {
				t.Errorf("%s: %v in %s", folder.Name(), err, component)
			}
		}
	}
	if lists < 14 || components < 20 {
		t.Errorf("only %d lists and %d components", lists, components)
	}
}

// withOptions gives the components that let a person choose from options.
func withOptions(t *testing.T, app *apps.App) []json.RawMessage {
	t.Helper()
	var out []json.RawMessage
	for _, folder := range app.Folders {
		for _, page := range folder.Pages {
			src, _ := app.Files.Get(folder.PageFile(page))
			var file struct {
				Data struct {
					Layout []json.RawMessage `json:"layout"`
				} `json:"data"`
			}
			if json.Unmarshal(src, &file) != nil {
				continue // with comments
			}
			for _, component := range file.Data.Layout {
				var has struct {
					OptionsID *string         `json:"optionsId"`
					Options   json.RawMessage `json:"options"`
					Source    json.RawMessage `json:"source"`
					Type      string          `json:"type"`
				}
				if json.Unmarshal(component, &has) == nil && (has.OptionsID != nil || has.Options != nil || has.Source != nil) {
					out = append(out, component)
				}
			}
		}
	}
	return out
}
