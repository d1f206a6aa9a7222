package jsonc_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hovedbok/hovedbok/apps/jsonc"
)

func TestStandard_BlanksWhatIsNotJSONAndKeepsOffsets(t *testing.T) {
	t.Parallel()
	src := "\xef\xbb\xbf{ // first\n  \"a\": [1, 2, ], /* two\nlines */\n  \"b\": \"// no comment\",\n}\n"
	got, err := jsonc.Standard([]byte(src), jsonc.Lenient)
	if err != nil {
		t.Fatal(err)
	}
	want := "   {         \n  \"a\": [1, 2  ],       \n        \n  \"b\": \"// no comment\" \n}\n"
	if string(got) != want {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
	if !json.Valid(got) || len(got) != len(src) {
		t.Error("the result is not JSON of the same length")
	}
}

func TestStandard_RefusesWithAnOffset(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, src string
		lenient   jsonc.Leniency
		offset    int
	}{
		{"nothing", "", jsonc.Lenient, 0},
		{"only space", " \n", jsonc.Lenient, 2},
		{"comment where none may stand", `{ /* a */ }`, jsonc.Commas, 2},
		{"line comment where none may stand", "// a\n1", jsonc.Strict, 0},
		{"trailing comma where none may stand", `[1, ]`, jsonc.Comments, 2},
		{"comment without end", `[1 /* ]`, jsonc.Lenient, 3},
		{"a stray slash", `[/ 1]`, jsonc.Lenient, 1},
		{"two commas", `[1,,2]`, jsonc.Lenient, 3},
		{"only a comma", `[,]`, jsonc.Lenient, 1},
		{"no comma", `[1 2]`, jsonc.Lenient, 3},
		{"no end", `{"a": 1`, jsonc.Lenient, 7},
		{"no colon", `{"a" 1}`, jsonc.Lenient, 5},
		{"name without quotes", `{a: 1}`, jsonc.Lenient, 1},
		{"single quotes", `['a']`, jsonc.Lenient, 1},
		{"text without end", `["a`, jsonc.Lenient, 1},
		{"line break in a text", "[\"a\nb\"]", jsonc.Lenient, 3},
		{"unknown escape", `["\x"]`, jsonc.Lenient, 3},
		{"short escape", `["\u12"]`, jsonc.Lenient, 6},
		{"not UTF-8", "[\"\xff\"]", jsonc.Lenient, 2},
		{"leading zero", `[01]`, jsonc.Lenient, 2},
		{"leading plus", `[+1]`, jsonc.Lenient, 1},
		{"point without digits", `[1.]`, jsonc.Lenient, 3},
		{"exponent without digits", `[1e]`, jsonc.Lenient, 3},
		{"unknown word", `[nil]`, jsonc.Lenient, 1},
		{"word that goes on", `[nullx]`, jsonc.Lenient, 5},
		{"two values", `1 2`, jsonc.Lenient, 2},
		{"too deep", strings.Repeat("[", jsonc.MaxDepth+1), jsonc.Lenient, jsonc.MaxDepth},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := jsonc.Standard([]byte(c.src), c.lenient)
			var syntax *jsonc.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("got %v", err)
			}
			if syntax.Offset != c.offset || syntax.Message == "" || syntax.Error() == "" {
				t.Errorf("got %v, want offset %d", syntax, c.offset)
			}
		})
	}
}

func TestParse_GivesEveryValueAndItsPlace(t *testing.T) {
	t.Parallel()
	src := "{\n  \"Name\": \"\\u00e5 b\",\n  \"list\": [1.50, true, null, {}],\n  \"name\": 2, \"name\": 3,\n}"
	n, err := jsonc.Parse([]byte(src), jsonc.Lenient)
	if err != nil {
		t.Fatal(err)
	}
	if got := n.Get("Name"); got.Text != "å b" || !got.Is(jsonc.String) || got.Offset != strings.Index(src, `"\u00e5`) {
		t.Errorf("Name is %+v", got)
	}
	var listKinds []jsonc.Kind
	for _, item := range n.Get("list").Items {
		listKinds = append(listKinds, item.Kind)
	}
	if want := []jsonc.Kind{jsonc.Number, jsonc.Bool, jsonc.Null, jsonc.Object}; !reflect.DeepEqual(listKinds, want) {
		t.Errorf("the list holds %v", listKinds)
	}
	if got := n.Get("list").Items[0]; got.Text != "1.50" || string(got.JSON) != "1.50" {
		t.Errorf("the number is %q", got.Text)
	}
	if n.Get("name").Text != "3" || n.GetFold("NAME").Text != "3" || n.GetFold("LIST") == nil || n.Get("x") != nil {
		t.Error("members are found wrongly")
	}
	if (*jsonc.Node)(nil).GetFold("a") != nil || (*jsonc.Node)(nil).Is(jsonc.Null) || n.Is(jsonc.List) {
		t.Error("an absent node is something")
	}
	if jsonc.List.String() != "array" || jsonc.Kind(99).String() == "" {
		t.Error("kinds have no names")
	}
	if _, err := jsonc.Parse([]byte("{"), jsonc.Lenient); err == nil {
		t.Error("a fault is not told")
	}
}

func TestLines_At(t *testing.T) {
	t.Parallel()
	l := jsonc.NewLines([]byte("ab\nc\r\n\nd"))
	for offset, want := range map[int][2]int{0: {1, 1}, 2: {1, 3}, 3: {2, 1}, 5: {2, 3}, 6: {3, 1}, 7: {4, 1}, 8: {4, 2}} {
		line, column := l.At(offset)
		if got := [2]int{line, column}; got != want {
			t.Errorf("offset %d is at %v, want %v", offset, got, want)
		}
	}
}

// FuzzParse holds the reader against encoding/json: the same texts are accepted, and every node's text
// decodes to what it says.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,{"b":null}],"c":"\n\ud83d\ude00"}`, "// x\n[1,]", `-0.5e+3`, "\xef\xbb\xbf\"a\"", `{"a":1,}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		strict, err := jsonc.Standard(src, jsonc.Strict)
		plain := strings.TrimPrefix(string(src), "\xef\xbb\xbf")
		if accepted := err == nil; accepted != json.Valid([]byte(plain)) && utf8.ValidString(plain) && strings.Count(plain, "[")+strings.Count(plain, "{") < jsonc.MaxDepth {
			t.Fatalf("%q: accepted is %v: %v", src, accepted, err)
		}
		if err == nil && strings.TrimSpace(string(strict)) != strings.TrimSpace(plain) {
			t.Fatalf("%q becomes %q", src, strict)
		}
		n, err := jsonc.Parse(src, jsonc.Lenient)
		if err != nil {
			return
		}
		walk(t, n)
	})
}

func walk(t *testing.T, n *jsonc.Node) {
	if !json.Valid(n.JSON) {
		t.Fatalf("a node holds %q", n.JSON)
	}
	for _, item := range n.Items {
		walk(t, item)
	}
	for _, m := range n.Members {
		walk(t, m.Value)
	}
	if n.Kind == jsonc.String {
		var text string
		if json.Unmarshal(n.JSON, &text) != nil || text != n.Text {
			t.Fatalf("%q is read as %q", n.JSON, n.Text)
		}
	}
}
