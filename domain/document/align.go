package document

import "sort"

// RowID is the member by which Altinn tells the rows of a list apart. [Diff] and [Changes] pair the rows of two lists by it when
// every row of both has one that is its own. Otherwise they leave aside the rows that are equal at the front and at the back,
// and pair what is in between by place.
const RowID = "altinnRowId"

// unsetRowID is what .NET writes for a row that has no identity yet.
const unsetRowID = "00000000-0000-0000-0000-000000000000"

// An alignment says which rows of two lists belong together.
type alignment struct {
	origin []int  // for each row of the old list its place in the new one, or -1
	source []int  // for each row of the new list its place in the old one, or -1
	stays  []bool // for each row of the new list: it keeps its order among the others that stay
	pairs  []pair // the rows that belong together and may differ, in the new order
}

type pair struct{ from, to int }

func align(from, to []*Node) alignment {
	a := alignment{origin: filled(len(from)), source: filled(len(to)), stays: make([]bool, len(to))}
	front := equalAtFront(from, to)
	back := equalAtBack(from[front:], to[front:])
	for i := range front {
		a.join(i, i)
	}
	a.middle(from, to, front, back)
	for i := range back {
		a.join(len(from)-back+i, len(to)-back+i)
	}
	a.keepLongest()
	return a
}

func filled(n int) []int {
	places := make([]int, n)
	for i := range places {
		places[i] = -1
	}
	return places
}

func equalAtFront(from, to []*Node) (n int) {
	for n < len(from) && n < len(to) && Equal(from[n], to[n]) {
		n++
	}
	return n
}

func equalAtBack(from, to []*Node) (n int) {
	for n < len(from) && n < len(to) && Equal(from[len(from)-1-n], to[len(to)-1-n]) {
		n++
	}
	return n
}

func (a *alignment) join(from, to int) { a.origin[from], a.source[to] = to, from }

// middle pairs what is left between the equal rows: by identity when the whole lists allow it, else by place.
func (a *alignment) middle(from, to []*Node, front, back int) {
	old, fresh := rowIDs(from), rowIDs(to)
	for i := front; i < len(to)-back; i++ {
		j := i
		if old != nil && fresh != nil {
			at, ok := old[rowID(to[i])]
			if !ok {
				continue
			}
			j = at
		}
		if j < len(from)-back {
			a.join(j, i)
			a.pairs = append(a.pairs, pair{j, i})
		}
	}
}

// rowIDs gives the place of each row by its identity, or nil when a row has none or two have the same.
func rowIDs(rows []*Node) map[string]int {
	ids := make(map[string]int, len(rows))
	for i, row := range rows {
		id := rowID(row)
		if _, taken := ids[id]; taken || id == "" {
			return nil
		}
		ids[id] = i
	}
	return ids
}

func rowID(row *Node) string {
	id, _ := row.Get(RowID)
	if id.Kind() != KindString || id.Text() == unsetRowID {
		return ""
	}
	return id.Text()
}

// keepLongest marks the longest row of rows that keep their order, so that as few as possible have to move. It is patience
// sorting: ends[k] is the row with the smallest source that ends an ordered run of k+1 rows.
func (a *alignment) keepLongest() {
	var ends []int
	before := make([]int, len(a.source))
	for i, source := range a.source {
		if source < 0 {
			continue
		}
		k := sort.Search(len(ends), func(k int) bool { return a.source[ends[k]] >= source })
		before[i] = -1
		if k > 0 {
			before[i] = ends[k-1]
		}
		if k == len(ends) {
			ends = append(ends, i)
		} else {
			ends[k] = i
		}
	}
	if len(ends) == 0 {
		return
	}
	for i := ends[len(ends)-1]; i >= 0; i = before[i] {
		a.stays[i] = true
	}
}
