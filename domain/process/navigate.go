package process

// Conditions tells whether the condition of a flow out of a gateway is true. Only flows that have a
// condition are asked about. leaving is the task that is left, whose data the condition reads unless
// gateway.ConnectedDataType says otherwise; action is that of the request, empty when it names none.
// Only the boolean true counts: the strings "true" and "1" do not.
type Conditions func(flow Flow, gateway Element, leaving string, action string) (bool, error)

// Next gives the element that comes after from when the request's action is action (empty for none).
// Gateways are followed until something that is not a gateway is met. The errors are *NavigationError
// of the kinds ErrUnknownElement, ErrNoNext, ErrSeveralNext, ErrGatewayChoice, ErrGatewayCycle and
// ErrCondition.
//
// The next element is a function of the state before the task ends: callers compute it before they
// run anything that belongs to the end of the task.
func (g *Graph) Next(from, action string, cond Conditions) (Element, error) {
	if _, ok := g.Element(from); !ok {
		return Element{}, &NavigationError{Kind: ErrUnknownElement, From: from, Action: action}
	}
	w := walk{graph: g, from: from, action: action, cond: cond, known: map[string][]string{}}
	found, err := w.follow(g.flowsFrom[from])
	if err != nil {
		return Element{}, err
	}
	switch len(found) {
	case 1:
		next, _ := g.Element(found[0])
		return next, nil
	case 0:
		return Element{}, w.fail(ErrNoNext, "", nil)
	default:
		return Element{}, w.fail(ErrSeveralNext, "", found)
	}
}

// First gives the start event and the element that a new instance stands in. start is the id of the
// start event, empty when there is only one. Conditions are asked with no action.
func (g *Graph) First(start string, cond Conditions) (startEvent, first Element, err error) {
	startEvent, err = g.Start(start)
	if err != nil {
		return Element{}, Element{}, err
	}
	first, err = g.Next(startEvent.ID, "", cond)
	return startEvent, first, err
}

// maxCandidates bounds how many results are carried through gateways; two already are an error.
const maxCandidates = 8

// walk is one search for the next element. known holds the results of gateways already passed, so that
// gateways that fan out and join again cost no more than their number; a gateway that is being walked
// has a nil entry.
type walk struct {
	graph        *Graph
	from, action string
	cond         Conditions
	known        map[string][]string
}

// follow gives the ids of all elements that the flows lead to.
func (w *walk) follow(flows []Flow) ([]string, error) {
	found := make([]string, 0, 1)
	for _, flow := range flows {
		target, _ := w.graph.Element(flow.Target)
		if target.Kind != ExclusiveGateway {
			found = append(found, target.ID)
			continue
		}
		through, err := w.pass(target)
		if err != nil {
			return nil, err
		}
		found = append(found, through...)
	}
	return found[:min(len(found), maxCandidates)], nil
}

// pass gives the ids of all elements that a gateway leads to.
func (w *walk) pass(gateway Element) ([]string, error) {
	if found, ok := w.known[gateway.ID]; ok {
		if found == nil {
			return nil, w.fail(ErrGatewayCycle, gateway.ID, nil)
		}
		return found, nil
	}
	w.known[gateway.ID] = nil
	flows, err := w.open(gateway)
	if err != nil {
		return nil, err
	}
	found, err := w.follow(preferDefault(flows, gateway.Default))
	if err != nil {
		return nil, err
	}
	w.known[gateway.ID] = found
	return found, nil
}

// open gives the flows out of a gateway that may be followed. Where any of them has a condition, there
// is exactly one, and a flow without a condition counts as true.
func (w *walk) open(gateway Element) ([]Flow, error) {
	flows := w.graph.flowsFrom[gateway.ID]
	if !anyCondition(flows) {
		return flows, nil
	}
	var open []Flow
	for _, flow := range flows {
		ok, err := w.holds(flow, gateway)
		if err != nil {
			return nil, err
		}
		if ok {
			open = append(open, flow)
		}
	}
	if len(open) != 1 {
		return nil, w.fail(ErrGatewayChoice, gateway.ID, flowIDs(open))
	}
	return open, nil
}

func (w *walk) holds(flow Flow, gateway Element) (bool, error) {
	if flow.Condition == "" {
		return true, nil
	}
	ok, err := w.cond(flow, gateway, w.from, w.action)
	if err != nil {
		failure := w.fail(ErrCondition, gateway.ID, nil)
		failure.Flow, failure.Cause = flow.ID, err
		return false, failure
	}
	return ok, nil
}

func (w *walk) fail(kind error, gateway string, candidates []string) *NavigationError {
	return &NavigationError{Kind: kind, From: w.from, Gateway: gateway, Action: w.action, Candidates: candidates}
}

// preferDefault gives only the default flow when it is among those that remain.
func preferDefault(flows []Flow, id string) []Flow {
	if id == "" {
		return flows
	}
	for i, flow := range flows {
		if flow.ID == id {
			return flows[i : i+1]
		}
	}
	return flows
}

func anyCondition(flows []Flow) bool {
	for _, flow := range flows {
		if flow.Condition != "" {
			return true
		}
	}
	return false
}

func flowIDs(flows []Flow) []string {
	ids := make([]string, len(flows))
	for i, flow := range flows {
		ids[i] = flow.ID
	}
	return ids
}
