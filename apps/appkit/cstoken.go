package appkit

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// csKind is the kind of a token of C#.
type csKind uint8

const (
	csName   csKind = iota + 1 // an identifier or a keyword
	csString                   // a text; the value is what stands between the quotes
	csPunct                    // one character of anything else
)

// csToken is a token and its place. Comments, directives and space are no tokens.
type csToken struct {
	kind   csKind
	text   string
	offset int
}

// csLexer splits C# into tokens, well enough to find classes and calls. It never fails: what it does not
// know it takes for single characters, and a text that is not closed ends with its line.
type csLexer struct {
	src    []byte
	at     int
	tokens []csToken
}

func csTokens(src []byte) []csToken {
	l := csLexer{src: src}
	for l.at < len(l.src) {
		l.next()
	}
	return l.tokens
}

func (l *csLexer) has(prefix string) bool { return bytes.HasPrefix(l.src[l.at:], []byte(prefix)) }

func (l *csLexer) next() {
	switch c := l.src[l.at]; {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		l.at++
	case l.has("//") || c == '#':
		l.skipTo("\n")
	case l.has("/*"):
		l.at += 2
		l.skipTo("*/")
	case c == '\'':
		l.quoted('\'')
	case c == '"' || (c == '@' || c == '$') && l.opensText():
		l.text()
	default:
		l.word()
	}
}

// skipTo moves behind the next place of the mark, or to the end.
func (l *csLexer) skipTo(mark string) {
	if i := bytes.Index(l.src[l.at:], []byte(mark)); i >= 0 {
		l.at += i + len(mark)
		return
	}
	l.at = len(l.src)
}

// opensText reports whether $ and @ stand before a quotation mark.
func (l *csLexer) opensText() bool {
	i := l.at
	for i < len(l.src) && (l.src[i] == '@' || l.src[i] == '$') {
		i++
	}
	return i < len(l.src) && l.src[i] == '"'
}

// text reads "…", @"…", $"…" or """…""".
func (l *csLexer) text() {
	start, verbatim := l.at, false
	for ; l.src[l.at] != '"'; l.at++ {
		verbatim = verbatim || l.src[l.at] == '@'
	}
	body := l.at + 1
	switch {
	case verbatim:
		l.verbatim()
	case l.has(`"""`):
		body = l.at + 3
		l.at = body
		l.skipTo(`"""`)
	default:
		l.quoted('"')
	}
	l.tokens = append(l.tokens, csToken{csString, between(l.src, body, l.at), start})
}

// between gives a text without its closing quotation marks.
func between(src []byte, from, to int) string {
	return string(bytes.TrimRight(src[min(from, to):to], `"`))
}

// verbatim reads a text in which a quotation mark is written twice.
func (l *csLexer) verbatim() {
	for l.at++; l.at < len(l.src); l.at++ {
		if l.src[l.at] != '"' {
			continue
		}
		if l.at+1 >= len(l.src) || l.src[l.at+1] != '"' {
			l.at++
			return
		}
		l.at++
	}
}

// quoted moves behind a text or a character that ends on its line.
func (l *csLexer) quoted(mark byte) {
	for l.at++; l.at < len(l.src); l.at++ {
		switch l.src[l.at] {
		case '\\':
			l.at++
		case mark:
			l.at++
			return
		case '\n':
			return
		}
	}
	l.at = min(l.at, len(l.src))
}

// word reads a name, or one character.
func (l *csLexer) word() {
	start := l.at
	for l.at < len(l.src) {
		r, size := utf8.DecodeRune(l.src[l.at:])
		if r != '_' && r != '@' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		l.at += size
	}
	if l.at > start {
		l.tokens = append(l.tokens, csToken{csName, string(l.src[start:l.at]), start})
		return
	}
	_, size := utf8.DecodeRune(l.src[l.at:])
	l.at += size
	l.tokens = append(l.tokens, csToken{csPunct, string(l.src[start:l.at]), start})
}
