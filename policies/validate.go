package policies

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Limits of one request. Real callers have tens of keys and a handful of delegations.
const (
	// MaxKeys is the number of keys of a caller on one party.
	MaxKeys = 512
	// MaxDelegations is the number of delegations in one request.
	MaxDelegations = 512
	// MaxScopes is the number of scopes in one token.
	MaxScopes = 64
	// MaxString is the length of any one string, in bytes.
	MaxString = 256
	// MaxActions is the number of actions in one DecideActions or one delegation.
	MaxActions = 64
	// MaxProfiles is the number of profiles in one list request.
	MaxProfiles = 256
	// MaxParties is the number of parties in one list request.
	MaxParties = 50_000

	maxLevel = 4
)

// ErrInvalidInput is matched by every *InputError.
var ErrInvalidInput = errors.New("invalid authorization input")

// InputError says which field of a request can not be right. It never holds the
// field's value, because keys and ids point at people.
type InputError struct{ Field, Problem string }

// Error is "invalid authorization input: field: problem".
func (e *InputError) Error() string {
	return ErrInvalidInput.Error() + ": " + e.Field + ": " + e.Problem
}

// Is reports true for ErrInvalidInput.
func (e *InputError) Is(target error) bool { return target == ErrInvalidInput }

func invalid(field, format string, args ...any) error {
	return &InputError{Field: field, Problem: fmt.Sprintf(format, args...)}
}

// validText accepts short strings without control characters; empty is accepted too.
func validText(s string) bool {
	if len(s) > MaxString {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f {
			return printable(s)
		}
	}
	return true
}

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar })
}

func validLevel(level int) bool { return level >= 0 && level <= maxLevel }

func validScope(scope string) bool {
	return scope != "" && validText(scope) && !strings.ContainsAny(scope, " \"\\")
}

func checkTexts(field string, required bool, limit int, values []string) error {
	if len(values) > limit {
		return invalid(field, "%d values, the limit is %d", len(values), limit)
	}
	for i, v := range values {
		if !validText(v) || required && v == "" {
			return invalid(field, "value %d is empty, longer than %d bytes or has control characters", i, MaxString)
		}
	}
	return nil
}

// check validates everything of a request except its subject, which is checked once
// for each distinct one.
func (r *Request) check() error {
	if r.Action == "" || !validText(r.Action) {
		return invalid("action", "is empty, longer than %d bytes or has control characters", MaxString)
	}
	if r.Mode != Read && r.Mode != Write {
		return invalid("mode", "must be Read or Write")
	}
	return r.checkContext()
}

func (r *Request) checkContext() error {
	if err := checkNow(r.Now); err != nil {
		return err
	}
	if err := r.Resource.check(); err != nil {
		return err
	}
	return checkDelegations(r.Delegations)
}

func checkNow(now time.Time) error {
	if now.Unix() <= 0 {
		return invalid("now", "must be the command's time")
	}
	return nil
}

func (r *Resource) check() error {
	switch {
	case r.App == "" || !validText(r.App):
		return invalid("resource.app", "is empty, longer than %d bytes or has control characters", MaxString)
	case r.Party <= 0:
		return invalid("resource.party", "must be the instance owner's party id")
	case !validText(r.Instance):
		return invalid("resource.instance", "is longer than %d bytes or has control characters", MaxString)
	case r.Task != "" && r.EndEvent != "":
		return invalid("resource.task", "an ended process has an end event and no task")
	case !validText(r.Task) || !validText(r.EndEvent) || !validText(r.AppResource):
		return invalid("resource", "task, end event or appresource is longer than %d bytes or has control characters", MaxString)
	}
	return nil
}

func checkDelegations(delegations []Delegation) error {
	if len(delegations) > MaxDelegations {
		return invalid("delegations", "%d records, the limit is %d", len(delegations), MaxDelegations)
	}
	for i := range delegations {
		d := &delegations[i]
		field := "delegations"
		if d.From <= 0 {
			return invalid(field, "record %d has no party that it comes from", i)
		}
		if err := checkTexts(field, true, 3, []string{d.ID, d.App, d.To}); err != nil {
			return err
		}
		if err := checkTexts(field, false, 2, []string{d.Instance, d.Slot}); err != nil {
			return err
		}
		if d.Slot != "" && !validSlot(d.Slot) {
			return invalid(field, "record %d has a slot that is not *, task:, end: or res:", i)
		}
		if err := checkTexts(field, true, MaxActions, d.Actions); err != nil {
			return err
		}
	}
	return nil
}

// check validates a subject with its keys.
func (s *Subject) check() error {
	if err := s.checkIdentity(); err != nil {
		return err
	}
	return checkKeys(s.Kind, s.Keys)
}

func (s *Subject) checkIdentity() error {
	if err := checkTexts("subject", false, 4, []string{s.Kind, s.ID, s.Org, s.App}); err != nil {
		return err
	}
	if err := checkTexts("subject.ids", true, MaxKeys, s.IDs); err != nil {
		return err
	}
	if !validLevel(s.Level) {
		return invalid("subject.level", "%d is not 0 to %d", s.Level, maxLevel)
	}
	if len(s.Scopes) > MaxScopes {
		return invalid("subject.scopes", "%d scopes, the limit is %d", len(s.Scopes), MaxScopes)
	}
	for i, scope := range s.Scopes {
		if !validScope(scope) {
			return invalid("subject.scopes", "scope %d is not one whole token", i)
		}
	}
	return nil
}

// checkKeys refuses keys that this kind of caller can not have: a mix-up of callers, or
// a key that only the platform itself asks with.
func checkKeys(kind string, keys []string) error {
	if err := checkTexts("subject.keys", true, MaxKeys, keys); err != nil {
		return err
	}
	allowed := keyPrefixes[kind]
	for i, key := range keys {
		prefix, value, ok := strings.Cut(key, ":")
		if !ok || value == "" || !slices.Contains(allowed, prefix) {
			return invalid("subject.keys", "key %d is not one that a caller of kind %q can have", i, kind)
		}
	}
	return nil
}
