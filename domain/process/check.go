package process

import "fmt"

// Fault is something wrong with a process. A warning does not keep it from running.
type Fault struct {
	Code    string // one of the constants below
	Subject string // the id of the element or flow that it is about, or empty
	Message string // what is wrong
	Hint    string // what to write instead
	Warning bool
}

// Codes of faults. The first group keeps a process from running, the second is warnings.
const (
	FaultNoID         = "process_no_id"         // an element or a flow has no id
	FaultDuplicateID  = "process_duplicate_id"  // two elements or flows have the same id
	FaultFlowEnd      = "process_flow_end"      // a flow starts or ends at an element that does not exist
	FaultNoStart      = "process_no_start"      // there is no start event
	FaultGatewayCycle = "process_gateway_cycle" // gateways without conditions lead in a ring

	FaultTaskType       = "process_task_type"       // a task has no task type
	FaultSeveralStarts  = "process_several_starts"  // requests must name the start event
	FaultNoEnd          = "process_no_end"          // an instance can never end
	FaultUnreachable    = "process_unreachable"     // no flow leads to the element
	FaultDeadEnd        = "process_dead_end"        // nothing comes after the element
	FaultSeveralNext    = "process_several_next"    // flows without a gateway or conditions lead to several elements
	FaultCustomTaskType = "process_custom_task"     // a task type that the platform does not know
	FaultTaskElement    = "process_task_element"    // a platform task type on the wrong element
	FaultDefaultIgnored = "process_default_ignored" // a gateway's default has no effect beside conditions
	FaultDefaultUnknown = "process_default_unknown" // a gateway's default is none of its flows
	FaultNoCondition    = "process_no_condition"    // a flow without a condition counts as true beside others
	FaultLostCondition  = "process_lost_condition"  // a condition on a flow that leaves no gateway
)

func (g *Graph) indexElements() []Fault {
	var faults []Fault
	for i, e := range g.elements {
		if f, ok := checkID(e.ID, "the "+e.Kind.String(), g.hasElement); !ok {
			faults = append(faults, f)
			continue
		}
		g.index[e.ID] = i
	}
	return faults
}

func (g *Graph) indexFlows() []Fault {
	var faults []Fault
	seen := map[string]bool{}
	for _, flow := range g.flows {
		if f, ok := checkID(flow.ID, "the sequenceFlow", func(id string) bool { return seen[id] || g.hasElement(id) }); !ok {
			faults = append(faults, f)
		}
		seen[flow.ID] = true
		faults = append(faults, g.checkEnd(flow, "sourceRef", flow.Source)...)
		faults = append(faults, g.checkEnd(flow, "targetRef", flow.Target)...)
		g.flowsFrom[flow.Source] = append(g.flowsFrom[flow.Source], flow)
	}
	return faults
}

func (g *Graph) hasElement(id string) bool {
	_, ok := g.index[id]
	return ok
}

func checkID(id, what string, taken func(string) bool) (Fault, bool) {
	if id == "" {
		return Fault{Code: FaultNoID, Message: what + " has no id", Hint: "give it an id that is unique in the process"}, false
	}
	if taken(id) {
		return Fault{Code: FaultDuplicateID, Subject: id, Message: fmt.Sprintf("the id %q is used twice", id),
			Hint: "give each element and flow an id of its own"}, false
	}
	return Fault{}, true
}

func (g *Graph) checkEnd(flow Flow, attribute, id string) []Fault {
	if g.hasElement(id) {
		return nil
	}
	return []Fault{{Code: FaultFlowEnd, Subject: flow.ID,
		Message: fmt.Sprintf("%s %q of flow %q is no element of the process", attribute, id, flow.ID),
		Hint:    "only startEvent, task, serviceTask, exclusiveGateway and endEvent can be connected"}}
}

func (g *Graph) checkStarts() []Fault {
	switch starts := g.ofKind(StartEvent); len(starts) {
	case 0:
		return []Fault{{Code: FaultNoStart, Message: "the process has no start event", Hint: "add one startEvent"}}
	case 1:
		return nil
	default:
		return []Fault{{Code: FaultSeveralStarts, Subject: starts[1].ID, Warning: true,
			Message: fmt.Sprintf("the process has %d start events", len(starts)),
			Hint:    "keep one; otherwise every request that starts the process must name its startEvent"}}
	}
}

// check finds what can only be asked of a graph whose ids and flows hold.
func (g *Graph) check() []Fault {
	reached := g.reached
	var faults []Fault
	if len(g.EndEvents()) == 0 {
		faults = append(faults, Fault{Code: FaultNoEnd, Warning: true, Message: "the process has no end event, so no instance can end",
			Hint: "add an endEvent and a flow to it"})
	}
	for _, e := range g.elements {
		if !reached[e.ID] {
			faults = append(faults, Fault{Code: FaultUnreachable, Subject: e.ID, Warning: true,
				Message: fmt.Sprintf("no flow leads from a start event to %q", e.ID), Hint: "add a flow to it, or remove it"})
		}
		faults = append(faults, g.checkOut(e)...)
		if e.IsTask() {
			faults = append(faults, checkTaskType(e)...)
		}
		if e.Kind == ExclusiveGateway {
			faults = append(faults, g.checkGateway(e)...)
		}
	}
	return faults
}

// reach marks an element and all that flows lead to from it.
func (g *Graph) reach(id string) {
	if g.reached[id] {
		return
	}
	g.reached[id] = true
	for _, flow := range g.flowsFrom[id] {
		g.reach(flow.Target)
	}
}

func checkTaskType(e Element) []Fault {
	if e.TaskType == "" {
		return []Fault{{Code: FaultTaskType, Subject: e.ID, Warning: true,
			Message: fmt.Sprintf("task %q has no task type, so no instance can enter it", e.ID),
			Hint:    "write extensionElements/taskExtension/taskType in the namespace http://altinn.no/process"}}
	}
	kind, known := KnownTaskType(e.TaskType)
	if !known {
		return []Fault{{Code: FaultCustomTaskType, Subject: e.ID, Warning: true,
			Message: fmt.Sprintf("task type %q of %q is none of the platform's", e.TaskType, e.ID),
			Hint:    "register what runs it; until then an instance stops there"}}
	}
	if kind != e.Kind {
		return []Fault{{Code: FaultTaskElement, Subject: e.ID, Warning: true,
			Message: fmt.Sprintf("task type %q of %q belongs on a %s", e.TaskType, e.ID, kind),
			Hint:    "change the element from " + e.Kind.String() + " to " + kind.String()}}
	}
	return nil
}

func (g *Graph) checkOut(e Element) []Fault {
	flows := g.flowsFrom[e.ID]
	if e.Kind == EndEvent || e.Kind == ExclusiveGateway && len(flows) > 0 {
		return nil
	}
	if len(flows) == 0 {
		return []Fault{{Code: FaultDeadEnd, Subject: e.ID, Warning: true, Message: fmt.Sprintf("no flow leaves %q", e.ID),
			Hint: "add a flow to the next element"}}
	}
	var faults []Fault
	if len(flows) > 1 {
		faults = append(faults, severalNext(e))
	}
	for _, flow := range flows {
		if flow.Condition != "" {
			faults = append(faults, Fault{Code: FaultLostCondition, Subject: flow.ID, Warning: true,
				Message: fmt.Sprintf("the condition of flow %q is never read: it leaves %q, which is no gateway", flow.ID, e.ID),
				Hint:    "put an exclusiveGateway between, with the condition on a flow out of it"})
		}
	}
	return faults
}

func severalNext(e Element) Fault {
	return Fault{Code: FaultSeveralNext, Subject: e.ID, Warning: true,
		Message: fmt.Sprintf("several flows leave %q and nothing chooses between them", e.ID),
		Hint:    "let one flow lead to an exclusiveGateway whose flows have conditions, or name a default flow"}
}
