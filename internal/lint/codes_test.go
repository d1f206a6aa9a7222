package lint

import (
	"fmt"
	"go/ast"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const apiDoc = "docs/api.md"

// codeBook is what the code says of error codes.
type codeBook struct {
	constants map[string]string       // "package.Name" -> code
	kinds     map[string]int          // name of a commands.Kind -> status
	statuses  map[string]map[int]bool // code -> statuses it is answered with, as far as they can be read off the code
}

// httpStatuses are the constants of net/http that answers are written with.
var httpStatuses = map[string]int{
	"StatusBadRequest": http.StatusBadRequest, "StatusUnauthorized": http.StatusUnauthorized, "StatusForbidden": http.StatusForbidden,
	"StatusNotFound": http.StatusNotFound, "StatusMethodNotAllowed": http.StatusMethodNotAllowed, "StatusConflict": http.StatusConflict,
	"StatusGone": http.StatusGone, "StatusPreconditionFailed": http.StatusPreconditionFailed,
	"StatusRequestEntityTooLarge": http.StatusRequestEntityTooLarge, "StatusUnsupportedMediaType": http.StatusUnsupportedMediaType,
	"StatusUnprocessableEntity": http.StatusUnprocessableEntity, "StatusInternalServerError": http.StatusInternalServerError,
	"StatusServiceUnavailable": http.StatusServiceUnavailable, "StatusTooManyRequests": http.StatusTooManyRequests,
}

func readCodes(t *testing.T) *codeBook {
	t.Helper()
	b := &codeBook{map[string]string{}, map[string]int{}, map[string]map[int]bool{}}
	for _, f := range sources(t) {
		if !f.isTest() && slices.Contains([]string{"commands", "domain/instance", "identity"}, f.folder()) {
			b.readConstants(f)
		}
	}
	for _, f := range sources(t) {
		if f.path == "api/problem.go" {
			b.readKinds(t, f)
		}
	}
	for _, f := range sources(t) {
		if !f.isTest() && (f.folder() == "commands" || f.folder() == "api") {
			b.readAnswers(f)
		}
	}
	b.identity()
	return b
}

// readConstants takes the constants named Code… with text values, and in package identity those of type Code.
func (b *codeBook) readConstants(f *goFile) {
	pkg := f.ast.Name.Name
	for _, d := range f.ast.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, s := range g.Specs {
			v, ok := s.(*ast.ValueSpec)
			if !ok || len(v.Values) != 1 {
				continue
			}
			typed, _ := v.Type.(*ast.Ident)
			text, ok := literal(v.Values[0])
			if ok && (strings.HasPrefix(v.Names[0].Name, "Code") || typed != nil && typed.Name == "Code") {
				b.constants[pkg+"."+v.Names[0].Name] = text
				b.add(text, 0)
			}
		}
	}
}

// readKinds reads the table from kinds to statuses.
func (b *codeBook) readKinds(t *testing.T, f *goFile) {
	t.Helper()
	ast.Inspect(f.ast, func(n ast.Node) bool {
		kv, ok := n.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		kind, status := selector(kv.Key), selector(kv.Value)
		if name, ok := strings.CutPrefix(kind, "commands."); ok && strings.HasPrefix(status, "http.Status") {
			code, known := httpStatuses[strings.TrimPrefix(status, "http.")]
			if !known {
				t.Fatalf("%s is not in the test's table of statuses", status)
			}
			b.kinds[name] = code
		}
		return true
	})
	if len(b.kinds) == 0 {
		t.Fatal("api/problem.go has no table of statuses")
	}
}

// readAnswers finds where an error is made: a call of fail, an Error or problem with its code, and the table of refusals.
func (b *codeBook) readAnswers(f *goFile) {
	pkg := f.ast.Name.Name
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if name, ok := n.Fun.(*ast.Ident); ok && name.Name == "fail" && len(n.Args) >= 2 {
				b.answer(pkg, n.Args[0], n.Args[1])
			}
		case *ast.CompositeLit:
			members := map[string]ast.Expr{}
			for _, e := range n.Elts {
				kv, ok := e.(*ast.KeyValueExpr)
				if !ok {
					continue
				}
				if key, ok := kv.Key.(*ast.Ident); ok {
					members[key.Name] = kv.Value
				} else if strings.HasPrefix(selector(kv.Key), "instance.Code") {
					b.answer(pkg, kv.Value, kv.Key)
				}
			}
			for _, m := range []string{"Kind", "Status"} {
				if members[m] != nil && members["Code"] != nil {
					b.answer(pkg, members[m], members["Code"])
				}
			}
		}
		return true
	})
}

// answer notes that a code goes with a kind or a status.
func (b *codeBook) answer(pkg string, kind, code ast.Expr) {
	text := b.code(pkg, code)
	if text == "" {
		return
	}
	name := selector(kind)
	if status, ok := httpStatuses[strings.TrimPrefix(name, "http.")]; ok {
		b.add(text, status)
		return
	}
	b.add(text, b.kinds[name[strings.LastIndexByte(name, '.')+1:]])
}

// code gives the text of a code that is a literal, a constant, or string(constant).
func (b *codeBook) code(pkg string, e ast.Expr) string {
	if text, ok := literal(e); ok {
		return text
	}
	if call, ok := e.(*ast.CallExpr); ok && selector(call.Fun) == "string" && len(call.Args) == 1 {
		return b.code(pkg, call.Args[0])
	}
	name := selector(e)
	if !strings.Contains(name, ".") {
		name = pkg + "." + name
	}
	return b.constants[name]
}

func (b *codeBook) add(code string, status int) {
	if b.statuses[code] == nil {
		b.statuses[code] = map[int]bool{}
	}
	if status != 0 {
		b.statuses[code][status] = true
	}
}

// identity: a token that is refused is 401, and one that nothing is known about 503 (see identity.TokenError.Temporary).
func (b *codeBook) identity() {
	for name, code := range b.constants {
		switch {
		case name == "identity.IssuerUnavailable" || name == "identity.DirectoryUnavailable":
			b.add(code, http.StatusServiceUnavailable)
		case strings.HasPrefix(name, "identity."):
			b.add(code, http.StatusUnauthorized)
		}
	}
}

// literal gives the value of a text literal.
func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok {
		return "", false
	}
	text, err := strconv.Unquote(l.Value)
	return text, err == nil
}

// selector gives "x.Name" or "Name" of an expression, or "".
func selector(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		if x := selector(e.X); x != "" {
			return x + "." + e.Sel.Name
		}
	}
	return ""
}

var codeRow = regexp.MustCompile("(?m)^\\| `([a-z0-9_]+)` \\| ([0-9, ]+) \\| (.+) \\|$")

func TestAPIDoc_HasEveryErrorCode(t *testing.T) {
	t.Parallel()
	book := readCodes(t)
	documented := map[string]map[int]bool{}
	for _, row := range codeRow.FindAllStringSubmatch(section(t, apiDoc, "## Error codes"), -1) {
		statuses := map[int]bool{}
		for _, s := range strings.Split(row[2], ",") {
			n, err := strconv.Atoi(strings.TrimSpace(s))
			if err != nil {
				t.Errorf("%s: %s has the status %q", apiDoc, row[1], s)
			}
			statuses[n] = true
		}
		documented[row[1]] = statuses
	}
	for _, code := range slices.Sorted(maps.Keys(book.statuses)) {
		said, ok := documented[code]
		switch made := book.statuses[code]; {
		case !ok:
			t.Errorf("%s lacks the row | `%s` | %s | … |", apiDoc, code, list(made))
		case len(made) > 0 && !maps.Equal(made, said):
			t.Errorf("%s says %s for %s, and the code answers with %s", apiDoc, list(said), code, list(made))
		}
	}
	for _, code := range slices.Sorted(maps.Keys(documented)) {
		if book.statuses[code] == nil {
			t.Errorf("%s has the code %s, which the code does not know", apiDoc, code)
		}
	}
}

func list(statuses map[int]bool) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(slices.Sorted(maps.Keys(statuses))), " ", ", "), "[]")
}

// section gives the part of a document from a heading to the next one of the same depth.
func section(t *testing.T, doc, heading string) string {
	t.Helper()
	text := "\n" + read(t, doc)
	_, rest, ok := strings.Cut(text, "\n"+heading+"\n")
	if !ok {
		t.Fatalf("%s has no heading %q", doc, heading)
	}
	depth := heading[:strings.IndexByte(heading, ' ')+1]
	part, _, _ := strings.Cut(rest, "\n"+depth)
	return part
}
