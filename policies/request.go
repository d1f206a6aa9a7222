package policies

import "time"

// Mode tells a query from a command. The operation decides it, never the action's
// name. The zero Mode is invalid, so that it can not be forgotten.
type Mode uint8

// The two modes.
const (
	Read Mode = iota + 1
	Write
)

// String is "read", "write" or "".
func (m Mode) String() string {
	switch m {
	case Read:
		return "read"
	case Write:
		return "write"
	}
	return ""
}

// Kinds of callers. Any other kind is denied with CodeUnknownKind.
const (
	KindUser       = "user"       // a person, or an organisation without a service owner's code
	KindSystemUser = "systemuser" // a vendor's system user
	KindOrg        = "org"        // a service owner
	KindApp        = "app"        // an app with a token that the platform issued
	KindAnonymous  = "anonymous"  // nobody; always denied
)

// Subject is the caller.
type Subject struct {
	// Kind is one of the Kind constants.
	Kind string
	// ID names the caller in records, such as user:20001337. It decides nothing.
	ID string
	// IDs are all identities to which something may be delegated: person:<uuid> of the
	// caller, orguuid:<uuid> of organisations for which it has a key role, sysuser:<uuid>.
	IDs []string
	// Org is the service owner's code of an org or app. It decides nothing: keys do.
	Org string
	// App is the key of the calling app, for KindApp.
	App string
	// Level is the authentication level, 0–4; 0 when the token has none, but 3 for a
	// system user without the claim.
	Level int
	// Scopes are the token's scopes, one each.
	Scopes []string
	// Keys are the caller's keys on the resource's party (see UserKeys, OrgKeys, SystemUserKeys).
	Keys []string
}

// Resource is what the caller wants to act on. Take all of it from the stored
// instance, never from the client.
type Resource struct {
	// App is the key of the app version to which the instance is pinned.
	App string
	// Party is the instance owner's party id; it is above 0.
	Party int
	// Instance is the instance's guid; empty before there is one.
	Instance string
	// Task is the BPMN task in which the process stands; empty before start and after end.
	Task string
	// EndEvent is the BPMN end event that the process reached; only after it has ended.
	EndEvent string
	// AppResource is a part of the app, such as events.
	AppResource string
}

// Delegation is one record that gives somebody rights on an app or an instance. Pass
// those that name the request's app and party; every field is checked again.
type Delegation struct {
	ID string
	// App is an app's key, or the app without version for all versions.
	App string
	// From is the party whose right it is.
	From int
	// To is the recipient, as in Subject.IDs.
	To string
	// Instance limits the right to one instance's guid; empty means no limit.
	Instance string
	// Slot limits it to a step, such as task:SigningTask; empty means no limit.
	Slot string
	// Actions are what may be done.
	Actions []string
	// Until ends the right; zero means no end.
	Until time.Time
}

// Request is one question: may the subject do this to the resource, now?
type Request struct {
	// Action is the XACML action in any case, such as read or sign.
	Action string
	// Mode is Read for queries and Write for commands.
	Mode        Mode
	Subject     Subject
	Resource    Resource
	Delegations []Delegation
	// Now is the command's clock, so that a replay gives the same answer.
	Now time.Time
}

// anySlot is the slot of grants that hold everywhere.
const anySlot = "*"

// slot is the step at which the resource stands, or "".
func (r *Resource) slot() string {
	switch {
	case r.Task != "":
		return "task:" + r.Task
	case r.EndEvent != "":
		return "end:" + r.EndEvent
	}
	return ""
}
