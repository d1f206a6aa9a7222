package document

import (
	"encoding/json"
	"errors"
)

// AppendJSON appends n as JSON text to dst: without spaces, members in their order, numbers as they were written, and only the
// escapes that RFC 8259 section 7 demands, so that letters, <, >, & and U+2028 stand for themselves.
func (n *Node) AppendJSON(dst []byte) []byte {
	switch n.Kind() {
	case KindBool:
		if n.truth {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case KindNumber:
		return append(dst, n.text...)
	case KindString:
		return appendString(dst, n.text)
	case KindArray:
		return n.appendArray(dst)
	case KindObject:
		return n.appendObject(dst)
	}
	return append(dst, "null"...)
}

func (n *Node) appendArray(dst []byte) []byte {
	dst = append(dst, '[')
	for i, item := range n.items() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = item.AppendJSON(dst)
	}
	return append(dst, ']')
}

func (n *Node) appendObject(dst []byte) []byte {
	dst = append(dst, '{')
	for i, m := range n.members() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendString(dst, m.key), ':')
		dst = m.value.AppendJSON(dst)
	}
	return append(dst, '}')
}

func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	done := 0
	for i := scanPlain(s, 0); i < len(s); i = scanPlain(s, i+1) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			dst = append(dst, s[done:i]...)
			dst = appendEscape(dst, c)
			done = i + 1
		}
	}
	dst = append(dst, s[done:]...)
	return append(dst, '"')
}

func appendEscape(dst []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}

// MarshalJSON gives the text of [Node.AppendJSON]. Note that [json.Marshal] then escapes <, > and & in it, and that an
// encoder with SetEscapeHTML(false) does not.
func (n *Node) MarshalJSON() ([]byte, error) { return n.AppendJSON(nil), nil }

// UnmarshalJSON makes n the document that src holds, by the rules of [Parse]. It changes n, so it is for a node that the caller
// has declared; the package's own constants, such as the result of [Null], are refused.
func (n *Node) UnmarshalJSON(src []byte) error {
	if n == nil || n.shared {
		return errors.New("document: decode into a node of your own, such as new(document.Node)")
	}
	fresh, err := Parse(src)
	if err != nil {
		return err
	}
	n.kind, n.truth, n.text, n.box, n.scans = fresh.kind, fresh.truth, fresh.text, fresh.box, 0
	return nil
}

var (
	_ json.Marshaler   = (*Node)(nil)
	_ json.Unmarshaler = (*Node)(nil)
)
