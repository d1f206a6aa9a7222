package datamodel_test

import (
	"strconv"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/hovedbok/hovedbok/apps/datamodel"
	"github.com/hovedbok/hovedbok/domain/document"
)

// counter gives ids that end with 1, 2, …
func counter() func() uuid.UUID {
	n := 0
	return func() uuid.UUID {
		n++
		return uuid.MustParse("10000000-0000-0000-0000-00000000000" + strconv.Itoa(n))
	}
}

func TestRowIDs(t *testing.T) {
	t.Parallel()
	const first, second = `"altinnRowId":"10000000-0000-0000-0000-000000000001"`, `"altinnRowId":"10000000-0000-0000-0000-000000000002"`
	for _, c := range []struct {
		name, doc, want string
		changed         bool
	}{
		{"no rows", `{"a":{"b":1},"c":["x",null,1]}`, `{"a":{"b":1},"c":["x",null,1]}`, false},
		{"a row", `{"a":[{"b":1}]}`, `{"a":[{` + first + `,"b":1}]}`, true},
		{"a row that has one", `{"a":[{"b":1,"altinnRowId":"r1"}]}`, `{"a":[{"b":1,"altinnRowId":"r1"}]}`, false},
		{"ids that are none", `{"a":[{"altinnRowId":null},{"altinnRowId":"00000000-0000-0000-0000-000000000000"}]}`, `{"a":[{` + first + `},{` + second + `}]}`, true},
		{"rows in rows", `{"a":[{"altinnRowId":"r1","b":[{}]}]}`, `{"a":[{"altinnRowId":"r1","b":[{` + first + `}]}]}`, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			doc := parse(t, c.doc)
			got, changed := datamodel.RowIDs(doc, counter())
			if toJSON(got) != c.want || changed != c.changed || toJSON(doc) != c.doc {
				t.Errorf("got %s, %v; the document is now %s", toJSON(got), changed, toJSON(doc))
			}
		})
	}
}

func TestStripRowIDs_UndoesRowIDs(t *testing.T) {
	t.Parallel()
	app := example(t, "politiet", "vandelsvurdering")
	m := model(t, app, "uttalelse")
	rapid.Check(t, func(t *rapid.T) {
		bare := datamodel.StripRowIDs(drawDocument(t, app.Models["uttalelse"]))
		before := toJSON(bare)
		whole, changed := m.RowIDs(bare, uuid.New)
		if toJSON(datamodel.StripRowIDs(whole)) != before || toJSON(bare) != before {
			t.Fatalf("%s became %s", before, toJSON(whole))
		}
		if _, again := m.RowIDs(whole, uuid.New); again || changed == document.Equal(bare, whole) {
			t.Fatalf("changed %v, and again %v: %s", changed, again, toJSON(whole))
		}
	})
}
