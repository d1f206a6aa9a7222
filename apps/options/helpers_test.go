package options_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/expression"
	"github.com/hovedbok/hovedbok/domain/document"
)

// altinnApps gives the folder of Altinn's public test apps, which stands beside the project.
func altinnApps(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Skip("the project root is not found, so neither is the test data")
		}
		dir = filepath.Dir(dir)
	}
	found := filepath.Join(dir, "..", "shared", "testdata", "altinn", "apps")
	if _, err := os.Stat(found); err != nil {
		t.Skipf("Altinn's test apps are absent: %s", found)
	}
	return found
}

// folder gives the files of an app with option files, by name.
func folder(t testing.TB, lists map[string]string) fstest.MapFS {
	t.Helper()
	root := filepath.Join("..", "..", "examples", "apps", "nordvik", "skjenkesak")
	files := fstest.MapFS{}
	for _, name := range []string{"App/config/applicationmetadata.json", "App/config/authorization/policy.xml", "App/config/process/process.bpmn"} {
		src, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: src}
	}
	models, err := filepath.Glob(filepath.Join(root, "App", "models", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, model := range models {
		src, err := os.ReadFile(model)
		if err != nil {
			t.Fatal(err)
		}
		files["App/models/"+filepath.Base(model)] = &fstest.MapFile{Data: src}
	}
	for name, src := range lists {
		files["App/options/"+name] = &fstest.MapFile{Data: []byte(src)}
	}
	return files
}

// appWith gives an app with option files, by name.
func appWith(t testing.TB, lists map[string]string) *apps.App {
	t.Helper()
	app, faults := apps.Load(folder(t, lists), apps.Options{})
	if app == nil {
		t.Fatalf("the app is not loaded: %v", faults.Errors())
	}
	return app
}

func form(t testing.TB, src string) expression.DataModel {
	t.Helper()
	root, err := document.Parse([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return expression.NewDocumentData("main").Add("main", "", root)
}

// capitals is a text for every key that begins with a dot.
type capitals struct{ err error }

func (c capitals) Text(key string, row expression.Row) (string, bool, error) {
	if key == "" || key[0] != '.' {
		return "", false, c.err
	}
	return "text of " + key[1:] + " in " + row.Path.String(), true, c.err
}
