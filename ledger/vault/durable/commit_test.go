package durable_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/hovedbok/hovedbok/ledger/vault/durable"
)

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
