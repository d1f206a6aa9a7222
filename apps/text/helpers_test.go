package text_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/expression"
	"github.com/hovedbok/hovedbok/apps/text"
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

// appWith gives an app with texts: language, then id and value in turn.
func appWith(language string, resources ...apps.TextResource) *apps.App {
	return &apps.App{ID: "org/app", Version: language, Texts: map[string]apps.Texts{language: {Language: language, Resources: resources}}}
}

func plain(id, value string) apps.TextResource { return apps.TextResource{ID: id, Value: value} }

func withVariables(id, value string, variables ...apps.TextVariable) apps.TextResource {
	return apps.TextResource{ID: id, Value: value, Variables: variables}
}

func variable(source, key string) apps.TextVariable {
	return apps.TextVariable{DataSource: source, Key: key}
}

func defaulted(source, key, value string) apps.TextVariable {
	return apps.TextVariable{DataSource: source, Key: key, DefaultValue: &value}
}

// form gives the data of an app with a default form and others.
func form(t testing.TB, forms map[string]string) expression.DataModel {
	t.Helper()
	data := expression.NewDocumentData("main")
	for dataType, src := range forms {
		root, err := document.Parse([]byte(src))
		if err != nil {
			t.Fatal(err)
		}
		data.Add(dataType, "", root)
	}
	return data
}

func show(t testing.TB, texts *text.Texts, id string, row expression.Row) string {
	t.Helper()
	shown, err := texts.Show(id, row)
	if err != nil {
		t.Fatal(err)
	}
	return shown
}
