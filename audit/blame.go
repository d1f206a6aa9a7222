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
	graves map[string][]int64 // by origin: what touched a field that has gone, and removed it
	all    []int64            // every revision that changed the form
}

// field is a value of the form and what has happened to it since the first point.
type field struct {
	origin  string  // its place at the first point; a member that came later has the one that it would have had
	rooted  bool    // it has an origin: neither it nor anything around it is a row that came later
	touched []int64 // gave it its value
	moved   []int64 // moved it, a row, among the other rows
	shape   []int64 // let members or rows of it come, go or move
	members map[string]*field
	rows    []*field
	list    bool
}

// follow begins at the first point.
func follow(form *document.Node) *blame {
	b := &blame{form: form, graves: map[string][]int64{}}
	b.root = b.grow(form, "", true, nil)
	return b
}

// born begins with a form that comes after the first point.
func born(form *document.Node, revision int64) *blame {
	b := &blame{form: form, graves: map[string][]int64{}, all: []int64{revision}}
	b.root = b.grow(form, "", true, b.all)
	return b
}

// grow makes the fields of a value. One that stands where another one was before it goes on with what touched that one.
func (b *blame) grow(n *document.Node, origin string, rooted bool, touched []int64) *field {
	f := &field{origin: origin, rooted: rooted, list: n.Kind() == document.KindArray}
	if rooted {
		f.touched = slices.Concat(b.graves[origin], touched)
	} else {
		f.touched = slices.Clone(touched)
	}
	if n.Kind() == document.KindObject {
		f.members = make(map[string]*field, n.Len())
	}
	for key, v := range n.All() {
		f.members[key] = b.grow(v, below(origin, document.Field(key)), rooted, touched)
	}
	for i, v := range n.Items() {
		f.rows = append(f.rows, b.grow(v, below(origin, document.Row(i)), rooted, touched))
	}
	return f
}

// below writes the path of a place one step further in.
func below(path string, step document.Step) string {
	text := document.Path{step}.String()
	if path == "" || text[0] == '[' {
		return path + text
	}
	return path + "." + text
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
		b.root = b.grow(op.Value, "", true, []int64{revision})
		return
	}
	parent, last := b.root.parent(op.Path)
	switch op.Op {
	case document.OpReplace:
		b.replace(parent, last, op.Value, revision)
		return
	case document.OpAdd:
		parent.insert(last, b.child(parent, last, op.Value, revision))
	case document.OpRemove:
		b.bury(parent.take(last), revision)
	case document.OpMove:
		source, token := b.root.parent(op.From)
		row := source.take(token)
		row.moved = append(row.moved, revision)
		parent.insert(last, row)
	}
	parent.shape = append(parent.shape, revision)
}

// child makes the fields of a value that comes into a container.
func (b *blame) child(parent *field, token string, v *document.Node, revision int64) *field {
	if parent.list {
		return b.grow(v, "", false, []int64{revision})
	}
	return b.grow(v, below(parent.origin, document.Field(token)), parent.rooted, []int64{revision})
}

// replace gives a place another value. A scalar that takes the place of another one is the same field.
func (b *blame) replace(parent *field, token string, v *document.Node, revision int64) {
	old := parent.child(token)
	if old.leaf() && v.Len() == 0 {
		old.touched = append(old.touched, revision)
		old.list, old.members = v.Kind() == document.KindArray, nil
		return
	}
	b.bury(old, revision)
	fresh := b.grow(v, old.origin, old.rooted, []int64{revision})
	fresh.moved = old.moved
	parent.put(token, fresh)
}

// bury remembers what removed f and all in it.
func (b *blame) bury(f *field, revision int64) {
	if f.rooted {
		b.graves[f.origin] = append(f.touched, revision)
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
	path, err := document.ParsePath(c.Path)
	if err != nil {
		panic("audit: a change has the path " + strconv.Quote(c.Path))
	}
	line := b.root.line(path)
	last := line[len(line)-1]
	whole := len(line) == len(path)+1
	if c.To == nil && c.MovedFrom == "" {
		if whole && last.rooted && last.origin == c.Path { // a scalar went, and an object or a list stands there now
			return last.touched
		}
		if revisions := b.graves[c.Path]; len(revisions) > 0 {
			return revisions
		}
	} else if own := last.own(c); whole && len(own) > 0 {
		return own
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
	switch {
	case c.MovedFrom != "":
		return f.moved
	case f.leaf() && len(f.shape) > 0: // an empty object or list, which may have become empty member by member
		return merge(f.touched, f.shape)
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
