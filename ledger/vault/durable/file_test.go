package durable_test

import (
	"bytes"
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

func TestDo_IsThereAfterReopening(t *testing.T) {
	t.Parallel()
	o := options(t.TempDir())
	f := open(t, o)
	if err := f.Do(t.Context(), 1, insert("a")); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if got := values(t, open(t, o)); !got["a"] || len(got) != 1 {
		t.Fatalf("after reopening: %v", got)
	}
}

func TestDo_GroupsWhatWaitsIntoOneCommit(t *testing.T) {
	t.Parallel()
	const writers = 100
	begun, release := make(chan struct{}), make(chan struct{})
	var commits int // owned by the committer until Close
	o := options(t.TempDir())
	o.Commit = func(commit func() error) error {
		if commits++; commits == 1 {
			close(begun)
			<-release
		}
		return commit()
	}
	f := open(t, o)
	results := make(chan error, writers+1)
	go func() { results <- f.Do(t.Context(), 1, insert("first")) }()
	<-begun
	for i := range writers {
		go func() { results <- f.Do(t.Context(), 1, insert(fmt.Sprint(i))) }()
	}
	for durable.Waiting(f) < writers {
		runtime.Gosched()
	}
	select {
	case err := <-results:
		t.Fatalf("answered before the commit was done: %v", err)
	default:
	}
	close(release)
	for range writers + 1 {
		if err := <-results; err != nil {
			t.Fatal(err)
		}
	}
	if len(values(t, f)) != writers+1 {
		t.Error("values are missing")
	}
	f.Close()
	if commits != 2 {
		t.Errorf("%d commits, want 2", commits)
	}
}

func TestDo_FaultyWriteFailsAlone(t *testing.T) {
	t.Parallel()
	begun, release := make(chan struct{}), make(chan struct{})
	first := true
	o := options(t.TempDir())
	o.Commit = func(commit func() error) error {
		if first {
			first = false
			close(begun)
			<-release
		}
		return commit()
	}
	f := open(t, o)
	boom := errors.New("boom")
	writes := map[string]func(*durable.Tx) error{
		"first": insert("first"),
		"a":     insert("a"),
		"boom": func(tx *durable.Tx) error {
			if err := insert("half")(tx); err != nil {
				return err
			}
			return boom
		},
		"double": func(tx *durable.Tx) error { return errors.Join(insert("twice")(tx), insert("twice")(tx)) },
		"b":      insert("b"),
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	results := map[string]error{}
	start := func(name string) {
		wg.Go(func() {
			err := f.Do(t.Context(), 1, writes[name])
			mu.Lock()
			defer mu.Unlock()
			results[name] = err
		})
	}
	start("first")
	<-begun
	for name := range writes {
		if name != "first" {
			start(name)
		}
	}
	for durable.Waiting(f) < len(writes)-1 {
		runtime.Gosched()
	}
	close(release)
	wg.Wait()
	if results["first"] != nil || results["a"] != nil || results["b"] != nil {
		t.Errorf("good writes failed: %v", results)
	}
	if !errors.Is(results["boom"], boom) || results["double"] == nil {
		t.Errorf("faulty writes: %v, %v", results["boom"], results["double"])
	}
	got := values(t, f)
	if len(got) != 3 || !got["first"] || !got["a"] || !got["b"] {
		t.Errorf("stored %v", got)
	}
}

// The four ways in which the outside world answers a commit.
func TestDo_Faults(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	cases := map[string]struct {
		commit  func(commit func() error) error
		fails   bool
		applied bool
	}{
		"ok":                     {func(c func() error) error { return c() }, false, true},
		"failed and not applied": {func(func() error) error { return broken }, true, false},
		"failed but applied":     {func(c func() error) error { return errors.Join(c(), broken) }, true, true},
		"slow":                   {func(c func() error) error { runtime.Gosched(); return c() }, false, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t.TempDir())
			o.Commit = c.commit
			f := open(t, o)
			err := f.Do(t.Context(), 1, insert("a"))
			if (err != nil) != c.fails {
				t.Fatalf("Do: %v", err)
			}
			if c.fails {
				checkFailed(t, f, err, broken)
			}
			if err := f.Close(); (err != nil) != c.fails {
				t.Errorf("Close: %v", err)
			}
			o.Commit = nil
			if got := values(t, open(t, o)); got["a"] != c.applied || len(got) > 1 {
				t.Errorf("after reopening: %v, want applied %v", got, c.applied)
			}
		})
	}
}

func checkFailed(t *testing.T, f *durable.File, err, cause error) {
	t.Helper()
	if !errors.Is(err, durable.ErrFailed) || !errors.Is(err, cause) {
		t.Errorf("Do: %v", err)
	}
	<-f.Failed()
	for what, err := range map[string]error{
		"Do":       f.Do(t.Context(), 1, insert("later")),
		"Later":    f.Later(t.Context(), insert("later")),
		"Truncate": f.Truncate(t.Context()),
		"Err":      f.Err(),
	} {
		if !errors.Is(err, durable.ErrFailed) {
			t.Errorf("%s after a failure: %v", what, err)
		}
	}
}

func TestDo_EndedContextWritesNothing(t *testing.T) {
	t.Parallel()
	f := open(t, options(t.TempDir()))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Do(ctx, 1, insert("a")); !errors.Is(err, context.Canceled) {
		t.Errorf("Do: %v", err)
	}
	if len(values(t, f)) != 0 {
		t.Error("something was written")
	}
}

func TestLater_IsWrittenWithTheNextGroupAndAtClose(t *testing.T) {
	t.Parallel()
	o := options(t.TempDir())
	f := open(t, o)
	for _, v := range []string{"lazy1", "lazy2"} {
		if err := f.Later(t.Context(), insert(v)); err != nil {
			t.Fatal(err)
		}
	}
	if len(values(t, f)) != 0 {
		t.Error("lazy writes made a group of their own")
	}
	if err := f.Do(t.Context(), 1, insert("eager")); err != nil {
		t.Fatal(err)
	}
	if got := values(t, f); len(got) != 3 {
		t.Errorf("after a group: %v", got)
	}
	if err := errors.Join(f.Later(t.Context(), insert("lazy3")), f.Close()); err != nil {
		t.Fatal(err)
	}
	if got := values(t, open(t, o)); !got["lazy3"] {
		t.Errorf("after Close: %v", got)
	}
}

func TestLater_DoesNotGrowWithoutBound(t *testing.T) {
	t.Parallel()
	f := open(t, options(t.TempDir()))
	for i := range durable.MaxLater {
		if err := f.Later(t.Context(), insert(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	if got := values(t, f); len(got) != durable.MaxLater {
		t.Errorf("%d of %d written", len(got), durable.MaxLater)
	}
}

func TestLater_FailureStopsTheFile(t *testing.T) {
	t.Parallel()
	f := open(t, options(t.TempDir()))
	boom := errors.New("boom")
	if err := f.Later(t.Context(), func(*durable.Tx) error { return boom }); err != nil {
		t.Fatal(err)
	}
	if err := f.Do(t.Context(), 1, insert("a")); !errors.Is(err, durable.ErrFailed) {
		t.Errorf("Do in the same group: %v", err)
	}
	<-f.Failed()
	if !errors.Is(f.Err(), boom) {
		t.Errorf("Err: %v", f.Err())
	}
}

func TestTruncate_LeavesNoOldBytes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := open(t, options(dir))
	mark := "a mark that is easy to find again"
	for _, write := range []func(*durable.Tx) error{insert(mark), func(tx *durable.Tx) error {
		_, err := tx.Exec("DELETE FROM t")
		return err
	}} {
		if err := f.Do(t.Context(), 1, write); err != nil {
			t.Fatal(err)
		}
	}
	if !holds(t, dir, mark) {
		t.Fatal("the test proves nothing: the mark is nowhere before Truncate")
	}
	if err := f.Truncate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if holds(t, dir, mark) {
		t.Error("the mark is still in a file")
	}
}

func holds(t *testing.T, dir, mark string) bool {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, []byte(mark)) {
			return true
		}
	}
	return false
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
