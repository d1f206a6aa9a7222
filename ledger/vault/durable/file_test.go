package durable_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/hovedbok/hovedbok/ledger/vault/durable"
)

const (
	testSchema = "CREATE TABLE t (no INTEGER PRIMARY KEY, v BLOB NOT NULL UNIQUE)"
	testApp    = 0x74657374
)

func options(dir string) durable.Options {
	return durable.Options{Path: filepath.Join(dir, "test.db"), Schema: testSchema, Application: testApp, Version: 1}
}

func open(t testing.TB, o durable.Options) *durable.File {
	t.Helper()
	f, err := durable.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func insert(v string) func(*durable.Tx) error {
	return func(tx *durable.Tx) error {
		_, err := tx.Exec("INSERT INTO t (v) VALUES (?)", []byte(v))
		return err
	}
}

func values(t testing.TB, f *durable.File) map[string]bool {
	t.Helper()
	st, err := f.Prepare(t.Context(), "SELECT v FROM t")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := st.Query()
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	got := map[string]bool{}
	for rows.Next() {
		var v []byte
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		got[string(v)] = true
	}
	return got
}

func TestOpen_Refuses(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		prepare func(t *testing.T, o *durable.Options)
		want    error
	}{
		"second open":         {func(t *testing.T, o *durable.Options) { open(t, *o) }, durable.ErrLocked},
		"other application":   {func(t *testing.T, o *durable.Options) { open(t, *o).Close(); o.Application++ }, durable.ErrFormat},
		"newer version":       {func(t *testing.T, o *durable.Options) { o.Version = 2; open(t, *o).Close(); o.Version = 1 }, durable.ErrFormat},
		"older version":       {func(t *testing.T, o *durable.Options) { open(t, *o).Close(); o.Version = 2 }, durable.ErrFormat},
		"folder that is gone": {func(_ *testing.T, o *durable.Options) { o.Path += "/x/y" }, os.ErrNotExist},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t.TempDir())
			c.prepare(t, &o)
			if _, err := durable.Open(t.Context(), o); !errors.Is(err, c.want) {
				t.Errorf("Open: %v, want %v", err, c.want)
			}
		})
	}
}

func TestOpen_RefusesWhatIsNoDatabase(t *testing.T) {
	t.Parallel()
	o := options(t.TempDir())
	if err := os.WriteFile(o.Path, []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if f, err := durable.Open(t.Context(), o); err == nil {
		f.Close()
		t.Error("opened")
	}
}

func TestOpen_TakesAnyName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a b", "50%", "100%25", "q?x=1", "h#1", "blå", "a&b;c"} {
		o := options(t.TempDir())
		o.Path = filepath.Join(filepath.Dir(o.Path), name)
		if err := open(t, o).Do(t.Context(), 1, insert("a")); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		if _, err := os.Stat(o.Path); err != nil {
			t.Error(err)
		}
	}
}

func TestOpen_FilesAreTheOwnersOnly(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has access lists, not modes")
	}
	dir := t.TempDir()
	f := open(t, options(dir))
	if err := f.Do(t.Context(), 1, insert("a")); err != nil {
		t.Fatal(err)
	}
	names, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(names) != 4 {
		t.Errorf("files: %v", names)
	}
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}
}

func TestClose_RefusesLaterCallsAndMayBeRepeated(t *testing.T) {
	t.Parallel()
	f := open(t, options(t.TempDir()))
	if err := errors.Join(f.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"Do":       f.Do(t.Context(), 1, insert("a")),
		"Later":    f.Later(t.Context(), insert("a")),
		"Truncate": f.Truncate(t.Context()),
		"Explain":  f.Explain(errors.New("sql: database is closed")),
	} {
		if !errors.Is(err, durable.ErrClosed) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestClose_WaitsForWritersUnderWay(t *testing.T) {
	t.Parallel()
	o := options(t.TempDir())
	f := open(t, o)
	var wg sync.WaitGroup
	var mu sync.Mutex
	acked := map[string]bool{}
	started := make(chan struct{}, 64)
	for w := range 8 {
		wg.Go(func() {
			for i := 0; ; i++ {
				v := fmt.Sprint(w, "-", i)
				if f.Do(context.Background(), 1, insert(v)) != nil {
					return
				}
				mu.Lock()
				acked[v] = true
				mu.Unlock()
				select {
				case started <- struct{}{}:
				default:
				}
			}
		})
	}
	for range 32 {
		<-started
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	got := values(t, open(t, o))
	if len(got) != len(acked) {
		t.Errorf("%d stored, %d acknowledged", len(got), len(acked))
	}
}
