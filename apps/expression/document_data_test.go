package expression

import (
	"errors"
	"testing"
)

const peopleForm = `{
	"people": [
		{"name": "A", "pets": [{"name": "a0"}, {"name": "a1"}]},
		{"name": "B", "pets": [{"name": "b0"}, {"name": "b1"}]}
	],
	"cars": [{"name": "c0"}, {"name": "c1"}],
	"title": "T", "text": {"a.b": 1}, "nothing": null
}`

func TestDocumentData_FollowsPaths(t *testing.T) {
	t.Parallel()
	inPet := Row{Path: ParsePath("people[1].pets[0]")}
	inPerson := Row{DataType: "main", Path: ParsePath("people[1]")}
	elsewhere := Row{DataType: "other", Path: ParsePath("people[1]")}
	byPosition := Row{Indices: []int{1, 0}}
	data := NewDocumentData("main").Add("main", "", root(t, peopleForm))
	for _, c := range []struct {
		path string
		row  Row
		want string
	}{
		{"title", Row{}, `"T"`},
		{"title", inPet, `"T"`},
		{"title.x", Row{}, `null`},
		{"nothing.x", Row{}, `null`},
		{"missing", Row{}, `null`},
		{"people.name", Row{}, `null`},
		{"people[0].name", Row{}, `"A"`},
		{"people[0].name", inPet, `"A"`},
		{"people[9].name", Row{}, `null`},
		{"people[-1].name", Row{}, `null`},
		{"title[0]", Row{}, `null`},

		// By name.
		{"people.name", inPerson, `"B"`},
		{"people.name", elsewhere, `null`},
		{"people.pets.name", inPet, `"b0"`},
		{"people.pets[1].name", inPet, `"b1"`},
		{"people[0].pets.name", inPet, `null`},
		{"people[0].pets[1].name", inPet, `"a1"`},
		{"people.pets.name", inPerson, `null`},
		{"cars.name", inPerson, `null`},
		{"people", inPerson, `{"name":"B","pets":[{"name":"b0"},{"name":"b1"}]}`},
		{"people.pets", inPerson, `[{"name":"b0"},{"name":"b1"}]`},
		{"cars", inPerson, `[{"name":"c0"},{"name":"c1"}]`},

		// By position.
		{"people.name", byPosition, `"B"`},
		{"people.pets.name", byPosition, `"b0"`},
		{"cars.name", byPosition, `"c1"`},
		{"people[0].pets.name", byPosition, `null`},
		{"people.pets", byPosition, `[{"name":"b0"},{"name":"b1"}]`},
		{"cars", byPosition, `[{"name":"c0"},{"name":"c1"}]`},
	} {
		got, err := data.Lookup("", ParsePath(c.path), c.row)
		if text := string(got.appendJSON(nil)); err != nil || text != c.want {
			t.Errorf("%s in %s %v gave %s, %v, want %s", c.path, c.row.Path, c.row.Indices, text, err, c.want)
		}
	}
	if got, err := data.Lookup("main", Path{}, Row{}); err != nil || got.Kind() != Object {
		t.Errorf("the empty path gave %v, %v", got, err)
	}
}

func TestDocumentData_ChoosesTheElement(t *testing.T) {
	t.Parallel()
	data := NewDocumentData("main").
		Add("main", "m", root(t, `{"a":0}`)).
		Add("sub", "s1", root(t, `{"a":1}`)).
		Add("sub", "s2", root(t, `{"a":2}`))
	a := ParsePath("a")
	if got, err := data.Lookup("sub", a, Row{Element: "s2"}); err != nil || !got.Equal(Int(2)) {
		t.Errorf("gave %v, %v", got, err)
	}
	if got, err := data.Lookup("main", a, Row{Element: "s2"}); err != nil || !got.Equal(Int(0)) {
		t.Errorf("gave %v, %v", got, err)
	}
	if got, err := data.Lookup("sub", a, Row{}); err == nil || errors.Is(err, ErrNotFound) {
		t.Errorf("gave %v, %v", got, err)
	}
	if _, err := data.Lookup("none", a, Row{}); !errors.Is(err, ErrNotFound) {
		t.Errorf("gave %v", err)
	}
}

func TestElements(t *testing.T) {
	t.Parallel()
	wantCases(t, Context{Elements: Elements{"pdf": 3}}, map[string]string{
		`["countDataElements","pdf"]`:  `3`,
		`["countDataElements","none"]`: `0`,
	})
}

func TestPath(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]Segment{
		"":                        nil,
		"a.b":                     {{"a", -1}, {"b", -1}},
		"a[12].b":                 {{"a", 12}, {"b", -1}},
		"a[x]":                    {{"a[x]", -1}},
		"a[-1]":                   {{"a[-1]", -1}},
		"a[1]b":                   {{"a[1]b", -1}},
		"a[]":                     {{"a[]", -1}},
		"a[1][2]":                 {{"a[1]", 2}},
		"a..b":                    {{"a", -1}, {"", -1}, {"b", -1}},
		"a[99999999999999999999]": {{"a[99999999999999999999]", -1}},
	} {
		p := ParsePath(text)
		if p.String() != text || p.IsEmpty() != (text == "") || len(p.Segments()) != len(want) {
			t.Errorf("%q gave %v", text, p.Segments())
			continue
		}
		for i, s := range p.Segments() {
			if s != want[i] {
				t.Errorf("%q gave %v, want %v", text, p.Segments(), want)
			}
		}
	}
}

func TestPath_In(t *testing.T) {
	t.Parallel()
	row := Row{Path: ParsePath("a[2].b[0]")}
	for text, want := range map[string]string{
		"a.b.c": "a[2].b[0].c", "a.x.b": "a[2].x.b", "x.b": "x.b", "a[1].b.c": "a[1].b.c", "a.b[7]": "a[2].b[7]", "a": "a[2]", "": "",
	} {
		if got := ParsePath(text).In(row, true).String(); got != want {
			t.Errorf("%s gave %s, want %s", text, got, want)
		}
		if got := ParsePath(text).In(row, false).String(); got != text {
			t.Errorf("%s in another type gave %s", text, got)
		}
		if got := ParsePath(text).In(Row{}, true).String(); got != text {
			t.Errorf("%s outside every row gave %s", text, got)
		}
	}
}
