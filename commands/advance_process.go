package commands

import (
	"context"

	"github.com/hovedbok/hovedbok/apps/scope"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/domain/process"
	"github.com/hovedbok/hovedbok/policies"
)

// reject is the action that leaves a task without completing it.
const reject = "reject"

// AdvanceProcess leaves the current task, by the named action or, without one, by what its type allows. The
// task's data must be valid, unless it is rejected and the task says that it can be.
func (s *Service) AdvanceProcess(ctx context.Context, req *Request, ref Ref, action string) (Result, error) {
	return s.change(ctx, req, ref, toAdvance(action), func(w *work) ([]instance.Event, error) {
		if err := instance.CanAdvance(w.state); err != nil {
			return nil, err
		}
		task, ok := w.app.Process.Element(w.state.TaskID())
		if !ok {
			return nil, fail(Conflict, CodeNoNext, "the process of the app has no task %s", w.state.TaskID())
		}
		if unsupported[task.TaskType] {
			return nil, fail(Conflict, CodeTaskType, "task %s is of type %s, which this version cannot carry out, so that it cannot be left either", task.ID, task.TaskType)
		}
		if action != reject || !task.Declares(reject) {
			if issues := w.validate(); blocks(issues) {
				return nil, &Error{Kind: Conflict, Code: CodeValidation, Message: "the data of task " + task.ID + " are not valid", Issues: issues}
			}
		}
		next, err := w.app.Process.Next(task.ID, action, scope.Conditions(w.app, w.state))
		if err != nil {
			return nil, &Error{Kind: Conflict, Code: CodeNoNext, Message: "the process has no single way on from " + task.ID, Err: err}
		}
		created, err := w.autoCreate(next.ID, nil, nil)
		if err != nil {
			return nil, err
		}
		return instance.Advance(w.state, instance.Move{Action: action, Abandon: action == reject, To: target(next), Elements: created})
	})
}

// unsupported are the task types that do something by themselves which is not there yet. An instance stays at such a task rather than
// pass it as if it had been signed, paid or sent.
var unsupported = map[string]bool{"signing": true, "payment": true, "pdf": true, "subformPdf": true, "eFormidling": true, "fiksArkiv": true}

// toAdvance is the right that it takes to leave the current task: the named action, or any one that its type allows.
func toAdvance(action string) func(*instance.State) need {
	return func(s *instance.State) need {
		switch {
		case action != "":
			return need{[]string{action}, policies.Write}
		case s.Process.Current == nil:
			return needWrite
		}
		return need{process.ActionsToAdvance(s.Process.Current.Type), policies.Write}
	}
}

func target(e process.Element) instance.Target {
	return instance.Target{ID: e.ID, Name: e.Name, TaskType: e.TaskType, End: e.Kind == process.EndEvent}
}
