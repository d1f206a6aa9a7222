package pattern

import (
	"slices"
	"strconv"
	"unicode"
)

func is(want rune) class { return func(r rune) bool { return r == want } }

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isWord(r rune) bool {
	return isDigit(r) || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_'
}

func isSpace(r rune) bool { return unicode.IsSpace(r) && r != 0x85 || r == 0xfeff }

func isNoLineEnd(r rune) bool { return r != '\n' && r != '\r' && r != 0x2028 && r != 0x2029 }

func not(c class) class { return func(r rune) bool { return !c(r) } }

// shorthand gives the class of \d, \w, \s and their opposites.
func shorthand(r rune) (class, bool) {
	switch r {
	case 'd':
		return isDigit, true
	case 'D':
		return not(isDigit), true
	case 'w':
		return isWord, true
	case 'W':
		return not(isWord), true
	case 's':
		return isSpace, true
	case 'S':
		return not(isSpace), true
	default:
		return nil, false
	}
}

// escape reads what follows a backslash outside of a set.
func (p *parser) escape() (node, error) {
	if p.done() {
		return nil, p.fail("nothing follows the backslash")
	}
	r := p.peek()
	switch {
	case p.accept("b"):
		return place(atBoundary), nil
	case p.accept("B"):
		return place(atNoBoundary), nil
	case r >= '1' && r <= '9':
		return p.backReference(), nil
	case len(p.named) > 0 && p.accept("k<"):
		name, err := p.name()
		if index, ok := p.named[name]; err == nil && ok {
			return reference(index), nil
		}
		return nil, p.fail("the named group is not known")
	}
	if c, ok := shorthand(r); ok {
		p.pos++
		return c, nil
	}
	return is(p.character()), nil
}

func (p *parser) backReference() node {
	n := 0
	for !p.done() && isDigit(p.peek()) && n < 1000 {
		n = n*10 + int(p.peek()-'0')
		p.pos++
	}
	p.calls = append(p.calls, n)
	return reference(n)
}

var controls = map[rune]rune{'n': '\n', 'r': '\r', 't': '\t', 'f': '\f', 'v': '\v', '0': 0}

// character reads what follows a backslash and stands for one character. What is no escape stands for
// itself.
func (p *parser) character() rune {
	r := p.src[p.pos]
	p.pos++
	if control, ok := controls[r]; ok {
		return control
	}
	switch r {
	case 'x':
		return p.hex(2, r)
	case 'u':
		return p.hex(4, r)
	case 'c':
		if letter := p.peek(); letter >= 'A' && letter <= 'Z' || letter >= 'a' && letter <= 'z' {
			p.pos++
			return letter % 32
		}
	}
	return r
}

// hex reads so many hexadecimal digits, or gives the letter itself when they are not there.
func (p *parser) hex(digits int, letter rune) rune {
	if p.pos+digits > len(p.src) {
		return letter
	}
	value, err := strconv.ParseUint(string(p.src[p.pos:p.pos+digits]), 16, 32)
	if err != nil {
		return letter
	}
	p.pos += digits
	return rune(value)
}

// span of characters in a set, both ends included.
type runes struct{ from, to rune }

// set reads [...], whose opening bracket is behind.
func (p *parser) set() (node, error) {
	deny := p.accept("^")
	var ranges []runes
	var classes []class
	for !p.accept("]") {
		if p.done() {
			return nil, p.fail("a set is not closed")
		}
		c, from, err := p.setItem()
		if err != nil {
			return nil, err
		}
		if c != nil {
			classes = append(classes, c)
			continue
		}
		to, err := p.rangeEnd(from)
		if err != nil {
			return nil, err
		}
		ranges = append(ranges, runes{from, to})
	}
	in := class(func(r rune) bool {
		return slices.ContainsFunc(ranges, func(s runes) bool { return r >= s.from && r <= s.to }) ||
			slices.ContainsFunc(classes, func(c class) bool { return c(r) })
	})
	if deny {
		return not(in), nil
	}
	return in, nil
}

// setItem reads a class such as \d, or one character.
func (p *parser) setItem() (class, rune, error) {
	r := p.src[p.pos]
	p.pos++
	if r != '\\' {
		return nil, r, nil
	}
	if p.done() {
		return nil, 0, p.fail("nothing follows the backslash")
	}
	if c, ok := shorthand(p.peek()); ok {
		p.pos++
		return c, 0, nil
	}
	if p.accept("b") {
		return nil, '\b', nil
	}
	return nil, p.character(), nil
}

// rangeEnd reads the second half of a range such as a-z, or gives the first character again. A hyphen
// at the end of the set, or before a class, stands for itself.
func (p *parser) rangeEnd(from rune) (rune, error) {
	start := p.pos
	if !p.accept("-") || p.peek() == ']' || p.done() {
		p.pos = start
		return from, nil
	}
	c, to, err := p.setItem()
	if err != nil {
		return 0, err
	}
	if c != nil {
		p.pos = start
		return from, nil
	}
	if to < from {
		return 0, p.fail("a range in a set is the wrong way round")
	}
	return to, nil
}
