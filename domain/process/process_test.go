package process_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hovedbok/hovedbok/domain/process"
)

// build reads a graph from lines such as "Task_1:data", "Gateway?Flow_2" (default) and
// "Start -> Task_1 [condition]". The name tells the kind: Start…, End…, Gateway…, Service…, else a task.
// Flows are called F1, F2… in their order.
func build(lines ...string) ([]process.Element, []process.Flow) {
	var elements []process.Element
	var flows []process.Flow
	for _, line := range lines {
		if source, rest, ok := strings.Cut(line, " -> "); ok {
			target, condition, _ := strings.Cut(rest, " [")
			flows = append(flows, process.Flow{ID: fmt.Sprintf("F%d", len(flows)+1), Source: source, Target: target, Condition: strings.TrimSuffix(condition, "]")})
			continue
		}
		id, taskType, _ := strings.Cut(line, ":")
		id, byDefault, _ := strings.Cut(id, "?")
		elements = append(elements, process.Element{ID: id, Kind: kindByName(id), TaskType: taskType, Default: byDefault})
	}
	return elements, flows
}

func kindByName(id string) process.ElementKind {
	for prefix, kind := range map[string]process.ElementKind{"Start": process.StartEvent, "End": process.EndEvent, "Gateway": process.ExclusiveGateway, "Service": process.ServiceTask} {
		if strings.HasPrefix(id, prefix) {
			return kind
		}
	}
	return process.Task
}

func graph(t testing.TB, lines ...string) *process.Graph {
	t.Helper()
	g, faults := process.NewGraph(build(lines...))
	if g == nil {
		t.Fatalf("the graph has faults: %v", faults)
	}
	return g
}

var errBroken = errors.New("broken")

// open gives Conditions by text: "true", "false", "error", or the action that opens the flow.
func open(flow process.Flow, _ process.Element, _, action string) (bool, error) {
	switch flow.Condition {
	case "true", "false":
		return flow.Condition == "true", nil
	case "error":
		return false, errBroken
	default:
		return flow.Condition == action, nil
	}
}

func TestNext(t *testing.T) {
	t.Parallel()
	straight := []string{"Start", "A:data", "B:data", "End"}
	for _, c := range []struct {
		name         string
		lines        []string
		from, action string
		want         string
		err          error
	}{
		{name: "one flow", lines: append(straight, "Start -> A", "A -> B", "B -> End"), from: "A", want: "B"},
		{name: "to the end", lines: append(straight, "Start -> A", "A -> B", "B -> End"), from: "B", want: "End"},
		{name: "no flow", lines: append(straight, "Start -> A", "A -> B", "B -> End"), from: "End", err: process.ErrNoNext},
		{name: "unknown element", lines: straight, from: "C", err: process.ErrUnknownElement},
		{name: "two flows", lines: append(straight, "Start -> A", "A -> B", "A -> End"), from: "A", err: process.ErrSeveralNext},
		{name: "two flows to the same element", lines: append(straight, "Start -> A", "A -> B", "A -> B"), from: "A", err: process.ErrSeveralNext},
		{name: "a condition on a flow that leaves no gateway is not read", lines: append(straight, "Start -> A", "A -> B [error]"), from: "A", want: "B"},
		{name: "gateway by action", lines: append(straight, "Gateway", "Start -> A", "A -> Gateway", "Gateway -> B [reject]", "Gateway -> End [confirm]"), from: "A", action: "reject", want: "B"},
		{name: "no flow is open", lines: append(straight, "Gateway", "Start -> A", "A -> Gateway", "Gateway -> B [reject]", "Gateway -> End [confirm]"), from: "A", err: process.ErrGatewayChoice},
		{name: "two flows are open", lines: append(straight, "Gateway", "Start -> A", "A -> Gateway", "Gateway -> B [true]", "Gateway -> End [true]"), from: "A", err: process.ErrGatewayChoice},
		{name: "a flow without a condition beside others is open", lines: append(straight, "Gateway", "Start -> A", "A -> Gateway", "Gateway -> B [true]", "Gateway -> End"), from: "A", err: process.ErrGatewayChoice},
		{name: "a flow without a condition is the only one open", lines: append(straight, "Gateway", "Start -> A", "A -> Gateway", "Gateway -> B [false]", "Gateway -> End"), from: "A", want: "End"},
		{name: "default does not help beside conditions", lines: append(straight, "Gateway?F4", "Start -> A", "A -> Gateway", "Gateway -> B [false]", "Gateway -> End [false]"), from: "A", err: process.ErrGatewayChoice},
		{name: "default does not win over a condition", lines: append(straight, "Gateway?F4", "Start -> A", "A -> Gateway", "Gateway -> B [true]", "Gateway -> End [false]"), from: "A", want: "B"},
		{name: "default where nothing is filtered", lines: append(straight, "Gateway?F4", "Start -> A", "A -> Gateway", "Gateway -> B", "Gateway -> End"), from: "A", want: "End"},
		{name: "neither default nor conditions", lines: append(straight, "Gateway", "Start -> A", "A -> Gateway", "Gateway -> B", "Gateway -> End"), from: "A", err: process.ErrSeveralNext},
		{name: "default that is no flow of the gateway", lines: append(straight, "Gateway?F1", "Start -> A", "A -> Gateway", "Gateway -> B", "Gateway -> End"), from: "A", err: process.ErrSeveralNext},
		{name: "gateway without flows", lines: append(straight, "Gateway", "Start -> A", "A -> Gateway"), from: "A", err: process.ErrNoNext},
		{name: "gateways in a row", lines: append(straight, "Gateway1", "Gateway2", "Start -> A", "A -> Gateway1", "Gateway1 -> Gateway2 [true]", "Gateway1 -> End [false]", "Gateway2 -> B [x]", "Gateway2 -> A [y]"), from: "A", action: "y", want: "A"},
		{name: "gateways that join again count twice", lines: append(straight, "Gateway1", "Gateway2", "Gateway3", "Start -> A", "A -> Gateway1", "A -> Gateway2", "Gateway1 -> Gateway3", "Gateway2 -> Gateway3", "Gateway3 -> B"), from: "A", err: process.ErrSeveralNext},
		{name: "gateways in a ring", lines: append(straight, "Gateway1", "Gateway2", "Start -> A", "A -> Gateway1", "Gateway1 -> Gateway2 [true]", "Gateway2 -> Gateway1 [true]"), from: "A", err: process.ErrGatewayCycle},
		{name: "a condition that fails", lines: append(straight, "Gateway", "Start -> A", "A -> Gateway", "Gateway -> B [error]", "Gateway -> End [true]"), from: "A", err: process.ErrCondition},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := graph(t, c.lines...).Next(c.from, c.action, open)
			if !errors.Is(err, c.err) || got.ID != c.want {
				t.Errorf("got %q, %v, want %q, %v", got.ID, err, c.want, c.err)
			}
			var navigation *process.NavigationError
			if c.err != nil && (!errors.As(err, &navigation) || navigation.From != c.from || !strings.Contains(err.Error(), c.from)) {
				t.Errorf("the error does not say from where: %v", err)
			}
		})
	}
}

func TestNext_TellsTheConditionWhatItDecidesFor(t *testing.T) {
	t.Parallel()
	g := graph(t, "Start", "A:data", "Gateway1", "Gateway2", "End", "Start -> A", "A -> Gateway1", "Gateway1 -> Gateway2 [true]", "Gateway2 -> End [confirm]")
	var asked []string
	_, err := g.Next("A", "confirm", func(flow process.Flow, gateway process.Element, leaving, action string) (bool, error) {
		asked = append(asked, flow.ID+" "+gateway.ID+" "+leaving+" "+action)
		return true, nil
	})
	if want := []string{"F3 Gateway1 A confirm", "F4 Gateway2 A confirm"}; err != nil || !slices.Equal(asked, want) {
		t.Errorf("asked %q, %v", asked, err)
	}
}

func TestNext_GivesTheCauseOfAFailedCondition(t *testing.T) {
	t.Parallel()
	g := graph(t, "Start", "A:data", "Gateway", "End", "Start -> A", "A -> Gateway", "Gateway -> End [error]")
	_, err := g.Next("A", "sign", open)
	var navigation *process.NavigationError
	if !errors.As(err, &navigation) || !errors.Is(err, errBroken) || navigation.Flow != "F3" || navigation.Gateway != "Gateway" {
		t.Fatalf("got %v", err)
	}
	for _, part := range []string{"A", "Gateway", "F3", "sign", "broken"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not name %s: %v", part, err)
		}
	}
}

func TestFirst(t *testing.T) {
	t.Parallel()
	one := graph(t, "Start", "Gateway", "A:data", "End", "Start -> Gateway", "Gateway -> A []", "A -> End")
	start, first, err := one.First("", open)
	if err != nil || start.ID != "Start" || first.ID != "A" {
		t.Errorf("got %q, %q, %v", start.ID, first.ID, err)
	}
	if _, _, err := one.First("Start_2", open); !errors.Is(err, process.ErrNoStart) {
		t.Errorf("an unknown start event: %v", err)
	}
	if _, _, err := one.First("A", open); !errors.Is(err, process.ErrNoStart) {
		t.Errorf("a task as start event: %v", err)
	}
	two := graph(t, "Start1", "Start2", "A:data", "B:data", "End", "Start1 -> A", "Start2 -> B", "A -> End", "B -> End")
	if _, _, err := two.First("", open); !errors.Is(err, process.ErrSeveralStarts) {
		t.Errorf("two start events and no name: %v", err)
	}
	if _, first, err := two.First("Start2", open); err != nil || first.ID != "B" {
		t.Errorf("got %q, %v", first.ID, err)
	}
	if got := ids(two.FirstTasks()); !slices.Equal(got, []string{"A", "B"}) {
		t.Errorf("first tasks are %q", got)
	}
	if _, _, err := graph(t, "Start", "A:data").First("", open); !errors.Is(err, process.ErrNoNext) {
		t.Errorf("a start event that leads nowhere: %v", err)
	}
}

func ids(elements []process.Element) []string {
	var all []string
	for _, e := range elements {
		all = append(all, e.ID)
	}
	return all
}

func TestGraph_KeepsTheOrderOfTheFile(t *testing.T) {
	t.Parallel()
	g := graph(t, "End", "Service:pdf", "B:data", "Start", "A:data", "Start -> B", "B -> A", "A -> Service", "Service -> End")
	if got := ids(g.Tasks()); !slices.Equal(got, []string{"Service", "B", "A"}) {
		t.Errorf("tasks are %q", got)
	}
	if got := ids(g.EndEvents()); !slices.Equal(got, []string{"End"}) {
		t.Errorf("end events are %q", got)
	}
	if got := ids(g.Elements()); len(got) != 5 || got[0] != "End" {
		t.Errorf("elements are %q", got)
	}
	if got := g.FlowsFrom("B"); len(got) != 1 || got[0].ID != "F2" || len(g.Flows()) != 4 {
		t.Errorf("flows are %v", got)
	}
	if !g.Reachable("End") || g.Reachable("C") {
		t.Error("elements are reached wrongly")
	}
	if _, ok := g.Element("C"); ok {
		t.Error("an unknown element is found")
	}
	if e, ok := g.Element("Service"); !ok || !e.IsTask() || e.Kind.String() != "serviceTask" {
		t.Errorf("got %+v", e)
	}
}

func TestNewGraph_NamesEachFault(t *testing.T) {
	t.Parallel()
	sound := []string{"Start", "A:data", "End", "Start -> A", "A -> End"}
	for _, c := range []struct {
		name, code, subject string
		warning             bool
		lines               []string
	}{
		{"no id", process.FaultNoID, "", false, append(sound, ":data")},
		{"id twice", process.FaultDuplicateID, "A", false, append(sound, "A:data")},
		{"flow from nothing", process.FaultFlowEnd, "F3", false, append(sound, "X -> End")},
		{"flow to nothing", process.FaultFlowEnd, "F3", false, append(sound, "A -> X")},
		{"no start", process.FaultNoStart, "", false, []string{"A:data"}},
		{"no task type", process.FaultTaskType, "B", true, append(sound, "B", "B -> End")},
		{"gateway ring", process.FaultGatewayCycle, "Gateway1", false, append(sound, "Gateway1", "Gateway2", "Gateway1 -> Gateway2", "Gateway2 -> Gateway1")},
		{"gateway that leads to itself", process.FaultGatewayCycle, "Gateway", false, append(sound, "Gateway", "Gateway -> Gateway")},
		{"several starts", process.FaultSeveralStarts, "Start2", true, append(sound, "Start2", "Start2 -> A")},
		{"no end", process.FaultNoEnd, "", true, []string{"Start", "A:data", "Start -> A", "A -> A"}},
		{"unreachable", process.FaultUnreachable, "B", true, append(sound, "B:data", "B -> End")},
		{"dead end", process.FaultDeadEnd, "B", true, append(sound, "B:data", "A -> B")},
		{"gateway without flows", process.FaultDeadEnd, "Gateway", true, append(sound, "Gateway", "A -> Gateway")},
		{"several next", process.FaultSeveralNext, "A", true, append(sound, "A -> End")},
		{"several next out of a gateway", process.FaultSeveralNext, "Gateway", true, append(sound, "Gateway", "A -> Gateway", "Gateway -> A", "Gateway -> End")},
		{"custom task type", process.FaultCustomTaskType, "B", true, append(sound, "B:vurdering", "A -> B", "B -> End")},
		{"pdf on a task", process.FaultTaskElement, "B", true, append(sound, "B:pdf", "A -> B", "B -> End")},
		{"data on a service task", process.FaultTaskElement, "Service", true, append(sound, "Service:data", "A -> Service", "Service -> End")},
		{"default beside conditions", process.FaultDefaultIgnored, "Gateway", true, append(sound, "Gateway?F4", "A -> Gateway", "Gateway -> End [true]")},
		{"unknown default", process.FaultDefaultUnknown, "Gateway", true, append(sound, "Gateway?F1", "A -> Gateway", "Gateway -> End")},
		{"flow without condition", process.FaultNoCondition, "F5", true, append(sound, "Gateway", "A -> Gateway", "Gateway -> A [true]", "Gateway -> End")},
		{"condition that is not read", process.FaultLostCondition, "F3", true, append(sound, "B:data", "B -> End [true]")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			g, faults := process.NewGraph(build(c.lines...))
			i := slices.IndexFunc(faults, func(f process.Fault) bool { return f.Code == c.code && f.Subject == c.subject })
			if i < 0 {
				t.Fatalf("got %+v", faults)
			}
			if f := faults[i]; f.Warning != c.warning || f.Message == "" || f.Hint == "" {
				t.Errorf("got %+v", f)
			}
			if failed := slices.ContainsFunc(faults, func(f process.Fault) bool { return !f.Warning }); (g == nil) != failed {
				t.Errorf("a graph is given: %v; there are errors: %v", g != nil, failed)
			}
		})
	}
	if _, faults := process.NewGraph(build(sound...)); len(faults) > 0 {
		t.Errorf("a sound process has faults: %+v", faults)
	}
}

// Whatever the graph and the conditions, navigation ends, and what it gives is what a plain reading of
// the rules gives.
func TestNext_AgreesWithAPlainReading(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lines := randomGraph(t)
		elements, flows := build(lines...)
		g, faults := process.NewGraph(elements, flows)
		if g == nil {
			if !slices.ContainsFunc(faults, func(f process.Fault) bool { return f.Code == process.FaultGatewayCycle }) {
				t.Fatalf("%q: %v", lines, faults)
			}
			return
		}
		for _, e := range elements {
			if e.Kind == process.ExclusiveGateway {
				continue // nothing ever stands in one
			}
			got, err := g.Next(e.ID, "", open)
			want, wantErr := plainly(elements, flows, e.ID, 0)
			switch {
			case wantErr != nil:
				if !errors.Is(err, wantErr) {
					t.Fatalf("%q from %s: %v, want %v", lines, e.ID, err, wantErr)
				}
			case len(want) == 0 && !errors.Is(err, process.ErrNoNext), len(want) > 1 && !errors.Is(err, process.ErrSeveralNext),
				len(want) == 1 && (err != nil || got.ID != want[0]):
				t.Fatalf("%q from %s: %q, %v, want %q", lines, e.ID, got.ID, err, want)
			}
		}
	})
}

func randomGraph(t *rapid.T) []string {
	names := []string{"Start", "A", "B", "End", "Gateway1", "Gateway2", "Gateway3"}
	lines := []string{"Start", "A:data", "B:data", "End"}
	for _, gateway := range names[4:] {
		if n := rapid.IntRange(0, 9).Draw(t, "default"); n > 0 {
			gateway += fmt.Sprintf("?F%d", n)
		}
		lines = append(lines, gateway)
	}
	for range rapid.IntRange(0, 9).Draw(t, "flows") {
		line := rapid.SampledFrom(names).Draw(t, "from") + " -> " + rapid.SampledFrom(names).Draw(t, "to")
		if condition := rapid.SampledFrom([]string{"", "true", "false"}).Draw(t, "condition"); condition != "" {
			line += " [" + condition + "]"
		}
		lines = append(lines, line)
	}
	return lines
}

// plainly follows the rules without care for time.
func plainly(elements []process.Element, flows []process.Flow, from string, depth int) ([]string, error) {
	if depth > len(elements) {
		return nil, process.ErrGatewayCycle
	}
	var found []string
	out := slices.DeleteFunc(slices.Clone(flows), func(f process.Flow) bool { return f.Source != from })
	if kindByName(from) == process.ExclusiveGateway {
		if slices.ContainsFunc(out, func(f process.Flow) bool { return f.Condition != "" }) {
			if out = slices.DeleteFunc(out, func(f process.Flow) bool { return f.Condition == "false" }); len(out) != 1 {
				return nil, process.ErrGatewayChoice
			}
		}
		i := slices.IndexFunc(elements, func(e process.Element) bool { return e.ID == from })
		if j := slices.IndexFunc(out, func(f process.Flow) bool { return f.ID == elements[i].Default }); j >= 0 {
			out = out[j : j+1]
		}
	}
	for _, flow := range out {
		if kindByName(flow.Target) != process.ExclusiveGateway {
			found = append(found, flow.Target)
			continue
		}
		more, err := plainly(elements, flows, flow.Target, depth+1)
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return found, nil
}

// Gateways that fan out and join again, over and over, would take for ever if each way were walked.
func TestNext_TakesNoLongerForManyWays(t *testing.T) {
	t.Parallel()
	lines := []string{"Start", "A:data", "End", "Start -> A", "A -> Gateway0"}
	for i := range 200 {
		lines = append(lines, fmt.Sprintf("Gateway%d", i), fmt.Sprintf("Gateway%d -> Gateway%d", i, i+1), fmt.Sprintf("Gateway%d -> Gateway%d", i, i+1))
	}
	g := graph(t, append(lines, "Gateway200", "Gateway200 -> End")...)
	if _, err := g.Next("A", "", open); !errors.Is(err, process.ErrSeveralNext) {
		t.Errorf("got %v", err)
	}
}
