package appkit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hovedbok/hovedbok/domain/process"
)

func graphOf(t interface{ Fatalf(string, ...any) }, elements []process.Element, flows []process.Flow) *process.Graph {
	g, faults := process.NewGraph(elements, flows)
	if g == nil {
		t.Fatalf("no graph: %v", faults)
	}
	return g
}

// flow is "from to", or "from to condition".
func flowsOf(texts ...string) []process.Flow {
	var flows []process.Flow
	for i, text := range texts {
		parts := strings.SplitN(text, " ", 3)
		flow := process.Flow{ID: fmt.Sprint("F", i), Source: parts[0], Target: parts[1]}
		if len(parts) == 3 {
			flow.Condition = parts[2]
		}
		flows = append(flows, flow)
	}
	return flows
}

func TestPicture(t *testing.T) {
	t.Parallel()
	start, end := process.Element{ID: "S", Kind: process.StartEvent}, process.Element{ID: "E", Kind: process.EndEvent, Name: "Slutt"}
	task := func(id string) process.Element { return process.Element{ID: id, Kind: process.Task, TaskType: "data"} }
	gateway := process.Element{ID: "G", Kind: process.ExclusiveGateway, Default: "F9"}
	for name, c := range map[string]struct {
		elements []process.Element
		flows    []process.Flow
		want     string
	}{
		"a line": {[]process.Element{end, task("T"), start}, flowsOf("S T", "T E"), `
    ● S
    │
    ▼
┌──────────┐
│ T · data │
└───┬──────┘
    │
    ▼
    ◉ E  Slutt
`},
		"back": {[]process.Element{start, task("T"), gateway, end}, flowsOf("S T", "T G", `G T ["equals",["gatewayAction"],"reject"]`, `G E ["notEquals",["gatewayAction"],"reject"]`), `
    ● S
    │
    ▼
┌──────────┐
│ T · data │ ◄──────────────┐
└───┬──────┘                │
    │                       │
    ▼                       │
    ◇ G                     │
    ├─ action = "reject" ───┘
    │ action ≠ "reject"
    ▼
    ◉ E  Slutt
`},
		"to itself, and over others": {[]process.Element{start, task("T"), gateway, task("U"), end}, flowsOf("S G", "G T", `G U ["gatewayAction"]`, "T T", "T U", "U E"), `
    ● S
    │
    ▼
    ◇ G
    ├─ action ───────┐
    │                │
    ▼                │
┌──────────┐         │
│ T · data │ ◄────┐  │
└───┬──────┘      │  │
    ├─────────────┘  │
    │                │
    ▼                │
┌──────────┐         │
│ U · data │ ◄───────┘
└───┬──────┘
    │
    ▼
    ◉ E  Slutt
`},
		"what nothing leads to": {[]process.Element{start, end, task("T")}, flowsOf("S E", "T E"), `
    ● S
    │
    ▼
    ◉ E  Slutt ◄──┐
                  │
┌──────────┐      │
│ T · data │      │
└───┬──────┘      │
    └─────────────┘
`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := Picture(graphOf(t, c.elements, c.flows)); got != c.want[1:] {
				t.Errorf("got\n%s\nwant%s", got, c.want)
			}
		})
	}
}

// anyGraph draws a process without conditions. Flows from tasks go anywhere, so that no gateways ring.
func anyGraph(t *rapid.T) *process.Graph {
	elements := []process.Element{{ID: "Start", Kind: process.StartEvent}, {ID: "End", Kind: process.EndEvent}}
	n := rapid.IntRange(1, 7).Draw(t, "tasks")
	var targets []string
	for i := range n {
		e := process.Element{ID: fmt.Sprint("Task_", i), Kind: process.Task, TaskType: "data", Name: rapid.SampledFrom([]string{"", "Vurdering", "En lengre tittel på oppgaven"}).Draw(t, "name")}
		elements, targets = append(elements, e), append(targets, e.ID)
	}
	targets = append(targets, "End")
	var flows []process.Flow
	for _, e := range elements {
		if e.Kind == process.EndEvent {
			continue
		}
		for range rapid.IntRange(0, 3).Draw(t, "flows") {
			flows = append(flows, process.Flow{ID: fmt.Sprint("F", len(flows)), Source: e.ID, Target: rapid.SampledFrom(targets).Draw(t, "to")})
		}
	}
	return graphOf(t, elements, flows)
}

// Every element is drawn once, and every arrow can be followed with a finger to what it leads to.
func TestPicture_ArrowsCanBeFollowed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := anyGraph(t)
		order := inOrder(g)
		if len(order) != len(g.Elements()) {
			t.Fatalf("%d of %d elements are drawn", len(order), len(g.Elements()))
		}
		text := Picture(g)
		var rows [][]rune
		for _, row := range strings.Split(text, "\n") {
			if strings.TrimRight(row, " ") != row {
				t.Fatalf("a line ends with space:\n%s", text)
			}
			rows = append(rows, []rune(row))
		}
		d := drawing{graph: g, entries: map[string]int{}}
		for i, e := range order {
			next := ""
			if i+1 < len(order) {
				next = order[i+1].ID
			}
			d.element(e, next)
		}
		for _, a := range d.arrows {
			if !follow(rows, a.from, len([]rune(d.rows[a.from])), d.entries[a.to]) {
				t.Fatalf("the arrow of row %d does not reach %s in row %d:\n%s", a.from, a.to, d.entries[a.to], text)
			}
		}
		if got, want := len(d.arrows)+strings.Count(text, "▼"), len(g.Flows()); got != want {
			t.Fatalf("%d flows are drawn, of %d:\n%s", got, want, text)
		}
	})
}

// follow goes from where an arrow leaves a row along the lines, and reports whether it comes to the row.
func follow(rows [][]rune, row, column, goal int) bool {
	at := func(r, c int) rune {
		if r < 0 || r >= len(rows) || c >= len(rows[r]) {
			return ' '
		}
		return rows[r][c]
	}
	for ; slices.Contains([]rune("─┼ "), at(row, column)) && column < len(rows[row]); column++ {
	}
	step := 1
	if goal < row {
		step = -1
	}
	for r := row; r != goal; r += step {
		if r != row && !slices.Contains([]rune("│┼┤"), at(r, column)) {
			return false
		}
	}
	if !slices.Contains([]rune("┐┘┤"), at(goal, column)) {
		return false
	}
	for column--; at(goal, column) == '─' || at(goal, column) == '┼'; column-- {
	}
	return at(goal, column) == '◄'
}

func TestInOrder_FlowsLeadDown(t *testing.T) {
	t.Parallel()
	elements := []process.Element{{ID: "E", Kind: process.EndEvent}, {ID: "B", Kind: process.Task, TaskType: "data"}, {ID: "A", Kind: process.Task, TaskType: "data"}, {ID: "S", Kind: process.StartEvent}}
	var ids []string
	for _, e := range inOrder(graphOf(t, elements, flowsOf("S A", "A B", "A E", "B E", "B A"))) {
		ids = append(ids, e.ID)
	}
	if got := strings.Join(ids, " "); got != "S A B E" {
		t.Errorf("got %s", got)
	}
}

func TestReadable(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		`["equals", ["gatewayAction"], "reject"]`:                                                         `action = "reject"`,
		`["and", ["or", ["dataModel", "a"], ["dataModel", "b"]], ["greaterThan", ["dataModel", "c"], 2]]`: `(a or b) and c > 2`,
		`["not", ["and", true, false]]`:                                                                   `not (true and false)`,
		`["equals", ["dataModel", "a.b", "skjema"], null]`:                                                `a.b of skjema = null`,
		`["equals", ["instanceContext", "appId"], ["component", "x"]]`:                                    `instance.appId = component x`,
		`["equals", ["equals", 1, 2], false]`:                                                             `(1 = 2) = false`,
		`["if", true, "ja", "else", "nei"]`:                                                               `if(true, "ja", "else", "nei")`,
		"[\"equals\", // og\n 1, 1,]":                                                                     `1 = 1`,
		`"<b>"`:                                                                                           `"<b>"`,
		`["no such",   "x"]`:                                                                              `["no such", "x"]`,
		"{\n  \"a\": 1}":                                                                                  `{ "a": 1}`,
	} {
		if got := Readable([]byte(src)); got != want {
			t.Errorf("%s is read as %s, want %s", src, got, want)
		}
	}
}

func FuzzReadable(f *testing.F) {
	f.Add(`["and", ["equals", 1, 2], ["not", ["dataModel", "a"]]]`)
	f.Add(`["dataModel", ["text", "x"], null]`)
	f.Fuzz(func(t *testing.T, src string) {
		if got := Readable([]byte(src)); strings.Contains(got, "\n") {
			t.Errorf("%q is read as %q", src, got)
		}
	})
}
