// Package pattern matches the regular expressions of JSON Schema, which are those of ECMAScript.
//
// Most of them mean the same in Go, whose engine is fast and takes linear time, and go there. The rest
// (look-ahead, look-behind, back references, \u escapes, counts over 1000, ranges with a class at one
// end) run on a small backtracking matcher with a bound on its steps, since data comes from outside and
// some expressions take exponential time.
package pattern

import (
	"fmt"
	"regexp"
)

// Expression is a compiled expression. It is immutable and safe for concurrent use.
type Expression interface {
	// MatchString reports whether any part of the text matches. Giving up counts as no match.
	MatchString(text string) bool
	// String gives the expression as written.
	String() string
}

// Compile reads an expression. The error says what cannot be read, and where.
func Compile(text string) (Expression, error) {
	if fast, err := regexp.Compile(text); err == nil {
		return fast, nil
	}
	if len(text) > maxLength {
		return nil, fmt.Errorf("pattern: the expression is longer than %d bytes", maxLength)
	}
	p := parser{src: []rune(text), named: map[string]int{}}
	root, err := p.parse()
	if err != nil {
		return nil, fmt.Errorf("pattern: %q: %w", text, err)
	}
	return &backtracking{text: text, root: root, groups: p.groups}, nil
}

const (
	maxLength = 16 << 10
	// maxSteps bounds one match: about 50 ms. maxNesting bounds the stack that it can take.
	maxSteps   = 2_000_000
	maxNesting = 100_000
)

// backtracking is an expression that Go's engine does not know.
type backtracking struct {
	text   string
	root   node
	groups int
}

func (b *backtracking) String() string { return b.text }

// MatchString tries every place of the text until one matches or the steps are used up.
func (b *backtracking) MatchString(text string) bool {
	m := &match{text: []rune(text), steps: maxSteps, groups: make([]span, b.groups+1)}
	for start := 0; start <= len(m.text) && m.steps > 0; start++ {
		clear(m.groups)
		if b.root.match(m, start, func(int) bool { return true }) {
			return true
		}
	}
	return false
}

// match is one run over one text.
type match struct {
	text   []rune
	steps  int
	depth  int
	groups []span
}

// span is what a group has matched; set tells an empty match from none.
type span struct {
	from, to int
	set      bool
}

// enter counts a step down and reports whether the run may go on. leave undoes its depth.
func (m *match) enter() bool {
	m.steps--
	m.depth++
	return m.steps > 0 && m.depth < maxNesting
}

func (m *match) leave() { m.depth-- }
