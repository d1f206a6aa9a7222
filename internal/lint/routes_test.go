package lint

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var verbs = []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"}

// routes gives "VERB /path" of every route that package api registers. Groups are followed by the name of their variable.
func routes(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, f := range sources(t) {
		if f.folder() != "api" || f.isTest() {
			continue
		}
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
				all = append(all, routesOf(fn)...)
			}
		}
	}
	slices.Sort(all)
	return all
}

func routesOf(fn *ast.FuncDecl) []string {
	var found []string
	prefix := map[string]string{} // of groups, by variable
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && len(a.Lhs) == 1 && len(a.Rhs) == 1 {
			if on, verb, p, ok := registration(a.Rhs[0]); ok && verb == "Group" {
				prefix[selector(a.Lhs[0])] = prefix[on] + p
			}
		}
		if e, ok := n.(*ast.ExprStmt); ok {
			if on, verb, p, ok := registration(e.X); ok && slices.Contains(verbs, verb) {
				found = append(found, verb+" "+prefix[on]+p)
			}
		}
		return true
	})
	return found
}

// registration takes apart x.VERB("path", …).
func registration(e ast.Expr) (on, verb, path string, ok bool) {
	call, ok := e.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return "", "", "", false
	}
	s, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", "", "", false
	}
	path, ok = literal(call.Args[0])
	return selector(s.X), s.Sel.Name, path, ok
}

// routeRow is a row of a table of routes: | GET | `/{org}/{app}/instances` | … |
var routeRow = regexp.MustCompile("(?m)^\\| ([A-Z, ]+) \\| `([^`]+)` \\| ")

var parameter = regexp.MustCompile(`:([A-Za-z]+)`)

func TestAPIDoc_HasEveryRoute(t *testing.T) {
	t.Parallel()
	documented := map[string]bool{}
	for _, row := range routeRow.FindAllStringSubmatch(section(t, apiDoc, "## Routes"), -1) {
		for _, verb := range strings.Split(row[1], ",") {
			documented[strings.TrimSpace(verb)+" "+row[2]] = true
		}
	}
	served := routes(t)
	if len(served) < 20 {
		t.Fatalf("only %d routes were found in package api", len(served))
	}
	for _, r := range served {
		r = parameter.ReplaceAllString(r, "{$1}")
		if !documented[r] {
			verb, path, _ := strings.Cut(r, " ")
			t.Errorf("%s lacks the row | %s | `%s` | … |", apiDoc, verb, path)
		}
		delete(documented, r)
	}
	for r := range documented {
		t.Errorf("%s has the route %s, which is not served", apiDoc, r)
	}
}
