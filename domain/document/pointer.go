package document

import (
	"strconv"
	"strings"
)

// Pointer is an RFC 6901 JSON Pointer, one unescaped token a step. The empty Pointer is the whole document.
type Pointer []string

// ParsePointer reads a pointer in its string form: "" or "/a/0/b", with ~1 for a slash and ~0 for a tilde. Anything else is a
// *[PathError].
func ParsePointer(s string) (Pointer, error) {
	if s == "" {
		return nil, nil
	}
	p, offset, fault := appendTokens(make(Pointer, 0, strings.Count(s, "/")), s)
	if fault != "" {
		return nil, &PathError{Path: s, Offset: offset, Message: fault}
	}
	return p, nil
}

const (
	msgSlash = "a JSON pointer is empty or begins with a slash"
	msgTilde = "a tilde is written as ~0 and a slash as ~1"
)

// appendTokens appends the tokens of the pointer s to p, or gives the place of the fault and its message.
func appendTokens(p []string, s string) (tokens []string, offset int, fault string) {
	if s != "" && s[0] != '/' {
		return p, 0, msgSlash
	}
	escapes := strings.IndexByte(s, '~') >= 0
	for at := 0; at < len(s); {
		token := s[at+1:]
		if end := strings.IndexByte(token, '/'); end >= 0 {
			token = token[:end]
		}
		at += len(token) + 1
		if escapes {
			if bad := badTilde(token); bad >= 0 {
				return p, at - len(token) + bad, msgTilde
			}
			token = unescapeToken.Replace(token)
		}
		p = append(p, token)
	}
	return p, 0, ""
}

var (
	unescapeToken = strings.NewReplacer("~1", "/", "~0", "~")
	escapeToken   = strings.NewReplacer("~", "~0", "/", "~1")
)

// badTilde gives the place of a tilde that no 0 or 1 follows, or -1.
func badTilde(token string) int {
	for i := 0; i < len(token); i++ {
		if token[i] == '~' && (i+1 == len(token) || token[i+1] != '0' && token[i+1] != '1') {
			return i
		}
	}
	return -1
}

// String gives the pointer in its string form.
func (p Pointer) String() string {
	var b strings.Builder
	for _, token := range p {
		b.WriteByte('/')
		b.WriteString(escapeToken.Replace(token))
	}
	return b.String()
}

// At gives the value that p points to, and whether there is one. The token "-", the row after the last, never has one.
func (n *Node) At(p Pointer) (*Node, bool) {
	for _, token := range p {
		var ok bool
		if n, ok = n.child(token); !ok {
			return nil, false
		}
	}
	return orNull(n), true
}

func (n *Node) child(token string) (*Node, bool) {
	if n.Kind() != KindArray {
		return n.Get(token)
	}
	i, ok := rowNumber(token)
	if !ok || i >= n.Len() {
		return nil, false
	}
	return n.box.items[i], true
}

// rowNumber reads an array index: digits without leading zeros (RFC 6901 section 4).
func rowNumber(token string) (i int, ok bool) {
	if token == "" || len(token) > 9 || token[0] == '0' && len(token) > 1 {
		return 0, false
	}
	for _, c := range []byte(token) {
		if !isDigit(c) {
			return 0, false
		}
		i = i*10 + int(c-'0')
	}
	return i, true
}

func isPrefix(p, of Pointer) bool {
	if len(p) > len(of) {
		return false
	}
	for i := range p {
		if p[i] != of[i] {
			return false
		}
	}
	return true
}

// rowToken gives the token of row i.
func rowToken(i int) string { return strconv.Itoa(i) }
