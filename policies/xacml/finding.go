package xacml

import (
	"errors"
	"fmt"
	"strings"
)

// Finding is one remark about a policy: an error (code E_…), which keeps the
// app from being published, or a warning (code W_…). Findings are meant for the
// author of the policy.
type Finding struct {
	// Code is stable, such as E_MULTI_ANYOF; tests and user interfaces rely on it.
	Code string
	// Rule is the RuleId, or #<position> for a rule without one; empty when the
	// finding concerns the policy as a whole.
	Rule string
	// Message is one sentence that says what is wrong and what to write instead.
	Message string
	// Line is the line in the file, counted from 1; 0 when it is not known.
	Line int
}

// Error renders the finding as "E_X line 12 rule r: message".
func (f *Finding) Error() string {
	var b strings.Builder
	b.WriteString(f.Code)
	if f.Line > 0 {
		fmt.Fprintf(&b, " line %d", f.Line)
	}
	if f.Rule != "" {
		b.WriteString(" rule " + f.Rule)
	}
	b.WriteString(": " + f.Message)
	return b.String()
}

// Findings lists every Finding in err, in the order in which they were found. It looks
// through joined and wrapped errors, and returns nil when there is none.
func Findings(err error) []*Finding {
	if err == nil {
		return nil
	}
	if f, ok := err.(*Finding); ok {
		return []*Finding{f}
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*Finding
		for _, e := range joined.Unwrap() {
			all = append(all, Findings(e)...)
		}
		return all
	}
	return Findings(errors.Unwrap(err))
}

// maxFindings bounds what one hopeless file can report.
const maxFindings = 200

// report collects findings while a policy is read.
type report struct {
	errs  []error
	warns []*Finding
}

func newFinding(code string, at *element, rule, format string, args ...any) *Finding {
	f := &Finding{Code: code, Rule: rule, Message: fmt.Sprintf(format, args...)}
	if at != nil {
		f.Line = at.line
	}
	return f
}

// fail adds an error. After maxFindings it says once that there is more.
func (r *report) fail(code string, at *element, rule, format string, args ...any) {
	switch {
	case len(r.errs) < maxFindings:
		r.errs = append(r.errs, newFinding(code, at, rule, format, args...))
	case len(r.errs) == maxFindings:
		r.errs = append(r.errs, newFinding("E_LIMIT", at, rule, "more than %d errors; mend these first", maxFindings))
	}
}

// warn adds a warning, up to maxFindings of them.
func (r *report) warn(code string, at *element, rule, format string, args ...any) {
	if len(r.warns) < maxFindings {
		r.warns = append(r.warns, newFinding(code, at, rule, format, args...))
	}
}
