package process_test

import (
	"slices"
	"testing"

	"github.com/hovedbok/hovedbok/domain/process"
)

func TestActionsToAdvance(t *testing.T) {
	t.Parallel()
	for taskType, want := range map[string][]string{
		"data": {"write"}, "feedback": {"write"}, "pdf": {"write"}, "subformPdf": {"write"}, "eFormidling": {"write"}, "fiksArkiv": {"write"},
		"payment": {"pay", "write"}, "confirmation": {"confirm"}, "signing": {"sign", "write"}, "vurdering": {"vurdering"}, "": nil,
	} {
		if got := process.ActionsToAdvance(taskType); !slices.Equal(got, want) {
			t.Errorf("%q: got %q", taskType, got)
		}
	}
	for taskType, want := range map[string]string{"data": "write", "feedback": "write", "confirmation": "confirm", "signing": "sign", "payment": "payment", "pdf": "pdf"} {
		if got := process.ActionToComplete(taskType); got != want {
			t.Errorf("%q: got %q", taskType, got)
		}
	}
}

func TestElementKind(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"startEvent", "task", "serviceTask", "exclusiveGateway", "endEvent"} {
		if kind, ok := process.KindOf(name); !ok || kind.String() != name {
			t.Errorf("%s is %v", name, kind)
		}
	}
	for _, name := range []string{"", "parallelGateway", "Task"} {
		if kind, ok := process.KindOf(name); ok {
			t.Errorf("%q is %v", name, kind)
		}
	}
	if process.ElementKind(0).String() != "unknown" || process.ElementKind(99).String() != "unknown" {
		t.Error("kinds that are none have a name")
	}
	e := process.Element{Kind: process.Task, Actions: []process.Action{{Name: "reject"}}}
	if !e.Declares("reject") || e.Declares("confirm") || !e.IsTask() || (process.Element{Kind: process.EndEvent}).IsTask() {
		t.Error("an element does not know itself")
	}
}

func TestExtensions_ByEnvironment(t *testing.T) {
	t.Parallel()
	values := process.EnvValues{{Value: "all"}, {Env: "tt02", Value: "staging"}, {Env: "Prod", Value: "production"}}
	for environment, want := range map[string]string{"production": "production", "PRODUKSJON": "production", "at22": "staging", "Staging": "staging", "localtest": "all", "": "all", "unknown": "all"} {
		if got := values.In(environment); got != want {
			t.Errorf("%q: got %q, want %q", environment, got, want)
		}
	}
	if got := (process.EnvValues{{Env: "dev", Value: "x"}}).In("unknown"); got != "x" {
		t.Errorf("an unknown environment is not development: %q", got)
	}
	if got := (process.EnvValues)(nil).In("prod"); got != "" {
		t.Errorf("no values give %q", got)
	}
	e := process.EFormidling{DataTypes: []process.EnvList{{Env: "prod", Values: []string{"a"}}, {Values: []string{"b"}}}}
	if !slices.Equal(e.DataTypesIn("prod"), []string{"a"}) || !slices.Equal(e.DataTypesIn("test"), []string{"b"}) {
		t.Error("data types are not those of the environment")
	}
	if (process.Signature{SigneeProvider: "a"}).UserControlled() || !(process.Signature{SigneeProvider: "a", SigneeStatesDataType: "b"}).UserControlled() {
		t.Error("user-controlled signing is not recognised")
	}
}
