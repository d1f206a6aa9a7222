package datamodel

import (
	"encoding/xml"
	"strings"

	"github.com/hovedbok/hovedbok/domain/document"
)

// parts collects what an element holds.
type parts struct {
	*reader
	shape  *shape
	rowID  string
	values map[*field]*document.Node // of fields that the model has
	others *document.Node            // of fields that it says nothing of, in their order
	text   strings.Builder
}

// attributes takes the attributes that the model has; those of other namespaces and unknown ones are passed over.
func (p *parts) attributes(start xml.StartElement) error {
	if len(p.shape.attrs) == 0 {
		return nil
	}
	for _, a := range start.Attr {
		f := p.shape.attrs[a.Name.Local]
		if f == nil || a.Name.Space == "xmlns" || a.Name.Space == instanceNS {
			continue
		}
		p.enter(f.json)
		v, ok := parseValue(f.kind, a.Value)
		if !ok {
			return p.malformed(f.kind)
		}
		p.set(f, v)
		p.leave()
	}
	return nil
}

func (p *parts) set(f *field, v *document.Node) {
	if p.values == nil {
		p.values = make(map[*field]*document.Node, len(p.shape.fields))
	}
	p.values[f] = v
}

// content reads up to the end of the element.
func (p *parts) content() error {
	for {
		token, err := p.next()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.CharData:
			p.text.Write(t)
		case xml.StartElement:
			if err := p.child(t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

func (p *parts) child(start xml.StartElement) error {
	if p.shape.simple() {
		return failure(CodeValue, "field %s holds elements where the model has a %s", strings.Join(p.path, "."), p.shape.kind)
	}
	if f := p.shape.elements[start.Name.Local]; f != nil {
		return p.known(f, start)
	}
	if p.shape.open {
		return p.other(start)
	}
	return p.skip()
}

func (p *parts) known(f *field, start xml.StartElement) error {
	p.enter(f.json)
	before, repeated := p.values[f]
	if repeated && !f.list {
		return failure(CodeRepeated, "field %s stands twice, and the model has no list there", strings.Join(p.path, "."))
	}
	v, err := p.item(f.shape, start, f.list)
	if err != nil {
		return err
	}
	p.leave()
	switch {
	case !f.list:
		p.set(f, v)
	case repeated:
		before.Append(v)
	default:
		p.set(f, document.NewArray(v))
	}
	return nil
}

// item reads an element that may stand in a list, which is a level of its own in the form.
func (p *parts) item(s *shape, start xml.StartElement, list bool) (*document.Node, error) {
	if list {
		p.depth++
		defer func() { p.depth-- }()
	}
	return p.element(s, start, list)
}

// other reads an element of an object that the model says nothing of. What repeats is a list.
func (p *parts) other(start xml.StartElement) error {
	name := decodeName(start.Name.Local)
	v, err := p.item(anything, start, true)
	if err != nil {
		return err
	}
	if p.others == nil {
		p.others = document.NewObject()
	}
	switch before, repeated := p.others.Get(name); {
	case !repeated:
		p.others.Set(name, v)
	case before.Kind() == document.KindArray:
		before.Append(v)
	default:
		p.others.Set(name, document.NewArray(before, v))
	}
	return nil
}

// value makes the value of the parts.
func (p *parts) value() (*document.Node, error) {
	s := p.shape
	if s.simple() {
		v, ok := parseValue(s.kind, p.text.String())
		if !ok {
			return nil, p.malformed(s.kind)
		}
		return v, nil
	}
	if s.open && s.kind != kindObject && p.others == nil && p.rowID == "" {
		return document.String(p.text.String()), nil
	}
	if err := p.ownText(); err != nil {
		return nil, err
	}
	return p.object(), nil
}

// ownText takes the text of the element as the field that it is; blank text is null, as in Altinn.
func (p *parts) ownText() error {
	f := p.shape.text
	if f == nil || strings.Trim(p.text.String(), blanks) == "" {
		return nil
	}
	v, ok := parseValue(f.kind, p.text.String())
	if !ok {
		p.enter(f.json)
		return p.malformed(f.kind)
	}
	p.set(f, v)
	return nil
}

func (p *parts) object() *document.Node {
	out := document.NewObject()
	if p.rowID != "" {
		out.Set(document.RowID, document.String(p.rowID))
	}
	for _, f := range p.shape.fields {
		if v, ok := p.values[f]; ok {
			out.Set(f.json, v)
		}
	}
	for name, v := range p.others.All() {
		out.Set(name, v)
	}
	return out
}
