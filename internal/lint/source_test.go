package lint

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/hovedbok/hovedbok"

// goFile is a parsed Go file.
type goFile struct {
	path  string // from the root, with slashes
	lines int
	ast   *ast.File
}

// folder is the folder of the file: "" for the root.
func (f *goFile) folder() string {
	if dir := path.Dir(f.path); dir != "." {
		return dir
	}
	return ""
}

func (f *goFile) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

// forTests tells whether a file is only built into tests: a test, or a package that helps tests.
func (f *goFile) forTests() bool { return f.isTest() || testPackage(f.folder()) }

func testPackage(folder string) bool {
	return strings.HasSuffix(folder, "test") || within(folder, "internal/lint")
}

// imports gives the import paths of a file.
func (f *goFile) imports() []string {
	var all []string
	for _, i := range f.ast.Imports {
		all = append(all, strings.Trim(i.Path.Value, `"`))
	}
	return all
}

// at gives "path:line" of a node.
func (f *goFile) at(pos token.Pos) string { return files.Position(pos).String() }

var files = token.NewFileSet()

// root is the folder that holds go.mod.
var root = sync.OnceValue(func() string {
	dir, err := os.Getwd()
	for err == nil {
		if _, e := os.Stat(filepath.Join(dir, "go.mod")); e == nil {
			return dir
		}
		if filepath.Dir(dir) == dir {
			break
		}
		dir = filepath.Dir(dir)
	}
	panic("lint: no folder above this one holds go.mod")
})

// texts gives the path, from the root and with slashes, of every file with one of the endings.
func texts(t *testing.T, endings ...string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(root(), func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root(), p)
		rel = filepath.ToSlash(rel)
		if d.IsDir() && (skipped(rel, d.Name())) {
			return filepath.SkipDir
		}
		if d.Type().IsRegular() && slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(rel, e) }) {
			found = append(found, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// skipped folders hold no source: version control, data of a node, samples for tests.
func skipped(rel, name string) bool {
	return name == ".git" || name == "testdata" || rel == "data"
}

var parsed = sync.OnceValues(func() ([]*goFile, error) {
	var all []*goFile
	err := filepath.WalkDir(root(), func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root(), p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() && skipped(rel, d.Name()) {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(rel, ".go") {
			return nil
		}
		f, err := parseFile(p, rel)
		all = append(all, f)
		return err
	})
	return all, err
})

func parseFile(p, rel string) (*goFile, error) {
	src, err := os.ReadFile(p)
	if err != nil {
		return nil, err
	}
	tree, err := parser.ParseFile(files, rel, src, parser.ParseComments|parser.SkipObjectResolution)
	return &goFile{path: rel, lines: strings.Count(string(src), "\n"), ast: tree}, err
}

// sources gives every Go file of the project.
func sources(t *testing.T) []*goFile {
	t.Helper()
	all, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// read gives a file's text.
func read(t *testing.T, rel string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root(), filepath.FromSlash(rel)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// within tells whether a folder is another one or below it.
func within(folder, other string) bool {
	return folder == other || strings.HasPrefix(folder, other+"/")
}

// allowed is a list of exceptions with their reasons, which knows which of them were needed.
type allowed struct {
	reasons map[string]string
	used    map[string]bool
}

func except(reasons map[string]string) *allowed { return &allowed{reasons, map[string]bool{}} }

// has tells whether there is an exception for a name.
func (a *allowed) has(name string) bool {
	_, ok := a.reasons[name]
	a.used[name] = true
	return ok
}

// check reports exceptions without a reason, and those that nothing needs.
func (a *allowed) check(t *testing.T) {
	t.Helper()
	for name, reason := range a.reasons {
		if reason == "" {
			t.Errorf("the exception for %s has no reason", name)
		}
		if !a.used[name] {
			t.Errorf("the exception for %s is not needed any more", name)
		}
	}
}
