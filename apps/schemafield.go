package apps

import (
	"reflect"
	"slices"
	"strings"
)

// schemaNode is the node of a schema that describes a document.
type schemaNode struct {
	document map[string]any // the whole schema
	node     map[string]any
	pointer  string // "#/definitions/X", or empty for the document
	name     string // "X", or empty
}

// AnyKind is the kind of a field whose schema does not say what it holds.
const AnyKind = ""

// FieldExists follows a path such as "a.b[0].c" through $ref, allOf, anyOf, oneOf, properties and items,
// and reports whether the schema has such a field and of what kind: a type of JSON Schema, or AnyKind.
// An index may be left out: "a.b.c" is the field c of the rows of b.
func (m *Model) FieldExists(path string) (exists bool, kind string) {
	if known, ok := m.fields.Load(path); ok {
		return true, known.(string)
	}
	nodes, ok := m.find(path)
	if !ok {
		return false, AnyKind
	}
	kind = kindOf(nodes)
	if m.known.Add(1) <= maxKnownFields {
		m.fields.Store(path, kind)
	}
	return true, kind
}

// maxKnownFields bounds the fields that a model remembers: open objects have as many as clients think of.
const maxKnownFields = 4096

// Fields gives the names of the members that the schema has at a path, sorted; none when it has no
// such field or the field is no object. The empty path is the document.
func (m *Model) Fields(path string) []string {
	nodes, ok := m.find(path)
	if !ok {
		return nil
	}
	var names []string
	for _, n := range nodes {
		properties, _ := n["properties"].(map[string]any)
		for name := range properties {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// find gives all nodes that together describe the field.
func (m *Model) find(path string) ([]map[string]any, bool) {
	nodes := m.expand(m.root.node)
	if path == "" {
		return nodes, true
	}
	for _, part := range strings.Split(path, ".") {
		name, indexes, ok := splitIndexes(part)
		if !ok {
			return nil, false
		}
		if nodes, ok = m.member(nodes, name); !ok {
			return nil, false
		}
		for range indexes {
			if nodes, ok = m.items(nodes); !ok {
				return nil, false
			}
		}
	}
	return nodes, true
}

// splitIndexes reads "b[0][1]" as b with two indexes. Markers such as [{0}] count as indexes.
func splitIndexes(part string) (name string, indexes int, ok bool) {
	name, rest, _ := strings.Cut(part, "[")
	if name == "" {
		return "", 0, false
	}
	for rest != "" {
		index, after, closed := strings.Cut(rest, "]")
		index = strings.Trim(index, "{}")
		if !closed || index == "" || strings.Trim(index, "0123456789") != "" {
			return "", 0, false
		}
		indexes++
		if after != "" && !strings.HasPrefix(after, "[") {
			return "", 0, false
		}
		rest = strings.TrimPrefix(after, "[")
	}
	return name, indexes, !strings.HasSuffix(part, "[")
}

// member gives the nodes of a member. A list in between is looked through. An object that declares
// nothing has every member, of any kind.
func (m *Model) member(nodes []map[string]any, name string) ([]map[string]any, bool) {
	var found []map[string]any
	exists := false
	for _, n := range m.throughLists(nodes) {
		properties, declared := n["properties"].(map[string]any)
		if child, ok := properties[name]; ok {
			exists = true
			found = append(found, m.expandAny(child)...)
		} else if !declared && isOpen(n) {
			exists = true
			found = append(found, map[string]any{})
		}
	}
	return found, exists
}

func (m *Model) throughLists(nodes []map[string]any) []map[string]any {
	var objects []map[string]any
	for _, n := range nodes {
		if items, ok := n["items"]; ok && kindOf([]map[string]any{n}) == "array" {
			objects = append(objects, m.throughLists(m.expandAny(items))...)
			continue
		}
		objects = append(objects, n)
	}
	return objects
}

func (m *Model) items(nodes []map[string]any) ([]map[string]any, bool) {
	var found []map[string]any
	exists := false
	for _, n := range nodes {
		if len(n) == 0 || kindOf([]map[string]any{n}) == "array" || n["items"] != nil {
			exists = true
			found = append(found, m.itemsOf(n)...)
		}
	}
	return found, exists
}

// itemsOf gives the nodes of the items of a list, which are anything when it does not say.
func (m *Model) itemsOf(n map[string]any) []map[string]any {
	if items, ok := n["items"].(map[string]any); ok {
		return m.expand(items)
	}
	return []map[string]any{{}}
}

// isOpen reports whether a node says nothing of its own about what it holds, or that it is an object
// of any members.
func isOpen(n map[string]any) bool {
	types := typesOf(n)
	allowed, said := n["additionalProperties"].(bool)
	if len(types) > 0 && !slices.Contains(types, "object") || said && !allowed {
		return false
	}
	for _, keyword := range []string{"$ref", "allOf", "anyOf", "oneOf", "enum", "const", "patternProperties"} {
		if _, ok := n[keyword]; ok {
			return false
		}
	}
	return true
}

// expand gives a node and every node that it refers to for the same value.
func (m *Model) expand(node map[string]any) []map[string]any {
	return m.expandInto(nil, node)
}

func (m *Model) expandAny(v any) []map[string]any {
	node, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	return m.expand(node)
}

// expandInto stops at nodes already there, so references in a ring do no harm.
func (m *Model) expandInto(nodes []map[string]any, node map[string]any) []map[string]any {
	for _, known := range nodes {
		if reflect.ValueOf(known).UnsafePointer() == reflect.ValueOf(node).UnsafePointer() {
			return nodes
		}
	}
	nodes = append(nodes, node)
	if ref, ok := node["$ref"].(string); ok {
		if target, ok := lookup(m.root.document, ref).(map[string]any); ok {
			nodes = m.expandInto(nodes, target)
		}
	}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		list, _ := node[keyword].([]any)
		for _, item := range list {
			if branch, ok := item.(map[string]any); ok {
				nodes = m.expandInto(nodes, branch)
			}
		}
	}
	return nodes
}

// kindOf gives the one type, other than null, that the nodes name, or AnyKind.
func kindOf(nodes []map[string]any) string {
	found := AnyKind
	for _, n := range nodes {
		for _, kind := range typesOf(n) {
			switch {
			case kind == "null" || kind == found:
			case found == AnyKind, found == "number" && kind == "integer":
				found = kind
			case found == "integer" && kind == "number":
			default:
				return AnyKind
			}
		}
	}
	return found
}

func typesOf(n map[string]any) []string {
	switch t := n["type"].(type) {
	case string:
		return []string{t}
	case []any:
		var kinds []string
		for _, v := range t {
			if kind, ok := v.(string); ok {
				kinds = append(kinds, kind)
			}
		}
		return kinds
	}
	if _, ok := n["properties"]; ok {
		return []string{"object"}
	}
	return nil
}
