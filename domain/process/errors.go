package process

import (
	"errors"
	"fmt"
	"strings"
)

// Errors of navigation. Compare with errors.Is; the error itself is a *NavigationError.
var (
	// ErrUnknownElement: the element is not in this version of the process.
	ErrUnknownElement = errors.New("the process has no such element")
	// ErrNoStart: there is no start event, or none with the id that was asked for.
	ErrNoStart = errors.New("the process has no such start event")
	// ErrSeveralStarts: there are several start events and the request names none.
	ErrSeveralStarts = errors.New("the process has several start events: name one")
	// ErrNoNext: no flow leads on.
	ErrNoNext = errors.New("nothing comes after the element")
	// ErrSeveralNext: flows lead to more than one element.
	ErrSeveralNext = errors.New("more than one element comes next")
	// ErrGatewayChoice: not exactly one of a gateway's flows has a condition that is true.
	ErrGatewayChoice = errors.New("exactly one flow out of the gateway must be open")
	// ErrGatewayCycle: gateways lead to each other in a ring, with no element to stop at.
	ErrGatewayCycle = errors.New("the gateways lead in a ring")
	// ErrCondition: a condition could not be evaluated.
	ErrCondition = errors.New("the condition cannot be evaluated")
)

// NavigationError says where the way through the process ended and why.
type NavigationError struct {
	Kind       error    // one of the errors above
	From       string   // the element that was to be left, or the start event asked for
	Gateway    string   // the gateway that failed, or empty
	Flow       string   // the flow whose condition failed, or empty
	Action     string   // the action of the request, or empty
	Candidates []string // elements or flows between which no choice could be made
	Cause      error    // what the evaluation of a condition returned, or nil
}

func (e *NavigationError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "process: from %q: %v", e.From, e.Kind)
	for _, part := range []struct{ name, value string }{{"gateway", e.Gateway}, {"flow", e.Flow}, {"action", e.Action}} {
		if part.value != "" {
			fmt.Fprintf(&b, ", %s %q", part.name, part.value)
		}
	}
	if len(e.Candidates) > 0 {
		fmt.Fprintf(&b, ", candidates %s", strings.Join(e.Candidates, ", "))
	}
	if e.Cause != nil {
		fmt.Fprintf(&b, ": %v", e.Cause)
	}
	return b.String()
}

// Unwrap lets errors.Is find the kind and the cause.
func (e *NavigationError) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Cause}
}
