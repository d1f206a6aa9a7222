package vault

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
)

var testTime = time.Date(2026, 3, 4, 5, 6, 7, 8000, time.UTC)

// testMaster makes a master key that is in no file.
func testMaster() *Master { return newMaster(newSecret()) }

func testOptions(t testing.TB) Options {
	t.Helper()
	return Options{Path: filepath.Join(t.TempDir(), DatabaseName), Master: testMaster(), Now: func() time.Time { return testTime }}
}

func openVault(t testing.TB, o Options) *Vault {
	t.Helper()
	v, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v
}

func create(t testing.TB, v *Vault, org, stream string) Key {
	t.Helper()
	k, err := v.Create(t.Context(), org, stream)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newStream() string { return "instance-" + uuid.NewString() }

// testKey makes a key that is in no vault.
func testKey() Key {
	s := newSecret()
	return Key{&streamKey{org: "nordvik", stream: "instance-1", cryptor: derive(&s, purposeStream)}}
}

// stored gives the wrapped key of a stream as it is in the database.
func stored(t testing.TB, v *Vault, stream string) []byte {
	t.Helper()
	var r row
	if err := v.find.QueryRow(stream).Scan(&r.wrapped, &r.orgNo, &r.org, &r.orgWrapped); err != nil {
		t.Fatal(err)
	}
	return r.wrapped
}

// folderHolds tells in which file of the folder any of the marks stands.
func folderHolds(t testing.TB, dir string, marks ...[]byte) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no files in %s: %v", dir, err)
	}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, mark := range marks {
			if at := bytes.Index(content, mark); at >= 0 {
				return fmt.Sprintf("%s at %d", filepath.Base(name), at)
			}
		}
	}
	return ""
}
