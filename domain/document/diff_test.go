package document

import (
	"fmt"
	"strings"
	"testing"
)

func rowsOf(ids string) string {
	var rows []string
	for _, id := range ids {
		rows = append(rows, fmt.Sprintf(`{"altinnRowId":"%c","v":"%c"}`, id, id))
	}
	return `{"r":[` + strings.Join(rows, ",") + `]}`
}

func TestDiff_IsSmall(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ from, to, want string }{
		{`{"a":1,"b":2}`, `{"b":2.0,"a":1}`, `[]`},
		{`{"a":1,"b":2,"c":3}`, `{"c":4,"d":5,"a":1}`,
			`[{"op":"remove","path":"/b"},{"op":"replace","path":"/c","value":4},{"op":"add","path":"/d","value":5}]`},
		{`["a","b","c"]`, `["b","c"]`, `[{"op":"remove","path":"/0"}]`},
		{`["a","b","c"]`, `["a","x","b","c"]`, `[{"op":"add","path":"/1","value":"x"}]`},
		{`["a","b","c"]`, `["a","x","c"]`, `[{"op":"replace","path":"/1","value":"x"}]`},
		{`[1,2,3,4]`, `[1]`, `[{"op":"remove","path":"/3"},{"op":"remove","path":"/2"},{"op":"remove","path":"/1"}]`},
		{`[1]`, `[1,2,3]`, `[{"op":"add","path":"/1","value":2},{"op":"add","path":"/2","value":3}]`},
		{`1`, `{"a":1}`, `[{"op":"replace","path":"","value":{"a":1}}]`},
		{`{"a/b":[],"~":{}}`, `{"a/b":{},"~":{}}`, `[{"op":"replace","path":"/a~1b","value":{}}]`},
		{rowsOf("abcd"), rowsOf("bcda"), `[{"op":"move","from":"/r/0","path":"/r/3"}]`},
		{rowsOf("abcd"), rowsOf("dabc"), `[{"op":"move","from":"/r/3","path":"/r/0"}]`},
		{rowsOf("abc"), rowsOf("ac"), `[{"op":"remove","path":"/r/1"}]`},
		{rowsOf("abc"), strings.Replace(rowsOf("ca"), `"v":"a"`, `"v":1`, 1),
			`[{"op":"remove","path":"/r/1"},{"op":"move","from":"/r/1","path":"/r/0"},{"op":"replace","path":"/r/1/v","value":1}]`},
	} {
		from, to := parse(t, c.from), parse(t, c.to)
		patch := Diff(from, to)
		if got := string(patch.AppendJSON(nil)); got != c.want {
			t.Errorf("%s to %s:\n got %s\nwant %s", c.from, c.to, got, c.want)
		}
		if got, err := patch.Apply(from); err != nil || !Equal(got, to) {
			t.Errorf("%s to %s gives %s, %v", c.from, c.to, text(got), err)
		}
	}
}

func TestDiff_PairsByPlaceWithoutFullIdentities(t *testing.T) {
	t.Parallel()
	zero := `{"altinnRowId":"` + unsetRowID + `","v":1}`
	for _, c := range []struct{ from, to string }{
		{`[{"altinnRowId":"a"},{"v":1}]`, `[{"v":2},{"altinnRowId":"a"}]`},
		{`[{"altinnRowId":"a","v":1},{"altinnRowId":"a","v":2}]`, `[{"altinnRowId":"a","v":2},{"altinnRowId":"a","v":1}]`},
		{`[` + zero + `,{"altinnRowId":"b"}]`, `[{"altinnRowId":"b"},` + zero + `]`},
		{`[{"altinnRowId":1},{"altinnRowId":2}]`, `[{"altinnRowId":2},{"altinnRowId":1}]`},
	} {
		from, to := parse(t, c.from), parse(t, c.to)
		for _, o := range Diff(from, to) {
			if o.Op == OpMove {
				t.Errorf("%s to %s moves", c.from, c.to)
			}
		}
		if got, err := Diff(from, to).Apply(from); err != nil || !Equal(got, to) {
			t.Errorf("%s to %s gives %s, %v", c.from, c.to, text(got), err)
		}
	}
}

func TestDiff_NeverExceedsWhatParsePatchTakes(t *testing.T) {
	t.Parallel()
	from, to := NewArray(), NewArray()
	for i := range MaxOperations + 1 {
		from.Append(NewObject().Set(RowID, String(fmt.Sprint(i))))
		to.Append(NewObject().Set(RowID, String(fmt.Sprint(-i-1))))
	}
	for _, pair := range [][2]*Node{{from, to}, {NewArray(), to}, {from, NewArray()}} {
		patch := Diff(pair[0], pair[1])
		if len(patch) != 1 || patch[0].Op != OpReplace || len(patch[0].Path) != 0 {
			t.Fatalf("%d operations", len(patch))
		}
	}
}

func TestChanges_ListsFields(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ from, to, want string }{
		{`{"a":{"b":1,"c":2}}`, `{"a":{"b":1.0,"c":3}}`, `a.c: 2 -> 3`},
		{`{"a":1}`, `{"b":{"x":[true,{}],"y":[]}}`, `a: 1 -> absent; b.x[0]: absent -> true; b.x[1]: absent -> {}; b.y: absent -> []`},
		{`{"a":{"x":1,"y":2}}`, `{"a":"z"}`, `a.x: 1 -> absent; a.y: 2 -> absent; a: absent -> "z"`},
		{`{"a":null}`, `{"a":{"x":1}}`, `a: null -> absent; a.x: absent -> 1`},
		{`{"a":{}}`, `{"a":[]}`, `a: {} -> []`},
		{`{"a":[1,2,3]}`, `{"a":[2,3]}`, `a[0]: 1 -> absent`},
		{`{"x.y":1}`, `{"x.y":2}`, `["x.y"]: 1 -> 2`},
		{`1`, `2`, `: 1 -> 2`},
		{rowsOf("abc"), rowsOf("bca"), `r[2]: moved from r[0]`},
		{rowsOf("ab"), rowsOf("b"), `r[0].altinnRowId: "a" -> absent; r[0].v: "a" -> absent`},
		{rowsOf("abc"), strings.Replace(rowsOf("cb"), `"v":"b"`, `"v":1`, 1),
			`r[0].altinnRowId: "a" -> absent; r[0].v: "a" -> absent; r[0]: moved from r[2]; r[1].v: "b" -> 1`},
	} {
		var got []string
		for _, change := range Changes(parse(t, c.from), parse(t, c.to)) {
			got = append(got, describe(change))
		}
		if s := strings.Join(got, "; "); s != c.want {
			t.Errorf("%s to %s:\n got %s\nwant %s", c.from, c.to, s, c.want)
		}
	}
	if got := Changes(nil, nil); got != nil {
		t.Errorf("nothing to nothing: %v", got)
	}
}

func describe(c Change) string {
	if c.MovedFrom != "" {
		return c.Path + ": moved from " + c.MovedFrom
	}
	side := func(n *Node) string {
		if n == nil {
			return "absent"
		}
		return text(n)
	}
	return c.Path + ": " + side(c.From) + " -> " + side(c.To)
}
