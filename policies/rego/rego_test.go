package rego_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/open-policy-agent/opa/v1/loader"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/tester"

	regofiles "github.com/hovedbok/hovedbok/policies/rego"
)

// load reads every Rego file of this folder, tests too.
func load(t *testing.T) (map[string]*ast.Module, storage.Store) {
	t.Helper()
	onlyRego := func(_ string, info fs.FileInfo, _ int) bool {
		return !info.IsDir() && filepath.Ext(info.Name()) != ".rego"
	}
	modules, store, err := tester.Load([]string{"."}, loader.Filter(onlyRego))
	if err != nil {
		t.Fatal(err)
	}
	return modules, store
}

// run runs all Rego tests and returns the number of tests and the coverage.
func run(t *testing.T) (int, cover.Report) {
	t.Helper()
	modules, store := load(t)
	txn, err := store.NewTransaction(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Abort(t.Context(), txn)
	coverage := cover.New()
	results, err := tester.NewRunner().SetModules(modules).SetStore(store).
		SetCoverageQueryTracer(coverage).
		SetCoverageRuns([]cover.Kind{cover.KindIndexExcluded, cover.KindEarlyExit}).
		RunTests(t.Context(), txn)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for r := range results {
		n++
		if r.Error != nil || r.Fail {
			t.Errorf("%s %s.%s: %v", r.Location, r.Package, r.Name, r.Error)
		}
	}
	return n, coverage.Report(modules)
}

func TestRego_PassesAndCoversDecisionsWhole(t *testing.T) {
	t.Parallel()
	n, coverage := run(t)
	if want := countTests(t); n < want || want == 0 {
		t.Fatalf("%d Rego tests ran, the files have %d", n, want)
	}
	for _, name := range regofiles.Names {
		file, ok := coverage.Files[name]
		if !ok {
			t.Fatalf("no coverage of %s among %v", name, slices.Collect(mapsKeys(coverage.Files)))
		}
		if file.Coverage < 100 {
			t.Errorf("%s is covered to %.1f %%, missing %v", name, file.Coverage, file.NotCovered)
		}
	}
}

func mapsKeys(m map[string]*cover.FileReport) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// countTests counts the distinct test rules.
func countTests(t *testing.T) int {
	t.Helper()
	modules, _ := load(t)
	names := map[string]bool{}
	for _, m := range modules {
		for _, r := range m.Rules {
			if name := r.Head.Ref()[0].String(); strings.HasPrefix(name, "test_") {
				names[m.Package.Path.String()+name] = true
			}
		}
	}
	return len(names)
}

func TestRego_IsFormatted(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.rego")
	if err != nil || len(files) == 0 {
		t.Fatal("no Rego files", err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := format.SourceWithOpts(file, src, format.Opts{RegoVersion: ast.RegoV1})
		if err != nil {
			t.Fatal(err)
		}
		if string(want) != string(src) {
			if os.Getenv("UPDATE_GOLDEN") != "" {
				if err := os.WriteFile(file, want, 0o644); err != nil {
					t.Fatal(err)
				}
				continue
			}
			t.Errorf("%s is not formatted as opa fmt does", file)
		}
	}
}

// parsed parses the embedded files with annotations.
func parsed(t *testing.T) map[string]*ast.Module {
	t.Helper()
	sources, err := regofiles.Modules()
	if err != nil {
		t.Fatal(err)
	}
	modules := map[string]*ast.Module{}
	for name, src := range sources {
		m, err := ast.ParseModuleWithOpts(name, src, ast.ParserOptions{RegoVersion: ast.RegoV1, ProcessAnnotation: true})
		if err != nil {
			t.Fatal(err)
		}
		modules[name] = m
	}
	return modules
}

func TestRego_CompilesStrictly(t *testing.T) {
	t.Parallel()
	c := ast.NewCompiler().WithStrict(true)
	if c.Compile(parsed(t)); c.Failed() {
		t.Fatal(c.Errors)
	}
}

// entrypoints are the rules that Go asks for.
var entrypoints = map[string][]string{
	"decide.rego":  {"data.altinn.authz.allow"},
	"explain.rego": {"data.altinn.explain.report"},
	"batch.rego":   {"data.altinn.batch.allowed"},
	"filters.rego": {"data.altinn.filters.include", "data.altinn.filters.rows"},
}

func TestRego_MetadataIsComplete(t *testing.T) {
	t.Parallel()
	for name, m := range parsed(t) {
		hasPackage := false
		var found []string
		for _, a := range m.Annotations {
			hasPackage = hasPackage || a.Scope == "package" && a.Title != "" && a.Description != ""
			if a.Entrypoint {
				found = append(found, a.GetTargetPath().String())
				if a.Description == "" {
					t.Errorf("%s: entry point %s has no description", name, a.GetTargetPath())
				}
			}
		}
		if !hasPackage {
			t.Errorf("%s: the package has no METADATA with title and description", name)
		}
		slices.Sort(found)
		if !slices.Equal(found, entrypoints[name]) {
			t.Errorf("%s: entry points %v, want %v", name, found, entrypoints[name])
		}
	}
}

// builtins are those that decisions may use: all are total, pure and quick.
var builtins = []string{
	"assign", "concat", "count", "eq", "equal", "format_int", "gt", "internal.member_2", "internal.member_3", "min",
	"neq", "object.filter", "object.get", "object.keys", "object.union", "or", "plus", "startswith", "to_number",
}

func TestRego_UsesOnlyAllowedBuiltins(t *testing.T) {
	t.Parallel()
	for name, m := range parsed(t) {
		ast.WalkExprs(m, func(e *ast.Expr) bool {
			if op := e.Operator(); op != nil && ast.BuiltinMap[op.String()] != nil && !slices.Contains(builtins, op.String()) {
				t.Errorf("%s: builtin %s", e.Location, op)
			}
			return false
		})
		ast.WalkTerms(m, func(term *ast.Term) bool {
			if call, ok := term.Value.(ast.Call); ok {
				if op := call[0].String(); ast.BuiltinMap[op] != nil && !slices.Contains(builtins, op) {
					t.Errorf("%s: builtin %s in %s", term.Location, op, name)
				}
			}
			return false
		})
	}
}

func TestRego_DefaultAndElseStayInExplain(t *testing.T) {
	t.Parallel()
	for name, m := range parsed(t) {
		if !strings.HasPrefix(m.Package.Path.String(), "data.altinn.") {
			t.Errorf("%s: package %s is outside data.altinn", name, m.Package.Path)
		}
		for _, r := range m.Rules {
			if name != "explain.rego" && (r.Default || r.Else != nil) {
				t.Errorf("%s: default or else outside explain", r.Location)
			}
		}
	}
}
