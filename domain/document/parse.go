package document

import (
	"bytes"
	"sync"
	"unicode/utf8"
)

// Parse reads one JSON text (RFC 8259). It is strict: the text is UTF-8 without byte order mark, no object has two members of
// one name, no escape is half of a surrogate pair, nothing follows the value, nothing is nested deeper than [MaxDepth] or
// larger than [MaxSize]. Anything else is a *[SyntaxError]. The result does not keep src.
func Parse(src []byte) (*Node, error) {
	p := newParser(src, ',')
	defer p.release()
	n := p.document()
	if p.err != nil {
		return nil, p.err
	}
	return n, nil
}

// A parser reads one text. Its stacks hold the children of the containers that are still open. The first fault is kept in err;
// every method that fails says so and sets it.
type parser struct {
	arena
	pos     int
	depth   int
	members []member
	items   []*Node
	tokens  []string // the current block of pointer tokens; see parser.pointer
	err     error

	lastPointer string
	lastTokens  Pointer
}

var parsers = sync.Pool{New: func() any { return new(parser) }}

// newParser gets ready for a text that has about one scalar for each mark: a comma in a document, a brace in a patch.
func newParser(src []byte, mark byte) *parser {
	p := parsers.Get().(*parser)
	p.arena = newArena(src, mark)
	return p
}

// release gives the parser's stacks to the next one. Whatever was on them is wiped, so that they keep no document alive.
func (p *parser) release() {
	members, items := p.members, p.items
	clear(members)
	clear(items)
	if cap(members) > 1<<12 || cap(items) > 1<<12 {
		members, items = nil, nil
	}
	*p = parser{members: members[:0], items: items[:0]}
	parsers.Put(p)
}

// fail records the fault at offset and gives nil for the caller to return.
func (p *parser) fail(offset int, message string) *Node {
	if p.err == nil {
		p.err = newSyntaxError(string(p.src[:offset]), offset, message)
	}
	return nil
}

// document reads the one value of the text.
func (p *parser) document() *Node {
	if !p.begin() {
		return nil
	}
	n := p.value()
	if n == nil || !p.finish() {
		return nil
	}
	return n
}

// begin checks the text as a whole and stops at its first character.
func (p *parser) begin() bool {
	if len(p.src) > MaxSize {
		p.err = &SyntaxError{Offset: MaxSize, Line: 1, Column: 1, Message: msgSize}
		return false
	}
	if bytes.HasPrefix(p.src, []byte("\uFEFF")) {
		p.fail(0, msgMark)
		return false
	}
	return true
}

// finish checks that nothing is left.
func (p *parser) finish() bool {
	if p.peek() != 0 || p.pos < len(p.src) {
		p.fail(p.pos, msgTrailing)
		return false
	}
	return true
}

// peek gives the next character after white space, and 0 at the end.
func (p *parser) peek() byte {
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		if c > ' ' || c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return c
		}
		p.pos++
	}
	return 0
}

// missing fails at the current place: with message, or because the text ends there.
func (p *parser) missing(message string) *Node {
	if p.pos >= len(p.src) {
		message = msgEnd
	}
	return p.fail(p.pos, message)
}

// value reads one value, or gives nil after a fault.
func (p *parser) value() *Node {
	switch c := p.peek(); {
	case c == '"':
		if s, ok := p.str(); ok {
			return p.stringNode(s)
		}
		return nil
	case c == '-' || isDigit(c):
		return p.number()
	case c == '{':
		return p.object()
	case c == '[':
		return p.array()
	case 'a' <= c && c <= 'z':
		return p.literal()
	}
	return p.missing(msgValue)
}

func (p *parser) stringNode(s string) *Node {
	if s == "" {
		return emptyNode
	}
	return p.scalar(KindString, s)
}

func (p *parser) literal() *Node {
	rest := p.src[p.pos:]
	switch {
	case bytes.HasPrefix(rest, []byte("null")):
		p.pos += len("null")
		return nullNode
	case bytes.HasPrefix(rest, []byte("true")):
		p.pos += len("true")
		return trueNode
	case bytes.HasPrefix(rest, []byte("false")):
		p.pos += len("false")
		return falseNode
	}
	return p.fail(p.pos, msgLiteral)
}

func (p *parser) number() *Node {
	start := p.pos
	end, ok := scanNumber(p.src, start)
	if p.pos = end; !ok {
		return p.missing(msgNumber)
	}
	if end == start+1 {
		return digits[p.src[start]-'0']
	}
	return p.scalar(KindNumber, p.copy(start, end))
}

// str reads the string whose opening quote is at the current place.
func (p *parser) str() (s string, ok bool) {
	start := p.pos + 1
	end := scanPlain(p.src, start)
	if end < len(p.src) && p.src[end] == '"' {
		p.pos = end + 1
		return p.copy(start, end), true
	}
	return p.richString(start, end)
}

// richString reads on at i, in a string that holds more than plain ASCII or breaks off.
func (p *parser) richString(start, i int) (s string, ok bool) {
	var unescaped []byte
	done := start // what comes before it is in unescaped
	for i < len(p.src) {
		switch c := p.src[i]; {
		case c == '"':
			p.pos = i + 1
			return p.closeString(start, done, i, unescaped)
		case c == '\\':
			var fault string
			unescaped = append(unescaped, p.src[done:i]...)
			if unescaped, done, fault = unescape(unescaped, p.src, i); fault != "" {
				p.fail(done, fault)
				return "", false
			}
			i = done
		case c < ' ':
			p.fail(i, msgControl)
			return "", false
		default:
			i = scanPlain(p.src, i+1)
		}
	}
	p.fail(len(p.src), msgEnd)
	return "", false
}

// closeString gives the string between start and end, of which the part before done stands unescaped already.
func (p *parser) closeString(start, done, end int, unescaped []byte) (s string, ok bool) {
	if !utf8.Valid(p.src[start:end]) {
		p.fail(start+validPrefix(p.src[start:end]), msgUTF8)
		return "", false
	}
	if done == start {
		return p.copy(start, end), true
	}
	return string(append(unescaped, p.src[done:end]...)), true
}

// validPrefix gives the number of bytes before the first one that is not UTF-8.
func validPrefix(b []byte) int {
	at := 0
	for at < len(b) {
		r, size := utf8.DecodeRune(b[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at
}
