package blob

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
)

const (
	childFolder = "HOVEDBOK_BLOB_CRASH_FOLDER"
	childMode   = "HOVEDBOK_BLOB_CRASH_MODE"
)

// TestCrashChild is the process that the tests below kill. It prints a line for every acknowledged put.
func TestCrashChild(t *testing.T) {
	dir := os.Getenv(childFolder)
	if dir == "" {
		t.Skip("only as a child of the crash tests")
	}
	b := setupIn(t, dir, nil)
	if os.Getenv(childMode) == "midway" {
		stall := readFunc(func([]byte) (int, error) {
			fmt.Println("acked midway 0 0")
			select {} // until the kill
		})
		b.Put(t.Context(), "nordvik", newRef(), io.MultiReader(bytes.NewReader(random(1, 30*ChunkSize)), stall), 1<<30)
		return
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for w := range 6 {
		wg.Go(func() {
			for i := 0; ; i++ {
				ref, size := newRef(), []int{100, 20 << 10, ChunkSize, 3*ChunkSize + 1, 12 * ChunkSize}[(w+i)%5]
				b.put(ref, random(7, size))
				if i%2 == 0 {
					if err := b.Keep(t.Context(), ref); err != nil {
						t.Error(err)
					}
				}
				mu.Lock()
				fmt.Printf("acked %s %s %d\n", ref.Stream, ref.ID, size)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

func TestPut_SurvivesAKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	acked := map[Ref]int{}
	for round := range 3 {
		for _, line := range killChild(t, dir, "many", 30*(round+1)) {
			var ref Ref
			var id string
			var size int
			if _, err := fmt.Sscanf(line, "acked %s %s %d", &ref.Stream, &id, &size); err != nil {
				t.Fatal(err)
			}
			ref.ID = uuid.MustParse(id)
			acked[ref] = size
		}
		checkAfterKill(t, dir, acked)
	}
}

// checkAfterKill: what was acknowledged is there, what was not is there whole or not at all, and recovery settles everything.
func checkAfterKill(t *testing.T, dir string, acked map[Ref]int) {
	t.Helper()
	b := setupIn(t, dir, nil)
	pending, err := b.Pending(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range pending {
		if got, _, err := b.read(ref); err != nil || !bytes.Equal(got, random(7, len(got))) {
			t.Errorf("pending blob of %d bytes: %v", len(got), err)
		}
	}
	kept, dropped, err := Recover(t.Context(), b, func(_ context.Context, ref Ref) (bool, error) {
		_, known := acked[ref]
		return known, nil
	})
	if err != nil || kept+dropped != len(pending) {
		t.Fatalf("kept %d, dropped %d of %d: %v", kept, dropped, len(pending), err)
	}
	for ref, size := range acked {
		if got, _, err := b.read(ref); err != nil || !bytes.Equal(got, random(7, size)) {
			t.Errorf("acknowledged blob of %d bytes: %d, %v", size, len(got), err)
		}
	}
	b.reopen()
	if left, err := b.Pending(t.Context()); err != nil || len(left) != 0 {
		t.Errorf("left pending after recovery: %v, %v", left, err)
	}
	if n := b.count("SELECT count(*) FROM blobs"); n < len(acked) || n > len(acked)+kept {
		t.Errorf("%d blobs, %d acknowledged", n, len(acked))
	}
	if n := b.count("SELECT count(*) FROM chunks WHERE no >> 20 NOT IN (SELECT no FROM blobs)"); n != 0 {
		t.Errorf("%d chunks belong to no blob", n)
	}
	if err := errors.Join(b.Close(), b.vault.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestPut_KilledBetweenChunksLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	killChild(t, dir, "midway", 1)
	info, err := os.Stat(dir + "/blobs.db-wal")
	if err != nil || info.Size() < 20*ChunkSize {
		t.Fatalf("the test proves nothing: hardly anything was written: %v, %v", info, err)
	}
	b := setupIn(t, dir, nil)
	b.checkEmpty()
	if pending, err := b.Pending(t.Context()); err != nil || len(pending) != 0 {
		t.Errorf("pending: %v, %v", pending, err)
	}
}

// killChild runs a child until it has acknowledged so many puts, kills it, and gives all the lines that it wrote.
func killChild(t *testing.T, dir, mode string, n int) (lines []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestCrashChild$")
	cmd.Env = append(os.Environ(), childFolder+"="+dir, childMode+"="+mode)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for r := bufio.NewReader(out); ; {
		line, err := r.ReadString('\n')
		if err != nil {
			break // a line without an end was cut off by the kill
		}
		if !strings.HasPrefix(line, "acked ") {
			continue
		}
		if lines = append(lines, line); len(lines) == n {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || len(lines) < n {
		t.Fatalf("the child ended by itself after %d puts: %v", len(lines), err)
	}
	return lines
}
