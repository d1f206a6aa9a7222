package process

import "slices"

// Graph is a checked process. It is immutable and safe for concurrent use.
type Graph struct {
	elements  []Element
	index     map[string]int
	flows     []Flow
	flowsFrom map[string][]Flow // in the order of the file
	reached   map[string]bool   // ids of elements that flows lead to from a start event
}

// NewGraph builds the graph and checks it. It returns nil when a fault is not a warning. Elements and
// flows keep their order.
func NewGraph(elements []Element, flows []Flow) (*Graph, []Fault) {
	g := &Graph{
		elements:  slices.Clone(elements),
		index:     make(map[string]int, len(elements)),
		flows:     slices.Clone(flows),
		flowsFrom: make(map[string][]Flow, len(elements)),
		reached:   make(map[string]bool, len(elements)),
	}
	faults := g.indexElements()
	faults = append(faults, g.indexFlows()...)
	faults = append(faults, g.checkStarts()...)
	if slices.ContainsFunc(faults, func(f Fault) bool { return !f.Warning }) {
		return nil, faults
	}
	for _, start := range g.ofKind(StartEvent) {
		g.reach(start.ID)
	}
	faults = append(faults, g.check()...)
	if slices.ContainsFunc(faults, func(f Fault) bool { return !f.Warning }) {
		return nil, faults
	}
	return g, faults
}

// Element gives the element with the id.
func (g *Graph) Element(id string) (Element, bool) {
	i, ok := g.index[id]
	if !ok {
		return Element{}, false
	}
	return g.elements[i], true
}

// Reachable reports whether flows lead to the element from a start event.
func (g *Graph) Reachable(id string) bool { return g.reached[id] }

// Elements gives every element in the order of the file.
func (g *Graph) Elements() []Element { return slices.Clone(g.elements) }

// Flows gives every flow in the order of the file.
func (g *Graph) Flows() []Flow { return slices.Clone(g.flows) }

// FlowsFrom gives the flows out of an element in the order of the file.
func (g *Graph) FlowsFrom(id string) []Flow { return slices.Clone(g.flowsFrom[id]) }

// Tasks gives tasks and service tasks in the order of the file.
func (g *Graph) Tasks() []Element { return g.ofKind(Task, ServiceTask) }

// EndEvents gives the end events in the order of the file.
func (g *Graph) EndEvents() []Element { return g.ofKind(EndEvent) }

// Start gives the start event with the id, or the only one when id is empty. The error is a
// *NavigationError of the kind ErrNoStart or ErrSeveralStarts.
func (g *Graph) Start(id string) (Element, error) {
	starts := g.ofKind(StartEvent)
	if id == "" && len(starts) > 1 {
		return Element{}, &NavigationError{Kind: ErrSeveralStarts, From: id, Candidates: elementIDs(starts)}
	}
	for _, start := range starts {
		if id == "" || start.ID == id {
			return start, nil
		}
	}
	return Element{}, &NavigationError{Kind: ErrNoStart, From: id, Candidates: elementIDs(starts)}
}

// FirstTasks gives the tasks that can be the first of an instance, whatever the gateways before them
// choose, in the order of the file.
func (g *Graph) FirstTasks() []Element {
	first := map[string]bool{}
	for _, start := range g.ofKind(StartEvent) {
		g.collectNext(start.ID, first, map[string]bool{})
	}
	return g.filter(func(e Element) bool { return e.IsTask() && first[e.ID] })
}

// collectNext adds the ids of all elements that can come after id, with gateways passed through.
func (g *Graph) collectNext(id string, found, passed map[string]bool) {
	for _, flow := range g.flowsFrom[id] {
		target := g.elements[g.index[flow.Target]]
		if target.Kind != ExclusiveGateway {
			found[target.ID] = true
			continue
		}
		if !passed[target.ID] {
			passed[target.ID] = true
			g.collectNext(target.ID, found, passed)
		}
	}
}

func (g *Graph) ofKind(kinds ...ElementKind) []Element {
	return g.filter(func(e Element) bool { return slices.Contains(kinds, e.Kind) })
}

func (g *Graph) filter(keep func(Element) bool) []Element {
	var found []Element
	for _, e := range g.elements {
		if keep(e) {
			found = append(found, e)
		}
	}
	return found
}

func elementIDs(elements []Element) []string {
	ids := make([]string, len(elements))
	for i, e := range elements {
		ids[i] = e.ID
	}
	return ids
}
