package document

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// TestPointer_RFC6901 holds the examples of RFC 6901 section 5.
func TestPointer_RFC6901(t *testing.T) {
	t.Parallel()
	doc := parse(t, `{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}`)
	for pointer, want := range map[string]string{
		"": text(doc), "/foo": `["bar","baz"]`, "/foo/0": `"bar"`, "/": "0", "/a~1b": "1", "/c%d": "2", "/e^f": "3",
		"/g|h": "4", "/i\\j": "5", "/k\"l": "6", "/ ": "7", "/m~0n": "8",
	} {
		p, err := ParsePointer(pointer)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := doc.At(p); !ok || text(got) != want {
			t.Errorf("%s: got %s, want %s", pointer, text(got), want)
		}
		if p.String() != pointer {
			t.Errorf("%s became %s", pointer, p)
		}
	}
	for _, pointer := range []string{"/bar", "/foo/2", "/foo/-", "/foo/00", "/foo/01", "/foo/-1", "/foo/ 0", "/foo/0/x", "//x", "/foo/9999999999"} {
		p, err := ParsePointer(pointer)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := doc.At(p); ok {
			t.Errorf("%s gave %s", pointer, text(got))
		}
	}
}

func TestParsePointer_Refuses(t *testing.T) {
	t.Parallel()
	for pointer, offset := range map[string]int{"a": 0, "a/b": 0, "/a~": 2, "/a~2b": 2, "/a/b~~0": 4, "#/a": 0} {
		_, err := ParsePointer(pointer)
		var fault *PathError
		if !errors.As(err, &fault) || fault.Offset != offset {
			t.Errorf("%s: %v, want offset %d", pointer, err, offset)
		}
	}
}

func TestParsePath_ReadsAltinnsPaths(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]Path{
		"":               nil,
		"a":              {Field("a")},
		"a.b[0].c":       {Field("a"), Field("b"), Row(0), Field("c")},
		"[2].x":          {Row(2), Field("x")},
		"a[1][10]":       {Field("a"), Row(1), Row(10)},
		`["x.y"].z`:      {Field("x.y"), Field("z")},
		`a["\"]"][0]`:    {Field("a"), Field(`"]`), Row(0)},
		`[""]`:           {Field("")},
		"navn på ting.æ": {Field("navn på ting"), Field("æ")},
	} {
		got, err := ParsePath(path)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %v", path, got, err)
		}
		if got.String() != path {
			t.Errorf("%s became %s", path, got)
		}
	}
}

func TestParsePath_Refuses(t *testing.T) {
	t.Parallel()
	for path, offset := range map[string]int{
		".": 0, ".a": 0, "a.": 2, "a..b": 2, "a[": 1, "a[]": 1, "a[x]": 1, "a[-1]": 1, "a[01]": 1, "a[0": 1, "a[0]b": 4, "a]": 1,
		`a["x`: 1, `a["x"`: 1, `a["\q"]`: 1, "a.[0]": 2, "a[9999999999]": 1, "a\xff": 1, strings.Repeat("a.", MaxDepth) + "a": 127,
	} {
		_, err := ParsePath(path)
		var fault *PathError
		if !errors.As(err, &fault) || fault.Offset != offset {
			t.Errorf("%s: %v, want offset %d", path, err, offset)
		}
	}
}

func TestWith_MakesWhatIsMissing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ doc, path, want string }{
		{`{}`, "a.b[0].c", `{"a":{"b":[{"c":1}]}}`},
		{`null`, "a", `{"a":1}`},
		{`{"a":null}`, "a.b", `{"a":{"b":1}}`},
		{`{"a":[5]}`, "a[0]", `{"a":[1]}`},
		{`{"a":[5]}`, "a[1]", `{"a":[5,1]}`},
		{`{"a":5,"b":6}`, "a", `{"a":1,"b":6}`},
		{`{"a":5}`, "", `1`},
	} {
		path, err := ParsePath(c.path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := parse(t, c.doc).With(path, Int(1))
		if err != nil || text(got) != c.want {
			t.Errorf("%s with %s: %s, %v", c.doc, c.path, text(got), err)
		}
	}
}

func TestWith_Refuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ doc, path, at string }{
		{`{"a":[5]}`, "a[2]", "a[2]"},
		{`{"a":[5]}`, "a.b", "a.b"},
		{`{"a":5}`, "a.b.c", "a.b"},
		{`{"a":{}}`, "a[0]", "a[0]"},
		{`[]`, "a", "a"},
	} {
		path, err := ParsePath(c.path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = parse(t, c.doc).With(path, Int(1))
		var fault *PathError
		if !errors.As(err, &fault) || fault.Path != c.at {
			t.Errorf("%s with %s: %v", c.doc, c.path, err)
		}
	}
	deep := make(Path, MaxDepth)
	for i := range deep {
		deep[i] = Field(fmt.Sprint(i))
	}
	if _, err := NewObject().With(deep, Int(1)); err != nil {
		t.Error(err)
	}
	if _, err := NewObject().With(deep, NewArray()); err == nil {
		t.Error("a list at the deepest place was taken")
	}
	if _, err := NewArray().With(Path{{Index: -1, IsRow: true}}, nil); err == nil {
		t.Error("row -1 was taken")
	}
}
