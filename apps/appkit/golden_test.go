package appkit_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

func must(t *testing.T, err error) {
	if t.Helper(); err != nil {
		t.Fatal(err)
	}
}

// golden compares a text with a file under testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		must(t, os.MkdirAll(filepath.Dir(file), 0o755))
		must(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("no golden file: %v (run with -update)", err)
	}
	if got != string(want) {
		t.Errorf("%s differs (run with -update)\n got\n%s\nwant\n%s", file, got, want)
	}
}

// altinnApps gives the folder of Altinn's public test apps, which stands beside the project.
func altinnApps(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	must(t, err)
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
		t.Skipf("Altinn's test data is absent: %s", found)
	}
	return found
}

const sampleApps = "../../examples/apps"
