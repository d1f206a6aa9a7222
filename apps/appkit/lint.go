package appkit

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/jsonc"
	"github.com/hovedbok/hovedbok/domain/link"
)

// Severity says what a finding means for the app.
type Severity string

// The severities, by weight.
const (
	Error   Severity = "error"   // the app is not published
	Warning Severity = "warning" // the app is published, and something is not as its author will have meant
	Code    Severity = "code"    // on Altinn, C# does this
	Note    Severity = "note"    // declared, and not carried out here yet
)

// Finding is one thing that the author should know.
type Finding struct {
	File     string   `json:"file"`             // with the folder that was given, and with slashes
	Line     int      `json:"line,omitempty"`   // from 1; 0 when it is about the whole file
	Column   int      `json:"column,omitempty"` // from 1, in bytes; 0 when not known
	Severity Severity `json:"severity"`
	Code     string   `json:"code"` // stable: a code of package apps, or the name of an interface of Altinn.App
	Message  string   `json:"message"`
	Hint     string   `json:"hint,omitempty"` // what to do; of code, what stands in for it here
}

// String gives "file:line:column: severity: message (hint) [code]", as compilers write and editors read.
func (f Finding) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	for _, n := range []int{f.Line, f.Column} {
		if n > 0 {
			fmt.Fprintf(&b, ":%d", n)
		}
	}
	fmt.Fprintf(&b, ": %s: %s", f.Severity, f.Message)
	if f.Hint != "" {
		fmt.Fprintf(&b, " (%s)", f.Hint)
	}
	fmt.Fprintf(&b, " [%s]", f.Code)
	return b.String()
}

// Report is what was found in one app folder, sorted by file and place.
type Report struct {
	Dir      string    `json:"dir"`
	App      string    `json:"app,omitempty"` // org/app; empty when the metadata do not say
	Findings []Finding `json:"findings"`
}

// Count gives how many findings have the severity.
func (r Report) Count(s Severity) int {
	n := 0
	for _, f := range r.Findings {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// Failed reports whether the app cannot be published.
func (r Report) Failed() bool { return r.Count(Error) > 0 }

// Lint checks app folders: those that Find gives for each of dirs. Links are held against the apps of all
// dirs together; a link to an app that is not among them is a fault when other apps of that org come from a
// tree of <org>/<app>, and otherwise a warning. The error is about the folders themselves: a folder that
// cannot be read, or ErrNoApp.
func Lint(dirs ...string) ([]Report, error) {
	var folders []Folder
	for _, dir := range dirs {
		found, err := Find(dir)
		if err != nil {
			return nil, err
		}
		folders = append(folders, found...)
	}
	l := linter{known: map[string]*apps.App{}, orgs: map[string]bool{}}
	for _, f := range folders {
		if err := l.load(f); err != nil {
			return nil, err
		}
	}
	return l.reports(), nil
}

// linter checks several folders together.
type linter struct {
	loaded []loaded
	known  map[string]*apps.App
	orgs   map[string]bool // whose apps are all here
}

type loaded struct {
	dir    string
	id     string // as the metadata say, also when the app has faults
	app    *apps.App
	faults apps.Faults
	hooks  []Hook
}

func (l *linter) load(f Folder) error {
	app, faults, err := Load(f)
	if err != nil {
		return err
	}
	hooks, id, err := readCode(appDir(f.Dir))
	if err != nil {
		return fmt.Errorf("read the code of %s: %w", filepath.ToSlash(f.Dir), err)
	}
	if app != nil {
		id = app.ID
		l.known[id] = app
	}
	if f.Expected.Org != "" {
		l.orgs[f.Expected.Org] = true
	}
	l.loaded = append(l.loaded, loaded{f.Dir, id, app, faults, hooks})
	return nil
}

// readCode gives the hooks of the app in a folder, and its declared id. Symbolic links cannot lead out of it.
func readCode(dir string) (hooks []Hook, id string, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, "", err
	}
	hooks, err = Hooks(root.FS())
	id = declaredID(root.FS())
	return hooks, id, errors.Join(err, root.Close())
}

// declaredID gives the id in the metadata, if it is one.
func declaredID(files fs.FS) string {
	text, err := fs.ReadFile(files, metadataFile)
	if err != nil {
		return ""
	}
	root, err := jsonc.Parse(text, jsonc.Lenient)
	if err != nil {
		return ""
	}
	id, err := link.ParseApp(textOf(root, "id"))
	if err != nil {
		return ""
	}
	return id.String()
}

func (l *linter) reports() []Report {
	out := make([]Report, 0, len(l.loaded))
	for _, one := range l.loaded {
		r := Report{Dir: filepath.ToSlash(one.dir), App: one.id, Findings: []Finding{}}
		if one.app != nil {
			one.faults = append(one.faults, apps.CheckLinks(one.app, func(id string) *apps.App { return l.known[id] }, func(org string) bool { return l.orgs[org] })...)
		}
		for _, fault := range one.faults {
			r.Findings = append(r.Findings, ofFault(fault))
		}
		for _, hook := range one.hooks {
			r.Findings = append(r.Findings, ofHook(hook))
		}
		r.place(appDir(one.dir))
		out = append(out, r)
	}
	return out
}

// place puts the folder before each file, and sorts.
func (r *Report) place(dir string) {
	for i := range r.Findings {
		if f := &r.Findings[i]; f.File == "App" {
			f.File = r.Dir
		} else {
			f.File = filepath.ToSlash(filepath.Join(dir, f.File))
		}
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
}

func ofFault(f apps.Fault) Finding {
	out := Finding{File: f.File, Line: f.Line, Column: f.Column, Severity: Error, Code: f.Code, Message: f.Message, Hint: f.Hint}
	if f.Warning {
		out.Severity = Warning
	}
	return out
}

func ofHook(h Hook) Finding {
	out := Finding{File: h.File, Line: h.Line, Column: h.Column, Severity: Code, Code: h.Interface, Message: h.What, Hint: "here: " + h.Here}
	if h.Declared {
		out.Severity = Note
	}
	return out
}

// WriteReports writes reports for people: each finding on a line of its own, and how many there are.
func WriteReports(w io.Writer, reports []Report) error {
	var b strings.Builder
	for _, r := range reports {
		for _, f := range r.Findings {
			b.WriteString(f.String())
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s: %s\n", cmp.Or(r.App, r.Dir), r.summary())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// summary says in a few words how the app stands.
func (r Report) summary() string {
	var parts []string
	for _, c := range []struct {
		severity  Severity
		one, many string
	}{{Error, "error", "errors"}, {Warning, "warning", "warnings"}, {Code, "place that needs code", "places that need code"}, {Note, "thing not carried out here", "things not carried out here"}} {
		if n := r.Count(c.severity); n > 0 {
			parts = append(parts, counted(n, c.one, c.many))
		}
	}
	if len(parts) == 0 {
		return "nothing to remark"
	}
	return strings.Join(parts, ", ")
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
