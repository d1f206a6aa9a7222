package document

import "bytes"

// Sizes of the pieces that a parser allocates. They bound what one value keeps alive when the rest of its document is gone: a
// block of scalars and the windows of text that these use.
const (
	nodeBlock   = 64
	textWindow  = 4 << 10
	ownTextFrom = 1 << 10 // longer strings get a text and a node of their own
)

// An arena hands out text and scalar nodes in few allocations. It copies the source window by window, so that it never keeps
// the caller's bytes and never keeps more than a window for one string.
type arena struct {
	src    []byte
	text   string // a copy of src from at
	at     int
	nodes  []Node // free nodes of the last block
	expect int    // size of the next block
}

// newArena begins with a block of as many nodes as a small source has marks, and one.
func newArena(src []byte, mark byte) arena {
	a := arena{src: src}
	a.expect = a.count(mark, nodeBlock-1) + 1
	return a
}

// count gives how often c stands in the first window of the source, but not more than most.
func (a *arena) count(c byte, most int) int {
	return min(bytes.Count(a.src[:min(len(a.src), textWindow)], []byte{c}), most)
}

// copy gives src[from:to] as a string.
func (a *arena) copy(from, to int) string {
	if from >= a.at && to <= a.at+len(a.text) {
		return a.text[from-a.at : to-a.at]
	}
	if to-from > ownTextFrom {
		return string(a.src[from:to])
	}
	a.at = from
	a.text = string(a.src[from:min(from+textWindow, len(a.src))])
	return a.text[:to-from]
}

// scalar gives a node for a string or a number.
func (a *arena) scalar(kind Kind, text string) *Node {
	if len(text) > ownTextFrom {
		return &Node{kind: kind, text: text}
	}
	if len(a.nodes) == 0 {
		a.nodes = make([]Node, a.expect)
		a.expect = min(2*a.expect, nodeBlock)
	}
	n := &a.nodes[0]
	a.nodes = a.nodes[1:]
	n.kind, n.text = kind, text
	return n
}
