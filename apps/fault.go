package apps

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing that is wrong with an app folder.
type Fault struct {
	File    string // relative to App/, such as "config/links.json"
	Line    int    // from 1; 0 when the fault is about the whole file
	Column  int    // from 1, in bytes; 0 when not known
	Code    string // stable, such as "link_target_field"
	Message string // what is wrong, in one sentence
	Hint    string // what to do about it, or empty
	Warning bool   // the app can be published in spite of it
}

// Error gives "config/links.json:12: link_target_field: message (hint)". The column is left out.
func (f Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
	}
	fmt.Fprintf(&b, ": %s: %s", f.Code, f.Message)
	if f.Hint != "" {
		fmt.Fprintf(&b, " (%s)", f.Hint)
	}
	return b.String()
}

// Faults are the faults of an app, sorted by file, line and code.
type Faults []Fault

// Error gives one fault a line, errors and warnings alike.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Failed reports whether any fault keeps the app from being published.
func (fs Faults) Failed() bool {
	return slices.ContainsFunc(fs, func(f Fault) bool { return !f.Warning })
}

// Errors gives the faults that keep the app from being published.
func (fs Faults) Errors() Faults { return fs.filter(false) }

// Warnings gives the other faults.
func (fs Faults) Warnings() Faults { return fs.filter(true) }

// Err gives the errors as one error, or nil when there is none.
func (fs Faults) Err() error {
	if !fs.Failed() {
		return nil
	}
	return fs.Errors()
}

func (fs Faults) filter(warning bool) Faults {
	var kept Faults
	for _, f := range fs {
		if f.Warning == warning {
			kept = append(kept, f)
		}
	}
	return kept
}

func (fs Faults) sort() {
	slices.SortStableFunc(fs, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Code, b.Code))
	})
}

// reporter collects faults while a folder is read.
type reporter struct{ faults Faults }

func (r *reporter) add(f Fault) { r.faults = append(r.faults, f) }

// fileReporter reports about one file, whose offsets it knows how to turn into lines.
type fileReporter struct {
	*reporter
	file  string
	lines lineFinder
}

// lineFinder turns an offset into a line and a column.
type lineFinder interface {
	At(offset int) (line, column int)
}

// noOffset is the offset of a fault about a whole file.
const noOffset = -1

func (r fileReporter) fault(offset int, code, hint, format string, args ...any) {
	f := Fault{File: r.file, Code: code, Hint: hint, Message: fmt.Sprintf(format, args...)}
	if offset >= 0 && r.lines != nil {
		f.Line, f.Column = r.lines.At(offset)
	}
	r.add(f)
}

func (r fileReporter) warn(offset int, code, hint, format string, args ...any) {
	r.fault(offset, code, hint, format, args...)
	r.faults[len(r.faults)-1].Warning = true
}
