package process

// knownTaskTypes are the task types that the platform runs by itself, with the element that they
// belong to.
var knownTaskTypes = map[string]ElementKind{
	"data":         Task,
	"confirmation": Task,
	"feedback":     Task,
	"signing":      Task,
	"payment":      Task,
	"pdf":          ServiceTask,
	"subformPdf":   ServiceTask,
	"eFormidling":  ServiceTask,
	"fiksArkiv":    ServiceTask,
}

// KnownTaskType gives the element that a task type of the platform belongs to, and false for a type of
// the app's own.
func KnownTaskType(taskType string) (ElementKind, bool) {
	kind, ok := knownTaskTypes[taskType]
	return kind, ok
}

// ActionsToAdvance gives the actions of which one suffices to leave a task of the type when the
// request names none. A type that the platform does not know asks for an action of its own name, as
// ProcessEngineAuthorizer does; an empty type gives none, so nobody may leave.
func ActionsToAdvance(taskType string) []string {
	switch taskType {
	case "":
		return nil
	case "data", "feedback", "pdf", "subformPdf", "eFormidling", "fiksArkiv":
		return []string{"write"}
	case "payment":
		return []string{"pay", "write"}
	case "confirmation":
		return []string{"confirm"}
	case "signing":
		return []string{"sign", "write"}
	default:
		return []string{taskType}
	}
}

// ActionToComplete gives the single action that completeProcess uses in a task of the type.
func ActionToComplete(taskType string) string {
	switch taskType {
	case "data", "feedback":
		return "write"
	case "confirmation":
		return "confirm"
	case "signing":
		return "sign"
	default:
		return taskType
	}
}
