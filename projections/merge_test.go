package projections

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/hovedbok/hovedbok/projections/store"
)

var mergeTable = store.Table{
	Name:    "t",
	Columns: []store.Column{{Name: "a", Type: store.Text}, {Name: "n", Type: store.Integer}, {Name: "x", Type: store.Text}, {Name: "y", Type: store.Integer, Default: -1}},
	Key:     []string{"a", "n"},
}

// naive is a table as a map from key to the columns x and y.
type naive map[[2]any][2]any

func (m naive) apply(c Change) {
	if c.Delete {
		maps.DeleteFunc(m, func(k [2]any, _ [2]any) bool { return slices.Equal(k[:len(c.Key)], c.Key) })
		return
	}
	key := [2]any(c.Key)
	row, ok := m[key]
	if !ok {
		row = [2]any{"", int64(-1)}
	}
	for _, v := range c.Set {
		row[map[string]int{"x": 0, "y": 1}[v.Name]] = v.Value
	}
	m[key] = row
}

// write does what a store does with a drained batch.
func (m naive) write(t *rapid.T, b *batch) {
	deletes, upserts := b.drain()
	for _, d := range deletes {
		for _, k := range d.Keys {
			m.apply(Change{Key: k, Delete: true})
		}
	}
	written := map[[2]any]bool{}
	for _, u := range upserts {
		for _, row := range u.Rows {
			key := [2]any(row[:2])
			if written[key] {
				t.Fatalf("row %v is written twice", key)
			}
			written[key] = true
			c := Change{Key: row[:2]}
			for i, column := range u.Set {
				c.Set = append(c.Set, store.Value{Name: mergeTable.Columns[column].Name, Value: row[2+i]})
			}
			m.apply(c)
		}
	}
}

func anyChange(t *rapid.T) Change {
	c := Change{Table: "t", Key: []any{rapid.SampledFrom([]string{"p", "q"}).Draw(t, "a"), rapid.Int64Range(0, 2).Draw(t, "n")}}
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		c.Delete, c.Key = true, c.Key[:1]
	case 1:
		c.Delete = true
	case 2, 3:
		c.Set = append(c.Set, store.Value{Name: "x", Value: rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "x")})
	default:
		c.Set = append(c.Set, store.Value{Name: "y", Value: rapid.Int64Range(-1, 3).Draw(t, "y")})
	}
	return c
}

func TestBatch_WritesWhatTheChangesOneByOneWouldHaveWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		oneByOne, merged := naive{}, naive{}
		b := newBatch([]store.Table{mergeTable})
		for range rapid.IntRange(0, 40).Draw(t, "changes") {
			c := anyChange(t)
			oneByOne.apply(c)
			if err := b.check(&c); err != nil {
				t.Fatal(err)
			}
			b.add(&c)
			if rapid.IntRange(0, 9).Draw(t, "write") == 0 {
				merged.write(t, b)
			}
		}
		merged.write(t, b)
		if !maps.Equal(oneByOne, merged) {
			t.Fatalf("merged %v, one by one %v", merged, oneByOne)
		}
	})
}

func TestBatch_RefusesWhatTheTableCannotHold(t *testing.T) {
	t.Parallel()
	key := []any{"p", int64(1)}
	for name, c := range map[string]Change{
		"no such table":         {Table: "u", Key: key},
		"no key":                {Table: "t", Delete: true},
		"half a key":            {Table: "t", Key: key[:1]},
		"key too long":          {Table: "t", Key: append(slices.Clone(key), "x")},
		"key of another type":   {Table: "t", Key: []any{"p", "1"}},
		"an int is no int64":    {Table: "t", Key: []any{"p", 1}},
		"no such column":        {Table: "t", Key: key, Set: []store.Value{{Name: "z", Value: "1"}}},
		"value of another type": {Table: "t", Key: key, Set: []store.Value{{Name: "x", Value: int64(1)}}},
		"a key's column set":    {Table: "t", Key: key, Set: []store.Value{{Name: "a", Value: "r"}}},
		"a value to delete":     {Table: "t", Key: key, Delete: true, Set: []store.Value{{Name: "x", Value: "1"}}},
		"nil":                   {Table: "t", Key: key, Set: []store.Value{{Name: "x"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := newBatch([]store.Table{mergeTable}).check(&c); err == nil {
				t.Error("want an error")
			}
		})
	}
}

func TestBatch_WritesRowsThatSetTheSameColumnsTogether(t *testing.T) {
	t.Parallel()
	b := newBatch([]store.Table{mergeTable})
	for n := range int64(4) {
		name, value := "x", any("1")
		if n%2 == 1 {
			name, value = "y", n
		}
		b.add(&Change{Table: "t", Key: []any{"p", n}, Set: []store.Value{{Name: name, Value: value}}})
	}
	_, upserts := b.drain()
	if got, want := fmt.Sprint(upserts[0].Set, upserts[0].Rows, upserts[1].Set, upserts[1].Rows), "[2] [[p 0 1] [p 2 1]] [3] [[p 1 1] [p 3 3]]"; got != want || len(upserts) != 2 {
		t.Errorf("upserts %s, want %s", got, want)
	}
}
