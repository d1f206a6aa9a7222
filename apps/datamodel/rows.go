package datamodel

import (
	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/document"
)

// RowIDs gives every row, that is every object in a list, that has no altinnRowId one from newID, and tells whether any was
// missing. doc itself stays as it is. A null or all-zero id is none; ids that are there are never changed.
func RowIDs(doc *document.Node, newID func() uuid.UUID) (*document.Node, bool) {
	return mapRows(doc, func(row *document.Node) (*document.Node, bool) {
		id, _ := row.Get(document.RowID)
		if id.Kind() != document.KindNull && id.Text() != unsetRowID {
			return row, false
		}
		out := document.NewObject().Set(document.RowID, document.String(newID().String()))
		copyMembers(out, row)
		return out, true
	})
}

// RowIDs is the function [RowIDs], for a form of the model.
func (m *Model) RowIDs(doc *document.Node, newID func() uuid.UUID) (*document.Node, bool) {
	return RowIDs(doc, newID)
}

// StripRowIDs takes the altinnRowId out of every row. doc itself stays as it is.
func StripRowIDs(doc *document.Node) *document.Node {
	out, _ := mapRows(doc, func(row *document.Node) (*document.Node, bool) {
		if _, has := row.Get(document.RowID); !has {
			return row, false
		}
		out := document.NewObject()
		copyMembers(out, row)
		return out, true
	})
	return out
}

// copyMembers copies all members but the row's id.
func copyMembers(to, from *document.Node) {
	for name, v := range from.All() {
		if name != document.RowID {
			to.Set(name, v)
		}
	}
}

// mapRows gives the document with each row changed by f, and whether any was. What did not change is shared with doc.
func mapRows(doc *document.Node, f func(*document.Node) (*document.Node, bool)) (*document.Node, bool) {
	switch doc.Kind() {
	case document.KindObject:
		return mapMembers(doc, f)
	case document.KindArray:
		return mapItems(doc, f)
	}
	return doc, false
}

func mapMembers(doc *document.Node, f func(*document.Node) (*document.Node, bool)) (*document.Node, bool) {
	out := doc
	for name, child := range doc.All() {
		next, changed := mapRows(child, f)
		if !changed {
			continue
		}
		if out == doc {
			out = document.NewObject()
			for n, v := range doc.All() {
				out.Set(n, v)
			}
		}
		out.Set(name, next)
	}
	return out, out != doc
}

func mapItems(doc *document.Node, f func(*document.Node) (*document.Node, bool)) (*document.Node, bool) {
	items, changed := make([]*document.Node, doc.Len()), false
	for i, item := range doc.Items() {
		next, inside := mapRows(item, f)
		own := false
		if next.Kind() == document.KindObject {
			next, own = f(next)
		}
		items[i], changed = next, changed || inside || own
	}
	if !changed {
		return doc, false
	}
	return document.NewArray(items...), true
}
