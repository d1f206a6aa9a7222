package datamodel_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/datamodel"
	"github.com/hovedbok/hovedbok/domain/document"
)

// projectRoot is the folder that holds go.mod.
func projectRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
}

// load reads an app folder.
func load(t testing.TB, folder, org string) *apps.App {
	t.Helper()
	app, faults := apps.Load(os.DirFS(folder), apps.Options{Org: org, Name: filepath.Base(folder)})
	if app == nil {
		t.Fatalf("%s does not load: %v", folder, faults)
	}
	return app
}

func example(t testing.TB, org, name string) *apps.App {
	t.Helper()
	return load(t, filepath.Join(projectRoot(t), "examples", "apps", org, name), org)
}

// altinnApps gives the folders of Altinn's own apps.
func altinnApps(t testing.TB) []string {
	t.Helper()
	folders, _ := filepath.Glob(filepath.Join(projectRoot(t), "..", "shared", "testdata", "altinn", "apps", "*"))
	if len(folders) == 0 {
		t.Skip("the folder ../shared/testdata/altinn/apps is absent")
	}
	return folders
}

func model(t testing.TB, app *apps.App, dataType string) *datamodel.Model {
	t.Helper()
	m, err := datamodel.New(app, dataType)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// ofFiles gives the model of the form "form", whose class is App.Models.Form, of an app with the given files under App/models.
func ofFiles(t testing.TB, files map[string]string) *datamodel.Model {
	t.Helper()
	app, faults := apps.Load(folderOf(t, files), apps.Options{Org: "nordvik", Name: "skjenkebevilling"})
	if app == nil {
		t.Fatalf("the app does not load: %v", faults)
	}
	return model(t, app, "form")
}

// folderOf makes an app folder with the process and policy of an example.
func folderOf(t testing.TB, models map[string]string) fstest.MapFS {
	t.Helper()
	source := os.DirFS(filepath.Join(projectRoot(t), "examples", "apps", "nordvik", "skjenkebevilling"))
	folder := fstest.MapFS{"App/config/applicationmetadata.json": {Data: []byte(`{"id":"nordvik/skjenkebevilling","org":"nordvik","title":{"nb":"x"},
		"dataTypes":[{"id":"form","taskId":"Task_1","appLogic":{"classRef":"Altinn.App.Models.Form"},"maxCount":1}]}`)}}
	for _, name := range []string{"App/config/process/process.bpmn", "App/config/authorization/policy.xml"} {
		text, err := fs.ReadFile(source, name)
		if err != nil {
			t.Fatal(err)
		}
		folder[name] = &fstest.MapFile{Data: text}
	}
	for name, text := range models {
		folder["App/models/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return folder
}

func ofSchema(t testing.TB, schema string) *datamodel.Model {
	t.Helper()
	return ofFiles(t, map[string]string{"form.schema.json": schema})
}

func parse(t testing.TB, text string) *document.Node {
	t.Helper()
	doc, err := document.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func toJSON(n *document.Node) string { return string(n.AppendJSON(nil)) }
