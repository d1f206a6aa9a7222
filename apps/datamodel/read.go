package datamodel

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/hovedbok/hovedbok/domain/document"
)

// FromXML reads a form from XML, as the package comment says. Members come in the order of the model, whatever the order of the elements,
// and objects of the model that the XML does not have are left out.
//
// Everything that it refuses is an *[Error] with the line and column of the fault.
func (m *Model) FromXML(src []byte) (*document.Node, error) {
	if len(src) > document.MaxSize {
		return nil, failure(CodeTooLarge, "the XML is larger than %d MiB", document.MaxSize>>20)
	}
	r := &reader{dec: xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))))}
	r.dec.Entity = map[string]string{}
	r.dec.CharsetReader = charset
	doc, err := r.document(m)
	if err != nil {
		return nil, r.explain(err)
	}
	return doc, nil
}

// reader reads one text. path names the field that it is in, for errors.
type reader struct {
	dec   *xml.Decoder
	path  []string
	depth int
}

var errCharset = errors.New("datamodel: charset")

// charset reads the encodings that old Norwegian systems send beside UTF-8.
func charset(label string, in io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "us-ascii":
		return in, nil
	case "iso-8859-1", "latin1":
		src, err := io.ReadAll(in)
		if err != nil {
			return nil, err
		}
		text := make([]rune, len(src))
		for i, b := range src {
			text[i] = rune(b)
		}
		return strings.NewReader(string(text)), nil
	}
	return nil, errCharset
}

// explain makes an Error of whatever went wrong.
func (r *reader) explain(err error) *Error {
	var known *Error
	var syntax *xml.SyntaxError
	switch {
	case errors.As(err, &known):
	case errors.Is(err, errCharset) || strings.Contains(err.Error(), errCharset.Error()):
		known = failure(CodeEncoding, "send UTF-8")
	case errors.As(err, &syntax):
		known = failure(CodeSyntax, "the text is not well-formed XML: %s", harmless(syntax.Msg))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		known = failure(CodeSyntax, "the text ends too early")
	default:
		known = failure(CodeSyntax, "the text is not well-formed XML")
	}
	if known.Line == 0 {
		known.Line, known.Column = r.dec.InputPos()
	}
	return known
}

// harmless gives the messages of encoding/xml without the parts of the text that some of them repeat.
func harmless(message string) string {
	for _, quoting := range []struct{ with, say string }{
		{"invalid character entity", "an entity that XML does not define"},
		{"closed by", "an element is closed by another name"},
		{"unexpected end element", "an element is closed that is not open"},
		{"illegal character code", "a character that XML does not allow"},
		{"invalid XML name", "an element has no valid name"},
		{"invalid UTF-8", "the text is not UTF-8"},
		{"unexpected EOF", "the text ends too early"},
		{"attribute", "an attribute is not written as XML wants it"},
		{"element", "an element is not written as XML wants it"},
	} {
		if strings.Contains(message, quoting.with) {
			return quoting.say
		}
	}
	return "a character stands where it has no meaning"
}

func (r *reader) document(m *Model) (*document.Node, error) {
	var doc *document.Node
	for {
		token, err := r.next()
		switch t := token.(type) {
		case xml.StartElement:
			if doc != nil {
				return nil, failure(CodeSyntax, "a second element stands beside the root element")
			}
			if t.Name.Local != m.name {
				return nil, failure(CodeRoot, "the root element must be %s", m.name)
			}
			if doc, err = r.element(m.root, t, false); err != nil {
				return nil, err
			}
			doc = orEmpty(doc)
		case xml.CharData:
			if len(bytes.TrimLeft(t, blanks)) > 0 {
				return nil, failure(CodeSyntax, "there is text outside the root element")
			}
		}
		if errors.Is(err, io.EOF) && doc != nil {
			return doc, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// next gives the next token that is neither comment nor instruction.
func (r *reader) next() (xml.Token, error) {
	for {
		token, err := r.dec.Token()
		switch token.(type) {
		case xml.Comment, xml.ProcInst:
			continue
		case xml.Directive:
			return nil, failure(CodeForbidden, "a document type declaration is not allowed")
		}
		return token, err
	}
}

// element reads the element that has just begun.
func (r *reader) element(s *shape, start xml.StartElement, row bool) (*document.Node, error) {
	if r.depth++; r.depth > document.MaxDepth-1 {
		return nil, failure(CodeTooDeep, "elements stand more than %d deep inside each other", document.MaxDepth-1)
	}
	defer func() { r.depth-- }()
	p := parts{reader: r, shape: s}
	if row {
		p.rowID = rowIDOf(start)
	}
	if err := p.attributes(start); err != nil {
		return nil, err
	}
	if err := p.content(); err != nil {
		return nil, err
	}
	if isNil(start) {
		return document.Null(), nil
	}
	return p.value()
}

func isNil(start xml.StartElement) bool {
	for _, a := range start.Attr {
		if a.Name.Space == instanceNS && a.Name.Local == "nil" {
			v := strings.Trim(a.Value, blanks)
			return v == "true" || v == "1"
		}
	}
	return false
}

func rowIDOf(start xml.StartElement) string {
	for _, a := range start.Attr {
		if a.Name.Local == document.RowID && a.Value != unsetRowID {
			return strings.Trim(a.Value, blanks)
		}
	}
	return ""
}

// malformed is the error of a value of the wrong kind.
func (r *reader) malformed(k kind) *Error {
	e := failure(CodeValue, "field %s is not a %s", strings.Join(r.path, "."), k)
	e.Line, e.Column = r.dec.InputPos()
	return e
}

func (r *reader) enter(name string) { r.path = append(r.path, name) }
func (r *reader) leave()            { r.path = r.path[:len(r.path)-1] }

// skip passes over an element that the model does not have. Its depth counts, since it is read all the same.
func (r *reader) skip() error {
	for open := 1; open > 0; {
		token, err := r.next()
		if err != nil {
			return err
		}
		switch token.(type) {
		case xml.StartElement:
			if open++; r.depth+open > document.MaxDepth {
				return failure(CodeTooDeep, "elements stand more than %d deep inside each other", document.MaxDepth-1)
			}
		case xml.EndElement:
			open--
		}
	}
	return nil
}
