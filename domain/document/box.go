package document

import (
	"slices"
	"sync/atomic"
)

// A box holds what is inside an array or an object. Scalars have none, which keeps them small.
type box struct {
	members []member // of an object, in order
	items   []*Node  // of an array
	index   atomic.Pointer[map[string]int32]
	owner   *token // the patch run that may change the box in place; see edit.own
}

type member struct {
	key   string
	value *Node
}

// Objects of up to indexFrom members are searched in order: that is faster than a map at the sizes that forms have. Larger
// ones get an index once they have been searched scansBeforeIndex times, so that the index is paid for by the searches.
const (
	indexFrom        = 64
	scansBeforeIndex = 16
)

// newContainer gives an array or object with its box in one allocation of its own. Containers stay out of the parser's blocks
// of scalars, so that a scalar that lives on never keeps a whole document alive.
func newContainer(kind Kind) *Node {
	c := &struct {
		node Node
		box  box
	}{}
	c.node.kind = kind
	c.node.box = &c.box
	return &c.node
}

// open gives the box of a container that its owner is about to fill.
func (n *Node) open() *box {
	if n.box == nil {
		n.box = new(box)
	}
	return n.box
}

func (n *Node) members() []member {
	if n == nil || n.box == nil {
		return nil
	}
	return n.box.members
}

func (n *Node) items() []*Node {
	if n == nil || n.box == nil {
		return nil
	}
	return n.box.items
}

// find gives the place of a member, or -1.
func (n *Node) find(key string) int {
	members := n.members()
	if len(members) > indexFrom {
		return n.findIndexed(key)
	}
	return scan(members, key)
}

func scan(members []member, key string) int {
	for i := range members {
		if members[i].key == key {
			return i
		}
	}
	return -1
}

// findIndexed may run in several goroutines at once: two of them may build the same index, and one of the two is kept.
func (n *Node) findIndexed(key string) int {
	index := n.box.index.Load()
	if index == nil {
		if atomic.AddUint32(&n.scans, 1) <= scansBeforeIndex {
			return scan(n.box.members, key)
		}
		index = indexOf(n.box.members)
		n.box.index.Store(index)
	}
	if i, ok := (*index)[key]; ok {
		return int(i)
	}
	return -1
}

func indexOf(members []member) *map[string]int32 {
	index := make(map[string]int32, len(members)+1)
	for i := range members {
		index[members[i].key] = int32(i)
	}
	return &index
}

// Set gives the object n the member key with the value v, in the place of an earlier one or at the end, and returns n. It
// changes n, so it is for the builder of a tree, before others see it. A nil v is null. Set panics when n is not an object.
func (n *Node) Set(key string, v *Node) *Node {
	if n.Kind() != KindObject {
		panic("document: Set on " + n.Kind().String())
	}
	n.put(key, v)
	return n
}

// Append adds an item to the array n and returns n. It changes n, so it is for the builder of a tree, before others see it. A
// nil v is null. Append panics when n is not an array.
func (n *Node) Append(v *Node) *Node {
	if n.Kind() != KindArray {
		panic("document: Append on " + n.Kind().String())
	}
	b := n.open()
	b.items = append(b.items, orNull(v))
	return n
}

// put sets a member of an object that the caller owns.
func (n *Node) put(key string, v *Node) {
	b := n.open()
	key = validText(key)
	if i := n.find(key); i >= 0 {
		b.members[i].value = orNull(v)
		return
	}
	if index := b.index.Load(); index != nil {
		(*index)[key] = int32(len(b.members))
	}
	b.members = append(b.members, member{key, orNull(v)})
}

// cut takes member i out of an object that the caller owns.
func (n *Node) cut(i int) *Node {
	m := n.box.members[i]
	if index := n.box.index.Load(); index != nil && i == len(n.box.members)-1 {
		delete(*index, m.key)
	} else if index != nil {
		n.box.index.Store(nil)
		n.scans = 0
	}
	n.box.members = slices.Delete(n.box.members, i, i+1)
	return m.value
}

// shallow gives a container with the same children in a box of its own.
func (n *Node) shallow() *Node {
	c := newContainer(n.kind)
	c.box.members = append(c.box.members, n.members()...)
	c.box.items = append(c.box.items, n.items()...)
	return c
}

// Clone gives a deep copy: changing the one never shows in the other.
func (n *Node) Clone() *Node {
	if n.Len() == 0 {
		return n.cloneLeaf()
	}
	c := n.shallow()
	for i := range c.box.members {
		m := &c.box.members[i]
		m.value = m.value.Clone()
	}
	for i, item := range c.box.items {
		c.box.items[i] = item.Clone()
	}
	return c
}

func (n *Node) cloneLeaf() *Node {
	if n == nil || n.shared {
		return orNull(n)
	}
	return &Node{kind: n.kind, truth: n.truth, text: n.text}
}
