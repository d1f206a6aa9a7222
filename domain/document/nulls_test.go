package document_test

import (
	"testing"

	"github.com/hovedbok/hovedbok/domain/document"
)

func TestWithoutNulls(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		`{}`:                                 `{}`,
		`null`:                               `null`,
		`{"a":1,"b":null,"c":{"d":null}}`:    `{"a":1,"c":{}}`,
		`[null,{"a":null,"b":[{"c":null}]}]`: `[null,{"b":[{}]}]`,
		`{"a":[1,"x",true]}`:                 `{"a":[1,"x",true]}`,
	} {
		n, err := document.Parse([]byte(src))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(n.WithoutNulls().AppendJSON(nil)); got != want {
			t.Errorf("%s: got %s, want %s", src, got, want)
		}
		if got := string(n.AppendJSON(nil)); got != src {
			t.Errorf("%s became %s", src, got)
		}
	}
}
