package document

import "slices"

// Diff gives a patch that makes to out of from: applied to from, it yields a document that is [Equal] to to. Members come in
// their order, removals and changes as from has them, additions as to has them. Lists are aligned as [RowID] says. Where that
// would take more than [MaxOperations] operations, the patch replaces the whole document.
func Diff(from, to *Node) Patch {
	d := differ{}
	d.node(from, to)
	if len(d.patch) > MaxOperations {
		return Patch{{Op: OpReplace, Path: Pointer{}, Value: orNull(to)}}
	}
	return d.patch
}

// A differ collects operations; at is the place that it looks at.
type differ struct {
	patch Patch
	at    Pointer
}

// full says that the patch is too long to be used, so that there is no point in going on.
func (d *differ) full() bool { return len(d.patch) > MaxOperations }

// emit records an operation at the place token below the current one.
func (d *differ) emit(op, token string, v *Node) {
	d.patch = append(d.patch, Operation{Op: op, Path: d.below(token), Value: v})
}

func (d *differ) below(token string) Pointer {
	p := make(Pointer, 0, len(d.at)+1)
	return append(append(p, d.at...), token)
}

// inside compares two values that stand at token below the current place.
func (d *differ) inside(token string, from, to *Node) {
	d.at = append(d.at, token)
	d.node(from, to)
	d.at = d.at[:len(d.at)-1]
}

func (d *differ) node(from, to *Node) {
	switch {
	case d.full() || from == to:
	case from.Kind() == KindObject && to.Kind() == KindObject:
		d.object(from, to)
	case from.Kind() == KindArray && to.Kind() == KindArray:
		d.list(from.items(), to.items())
	case !Equal(from, to):
		path := append(Pointer{}, d.at...)
		d.patch = append(d.patch, Operation{Op: OpReplace, Path: path, Value: orNull(to)})
	}
}

func (d *differ) object(from, to *Node) {
	for key, old := range from.All() {
		if fresh, ok := to.Get(key); ok {
			d.inside(key, old, fresh)
		} else {
			d.emit(OpRemove, key, nil)
		}
	}
	for key, fresh := range to.All() {
		if _, ok := from.Get(key); !ok {
			d.emit(OpAdd, key, fresh)
		}
	}
}

// list compares two lists. Rows that go are removed from the back, so that no index shifts under the next operation. Then rows
// come and move from the front. Then the rows of the new list stand where they belong, and are compared.
func (d *differ) list(from, to []*Node) {
	a := align(from, to)
	order := d.removeRows(from, a)
	d.placeRows(order, to, a)
	for _, pair := range a.pairs {
		d.inside(rowToken(pair.to), from[pair.from], to[pair.to])
	}
}

// removeRows gives the rows of from that are left.
func (d *differ) removeRows(from []*Node, a alignment) (order []int) {
	for i := len(from) - 1; i >= 0; i-- {
		if a.origin[i] < 0 {
			d.emit(OpRemove, rowToken(i), nil)
		}
	}
	for i := range from {
		if a.origin[i] >= 0 {
			order = append(order, i)
		}
	}
	return order
}

// placeRows adds and moves rows, each right after the row that comes before it in the new list. Order holds the rows as the
// operations so far leave them: a row of from by its number, a new row i as ^i.
func (d *differ) placeRows(order []int, to []*Node, a alignment) {
	next := 0 // the place after the row before
	for i := range to {
		old := a.source[i]
		row := old
		if old < 0 {
			row = ^i
		}
		if old >= 0 && a.stays[i] {
			next = after(order, row, next)
			continue
		}
		if d.full() {
			return
		}
		order, next = d.placeRow(order, row, next, to[i])
	}
}

// after gives the place after row, which stands at next or further on.
func after(order []int, row, next int) int {
	for order[next] != row {
		next++
	}
	return next + 1
}

// placeRow puts row at next: by a move where the list has it, else by adding v.
func (d *differ) placeRow(order []int, row, next int, v *Node) ([]int, int) {
	if row < 0 {
		d.emit(OpAdd, rowToken(next), v)
		return slices.Insert(order, next, row), next + 1
	}
	at := slices.Index(order, row)
	if at < next {
		next--
	}
	from := d.below(rowToken(at))
	d.patch = append(d.patch, Operation{Op: OpMove, From: from, Path: d.below(rowToken(next))})
	order = slices.Delete(order, at, at+1)
	return slices.Insert(order, next, row), next + 1
}
