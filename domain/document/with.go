package document

import "fmt"

// With gives a document with the value v at p; n itself stays as it is and shares with the result what did not change. Objects
// and lists that p needs are made where nothing or null stands; a row is made only right after the last one. A nil v is null.
//
// It is a *[PathError] when p names a row further out, leads into a value of another kind, or leads deeper than [MaxDepth].
func (n *Node) With(p Path, v *Node) (*Node, error) {
	if len(p)+v.height() > MaxDepth {
		return nil, &PathError{Path: p.String(), Message: msgDepth}
	}
	return n.with(p, 0, orNull(v))
}

func (n *Node) with(p Path, at int, v *Node) (*Node, error) {
	if at == len(p) {
		return v, nil
	}
	step := p[at]
	if fault := n.refuses(step); fault != "" {
		before := p[:at].String()
		return nil, &PathError{Path: p[:at+1].String(), Offset: len(before), Message: fault}
	}
	child := n.Index(step.Index)
	if !step.IsRow {
		child, _ = n.Get(step.Key)
	}
	child, err := child.with(p, at+1, v)
	if err != nil {
		return nil, err
	}
	return n.withChild(step, child), nil
}

// refuses says why step cannot go on from n, or "".
func (n *Node) refuses(step Step) string {
	want := KindObject
	if step.IsRow {
		want = KindArray
	}
	switch kind := n.Kind(); {
	case kind != KindNull && kind != want:
		return fmt.Sprintf("there is no %s but another kind of value (%s) at the place before", want, kind)
	case step.IsRow && (step.Index < 0 || step.Index > n.Len()):
		return fmt.Sprintf("the list has %d rows, so the next new row is [%d]", n.Len(), n.Len())
	}
	return ""
}

// withChild gives a copy of n that has child at step.
func (n *Node) withChild(step Step, child *Node) *Node {
	if !step.IsRow {
		c := newContainer(KindObject)
		c.box.members = append(make([]member, 0, n.Len()+1), n.members()...)
		c.put(step.Key, child)
		return c
	}
	c := newContainer(KindArray)
	c.box.items = append(make([]*Node, 0, n.Len()+1), n.items()...)
	if step.Index == n.Len() {
		return c.Append(child)
	}
	c.box.items[step.Index] = child
	return c
}

// height gives the number of containers inside each other: 0 for a scalar, 1 for a flat object.
func (n *Node) height() int {
	if n.Kind() < KindArray {
		return 0
	}
	deepest := 0
	for _, item := range n.items() {
		deepest = max(deepest, item.height())
	}
	for _, m := range n.members() {
		deepest = max(deepest, m.value.height())
	}
	return deepest + 1
}
