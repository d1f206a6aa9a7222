// Package audittest tells one whole story of an instance, for tests and for the examples in the documentation: a licence is applied
// for by two people of a company, sent back once, handed in, and taken up by the municipality.
package audittest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
)

// The instance of the story and what belongs to it.
var (
	Instance = uuid.MustParse("a1000000-0000-4000-8000-000000000001")
	Form     = uuid.MustParse("a1000000-0000-4000-8000-000000000002")
	Drawing  = uuid.MustParse("a1000000-0000-4000-8000-000000000003")
	Case     = uuid.MustParse("b1000000-0000-4000-8000-000000000001") // the municipality's instance
	Chain    = uuid.MustParse("c1000000-0000-4000-8000-000000000001")
	Handover = uuid.MustParse("c1000000-0000-4000-8000-000000000002")
)

// Owner is the party of the company.
const Owner = 500100

// Begin is when the story begins.
var Begin = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)

// Command is what one command recorded. Each command comes a minute after the one before it.
type Command struct {
	By     ledger.Actor
	Task   string
	Events []instance.Event
}

// People of the story.
var (
	manager   = record.UserActor(510001, Owner, 3, "")
	bookie    = record.UserActor(510002, Owner, 4, "")
	municipal = ledger.Actor{Kind: ledger.ActorOrg, ID: "nordvik", Client: "nordvik-saksbehandling", Level: 3}
	officer   = record.UserActor(510010, 500001, 4, "")
)

const firstForm = `{"soeker":{"navn":"Fjordkroa AS","epost":"post@fjordkroa.example"},"lokale":{"navn":"Fjordkroa"},
"omsetning":{"gruppe1Liter":1200},"ansvarlige":[{"altinnRowId":"r1","navn":"Kari"},{"altinnRowId":"r2","navn":"Ola"}]}`

// Story is what happened, command by command.
func Story() []Command {
	return []Command{
		{manager, "", []instance.Event{
			instance.Created{Owner: Owner, DueBefore: Begin.AddDate(0, 1, 0), StartEvent: "StartEvent_1"},
			instance.DataElementAdded{Element: Form, DataType: "soknad", Task: "Task_1", ContentType: "application/xml", Form: Parse(firstForm)},
			instance.PresentationSet{Texts: map[string]string{"lokale": "Fjordkroa"}},
			instance.TaskStarted{Task: "Task_1", Name: "Fyll ut", TaskType: "data", Flow: 2},
		}},
		{manager, "Task_1", []instance.Event{patch(`[{"op":"replace","path":"/lokale/navn","value":"Fjordkroa pub"},{"op":"replace","path":"/omsetning/gruppe1Liter","value":1500}]`)}},
		{manager, "Task_1", []instance.Event{instance.DataElementAdded{
			Element: Drawing, DataType: "tegning", Task: "Task_1", ContentType: "application/pdf", Filename: "plan.pdf", Size: 48213, Blob: Drawing,
		}}},
		{bookie, "Task_1", []instance.Event{patch(`[{"op":"remove","path":"/ansvarlige/0"},{"op":"add","path":"/ansvarlige/-","value":{"altinnRowId":"r3","navn":"Siri"}},{"op":"replace","path":"/omsetning/gruppe1Liter","value":1450.50}]`)}},
		{bookie, "Task_1", []instance.Event{instance.TaskCompleted{Task: "Task_1"}, instance.TaskStarted{Task: "Task_2", Name: "Bekreft", TaskType: "confirmation", Flow: 3}}},
		{manager, "Task_2", []instance.Event{
			instance.ActionPerformed{Task: "Task_2", Action: "reject"}, instance.TaskCompleted{Task: "Task_2", Abandoned: true},
			instance.TaskStarted{Task: "Task_1", Name: "Fyll ut", TaskType: "data", Flow: 4},
		}},
		{manager, "Task_1", []instance.Event{
			patch(`[{"op":"remove","path":"/soeker/epost"},{"op":"replace","path":"/ansvarlige/0/navn","value":"Ola Berg"}]`),
			instance.PresentationSet{Texts: map[string]string{"lokale": "Fjordkroa pub"}},
		}},
		{manager, "Task_1", []instance.Event{instance.DataElementDeleted{Element: Drawing}}},
		{manager, "Task_1", []instance.Event{instance.TaskCompleted{Task: "Task_1"}, instance.TaskStarted{Task: "Task_2", Name: "Bekreft", TaskType: "confirmation", Flow: 5}}},
		{manager, "Task_2", []instance.Event{
			instance.ActionPerformed{Task: "Task_2", Action: "confirm"}, instance.TaskCompleted{Task: "Task_2"},
			instance.ProcessEnded{EndEvent: "EndEvent_1"}, instance.Submitted{Number: 1},
		}},
		{municipal, "", []instance.Event{instance.Linked{
			Chain: Chain, Handover: Handover, Link: "til-sak", Side: instance.SideSource, App: "nordvik/skjenkesak", Instance: Case, Party: 500001,
		}}},
		{officer, "", []instance.Event{instance.Read{}}},
		{municipal, "", []instance.Event{instance.SubstatusSet{Label: "Under behandling", Description: "Vandelen vurderes av politiet"}}},
		{municipal, "", []instance.Event{instance.CompletionConfirmed{Org: "nordvik"}}},
	}
}

// Erasure is the command that ends the story, if it is to end so.
func Erasure() Command {
	return Command{manager, "", []instance.Event{instance.Erased{}}}
}

// Tell appends the story to a log and gives its head.
func Tell(t testing.TB, log *record.Log) record.Head {
	t.Helper()
	return Append(t, log, record.Empty, 0, Story()...)
}

// Append appends commands to the stream. n is the number of those that came before.
func Append(t testing.TB, log *record.Log, head record.Head, n int, commands ...Command) record.Head {
	t.Helper()
	for i, c := range commands {
		done, err := log.AppendInstance(context.Background(), head, envelope(c, n+i), c.Events)
		if err != nil {
			t.Fatalf("append command %d of the story: %v", n+i, err)
		}
		head = done.Head
	}
	return head
}

func envelope(c Command, n int) record.Envelope {
	e := record.Envelope{
		Org: "nordvik", App: "skjenkebevilling", Version: "sha256-5f0e", Instance: Instance, Task: c.Task, Actor: c.By,
		Command: record.Derive("story", fmt.Sprint(n)), Correlation: Chain, At: Begin.Add(time.Duration(n) * time.Minute),
		Trace: fmt.Sprintf("%032x", n+1), Decision: fmt.Sprintf("decision-%d", n),
	}
	if c.By.Kind == ledger.ActorOrg {
		e.Causation = record.Derive("cause", fmt.Sprint(n))
	}
	return e
}

// Parse reads a form of a test.
func Parse(src string) *document.Node {
	n, err := document.Parse([]byte(src))
	if err != nil {
		panic(err)
	}
	return n
}

func patch(src string) instance.FormDataPatched {
	p, err := document.ParsePatch([]byte(src))
	if err != nil {
		panic(err)
	}
	return instance.FormDataPatched{Element: Form, Patch: p}
}
