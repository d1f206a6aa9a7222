package audit

import (
	"slices"
	"strconv"

	"github.com/hovedbok/hovedbok/domain/document"
)

// blame follows a form from one point to another and remembers which revisions made it what it is. It keeps a tree of the form's shape
// beside the form and plays every change on both, so that a field keeps its past when rows before it come and go.
type blame struct {
	form   *document.Node
	root   *field
	graves map[string][]int64 // by its place at the first point: what removed a field that was there then
	all    []int64            // every revision that changed the form
}

// field is a value of the form and what has happened to it since the first point.
type field struct {
	origin  string  // its place at the first point, if old
	old     bool    // it was there at the first point
	touched []int64 // gave it its value
	moved   []int64 // moved it, a row, among the other rows
	shape   []int64 // let members or rows of it come, go or move
	members map[string]*field
	rows    []*field
	list    bool
}

// follow begins at the first point.
func follow(form *document.Node) *blame {
	return &blame{form: form, root: grow(form, nil, true, nil), graves: map[string][]int64{}}
}

// born begins with a form that comes within the span.
func born(form *document.Node, revision int64) *blame {
	return &blame{form: form, root: grow(form, nil, false, []int64{revision}), graves: map[string][]int64{}, all: []int64{revision}}
}

// grow makes the fields of a value.
func grow(n *document.Node, at document.Path, old bool, touched []int64) *field {
	f := &field{old: old, touched: touched, list: n.Kind() == document.KindArray}
	if old {
		f.origin = at.String()
	}
	if n.Kind() == document.KindObject {
		f.members = make(map[string]*field, n.Len())
	}
	for key, v := range n.All() {
		f.members[key] = grow(v, append(at, document.Field(key)), old, touched)
	}
	for i, v := range n.Items() {
		f.rows = append(f.rows, grow(v, append(at, document.Row(i)), old, touched))
	}
	return f
}

// to takes the form as a revision has left it.
func (b *blame) to(form *document.Node, revision int64) {
	patch := document.Diff(b.form, form)
	if len(patch) == 0 {
		return
	}
	b.form = form
	b.all = append(b.all, revision)
	for i := range patch {
		b.apply(&patch[i], revision)
	}
}

// apply plays one operation of document.Diff, which has add, remove, replace and move, on the fields.
func (b *blame) apply(op *document.Operation, revision int64) {
	if len(op.Path) == 0 {
		b.bury(b.root, revision)
		b.root = grow(op.Value, nil, false, []int64{revision})
		return
	}
	parent, last := b.root.parent(op.Path)
	switch op.Op {
	case document.OpAdd:
		parent.insert(last, grow(op.Value, nil, false, []int64{revision}))
		parent.shape = append(parent.shape, revision)
	case document.OpRemove:
		b.bury(parent.take(last), revision)
		parent.shape = append(parent.shape, revision)
	case document.OpReplace:
		b.replace(parent, last, op.Value, revision)
	case document.OpMove:
		source, token := b.root.parent(op.From)
		row := source.take(token)
		row.moved = append(row.moved, revision)
		parent.insert(last, row)
		parent.shape = append(parent.shape, revision)
	}
}

// replace gives a place another value. The past of a scalar goes on when another scalar takes its place.
func (b *blame) replace(parent *field, token string, v *document.Node, revision int64) {
	old := parent.child(token)
	fresh := grow(v, nil, false, []int64{revision})
	if old.leaf() && fresh.leaf() {
		old.touched = append(slices.Clip(old.touched), revision)
		old.list, old.members = fresh.list, fresh.members
		return
	}
	b.bury(old, revision)
	parent.put(token, fresh)
}

// bury remembers what removed the fields of f that were there at the first point.
func (b *blame) bury(f *field, revision int64) {
	if f.old {
		b.graves[f.origin] = append(slices.Clip(f.touched), revision)
	}
	for _, m := range f.members {
		b.bury(m, revision)
	}
	for _, r := range f.rows {
		b.bury(r, revision)
	}
}

func (f *field) leaf() bool { return len(f.members) == 0 && len(f.rows) == 0 }

// parent finds the container that the last token of a pointer stands in. The pointer comes from a patch that fits the form.
func (f *field) parent(p document.Pointer) (*field, string) {
	for _, token := range p[:len(p)-1] {
		f = f.child(token)
	}
	return f, p[len(p)-1]
}

func (f *field) child(token string) *field {
	if f.list {
		return f.rows[rowOf(token)]
	}
	return f.members[token]
}

func (f *field) put(token string, v *field) {
	if f.list {
		f.rows[rowOf(token)] = v
	} else {
		f.members[token] = v
	}
}

func (f *field) insert(token string, v *field) {
	if f.list {
		f.rows = slices.Insert(f.rows, rowOf(token), v)
		return
	}
	if f.members == nil {
		f.members = map[string]*field{}
	}
	f.members[token] = v
}

// take takes a child out.
func (f *field) take(token string) *field {
	v := f.child(token)
	if f.list {
		i := rowOf(token)
		f.rows = slices.Delete(f.rows, i, i+1)
	} else {
		delete(f.members, token)
	}
	return v
}

// rowOf reads the number of a row in a pointer that fits the form.
func rowOf(token string) int {
	i, err := strconv.Atoi(token)
	if err != nil {
		panic("audit: a patch between two forms names the row " + token)
	}
	return i
}

// causes gives the revisions that caused a change between the first point and now, oldest first. It always finds at least one:
// where the field itself was never touched, rows around it were, or the lists are paired otherwise over the whole span than
// step by step, and then all that is known is what last changed the form.
func (b *blame) causes(c *document.Change) []int64 {
	if c.To == nil && c.MovedFrom == "" {
		if revisions := b.graves[c.Path]; len(revisions) > 0 {
			return revisions
		}
	}
	path, err := document.ParsePath(c.Path)
	if err != nil {
		panic("audit: a change has the path " + strconv.Quote(c.Path))
	}
	line := b.root.line(path)
	if len(line) == len(path)+1 {
		if own := line[len(path)].own(c); len(own) > 0 {
			return own
		}
	}
	for i := len(line) - 1; i >= 0; i-- {
		if around := merge(line[i].shape, line[i].moved, line[i].touched); len(around) > 0 {
			return around
		}
	}
	return b.all[len(b.all)-1:]
}

// own gives what happened to the very field that changed.
func (f *field) own(c *document.Change) []int64 {
	if c.MovedFrom != "" {
		return f.moved
	}
	return f.touched
}

// line gives the fields from the root along a path, as far as they exist.
func (f *field) line(path document.Path) []*field {
	line := []*field{f}
	for _, step := range path {
		var next *field
		if !step.IsRow {
			next = f.members[step.Key]
		} else if f.list && step.Index < len(f.rows) {
			next = f.rows[step.Index]
		}
		if next == nil {
			break
		}
		line, f = append(line, next), next
	}
	return line
}

func merge(lists ...[]int64) []int64 {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return slices.Compact(all)
}
