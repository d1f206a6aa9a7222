package process

import (
	"fmt"
	"slices"
)

func (g *Graph) checkGateway(e Element) []Fault {
	flows := g.flowsFrom[e.ID]
	conditional := anyCondition(flows)
	var faults []Fault
	if e.Default != "" {
		faults = append(faults, checkDefault(e, flows, conditional)...)
	}
	if conditional {
		faults = append(faults, flowsWithoutCondition(e, flows)...)
	}
	if !conditional && len(flows) > 1 && !slices.Contains(flowIDs(flows), e.Default) {
		faults = append(faults, severalNext(e))
	}
	if g.leadsToItself(e.ID, e.ID, map[string]bool{}) {
		faults = append(faults, Fault{Code: FaultGatewayCycle, Subject: e.ID,
			Message: fmt.Sprintf("gateway %q leads back to itself through gateways without conditions", e.ID),
			Hint:    "let a flow in the ring lead to a task"})
	}
	return faults
}

func checkDefault(e Element, flows []Flow, conditional bool) []Fault {
	if !slices.Contains(flowIDs(flows), e.Default) {
		return []Fault{{Code: FaultDefaultUnknown, Subject: e.ID, Warning: true,
			Message: fmt.Sprintf("default %q of gateway %q is none of its flows", e.Default, e.ID),
			Hint:    "name one of its outgoing flows, or leave default out"}}
	}
	if conditional {
		return []Fault{{Code: FaultDefaultIgnored, Subject: e.ID, Warning: true,
			Message: fmt.Sprintf("default of gateway %q has no effect, because its flows have conditions", e.ID),
			Hint:    "give the default flow the negated condition of the others"}}
	}
	return nil
}

func flowsWithoutCondition(e Element, flows []Flow) []Fault {
	var faults []Fault
	for _, flow := range flows {
		if flow.Condition == "" {
			faults = append(faults, Fault{Code: FaultNoCondition, Subject: flow.ID, Warning: true,
				Message: fmt.Sprintf("flow %q out of gateway %q has no condition and counts as true", flow.ID, e.ID),
				Hint:    "write the negated condition of the other flows, since exactly one must be true"})
		}
	}
	return faults
}

// leadsToItself follows flows that are always taken: those out of gateways without conditions.
func (g *Graph) leadsToItself(id, goal string, seen map[string]bool) bool {
	flows := g.flowsFrom[id]
	if anyCondition(flows) {
		return false
	}
	for _, flow := range preferDefault(flows, g.elements[g.index[id]].Default) {
		target := g.elements[g.index[flow.Target]]
		if target.Kind != ExclusiveGateway || seen[target.ID] {
			continue
		}
		if target.ID == goal {
			return true
		}
		seen[target.ID] = true
		if g.leadsToItself(target.ID, goal, seen) {
			return true
		}
	}
	return false
}
