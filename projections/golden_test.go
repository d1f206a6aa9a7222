package projections_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/chain"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/projections"
	"github.com/hovedbok/hovedbok/projections/projectionstest"
)

var update = flag.Bool("update", false, "write the golden files anew")

const divider = "----\n"

// TestHistories reads the events above the divider of each file, and compares the tables with what is below it. A line is
//
//	<actor> <instance or chain> <Fact> [+] key=value …
//
// Actors are user:<party>, org:<code> and platform:<name>; a + puts the event into the command of the line before. Ids are names; in the tables they are shown by name
// too. Times of events are minutes after the start of the bundle.
func TestHistories(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "histories", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no histories: %v", err)
	}
	for _, file := range files {
		for _, size := range []int{1, 3, 1000} {
			t.Run(fmt.Sprint(strings.TrimSuffix(filepath.Base(file), ".txt"), " in batches of ", size), func(t *testing.T) {
				t.Parallel()
				history(t, file, size)
			})
		}
	}
}

func history(t *testing.T, file string, size int) {
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	script, want, _ := strings.Cut(string(src), divider)
	names := playScript(t, script)
	s := projectionstest.Open(t)
	r := open(t, projections.Options{Log: names.bundle.Log, Store: s, Projections: projections.Standard(), BatchEvents: size})
	projectionstest.Run(t, r)
	wait(t, r, names.bundle.Last())
	got := names.show(dump(t, s))
	if *update && size == 1 {
		if err := os.WriteFile(file, []byte(script+divider+got), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if got != want && !*update {
		t.Errorf("tables\n%s\nwant\n%s", got, want)
	}
}

// script is a history under way.
type script struct {
	t      *testing.T
	bundle *projectionstest.Bundle
	apps   map[string]projectionstest.App // by instance or chain
	names  []string                       // of ids

	pending []instance.Event
	by      projectionstest.By
}

func playScript(t *testing.T, text string) *script {
	s := &script{t: t, bundle: projectionstest.New(t), apps: map[string]projectionstest.App{}}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			s.line(line)
		}
	}
	s.flush()
	return s
}

func (s *script) flush() {
	if len(s.pending) > 0 {
		s.bundle.Instance(s.by, s.pending...)
	}
	s.pending = nil
}

// line plays one line.
func (s *script) line(line string) {
	words := strings.Fields(line)
	args := args{s, map[string]string{}}
	joined := false
	for _, w := range words[3:] {
		key, value, _ := strings.Cut(w, "=")
		args.values[key] = strings.ReplaceAll(value, "_", " ")
		joined = joined || w == "+"
	}
	if app, ok := args.values["app"]; ok && s.apps[words[1]].Org == "" {
		org, rest, _ := strings.Cut(app, "/")
		name, version, _ := strings.Cut(rest, "@")
		s.apps[words[1]] = projectionstest.App{Org: org, App: name, Version: version}
	}
	if !joined {
		s.flush()
	}
	kind, id, _ := strings.Cut(words[0], ":")
	s.by = projectionstest.By{App: s.apps[words[1]], Instance: s.id(words[1]), Actor: ledger.Actor{Kind: kind, ID: id}}
	switch event := args.event(words[2]).(type) {
	case instance.Event:
		s.pending = append(s.pending, event)
	case nil: // the key is destroyed
		s.flush()
		s.bundle.Destroy(s.by.Instance)
	}
	if event, ok := args.chainEvent(words[2]); ok {
		s.pending = nil
		s.bundle.Chain(s.by.Instance, s.by, event)
	}
}

func (s *script) id(name string) uuid.UUID {
	if name == "" {
		return uuid.Nil
	}
	s.names = append(s.names, name)
	return projectionstest.ID(name)
}

// show replaces ids by their names and microseconds by minutes.
func (s *script) show(tables string) string {
	for _, n := range s.names {
		tables = strings.ReplaceAll(tables, projectionstest.ID(n).String(), n)
	}
	for minute := range 100 {
		at := projectionstest.Start.Add(time.Duration(minute) * time.Minute).UnixMicro()
		tables = strings.ReplaceAll(tables, "="+strconv.FormatInt(at, 10), fmt.Sprintf("=+%dm", minute))
	}
	return tables
}

// args are the keys and values of a line.
type args struct {
	s      *script
	values map[string]string
}

func (a args) id(key string) uuid.UUID { return a.s.id(a.values[key]) }

func (a args) number(key string) int {
	n, _ := strconv.Atoi(a.values[key])
	return n
}

// minute gives a time by the minutes after the start.
func (a args) minute(key string) time.Time {
	if a.values[key] == "" {
		return time.Time{}
	}
	return projectionstest.Start.Add(time.Duration(a.number(key)) * time.Minute)
}

func (a args) event(fact string) any {
	v := a.values
	switch fact {
	case instance.FactCreated:
		return instance.Created{Owner: a.number("owner"), StartEvent: "Start", DueBefore: a.minute("due"), VisibleAfter: a.minute("visible")}
	case instance.FactTaskStarted:
		return instance.TaskStarted{Task: v["task"], Name: v["name"], TaskType: v["type"], Flow: a.number("flow")}
	case instance.FactActionPerformed:
		return instance.ActionPerformed{Task: v["task"], Action: v["action"]}
	case instance.FactTaskCompleted:
		return instance.TaskCompleted{Task: v["task"], Abandoned: v["abandoned"] != ""}
	case instance.FactProcessEnded:
		return instance.ProcessEnded{EndEvent: v["event"]}
	case instance.FactSubmitted:
		return instance.Submitted{Number: a.number("number")}
	case instance.FactSubstatusSet:
		return instance.SubstatusSet{Label: v["label"], Description: v["description"]}
	case instance.FactPresentationSet:
		return instance.PresentationSet{Texts: map[string]string{"b": v["b"], "a": v["a"]}, Values: map[string]string{"ref": v["ref"]}}
	case instance.FactLinked:
		return instance.Linked{
			Chain: a.id("chain"), Handover: a.id("handover"), Link: v["link"], Side: instance.Side(v["side"]), App: v["other-app"],
			Instance: a.id("other"), Party: a.number("party"),
		}
	case instance.FactCompletionConfirmed:
		return instance.CompletionConfirmed{Org: v["org"]}
	}
	return a.plainEvent(fact)
}

// plainEvent gives the events that say nothing but their name; DestroyKey is nil.
func (a args) plainEvent(fact string) any {
	switch fact {
	case instance.FactRead:
		return instance.Read{}
	case instance.FactSoftDeleted:
		return instance.SoftDeleted{}
	case instance.FactUndeleted:
		return instance.Undeleted{}
	case instance.FactErased:
		return instance.Erased{}
	case "DestroyKey":
		return nil
	}
	if _, ok := a.chainEvent(fact); !ok {
		a.s.t.Fatalf("no such fact: %s", fact)
	}
	return false
}

func (a args) chainEvent(fact string) (chain.Event, bool) {
	v := a.values
	switch fact {
	case chain.FactHandoverIntended:
		return chain.HandoverIntended{
			Handover: a.id("handover"), Link: v["link"], SourceApp: v["source-app"], Source: a.id("source"), SourceOwner: a.number("source-party"),
			Submission: a.number("submission"), TargetApp: v["target-app"],
		}, true
	case chain.FactTargetCreated:
		return chain.TargetCreated{Handover: a.id("handover"), Target: a.id("target"), TargetOwner: a.number("target-party")}, true
	case chain.FactSourceLinked:
		return chain.SourceLinked{Handover: a.id("handover")}, true
	case chain.FactResultReturned:
		return chain.ResultReturned{Handover: a.id("handover")}, true
	}
	return nil, false
}
