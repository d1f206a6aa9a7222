package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/hovedbok/hovedbok/audit"
	"github.com/hovedbok/hovedbok/audit/audittest"
	"github.com/hovedbok/hovedbok/ledger/sqlite"
	"github.com/hovedbok/hovedbok/ledger/vault"
	"github.com/hovedbok/hovedbok/node"
	"github.com/hovedbok/hovedbok/record"
)

var updateReplay = flag.Bool("update-replay", false, "write the golden files of hovedbok replay")

// replayBundle is the data folder of a node in which the story has been told.
type replayBundle struct {
	dir    string
	hashes []string
	events []audit.Event
	state  audit.StateDoc
	diff   []audit.Change
}

// openReplayStory opens a data folder as a node does.
func openReplayStory(t *testing.T, dir string) (log *record.Log, keys *vault.Vault, done func()) {
	t.Helper()
	master, err := vault.LoadOrCreateMaster(filepath.Join(dir, "master.key"))
	replayMust(t, err)
	keys, err = vault.Open(t.Context(), vault.Options{Path: filepath.Join(dir, node.FileKeys), Master: master})
	replayMust(t, err)
	store, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(dir, node.FileLedger)})
	replayMust(t, err)
	return record.NewLog(store, keys), keys, func() {
		replayMust(t, store.Close())
		replayMust(t, keys.Close())
	}
}

func replayMust(t *testing.T, err error) {
	if t.Helper(); err != nil {
		t.Fatal(err)
	}
}

func newReplayBundle(t *testing.T) *replayBundle {
	t.Helper()
	b := &replayBundle{dir: t.TempDir()}
	log, _, done := openReplayStory(t, b.dir)
	audittest.Tell(t, log)
	var err error
	b.events, err = audit.Events(t.Context(), log, audittest.Instance, audit.Options{Sealed: true})
	replayMust(t, err)
	b.state, err = audit.State(t.Context(), log, audittest.Instance, record.Until{})
	replayMust(t, err)
	b.diff, err = audit.Diff(t.Context(), log, audittest.Instance, audit.At(3), audit.At(7))
	replayMust(t, err)
	for _, e := range b.events {
		b.hashes = append(b.hashes, e.Hash)
	}
	done()
	return b
}

const replayInstance = "a1000000-0000-4000-8000-000000000001"

// replay runs the command on the story.
func (b *replayBundle) replay(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return replayRun(t.Context(), append([]string{"500100/" + replayInstance, "--data", b.dir}, args...)...)
}

func replayRun(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = cmdReplay(ctx, args, &out, &errs)
	return code, out.String(), errs.String()
}

// golden compares a text with a file. Hashes depend on the key and are written as the revision that they belong to.
func (b *replayBundle) golden(t *testing.T, name, got string) {
	t.Helper()
	for i, h := range b.hashes {
		got = strings.ReplaceAll(got, h, fmt.Sprintf("hash of revision %d", i))
	}
	file := filepath.Join("testdata", "replay", name)
	if *updateReplay {
		replayMust(t, os.MkdirAll(filepath.Dir(file), 0o755))
		replayMust(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("no golden file: %v (run with -update-replay)", err)
	}
	if got != string(want) {
		t.Errorf("%s differs\n got\n%s\nwant\n%s", file, got, want)
	}
}

func TestReplay_GoldenAnswers(t *testing.T) {
	t.Parallel()
	b := newReplayBundle(t)
	for name, args := range map[string][]string{
		"timeline.txt":          nil,
		"timeline-nb.txt":       {"--lang", "nb"},
		"revision-6.txt":        {"--revision", "6"},
		"at.txt":                {"--at", "05.01.2026 09:05"},
		"events-4.txt":          {"--events", "--revision", "4"},
		"diff-3-7.txt":          {"--diff", "3..7"},
		"diff-time.txt":         {"--diff", "2026-01-05T08:05Z..now", "--lang", "nn"},
		"diff-nothing.txt":      {"--diff", "21..22"},
		"timeline-6.json":       {"--json", "--revision", "6"},
		"diff-3-7.json":         {"--json", "--diff", "3..7"},
		"diff-nothing.json":     {"--json", "--diff", "21..22"},
		"events-revision0.json": {"--json", "--events", "--revision", "0"},
	} {
		code, stdout, stderr := b.replay(t, args...)
		if code != 0 || stderr != "" {
			t.Fatalf("%v: exit code %d, %s", args, code, stderr)
		}
		b.golden(t, name, stdout)
	}
}

func TestReplay_WithoutThePartyAndByAConfiguration(t *testing.T) {
	t.Parallel()
	b := newReplayBundle(t)
	config := filepath.Join(t.TempDir(), "node.yaml")
	replayMust(t, os.WriteFile(config, []byte("data: "+b.dir+"\nregister: people.json\ndevelopment: true\n"), 0o600))
	_, want, _ := b.replay(t)
	for _, args := range [][]string{{"--data=" + b.dir, replayInstance}, {replayInstance, "--config", config}} {
		if code, got, stderr := replayRun(t.Context(), args...); code != 0 || got != want {
			t.Errorf("%v: exit code %d, %s", args, code, stderr)
		}
	}
}

// The sealed bytes are given only when they are asked for, and they prove the chain without the folder.
func TestReplay_SealedBytesVerifyOffline(t *testing.T) {
	t.Parallel()
	b := newReplayBundle(t)
	for _, sealed := range []bool{false, true} {
		args := []string{"--json", "--events"}
		if sealed {
			args = append(args, "--sealed")
		}
		code, stdout, stderr := b.replay(t, args...)
		var answer replayAnswer
		if err := json.Unmarshal([]byte(stdout), &answer); code != 0 || err != nil {
			t.Fatalf("exit code %d, %s, %v", code, stderr, err)
		}
		n, recomputed, err := audit.VerifyEvents(record.InstanceStream(audittest.Instance), answer.Events)
		if n != len(b.events) || recomputed != sealed || err != nil {
			t.Errorf("sealed %v: %d events, recomputed %v, %v", sealed, n, recomputed, err)
		}
	}
}

// failure checks that a command failed with one line that says something.
func failure(t *testing.T, what string, code, wantCode int, stdout, stderr, want string) {
	t.Helper()
	if code != wantCode || strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "hovedbok replay: ") || !strings.Contains(stderr, want) || stdout != "" {
		t.Errorf("%s: exit code %d, want %d\nstdout %q\nstderr %q\nwant %q in it", what, code, wantCode, stdout, stderr, want)
	}
}

func TestReplay_WrongUsageIsOneLineAndExitCode2(t *testing.T) {
	t.Parallel()
	instance := "500100/" + replayInstance
	for _, c := range []struct{ args, want string }{
		{"", "name one instance"},
		{instance + " " + instance, "name one instance"},
		{"x", "is no instance"},
		{"500100/x", "is no instance"},
		{"{" + replayInstance + "}", "is no instance"},
		{"x/" + replayInstance, "is no party"},
		{"-7/" + replayInstance, "flag provided but not defined"},
		{"0/" + replayInstance, "is no party"},
		{"/" + replayInstance, "is no party"},
		{instance + " --nonsense", "not defined"},
		{instance + " --at", "needs an argument"},
		{instance + " --at yesterday", "not a point in time"},
		{instance + " --at 7", "not a point in time"},
		{instance + " --at 2026-03-29T02:30", "does not exist"},
		{instance + " --at 2026-10-25T02:30", "comes twice"},
		{instance + " --revision -1", "--revision is a whole number"},
		{instance + " --revision seven", "--revision is a whole number"},
		{instance + " --diff 3", "a span is FROM..TO"},
		{instance + " --diff 3..x", "not a point in time"},
		{instance + " --at now --revision 3", "do not go together"},
		{instance + " --events --diff 3..7", "do not go together"},
		{instance + " --revision 3 --diff 3..7", "do not go together"},
		{instance + " --data x --url http://h --token t", "do not go together"},
		{instance + " --data x --config y", "do not go together"},
		{instance + " --lang se", "--lang is nb, nn or en"},
		{instance + " --token t", "--token is for --url"},
		{instance + " --sealed", "--sealed is for --json"},
		{instance + " --data=", "need a path"},
		{instance + " --url ftp://h --token t", "--url is the address"},
		{instance + " --url h:80 --token t", "--url is the address"},
		{instance + " --url http://u:p@h --token t", "--url is the address"},
		{replayInstance + " --url http://h --token t", "needs the instance as <party>/<guid>"},
	} {
		code, stdout, stderr := replayRun(t.Context(), strings.Fields(c.args)...)
		failure(t, c.args, code, 2, stdout, stderr, c.want)
	}
}

func TestReplay_Help(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"-h", "--help"} {
		if code, stdout, stderr := replayRun(t.Context(), flag); code != 0 || stdout != replayUsage || stderr != "" {
			t.Errorf("%s: exit code %d, %q, %q", flag, code, stdout, stderr)
		}
	}
}

func TestReplay_FailuresAreOneLineAndExitCode1(t *testing.T) {
	t.Parallel()
	b := newReplayBundle(t)
	for _, c := range []struct {
		want string
		args []string
	}{
		{"0 to 24, not 25", []string{"--revision", "25"}},
		{"did not exist at that time", []string{"--at", "2026-01-05"}},
		{"must not come after", []string{"--diff", "7..3"}},
		{"no such revision", []string{"--diff", "3..99"}},
	} {
		code, stdout, stderr := b.replay(t, c.args...)
		failure(t, strings.Join(c.args, " "), code, 1, stdout, stderr, c.want)
	}
	code, stdout, stderr := replayRun(t.Context(), "500101/"+replayInstance, "--data", b.dir)
	failure(t, "another party", code, 1, stdout, stderr, "does not belong to party 500101")
	code, stdout, stderr = replayRun(t.Context(), strings.Replace(replayInstance, "a1", "a2", 1), "--data", b.dir)
	failure(t, "another instance", code, 1, stdout, stderr, "there is no such instance")
	code, stdout, stderr = replayRun(t.Context(), replayInstance, "--config", filepath.Join(b.dir, "none.yaml"))
	failure(t, "no configuration", code, 1, stdout, stderr, "none.yaml")
	empty := t.TempDir()
	code, stdout, stderr = replayRun(t.Context(), replayInstance, "--data", empty)
	failure(t, "no data", code, 1, stdout, stderr, "is no data folder")
	if entries, err := os.ReadDir(empty); err != nil || len(entries) != 0 {
		t.Errorf("looking made %d files, %v", len(entries), err)
	}
}

func TestReplay_OfAFolderInUseSuggestsTheURL(t *testing.T) {
	t.Parallel()
	b := newReplayBundle(t)
	_, _, done := openReplayStory(t, b.dir)
	defer done()
	code, stdout, stderr := b.replay(t)
	failure(t, "in use", code, 1, stdout, stderr, "a running node holds the data folder "+b.dir+"; ask the node instead with --url and --token")
}

func TestReplay_OfAnErasedInstance(t *testing.T) {
	t.Parallel()
	b := newReplayBundle(t)
	log, keys, done := openReplayStory(t, b.dir)
	_, head, err := log.FoldInstance(t.Context(), audittest.Instance, record.Until{})
	replayMust(t, err)
	audittest.Append(t, log, head, len(audittest.Story()), audittest.Erasure())
	replayMust(t, keys.Erase(t.Context(), record.InstanceStream(audittest.Instance)))
	done()
	code, stdout, stderr := b.replay(t)
	if code != 0 || strings.Contains(stdout, "Fjordkroa") || !strings.Contains(stdout, "Erased for good") || !strings.Contains(stdout, "chain of 26 events verified") {
		t.Errorf("exit code %d, %s\n%s", code, stderr, stdout)
	}
	code, stdout, stderr = b.replay(t, "--diff", "3..7")
	failure(t, "diff", code, 1, stdout, stderr, "the contents have been erased")
}

// replayNode answers as a node does, with what it is given.
type replayNode struct {
	events, state, diff any
	mu                  sync.Mutex
	asked               []string // under mu
}

func (n *replayNode) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	n.asked = append(n.asked, r.URL.RequestURI())
	n.mu.Unlock()
	if r.Header.Get("Authorization") != "Bearer secret" {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"code":"token_invalid","detail":"the token is not valid"}`)
		return
	}
	const path = "/ledger/instances/500100/" + replayInstance
	answers := map[string]any{
		path + "/events": map[string]any{"instance": replayInstance, "events": n.events},
		path + "/state":  n.state,
		path + "/diff":   map[string]any{"instance": replayInstance, "changes": n.diff},
	}
	answer, ok := answers[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func replayServer(t *testing.T, n *replayNode) string {
	s := httptest.NewServer(n)
	t.Cleanup(s.Close)
	return s.URL
}

func TestReplay_FromANodeIsTheSameAsFromItsFolder(t *testing.T) {
	t.Parallel()
	b := newReplayBundle(t)
	n := &replayNode{events: b.events, state: b.state, diff: b.diff}
	url := replayServer(t, n)
	for _, mode := range [][]string{nil, {"--events"}, {"--json"}, {"--diff", "3..7"}, {"--diff", "3..7", "--json"}} {
		_, want, _ := b.replay(t, mode...)
		args := append([]string{"500100/" + replayInstance, "--url", url + "/", "--token", "secret"}, mode...)
		if code, got, stderr := replayRun(t.Context(), args...); code != 0 || got != want {
			t.Errorf("%v: exit code %d, %s\n%s", mode, code, stderr, got)
		}
	}
	replayRun(t.Context(), "500100/"+replayInstance, "--url", url, "--token", "secret", "--diff", "..2026-01-05T09:00:00.000001")
	replayRun(t.Context(), "500100/"+replayInstance, "--url", url, "--token", "secret", "--at", "2026-01-05T10:00")
	n.mu.Lock()
	defer n.mu.Unlock()
	asked := strings.Join(n.asked, "\n")
	for _, want := range []string{"/diff?from=3&to=7", "/diff?to=2026-01-05T08%3A00%3A00.000001Z", "/state?at=2026-01-05T09%3A00%3A00Z", "/events?sealed=true"} {
		if !strings.Contains(asked, want) {
			t.Errorf("it did not ask for %s but for\n%s", want, asked)
		}
	}
}

func TestReplay_OfANodeThatDoesNotGiveSealedBytesSaysSo(t *testing.T) {
	t.Parallel()
	b := newReplayBundle(t)
	for i := range b.events {
		b.events[i].Sealed = nil
	}
	url := replayServer(t, &replayNode{events: b.events, state: b.state})
	code, stdout, stderr := replayRun(t.Context(), "500100/"+replayInstance, "--url", url, "--token", "secret")
	if code != 0 || !strings.Contains(stdout, "chain of 25 events is linked; the hashes were not recomputed") {
		t.Errorf("exit code %d, %s\n%s", code, stderr, stdout)
	}
}

func TestReplay_OfATamperedChainShowsItAndFails(t *testing.T) {
	t.Parallel()
	b := newReplayBundle(t)
	b.events[5].Actor.ID = "510009"
	args := []string{"500100/" + replayInstance, "--url", replayServer(t, &replayNode{events: b.events, state: b.state}), "--token", "secret"}
	code, stdout, stderr := replayRun(t.Context(), args...)
	if code != 1 || !strings.Contains(stderr, "is broken at revision 5: ") || strings.Count(stderr, "\n") != 1 || strings.Contains(stdout, "verified") || !strings.Contains(stdout, "510009") {
		t.Errorf("exit code %d, %s\n%s", code, stderr, stdout)
	}
	code, stdout, _ = replayRun(t.Context(), append(args, "--json")...)
	var answer replayAnswer
	if err := json.Unmarshal([]byte(stdout), &answer); code != 1 || err != nil || answer.Chain.Verified || answer.Chain.Events != 5 || answer.Chain.Fault == "" {
		t.Errorf("exit code %d, %+v, %v", code, answer.Chain, err)
	}
}

func TestReplay_NodeRefusals(t *testing.T) {
	t.Parallel()
	b := newReplayBundle(t)
	url := replayServer(t, &replayNode{events: b.events, state: "no state"})
	instance := "500100/" + replayInstance
	code, stdout, stderr := replayRun(t.Context(), instance, "--url", url, "--token", "wrong")
	failure(t, "token", code, 1, stdout, stderr, "the node answers 401 Unauthorized: token_invalid: the token is not valid")
	code, stdout, stderr = replayRun(t.Context(), "500101/"+replayInstance, "--url", url, "--token", "secret")
	failure(t, "not found", code, 1, stdout, stderr, "the node answers 404 Not Found")
	code, stdout, stderr = replayRun(t.Context(), instance, "--url", url, "--token", "secret")
	failure(t, "nonsense", code, 1, stdout, stderr, "is not one that a node gives")
	code, stdout, stderr = replayRun(t.Context(), instance, "--url", "http://127.0.0.1:1", "--token", "secret")
	failure(t, "nobody there", code, 1, stdout, stderr, "ask the node for the events")
	if strings.Contains(stderr, "secret") {
		t.Error("the token stands in the error")
	}
}

func TestReplay_TakesTheTokenFromTheEnvironment(t *testing.T) {
	b := newReplayBundle(t)
	url := replayServer(t, &replayNode{events: b.events, state: b.state})
	t.Setenv("HOVEDBOK_TOKEN", "")
	code, stdout, stderr := replayRun(t.Context(), "500100/"+replayInstance, "--url", url)
	failure(t, "no token", code, 2, stdout, stderr, "--url needs --token")
	t.Setenv("HOVEDBOK_TOKEN", "secret")
	if code, _, stderr := replayRun(t.Context(), "500100/"+replayInstance, "--url", url); code != 0 {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}
