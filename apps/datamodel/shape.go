package datamodel

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hovedbok/hovedbok/domain/document"
)

// kind is what a field holds.
type kind uint8

const (
	kindAny kind = iota // the schema does not say
	kindText
	kindNumber
	kindBool
	kindObject
)

func (k kind) String() string { return [...]string{"value", "text", "number", "boolean", "object"}[k] }

// place is where a field stands in the XML of its object.
type place uint8

const (
	inElement place = iota
	inAttribute
	inText
)

// A shape is what a value looks like. Definitions that are used in several places, or inside themselves, share one.
type shape struct {
	kind   kind
	open   bool     // an object of any members, or a value of any kind
	fields []*field // of an object, elements in the order in which they are written

	byJSON   map[string]*field
	byFolded map[string]*field // by C# name: lower case without hyphens
	elements map[string]*field // by XML name
	attrs    map[string]*field // by XML name
	text     *field            // the field that is the text of the element, if any
}

// A field is a member of an object.
type field struct {
	json   string // name in JSON
	xml    string // name in XML
	csharp string // name in C#, where the app ships its class
	at     place
	list   bool
	fixed  *document.Node // the constant that it holds, if any
	order  int
	*shape
}

// seal makes the look-up tables, when all fields are known.
func (s *shape) seal() {
	slices.SortStableFunc(s.fields, func(a, b *field) int { return cmp.Compare(a.order, b.order) })
	s.byJSON, s.byFolded = map[string]*field{}, map[string]*field{}
	s.elements, s.attrs, s.text = map[string]*field{}, map[string]*field{}, nil
	for _, f := range s.fields {
		s.byJSON[f.json] = f
		setNew(s.byFolded, fold(f.json), f)
		switch f.at {
		case inAttribute:
			setNew(s.attrs, f.xml, f)
		case inText:
			s.text = f
		default:
			setNew(s.elements, f.xml, f)
		}
	}
	for _, f := range s.fields {
		if f.csharp != "" {
			s.byFolded[fold(f.csharp)] = f
		}
	}
}

func setNew(m map[string]*field, name string, f *field) {
	if _, taken := m[name]; !taken {
		m[name] = f
	}
}

// fold gives a C# name as prefill files compare it: in lower case, without hyphens.
func fold(name string) string { return strings.ToLower(strings.ReplaceAll(name, "-", "")) }

// wrapper tells whether the object only wraps a text: a text, and constant attributes. Altinn leaves it out when the text is null.
func (s *shape) wrapper() bool {
	return s.text != nil && !slices.ContainsFunc(s.fields, func(f *field) bool { return f != s.text && (f.fixed == nil || f.at != inAttribute) })
}

// simple tells whether the value has no parts.
func (s *shape) simple() bool {
	return s.kind == kindText || s.kind == kindNumber || s.kind == kindBool
}

// walk visits the shape and those inside it, each once.
func (s *shape) walk(seen map[*shape]bool, visit func(*shape)) {
	if seen[s] {
		return
	}
	seen[s] = true
	visit(s)
	for _, f := range s.fields {
		f.walk(seen, visit)
	}
}
