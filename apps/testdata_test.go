package apps_test

import (
	"os"
	"path/filepath"
	"testing"
)

// altinnData gives the folder of Altinn's public test data, which stands beside the project.
func altinnData(t testing.TB, folder string) string {
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
	found := filepath.Join(dir, "..", "shared", "testdata", "altinn", folder)
	if _, err := os.Stat(found); err != nil {
		t.Skipf("Altinn's test data is absent: %s", found)
	}
	return found
}
