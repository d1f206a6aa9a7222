package commands

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/vault"
	"github.com/hovedbok/hovedbok/policies"
)

// Kind is the class of an error; the API makes a status code of it.
type Kind uint8

// Kinds of error.
const (
	Internal Kind = iota
	Invalid
	Forbidden
	NotFound
	Conflict
	Stale
	Gone
	TooLarge
	UnsupportedMedia
	Unprocessable
	Unavailable
)

// Codes of errors that are not refusals of the domain. They are stable.
const (
	CodeAppUnknown         = "app_unknown"
	CodePartyUnknown       = "party_unknown"
	CodeOwnerMissing       = "instance_owner_missing"
	CodePartyType          = "party_type_not_allowed"
	CodeUserInstantiation  = "user_instantiation_disallowed"
	CodeForbidden          = "not_authorized"
	CodeAuthLevel          = "authentication_level_too_low"
	CodeScope              = "scope_missing"
	CodeDataTypeUnknown    = "data_type_unknown"
	CodeContentType        = "content_type_not_allowed"
	CodeContentTypeMissing = "content_type_missing"
	CodeFormContentType    = "form_content_type_unsupported"
	CodeFormMalformed      = "form_malformed"
	CodeFormMismatch       = "form_does_not_fit_model"
	CodeFilename           = "filename_invalid"
	CodeFilenameMissing    = "filename_missing"
	CodeEmptyFile          = "file_empty"
	CodeTooLarge           = "body_too_large"
	CodeBodyIncomplete     = "body_incomplete"
	CodeEventTooLarge      = "form_too_large"
	CodePatchMalformed     = "patch_malformed"
	CodePatchTest          = "patch_test_failed"
	CodePatchFailed        = "patch_failed"
	CodeValidation         = "validation_failed"
	CodeNoNext             = "process_no_next_element"
	CodeTaskType           = "task_type_unsupported"
	CodeKeyReused          = "idempotency_key_reused"
	CodeStaleRevision      = "stale_revision"
	CodeBusy               = "busy"
	CodeUndecided          = "policy_unavailable"
	CodeContributor        = "contributor_not_allowed"
	CodeRevisionUnknown    = "revision_unknown"
	CodeLinkNotAllowed     = "link_not_allowed"
	CodePrefillPath        = "prefill_path_unknown"
	CodeConcurrent         = "concurrent_change"
)

// Issue is what validation found, in Altinn's shape.
type Issue struct {
	Severity  int // 1 error, 2 warning, 3 informational, 5 success
	Element   uuid.UUID
	Field     string
	Code      string
	Text      string
	TextKey   string
	Params    []string
	Source    string
	OnlyWhole bool // not re-evaluated after a patch
}

// Failing is the part of a patch that failed.
type Failing struct {
	Element   uuid.UUID
	Operation int
	Previous  *document.Node // the form as it is
}

// Error is what a command answers when it does not do what was asked. Nothing has been recorded then.
type Error struct {
	Kind    Kind
	Code    string
	Message string  // for a person, without personal data
	Issues  []Issue // of CodeValidation
	Patch   *Failing
	Level   string // of CodeAuthLevel: the level that is needed
	Err     error
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.Err)
	}
	return e.Code + ": " + e.Message
}

func (e *Error) Unwrap() error { return e.Err }

func fail(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// refusals gives the kind of each refusal of the domain.
var refusals = map[instance.Code]Kind{
	instance.CodeNotFound:        NotFound,
	instance.CodeExists:          Conflict,
	instance.CodeNotActive:       Conflict,
	instance.CodeDeleted:         Conflict,
	instance.CodeErased:          Gone,
	instance.CodeProcessEnded:    Conflict,
	instance.CodeNoCurrentTask:   Conflict,
	instance.CodeElementNotFound: NotFound,
	instance.CodeElementLocked:   Conflict,
	instance.CodeNotAForm:        Invalid,
	instance.CodeNotAFile:        Invalid,
	instance.CodeMaxCount:        Conflict,
	instance.CodeMandatory:       Invalid,
	instance.CodeUserCreate:      Invalid,
	instance.CodeUserDelete:      Invalid,
	instance.CodeLabelMissing:    Invalid,
	instance.CodeNotEnded:        Conflict,
}

// translate gives every error that leaves a command its kind and code.
func translate(err error) error {
	var known *Error
	var refusal *instance.Refusal
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case errors.As(err, &refusal):
		return &Error{Kind: refusals[refusal.Code], Code: string(refusal.Code), Message: refusal.Message}
	case errors.Is(err, ledger.ErrBusy), errors.Is(err, ledger.ErrClosed):
		return &Error{Kind: Unavailable, Code: CodeBusy, Message: "the log takes no more right now; try again", Err: err}
	case errors.Is(err, policies.ErrTimeout), errors.Is(err, policies.ErrNotReady):
		return &Error{Kind: Unavailable, Code: CodeUndecided, Message: "the right to do this could not be decided in time; try again", Err: err}
	case errors.Is(err, vault.ErrErased):
		return fail(Gone, string(instance.CodeErased), "the instance has been erased")
	case errors.Is(err, ledger.ErrConflict):
		return &Error{Kind: Conflict, Code: CodeConcurrent, Message: "the instance was changed by others at the same time; try again", Err: err}
	case errors.Is(err, ledger.ErrInvalid):
		return &Error{Kind: TooLarge, Code: CodeEventTooLarge, Message: "the change is too large to be recorded", Err: err}
	}
	return err
}
