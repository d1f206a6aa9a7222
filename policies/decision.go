package policies

import (
	"errors"

	"github.com/google/uuid"
)

// Code says why a decision came out as it did. The list only grows.
type Code string

// Codes, with the HTTP status that answers them.
const (
	CodeOK            Code = "ok"             // permitted
	CodeUnknownApp    Code = "unknown_app"    // no such app; 404, or 403 as for an unreadable instance
	CodeUnknownKind   Code = "unknown_kind"   // no gate for this kind of caller, such as anonymous; 401
	CodeUnknownAction Code = "unknown_action" // no rule mentions the action; 403
	CodeDeniedByRule  Code = "denied_by_rule" // a Deny rule matched; 403
	CodeWrongParty    Code = "wrong_party"    // the caller has no keys on this party; 403
	CodeWrongStep     Code = "wrong_step"     // permitted at another step, see Need.Slots; 403, or 409 in process/next
	CodeNoGrant       Code = "no_grant"       // none of the caller's keys is granted; 403
	CodeLevel         Code = "level"          // the authentication level is too low, see Need.Level; 403 or step-up
	CodeScope         Code = "scope"          // the token lacks a scope, see Need.Scopes; 403
	CodeInvalidInput  Code = "invalid_input"  // the request could not be right; 400
	CodeTimeout       Code = "timeout"        // not decided in time; 503
	CodeError         Code = "error"          // not decided for another reason; 500
)

// Failed tells whether the decision could not be made at all, so that the denial is
// no statement about the caller's rights.
func (c Code) Failed() bool {
	return c == CodeInvalidInput || c == CodeTimeout || c == CodeError
}

// Errors that come with a failed decision. Compare with errors.Is.
var (
	// ErrNotReady means that nothing has been published yet; let no traffic in.
	ErrNotReady = errors.New("no policy has been published")
	// ErrTimeout means that the evaluation exceeded its limit or was cancelled.
	ErrTimeout = errors.New("policy evaluation timed out")
	// ErrEvaluation means that the policy itself failed; it is a fault in the platform.
	ErrEvaluation = errors.New("policy evaluation failed")
	// ErrUnknownRevision means that the snapshot asked for is no longer kept.
	ErrUnknownRevision = errors.New("policy revision is not kept")
)

// Need tells what would have helped.
type Need struct {
	// Level is the lowest authentication level that suffices; 0 when the level was not the reason.
	Level int `json:"level,omitempty"`
	// Scopes are those of which one is needed.
	Scopes []string `json:"scopes,omitempty"`
	// Slots are the steps at which the caller would be permitted.
	Slots []string `json:"slots,omitempty"`
	// Keys are those that would be permitted, for owners and auditors. Only a
	// Report has them; a Decision does not.
	Keys []string `json:"keys,omitempty"`
}

// Decision is the answer to one Request. The zero Decision denies.
type Decision struct {
	// ID is a UUIDv7; it goes into the event's metadata, the log line and the audit record.
	ID uuid.UUID
	// Allow is true only for a clean permit.
	Allow bool
	Code  Code
	Need  Need
	// Revision names the snapshot that decided.
	Revision string
	// ETag names the app's document: policy, scopes and links. Empty for an unknown app.
	ETag string
}

// Report explains a decision to an auditor.
type Report struct {
	Allow bool   `json:"allow"`
	Code  Code   `json:"code"`
	App   string `json:"app"`
	ETag  string `json:"etag"`
	// Revision names the snapshot that was asked.
	Revision string `json:"revision"`
	// Grants and Denials are the rules that matched, before level and scope.
	Grants  []Matched `json:"grants"`
	Denials []Matched `json:"denials"`
	// Delegations are the ids of the records that reach the caller.
	Delegations []string `json:"delegations"`
	Need        Need     `json:"need"`
}

// Matched is one rule that matched, by which key and at which slot.
type Matched struct {
	Slot string `json:"slot"`
	Key  string `json:"key"`
	Rule string `json:"rule"`
}

func isTimeout(err error) bool { return errors.Is(err, ErrTimeout) }
