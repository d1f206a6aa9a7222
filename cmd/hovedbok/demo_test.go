package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// call runs the program with arguments, as a shell would.
func call(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, &out, &err)
	return code, out.String(), err.String()
}

func TestDemo_PlaysTheCaseThrough(t *testing.T) {
	t.Parallel()
	code, out, stderr := call(t, "demo", "--ephemeral", "--exit", "--listen", "127.0.0.1:0")
	if code != exitOK || stderr != "" || strings.Count(out, "✓") != 19 || strings.Contains(out, "✗") {
		t.Errorf("code %d\n%s\n%s", code, out, stderr)
	}
}

func TestDemo_GoesOnServingUntilItIsStopped(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	out := &watched{until: "Serving on", then: stop}
	if code := run(ctx, []string{"demo", "--data", t.TempDir(), "--listen", "127.0.0.1:0"}, out, out); code != exitOK {
		t.Errorf("code %d\n%s", code, out.String())
	}
}

// watched stops a program when it has written a text.
type watched struct {
	bytes.Buffer
	until string
	then  func()
}

func (w *watched) Write(p []byte) (int, error) {
	n, err := w.Buffer.Write(p)
	if strings.Contains(w.String(), w.until) {
		w.then()
	}
	return n, err
}

func TestUsage_WrongCallsAreOneLineAndCode2(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"finnesikke"},
		{"demo", "--finnesikke"},
		{"demo", "extra"},
		{"serve", "--config", "finnesikke.yaml"},
		{"serve", "extra"},
		{"parked", "--config", "finnesikke.yaml"},
	} {
		code, out, stderr := call(t, args...)
		if code != exitUsage || out != "" || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%v: code %d, %q, %q", args, code, out, stderr)
		}
	}
	if code, out, _ := call(t); code != exitOK || !strings.Contains(out, "hovedbok demo") {
		t.Errorf("help: code %d, %q", code, out)
	}
}
