package appkit

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hovedbok/hovedbok/domain/process"
)

// Picture draws a process with characters: elements below each other in the order in which an instance
// comes to them, and every flow that does not lead to the next one as an arrow at the right. Lines end
// without space. Elements that no flow leads to stand last.
//
//	    ● StartEvent_1
//	    │
//	    ▼
//	┌───────────────────────┐
//	│ Task_1 · confirmation │ ◄──┐
//	└───┬───────────────────┘    │
//	    │                        │
//	    ▼                        │
//	    ◇ Gateway_1              │
//	    ├─ action = "reject" ────┘
//	    │ action ≠ "reject"
//	    ▼
//	    ◉ EndEvent_1
func Picture(g *process.Graph) string {
	d := drawing{graph: g, entries: map[string]int{}}
	order := inOrder(g)
	for i, e := range order {
		next := ""
		if i+1 < len(order) {
			next = order[i+1].ID
		}
		d.element(e, next)
	}
	return d.String()
}

// inOrder sorts the elements so that flows lead down wherever they do not lead back: the reverse of the order
// in which a search in depth leaves them. What no start event leads to comes last.
func inOrder(g *process.Graph) []process.Element {
	var starts []process.Element
	elements := g.Elements()
	for _, e := range elements {
		if e.Kind == process.StartEvent {
			starts = append(starts, e)
		}
	}
	s := search{graph: g, seen: map[string]bool{}}
	return append(s.from(starts), s.from(elements)...)
}

// search goes through a process in depth.
type search struct {
	graph *process.Graph
	seen  map[string]bool
	left  []process.Element
}

// from gives what is reached from the elements and was not seen before, in order.
func (s *search) from(elements []process.Element) []process.Element {
	s.left = nil
	for _, e := range slices.Backward(elements) {
		s.visit(e)
	}
	slices.Reverse(s.left)
	return s.left
}

func (s *search) visit(e process.Element) {
	if s.seen[e.ID] {
		return
	}
	s.seen[e.ID] = true
	for _, flow := range slices.Backward(s.graph.FlowsFrom(e.ID)) {
		if target, ok := s.graph.Element(flow.Target); ok {
			s.visit(target)
		}
	}
	s.left = append(s.left, e)
}

// arrow is a flow that is drawn at the right: from the row where it leaves to the element that it leads to.
type arrow struct {
	from int
	to   string
}

// drawing is a picture that is being made: the rows at the left, and the arrows that are drawn last.
type drawing struct {
	graph   *process.Graph
	rows    []string
	entries map[string]int // the row at which arrows reach an element
	arrows  []arrow
}

// indent is how far in the line from element to element stands.
const indent = 4

func (d *drawing) add(row string) { d.rows = append(d.rows, row) }

func stem(text string) string { return strings.Repeat(" ", indent) + text }

func (d *drawing) element(e process.Element, next string) {
	flows := d.graph.FlowsFrom(e.ID)
	d.shape(e, len(flows) > 0)
	var straight *process.Flow
	var aside []process.Flow
	for i, flow := range flows {
		if straight == nil && flow.Target == next {
			straight = &flows[i]
			continue
		}
		aside = append(aside, flow)
	}
	for i, flow := range aside {
		corner := "├─"
		if straight == nil && i == len(aside)-1 {
			corner = "└─"
		}
		d.arrows = append(d.arrows, arrow{len(d.rows), flow.Target})
		d.add(stem(corner + label(" ", d.caption(e, flow))))
	}
	switch {
	case straight != nil:
		d.add(stem("│" + label(" ", d.caption(e, *straight))))
		d.add(stem("▼"))
	case next != "":
		d.add("")
	}
}

func label(before, text string) string {
	if text == "" {
		return ""
	}
	return before + text
}

// longest is how much of a condition is drawn, in characters. The list of conditions has the whole.
const longest = 60

// caption is what a flow says: its condition, or that it is the default.
func (d *drawing) caption(from process.Element, flow process.Flow) string {
	switch {
	case from.Kind != process.ExclusiveGateway:
		return ""
	case flow.Condition != "":
		return shorten(Readable([]byte(flow.Condition)), longest)
	case flow.ID == from.Default:
		return "otherwise"
	}
	return ""
}

// shorten cuts a text after n characters.
func shorten(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n-1]) + "…"
}

func (d *drawing) shape(e process.Element, leaves bool) {
	switch e.Kind {
	case process.StartEvent:
		d.symbol("●", e)
	case process.EndEvent:
		d.symbol("◉", e)
	case process.ExclusiveGateway:
		d.symbol("◇", e)
	default:
		d.box(e, leaves)
	}
}

func (d *drawing) symbol(mark string, e process.Element) {
	d.entries[e.ID] = len(d.rows)
	d.add(stem(mark + " " + titled(e)))
}

func titled(e process.Element) string {
	if e.Name == "" || e.Name == e.ID {
		return e.ID
	}
	return e.ID + "  " + e.Name
}

func (d *drawing) box(e process.Element, leaves bool) {
	lines := []string{e.ID + " · " + taskTypeText(e)}
	if e.Name != "" {
		lines = append(lines, e.Name)
	}
	lines = append(lines, actionLines(e)...)
	width := 0
	for _, line := range lines {
		width = max(width, utf8.RuneCountInString(line))
	}
	d.add("┌" + strings.Repeat("─", width+2) + "┐")
	d.entries[e.ID] = len(d.rows)
	for _, line := range lines {
		d.add("│ " + line + strings.Repeat(" ", width-utf8.RuneCountInString(line)) + " │")
	}
	bottom := []rune("└" + strings.Repeat("─", width+2) + "┘")
	if leaves && len(bottom) > indent+1 {
		bottom[indent] = '┬'
	}
	d.add(string(bottom))
}

func taskTypeText(e process.Element) string {
	if e.TaskType == "" {
		return "no task type"
	}
	if e.Kind == process.ServiceTask {
		return e.TaskType + " (service task)"
	}
	return e.TaskType
}

// actionLines gives the actions of a task on lines that keep its box narrow.
func actionLines(e process.Element) []string {
	var lines []string
	for _, a := range e.Actions {
		name := a.Name
		if a.Server {
			name += " (code)"
		}
		if last := len(lines) - 1; last >= 0 && utf8.RuneCountInString(lines[last]+name) < longest {
			lines[last] += ", " + name
			continue
		}
		lines = append(lines, name)
	}
	return lines
}
