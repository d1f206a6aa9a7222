package policies

import (
	"errors"
	"fmt"
	"slices"
)

// op is what a node does.
type op uint8

const (
	opIn  op = iota // the column has one of the values
	opAnd           // all kids hold
	opOr            // one kid holds
)

// node is a part of a condition. It never changes. A nil node admits no row; there is no
// node that admits every row.
type node struct {
	op     op
	kids   []*node
	column string
	values []string
}

// in is nil for an empty list.
func in(column string, values []string) *node {
	if len(values) == 0 {
		return nil
	}
	return &node{op: opIn, column: column, values: values}
}

// allOf joins by AND; nothing holds when one part does not, or when there is no part.
func allOf(parts ...*node) *node {
	if len(parts) == 0 || slices.Contains(parts, nil) {
		return nil
	}
	return join(opAnd, parts)
}

// anyOf joins by OR and leaves out the parts that never hold.
func anyOf(parts ...*node) *node {
	parts = slices.DeleteFunc(slices.Clone(parts), func(n *node) bool { return n == nil })
	if len(parts) == 0 {
		return nil
	}
	return join(opOr, parts)
}

// join flattens: a kid of the same kind gives its own kids.
func join(op op, parts []*node) *node {
	var kids []*node
	for _, p := range parts {
		if p.op == op {
			kids = append(kids, p.kids...)
		} else {
			kids = append(kids, p)
		}
	}
	if len(kids) == 1 {
		return kids[0]
	}
	return &node{op: op, kids: kids}
}

// constrains tells whether no row passes without a condition on the column.
func (n *node) constrains(column string) bool {
	holds := func(kid *node) bool { return kid.constrains(column) }
	switch n.op {
	case opAnd:
		return slices.ContainsFunc(n.kids, holds)
	case opOr:
		return !slices.ContainsFunc(n.kids, func(kid *node) bool { return !holds(kid) })
	}
	return n.column == column
}

// replace makes a tree with other values; parts whose list becomes empty never hold.
func (n *node) replace(values func(column string, values []string) []string) *node {
	if n == nil {
		return nil
	}
	if n.op == opIn {
		return in(n.column, values(n.column, n.values))
	}
	kids := make([]*node, len(n.kids))
	for i, kid := range n.kids {
		kids[i] = kid.replace(values)
	}
	if n.op == opAnd {
		return allOf(kids...)
	}
	return anyOf(kids...)
}

// maxDepth bounds compiled trees; ours have three levels.
const maxDepth = 8

// treeColumns are the only columns that a filter may mention.
var treeColumns = map[string]string{
	"instances.id": columnID, "instances.party_id": columnParty, "instances.app_id": columnApp, "instances.slot": columnSlot,
}

var errEveryRow = errors.New("the filter admits every row")

// parseTree reads a compiled filter (UCAST). In OPA nil means no row and an empty tree every
// row; the two must not be taken for each other. Whatever is not known is an error.
func parseTree(query any) (*node, error) {
	switch q := query.(type) {
	case nil:
		return nil, nil
	case map[string]any:
		if len(q) == 0 {
			return nil, errEveryRow
		}
		return parseNode(q, 1)
	}
	return nil, fmt.Errorf("the filter is a %T", query)
}

func parseNode(m map[string]any, depth int) (*node, error) {
	if depth > maxDepth {
		return nil, errors.New("the filter nests too deep")
	}
	switch m["type"] {
	case "compound":
		return parseCompound(m, depth)
	case "field":
		return parseField(m)
	}
	return nil, fmt.Errorf("filter node of type %v", m["type"])
}

func parseCompound(m map[string]any, depth int) (*node, error) {
	parts, ok := m["value"].([]any)
	if !ok || len(parts) == 0 {
		return nil, errEveryRow
	}
	kids := make([]*node, len(parts))
	for i, p := range parts {
		kid, ok := p.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("filter part is a %T", p)
		}
		var err error
		if kids[i], err = parseNode(kid, depth+1); err != nil {
			return nil, err
		}
	}
	switch m["operator"] {
	case "and":
		return allOf(kids...), nil
	case "or":
		return anyOf(kids...), nil
	}
	return nil, fmt.Errorf("filter operator %v", m["operator"])
}

func parseField(m map[string]any) (*node, error) {
	name, _ := m["field"].(string)
	column, ok := treeColumns[name]
	if !ok {
		return nil, fmt.Errorf("filter column %q", name)
	}
	switch m["operator"] {
	case "eq":
		if v, ok := m["value"].(string); ok {
			return in(column, []string{v}), nil
		}
	case "in":
		return parseIn(column, m["value"])
	}
	return nil, fmt.Errorf("filter operator %v on %q with a %T", m["operator"], name, m["value"])
}

func parseIn(column string, value any) (*node, error) {
	items, ok := value.([]any)
	if !ok {
		return nil, fmt.Errorf("filter list on %q is a %T", column, value)
	}
	values := make([]string, len(items))
	for i, item := range items {
		if values[i], ok = item.(string); !ok {
			return nil, fmt.Errorf("filter value on %q is a %T", column, item)
		}
	}
	return in(column, values), nil
}
