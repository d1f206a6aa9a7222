package document

import (
	"fmt"
	"slices"
)

// Apply gives the document that p makes out of root. It is atomic, and root stays as it is: what changes is copied once, what
// does not change is shared by both. The result is nil when a step fails, with a *[PatchError].
//
// Beyond RFC 6902: the whole document cannot be removed; nothing may come to stand deeper than [MaxDepth]; all copy operations
// together may copy [MaxSize] of text. The document may become larger than MaxSize by its additions.
func (p Patch) Apply(root *Node) (*Node, error) {
	e := edit{root: orNull(root), token: new(token)}
	return e.run(p)
}

// ApplyInPlace does what [Patch.Apply] does without a copy, for the one owner of root: nobody else may hold root or a part of
// it, and each object and list must stand at one place only. When it fails, root may be half changed. The patch stays as it is and can be
// applied again. It is meant to fold recorded patches, which are known to apply.
func (p Patch) ApplyInPlace(root *Node) (*Node, error) {
	e := edit{root: orNull(root)}
	return e.run(p)
}

// maxShifted bounds the rows and members that the insertions and removals of one patch may push aside, all in all. A list of
// 16,000 rows can be removed row by row from the front; a hostile patch cannot keep a processor busy for minutes.
const maxShifted = 1 << 27

// A token marks the containers that one run of Apply has made, which that run may change in place. (It is not empty, since
// pointers to empty structs need not differ.)
type token struct{ _ byte }

// An edit is one run of a patch.
type edit struct {
	root    *Node
	token   *token // nil when the whole tree may be changed in place
	copied  int    // bytes that copy operations have made
	shifted int    // rows and members that were pushed aside
}

// A failure becomes a *PatchError where the operation is known.
type failure struct {
	kind    PatchErrorKind
	path    Pointer
	message string
}

const (
	msgNothing  = "nothing stands there"
	msgTest     = "another value stands there than the test expects"
	msgWhole    = "the whole document cannot be removed"
	msgInside   = "a value cannot be moved into itself"
	msgCopied   = "the patch copies too much"
	msgShifted  = "the patch moves too many rows about; replace the list instead"
	msgRow      = "a list's row is named by its number without leading zeros"
	msgParent   = "the value above it is neither an object nor a list"
	msgStrange  = "there is no operation of this name"
	msgDeepPath = "the path leads deeper than a document may be"
)

func notFound(p Pointer) *failure { return &failure{NotFound, p, msgNothing} }

func notApplicable(p Pointer, message string) *failure { return &failure{NotApplicable, p, message} }

func (e *edit) run(patch Patch) (*Node, error) {
	for i := range patch {
		if f := e.do(&patch[i]); f != nil {
			return nil, &PatchError{Index: i, Kind: f.kind, Op: patch[i].Op, Path: f.path.String(), Message: f.message}
		}
	}
	return e.root, nil
}

func (e *edit) do(o *Operation) *failure {
	switch o.Op {
	case OpReplace:
		return e.replace(o.Path, o.Value)
	case OpTest:
		return e.test(o.Path, o.Value)
	case OpAdd:
		return e.add(o.Path, e.adopt(o.Value))
	case OpRemove:
		_, f := e.remove(o.Path)
		return f
	case OpMove:
		return e.move(o.From, o.Path)
	case OpCopy:
		return e.copy(o.From, o.Path)
	}
	return &failure{Malformed, o.Path, msgStrange}
}

// adopt gives a value of the patch to the tree. What later operations could change in place is cloned, so that the patch stays
// as it is; Apply needs no clone, since it changes only what carries its token.
func (e *edit) adopt(v *Node) *Node {
	if e.token == nil && v.Kind() >= KindArray {
		return v.Clone()
	}
	return orNull(v)
}

// own gives a node that this run may change: n itself, or a copy of a container that others can see.
func (e *edit) own(n *Node) *Node {
	if e.token == nil || n.kind < KindArray || n.box != nil && n.box.owner == e.token {
		return n
	}
	c := n.shallow()
	c.box.owner = e.token
	return c
}

// parent gives the container of the place at p, owned together with everything above it. The path is not empty.
func (e *edit) parent(p Pointer) (*Node, *failure) {
	if len(p) > MaxDepth {
		return nil, notApplicable(p, msgDeepPath)
	}
	e.root = e.own(e.root)
	n := e.root
	for i := range p[:len(p)-1] {
		slot, f := n.slot(p, i)
		if f != nil {
			return nil, f
		}
		*slot = e.own(*slot)
		n = *slot
	}
	return n, nil
}

// slot gives the place in n where the value of token p[i] stands.
func (n *Node) slot(p Pointer, i int) (**Node, *failure) {
	switch n.kind {
	case KindObject:
		if at := n.find(p[i]); at >= 0 {
			return &n.box.members[at].value, nil
		}
	case KindArray:
		at, ok := rowNumber(p[i])
		if ok && at < n.Len() {
			return &n.box.items[at], nil
		}
		if !ok && p[i] != "-" {
			return nil, notApplicable(p[:i+1], msgRow)
		}
	}
	return nil, notFound(p[:i+1])
}

func (e *edit) test(p Pointer, want *Node) *failure {
	n, ok := e.root.At(p)
	if !ok {
		return notFound(p)
	}
	if !Equal(n, want) {
		return &failure{TestFailed, p, msgTest}
	}
	return nil
}

func (e *edit) replace(p Pointer, v *Node) *failure {
	if tooDeep(p, v) {
		return notApplicable(p, msgDepth)
	}
	if len(p) == 0 {
		e.root = e.adopt(v)
		return nil
	}
	n, f := e.parent(p)
	if f != nil {
		return f
	}
	slot, f := n.slot(p, len(p)-1)
	if f != nil {
		return f
	}
	*slot = e.adopt(v)
	return nil
}

func tooDeep(p Pointer, v *Node) bool { return len(p)+v.height() > MaxDepth }

// add puts v, which belongs to the run already, at p.
func (e *edit) add(p Pointer, v *Node) *failure {
	if tooDeep(p, v) {
		return notApplicable(p, msgDepth)
	}
	if len(p) == 0 {
		e.root = v
		return nil
	}
	n, f := e.parent(p)
	if f != nil {
		return f
	}
	switch n.kind {
	case KindObject:
		n.put(p[len(p)-1], v)
		return nil
	case KindArray:
		return e.insert(n, p, v)
	}
	return notApplicable(p, msgParent)
}

func (e *edit) insert(n *Node, p Pointer, v *Node) *failure {
	last, rows := p[len(p)-1], n.Len()
	at, ok := rowNumber(last)
	switch {
	case last == "-":
		at = rows
	case !ok:
		return notApplicable(p, msgRow)
	case at > rows:
		return notApplicable(p, fmt.Sprintf("the list has %d rows", rows))
	}
	b := n.open()
	b.items = slices.Insert(b.items, at, v)
	return e.shift(p, rows-at)
}

func (e *edit) shift(p Pointer, by int) *failure {
	if e.shifted += by; e.shifted > maxShifted {
		return notApplicable(p, msgShifted)
	}
	return nil
}

// remove takes the value at p out of the tree and gives it.
func (e *edit) remove(p Pointer) (*Node, *failure) {
	if len(p) == 0 {
		return nil, notApplicable(p, msgWhole)
	}
	n, f := e.parent(p)
	if f != nil {
		return nil, f
	}
	last := p[len(p)-1]
	if n.kind == KindObject {
		at := n.find(last)
		if at < 0 {
			return nil, notFound(p)
		}
		f = e.shift(p, n.Len()-at)
		return n.cut(at), f
	}
	slot, f := n.slot(p, len(p)-1)
	if f != nil {
		return nil, f
	}
	v := *slot
	at, _ := rowNumber(last)
	n.box.items = slices.Delete(n.box.items, at, at+1)
	return v, e.shift(p, n.Len()-at)
}

func (e *edit) move(from, to Pointer) *failure {
	if _, ok := e.root.At(from); !ok {
		return notFound(from)
	}
	if isPrefix(from, to) {
		if len(from) == len(to) {
			return nil
		}
		return notApplicable(to, msgInside)
	}
	v, f := e.remove(from)
	if f != nil {
		return f
	}
	return e.add(to, v)
}

// copy clones, since a container that stood at two places could not be changed at one of them. The size of all copies together
// is bounded: doubling a list over and over would fill any memory.
func (e *edit) copy(from, to Pointer) *failure {
	v, ok := e.root.At(from)
	if !ok {
		return notFound(from)
	}
	if e.copied += v.size(); e.copied > MaxSize {
		return notApplicable(from, msgCopied)
	}
	if v.kind >= KindArray {
		v = v.Clone()
	}
	return e.add(to, v)
}

// size gives the length of the value's JSON text, escapes not counted.
func (n *Node) size() int {
	total := len(n.text) + len(`"",`)
	for _, item := range n.items() {
		total += item.size()
	}
	for _, m := range n.members() {
		total += len(m.key) + len(`"":`) + m.value.size()
	}
	return total
}
