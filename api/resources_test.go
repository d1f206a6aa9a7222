package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/expression"
	"github.com/hovedbok/hovedbok/apps/jsonc"
	"github.com/hovedbok/hovedbok/apps/options"
)

// resourceRoutes are the routes of resources.go, with an example of each.
var resourceRoutes = []struct {
	name, route, path string
	status            int
}{
	{"texts", "/api/v1/texts/:language", "/api/v1/texts/nn", 200},
	{"languages", "/api/v1/applicationlanguages", "/api/v1/applicationlanguages", 200},
	{"settings", "/api/v1/applicationsettings", "/api/v1/applicationsettings", 200},
	{"footer", "/api/v1/footer", "/api/v1/footer", 200},
	{"form-layout", "/api/resource/formlayout.json", "/api/resource/formlayout.json", 204},
	{"layouts-single", "/api/layouts", "/api/layouts", 200},
	{"layouts", "/api/layouts/:name", "/api/layouts/Task_2", 200},
	{"layout-settings-global", "/api/layoutsettings", "/api/layoutsettings", 200},
	{"layout-settings", "/api/layoutsettings/:name", "/api/layoutsettings/Task_1", 200},
	{"layout-sets", "/api/layoutsets", "/api/layoutsets", 400},
	{"rule-handler", "/api/rulehandler/:name", "/api/rulehandler/Task_1", 204},
	{"rule-configuration", "/api/ruleconfiguration/:name", "/api/ruleconfiguration/Task_1", 204},
	{"validation-config", "/api/validationconfig/:name", "/api/validationconfig/skjenkebevilling", 200},
	{"options", "/api/options/:optionsId", "/api/options/janei?language=nb", 200},
}

const instanceOptionsRoute = "GET /:org/:app/instances/:party/:guid/options/:optionsId"

// The tables of the other tests know these routes too. Files are served as they are, whatever Altinn's document says of their shape.
func init() {
	for _, r := range resourceRoutes {
		kindOf["GET /:org/:app"+r.route] = nothingOfInstances
		if r.name != "texts" && r.name != "languages" {
			differs[r.name] = ""
		}
	}
	kindOf[instanceOptionsRoute], differs["options-of-instance"] = instanceData, ""
}

// resources takes an example of each route of resources.go.
func (w *tour) resources(m made) {
	for _, r := range resourceRoutes {
		w.step(r.name, r.status, call{method: "GET", path: appA + r.path})
	}
	w.step("options-of-instance", 200, call{method: "GET", path: m.path + "/options/janei?language=nb", token: w.as(ingrid)})
}

func TestGolden_Resources(t *testing.T) {
	t.Parallel()
	w := &tour{apitest: common(t), t: t, seen: map[string]bool{}}
	w.resources(w.draft(t))
	for _, r := range resourceRoutes {
		if !w.seen["GET /:org/:app"+r.route] {
			t.Errorf("%s has no example", r.route)
		}
	}
	doc := altinnAPI(t)
	for _, x := range w.all {
		var wrong []string
		if s := doc.answer(x); s != nil && x.got.status == 200 {
			doc.check(s, parse(t, x.got.body), "", &wrong)
		}
		for _, fault := range wrong {
			t.Errorf("%s: %s", x.name, fault)
		}
	}
}

// altinnApp publishes one of Altinn's test apps.
func altinnApp(t *testing.T, a *apitest, name string) *apps.App {
	t.Helper()
	dir := filepath.Join("..", "..", "shared", "testdata", "altinn", "apps", name)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("Altinn's test apps are not beside the project: %s", dir)
	}
	app, faults := a.node.Catalogue.Publish(context.Background(), os.DirFS(dir), apps.Options{Org: "ttd", Name: name})
	if app == nil {
		t.Fatalf("%s: %v", name, faults.Errors())
	}
	return app
}

// TestResources_AltinnApps compares what is served of an app of v8 and of eight of v9 with their files, one by one.
func TestResources_AltinnApps(t *testing.T) {
	t.Parallel()
	a := alone(t)
	for _, name := range []string{
		"template-v8", "component-library", "frontend-test", "multiple-datamodels-test", "navigation-test-subform", "process-transition-test", "service-task",
		"signing-test", "stateless-app",
	} {
		t.Run(name, func(t *testing.T) {
			app := altinnApp(t, a, name)
			served := 0
			for _, file := range app.Files.Names(".") {
				if a.serves(t, app, file) {
					served++
				}
			}
			if served < 3 {
				t.Errorf("only %d files were compared", served)
			}
			a.optional(t, app)
		})
	}
}

// serves compares a file with what is served of it, and tells whether it is one that is served.
func (a *apitest) serves(t *testing.T, app *apps.App, file string) bool {
	t.Helper()
	get := func(address string) reply {
		return a.must(t, 200, call{method: "GET", path: "/" + app.ID + "/api/" + address})
	}
	dir, base := path.Split(file)
	folder := path.Base(dir)
	switch {
	case file == "ui/footer.json":
		sameBytes(t, app, file, get("v1/footer"))
	case file == "ui/layout-sets.json":
		sameBytes(t, app, file, get("layoutsets"))
	case file == "ui/Settings.json":
		sameBytes(t, app, file, get("layoutsettings"))
	case base == "Settings.json":
		sameBytes(t, app, file, get("layoutsettings/"+folder))
	case folder == "layouts":
		a.samePage(t, app, file, get("layouts/"+path.Base(path.Dir(path.Dir(file)))))
	case strings.HasSuffix(base, ".validation.json"):
		sameBytes(t, app, file, get("validationconfig/"+strings.TrimSuffix(base, ".validation.json")))
	case dir == "options/":
		sameOptions(t, app, file, get("options/"+strings.TrimSuffix(base, ".json")))
	case dir == "config/texts/":
		sameTexts(t, app, file, get("v1/texts/"+strings.Split(base, ".")[1]))
	default:
		return false
	}
	return true
}

// sameBytes fails when a file is not served byte for byte. Only what is no JSON may differ: comments and a byte order mark.
func sameBytes(t *testing.T, app *apps.App, file string, got reply) {
	t.Helper()
	want, _ := app.Files.Get(file)
	if json.Valid(want) && !bytes.Equal(want, got.body) {
		t.Errorf("%s is served as %.300s", file, got.body)
	}
	if !reflect.DeepEqual(lenient(t, want), parse(t, got.body)) {
		t.Errorf("%s does not say the same when it is served: %.300s", file, got.body)
	}
	if kind := got.header.Get("Content-Type"); kind != "application/json; charset=utf-8" {
		t.Errorf("%s: content type %q", file, kind)
	}
}

// lenient reads a JSON file as its author may write it.
func lenient(t *testing.T, src []byte) any {
	t.Helper()
	strict, err := jsonc.Standard(src, jsonc.Lenient)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, strict)
}

func (a *apitest) samePage(t *testing.T, app *apps.App, file string, got reply) {
	t.Helper()
	src, _ := app.Files.Get(file)
	name := strings.TrimSuffix(path.Base(file), path.Ext(file))
	if !reflect.DeepEqual(lenient(t, src), at(t, got.tree(t), name)) {
		t.Errorf("%s is served as something else", file)
	}
}

func sameOptions(t *testing.T, app *apps.App, file string, got reply) {
	t.Helper()
	src, _ := app.Files.Get(file)
	want, _ := lenient(t, src).([]any)
	have := got.list(t)
	if len(have) != len(want) {
		t.Fatalf("%s has %d options, %d are served", file, len(want), len(have))
	}
	for i := range want {
		if !reflect.DeepEqual(want[i], have[i]) {
			t.Errorf("%s: %v is served as %v", file, want[i], have[i])
		}
	}
}

func sameTexts(t *testing.T, app *apps.App, file string, got reply) {
	t.Helper()
	src, _ := app.Files.Get(file)
	want, _ := at(t, lenient(t, src), "resources").([]any)
	have, _ := at(t, got.tree(t), "resources").([]any)
	if len(have) != len(want) {
		t.Fatalf("%s has %d texts, %d are served", file, len(want), len(have))
	}
	for i := range want {
		for _, member := range []string{"id", "value"} {
			if at(t, want[i], member) != at(t, have[i], member) {
				t.Errorf("%s: %v is served as %v", file, want[i], have[i])
			}
		}
		if variables, ok := want[i].(map[string]any)["variables"].([]any); ok && len(variables) != len(at(t, have[i], "variables").([]any)) {
			t.Errorf("%s: %v is served as %v", file, want[i], have[i])
		}
	}
	if id := at(t, got.tree(t), "id"); id != strings.ReplaceAll(app.ID, "/", "-")+"-"+at(t, got.tree(t), "language").(string) {
		t.Errorf("%s: id %v", file, id)
	}
}

// optional asks for what an app may do without.
func (a *apitest) optional(t *testing.T, app *apps.App) {
	t.Helper()
	for file, address := range map[string]string{
		"ui/footer.json": "v1/footer", "ui/FormLayout.json": "resource/FormLayout.json", "ui/Settings.json": "layoutsettings", "ui/nowhere/Settings.json": "layoutsettings/nowhere",
		"ui/Task_1/RuleHandler.js": "rulehandler/Task_1", "ui/Task_1/RuleConfiguration.json": "ruleconfiguration/Task_1", "models/nowhere.validation.json": "validationconfig/nowhere",
	} {
		if app.Files.Has(file) {
			continue
		}
		if got := a.must(t, 204, call{method: "GET", path: "/" + app.ID + "/api/" + address}); len(got.body) > 0 {
			t.Errorf("%s: %s", address, got.body)
		}
	}
	if got := a.must(t, 200, call{method: "GET", path: "/" + app.ID + "/api/layouts/nowhere"}); string(got.body) != "{}" {
		t.Errorf("pages of no folder: %s", got.body)
	}
	sets := 400
	if app.Files.Has("ui/layout-sets.json") {
		sets = 200
	}
	a.must(t, sets, call{method: "GET", path: "/" + app.ID + "/api/layoutsets"})
}

// old is an app from before layout sets, with what such apps may have.
func old(t *testing.T, a *apitest, more map[string]string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "examples", "apps", "politiet", "vandelsvurdering"))); err != nil {
		t.Fatal(err)
	}
	for name, src := range more {
		file := filepath.Join(dir, "App", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if app, faults := a.node.Catalogue.Publish(context.Background(), os.DirFS(dir), apps.Options{}); app == nil {
		t.Fatalf("%v", faults.Errors())
	}
}

func TestResources_OlderApps(t *testing.T) {
	t.Parallel()
	a := alone(t)
	old(t, a, map[string]string{
		"ui/layouts/one.json": `{"data": {"layout": [] /* none */, "n": 1.50}}`, "ui/layouts/two.json": `{"data": {"layout": [],},}`, "ui/Settings.json": "\ufeff{\"pages\": {\"order\": [\"one\"]}}",
		"ui/Task_1/RuleHandler.js": "var x = '<>'\n", "ui/Task_1/RuleConfiguration.json": `{"data": {}}`,
		"appsettings.json": `{"AppSettings": {"AppOidcProvider": "idporten", "RemoveHiddenData": true}, "FrontEndSettings": {"HomeUrl": "a&b", "URL": "u", "IOThing": 3, "x": "y"}}`,
	})
	get := func(address string) reply {
		return a.must(t, 200, call{method: "GET", path: appC + "/api/" + address})
	}
	for address, want := range map[string]string{
		"layouts":                  `{"one":{"data":{"layout":[],"n":1.50}},"two":{"data":{"layout":[]}}}`,
		"layoutsettings":           `{"pages": {"order": ["one"]}}`,
		"rulehandler/Task_1":       "var x = '<>'\n",
		"ruleconfiguration/Task_1": `{"data": {}}`,
		"v1/applicationsettings":   `{"appOidcProvider":"idporten","homeUrl":"a&b","ioThing":"3","url":"u","x":"y"}` + "\n",
	} {
		if got := get(address); string(got.body) != want {
			t.Errorf("%s: %s, want %s", address, got.body, want)
		}
	}
	if kind := get("rulehandler/Task_1").header.Get("Content-Type"); kind != "text/javascript; charset=utf-8" {
		t.Errorf("a script is served as %s", kind)
	}
	a.must(t, 204, call{method: "GET", path: appC + "/api/layoutsets"})
	old(t, a, map[string]string{"ui/FormLayout.json": `{"data": {"layout": []}}`, "ui/layouts/one.json": `{"data": {"layout": []}}`})
	if got := get("layouts"); string(got.body) != `{"FormLayout":{"data":{"layout":[]}}}` {
		t.Errorf("%s", got.body)
	}
	for _, address := range []string{"resource/FormLayout.json", "resource/formlayout.json", "Resource/FORMLAYOUT.JSON"} {
		if got := get(address); string(got.body) != `{"data": {"layout": []}}` {
			t.Errorf("%s: %s", address, got.body)
		}
	}
}

func TestResources_Texts(t *testing.T) {
	t.Parallel()
	a := alone(t)
	for tag, want := range map[string]string{"nb": "nb", "nn": "nn", "EN": "en", "se": "nb", "xx": "nb"} {
		got := a.must(t, 200, call{method: "GET", path: appA + "/api/v1/texts/" + tag})
		if at(t, got.tree(t), "language") != want || at(t, got.tree(t), "id") != "nordvik-skjenkebevilling-"+want || at(t, got.tree(t), "org") != "nordvik" {
			t.Errorf("%s: %.200s", tag, got.body)
		}
	}
	for _, tag := range []string{"n", "nob", "..", "n1", "%20n", "æ"} {
		if got := a.must(t, 400, call{method: "GET", path: appA + "/api/v1/texts/" + tag}); got.code(t) != "language_invalid" {
			t.Errorf("%s: %s", tag, got.body)
		}
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "examples", "apps", "politiet", "vandelsvurdering"))); err != nil {
		t.Fatal(err)
	}
	texts := filepath.Join(dir, "App", "config", "texts")
	if err := os.RemoveAll(texts); err != nil {
		t.Fatal(err)
	}
	publish := func() {
		if app, faults := a.node.Catalogue.Publish(context.Background(), os.DirFS(dir), apps.Options{}); app == nil {
			t.Fatalf("%v", faults.Errors())
		}
	}
	publish()
	for _, address := range []string{"texts/nb", "texts/en", "applicationlanguages"} {
		if got := a.must(t, 404, call{method: "GET", path: appC + "/api/v1/" + address}); got.code(t) != "texts_not_found" {
			t.Errorf("%s: %s", address, got.body)
		}
	}
	if err := os.MkdirAll(texts, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(texts, "resource.en.json"), []byte(`{"language": "en", "resources": []}`), 0o600); err != nil {
		t.Fatal(err)
	}
	publish()
	a.must(t, 404, call{method: "GET", path: appC + "/api/v1/texts/nb"})
	if got := a.must(t, 200, call{method: "GET", path: appC + "/api/v1/texts/en"}); len(at(t, got.tree(t), "resources").([]any)) != 0 {
		t.Errorf("%s", got.body)
	}
	if got := a.must(t, 200, call{method: "GET", path: appC + "/api/v1/applicationlanguages"}); string(got.body) != `[{"language":"en"}]`+"\n" {
		t.Errorf("%s", got.body)
	}
}

// TestResources_Names keeps names inside their folders, in their own case, and in apps that there are.
func TestResources_Names(t *testing.T) {
	t.Parallel()
	a := common(t)
	for _, route := range []string{"layouts", "layoutsettings", "rulehandler", "ruleconfiguration", "validationconfig"} {
		for _, name := range []string{"..", ".", `a%5Cb`, `..%5C..%5Cconfig`, "%FF"} {
			if got := a.must(t, 400, call{method: "GET", path: appA + "/api/" + route + "/" + name}); got.code(t) != "name_invalid" {
				t.Errorf("%s/%s: %s", route, name, got.body)
			}
		}
		for _, name := range []string{"..%2F..%2Fconfig", "%2Fetc", "a/b"} {
			if got := a.must(t, 404, call{method: "GET", path: appA + "/api/" + route + "/" + name}); got.code(t) != "route_unknown" {
				t.Errorf("%s/%s: %s", route, name, got.body)
			}
		}
	}
	for _, r := range resourceRoutes {
		if got := a.must(t, 404, call{method: "GET", path: "/nordvik/nowhere" + r.path}); got.code(t) != "app_unknown" {
			t.Errorf("%s: %s", r.path, got.body)
		}
	}
	a.must(t, 200, call{method: "GET", path: appA + "/API/LayoutSettings/Task_1"})
	a.must(t, 204, call{method: "GET", path: appA + "/API/LayoutSettings/TASK_1"})
	for _, name := range []string{"Status", "Data", "OPTIONS"} { // literals of ours, in another case
		got := a.must(t, 404, call{method: "GET", path: appA + "/api/Options/" + name})
		if !strings.Contains(string(got.body), `\"`+name+`\"`) {
			t.Errorf("%s: %s", name, got.body)
		}
	}
}

func TestResources_Options(t *testing.T) {
	t.Parallel()
	a := alone(t)
	m := a.draft(t)
	lists := a.node.API.OptionLists
	echo := func(_ context.Context, r options.Request) (options.List, error) {
		label := r.App.ID + " " + r.Language + " " + r.Instance
		return options.List{Options: []options.Option{{Value: expression.Int(7), Label: label, Description: "<b>"}}, Downstream: r.Parameters}, nil
	}
	broken := func(context.Context, options.Request) (options.List, error) {
		return options.List{}, fmt.Errorf("no answer: %w", options.ErrNotFound)
	}
	for id, p := range map[string]options.ProviderFunc{
		"Echo": echo, "gone": broken, "none": func(context.Context, options.Request) (options.List, error) { return options.List{}, nil },
	} {
		if err := lists.Register(id, p); err != nil {
			t.Fatal(err)
		}
	}
	if err := lists.RegisterSecure("parties", options.ProviderFunc(echo)); err != nil {
		t.Fatal(err)
	}
	open, secure, token := appA+"/api/options/", m.path+"/options/", a.person(t, ingrid)
	got := a.must(t, 200, call{method: "GET", path: open + "echo?LANGUAGE=en&b=x%26y&a=1"})
	if want := `[{"value":7,"label":"nordvik/skjenkebevilling en ","description":"<b>"}]` + "\n"; string(got.body) != want {
		t.Errorf("%s, want %s", got.body, want)
	}
	if h := got.header.Get("Altinn-DownstreamParameters"); h != "a=1,b=x%26y" {
		t.Errorf("downstream parameters %q", h)
	}
	for _, id := range []string{"echo", "parties"} {
		got = a.must(t, 200, call{method: "GET", path: secure + id + "?language=nn", token: token})
		if want := "nordvik/skjenkebevilling nn " + m.id; at(t, got.list(t), 0, "label") != want {
			t.Errorf("%s: %s, want %s", id, got.body, want)
		}
	}
	if got = a.must(t, 200, call{method: "GET", path: open + "none"}); string(got.body) != "[]\n" || got.header.Get("Altinn-DownstreamParameters") != "" {
		t.Errorf("%s", got.body)
	}
	if got = a.must(t, 200, call{method: "GET", path: open + "land?language=nn"}); !strings.Contains(string(got.body), `{"value":"NOR","label":"Noreg"}`) {
		t.Errorf("%.200s", got.body)
	}
	for path, hint := range map[string]string{open + "parties": "secure", open + "gone": "no answer", open + "..": "..", secure + "nowhere": "nowhere", open + "JANEI": "JANEI"} {
		if got := a.must(t, 404, call{method: "GET", path: path, token: token}); got.code(t) != "options_not_found" || !strings.Contains(string(got.body), hint) {
			t.Errorf("%s: %s", path, got.body)
		}
	}
	before := a.events(t)
	a.must(t, 401, call{method: "GET", path: secure + "janei"})
	a.must(t, 403, call{method: "GET", path: secure + "janei", token: a.person(t, per)})
	a.must(t, 200, call{method: "GET", path: secure + "janei", token: a.person(t, hanne)})
	if after := a.events(t); after != before {
		t.Errorf("%d events, then %d", before, after)
	}
}

// TestResources_OfTheInstancesVersion gives an instance the lists of the version that it was created with.
func TestResources_OfTheInstancesVersion(t *testing.T) {
	t.Parallel()
	a := alone(t)
	m := a.draft(t)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "examples", "apps", "nordvik", "skjenkebevilling"))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "App", "options", "janei.json"), []byte(`[{"value": "new", "label": "new"}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	token := a.person(t, ingrid)
	before := a.must(t, 200, call{method: "GET", path: appA + "/api/options/janei"})
	if app, faults := a.node.Catalogue.Publish(context.Background(), os.DirFS(dir), apps.Options{}); app == nil {
		t.Fatalf("%v", faults.Errors())
	}
	if got := a.must(t, 200, call{method: "GET", path: m.path + "/options/janei", token: token}); !bytes.Equal(got.body, before.body) {
		t.Errorf("the instance has %s, not %s", got.body, before.body)
	}
	if got := a.must(t, 200, call{method: "GET", path: appA + "/api/options/janei"}); at(t, got.list(t), 0, "value") != "new" {
		t.Errorf("new instances have %s", got.body)
	}
}

func BenchmarkResources(b *testing.B) {
	a := common(b)
	for name, address := range map[string]string{"options": "/api/options/janei", "texts": "/api/v1/texts/nb", "layouts": "/api/layouts/Task_1", "settings": "/api/layoutsettings/Task_1"} {
		b.Run(name, func(b *testing.B) {
			c := call{method: "GET", path: appA + address}
			for b.Loop() {
				a.must(b, 200, c)
			}
		})
	}
}
