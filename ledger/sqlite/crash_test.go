package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/ledgertest"
)

const (
	childRole = "HOVEDBOK_TEST_LEDGER_ROLE"
	childPath = "HOVEDBOK_TEST_LEDGER_PATH"
)

// playChild is what the test binary does as another process. It does not return before its work is done or it is killed.
func playChild(role string) error {
	o := Options{Path: os.Getenv(childPath)}
	switch role {
	case "append":
		return appendForEver(o)
	case "failing":
		o.wrap = (&faults{do: func(op string, call func() error) error {
			if op == "commit" {
				return errInjected
			}
			return call()
		}}).wrap
		return appendForEver(o)
	case "before commit", "at commit", "after commit":
		o.wrap = (&faults{do: killer(role)}).wrap
		return appendForEver(o)
	}
	return fmt.Errorf("unknown role %q", role)
}

// killer ends the process without warning at its twentieth commit.
func killer(role string) func(op string, call func() error) error {
	commits := 0
	return func(op string, call func() error) error {
		if op != "commit" {
			return call()
		}
		if commits++; commits < 20 {
			return call()
		}
		switch role {
		case "before commit":
			kill()
		case "at commit":
			go kill()
		}
		defer kill()
		return call()
	}
}

func kill() {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	if err != nil {
		panic(err)
	}
	select {} // the signal is on its way
}

// appendForEver appends from many goroutines and prints a line for each event that is acknowledged.
func appendForEver(o Options) error {
	s, err := Open(context.Background(), o)
	if err != nil {
		return err
	}
	errs := make(chan error)
	for i := range 16 {
		go func() {
			for {
				if err := appendStream(s, 1+i%5); err != nil {
					errs <- err
					return
				}
			}
		}()
	}
	return <-errs
}

// appendStream writes a new stream of appends of size events.
func appendStream(s *Store, size int) error {
	stream := "instance-" + uuid.NewString()
	events := ledgertest.NewEvents(stream, 0, ledger.Hash{}, 6*size, 300)
	for i := 0; i < len(events); i += size {
		got, err := s.Append(context.Background(), stream, ledger.Revision(i)-1, events[i:i+size])
		if err != nil {
			return err
		}
		var lines strings.Builder
		for j := range size {
			pos := got.Position - ledger.Position(size-1-j)
			fmt.Fprintln(&lines, stream, i+j, events[i+j].ID, pos)
		}
		if _, err := os.Stdout.WriteString(lines.String()); err != nil { // one write, shorter than PIPE_BUF
			return err
		}
	}
	return nil
}

// child runs the test binary in a role until it ends, and gives the lines that it printed. acked is called with their number
// after each line.
func child(t *testing.T, role, path string, acked func(n int, p *os.Process)) (lines []string, state *os.ProcessState) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childRole+"="+role, childPath+"="+path)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for r := bufio.NewReader(out); ; {
		line, err := r.ReadString('\n')
		if err == io.EOF {
			break // what stands after the last line end was not said
		}
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, strings.TrimSuffix(line, "\n"))
		acked(len(lines), cmd.Process)
	}
	if err := cmd.Wait(); err == nil || strings.Contains(stderr.String(), "panic") {
		t.Fatalf("child ended with %v: %s", err, stderr.String())
	}
	return lines, cmd.ProcessState
}

// wantAcknowledged verifies the log and that every acknowledged event stands where its appender was told.
func wantAcknowledged(t *testing.T, path string, lines []string) {
	t.Helper()
	s := openAt(t, path, nil)
	got := map[string]bool{}
	for i, e := range ledgertest.CheckLedger(t, s) {
		if e.Position != ledger.Position(i+1) {
			t.Fatalf("position %d is missing", i+1)
		}
		got[fmt.Sprint(e.Stream, " ", e.Revision, " ", e.ID, " ", e.Position)] = true
	}
	for _, line := range lines {
		if !got[line] {
			t.Errorf("acknowledged but not in the log: %s", line)
		}
	}
	if len(lines) == 0 {
		t.Error("nothing was acknowledged: the test shows nothing")
	}
	fill(t, s, "after-"+uuid.NewString(), 2)
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

func wantKilled(t *testing.T, state *os.ProcessState) {
	t.Helper()
	if ws, ok := state.Sys().(syscall.WaitStatus); !ok || ws.Signal() != syscall.SIGKILL {
		t.Fatalf("child ended with %v, want SIGKILL", state)
	}
}

// TestCrash_KeepsWhatWasAcknowledged kills a process that appends, again and again on the same log.
func TestCrash_KeepsWhatWasAcknowledged(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	rounds := 5
	if testing.Short() {
		rounds = 2
	}
	var all []string
	for round := range rounds {
		limit := 300 + 700*round
		lines, state := child(t, "append", path, func(n int, p *os.Process) {
			if n == limit {
				if err := p.Kill(); err != nil {
					t.Error(err)
				}
			}
		})
		wantKilled(t, state)
		all = append(all, lines...)
		wantAcknowledged(t, path, all)
	}
}

// TestCrash_AtEveryStepOfACommit kills the process just before, during and just after a COMMIT.
func TestCrash_AtEveryStepOfACommit(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"before commit", "at commit", "after commit"} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			path := newPath(t)
			lines, state := child(t, role, path, func(int, *os.Process) {})
			wantKilled(t, state)
			wantAcknowledged(t, path, lines)
		})
	}
}

// TestFatal_EndsTheProcess: without Options.Fatal a failed COMMIT ends the process, and nobody is acknowledged.
func TestFatal_EndsTheProcess(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	lines, state := child(t, "failing", path, func(int, *os.Process) {})
	if state.ExitCode() != exitFatal || len(lines) > 0 {
		t.Errorf("child ended with %v after %d acknowledgements, want status %d and none", state, len(lines), exitFatal)
	}
	ledgertest.CheckLedger(t, openAt(t, path, nil))
}

// TestOpen_RefusesWhileAnotherProcessHasTheLog also shows that the lock ends with its process, however that ends.
func TestOpen_RefusesWhileAnotherProcessHasTheLog(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	_, state := child(t, "append", path, func(n int, p *os.Process) {
		if n != 1 {
			return
		}
		_, err := Open(t.Context(), Options{Path: path})
		want := fmt.Sprintf("in use by process %d", p.Pid)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
		if err := p.Kill(); err != nil {
			t.Error(err)
		}
	})
	wantKilled(t, state)
	openAt(t, path, nil)
}
