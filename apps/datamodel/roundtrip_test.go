package datamodel_test

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/domain/document"
)

var update = flag.Bool("update", false, "write the golden files anew")

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

// Whatever fits a schema comes back from XML, but for nulls and empty lists.
func TestRoundTrip_Examples(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob(filepath.Join(projectRoot(t), "examples", "apps", "*", "*"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, folder := range folders {
		app := load(t, folder, filepath.Base(filepath.Dir(folder)))
		t.Run(app.Name, func(t *testing.T) {
			t.Parallel()
			roundTrips(t, app)
		})
	}
}

func TestRoundTrip_AltinnsApps(t *testing.T) {
	t.Parallel()
	for _, folder := range altinnApps(t) {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			roundTrips(t, load(t, folder, "ttd"))
		})
	}
}

func roundTrips(t *testing.T, app *apps.App) {
	for dataType, schema := range app.Models {
		m := model(t, app, dataType)
		rapid.Check(t, func(t *rapid.T) {
			doc := drawDocument(t, schema)
			text, err := m.ToXML(doc)
			if err != nil {
				t.Fatalf("%s: %v\n%s", dataType, err, toJSON(doc))
			}
			back, err := m.FromXML(text)
			if err != nil {
				t.Fatalf("%s: %v\n%s", dataType, err, text)
			}
			if want := essence(doc); !document.Equal(back, want) {
				t.Fatalf("%s:\ngot  %s\nwant %s\nxml  %s", dataType, toJSON(back), toJSON(want), text)
			}
		})
	}
}

// The XML of the examples' data, as other systems will see it.
func TestGolden(t *testing.T) {
	t.Parallel()
	for dataType, org := range map[string]string{"skjenkebevilling": "nordvik", "serveringsbevilling": "nordvik"} {
		t.Run(dataType, func(t *testing.T) {
			t.Parallel()
			src, err := os.ReadFile(filepath.Join(projectRoot(t), "examples", "data", dataType+".json"))
			if err != nil {
				t.Fatal(err)
			}
			got, err := model(t, example(t, org, dataType), dataType).ToXML(parse(t, string(src)))
			if err != nil {
				t.Fatal(err)
			}
			compare(t, dataType+".xml", got)
		})
	}
}

func compare(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(got) {
		t.Errorf("%s:\ngot  %s\nwant %s", name, got, want)
	}
}
