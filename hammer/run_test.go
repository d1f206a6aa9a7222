package hammer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/hovedbok/hovedbok/node"
)

// roleVariable makes the test binary play the node that a run starts.
const roleVariable = "HOVEDBOK_HAMMER_TEST_ROLE"

func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "serve" {
		os.Exit(play(os.Args[3]))
	}
	os.Exit(m.Run())
}

// play is "hovedbok serve --config FILE".
func play(config string) int {
	if os.Getenv(roleVariable) == "broken" {
		fmt.Fprintln(os.Stderr, "planted failure")
		return 3
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, config); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func serve(ctx context.Context, config string) (err error) {
	c, err := node.ReadConfig(config)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	n, err := node.Open(ctx, c, node.Options{})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	return n.Serve(ctx, l)
}

// TestRun_KillsARealNodeAndLosesNothing is the whole of it, on a small scale.
func TestRun_KillsARealNodeAndLosesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("starts, kills and verifies a node; left out with -short")
	}
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	r, err := Run(t.Context(), Options{Writers: 8, Chains: 24, Kill: true, Kills: 3, Data: data, Executable: executable(t), Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	v := r.Verification
	if !r.OK() || v == nil {
		t.Fatalf("faults %v, verification %+v", r.Faults, v)
	}
	if len(r.Restarts) != 3 || r.Chains != 24 || v.Submissions != 24 || v.Targets != 24 || uint64(v.Commands) != r.Commands || r.Kept != "" {
		t.Errorf("%d restarts, %d chains, %d commands, kept %q; counted %+v", len(r.Restarts), r.Chains, r.Commands, r.Kept, v)
	}
	path := filepath.Join(t.TempDir(), "result.json")
	if err := r.WriteJSON(path); err != nil {
		t.Fatal(err)
	}
	var back Result
	if b, err := os.ReadFile(path); err != nil || json.Unmarshal(b, &back) != nil || back.Commands != r.Commands {
		t.Errorf("the file does not give the result back: %v", err)
	}
	tampered(t, data)
}

// tampered verifies the folder once more with a journal that knows of a command that the folder does not.
func tampered(t *testing.T, data string) {
	j := &Journal{}
	j.Add(&Instance{ID: targetOf([16]byte{}), App: sourceApp, Caller: "user:510001", Commands: []Command{{Key: "k", Effect: Effect{Kind: Created}}}})
	r, err := Verify(t.Context(), data, j)
	if err != nil || r.Lost != 1 || r.Duplicated+r.Skipped != 0 {
		t.Errorf("error %v, found %v", err, r.Discrepancies)
	}
}

func executable(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRun_SaysWhyTheNodeDidNotStart(t *testing.T) {
	t.Setenv(roleVariable, "broken")
	t.Setenv("TMPDIR", t.TempDir())
	r, err := Run(t.Context(), Options{Writers: 2, Executable: executable(t)})
	if err == nil || !strings.Contains(err.Error(), "planted failure") || r == nil || r.Kept == "" {
		t.Errorf("error %v, result %+v", err, r)
	}
}

func TestRun_NeedsAProgram(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	if _, err := Run(t.Context(), Options{Executable: filepath.Join(t.TempDir(), "none")}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	if _, err := Run(t.Context(), Options{Mix: "all"}); err == nil {
		t.Error("wrong options are not refused")
	}
}

// TestServer_NoticesThatTheNodeEndsByItself ends the node behind the server's back.
func TestServer_NoticesThatTheNodeEndsByItself(t *testing.T) {
	t.Parallel()
	o := Options{Executable: executable(t)}
	s, _, err := prepare(&o, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.pid() == 0 || s.gate.pass(t.Context()) != nil {
		t.Fatal("the node is not up")
	}
	p, err := os.FindProcess(s.pid())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-s.died; !strings.Contains(err.Error(), "ended by itself") {
		t.Errorf("error %v", err)
	}
	if err := s.stop(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("a node that was killed counts as stopped: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if s.gate.pass(ended) == nil {
		t.Error("the gate is open while the node is down")
	}
}

// TestServer_StopsGracefully ends a node with SIGTERM, and starts it again on the same folder.
func TestServer_StopsGracefully(t *testing.T) {
	t.Parallel()
	o := Options{Executable: executable(t)}
	s, data, err := prepare(&o, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := s.start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.stop(); err != nil {
			t.Fatal(err)
		}
	}
	if r, err := Verify(t.Context(), data, &Journal{}); err != nil || !r.OK() || r.Events != 0 {
		t.Errorf("error %v, report %+v", err, r)
	}
}
