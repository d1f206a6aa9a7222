package projections

import (
	"fmt"
	"math/bits"

	"github.com/hovedbok/hovedbok/projections/store"
)

// batch collects the changes that a build makes in one transaction, so that each row is written once. It belongs to the goroutine
// that moves the build.
type batch struct {
	tables map[string]*rows // by logical name
	order  []*rows
}

func newBatch(tables []store.Table) *batch {
	b := &batch{tables: map[string]*rows{}}
	for _, t := range tables {
		r := newRows(t)
		b.tables[t.Name] = r
		b.order = append(b.order, r)
	}
	return b
}

// check tells whether add may take a change.
func (b *batch) check(c *Change) error {
	r, ok := b.tables[c.Table]
	if !ok {
		return fmt.Errorf("there is no table %q", c.Table)
	}
	if err := r.checkKey(c); err != nil {
		return err
	}
	return r.checkSet(c)
}

// add takes a change that check has passed.
func (b *batch) add(c *Change) {
	r := b.tables[c.Table]
	if c.Delete {
		r.delete(c.Key)
		return
	}
	x := r.row(c.Key)
	for i := range c.Set {
		column := r.columns[c.Set[i].Name]
		x.values[column] = c.Set[i].Value
		x.set |= 1 << column
	}
}

// drain gives what is to be written and empties the batch.
func (b *batch) drain() (deletes []store.Deletes, upserts []store.Upserts) {
	for _, r := range b.order {
		deletes = append(deletes, r.takeDeletes()...)
		upserts = append(upserts, r.takeUpserts()...)
	}
	return deletes, upserts
}

// rows are the changes of one table.
type rows struct {
	table    store.Table
	key      []int // the key's columns
	columns  map[string]int
	keyMask  uint64
	families map[any]*family // by the first value of the key
	changed  []*row          // in the order of their first change, also those that were deleted after
	deletes  map[int][][]any // by the number of key values
}

// family are the rows that share the first value of their key.
type family struct {
	rows    []*row
	cleared bool // a deletion of the whole family is among the deletes
}

// row is a changed row: set has a bit for each column that has a new value.
type row struct {
	values []any // by column
	set    uint64
	gone   bool
}

func newRows(t store.Table) *rows {
	r := &rows{table: t, key: t.KeyColumns(), columns: map[string]int{}}
	for i, c := range t.Columns {
		r.columns[c.Name] = i
	}
	for _, k := range r.key {
		r.keyMask |= 1 << k
	}
	r.reset()
	return r
}

func (r *rows) reset() {
	r.families, r.deletes, r.changed = map[any]*family{}, map[int][][]any{}, nil
}

func (r *rows) checkKey(c *Change) error {
	if n := len(c.Key); n == 0 || n > len(r.key) || n < len(r.key) && !c.Delete {
		return fmt.Errorf("table %s: %d values for a key of %d columns", c.Table, n, len(r.key))
	}
	for i, v := range c.Key {
		if err := r.checkValue(r.key[i], v); err != nil {
			return err
		}
	}
	return nil
}

func (r *rows) checkSet(c *Change) error {
	for i := range c.Set {
		v := &c.Set[i]
		column, ok := r.columns[v.Name]
		if !ok || c.Delete || r.keyMask&(1<<column) != 0 {
			return fmt.Errorf("table %s has no column %q to set", c.Table, v.Name)
		}
		if err := r.checkValue(column, v.Value); err != nil {
			return err
		}
	}
	return nil
}

func (r *rows) checkValue(column int, v any) error {
	c := &r.table.Columns[column]
	switch v.(type) {
	case string:
		if c.Type == store.Text {
			return nil
		}
	case int64:
		if c.Type == store.Integer {
			return nil
		}
	}
	return fmt.Errorf("table %s: a %T can not be in column %s", r.table.Name, v, c.Name)
}

func (r *rows) family(first any) *family {
	f, ok := r.families[first]
	if !ok {
		f = &family{}
		r.families[first] = f
	}
	return f
}

// matches tells whether a row's key begins with key.
func (r *rows) matches(x *row, key []any) bool {
	for i := len(key) - 1; i > 0; i-- { // the first is the family's
		if x.values[r.key[i]] != key[i] {
			return false
		}
	}
	return true
}

// row finds a changed row or begins one.
func (r *rows) row(key []any) *row {
	f := r.family(key[0])
	for i := len(f.rows) - 1; i >= 0; i-- {
		if r.matches(f.rows[i], key) {
			return f.rows[i]
		}
	}
	x := &row{values: make([]any, len(r.table.Columns))}
	for i, k := range r.key {
		x.values[k] = key[i]
	}
	f.rows = append(f.rows, x)
	r.changed = append(r.changed, x)
	return x
}

// delete drops the changes of the rows and notes their deletion, which comes before all upserts.
func (r *rows) delete(key []any) {
	f := r.family(key[0])
	if f.cleared && len(f.rows) == 0 {
		return
	}
	kept := f.rows[:0]
	for _, x := range f.rows {
		if x.gone = r.matches(x, key); !x.gone {
			kept = append(kept, x)
		}
	}
	f.rows = kept
	if !f.cleared {
		r.deletes[len(key)] = append(r.deletes[len(key)], key)
	}
	f.cleared = f.cleared || len(key) == 1
}

func (r *rows) takeDeletes() []store.Deletes {
	var out []store.Deletes
	for n := 1; n <= len(r.key); n++ {
		if keys := r.deletes[n]; len(keys) > 0 {
			out = append(out, store.Deletes{Table: r.table, Keys: keys})
		}
	}
	return out
}

// takeUpserts groups the rows by the columns that they set, and empties the table's changes.
func (r *rows) takeUpserts() []store.Upserts {
	var out []store.Upserts
	groups := map[uint64]int{}
	for _, x := range r.changed {
		if x.gone {
			continue
		}
		i, ok := groups[x.set]
		if !ok {
			i = len(out)
			groups[x.set] = i
			out = append(out, store.Upserts{Table: r.table, Set: columnsOf(x.set)})
		}
		out[i].Rows = append(out[i].Rows, r.flat(x, out[i].Set))
	}
	r.reset()
	return out
}

func (r *rows) flat(x *row, set []int) []any {
	out := make([]any, 0, len(r.key)+len(set))
	for _, k := range r.key {
		out = append(out, x.values[k])
	}
	for _, c := range set {
		out = append(out, x.values[c])
	}
	return out
}

func columnsOf(mask uint64) []int {
	out := make([]int, 0, bits.OnesCount64(mask))
	for ; mask != 0; mask &= mask - 1 {
		out = append(out, bits.TrailingZeros64(mask))
	}
	return out
}
