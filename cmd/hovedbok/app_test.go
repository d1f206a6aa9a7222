package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/api"
	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/appkit"
	"github.com/hovedbok/hovedbok/node"
)

var updateApp = flag.Bool("update-app", false, "write the golden files of hovedbok app")

func appRun(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = cmdApp(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

func appMust(t *testing.T, err error) {
	if t.Helper(); err != nil {
		t.Fatal(err)
	}
}

// appMake makes an app in a tree and gives its folder.
func appMake(t *testing.T, root, id string, flags ...string) string {
	t.Helper()
	org, name, _ := strings.Cut(id, "/")
	dir := filepath.Join(root, org, name)
	if code, _, stderr := appRun(t, append([]string{"new", dir, "--org", org, "--name", name}, flags...)...); code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	return dir
}

// appGolden compares an answer with a file, with root written as DIR.
func appGolden(t *testing.T, name, root, got string) {
	t.Helper()
	got = strings.ReplaceAll(got, filepath.ToSlash(root), "DIR")
	file := filepath.Join("testdata", "app", name)
	if *updateApp {
		appMust(t, os.MkdirAll(filepath.Dir(file), 0o755))
		appMust(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("no golden file: %v (run with -update-app)", err)
	}
	if got != string(want) {
		t.Errorf("%s differs\n got\n%s\nwant\n%s", file, got, want)
	}
}

func TestApp_GoldenAnswers(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	dir := filepath.Join(root, "nordvik", "melding")
	code, stdout, stderr := appRun(t, "new", "--org", "nordvik", dir, "--title", "Meld fra", "--name", "melding", "--link-to", "politiet/vandelsvurdering")
	if code != exitOK || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	appGolden(t, "new.txt", root, stdout)
	_, stdout, _ = appRun(t, "show", dir, "--lang", "nn")
	appGolden(t, "show.txt", root, stdout)
	code, stdout, stderr = appRun(t, "lint", dir)
	if code != exitOK || stderr != "" {
		t.Errorf("a warning alone gives exit code %d and %q", code, stderr)
	}
	appGolden(t, "lint-warning.txt", root, stdout)

	appBreak(t, dir)
	code, stdout, stderr = appRun(t, "lint", root, filepath.Join("..", "..", "examples", "apps", "politiet", "vandelsvurdering"))
	if code != exitFailed || stderr != "" {
		t.Errorf("a fault gives exit code %d and %q", code, stderr)
	}
	appGolden(t, "lint.txt", root, stdout)
	code, stdout, _ = appRun(t, "lint", "--json", dir)
	if code != exitFailed {
		t.Errorf("a fault gives exit code %d with --json", code)
	}
	appGolden(t, "lint.json", root, stdout)
	var reports []appkit.Report
	if err := json.Unmarshal([]byte(stdout), &reports); err != nil || len(reports) != 1 || reports[0].Count(appkit.Error) != 1 {
		t.Errorf("got %+v, %v", reports, err)
	}
	if code, stdout, stderr := appRun(t, "show", dir); code != exitFailed || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "hovedbok app lint") {
		t.Errorf("show of an app with faults: %d, %q, %q", code, stdout, stderr)
	}
}

// appBreak leaves an app with a fault, a warning, a place that needs code and a task that is not carried out.
func appBreak(t *testing.T, dir string) {
	t.Helper()
	for _, e := range []struct{ file, old, new string }{
		{"ui/Task_1/Settings.json", `"oppsummering"`, `"vedlegg"`},
		{"ui/Task_1/layouts/skjema.json", `"type": "TextArea",`, `"type": "Dropdown", "optionsId": "emner",`},
		{"config/process/process.bpmn", ">confirmation<", ">signing<"},
		{"Program.cs", "WebApplication app", "builder.Services.AddTransient<IDataProcessor, Utregning>();\n\nWebApplication app"},
	} {
		file := filepath.Join(dir, "App", filepath.FromSlash(e.file))
		before, err := os.ReadFile(file)
		appMust(t, err)
		if !bytes.Contains(before, []byte(e.old)) {
			t.Fatalf("%s does not hold %s", e.file, e.old)
		}
		appMust(t, os.WriteFile(file, bytes.Replace(before, []byte(e.old), []byte(e.new), 1), 0o644))
	}
}

func TestApp_RefusesWrongUsageInOneLine(t *testing.T) {
	t.Parallel()
	full, empty := t.TempDir(), t.TempDir()
	appMust(t, os.WriteFile(filepath.Join(full, "x"), nil, 0o600))
	sample := filepath.Join("..", "..", "examples", "apps")
	good := filepath.Join(sample, "nordvik", "skjenkesak")
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"nothing":                 {nil, "lint DIR…"},
		"an unknown verb":         {[]string{"publish"}, "lint DIR…"},
		"lint nothing":            {[]string{"lint"}, "at least one"},
		"lint only a flag":        {[]string{"lint", "--json"}, "at least one"},
		"lint an unknown flag":    {[]string{"lint", good, "--yaml"}, "not defined: -yaml"},
		"lint what is not there":  {[]string{"lint", filepath.Join(empty, "no")}, "no such file"},
		"lint no app":             {[]string{"lint", empty}, "no app folder"},
		"lint one of two":         {[]string{"lint", good, empty}, "no app folder"},
		"show nothing":            {[]string{"show"}, "one app folder"},
		"show two":                {[]string{"show", good, good}, "one app folder"},
		"show a tree":             {[]string{"show", sample}, "holds 4 apps"},
		"show no app":             {[]string{"show", empty}, "no app folder"},
		"show in no language":     {[]string{"show", good, "--lang", "se"}, `no texts in "se"`},
		"new without a folder":    {[]string{"new", "--org", "a", "--name", "b"}, "--org and --name"},
		"new without an org":      {[]string{"new", empty, "--name", "b"}, "--org and --name"},
		"new without a name":      {[]string{"new", empty, "--org", "a"}, "--org and --name"},
		"new with a bad name":     {[]string{"new", empty, "--org", "a", "--name", "../b"}, "lower-case"},
		"new with a bad link":     {[]string{"new", empty, "--org", "a", "--name", "b", "--link-to", "c"}, "write org/app"},
		"new in two folders":      {[]string{"new", empty, full, "--org", "a", "--name", "b"}, "one folder"},
		"new where something is":  {[]string{"new", full, "--org", "a", "--name", "b"}, "not empty"},
		"new with a flag's value": {[]string{"new", empty, "--org"}, "needs an argument"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := appRun(t, c.args...)
			if code != exitUsage || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, c.says) || !strings.HasPrefix(stderr, "hovedbok app") {
				t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout, stderr)
			}
			if entries, err := os.ReadDir(empty); err != nil || len(entries) > 0 {
				t.Errorf("something was written: %v, %v", entries, err)
			}
		})
	}
}

func TestApp_Help(t *testing.T) {
	t.Parallel()
	for says, args := range map[string][]string{"new DIR": {"--help"}, "-json": {"lint", "--help"}, "-lang": {"show", "-h"}, "-link-to": {"new", "--help"}} {
		if code, stdout, stderr := appRun(t, args...); code != exitOK || !strings.Contains(stdout, says) || stderr != "" {
			t.Errorf("%v: exit code %d, %q, %q", args, code, stdout, stderr)
		}
	}
}

func TestApp_FailsWhenTheFolderCannotBeMade(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	appMust(t, os.WriteFile(file, nil, 0o600))
	if code, _, stderr := appRun(t, "new", filepath.Join(file, "app"), "--org", "a", "--name", "b"); code != exitFailed || strings.Count(stderr, "\n") != 1 {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

// appSite is a node over a tree of new apps, reached through its API.
type appSite struct {
	*testing.T
	node *node.Node
	*client
}

func newAppSite(t *testing.T, root string) *appSite {
	t.Helper()
	n, err := node.Open(t.Context(), node.Config{
		Data: t.TempDir(), Apps: []string{root}, Register: filepath.Join("..", "..", "examples", "register.json"), Development: true,
	}, node.Options{})
	appMust(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- n.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-ran, n.Close()); err != nil {
			t.Error(err)
		}
	})
	c := newClient("http://127.0.0.1:8080")
	c.http.Transport = api.Local{Handler: n.Handler()}
	return &appSite{t, n, c}
}

// do sends a request and gives the error code of the answer, "" when it went well.
func (s *appSite) try(p *person, method, path string, body, out any) string {
	s.Helper()
	err := s.call(s.Context(), p, method, path, body, out)
	var answer *answerError
	if errors.As(err, &answer) {
		return strconv.Itoa(answer.Status) + " " + answer.Code
	}
	appMust(s.T, err)
	return ""
}

func (s *appSite) must(p *person, method, path string, body, out any) {
	s.Helper()
	if code := s.try(p, method, path, body, out); code != "" {
		s.Fatalf("%s %s: %s", method, path, code)
	}
}

// settled waits until the sagas and the views have come as far as the log.
func (s *appSite) settled() {
	s.Helper()
	for {
		head, err := s.node.Store.Head(s.Context())
		appMust(s.T, err)
		appMust(s.T, s.node.Sagas.Wait(s.Context(), head))
		_, err = s.node.Views.Wait(s.Context(), head)
		appMust(s.T, err)
		if now, err := s.node.Store.Head(s.Context()); err == nil && now == head {
			return
		}
	}
}

// submit fills in and submits a new app for a party.
func (s *appSite) submit(who *person, app string, party int) instanceView {
	s.Helper()
	var v instanceView
	s.must(who, http.MethodPost, fmt.Sprintf("%s/instances?instanceOwnerPartyId=%d", app, party), nil, &v)
	next := v.path() + "/process/next?returnInstance=true"
	if code := s.try(who, http.MethodPut, next, nil, nil); !strings.HasPrefix(code, "409 ") {
		s.Errorf("an empty form goes on: %q", code)
	}
	patch := []map[string]any{{"op": "add", "path": "/navn", "value": "Ingrid Solheim"}, {"op": "add", "path": "/epost", "value": "ingrid"}, {"op": "add", "path": "/melding", "value": "Lyset er ute"}}
	data := v.path() + "/data"
	send := func(ops []map[string]any) {
		s.must(who, http.MethodPatch, data, map[string]any{"patches": []map[string]any{{"dataElementId": v.element("skjema"), "patch": ops}}}, nil)
	}
	send(patch)
	if code := s.try(who, http.MethodPut, next, nil, nil); !strings.HasPrefix(code, "409 ") {
		s.Errorf("a bad address goes on: %q", code)
	}
	send([]map[string]any{{"op": "replace", "path": "/epost", "value": "ingrid@example.no"}})
	s.must(who, http.MethodPut, next, nil, &v)
	if v.task() != "Task_2" {
		s.Fatalf("the instance is at %q", v.task())
	}
	s.must(who, http.MethodPut, next, map[string]string{"action": "confirm"}, &v)
	if v.Process.Ended == nil {
		s.Fatal("the instance has not ended")
	}
	return v
}

// A new app can be checked, published and used without an edit, and its link makes the other app's instance.
func TestApp_NewLintPublishPlay(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	appMake(t, root, "nordvik/melding", "--title", "Meld fra", "--link-to", "nordvik/sak")
	appMake(t, root, "nordvik/sak")
	if code, stdout, stderr := appRun(t, "lint", root); code != exitOK || stdout != "nordvik/melding: nothing to remark\nnordvik/sak: nothing to remark\n" {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	catalogue, err := apps.OpenCatalogue(t.TempDir())
	appMust(t, err)
	published, err := catalogue.PublishTree(t.Context(), root)
	appMust(t, err)
	appMust(t, apps.Err(published))

	s := newAppSite(t, root)
	ingrid, amina := &person{User: 20001, Party: 510001}, &person{User: 20005, Party: 510005}
	appMust(t, s.login(t.Context(), ingrid))
	appMust(t, s.login(t.Context(), amina))
	const fjordkroa = 500100
	a := s.submit(ingrid, "/nordvik/melding", fjordkroa)
	if code := s.try(amina, http.MethodGet, a.path(), nil, nil); !strings.HasPrefix(code, "403 ") {
		t.Errorf("a stranger reads it: %q", code)
	}
	s.settled()
	var list struct {
		Instances []instanceView `json:"instances"`
	}
	s.must(ingrid, http.MethodGet, "/storage/api/v1/instances?appId=nordvik/sak&instanceOwner.partyId="+strconv.Itoa(fjordkroa), nil, &list)
	if len(list.Instances) != 1 || list.Instances[0].InstanceOwner.PartyID != strconv.Itoa(fjordkroa) {
		t.Errorf("the link made %+v", list.Instances)
	}
	s.submit(ingrid, "/nordvik/sak", ingrid.Party) // a person, for herself
}

// The report of hovedbok app lint says which task types an instance stays in. It must be what commands do.
func TestApp_NotCarriedOutIsWhatCommandsRefuse(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "commands", "advance_process.go")
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	appMust(t, err)
	var refused []string
	ast.Inspect(tree, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Names[0].Name != "unsupported" {
			return true
		}
		for _, e := range spec.Values[0].(*ast.CompositeLit).Elts {
			name, err := strconv.Unquote(e.(*ast.KeyValueExpr).Key.(*ast.BasicLit).Value)
			appMust(t, err)
			refused = append(refused, name)
		}
		return true
	})
	slices.Sort(refused)
	if !slices.Equal(refused, appkit.NotCarriedOut()) {
		t.Errorf("commands refuse %q, and apps/appkit/hooktable.go says %q", refused, appkit.NotCarriedOut())
	}
}
