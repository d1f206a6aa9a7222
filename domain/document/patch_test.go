package document

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// rfc6902 holds the examples of RFC 6902 appendix A, and cases that its text decides. Without want, kind tells the failure.
var rfc6902 = []struct {
	name, doc, patch, want string
	kind                   PatchErrorKind
}{
	{"A.1 add a member", `{"foo":"bar"}`, `[{"op":"add","path":"/baz","value":"qux"}]`, `{"foo":"bar","baz":"qux"}`, 0},
	{"A.2 add an item", `{"foo":["bar","baz"]}`, `[{"op":"add","path":"/foo/1","value":"qux"}]`, `{"foo":["bar","qux","baz"]}`, 0},
	{"A.3 remove a member", `{"baz":"qux","foo":"bar"}`, `[{"op":"remove","path":"/baz"}]`, `{"foo":"bar"}`, 0},
	{"A.4 remove an item", `{"foo":["bar","qux","baz"]}`, `[{"op":"remove","path":"/foo/1"}]`, `{"foo":["bar","baz"]}`, 0},
	{"A.5 replace", `{"baz":"qux","foo":"bar"}`, `[{"op":"replace","path":"/baz","value":"boo"}]`, `{"baz":"boo","foo":"bar"}`, 0},
	{"A.6 move a member", `{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}`,
		`[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]`, `{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}`, 0},
	{"A.7 move an item", `{"foo":["all","grass","cows","eat"]}`, `[{"op":"move","from":"/foo/1","path":"/foo/3"}]`,
		`{"foo":["all","cows","eat","grass"]}`, 0},
	{"A.8 test, success", `{"baz":"qux","foo":["a",2,"c"]}`,
		`[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}]`, `{"baz":"qux","foo":["a",2,"c"]}`, 0},
	{"A.9 test, error", `{"baz":"qux"}`, `[{"op":"test","path":"/baz","value":"bar"}]`, ``, TestFailed},
	{"A.10 add a nested object", `{"foo":"bar"}`, `[{"op":"add","path":"/child","value":{"grandchild":{}}}]`,
		`{"foo":"bar","child":{"grandchild":{}}}`, 0},
	{"A.11 ignore what is unknown", `{"foo":"bar"}`, `[{"op":"add","path":"/baz","value":"qux","xyz":123}]`, `{"foo":"bar","baz":"qux"}`, 0},
	{"A.12 add below nothing", `{"foo":"bar"}`, `[{"op":"add","path":"/baz/bat","value":"qux"}]`, ``, NotFound},
	{"A.13 repeated op", `{}`, `[{"op":"add","path":"/baz","value":"qux","op":"remove"}]`, ``, Malformed},
	{"A.14 ~ escapes", `{"/":9,"~1":10}`, `[{"op":"test","path":"/~01","value":10}]`, `{"/":9,"~1":10}`, 0},
	{"A.15 string is no number", `{"/":9,"~1":10}`, `[{"op":"test","path":"/~01","value":"10"}]`, ``, TestFailed},
	{"A.16 add to the end", `{"foo":["bar"]}`, `[{"op":"add","path":"/foo/-","value":["abc","def"]}]`, `{"foo":["bar",["abc","def"]]}`, 0},

	{"add takes the place of a member", `{"a":1,"b":2}`, `[{"op":"add","path":"/a","value":3}]`, `{"a":3,"b":2}`, 0},
	{"add replaces the whole", `{"a":1}`, `[{"op":"add","path":"","value":[1]}]`, `[1]`, 0},
	{"replace the whole", `{"a":1}`, `[{"op":"replace","path":"","value":null}]`, `null`, 0},
	{"a null value is a value", `{"a":1}`, `[{"op":"replace","path":"/a","value":null},{"op":"test","path":"/a","value":null}]`, `{"a":null}`, 0},
	{"test compares by value", `{"a":{"x":1.0,"y":[]}}`, `[{"op":"test","path":"/a","value":{"y":[],"x":1}}]`, `{"a":{"x":1.0,"y":[]}}`, 0},
	{"move to the root", `{"a":{"b":1}}`, `[{"op":"move","from":"/a","path":""}]`, `{"b":1}`, 0},
	{"move to itself", `{"a":1,"b":2}`, `[{"op":"move","from":"/a","path":"/a"}]`, `{"a":1,"b":2}`, 0},
	{"copy is no alias", `{"a":{"x":[]},"l":[]}`,
		`[{"op":"copy","from":"/a","path":"/b"},{"op":"add","path":"/b/x/-","value":1},{"op":"add","path":"/a/y","value":2}]`,
		`{"a":{"x":[],"y":2},"l":[],"b":{"x":[1]}}`, 0},
	{"copy the whole into itself", `{"a":1}`, `[{"op":"copy","from":"","path":"/b"}]`, `{"a":1,"b":{"a":1}}`, 0},
	{"move to the end counts after the removal", `[1,2,3]`, `[{"op":"move","from":"/0","path":"/-"}]`, `[2,3,1]`, 0},
	{"the key of an object may be -", `{"-":1}`, `[{"op":"remove","path":"/-"}]`, `{}`, 0},
	{"values can be changed after they were added", `{}`,
		`[{"op":"add","path":"/a","value":{"b":[]}},{"op":"add","path":"/a/b/-","value":1}]`, `{"a":{"b":[1]}}`, 0},

	{"remove nothing", `{"a":1}`, `[{"op":"remove","path":"/b"}]`, ``, NotFound},
	{"remove no row", `[1]`, `[{"op":"remove","path":"/1"}]`, ``, NotFound},
	{"remove the row after the last", `[1]`, `[{"op":"remove","path":"/-"}]`, ``, NotFound},
	{"replace nothing", `{"a":1}`, `[{"op":"replace","path":"/b","value":1}]`, ``, NotFound},
	{"replace inside a scalar", `{"a":1}`, `[{"op":"replace","path":"/a/b","value":1}]`, ``, NotFound},
	{"test nothing", `{}`, `[{"op":"test","path":"/a","value":null}]`, ``, NotFound},
	{"move nothing", `{}`, `[{"op":"move","from":"/a","path":"/b"}]`, ``, NotFound},
	{"copy nothing", `{}`, `[{"op":"copy","from":"/a","path":"/b"}]`, ``, NotFound},
	{"move below nothing", `{"a":1}`, `[{"op":"move","from":"/a","path":"/b/c"}]`, ``, NotFound},
	{"remove the whole", `{}`, `[{"op":"remove","path":""}]`, ``, NotApplicable},
	{"move into its own child", `{"a":{"b":{}}}`, `[{"op":"move","from":"/a","path":"/a/b/c"}]`, ``, NotApplicable},
	{"move the whole", `{"a":{}}`, `[{"op":"move","from":"","path":"/a"}]`, ``, NotApplicable},
	{"add beyond the end", `[1]`, `[{"op":"add","path":"/2","value":1}]`, ``, NotApplicable},
	{"add at a leading zero", `[1]`, `[{"op":"add","path":"/00","value":1}]`, ``, NotApplicable},
	{"add at a name in a list", `[1]`, `[{"op":"add","path":"/a","value":1}]`, ``, NotApplicable},
	{"go through a name in a list", `[[]]`, `[{"op":"add","path":"/a/0","value":1}]`, ``, NotApplicable},
	{"add inside a string", `{"a":"x"}`, `[{"op":"add","path":"/a/0","value":1}]`, ``, NotApplicable},
}

func TestPatch_RFC6902(t *testing.T) {
	t.Parallel()
	for _, c := range rfc6902 {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root := parse(t, c.doc)
			patch, err := ParsePatch([]byte(c.patch))
			var got, inPlace *Node
			if err == nil {
				got, err = patch.Apply(root)
				inPlace, _ = patch.ApplyInPlace(root.Clone())
			}
			if text(root) != c.doc {
				t.Errorf("the root became %s", text(root))
			}
			if c.kind != 0 {
				checkKind(t, err, c.kind)
				return
			}
			if err != nil || text(got) != c.want || text(inPlace) != c.want {
				t.Errorf("got %s and in place %s, %v; want %s", text(got), text(inPlace), err, c.want)
			}
		})
	}
}

func checkKind(t *testing.T, err error, want PatchErrorKind) {
	t.Helper()
	var fault *PatchError
	if !errors.As(err, &fault) || fault.Kind != want {
		t.Errorf("got %v, want %v", err, want)
	}
}

func TestParsePatch_Refuses(t *testing.T) {
	t.Parallel()
	for src, index := range map[string]int{
		``: -1, `{}`: -1, `[] []`: -1, `[{}`: 0, "\uFEFF[]": -1, `null`: -1,
		`[1]`: 0, `[{}]`: 0, `[{"path":""}]`: 0, `[{"op":"add","value":1}]`: 0, `[{"op":"add","path":""}]`: 0,
		`[{"op":"merge","path":"","value":1}]`: 0, `[{"op":1,"path":"","value":1}]`: 0, `[{"op":"remove","path":1}]`: 0,
		`[{"op":"remove","path":null}]`: 0, `[{"op":"remove","path":"a"}]`: 0, `[{"op":"remove","path":"/~"}]`: 0,
		`[{"op":"remove","path":"/a"},{"op":"move","path":"/b"}]`:            1,
		`[{"op":"remove","path":"/a"},{"op":"copy","path":"/b","from":1}]`:   1,
		`[{"op":"remove","path":"/a"},{"op":"copy","path":"/b","from":"b"}]`: 1,
		`[{"op":"remove","path":"/a","path":"/b"}]`:                          0,
		`[{"op":"remove","path":"/a","x":1,"x":2}]`:                          0,
		`[{"op":"remove","path":"/a"},]`:                                     1,
		`[{"op":"remove","path":"/a"} {"op":"remove","path":"/a"}]`:          0,
		`[{"op":"remove","path":"/a",}]`:                                     0,
		`[{"op":"remove" "path":"/a"}]`:                                      0,
		`[{"op":"add","path":"/a","value":01}]`:                              0,
		`[{"op":"add","path":"/a","value":` + strings.Repeat("[", 65):        0,
	} {
		_, err := ParsePatch([]byte(src))
		var fault *PatchError
		if !errors.As(err, &fault) || fault.Kind != Malformed || fault.Index != index {
			t.Errorf("%.80s: %v, want a fault in operation %d", src, err, index)
		}
	}
}

func TestParsePatch_TakesTenThousandOperations(t *testing.T) {
	t.Parallel()
	one := `{"op":"add","path":"/rader/-","value":{"altinnRowId":"x","felt":[1,2]}},`
	src := "[" + strings.Repeat(one, MaxOperations)
	patch := parsePatch(t, src[:len(src)-1]+"]")
	got, err := patch.Apply(parse(t, `{"rader":[]}`))
	if err != nil || len(patch) != MaxOperations {
		t.Fatal(err)
	}
	if rows, _ := got.Get("rader"); rows.Len() != MaxOperations || text(rows.Index(9999)) != `{"altinnRowId":"x","felt":[1,2]}` {
		t.Errorf("%d rows", rows.Len())
	}
	_, err = ParsePatch([]byte(src + one[:len(one)-1] + "]"))
	checkKind(t, err, Malformed)
}

func TestParsePatch_ReadsPointersOfAnyLength(t *testing.T) {
	t.Parallel()
	var want Patch
	for i := range 300 {
		p := Pointer{}
		for j := range i % 70 {
			p = append(p, fmt.Sprintf("k%d/~%d", i, j))
		}
		want = append(want, Operation{Op: OpRemove, Path: p}, Operation{Op: OpMove, From: p, Path: Pointer{"x"}})
	}
	written := want.AppendJSON(nil)
	if got := parsePatch(t, string(written)).AppendJSON(nil); string(got) != string(written) {
		t.Errorf("got %s", got)
	}
}

func TestPatchError_NamesThePlaceAndNoValue(t *testing.T) {
	t.Parallel()
	patch := parsePatch(t, `[{"op":"add","path":"/b","value":1},{"op":"test","path":"/person/navn","value":"hemmelig ny"}]`)
	_, err := patch.Apply(parse(t, `{"person":{"navn":"hemmelig gammel"}}`))
	var fault *PatchError
	if !errors.As(err, &fault) || fault.Index != 1 || fault.Path != "/person/navn" || fault.Op != OpTest {
		t.Fatalf("got %#v", err)
	}
	if strings.Contains(err.Error(), "hemmelig") {
		t.Errorf("a value in the error: %v", err)
	}
	_, err = ParsePatch([]byte(`[{"op":"test","path":"/navn","value":"hemmelig}]`))
	var cause *SyntaxError
	if !errors.As(err, &cause) || strings.Contains(err.Error(), "hemmelig") {
		t.Errorf("got %v", err)
	}
	for kind, want := range map[PatchErrorKind]string{0: "patch error", Malformed: "malformed", TestFailed: "test failed",
		NotFound: "not found", NotApplicable: "not applicable", 9: "patch error"} {
		if kind.String() != want {
			t.Errorf("got %s, want %s", kind, want)
		}
	}
}

func TestApply_KeepsToTheDepth(t *testing.T) {
	t.Parallel()
	nested := func(levels int) *Node {
		n := NewArray()
		for range levels - 1 {
			n = NewArray(n)
		}
		return n
	}
	down := make(Pointer, MaxDepth)
	for i := range down {
		down[i] = "0"
	}
	full := nested(MaxDepth)
	for _, c := range []struct {
		o    Operation
		root *Node
		want PatchErrorKind
	}{
		{Operation{Op: OpAdd, Path: down, Value: Int(1)}, full, 0},
		{Operation{Op: OpAdd, Path: down, Value: NewArray()}, full, NotApplicable},
		{Operation{Op: OpReplace, Path: down[1:], Value: NewArray()}, full, 0},
		{Operation{Op: OpReplace, Path: down[1:], Value: nested(2)}, full, NotApplicable},
		{Operation{Op: OpAdd, Path: append(Pointer{"0"}, down...), Value: Int(1)}, full, NotApplicable},
		{Operation{Op: OpRemove, Path: append(Pointer{"0"}, down...)}, full, NotApplicable},
		{Operation{Op: OpCopy, From: Pointer{}, Path: Pointer{"0"}}, full, NotApplicable},
		{Operation{Op: OpMove, From: Pointer{"0"}, Path: Pointer{"0", "0"}}, NewArray(nested(MaxDepth-1), NewArray()), NotApplicable},
		{Operation{Op: "merge"}, full, Malformed},
	} {
		_, err := Patch{c.o}.Apply(c.root)
		if c.want == 0 && err != nil {
			t.Errorf("%s: %v", c.o.Op, err)
		}
		if c.want != 0 {
			checkKind(t, err, c.want)
		}
	}
}

func TestApply_StopsAHostilePatch(t *testing.T) {
	t.Parallel()
	doubling := Patch{}
	for range 60 {
		doubling = append(doubling, Operation{Op: OpCopy, From: Pointer{"a"}, Path: Pointer{"b", "-"}},
			Operation{Op: OpCopy, From: Pointer{"b"}, Path: Pointer{"a"}})
	}
	_, err := doubling.Apply(parse(t, `{"a":["x"],"b":[]}`))
	checkKind(t, err, NotApplicable)

	rows := newContainer(KindArray)
	rows.box.items = make([]*Node, 1<<16)
	for i := range rows.box.items {
		rows.box.items[i] = digits[0]
	}
	shifting := Patch{}
	for range MaxOperations {
		shifting = append(shifting, Operation{Op: OpRemove, Path: Pointer{"0"}})
	}
	_, err = shifting.Apply(rows)
	checkKind(t, err, NotApplicable)
	if rows.Len() != 1<<16 {
		t.Error("the root changed")
	}
}

func TestApply_SharesWhatDidNotChange(t *testing.T) {
	t.Parallel()
	root := parse(t, `{"a":{"x":1},"b":{"y":[1,2]}}`)
	got, err := parsePatch(t, `[{"op":"replace","path":"/a/x","value":2}]`).Apply(root)
	if err != nil {
		t.Fatal(err)
	}
	before, _ := root.Get("b")
	after, _ := got.Get("b")
	if before != after {
		t.Error("b was copied")
	}
	if got, err := (Patch{}).Apply(root); err != nil || got != root {
		t.Error("an empty patch copied the root")
	}
}

func TestPatch_GoesThroughEncodingJSON(t *testing.T) {
	t.Parallel()
	var body struct{ Patch Patch }
	src := `{"Patch":[{"op":"move","from":"/a","path":"/b"},{"op":"test","path":"","value":{"x":1.0}}]}`
	if err := json.Unmarshal([]byte(src), &body); err != nil {
		t.Fatal(err)
	}
	if got, err := json.Marshal(body); err != nil || string(got) != src {
		t.Errorf("got %s, %v", got, err)
	}
	if err := json.Unmarshal([]byte(`{"Patch":[{}]}`), &body); err == nil {
		t.Error("an empty operation was taken")
	}
}
