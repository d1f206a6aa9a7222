package expression

import (
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/domain/document"
)

// value reads a JSON value.
func value(t testing.TB, src string) Value {
	t.Helper()
	v, err := FromJSON([]byte(src))
	if err != nil {
		t.Fatalf("read %s: %v", src, err)
	}
	return v
}

// node reads a JSON document.
func root(t testing.TB, src string) *document.Node {
	t.Helper()
	n, err := document.Parse([]byte(src))
	if err != nil {
		t.Fatalf("read %s: %v", src, err)
	}
	return n
}

// call gives the expression that calls a function with arguments written as JSON.
func call(function string, args ...string) *Expression {
	return MustParse(`["` + strings.Join(append([]string{function + `"`}, args...), ",") + `]`)
}

// wantCases evaluates expressions in a context. A wanted text that begins with ! is part of an error; every other
// is the JSON of the value.
func wantCases(t *testing.T, ctx Context, cases map[string]string) {
	t.Helper()
	for src, want := range cases {
		e, err := Parse([]byte(src))
		var got Value
		if err == nil {
			got, err = e.Eval(ctx)
		}
		if text, failure := strings.CutPrefix(want, "!"); failure {
			if err == nil || !strings.Contains(err.Error(), text) {
				t.Errorf("%s gave %s, error %v; want an error with %q", src, got.appendJSON(nil), err, text)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s failed: %v", src, err)
		} else if text := string(got.appendJSON(nil)); text != want {
			t.Errorf("%s gave %s, want %s", src, text, want)
		}
	}
}
