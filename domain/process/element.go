package process

// ElementKind says what an element of the process is.
type ElementKind uint8

// The kinds that Altinn reads. Every other BPMN element is ignored by it, and so it is here.
const (
	StartEvent ElementKind = iota + 1
	Task
	ServiceTask
	ExclusiveGateway
	EndEvent
)

var kindNames = [...]string{"", "startEvent", "task", "serviceTask", "exclusiveGateway", "endEvent"}

// String gives the name of the kind as it is written in BPMN, such as "exclusiveGateway".
func (k ElementKind) String() string {
	if int(k) >= len(kindNames) || k == 0 {
		return "unknown"
	}
	return kindNames[k]
}

// KindOf gives the kind with the BPMN name, such as "serviceTask", and false for a name that Altinn
// does not read.
func KindOf(name string) (ElementKind, bool) {
	for i, known := range kindNames {
		if i > 0 && known == name {
			return ElementKind(i), true
		}
	}
	return 0, false
}

// Element is a node of the process.
type Element struct {
	ID   string
	Name string // for people only; it ends up in the history
	Kind ElementKind

	// TaskType is set for tasks and service tasks: "data", "signing", "pdf", or a name of the app's own.
	TaskType string
	// Actions are what the task declares beyond read and write, in the order of the file.
	Actions []Action
	// Extensions configure the task types that come with the platform.
	Extensions Extensions

	// Default is the id of a gateway's default flow, or empty.
	Default string
	// ConnectedDataType is the data type that a gateway's conditions read from, or empty for that of
	// the task being left.
	ConnectedDataType string
}

// IsTask reports whether an instance can stand in the element: it is a task or a service task.
func (e Element) IsTask() bool { return e.Kind == Task || e.Kind == ServiceTask }

// Declares reports whether the task lists the action. Only a task that lists "reject" may be rejected
// without validation.
func (e Element) Declares(action string) bool {
	for _, a := range e.Actions {
		if a.Name == action {
			return true
		}
	}
	return false
}

// Action is something that can be done in a task.
type Action struct {
	Name string
	// Server is true for an action that only runs code on the server and may not be used to leave the
	// task (type="serverAction" in BPMN; the default is processAction).
	Server bool
}

// Flow is an arrow between two elements.
type Flow struct {
	ID     string
	Source string // element id
	Target string // element id
	// Condition is the JSON text of an expression, or empty. It counts only on flows out of a gateway.
	Condition string
}
