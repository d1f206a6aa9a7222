package rego_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"
)

// redundant are conditions whose loss changes no answer, with the reason.
var redundant = map[string]string{
	"batch.rego: altinn.batch.allowed: rare":                                 "it only saves asking one by one where the first body is enough",
	"batch.rego: altinn.batch.rare: gt":                                      "as above",
	"batch.rego: altinn.batch.rare: equal":                                   "as above",
	"batch.rego: altinn.batch.rare: data.altinn.apps[input.resource.app].hd": "as above",
	"filters.rego: altinn.filters.include: gt":                               "an empty set of apps admits no row either; it saves compiling the body",
	"filters.rego: altinn.filters.include: neq":                              "a row never stands at *; it saves compiling the body twice",
	"filters.rego: altinn.filters.: some id in open_sets":                    "apps_of asks again; it saves compiling bodies without apps",
	"filters.rego: altinn.filters.: some key in profile.keys":                "as above",
}

// guard names one condition in one body.
type guard struct {
	file       string
	rule, expr int
	name       string
}

func guards(modules map[string]*ast.Module) []guard {
	var out []guard
	for _, file := range []string{"decide.rego", "batch.rego", "filters.rego"} {
		m := modules[file]
		pkg := strings.TrimPrefix(m.Package.Path.String(), "data.")
		for i, r := range m.Rules {
			for j, e := range r.Body {
				if term, ok := e.Terms.(*ast.Term); ok && term.Equal(ast.BooleanTerm(true)) {
					continue // a rule without conditions
				}
				what := e.String()
				if op := e.Operator(); op != nil {
					what = op.String()
				}
				out = append(out, guard{file, i, j, fmt.Sprintf("%s: %s.%s: %s", file, pkg, r.Head.Name, what)})
			}
		}
	}
	return out
}

// without returns the modules with that condition taken away.
func (g guard) without(modules map[string]*ast.Module) map[string]*ast.Module {
	changed := maps.Clone(modules)
	m := modules[g.file].Copy()
	old := m.Rules[g.rule].Body
	body := ast.Body{}
	for i, e := range old {
		if i != g.expr {
			body.Append(e)
		}
	}
	if len(body) == 0 {
		body = ast.NewBody(ast.NewExpr(ast.BooleanTerm(true)))
	}
	m.Rules[g.rule].Body = body
	changed[g.file] = m
	return changed
}

// passes tells whether the modules compile and all Rego tests hold.
func passes(t *testing.T, modules map[string]*ast.Module) bool {
	t.Helper()
	store := inmem.New()
	txn, err := store.NewTransaction(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Abort(t.Context(), txn)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	results, err := tester.NewRunner().SetModules(modules).SetStore(store).RunTests(ctx, txn)
	if err != nil {
		return false
	}
	ok, n := true, 0
	for r := range results {
		n++
		if r.Error != nil || r.Fail {
			ok = false
			stop() // one is enough
		}
	}
	return ok && n > 0
}

// TestRego_EveryGuardIsNeeded takes away each condition in turn; a test must notice.
func TestRego_EveryGuardIsNeeded(t *testing.T) {
	t.Parallel()
	modules, _ := load(t)
	if !passes(t, modules) {
		t.Fatal("the tests do not pass as they are")
	}
	all := guards(modules)
	if len(all) < 60 {
		t.Fatalf("%d conditions found", len(all))
	}
	for _, g := range all {
		if redundant[g.name] != "" {
			continue
		}
		if passes(t, g.without(modules)) {
			e := modules[g.file].Rules[g.rule].Body[g.expr]
			t.Errorf("%s (%s) can be taken away and no test notices: %s", e.Location, g.name, e)
		}
	}
}
