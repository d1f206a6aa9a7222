package datamodel

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/hovedbok/hovedbok/apps/jsonc"
	"github.com/hovedbok/hovedbok/domain/document"
)

// maxShapes bounds what a schema may describe. Real ones have some hundred.
const maxShapes = 20_000

// schemaReader makes shapes of the nodes of a schema.
type schemaReader struct {
	tree   *jsonc.Node
	shapes map[string]*shape // by the nodes that together describe a value
}

// root gives the node that describes a document. name is the definition's, or empty for the schema itself.
func (r *schemaReader) root(name string) *jsonc.Node {
	for _, where := range []string{"$defs", "definitions", "properties"} {
		if n := r.tree.Get(where).Get(name); name != "" && n != nil {
			return n
		}
	}
	return r.tree
}

// rootName gives the name of the root element as far as the schema tells it, or empty.
func rootName(tree, root *jsonc.Node) string {
	info := tree.Get("info")
	for _, n := range []*jsonc.Node{tree.Get("@xsdRootElement"), info.Get("meldingsnavn")} {
		if n.Is(jsonc.String) && n.Text != "" {
			return n.Text
		}
	}
	if properties := tree.Get("properties"); root != tree && properties.Is(jsonc.Object) && len(properties.Members) == 1 {
		return properties.Members[0].Name
	}
	return ""
}

// expand gives the nodes with those that they refer to and are made of.
func (r *schemaReader) expand(nodes []*jsonc.Node) []*jsonc.Node {
	var out []*jsonc.Node
	for _, n := range nodes {
		out = r.expandInto(out, n)
	}
	return out
}

func (r *schemaReader) expandInto(out []*jsonc.Node, n *jsonc.Node) []*jsonc.Node {
	if n == nil || slices.Contains(out, n) {
		return out
	}
	out = append(out, n)
	if ref := n.Get("$ref"); ref.Is(jsonc.String) {
		out = r.expandInto(out, r.follow(ref.Text))
	}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		if list := n.Get(keyword); list.Is(jsonc.List) {
			for _, branch := range list.Items {
				out = r.expandInto(out, branch)
			}
		}
	}
	return out
}

var pointerEscapes = strings.NewReplacer("~1", "/", "~0", "~")

// follow gives the node that a pointer such as "#/$defs/A" leads to, or nil.
func (r *schemaReader) follow(pointer string) *jsonc.Node {
	rest, ok := strings.CutPrefix(pointer, "#")
	n := r.tree
	if !ok || rest == "" {
		return n
	}
	for _, token := range strings.Split(strings.TrimPrefix(rest, "/"), "/") {
		if plain, err := url.PathUnescape(token); err == nil {
			token = plain
		}
		if n.Is(jsonc.List) {
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(n.Items) {
				return nil
			}
			n = n.Items[i]
			continue
		}
		n = n.Get(pointerEscapes.Replace(token))
	}
	return n
}

// shapeOf gives the shape that the nodes describe together.
func (r *schemaReader) shapeOf(nodes []*jsonc.Node) *shape {
	nodes = r.expand(nodes)
	key := keyOf(nodes)
	if s := r.shapes[key]; s != nil || len(r.shapes) > maxShapes {
		return orOpen(s)
	}
	s := &shape{}
	r.shapes[key] = s // before its fields, which may hold it
	names, members := properties(nodes)
	s.kind = kindOf(nodes)
	if len(names) > 0 {
		s.kind = kindObject
	}
	s.open = len(names) == 0 && !s.simple()
	for i, name := range names {
		s.fields = append(s.fields, r.fieldOf(name, members[name], i))
	}
	return s
}

func orOpen(s *shape) *shape {
	if s == nil {
		return &shape{open: true}
	}
	return s
}

func keyOf(nodes []*jsonc.Node) string {
	var key strings.Builder
	for _, n := range nodes {
		fmt.Fprintf(&key, "%p,", n)
	}
	return key.String()
}

// properties gives the names of the members in their order, and the nodes of each.
func properties(nodes []*jsonc.Node) (names []string, members map[string][]*jsonc.Node) {
	members = map[string][]*jsonc.Node{}
	for _, n := range nodes {
		declared := n.Get("properties")
		if !declared.Is(jsonc.Object) {
			continue
		}
		for _, m := range declared.Members {
			if members[m.Name] == nil && m.Name != document.RowID {
				names = append(names, m.Name)
			}
			members[m.Name] = append(members[m.Name], m.Value)
		}
	}
	return names, members
}

func (r *schemaReader) fieldOf(name string, nodes []*jsonc.Node, order int) *field {
	f := &field{json: name, xml: encodeName(name), at: placeOf(nodes), order: order}
	all := r.expand(nodes)
	if items := itemsOf(all); items != nil || hasType(all, "array") {
		f.list = true
		f.shape = r.shapeOf(items)
		return f
	}
	f.shape = r.shapeOf(nodes)
	f.fixed = constant(all, f.kind)
	return f
}

// placeOf reads the keywords with which Altinn Studio says that a member is no element.
func placeOf(nodes []*jsonc.Node) place {
	for _, n := range nodes {
		said := ""
		if typ := n.Get("@xsdType"); typ.Is(jsonc.String) {
			said = strings.ToLower(typ.Text)
		}
		switch {
		case said == "xmlattribute" || isTrue(n.Get("@xsdAttribute")):
			return inAttribute
		case said == "xmltext" || said == "xmlsimplecontentextension" || isTrue(n.Get("@xsdText")):
			return inText
		}
	}
	return inElement
}

// isTrue takes the keyword for set unless it is false or null.
func isTrue(n *jsonc.Node) bool { return n != nil && n.Kind != jsonc.Null && n.Text != "false" }

func itemsOf(nodes []*jsonc.Node) []*jsonc.Node {
	var items []*jsonc.Node
	for _, n := range nodes {
		if i := n.Get("items"); i.Is(jsonc.Object) {
			items = append(items, i)
		}
	}
	return items
}

var kindsOfTypes = map[string]kind{"string": kindText, "number": kindNumber, "integer": kindNumber, "boolean": kindBool, "object": kindObject}

// kindOf gives the one kind that the nodes name, or kindAny.
func kindOf(nodes []*jsonc.Node) kind {
	found := kindAny
	for _, n := range nodes {
		for _, t := range typesOf(n) {
			k, known := kindsOfTypes[t]
			switch {
			case t == "null":
			case !known || found != kindAny && found != k:
				return kindAny
			default:
				found = k
			}
		}
	}
	return found
}

func hasType(nodes []*jsonc.Node, name string) bool {
	return slices.ContainsFunc(nodes, func(n *jsonc.Node) bool { return slices.Contains(typesOf(n), name) })
}

func typesOf(n *jsonc.Node) []string {
	t := n.Get("type")
	switch {
	case t.Is(jsonc.String):
		return []string{t.Text}
	case t.Is(jsonc.List):
		var names []string
		for _, item := range t.Items {
			names = append(names, item.Text)
		}
		return names
	}
	return nil
}

// constant gives the const of the nodes in the kind of the field, or nil. Schemas from Altinn II write numbers as texts.
func constant(nodes []*jsonc.Node, k kind) *document.Node {
	for _, n := range nodes {
		if c := n.Get("const"); c.Is(jsonc.String, jsonc.Number, jsonc.Bool) {
			if v, ok := parseValue(k, c.Text); ok && v.Kind() != document.KindNull {
				return v
			}
		}
	}
	return nil
}
