package projections_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/projections"
	"github.com/hovedbok/hovedbok/projections/projectionstest"
	"github.com/hovedbok/hovedbok/projections/store"
)

// scrubbed is a store that tells when it has been scrubbed.
type scrubbed struct {
	store.Store
	done chan struct{}
}

func (s *scrubbed) Scrub(ctx context.Context) error {
	if err := s.Store.Scrub(ctx); err != nil {
		return err
	}
	s.done <- struct{}{}
	return nil
}

func TestErasure_LeavesNothingInAnyFileOfTheViews(t *testing.T) {
	t.Parallel()
	bundle, dir := projectionstest.New(t), t.TempDir()
	s := &scrubbed{projectionstest.OpenAt(t, filepath.Join(dir, "views.db")), make(chan struct{}, 10)}
	r := open(t, projections.Options{Log: bundle.Log, Store: s, Projections: projections.Standard(), After: noPause})
	projectionstest.Run(t, r)
	kept := bundle.Typical(projectionstest.Apps[0], 510001, 1)
	gone := bundle.Typical(projectionstest.Apps[0], 510002, 2)
	for _, text := range []string{"Hemmelighet nummer en", "Hemmelighet nummer to"} { // the first is overwritten, the second deleted
		bundle.Instance(gone.By, instance.PresentationSet{Texts: map[string]string{"title": text}})
		wait(t, r, bundle.Last())
	}
	marks := [][]byte{[]byte("Hemmelighet"), []byte("hemmelighet"), []byte(gone.By.Instance.String())}
	if !holds(t, dir, marks) {
		t.Fatal("the marks are not in the files before the erasure: the test looks in the wrong place")
	}
	bundle.Instance(gone.By, instance.Erased{})
	bundle.Destroy(gone.By.Instance)
	wait(t, r, bundle.Last())
	<-s.done
	if holds(t, dir, marks) {
		t.Error("an erased text or id is still in a file")
	}
	if !holds(t, dir, [][]byte{[]byte(kept.By.Instance.String())}) {
		t.Error("the other instance is gone too")
	}
}

func holds(t *testing.T, dir string, marks [][]byte) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range marks {
			if bytes.Contains(content, m) {
				return true
			}
		}
	}
	return false
}

func TestErasure_ScrubsAgainWhenReadersWereInTheWay(t *testing.T) {
	t.Parallel()
	bundle, tries := projectionstest.New(t), make(chan int, 10)
	s := &stubborn{Store: projectionstest.Open(t), tries: tries, answer: make(chan struct{})}
	r := open(t, projections.Options{Log: bundle.Log, Store: s, Projections: projections.Standard(), After: noPause})
	projectionstest.Run(t, r)
	l := bundle.Born(projectionstest.Apps[0], 510001, 1)
	bundle.Instance(l.By, instance.Erased{})
	for want := 1; want <= 3; want++ {
		select {
		case n := <-tries:
			if n != want {
				t.Fatalf("try %d, want %d", n, want)
			}
			if n == 3 && !errors.Is(r.Unscrubbed(), errDisk) {
				t.Errorf("after two failures it says %v", r.Unscrubbed())
			}
			s.answer <- struct{}{}
		case <-time.After(time.Minute):
			t.Fatal("it gave up")
		}
	}
	for {
		changed := r.Changed()
		if r.Unscrubbed() == nil {
			return
		}
		select {
		case <-changed:
		case <-time.After(time.Minute):
			t.Fatal("it still says that it has not scrubbed")
		}
	}
}

// stubborn fails to scrub twice.
type stubborn struct {
	store.Store
	n      int // owned by the runner's scrubber
	tries  chan int
	answer chan struct{} // lets a try end
}

func (s *stubborn) Scrub(context.Context) error {
	s.n++
	s.tries <- s.n
	<-s.answer
	if s.n < 3 {
		return errDisk
	}
	return nil
}
