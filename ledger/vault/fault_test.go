package vault

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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

const openCommits = 1 // of Open itself: the check of the master key

func TestCreate_Faults(t *testing.T) {
	t.Parallel()
	broken := errors.New("no space left")
	cases := map[string]struct {
		fault   func(commit func() error) error
		applied bool
	}{
		"failed and not applied": {func(func() error) error { return broken }, false},
		"failed but applied":     {func(c func() error) error { return errors.Join(c(), broken) }, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := testOptions(t)
			o.commit = faulty(openCommits+1, c.fault)
			v := openVault(t, o)
			good := create(t, v, "nordvik", newStream())
			streams := make([]string, 16)
			var wg sync.WaitGroup
			for i := range streams {
				streams[i] = newStream()
				wg.Go(func() {
					if _, err := v.Create(t.Context(), "nordvik", streams[i]); !errors.Is(err, ErrFailed) {
						t.Errorf("acknowledged: %v", err)
					}
				})
			}
			wg.Wait()
			<-v.Failed()
			for _, s := range streams {
				if _, ok := v.cached(s); ok {
					t.Errorf("%s is in memory without being acknowledged", s)
				}
			}
			if err := v.Erase(t.Context(), good.Stream()); !errors.Is(err, ErrFailed) {
				t.Errorf("Erase after a failure: %v", err)
			}
			if err := v.Close(); !errors.Is(err, broken) {
				t.Errorf("Close: %v", err)
			}
			recovered(t, o, good, streams, c.applied)
		})
	}
}

// recovered opens the vault again: what was acknowledged is there, and what was not can be created.
func recovered(t *testing.T, o Options, good Key, streams []string, applied bool) {
	t.Helper()
	o.commit = nil
	v := openVault(t, o)
	if k, err := v.Key(t.Context(), good.Stream()); err != nil || k.Commitment() != good.Commitment() {
		t.Errorf("acknowledged key: %v", err)
	}
	found := 0
	for _, s := range streams {
		if _, err := v.Key(t.Context(), s); err == nil {
			found++
		}
		create(t, v, "nordvik", s)
	}
	if (found > 0) != applied {
		t.Errorf("%d keys of the failed group found, applied %v", found, applied)
	}
}

func TestErase_Faults(t *testing.T) {
	t.Parallel()
	broken := errors.New("input/output error")
	for name, fault := range map[string]func(commit func() error) error{
		"failed and not applied": func(func() error) error { return broken },
		"failed but applied":     func(c func() error) error { return errors.Join(c(), broken) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := testOptions(t)
			o.commit = faulty(openCommits+1, fault)
			v := openVault(t, o)
			k := create(t, v, "nordvik", newStream())
			mark := stored(t, v, k.Stream())
			if err := v.Erase(t.Context(), k.Stream()); !errors.Is(err, ErrFailed) {
				t.Fatalf("Erase: %v", err)
			}
			v.Close()
			o.commit = nil
			v = openVault(t, o)
			if err := v.Erase(t.Context(), k.Stream()); err != nil {
				t.Fatal(err)
			}
			if where := folderHolds(t, filepath.Dir(o.Path), mark); where != "" {
				t.Errorf("the key is in %s", where)
			}
		})
	}
}

func TestRewrap_Faults(t *testing.T) {
	t.Parallel()
	broken := errors.New("input/output error")
	for name, c := range map[string]struct {
		fault   func(commit func() error) error
		applied bool
	}{
		"failed and not applied": {func(func() error) error { return broken }, false},
		"failed but applied":     {func(c func() error) error { return errors.Join(c(), broken) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := testOptions(t)
			o.commit = faulty(openCommits+1, c.fault)
			v := openVault(t, o)
			k := create(t, v, "nordvik", newStream())
			next := testMaster()
			if err := v.Rewrap(t.Context(), next); !errors.Is(err, ErrFailed) {
				t.Fatalf("Rewrap: %v", err)
			}
			v.Close()
			o.commit = nil
			right, wrong := o, o
			if right.Master = next; !c.applied {
				right, wrong = wrong, right
			}
			if _, err := Open(t.Context(), wrong); !errors.Is(err, ErrWrongMaster) {
				t.Errorf("the wrong master key: %v", err)
			}
			if got, err := openVault(t, right).Key(t.Context(), k.Stream()); err != nil || got.Commitment() != k.Commitment() {
				t.Errorf("Key: %v", err)
			}
		})
	}
}

const childFolder = "HOVEDBOK_VAULT_CRASH_CHILD"

// TestCrashChild is the process that TestCreate_SurvivesAKill kills. It prints a line for every acknowledged key.
func TestCrashChild(t *testing.T) {
	dir := os.Getenv(childFolder)
	if dir == "" {
		t.Skip("only as a child of TestCreate_SurvivesAKill")
	}
	m, err := LoadOrCreateMaster(filepath.Join(dir, "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	v, err := Open(t.Context(), Options{Path: filepath.Join(dir, DatabaseName), Master: m})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for {
				k, err := v.Create(t.Context(), fmt.Sprint("org", w%3), newStream())
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				fmt.Printf("acked %s %x\n", k.Stream(), k.Commitment())
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

func TestCreate_SurvivesAKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	acked := map[string]string{}
	for round := range 3 {
		killChild(t, dir, 100*(round+1), acked)
		m, err := LoadMaster(filepath.Join(dir, "master.key"))
		if err != nil {
			t.Fatal(err)
		}
		v := openVault(t, Options{Path: filepath.Join(dir, DatabaseName), Master: m})
		for stream, commitment := range acked {
			k, err := v.Key(t.Context(), stream)
			if c := k; err != nil || hexOf(c) != commitment {
				t.Fatalf("round %d: acknowledged key of %s: %v", round, stream, err)
			}
		}
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func hexOf(k Key) string {
	c := k.Commitment()
	return hex.EncodeToString(c[:])
}

// killChild lets a child create keys, kills it in the middle, and notes all that it had acknowledged.
func killChild(t *testing.T, dir string, lines int, acked map[string]string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestCrashChild$")
	cmd.Env = append(os.Environ(), childFolder+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	n := 0
	for scan := bufio.NewScanner(out); scan.Scan(); {
		fields := strings.Fields(scan.Text())
		if len(fields) != 3 || fields[0] != "acked" || len(fields[2]) != 64 {
			continue // not ours, or cut off by the kill
		}
		acked[fields[1]] = fields[2]
		if n++; n == lines {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || n < lines {
		t.Fatalf("the child ended by itself after %d keys: %v", n, err)
	}
}
