package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/hammer"
)

func TestHammer_RefusesWrongUsageInOneLine(t *testing.T) {
	t.Parallel()
	for says, args := range map[string][]string{
		"takes no arguments":    {"now"},
		"--nodes 2":             {"--nodes", "2"},
		"--writers 0":           {"--writers", "0"},
		"--mix is":              {"--mix", "everything"},
		"--kills goes with":     {"--kills", "3"},
		"does not go with":      {"--kill", "--url", "http://127.0.0.1:1"},
		"not defined: -unknown": {"--unknown"},
		"invalid value":         {"--duration", "soon"},
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			if code := cmdHammer(t.Context(), args, &stdout, &stderr); code != exitUsage {
				t.Errorf("exit code %d", code)
			}
			if text := stderr.String(); !strings.Contains(text, says) || strings.Count(text, "\n") != 1 || stdout.Len() > 0 {
				t.Errorf("stderr %q, stdout %q", text, stdout.String())
			}
		})
	}
}

func TestHammer_Help(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	if code := cmdHammer(t.Context(), []string{"--help"}, &stdout, &stderr); code != exitOK || !strings.Contains(stdout.String(), "-chains") {
		t.Errorf("exit code %d, %q", code, stdout.String())
	}
}

func TestHammer_FailsWhenThereIsNoNode(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	code := cmdHammer(t.Context(), []string{"--url", "http://127.0.0.1:1", "--quiet"}, &stdout, &stderr)
	if code != exitFailed || strings.Count(stderr.String(), "\n") != 1 {
		t.Errorf("exit code %d, %q", code, stderr.String())
	}
}

func TestReportHammer_ExitCodeFollowsTheResult(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		result hammer.Result
		want   int
	}{
		"good":   {hammer.Result{Verification: &hammer.Report{Commands: 9}}, exitOK},
		"lost":   {hammer.Result{Verification: &hammer.Report{Lost: 1}}, exitFailed},
		"failed": {hammer.Result{Failed: 1, Verification: &hammer.Report{}}, exitFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			file := filepath.Join(t.TempDir(), "result.json")
			if code := reportHammer(&c.result, file, &stdout, &stderr); code != c.want {
				t.Errorf("exit code %d, want %d: %s", code, c.want, stderr.String())
			}
			if b, err := os.ReadFile(file); err != nil || !bytes.Contains(b, []byte(`"verification"`)) {
				t.Errorf("%s, error %v", b, err)
			}
			if !strings.Contains(stdout.String(), "lost,") {
				t.Errorf("stdout %q", stdout.String())
			}
		})
	}
	var stdout, stderr bytes.Buffer
	if code := reportHammer(&hammer.Result{}, t.TempDir(), &stdout, &stderr); code != exitFailed || stderr.Len() == 0 {
		t.Errorf("a file that cannot be written gives exit code %d", code)
	}
}

func TestHammerError_TellsWhereToLook(t *testing.T) {
	t.Parallel()
	cause := errors.New("it broke")
	if got := hammerError(nil, cause); got != cause {
		t.Errorf("error %v", got)
	}
	if got := hammerError(&hammer.Result{Kept: "/some/folder"}, cause); !errors.Is(got, cause) || !strings.Contains(got.Error(), "/some/folder") {
		t.Errorf("error %v", got)
	}
}
