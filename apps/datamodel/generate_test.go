package datamodel_test

import (
	"strings"

	"pgregory.net/rapid"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/domain/document"
)

// generator draws documents that fit a schema, read by itself and not by the package under test.
type generator struct {
	*rapid.T
	schema map[string]any
}

func drawDocument(t *rapid.T, m *apps.Model) *document.Node {
	g := generator{T: t, schema: m.SchemaDocument()}
	root := g.schema
	for _, where := range []string{"$defs", "definitions"} {
		if defs, _ := g.schema[where].(map[string]any); m.Root() != "" && defs[m.Root()] != nil {
			root = defs[m.Root()].(map[string]any)
		}
	}
	return g.object(root, 0)
}

// resolve gives a node with what it refers to.
func (g generator) resolve(node map[string]any) map[string]any {
	out := map[string]any{}
	for key, v := range node {
		out[key] = v
	}
	refs := []any{map[string]any{"$ref": node["$ref"]}}
	if all, ok := node["allOf"].([]any); ok {
		refs = append(refs, all...)
	}
	for _, r := range refs {
		target := r.(map[string]any)
		if ref, ok := target["$ref"].(string); ok {
			parts := strings.Split(strings.TrimPrefix(ref, "#/"), "/")
			target = g.resolve(g.schema[parts[0]].(map[string]any)[parts[1]].(map[string]any))
		}
		for key, v := range target {
			if _, has := out[key]; !has {
				out[key] = v
			}
		}
	}
	return out
}

func (g generator) object(node map[string]any, depth int) *document.Node {
	properties, _ := g.resolve(node)["properties"].(map[string]any)
	out := document.NewObject()
	for _, name := range sortedKeys(properties) {
		member := g.resolve(properties[name].(map[string]any))
		fixed := member["const"] != nil && isAttribute(member) || isText(member)
		if name != document.RowID && (fixed || depth < 4 && rapid.IntRange(0, 3).Draw(g.T, "has") == 0) {
			if v := g.value(member, depth); v != nil {
				out.Set(name, v)
			}
		}
	}
	return out
}

func isAttribute(n map[string]any) bool { return n["@xsdType"] == "XmlAttribute" }

func isText(n map[string]any) bool { return n["@xsdType"] == "XmlSimpleContentExtension" }

// value draws a value, or nothing where the schema says nothing.
func (g generator) value(n map[string]any, depth int) *document.Node {
	if rapid.IntRange(0, 9).Draw(g.T, "null") == 0 && !isText(n) && n["const"] == nil {
		return document.Null()
	}
	typ := n["type"]
	if types, ok := typ.([]any); ok {
		typ = types[0]
	}
	switch {
	case typ == "array":
		return g.list(n, depth)
	case n["properties"] != nil:
		return g.object(n, depth+1)
	case typ == "string" && isText(n):
		return document.String("x" + text.Draw(g.T, "text"))
	case typ == "string":
		return document.String(text.Draw(g.T, "text"))
	case typ == "boolean":
		return document.Bool(rapid.Bool().Draw(g.T, "bool"))
	case typ == "number" || typ == "integer":
		v, err := document.Number(rapid.StringMatching(`-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,12})?([eE][-+]?[0-9]{1,2})?`).Draw(g.T, "number"))
		if err != nil {
			g.Fatal(err)
		}
		return v
	}
	return nil
}

func (g generator) list(n map[string]any, depth int) *document.Node {
	items, _ := n["items"].(map[string]any)
	out := document.NewArray()
	for range rapid.IntRange(0, 3).Draw(g.T, "rows") {
		item := g.value(g.resolve(items), depth)
		if item.Kind() == document.KindObject && rapid.Bool().Draw(g.T, "id") {
			item.Set(document.RowID, document.String(rapid.StringMatching(`[a-f0-9]{8}`).Draw(g.T, "row id")))
		}
		out.Append(item)
	}
	return out
}

// text draws what XML can hold.
var text = rapid.StringOf(rapid.OneOf(
	rapid.SampledFrom([]rune("<>&\"' \t\r\n]æøå\u2028\U0001F600")), rapid.RuneFrom([]rune("abcXYZ019")),
))

// essence gives a document without what XML does not tell apart: null members and empty lists.
func essence(n *document.Node) *document.Node {
	switch n.Kind() {
	case document.KindArray:
		out := document.NewArray()
		for _, item := range n.Items() {
			out.Append(essence(item))
		}
		return out
	case document.KindObject:
		out := document.NewObject()
		for name, v := range n.All() {
			if v.Kind() != document.KindNull && (v.Kind() != document.KindArray || v.Len() > 0) {
				out.Set(name, essence(v))
			}
		}
		return out
	}
	return n
}
