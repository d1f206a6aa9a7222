package lint

import (
	"go/ast"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// uses gives the places where a file uses a member of a package of the standard library.
func uses(f *goFile, pkg, member string) []string {
	name := ""
	for _, i := range f.ast.Imports {
		if strings.Trim(i.Path.Value, `"`) != pkg {
			continue
		}
		if name = pkg; i.Name != nil {
			name = i.Name.Name
		}
	}
	if name == "" {
		return nil
	}
	var found []string
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == member {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == name {
				found = append(found, f.at(s.Pos()))
			}
		}
		return true
	})
	return found
}

// Under testing/synctest the clock is a fake one: a sleep takes no time, and ends when everybody else waits.
func TestTests_DoNotSleep(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		if !f.forTests() || slices.Contains(f.imports(), "testing/synctest") {
			continue
		}
		for _, at := range uses(f, "time", "Sleep") {
			t.Errorf("%s: a test that sleeps is slow on a quick machine and wrong on a slow one; wait for a signal, or use a fake clock", at)
		}
	}
}

func TestFiles_HoldNothingUnfinished(t *testing.T) {
	t.Parallel()
	marks := []string{"TO" + "DO", "FIX" + "ME", "HACK" + ":"}
	for _, p := range texts(t, ".go", ".rego", ".sql", ".md", ".yml", ".yaml", "Makefile", "Dockerfile", "run") {
		for i, line := range strings.Split(read(t, p), "\n") {
			for _, mark := range marks {
				if strings.Contains(line, mark) {
					t.Errorf("%s:%d has %s; finish it, or write down the limit where a user reads it", p, i+1, mark)
				}
			}
		}
	}
}

// mostLines is how long a Go file may be. One that is longer has more than one subject.
const mostLines = 600

var longFiles = map[string]string{}

func TestFiles_HaveOneSubject(t *testing.T) {
	t.Parallel()
	exceptions := except(longFiles)
	for _, f := range sources(t) {
		if f.lines > mostLines && !exceptions.has(f.path) {
			t.Errorf("%s has %d lines, at most %d", f.path, f.lines, mostLines)
		}
	}
	exceptions.check(t)
}

// obvious are methods that do what an interface says, so that a comment would only repeat it.
var obvious = map[string]string{
	"Error":  "error",
	"Unwrap": "errors.Unwrap",
	"Is":     "errors.Is",
	"String": "fmt.Stringer",
	"Read":   "io.Reader",
	"Write":  "io.Writer",
	"Len":    "sort.Interface",
	"Less":   "sort.Interface",
	"Swap":   "sort.Interface",
	"Fact":   "instance.Event and chain.Event: the name of the fact, which the constant of that name explains",
}

func TestExported_IsDocumented(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		if f.isTest() || f.ast.Name.Name == "main" {
			continue
		}
		for _, d := range f.ast.Decls {
			for _, name := range undocumented(d) {
				t.Errorf("%s: %s has no comment", f.at(d.Pos()), name)
			}
		}
	}
}

// undocumented gives the exported names of a declaration that no comment is about.
func undocumented(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc != nil || !d.Name.IsExported() || !exportedReceiver(d) || d.Recv != nil && obvious[d.Name.Name] != "" {
			return nil
		}
		return []string{d.Name.Name}
	case *ast.GenDecl:
		if d.Doc != nil && (d.Tok != token.TYPE || len(d.Specs) == 1) || d.Tok == token.IMPORT {
			return nil // a comment on a group of constants or variables is about all of them
		}
		var names []string
		for _, s := range d.Specs {
			names = append(names, undocumentedSpec(s)...)
		}
		return names
	}
	return nil
}

func undocumentedSpec(s ast.Spec) []string {
	var names []string
	switch s := s.(type) {
	case *ast.TypeSpec:
		if s.Doc == nil && s.Comment == nil && s.Name.IsExported() {
			names = append(names, s.Name.Name)
		}
	case *ast.ValueSpec:
		for _, n := range s.Names {
			if s.Doc == nil && s.Comment == nil && n.IsExported() {
				names = append(names, n.Name)
			}
		}
	}
	return names
}

// exportedReceiver tells whether a function is no method, or one of an exported type.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	e := d.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return false
		}
	}
}

func TestPackages_SayWhatTheyAre(t *testing.T) {
	t.Parallel()
	said := map[string]bool{}
	for _, f := range sources(t) {
		if !f.isTest() {
			said[f.folder()] = said[f.folder()] || f.ast.Doc != nil
		}
	}
	for folder, ok := range said {
		if !ok {
			t.Errorf("package %s has no package comment", folder)
		}
	}
}

// The rules above are about these files, so that a walk that finds too little must not pass in silence.
func TestSources_AreFound(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range sources(t) {
		seen[strings.Split(f.path, "/")[0]] = true
	}
	for _, folder := range []string{"api", "apps", "cmd", "commands", "domain", "identity", "integrations", "ledger", "node", "policies", "projections", "record", "sagas"} {
		if !seen[folder] {
			t.Errorf("no Go file was found in %s under %s", folder, filepath.Base(root()))
		}
	}
}
