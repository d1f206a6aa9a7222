package apps

import (
	"slices"
	"strings"

	"github.com/hovedbok/hovedbok/domain/process"
	"github.com/hovedbok/hovedbok/policies/xacml"
)

const policyFile = "config/authorization/policy.xml"

// readPolicy translates the policy. It gives nil when that is not possible, or when the app is not
// known.
func (l *loader) readPolicy(app *App) *xacml.Policy {
	l.policy = fileReporter{reporter: l.reporter, file: policyFile}
	text, ok := l.files.Get(policyFile)
	if !ok {
		l.policy.fault(noOffset, FaultMissing, "without it nobody may do anything", "the file is missing")
		return nil
	}
	if app.ID == "" {
		return nil
	}
	policy, warnings, err := xacml.Translate(text, xacml.Options{Org: app.Org, App: app.Name})
	for _, f := range warnings {
		l.adoptFinding(f, true)
	}
	for _, f := range xacml.Findings(err) {
		l.adoptFinding(f, false)
	}
	return policy
}

func (l *loader) adoptFinding(f *xacml.Finding, warning bool) {
	message := f.Message
	if f.Rule != "" {
		message = "rule " + f.Rule + ": " + message
	}
	l.add(Fault{File: policyFile, Line: f.Line, Code: f.Code, Message: message, Warning: warning})
}

// checkPolicy holds the policy against the process and the data types. It only warns: a policy that
// grants too little locks people out, and never lets anyone in.
func (l *loader) checkPolicy(app *App) {
	for _, id := range app.Policy.Tasks() {
		if e, ok := app.Process.Element(id); !ok || !e.IsTask() {
			l.policy.warn(noOffset, FaultPolicyTask, "correct the id, or remove the rule's resource", "the policy names the task %q, which is not in the process", id)
		}
	}
	for _, id := range app.Policy.EndEvents() {
		if e, ok := app.Process.Element(id); !ok || e.Kind != process.EndEvent {
			l.policy.warn(noOffset, FaultPolicyEndEvent, "correct the id, or remove the rule's resource", "the policy names the end event %q, which is not in the process", id)
		}
	}
	if _, stateless := app.Metadata.OnEntry.Stateless(); !stateless && !l.granted(app, "instantiate", "") {
		l.policy.warn(noOffset, FaultPolicyInstantiate, "add a rule for the action instantiate", "nobody may create an instance")
	}
	for _, task := range app.Process.Tasks() {
		l.checkTaskPolicy(app, task)
	}
	l.checkRequiredActions(app)
}

func (l *loader) checkTaskPolicy(app *App, task process.Element) {
	if advance := process.ActionsToAdvance(task.TaskType); !slices.ContainsFunc(advance, func(a string) bool { return l.granted(app, a, task.ID) }) {
		l.lacks(task, strings.Join(advance, " or "))
	}
	for _, action := range task.Actions {
		if !l.granted(app, action.Name, task.ID) {
			l.lacks(task, action.Name)
		}
	}
	slot := "task:" + task.ID
	if task.Kind == process.ServiceTask {
		for _, action := range []string{"read", "write"} {
			if !app.Policy.Grants(action, slot, "org:"+app.Org) {
				l.policy.warn(noOffset, FaultPolicyOrg, "add a rule with urn:altinn:org "+quoted(app.Org), "service task %q runs as the service owner, who is not granted %s on it", task.ID, action)
			}
		}
	}
	if task.Extensions.Signature.UserControlled() {
		for _, action := range []string{"read", "sign"} {
			if !app.Policy.MayDelegate(action, slot) {
				l.policy.warn(noOffset, FaultPolicyDelegation, "add a rule with urn:altinn:resource:delegation", "signees of task %q are given %s by the app, which may not delegate it", task.ID, action)
			}
		}
	}
}

func (l *loader) lacks(task process.Element, action string) {
	l.policy.warn(noOffset, FaultPolicyAction, "add a rule for it", "nobody is granted %s in task %q", action, task.ID)
}

// checkRequiredActions looks for data types that nobody may read or change.
func (l *loader) checkRequiredActions(app *App) {
	for i, t := range app.Metadata.DataTypes {
		for member, action := range map[string]string{"actionRequiredToRead": t.ActionRequiredToRead, "actionRequiredToWrite": t.ActionRequiredToWrite} {
			if action != "" && !slices.Contains(app.Policy.Actions(), strings.ToLower(action)) {
				l.meta.warn(l.meta.dataTypeOffset(i, member), FaultPolicyAction, "add a rule for it to the policy", "data type %q asks for the action %q, which nobody is granted", t.ID, action)
			}
		}
	}
}

// granted reports whether anybody is granted the action in the whole app or in the task. Without a task
// any place in the app will do.
func (l *loader) granted(app *App, action, taskID string) bool {
	slots := app.Policy.Grant[strings.ToLower(action)]
	return len(slots["*"]) > 0 || len(slots["task:"+taskID]) > 0 || taskID == "" && len(slots) > 0
}
