package apps_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/domain/link"
)

func TestLoad_GivesTheWholeApp(t *testing.T) {
	t.Parallel()
	app := linked().load(t)
	if app.ID != "nordvik/skjenkebevilling" || app.Org != "nordvik" || app.Name != "skjenkebevilling" || len(app.Version) != 64 {
		t.Errorf("got %s %s %s %s", app.ID, app.Org, app.Name, app.Version)
	}
	if len(app.Process.Tasks()) != 2 || string(app.BPMN) != application[proc] || !app.Policy.Grants("instantiate", "*", "role:dagl") {
		t.Errorf("process or policy are not read: %v", app.Policy.Grant)
	}
	if texts := app.Texts["nb"]; len(texts.Resources) != 1 || texts.Resources[0].Value != "Skjenkebevilling" {
		t.Errorf("texts are %+v", app.Texts)
	}
	if id, ok := app.MainDataType(); !ok || id != "soknad" {
		t.Errorf("the main form is %q", id)
	}
	if id, ok := app.DefaultDataType("Task_1"); !ok || id != "soknad" {
		t.Errorf("the default form is %q", id)
	}
	if _, ok := app.Folder("Task_2"); ok {
		t.Error("a task without pages has a folder")
	}
	if folder, ok := app.Folder("Task_1"); !ok || folder.PageFile("side1") != "ui/Task_1/layouts/side1.json" || !slices.Equal(folder.Order, []string{"side1"}) || !slices.Equal(folder.Pages, []string{"side1"}) {
		t.Errorf("the folder is %+v", folder)
	}
}

func TestLoad_ReadsLinks(t *testing.T) {
	t.Parallel()
	f := linked().edit(t, linkf, `"links": [{`, `"links": [{"id": "straks", "on": "TaskCompleted:Task_1", "create": "a/b", "owner": "same", "dataType": "x"}, { // og`)
	app := f.load(t)
	if len(app.Links) != 2 {
		t.Fatalf("got %+v", app.Links)
	}
	if l := app.Links[0]; l.On != (link.Trigger{Fact: link.TaskCompleted, Task: "Task_1"}) || l.Owner.Kind != link.OwnerSame || l.DataType != "x" || !l.Back.IsZero() || !l.If.IsZero() {
		t.Errorf("got %+v", l)
	}
	l := app.Links[1]
	if l.ID != "til-sak" || l.On.Fact != link.Submitted || l.Create != (link.App{Org: "nordvik", Name: "skjenkesak"}) || l.If.JSON != `["equals",["dataModel","alkohol.oel"],true]` {
		t.Errorf("got %+v", l)
	}
	if number, _ := l.Owner.Value.Literal(); l.Owner.Kind != link.OwnerOrganisation || number != "991825827" {
		t.Errorf("the owner is %+v", l.Owner)
	}
	if source, ok := l.Prefill[0].Value.Copy(); len(l.Prefill) != 3 || l.Prefill[0].Path != "soeker" || !ok || source.Path != "soeker" || l.Prefill[2].Path != "instans" {
		t.Errorf("prefill is %+v", l.Prefill)
	}
	if !slices.Equal(l.Attachments, []link.Attachment{{From: "tegning", To: "tegning"}}) || l.Back.Data[0].Path != "vandel.konklusjon" || l.Back.Description.JSON != `"Vedtak"` {
		t.Errorf("got %+v", l)
	}
}

func TestLoad_Folder(t *testing.T) {
	t.Parallel()
	inside, err := fs.Sub(application.fs(), "App")
	if err != nil {
		t.Fatal(err)
	}
	outer, _ := apps.Load(application.fs(), apps.Options{})
	inner, faults := apps.Load(inside, apps.Options{})
	if inner == nil || inner.Version != outer.Version {
		t.Errorf("App/ itself gives %v", faults)
	}
	for name, fsys := range map[string]fs.FS{"empty": fstest.MapFS{}, "other": fstest.MapFS{"a/b": &fstest.MapFile{}}} {
		if app, faults := apps.Load(fsys, apps.Options{}); app != nil || len(faults) != 1 || faults[0].Code != apps.FaultFolder {
			t.Errorf("%s: %v", name, faults)
		}
	}
}

func TestLoad_Limits(t *testing.T) {
	t.Parallel()
	large := application.fs()
	large["App/wwwroot/film.mp4"] = &fstest.MapFile{Data: make([]byte, 17<<20)}
	many := application.fs()
	for i := range 10_001 {
		many["App/wwwroot/"+string(rune('a'+i%26))+strings.Repeat("x", i/26)] = &fstest.MapFile{}
	}
	for name, fsys := range map[string]fs.FS{"a large file": large, "many files": many} {
		if app, faults := apps.Load(fsys, apps.Options{}); app != nil || !slices.ContainsFunc(faults, func(f apps.Fault) bool { return f.Code == apps.FaultFileSize }) {
			t.Errorf("%s: %v", name, faults)
		}
	}
}

// The version says whether two folders are the same app: everything that is kept counts, nothing else.
func TestVersion(t *testing.T) {
	t.Parallel()
	version := func(f files) string { return f.load(t).Version }
	base := version(application)
	for name, f := range map[string]files{
		"code":       application.with(files{"logic/Program.cs": "x", "App.csproj": "x", "Program.cs": "x"}),
		"hidden":     application.with(files{"config/.DS_Store": "x", ".git/HEAD": "x"}),
		"build":      application.with(files{"bin/Debug/app.dll": "x", "obj/x": "x"}),
		"deployment": application.with(files{"views/Home/Index.cshtml": "x"}),
	} {
		if version(f) != base {
			t.Errorf("%s changes the version", name)
		}
	}
	seen := map[string]string{base: "the base"}
	for name, f := range map[string]files{
		"a text":         application.edit(t, "config/texts/resource.nb.json", "Skjenkebevilling", "Bevilling"),
		"a new file":     application.with(files{"wwwroot/a.css": "x"}),
		"a renamed file": application.with(files{"wwwroot/b.css": "x"}),
		"content moved":  application.with(files{"wwwroot/a.css": "", "wwwroot/a.cssx": "\n"}),
		"a class":        application.with(files{"models/soknad.cs": "x"}),
		"settings":       application.with(files{"appsettings.json": "{}"}),
	} {
		v := version(f)
		if other, taken := seen[v]; taken {
			t.Errorf("%s gives the same version as %s", name, other)
		}
		seen[v] = name
	}
}

func TestFiles_AreAFileSystem(t *testing.T) {
	t.Parallel()
	app := application.load(t)
	if err := fstest.TestFS(app.Files, slices.Collect(func(yield func(string) bool) {
		for name := range application {
			if !yield(name) {
				return
			}
		}
	})...); err != nil {
		t.Error(err)
	}
	if content, ok := app.Files.Get(proc); !ok || string(content) != application[proc] || !app.Files.Has(proc) || app.Files.Has("x") {
		t.Error("files are not found")
	}
	if names := app.Files.Names("ui/Task_1"); !slices.Equal(names, []string{"ui/Task_1/Settings.json", "ui/Task_1/layouts/side1.json"}) {
		t.Errorf("names are %q", names)
	}
	for _, err := range []error{second(app.Files.Open("x")), second(app.Files.ReadFile("x")), second(app.Files.ReadDir("x"))} {
		if !os.IsNotExist(err) {
			t.Errorf("got %v", err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestLoad_LayoutSetsOfV8(t *testing.T) {
	t.Parallel()
	f := application.with(files{
		"ui/Task_1/Settings.json": "", "ui/Task_1/layouts/side1.json": "",
		"ui/layout-sets.json":     `{"sets": [{"id": "skjema", "dataType": "soknad", "tasks": ["Task_1", "CustomReceipt"]}, {"id": "annet", "tasks": ["Task_1"]}], /* v8 */}`,
		"ui/skjema/Settings.json": `{"pages": {"order": ["en", "to"]}}`, "ui/skjema/layouts/en.json": `{"data": {"layout": []}}`,
	})
	app, faults := apps.Load(f.fs(), apps.Options{})
	if app == nil || !slices.Contains(brief(faults), "ui/skjema/Settings.json:1: ?ui_page_missing") {
		t.Fatalf("got %v", faults)
	}
	for _, task := range []string{"Task_1", "CustomReceipt"} {
		if folder, ok := app.Folder(task); !ok || folder.Name != "skjema" || folder.DefaultDataType != "soknad" {
			t.Errorf("%s has %+v", task, folder)
		}
	}
	if _, faults := apps.Load(f.with(files{"ui/layout-sets.json": "[]"}).fs(), apps.Options{}); !slices.Contains(brief(faults), "ui/layout-sets.json:1: "+apps.FaultUIShape) {
		t.Errorf("got %v", faults)
	}
}

func TestLoad_SingleLayout(t *testing.T) {
	t.Parallel()
	app := application.with(files{
		"ui/Task_1/Settings.json": "", "ui/Task_1/layouts/side1.json": "",
		"ui/Settings.json": `{"pages": {"order": ["a"]}}`, "ui/layouts/a.json": `{"data": {"layout": []}}`,
	}).load(t)
	if folder, ok := app.Folder("Task_1"); !ok || folder.Dir != "ui" || folder.PageFile("a") != "ui/layouts/a.json" || folder.DefaultDataType != "soknad" {
		t.Errorf("got %+v", folder)
	}
}

func TestLoad_StatelessWithoutAProcess(t *testing.T) {
	t.Parallel()
	f := application.edit(t, meta, `"title"`, `"onEntry": {"show": "Task_1"}, "title"`).with(files{proc: ""})
	app, faults := apps.Load(f.fs(), apps.Options{})
	if app == nil || !slices.Contains(brief(faults), proc+":0: ?file_missing") || len(app.Process.Tasks()) != 0 {
		t.Fatalf("got %v", faults)
	}
	if folder, ok := app.Metadata.OnEntry.Stateless(); !ok || folder != "Task_1" {
		t.Errorf("the form is %q", folder)
	}
	if id, ok := app.MainDataType(); !ok || id != "soknad" {
		t.Errorf("the main form is %q", id)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	app := application.with(files{
		"appsettings.json":            "\xef\xbb\xbf{ // felles\n\"appSettings\": {\"RemoveHiddenData\": true, \"RequiredValidation\": \"True\", \"Annet\": 1}, \"FrontEndSettings\": {\"a\": \"1\", \"b\": 2, \"c\": []},}",
		"appsettings.Production.json": `{"AppSettings": {"RequiredValidation": false, "XsdValidation": true, "ExpressionValidation": true, "EnforceDataTypeTaskId": true, "RegisterEventsWithEventsComponent": true, "EnableEFormidling": true}, "FrontEndSettings": {"a": "p"}}`,
	}).load(t)
	base, production := app.Settings("Development"), app.Settings("production")
	if !base.RemoveHiddenData || !base.RequiredValidation || base.XSDValidation || base.FrontEnd["a"] != "1" || base.FrontEnd["b"] != "2" || len(base.FrontEnd) != 2 {
		t.Errorf("got %+v", base)
	}
	if !production.RemoveHiddenData || production.RequiredValidation || !production.XSDValidation || !production.ExpressionValidation || !production.EnforceDataTypeTaskID ||
		!production.RegisterEvents || !production.EnableEFormidling || production.FrontEnd["a"] != "p" || production.FrontEnd["b"] != "2" {
		t.Errorf("got %+v", production)
	}
	if got := application.load(t).Settings(""); got.RemoveHiddenData || got.RequiredValidation {
		t.Errorf("without a file: %+v", got)
	}
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	app, faults := apps.Load(application.with(files{meta: "\xef\xbb\xbf" + `{
  "ID": "[ORG]/[APP]", "Org": "[ORG]", "title": {"nb": "[APP]"}, "ukjent": {"a": [1.50]},
  "partyTypesAllowed": {"person": true}, "apiScopes": {"users": {"read": "x:[app].read"}},
  "onEntry": {"show": "select-instance", "instanceSelection": {"rowsPerPageOptions": [5], "defaultSelectedOption": 0}},
  "preventInstanceDeletionForDays": 30, "autoDeleteOnProcessEnd": null,
  "messageBoxConfig": {"hideSettings": {"hideOnTask": ["Task_1"]}},
  "DataTypes": [{"Id": "soknad", "TaskId": "Task_1", "appLogic": {"classRef": "A.B", "autoCreate": true, "shadowFields": {"prefix": "AltinnSF_"}}, "enablePdfCreation": false,},],
}`}).fs(), apps.Options{Org: "nordvik", Name: "mal"})
	if app == nil {
		t.Fatal(faults)
	}
	m := app.Metadata
	if app.ID != "nordvik/mal" || m.Org != "nordvik" || m.Title["nb"] != "mal" || m.APIScopes.Users.Read != "x:[app].read" || *m.PreventInstanceDeletionForDays != 30 || m.PartyTypesAllowed.Any() || m.MessageBoxConfig.HideSettings.HideOnTask[0] != "Task_1" {
		t.Errorf("got %+v", m)
	}
	if s := m.OnEntry.InstanceSelection; !slices.Equal(s.RowsPerPageOptions, []int{5}) || *s.DefaultSelectedOption != 0 {
		t.Errorf("got %+v", s)
	}
	if _, ok := m.OnEntry.Stateless(); ok || !(apps.PartyTypes{}).Any() {
		t.Error("defaults are wrong")
	}
	if form, ok := m.DataType("soknad"); !ok || form.CreatesPDF() || !form.AutoCreate() || form.AppLogic.ShadowFields.Prefix != "AltinnSF_" || form.MaxCount != 0 {
		t.Errorf("got %+v", form)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(m.Raw, &raw); err != nil || string(raw["ukjent"]) != `{"a": [1.50]}` {
		t.Errorf("the raw metadata is %s, %v", m.Raw, err)
	}
}

func TestMetadata_ReportsAllMembersAtOnce(t *testing.T) {
	t.Parallel()
	f := application.edit(t, meta, `"title": {"nb": "Skjenkebevilling"}`, `"title": "x", "autoDeleteOnProcessEnd": "ja", "presentationFields": {}`).
		edit(t, meta, `"maxCount": 1`, `"maxCount": []`).edit(t, meta, `"maxSize": 5`, `"maxSize": 1.5`)
	_, faults := apps.Load(f.fs(), apps.Options{})
	if got := faults.Errors(); len(got) != 5 {
		t.Errorf("got\n%v", got)
	}
}

func TestDataType(t *testing.T) {
	t.Parallel()
	form := apps.DataType{AppLogic: &apps.AppLogic{ClassRef: "A"}}
	for name, c := range map[string]struct{ got, want any }{
		"default form type":   {form.FormContentType(), "application/xml"},
		"first known type":    {apps.DataType{AllowedContentTypes: []string{"text/plain", "Application/JSON", "application/xml"}}.FormContentType(), "application/json"},
		"forms make a PDF":    {form.CreatesPDF(), true},
		"files are no form":   {apps.DataType{AppLogic: &apps.AppLogic{}}.IsForm(), false},
		"any type by default": {form.AnyContentType(), true},
		"octet-stream is any": {apps.DataType{AllowedContentTypes: []string{"application/octet-stream"}}.AllowsContentType("image/png"), true},
		"only what is listed": {apps.DataType{AllowedContentTypes: []string{"image/png"}}.AllowsContentType("image/jpeg"), false},
		"in any case":         {apps.DataType{AllowedContentTypes: []string{"image/png"}}.AllowsContentType("IMAGE/PNG"), true},
		"old spelling wins":   {strings.Join(apps.DataType{AllowedContributers: []string{"a:b"}, AllowedContributors: []string{"c:d"}}.Contributors(), ""), "a:b"},
		"new spelling counts": {strings.Join(apps.DataType{AllowedContributors: []string{"c:d"}}.Contributors(), ""), "c:d"},
		"owned by the app":    {apps.DataType{AllowedContributors: []string{"app:owned"}}.AppOwned(), true},
		"owned by an org":     {apps.DataType{AllowedContributors: []string{"org:ttd"}}.AppOwned(), false},
		"owned by nobody":     {form.AppOwned(), false},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %v, want %v", name, c.got, c.want)
		}
	}
}

// The JSON Schema for editors accepts what the program accepts.
func TestLinksSchema(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile(filepath.Join("..", "docs", "links.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(src)))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiler.AddResource("links.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("links.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(decode(t, links)); err != nil {
		t.Errorf("the sample is refused: %v", err)
	}
	// Faults of shape, which need nothing but the file.
	shape := []string{apps.FaultLinkShape, apps.FaultLinkMember, apps.FaultLinkApp, apps.FaultLinkOwner, apps.FaultLinkValue}
	for _, c := range linkFaultCases {
		text := c.change(t)[linkf]
		doc, err := apps.Decode([]byte(text))
		if err != nil || !slices.Contains(shape, codeOf(c.want)) || c.name == "a member twice" {
			continue
		}
		if c.name == "a short organisation number" {
			continue // the schema does not count digits
		}
		if schema.Validate(doc) == nil {
			t.Errorf("%s: the schema accepts what the program refuses", c.name)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(application[meta], links, `{"pages": {"order": ["side1"]}}`)
	f.Add(`{"id": "a/b", "org": "a", "dataTypes": null, "onEntry": {"show": "x"}}`, `{"links": [{"id": "a", "owner": {}, "back": {"data": 1}}]}`, `[]`)
	f.Fuzz(func(t *testing.T, metadata, links, settings string) {
		app, faults := apps.Load(application.with(files{meta: metadata, linkf: links, "ui/Task_1/Settings.json": settings, "ui/layout-sets.json": settings}).fs(), apps.Options{})
		if (app == nil) != faults.Failed() {
			t.Fatalf("an app is given: %v, with\n%v", app != nil, faults)
		}
		if app != nil {
			apps.CheckLinks(app, func(string) *apps.App { return app }, func(string) bool { return true })
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	root := os.DirFS(filepath.Join(altinnData(b, "apps"), "frontend-test"))
	b.ReportAllocs()
	for b.Loop() {
		if app, faults := apps.Load(root, apps.Options{}); app == nil {
			b.Fatal(faults)
		}
	}
}

func BenchmarkLoadSmall(b *testing.B) {
	fsys := linked().fs()
	b.ReportAllocs()
	for b.Loop() {
		if app, faults := apps.Load(fsys, apps.Options{}); app == nil {
			b.Fatal(faults)
		}
	}
}

// BenchmarkValidate holds a sound document of one KiB against its schema.
func BenchmarkValidate(b *testing.B) {
	m := application.edit(b, soknad, `"maxItems": 3`, `"maxItems": 300`).load(b).Models["soknad"]
	text := `{"soeker": {"navn": "Kari Nordmann", "orgnr": "991825827"}, "alkohol": {"oel": true, "brennevin": false}, "antall": 12, "beloep": 1999.95,
 "dato": "2024-02-29", "epost": "kari@example.no", "postnummer": "0150", "vandel": {"konklusjon": "god"}, "ansatte": [` +
		strings.Repeat(`{"navn": "Ola Nordmann Hansen", "alder": 42},`, 18) + `{"navn": "Ola"}]}`
	if len(text) < 1024 {
		b.Fatalf("the document has %d bytes", len(text))
	}
	doc := decode(b, text)
	if issues := m.Validate(doc); issues != nil {
		b.Fatal(issues)
	}
	b.ReportAllocs()
	for b.Loop() {
		m.Validate(doc)
	}
}
