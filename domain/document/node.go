package document

import (
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Node is one value of a document: null, a boolean, a number, a string, an array or an object. A nil *Node is null, and so is
// the zero Node. Objects keep the order of their members, numbers keep the text that they were written with.
//
// A node that others can see never changes. Only [Node.Set], [Node.Append], [Node.UnmarshalJSON] and [Patch.ApplyInPlace]
// change nodes, and they are for the one owner of a tree. Reading is safe from many goroutines at once.
type Node struct {
	text   string // content of a string, literal of a number
	box    *box   // content of an array or object; nil while it is empty
	scans  uint32 // atomic: look-ups in a large object that has no index yet
	kind   Kind
	truth  bool
	shared bool // one of the package's own constants, which nobody may change
}

// Values that every document shares. They hold no children, so no patch can reach into them.
var (
	nullNode  = &Node{kind: KindNull, shared: true}
	trueNode  = &Node{kind: KindBool, truth: true, shared: true}
	falseNode = &Node{kind: KindBool, shared: true}
	emptyNode = &Node{kind: KindString, shared: true}
	digits    = digitNodes()
)

func digitNodes() (nodes [10]*Node) {
	for i := range nodes {
		nodes[i] = &Node{kind: KindNumber, text: strconv.Itoa(i), shared: true}
	}
	return nodes
}

// Null gives the value null.
func Null() *Node { return nullNode }

// Bool gives the value true or false.
func Bool(b bool) *Node {
	if b {
		return trueNode
	}
	return falseNode
}

// String gives a string value. Bytes of s that are not UTF-8 become U+FFFD, since JSON cannot hold them.
func String(s string) *Node {
	if s == "" {
		return emptyNode
	}
	return &Node{kind: KindString, text: validText(s)}
}

// Int gives the number i.
func Int(i int64) *Node {
	if 0 <= i && i <= 9 {
		return digits[i]
	}
	return &Node{kind: KindNumber, text: strconv.FormatInt(i, 10)}
}

// Number gives the number that literal writes, and keeps its text: 1.50 stays 1.50. What RFC 8259 section 6 does not allow,
// such as "01", "+1", ".5", "NaN" or the empty text, is a *[SyntaxError].
func Number(literal string) (*Node, error) {
	if len(literal) == 1 && isDigit(literal[0]) {
		return digits[literal[0]-'0'], nil
	}
	if end, ok := scanNumber(literal, 0); !ok || end != len(literal) {
		return nil, newSyntaxError(literal, min(end, len(literal)), msgNumber)
	}
	return &Node{kind: KindNumber, text: literal}, nil
}

// NewObject gives an empty object. Fill it with [Node.Set].
func NewObject() *Node { return &Node{kind: KindObject} }

// NewArray gives an array of items; a nil item is null.
func NewArray(items ...*Node) *Node {
	n := &Node{kind: KindArray}
	for _, item := range items {
		n.Append(item)
	}
	return n
}

// Kind says which kind of value n is.
func (n *Node) Kind() Kind {
	if n == nil {
		return KindNull
	}
	return n.kind
}

// Text gives the content of a string, the literal of a number, and "" for every other kind.
func (n *Node) Text() string {
	if n == nil {
		return ""
	}
	return n.text
}

// Truth is true for the value true only.
func (n *Node) Truth() bool { return n != nil && n.truth }

// Len gives the number of items of an array or members of an object, and 0 for every other kind.
func (n *Node) Len() int {
	if n == nil || n.box == nil {
		return 0
	}
	return len(n.box.members) + len(n.box.items)
}

// Index gives item i of an array, counted from 0. It is nil when n is no array or has no such item.
func (n *Node) Index(i int) *Node {
	if items := n.items(); uint(i) < uint(len(items)) {
		return items[i]
	}
	return nil
}

// Get gives the member key of an object, and whether there is one. A member whose value is null is there.
func (n *Node) Get(key string) (*Node, bool) {
	if i := n.find(key); i >= 0 {
		return n.box.members[i].value, true
	}
	return nil, false
}

// All gives the members of an object in their order, and nothing for every other kind.
func (n *Node) All() iter.Seq2[string, *Node] {
	return func(yield func(string, *Node) bool) {
		for _, m := range n.members() {
			if !yield(m.key, m.value) {
				return
			}
		}
	}
}

// Items gives the items of an array with their index, and nothing for every other kind.
func (n *Node) Items() iter.Seq2[int, *Node] {
	return func(yield func(int, *Node) bool) {
		for i, item := range n.items() {
			if !yield(i, item) {
				return
			}
		}
	}
}

func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// orNull makes the nil node a real one, so that no tree holds nil.
func orNull(n *Node) *Node {
	if n == nil {
		return nullNode
	}
	return n
}
