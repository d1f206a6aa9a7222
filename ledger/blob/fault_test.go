package blob

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

// faulty lets the first good commits through and then answers as fault does.
func faulty(good int64, fault func(commit func() error) error) func(func() error) error {
	var n atomic.Int64
	return func(commit func() error) error {
		if n.Add(1) <= good {
			return commit()
		}
		return fault(commit)
	}
}

var (
	errBroken = errors.New("input/output error")
	faults    = map[string]func(commit func() error) error{
		"failed and not applied": func(func() error) error { return errBroken },
		"failed but applied":     func(c func() error) error { return errors.Join(c(), errBroken) },
	}
)

const openCommits = 2 // of OpenSQLite itself: clearing away, sweeping

// Every commit of a put may fail, in either way. Nobody is acknowledged, and the next run finds all of the blob or nothing.
func TestPut_Faults(t *testing.T) {
	t.Parallel()
	for name, fault := range faults {
		for _, size := range []int{100, ChunkSize + 1, 20 * ChunkSize} {
			for good := range int64(2 + size/ChunkSize/window) {
				t.Run(fmt.Sprintf("%s after %d commits, %d bytes", name, good, size), func(t *testing.T) {
					t.Parallel()
					checkPutFault(t, size, faulty(openCommits+good, fault))
				})
			}
		}
	}
}

func checkPutFault(t *testing.T, size int, commit func(func() error) error) {
	b := setupIn(t, t.TempDir(), commit)
	ref, content := newRef(), random(1, size)
	_, putErr := b.Put(t.Context(), "nordvik", ref, bytes.NewReader(content), 1<<30)
	if putErr != nil {
		if !errors.Is(putErr, ErrFailed) || !errors.Is(putErr, errBroken) {
			t.Errorf("Put: %v", putErr)
		}
		<-b.Failed()
		if _, err := b.Put(t.Context(), "nordvik", newRef(), bytes.NewReader(nil), 1); !errors.Is(err, ErrFailed) {
			t.Errorf("Put after a failure: %v", err)
		}
		if err := b.Close(); !errors.Is(err, errBroken) {
			t.Errorf("Close: %v", err)
		}
	} else if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b.o.commit = nil
	b.open()
	got, _, err := b.read(ref)
	switch {
	case err == nil && !bytes.Equal(got, content):
		t.Errorf("half a blob: %d bytes", len(got))
	case putErr == nil && err != nil:
		t.Errorf("an acknowledged blob is gone: %v", err)
	case err != nil && !errors.Is(err, ErrNotFound):
		t.Errorf("read: %v", err)
	case err != nil:
		b.checkEmpty()
	}
	b.put(ref, content)
}

func TestPut_FaultAcknowledgesNobody(t *testing.T) {
	t.Parallel()
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setupIn(t, t.TempDir(), faulty(openCommits, fault))
			stream := newRef().Stream
			var wg sync.WaitGroup
			for range 32 {
				wg.Go(func() {
					ref := newRef()
					ref.Stream = stream
					if _, err := b.Put(t.Context(), "nordvik", ref, bytes.NewReader(random(1, 100)), 100); !errors.Is(err, ErrFailed) {
						t.Errorf("acknowledged: %v", err)
					}
				})
			}
			wg.Wait()
		})
	}
}

func TestKeepAndDrop_Faults(t *testing.T) {
	t.Parallel()
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setupIn(t, t.TempDir(), faulty(openCommits+2, fault))
			kept, dropped := newRef(), newRef()
			b.put(kept, []byte("kept"))
			b.put(dropped, []byte("dropped"))
			if err := b.Keep(t.Context(), kept); err != nil {
				t.Fatal(err)
			}
			if err := b.Drop(t.Context(), dropped); !errors.Is(err, ErrFailed) {
				t.Errorf("Drop: %v", err)
			}
			if err := b.Keep(t.Context(), kept); err != nil && !errors.Is(err, ErrFailed) { // nil if it is kept already
				t.Errorf("Keep after a failure: %v", err)
			}
			if err := b.DropStream(t.Context(), kept.Stream); !errors.Is(err, ErrFailed) {
				t.Errorf("DropStream after a failure: %v", err)
			}
			b.Close()
			b.o.commit = nil
			b.open()
			if got, _, err := b.read(kept); err != nil || string(got) != "kept" {
				t.Errorf("%q, %v", got, err)
			}
			if err := b.Drop(t.Context(), dropped); err != nil {
				t.Error(err)
			}
			if _, _, err := b.Open(t.Context(), dropped); !errors.Is(err, ErrNotFound) {
				t.Errorf("Open of what was dropped: %v", err)
			}
		})
	}
}

// A drop of a large blob that fails between its transactions is finished by the next run.
func TestDrop_IsFinishedByTheNextRun(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ref := newRef()
	b.put(ref, random(1, 3*sweepBudget*ChunkSize))
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b.o.commit = faulty(openCommits+1, faults["failed and not applied"])
	b.open()
	if err := b.Drop(t.Context(), ref); !errors.Is(err, ErrFailed) {
		t.Fatalf("Drop: %v", err)
	}
	if n := b.count("SELECT count(*) FROM chunks"); n == 0 {
		t.Fatal("the test proves nothing: no chunk was left")
	}
	b.Close()
	b.o.commit = nil
	b.open()
	b.checkEmpty()
}
