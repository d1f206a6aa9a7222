package jsonc

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// Leniency says what a kind of file may hold beyond JSON. A byte order mark is always allowed.
type Leniency struct {
	Comments       bool // /* */ and //
	TrailingCommas bool // before ] and }
}

// The leniencies of the files of an app folder, as its host reads them.
var (
	Strict   = Leniency{}
	Commas   = Leniency{TrailingCommas: true}
	Comments = Leniency{Comments: true}
	Lenient  = Leniency{Comments: true, TrailingCommas: true}
)

// SyntaxError says where a text stops being JSON.
type SyntaxError struct {
	Offset  int // in bytes, from 0
	Message string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("offset %d: %s", e.Offset, e.Message) }

// MaxDepth is how deep lists and objects may be nested.
const MaxDepth = 512

// Standard checks the text and gives strict JSON of the same length, in which a byte order mark,
// comments and trailing commas are spaces. Line breaks stay. The error is a *SyntaxError.
func Standard(src []byte, lenient Leniency) ([]byte, error) {
	s := scanner{src: bytes.Clone(src), lenient: lenient}
	if bytes.HasPrefix(s.src, []byte("\xef\xbb\xbf")) {
		s.blank(0, 3)
		s.pos = 3
	}
	if err := s.document(); err != nil {
		return nil, err
	}
	return s.src, nil
}

// scanner walks the text once and blanks what is not JSON.
type scanner struct {
	src     []byte
	pos     int
	depth   int
	lenient Leniency
}

func (s *scanner) document() error {
	if err := s.value(); err != nil {
		return err
	}
	if err := s.space(); err != nil {
		return err
	}
	if s.pos < len(s.src) {
		return s.fail("something follows the end of the value")
	}
	return nil
}

func (s *scanner) value() error {
	if err := s.space(); err != nil {
		return err
	}
	switch c := s.peek(); {
	case c == '{':
		return s.nested(s.object)
	case c == '[':
		return s.nested(s.list)
	case c == '"':
		return s.text()
	case c == '-' || isDigit(c):
		return s.number()
	case c == 0 && s.pos >= len(s.src):
		return s.fail("the text ends where a value should stand")
	default:
		return s.word()
	}
}

func (s *scanner) nested(read func() error) error {
	if s.depth++; s.depth > MaxDepth {
		return s.fail("lists and objects are nested too deep")
	}
	defer func() { s.depth-- }()
	return read()
}

func (s *scanner) object() error { return s.sequence('}', s.member) }

func (s *scanner) list() error { return s.sequence(']', s.value) }

// sequence reads items up to the closing character.
func (s *scanner) sequence(end byte, item func() error) error {
	s.pos++
	comma := -1
	for {
		if err := s.space(); err != nil {
			return err
		}
		if s.peek() == end {
			return s.close(comma)
		}
		if err := item(); err != nil {
			return err
		}
		if err := s.space(); err != nil {
			return err
		}
		switch s.peek() {
		case ',':
			comma = s.pos
			s.pos++
		case end:
			s.pos++
			return nil
		default:
			return s.fail("expected a comma or '" + string(end) + "'")
		}
	}
}

// close ends a sequence whose last item, if any, was followed by the comma at the offset.
func (s *scanner) close(comma int) error {
	if comma >= 0 {
		if !s.lenient.TrailingCommas {
			s.pos = comma
			return s.fail("a comma may not stand after the last item")
		}
		s.blank(comma, comma+1)
	}
	s.pos++
	return nil
}

func (s *scanner) member() error {
	if s.peek() != '"' {
		return s.fail("expected a member name in double quotes")
	}
	if err := s.text(); err != nil {
		return err
	}
	if err := s.space(); err != nil {
		return err
	}
	if s.peek() != ':' {
		return s.fail("expected ':' after the member name")
	}
	s.pos++
	return s.value()
}

func (s *scanner) text() error {
	start := s.pos
	for s.pos++; s.pos < len(s.src); s.pos++ {
		switch c := s.src[s.pos]; {
		case c == '"':
			s.pos++
			return nil
		case c == '\\':
			if err := s.escape(); err != nil {
				return err
			}
		case c < ' ':
			return s.fail("a line break or control character stands in a text; write it as an escape such as \\n")
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRune(s.src[s.pos:])
			if r == utf8.RuneError && size == 1 {
				return s.fail("the text is not UTF-8")
			}
			s.pos += size - 1
		}
	}
	s.pos = start
	return s.fail("the text has no closing quote")
}

func (s *scanner) escape() error {
	s.pos++
	switch s.peek() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return nil
	case 'u':
		for range 4 {
			s.pos++
			if !isHex(s.peek()) {
				return s.fail("\\u must be followed by four hexadecimal digits")
			}
		}
		return nil
	default:
		return s.fail("this character cannot follow a backslash")
	}
}

func (s *scanner) number() error {
	if s.peek() == '-' {
		s.pos++
	}
	if s.peek() == '0' {
		s.pos++
	} else if err := s.digits(); err != nil {
		return err
	}
	if s.peek() == '.' {
		s.pos++
		if err := s.digits(); err != nil {
			return err
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.pos++
		if c := s.peek(); c == '+' || c == '-' {
			s.pos++
		}
		return s.digits()
	}
	return nil
}

func (s *scanner) digits() error {
	if !isDigit(s.peek()) {
		return s.fail("expected a digit")
	}
	for isDigit(s.peek()) {
		s.pos++
	}
	return nil
}

func (s *scanner) word() error {
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(s.src[s.pos:], []byte(word)) {
			s.pos += len(word)
			return nil
		}
	}
	return s.fail("expected a value")
}

// space skips white space, and comments where they are allowed.
func (s *scanner) space() error {
	for s.pos < len(s.src) {
		switch s.src[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		case '/':
			if err := s.comment(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
	return nil
}

func (s *scanner) comment() error {
	if !s.lenient.Comments {
		return s.fail("comments are not allowed in this file")
	}
	rest, length := s.src[s.pos:], 0
	switch {
	case bytes.HasPrefix(rest, []byte("//")):
		if length = bytes.IndexAny(rest, "\r\n"); length < 0 {
			length = len(rest)
		}
	case bytes.HasPrefix(rest, []byte("/*")):
		end := bytes.Index(rest[2:], []byte("*/"))
		if end < 0 {
			return s.fail("the comment has no end")
		}
		length = end + 4
	default:
		return s.fail("expected a value")
	}
	s.blank(s.pos, s.pos+length)
	s.pos += length
	return nil
}

// blank writes spaces over a part of the text and keeps its line breaks.
func (s *scanner) blank(from, to int) {
	for i := from; i < to; i++ {
		if c := s.src[i]; c != '\n' && c != '\r' {
			s.src[i] = ' '
		}
	}
}

func (s *scanner) peek() byte {
	if s.pos < len(s.src) {
		return s.src[s.pos]
	}
	return 0
}

func (s *scanner) fail(message string) error { return &SyntaxError{Offset: s.pos, Message: message} }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }
