package datamodel

import "github.com/hovedbok/hovedbok/domain/document"

// Coerce turns values of another kind than their field's into that kind, where Altinn's JSON reader does (System.Text.Json with its web
// defaults): a text that is a JSON number, in a field for numbers, becomes that number, with its digits as they are. Nothing else
// is turned: a number in a text field, a text in a field for booleans, and texts with blanks or a plus sign stay as they are, and are for the
// model's validation to refuse. Members keep their order; doc itself stays as it is and is given back when nothing changes.
func (m *Model) Coerce(doc *document.Node) *document.Node { return coerce(m.root, doc, false) }

func coerce(s *shape, n *document.Node, list bool) *document.Node {
	switch {
	case list && n.Kind() == document.KindArray:
		return coerceItems(s, n)
	case n.Kind() == document.KindObject:
		return coerceMembers(s, n)
	case n.Kind() == document.KindString && s.kind == kindNumber && !list:
		if number, err := document.Number(n.Text()); err == nil {
			return number
		}
	}
	return n
}

func coerceItems(s *shape, n *document.Node) *document.Node {
	items, changed := make([]*document.Node, n.Len()), false
	for i, item := range n.Items() {
		items[i] = coerce(s, item, false)
		changed = changed || items[i] != item
	}
	if !changed {
		return n
	}
	return document.NewArray(items...)
}

func coerceMembers(s *shape, n *document.Node) *document.Node {
	out, changed := document.NewObject(), false
	for name, child := range n.All() {
		next := child
		if f := s.byJSON[name]; f != nil {
			next = coerce(f.shape, child, f.list)
		}
		out.Set(name, next)
		changed = changed || next != child
	}
	if !changed {
		return n
	}
	return out
}
