//go:build unix

package filelock

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestTake_OneAtATime(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.lock")
	first, err := Take(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Write("long ago\n"); err != nil {
		t.Fatal(err)
	}
	if err := first.Write("now\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := Take(path); !errors.Is(err, ErrLocked) {
		t.Errorf("the second gets %v", err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "now\n" {
		t.Errorf("the file says %q, error %v", b, err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	next, err := Take(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := next.Release(); err != nil {
		t.Error(err)
	}
}

// TestRelease_WhileACopyIsOpen: the copy stands for the one that a starting process has for a moment.
func TestRelease_WhileACopyIsOpen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.lock")
	l, err := Take(path)
	if err != nil {
		t.Fatal(err)
	}
	duplicate, err := syscall.Dup(int(l.file.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(duplicate)
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	again, err := Take(path)
	if err != nil {
		t.Fatalf("released, but %v", err)
	}
	if err := again.Release(); err != nil {
		t.Error(err)
	}
}
