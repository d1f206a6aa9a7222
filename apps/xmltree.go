package apps

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits of XML files.
const (
	maxXMLDepth    = 64
	maxXMLElements = 50_000
)

// xmlElement is an element of a small XML file and its place.
type xmlElement struct {
	name     xml.Name
	attrs    []xml.Attr
	text     strings.Builder
	children []*xmlElement
	offset   int
}

// xmlError says where a file stops being XML that we read.
type xmlError struct {
	offset  int
	message string
}

func (e *xmlError) Error() string { return e.message }

// parseXML reads a file into a tree. A byte order mark is allowed, a document type is not. The error is
// an *xmlError.
func parseXML(src []byte) (*xmlElement, error) {
	const mark = "\xef\xbb\xbf"
	shift := len(src) - len(bytes.TrimPrefix(src, []byte(mark)))
	b := treeBuilder{decoder: xml.NewDecoder(bytes.NewReader(src[shift:])), shift: shift}
	root, err := b.build()
	if err == nil {
		return root, nil
	}
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		err = &xmlError{offset: b.offset(), message: syntax.Msg}
	}
	var known *xmlError
	if errors.As(err, &known) {
		return nil, known
	}
	return nil, &xmlError{offset: b.offset(), message: err.Error()}
}

// treeBuilder turns the tokens of one file into a tree.
type treeBuilder struct {
	decoder *xml.Decoder
	shift   int // bytes before the decoder's first
	open    []*xmlElement
	root    *xmlElement
	count   int
}

func (b *treeBuilder) offset() int { return int(b.decoder.InputOffset()) + b.shift }

func (b *treeBuilder) build() (*xmlElement, error) {
	for {
		start := b.offset()
		token, err := b.decoder.Token()
		if errors.Is(err, io.EOF) {
			if b.root == nil {
				return nil, &xmlError{offset: start, message: "the file holds no element"}
			}
			return b.root, nil
		}
		if err != nil {
			return nil, err
		}
		if err := b.take(token, start); err != nil {
			return nil, err
		}
	}
}

func (b *treeBuilder) take(token xml.Token, start int) error {
	switch token := token.(type) {
	case xml.StartElement:
		return b.begin(token, start)
	case xml.EndElement:
		b.open = b.open[:len(b.open)-1]
	case xml.CharData:
		if len(b.open) > 0 {
			b.open[len(b.open)-1].text.Write(token)
		}
	case xml.Directive:
		return &xmlError{offset: start, message: "a document type is not allowed"}
	}
	return nil
}

func (b *treeBuilder) begin(token xml.StartElement, start int) error {
	if b.count++; b.count > maxXMLElements {
		return &xmlError{offset: start, message: fmt.Sprintf("more than %d elements", maxXMLElements)}
	}
	if len(b.open) >= maxXMLDepth {
		return &xmlError{offset: start, message: fmt.Sprintf("elements are nested more than %d deep", maxXMLDepth)}
	}
	e := &xmlElement{name: token.Name, attrs: token.Attr, offset: start}
	switch {
	case len(b.open) > 0:
		parent := b.open[len(b.open)-1]
		parent.children = append(parent.children, e)
	case b.root != nil:
		return &xmlError{offset: start, message: "a second element stands beside the first"}
	default:
		b.root = e
	}
	b.open = append(b.open, e)
	return nil
}

// is reports whether the element has the name.
func (e *xmlElement) is(space, local string) bool {
	return e != nil && e.name.Space == space && e.name.Local == local
}

// all gives the children with the name; none for a nil element.
func (e *xmlElement) all(space, local string) []*xmlElement {
	var found []*xmlElement
	if e == nil {
		return nil
	}
	for _, child := range e.children {
		if child.is(space, local) {
			found = append(found, child)
		}
	}
	return found
}

// first gives the first child with the name, or nil.
func (e *xmlElement) first(space, local string) *xmlElement {
	if e == nil {
		return nil
	}
	for _, child := range e.children {
		if child.is(space, local) {
			return child
		}
	}
	return nil
}

// attr gives an attribute without a namespace.
func (e *xmlElement) attr(local string) string {
	for _, a := range e.attrs {
		if a.Name.Local == local && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// value gives the text without the space around it; "" for a nil element.
func (e *xmlElement) value() string {
	if e == nil {
		return ""
	}
	return strings.TrimSpace(e.text.String())
}
