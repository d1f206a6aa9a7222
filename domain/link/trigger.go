package link

import (
	"fmt"
	"strings"
)

// Fact is what an instance of A must do for a link to act. Its values are the names of events.
type Fact string

// The facts that a link can wait for.
const (
	Submitted     Fact = "Submitted"     // the process has reached an end event
	Created       Fact = "Created"       // the instance exists
	TaskStarted   Fact = "TaskStarted"   // a task has been entered
	TaskCompleted Fact = "TaskCompleted" // a task has been left in the ordinary way
)

// Trigger is a fact, and for the facts about tasks which task. The zero trigger never fires.
type Trigger struct {
	Fact Fact
	Task string // BPMN element id; empty for Submitted and Created
}

// ParseTrigger reads the text of "on": "Submitted", "Created", "TaskStarted:<task>" or
// "TaskCompleted:<task>". An empty text is Submitted.
func ParseTrigger(text string) (Trigger, error) {
	fact, task, named := strings.Cut(text, ":")
	switch {
	case text == "":
		return Trigger{Fact: Submitted}, nil
	case (Fact(fact) == Submitted || Fact(fact) == Created) && !named:
		return Trigger{Fact: Fact(fact)}, nil
	case (Fact(fact) == TaskStarted || Fact(fact) == TaskCompleted) && task != "":
		return Trigger{Fact: Fact(fact), Task: task}, nil
	default:
		return Trigger{}, fmt.Errorf("link: trigger %q is none of Submitted, Created, TaskStarted:<task>, TaskCompleted:<task>", text)
	}
}

// String gives the text that ParseTrigger reads.
func (t Trigger) String() string {
	if t.Task == "" {
		return string(t.Fact)
	}
	return string(t.Fact) + ":" + t.Task
}

// Matches reports whether the trigger fires on the fact. task is the BPMN element that the fact is
// about; it does not matter for Submitted and Created.
func (t Trigger) Matches(fact Fact, task string) bool {
	return t.Fact != "" && t.Fact == fact && (t.Task == "" || t.Task == task)
}
