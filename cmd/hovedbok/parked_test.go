package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hovedbok/hovedbok/examples"
	"github.com/hovedbok/hovedbok/node"
	"github.com/hovedbok/hovedbok/sagas"
)

// The police's app is not there when the case is made: the handover is parked with its reason. Once the app is published, an
// operator asks for another try, and the case goes on.
func TestParked_ListedAndTriedAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	samples := filepath.Join(dir, "examples")
	if err := examples.Extract(samples); err != nil {
		t.Fatal(err)
	}
	police, aside := filepath.Join(samples, "apps", "politiet"), filepath.Join(dir, "politiet")
	if err := os.Rename(police, aside); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	withNode(t, data, samples, 2, apply)
	code, out, stderr := call(t, "parked", "--data", data)
	if code != exitOK || !strings.Contains(out, "multiapp") || !strings.Contains(out, "permanent") || !strings.Contains(out, "link vandel") {
		t.Fatalf("code %d\n%s%s", code, out, stderr)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 3 || !strings.Contains(lines[2], "waits for 1") {
		t.Fatalf("%d lines\n%s", len(lines), out)
	}
	id := strings.Fields(lines[1])[0]
	for _, wrong := range [][]string{{"finnesikke"}, {"retry"}, {"retry", id, "--all"}, {"discard", id}, {"retry", "0"}} {
		if code, _, stderr := call(t, append(append([]string{"parked"}, wrong...), "--data", data)...); code != exitUsage || strings.Count(stderr, "\n") != 1 {
			t.Errorf("parked %v: code %d, %q", wrong, code, stderr)
		}
	}
	if err := os.Rename(aside, police); err != nil {
		t.Fatal(err)
	}
	if code, out, stderr := call(t, "parked", "retry", id, "--data", data); code != exitOK || !strings.HasPrefix(out, "1 ") {
		t.Fatalf("retry: code %d\n%s%s", code, out, stderr)
	}
	withNode(t, data, samples, 0, func(ctx context.Context, s *scenario) error {
		return ctx.Err() // nothing but what was asked for
	})
	if code, out, _ := call(t, "parked", "--data", data); code != exitOK || out != "nothing is parked\n" {
		t.Errorf("afterwards: code %d\n%s", code, out)
	}
}

func TestParked_NeedsADataFolder(t *testing.T) {
	t.Parallel()
	code, _, stderr := call(t, "parked", "--data", filepath.Join(t.TempDir(), "finnesikke"))
	if code != exitFailed || strings.Count(stderr, "\n") != 1 {
		t.Errorf("code %d, %q", code, stderr)
	}
}

// apply hands an application in.
func apply(ctx context.Context, s *scenario) error {
	if err := s.client.login(ctx, applicant); err != nil {
		return err
	}
	a, err := s.apply(ctx)
	if err != nil {
		return err
	}
	if _, err := s.next(applicant, &a, "", "Task_2")(ctx); err != nil {
		return err
	}
	_, err = s.next(applicant, &a, "confirm", "")(ctx)
	return err
}

// withNode runs a node until its sagas have dealt with everything that do has made, but for so many parked events.
func withNode(t *testing.T, data, samples string, parked int, do func(context.Context, *scenario) error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	n, err := node.Open(ctx, node.Config{
		Listen: l.Addr().String(), Data: data, Apps: []string{filepath.Join(samples, "apps")}, Register: filepath.Join(samples, "register.json"), Development: true,
	}, node.Options{})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- n.Serve(ctx, l) }()
	s := &scenario{client: newClient("http://" + l.Addr().String()), node: n, data: filepath.Join(samples, "data")}
	if err := do(ctx, s); err != nil {
		t.Error(err)
	}
	if err := quiet(ctx, n, parked); err != nil {
		t.Error(err)
	}
	s.client.http.CloseIdleConnections()
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if err := n.Close(); err != nil {
		t.Error(err)
	}
}

// quiet waits until the log grows no more by what sagas do, and so many events are parked.
func quiet(ctx context.Context, n *node.Node, want int) error {
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for ; ; <-look.C {
		head, err := n.Store.Head(ctx)
		if err != nil {
			return err
		}
		if err := n.Sagas.Wait(ctx, head); err != nil {
			return err
		}
		after, err := n.Store.Head(ctx)
		if err != nil {
			return err
		}
		parked, err := n.Parked.ListParked(ctx, sagas.ParkedFilter{})
		if err != nil {
			return err
		}
		if after == head && len(parked) == want {
			return nil
		}
	}
}
