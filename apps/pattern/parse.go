package pattern

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// parser reads an expression as ECMAScript does without the unicode flag, where what is not special
// stands for itself. Groups can be called before they stand, so references are checked at the end.
type parser struct {
	src    []rune
	pos    int
	depth  int
	groups int
	named  map[string]int
	calls  []int // groups that are referred to
}

const maxDepth = 200

func (p *parser) parse() (node, error) {
	root, err := p.choice()
	if err != nil {
		return nil, err
	}
	if !p.done() {
		return nil, p.fail("a bracket is closed that was never opened")
	}
	for _, call := range p.calls {
		if call > p.groups {
			return nil, fmt.Errorf("there is no group %d", call)
		}
	}
	return root, nil
}

func (p *parser) fail(message string) error {
	return fmt.Errorf("%s at character %d", message, p.pos+1)
}

func (p *parser) done() bool { return p.pos >= len(p.src) }

func (p *parser) peek() rune {
	if p.done() {
		return -1
	}
	return p.src[p.pos]
}

// accept moves past the text if it comes next.
func (p *parser) accept(text string) bool {
	for i, r := range []rune(text) {
		if p.pos+i >= len(p.src) || p.src[p.pos+i] != r {
			return false
		}
	}
	p.pos += len([]rune(text))
	return true
}

func (p *parser) choice() (node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail("brackets are nested too deep")
	}
	defer func() { p.depth-- }()
	var branches choice
	for {
		branch, err := p.sequence()
		if err != nil {
			return nil, err
		}
		branches = append(branches, branch)
		if !p.accept("|") {
			break
		}
	}
	if len(branches) == 1 {
		return branches[0], nil
	}
	return branches, nil
}

func (p *parser) sequence() (node, error) {
	var s sequence
	for !p.done() && p.peek() != '|' && p.peek() != ')' {
		n, err := p.term()
		if err != nil {
			return nil, err
		}
		s = append(s, n)
	}
	return s, nil
}

func (p *parser) term() (node, error) {
	atom, err := p.atom()
	if err != nil {
		return nil, err
	}
	least, most, ok, err := p.count()
	if err != nil || !ok {
		return atom, err
	}
	if _, isPlace := atom.(place); isPlace {
		return nil, p.fail("nothing stands before the repetition")
	}
	return repeat{node: atom, least: least, most: most, lazy: p.accept("?")}, nil
}

// count reads *, +, ? or {n,m}. A bracket that is no count stands for itself.
func (p *parser) count() (least, most int, ok bool, err error) {
	switch {
	case p.accept("*"):
		return 0, -1, true, nil
	case p.accept("+"):
		return 1, -1, true, nil
	case p.accept("?"):
		return 0, 1, true, nil
	case p.peek() != '{':
		return 0, 0, false, nil
	}
	least, most, length, ok := readCount(string(p.src[p.pos:min(p.pos+24, len(p.src))]))
	if !ok {
		return 0, 0, false, nil
	}
	p.pos += length
	if most >= 0 && least > most {
		return 0, 0, false, p.fail("the counts of a repetition are the wrong way round")
	}
	return least, most, true, nil
}

// readCount reads {n}, {n,} or {n,m} at the start of a text.
func readCount(text string) (least, most, length int, ok bool) {
	inner, _, closed := strings.Cut(strings.TrimPrefix(text, "{"), "}")
	if !closed {
		return 0, 0, 0, false
	}
	first, second, ranged := strings.Cut(inner, ",")
	least, ok = number(first)
	switch {
	case !ok:
		return 0, 0, 0, false
	case !ranged:
		most = least
	case second == "":
		most = -1
	default:
		if most, ok = number(second); !ok {
			return 0, 0, 0, false
		}
	}
	return least, most, len(inner) + 2, true
}

func number(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0 && text[0] != '+'
}

func (p *parser) atom() (node, error) {
	r := p.src[p.pos]
	p.pos++
	switch r {
	case '^':
		return place(atStart), nil
	case '$':
		return place(atEnd), nil
	case '.':
		return class(isNoLineEnd), nil
	case '(':
		return p.group()
	case '[':
		return p.set()
	case '\\':
		return p.escape()
	case '*', '+', '?':
		p.pos--
		return nil, p.fail("nothing stands before the repetition")
	default:
		return is(r), nil
	}
}

func (p *parser) group() (node, error) {
	wrap := func(n node) node { return n }
	switch {
	case p.accept("?:"):
	case p.accept("?="):
		wrap = func(n node) node { return look{node: n} }
	case p.accept("?!"):
		wrap = func(n node) node { return look{node: n, deny: true} }
	case p.accept("?<="):
		wrap = func(n node) node { return look{node: n, behind: true} }
	case p.accept("?<!"):
		wrap = func(n node) node { return look{node: n, behind: true, deny: true} }
	case p.accept("?<"):
		name, err := p.name()
		if err != nil {
			return nil, err
		}
		index := p.next()
		p.named[name] = index
		wrap = func(n node) node { return group{node: n, index: index} }
	case p.peek() == '?':
		return nil, p.fail("this kind of group is not known")
	default:
		index := p.next()
		wrap = func(n node) node { return group{node: n, index: index} }
	}
	inner, err := p.choice()
	if err != nil {
		return nil, err
	}
	if !p.accept(")") {
		return nil, p.fail("a bracket is not closed")
	}
	return wrap(inner), nil
}

func (p *parser) next() int {
	p.groups++
	return p.groups
}

func (p *parser) name() (string, error) {
	start := p.pos
	for !p.done() && p.peek() != '>' {
		p.pos++
	}
	name := string(p.src[start:p.pos])
	if name == "" || !p.accept(">") {
		return "", errors.New("a group has no name")
	}
	return name, nil
}
