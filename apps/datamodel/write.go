package datamodel

import (
	"strings"
	"unicode/utf8"

	"github.com/hovedbok/hovedbok/domain/document"
)

const (
	declaration = `<?xml version="1.0" encoding="utf-8"?>`
	instanceNS  = "http://www.w3.org/2001/XMLSchema-instance"
	schemaNS    = "http://www.w3.org/2001/XMLSchema"
	unsetRowID  = "00000000-0000-0000-0000-000000000000" // what .NET writes for a row without identity
)

// ToXML writes a form as Altinn stores it: UTF-8 without byte order mark, with a declaration, in the order of the model, as the package
// comment says. Characters that XML does not allow, and U+007F to U+009F, become U+FFFD.
//
// It is an *[Error] with CodeUnknown when the form has a field that the model does not have, and with CodeStructure when a field holds a
// list or an object where the model has none, or the reverse. Values of another kind than the model's are written as they are.
func (m *Model) ToXML(doc *document.Node) ([]byte, error) {
	w := writer{out: append(make([]byte, 0, 2048), declaration...)}
	name, attributes := m.name, ` xmlns:xsi="`+instanceNS+`" xmlns:xsd="`+schemaNS+`"`
	switch {
	case m.namespace != "" && m.qualified:
		attributes += ` xmlns="` + escaped(m.namespace) + `"`
	case m.namespace != "":
		name, attributes = "q1:"+name, attributes+` xmlns:q1="`+escaped(m.namespace)+`"`
	}
	w.value(name, attributes, m.root, orEmpty(doc), false)
	if w.err != nil {
		return nil, w.err
	}
	return w.out, nil
}

func orEmpty(doc *document.Node) *document.Node {
	if doc.Kind() == document.KindNull {
		return document.NewObject()
	}
	return doc
}

func escaped(text string) string { return string(appendText(nil, text, true)) }

// writer appends elements to out. path names where it is, for errors.
type writer struct {
	out  []byte
	path []string
	err  *Error
}

func (w *writer) fail(code, message string) {
	if w.err == nil {
		w.err = failure(code, "field %s %s", strings.Join(w.path, "."), message)
	}
}

// value writes an element. attributes are those that the element has whatever it holds.
func (w *writer) value(name, attributes string, s *shape, v *document.Node, row bool) {
	if v.Kind() == document.KindArray {
		w.fail(CodeStructure, "holds a list where the model has none")
		return
	}
	w.out = append(append(append(w.out, '<'), name...), attributes...)
	if row {
		w.rowID(v)
	}
	switch {
	case v.Kind() == document.KindNull:
		w.out = append(w.out, ` xsi:nil="true" />`...)
		return
	case v.Kind() != document.KindObject:
		if len(s.fields) > 0 {
			w.fail(CodeStructure, "holds a value where the model has an object")
		}
		w.out = append(w.out, '>')
		w.text(v, false)
	case s.simple():
		w.fail(CodeStructure, "holds an object where the model has a "+s.kind.String())
	case s.open:
		w.out = append(w.out, '>')
		w.members(v)
	default:
		w.object(s, v, row)
	}
	w.out = append(append(append(w.out, '<', '/'), name...), '>')
}

func (w *writer) rowID(v *document.Node) {
	if id, ok := v.Get(document.RowID); ok && id.Text() != "" && id.Text() != unsetRowID {
		w.attribute(document.RowID, id)
	}
}

func (w *writer) attribute(name string, v *document.Node) {
	w.out = append(append(append(w.out, ' '), name...), '=', '"')
	w.text(v, true)
	w.out = append(w.out, '"')
}

// object writes the rest of a start tag, and what is inside, in the order of the model.
func (w *writer) object(s *shape, v *document.Node, row bool) {
	known := 0
	for _, f := range s.fields {
		child, has := v.Get(f.json)
		if has {
			known++
		}
		if f.at == inAttribute {
			w.attributeOf(f, child)
		}
	}
	if _, has := v.Get(document.RowID); has {
		known++
	}
	if known != v.Len() {
		w.unknown(s, v)
	}
	w.out = append(w.out, '>')
	if s.text != nil {
		child, _ := v.Get(s.text.json)
		w.scalar(s.text, child, false)
	}
	for _, f := range s.fields {
		if child, has := v.Get(f.json); has && f.at == inElement {
			w.member(f, f.xml, child)
		}
	}
}

func (w *writer) attributeOf(f *field, v *document.Node) {
	if v.Kind() == document.KindNull {
		v = f.fixed
	}
	if v.Kind() != document.KindNull {
		start := len(w.out)
		w.out = append(append(append(w.out, ' '), f.xml...), '=', '"')
		if w.scalar(f, v, true) {
			w.out = append(w.out, '"')
		} else {
			w.out = w.out[:start]
		}
	}
}

// scalar writes a value without a tag of its own.
func (w *writer) scalar(f *field, v *document.Node, quoted bool) bool {
	if v.Kind() >= document.KindArray {
		w.path = append(w.path, f.json)
		w.fail(CodeStructure, "holds a list or an object where XML has a text")
		w.path = w.path[:len(w.path)-1]
		return false
	}
	w.text(v, quoted)
	return true
}

// unknown reports the first member that the model does not have. Its name is the client's, so that only the object is named.
func (w *writer) unknown(s *shape, v *document.Node) {
	for name := range v.All() {
		if s.byJSON[name] == nil && name != document.RowID {
			place := strings.Join(w.path, ".")
			if place == "" {
				place = "the form"
			}
			if w.err == nil {
				w.err = failure(CodeUnknown, "%s has a field that the model does not have", place)
			}
			return
		}
	}
}

// member writes a field: nothing for null, and as many elements as a list has items.
func (w *writer) member(f *field, name string, v *document.Node) {
	w.path = append(w.path, f.json)
	defer func() { w.path = w.path[:len(w.path)-1] }()
	switch {
	case v.Kind() == document.KindNull || hollow(f.shape, v):
	case v.Kind() == document.KindArray && (f.list || f.open):
		for _, item := range v.Items() {
			w.value(name, "", f.shape, item, true)
		}
	default:
		w.value(name, "", f.shape, v, f.list)
	}
}

// hollow tells whether the value is a wrapper around nothing.
func hollow(s *shape, v *document.Node) bool {
	if !s.wrapper() || v.Kind() != document.KindObject {
		return false
	}
	text, _ := v.Get(s.text.json)
	return text.Kind() == document.KindNull || text.Kind() == document.KindString && strings.Trim(text.Text(), blanks) == ""
}

// members writes an object that the model says nothing of.
func (w *writer) members(v *document.Node) {
	for name, child := range v.All() {
		if name != document.RowID {
			w.member(&field{json: name, shape: anything}, encodeName(name), child)
		}
	}
}

var anything = &shape{open: true}

// text writes a scalar; null is nothing.
func (w *writer) text(v *document.Node, quoted bool) {
	switch v.Kind() {
	case document.KindString:
		w.out = appendText(w.out, v.Text(), quoted)
	case document.KindNumber:
		w.out = append(w.out, plain(v.Text())...)
	case document.KindBool:
		if v.Truth() {
			w.out = append(w.out, "true"...)
		} else {
			w.out = append(w.out, "false"...)
		}
	}
}

// appendText appends text with the escapes that keep it whole: carriage returns, and in attributes all white space but spaces, would be
// changed by a reader (XML 1.0, 2.11 and 3.3.3).
func appendText(out []byte, text string, quoted bool) []byte {
	done := 0
	for i, r := range text {
		with := escape(r, quoted)
		if with == "" {
			continue
		}
		out = append(append(out, text[done:i]...), with...)
		done = i + utf8.RuneLen(r)
	}
	return append(out, text[done:]...)
}

func escape(r rune, quoted bool) string {
	switch {
	case r == '&':
		return "&amp;"
	case r == '<':
		return "&lt;"
	case r == '>':
		return "&gt;"
	case r == '\r':
		return "&#xD;"
	case r == '\n' || r == '\t' || r == '"':
		return quotedEscape(r, quoted)
	case r < ' ' || r >= 0x7f && r <= 0x9f || r == 0xfffe || r == 0xffff:
		return "\uFFFD"
	}
	return ""
}

func quotedEscape(r rune, quoted bool) string {
	if !quoted {
		return ""
	}
	return map[rune]string{'\n': "&#xA;", '\t': "&#x9;", '"': "&quot;"}[r]
}
