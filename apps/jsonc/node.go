package jsonc

import (
	"bytes"
	"encoding/json"
	"sort"
	"strings"
)

// Kind is the kind of a JSON value.
type Kind uint8

// The kinds of values.
const (
	Null Kind = iota + 1
	Bool
	Number
	String
	List
	Object
)

var kinds = [...]string{"nothing", "null", "boolean", "number", "string", "array", "object"}

// String gives the name of the kind in JSON Schema, such as "array".
func (k Kind) String() string { return kinds[min(int(k), len(kinds)-1)] }

// Node is a value and its place in the text.
type Node struct {
	Kind    Kind
	Offset  int      // of its first byte
	Text    string   // the value of a String; the JSON of a Number or Bool
	Items   []*Node  // of a List
	Members []Member // of an Object, in the order of the text, repeated names included
	JSON    []byte   // the value as strict JSON; part of the text, not to be changed
}

// Member is a name and a value of an object.
type Member struct {
	Name   string
	Offset int // of the name
	Value  *Node
}

// Get gives the value of the member with exactly the name, the last of them as encoding/json does, or
// nil.
func (n *Node) Get(name string) *Node {
	if n == nil {
		return nil
	}
	for i := len(n.Members) - 1; i >= 0; i-- {
		if n.Members[i].Name == name {
			return n.Members[i].Value
		}
	}
	return nil
}

// GetFold is Get without regard to case; an exact name wins.
func (n *Node) GetFold(name string) *Node {
	if exact := n.Get(name); exact != nil || n == nil {
		return exact
	}
	for i := len(n.Members) - 1; i >= 0; i-- {
		if strings.EqualFold(n.Members[i].Name, name) {
			return n.Members[i].Value
		}
	}
	return nil
}

// Is reports whether there is a node and it has one of the kinds.
func (n *Node) Is(kinds ...Kind) bool {
	if n == nil {
		return false
	}
	for _, kind := range kinds {
		if n.Kind == kind {
			return true
		}
	}
	return false
}

// Parse reads a text into a tree. The error is a *SyntaxError.
func Parse(src []byte, lenient Leniency) (*Node, error) {
	text, err := Standard(src, lenient)
	if err != nil {
		return nil, err
	}
	p := parser{src: text}
	return p.value(), nil
}

// parser reads JSON that Standard has checked, so it needs no errors.
type parser struct {
	src []byte
	pos int
}

func (p *parser) value() *Node {
	p.space()
	n := &Node{Offset: p.pos}
	switch c := p.src[p.pos]; c {
	case '{':
		n.Kind = Object
		p.sequence('}', func() { n.Members = append(n.Members, p.member()) })
	case '[':
		n.Kind = List
		p.sequence(']', func() { n.Items = append(n.Items, p.value()) })
	case '"':
		n.Kind, n.Text = String, p.text()
	default:
		n.Kind, n.Text = p.word(c)
	}
	n.JSON = p.src[n.Offset:p.pos:p.pos]
	return n
}

func (p *parser) sequence(end byte, item func()) {
	p.pos++
	for {
		p.space()
		switch p.src[p.pos] {
		case end:
			p.pos++
			return
		case ',':
			p.pos++
		default:
			item()
		}
	}
}

func (p *parser) member() Member {
	m := Member{Offset: p.pos, Name: p.text()}
	p.space()
	p.pos++ // the colon
	m.Value = p.value()
	return m
}

func (p *parser) text() string {
	start := p.pos
	for p.pos++; p.src[p.pos] != '"'; p.pos++ {
		if p.src[p.pos] == '\\' {
			p.pos++
		}
	}
	p.pos++
	raw := p.src[start:p.pos]
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		panic("jsonc: a checked text does not decode: " + err.Error())
	}
	return text
}

func (p *parser) word(first byte) (Kind, string) {
	start := p.pos
	for p.pos < len(p.src) && strings.IndexByte(" \t\r\n,]}", p.src[p.pos]) < 0 {
		p.pos++
	}
	word := string(p.src[start:p.pos])
	switch first {
	case 'n':
		return Null, word
	case 't', 'f':
		return Bool, word
	default:
		return Number, word
	}
}

func (p *parser) space() {
	for p.pos < len(p.src) && strings.IndexByte(" \t\r\n", p.src[p.pos]) >= 0 {
		p.pos++
	}
}

// Lines turns offsets into lines and columns.
type Lines struct{ starts []int }

// NewLines reads where the lines of a text begin.
func NewLines(src []byte) *Lines {
	l := &Lines{starts: []int{0}}
	for i, c := range src {
		if c == '\n' {
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

// At gives the line and the column, in bytes, of an offset; both count from 1.
func (l *Lines) At(offset int) (line, column int) {
	line = sort.SearchInts(l.starts, offset+1)
	return line, offset - l.starts[line-1] + 1
}
