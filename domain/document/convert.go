package document

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
)

// Interface gives n in the types that JSON Schema libraries and templates work on: map[string]any, []any, json.Number, string,
// bool and nil. The order of members is lost.
func (n *Node) Interface() any {
	switch n.Kind() {
	case KindBool:
		return n.truth
	case KindNumber:
		return json.Number(n.text)
	case KindString:
		return n.text
	case KindArray:
		items := make([]any, n.Len())
		for i, item := range n.Items() {
			items[i] = item.Interface()
		}
		return items
	case KindObject:
		members := make(map[string]any, n.Len())
		for key, v := range n.All() {
			members[key] = v.Interface()
		}
		return members
	}
	return nil
}

// FromInterface makes a node of the types that [Node.Interface] gives, of *Node, and of Go's own integers and floats. Members of
// a map come in the order of their names. Another type, a number that JSON cannot write, and nesting beyond [MaxDepth] (so also
// a map that holds itself) is an error.
func FromInterface(v any) (*Node, error) { return fromInterface(v, 0) }

func fromInterface(v any, depth int) (*Node, error) {
	if depth > MaxDepth {
		return nil, fmt.Errorf("document: %s", msgDepth)
	}
	switch v := v.(type) {
	case nil:
		return nullNode, nil
	case *Node:
		return orNull(v), nil
	case string:
		return String(v), nil
	case bool:
		return Bool(v), nil
	case []any:
		return fromSlice(v, depth)
	case map[string]any:
		return fromMap(v, depth)
	}
	return numberFrom(v)
}

func fromSlice(items []any, depth int) (*Node, error) {
	n := newContainer(KindArray)
	n.box.items = make([]*Node, 0, len(items))
	for _, v := range items {
		item, err := fromInterface(v, depth+1)
		if err != nil {
			return nil, err
		}
		n.Append(item)
	}
	return n, nil
}

func fromMap(members map[string]any, depth int) (*Node, error) {
	n := newContainer(KindObject)
	n.box.members = make([]member, 0, len(members))
	for _, key := range slices.Sorted(maps.Keys(members)) {
		v, err := fromInterface(members[key], depth+1)
		if err != nil {
			return nil, err
		}
		n.Set(key, v)
	}
	return n, nil
}

func numberFrom(v any) (*Node, error) {
	switch v := v.(type) {
	case json.Number:
		return Number(v.String())
	case float64:
		return float(v, 64)
	case float32:
		return float(float64(v), 32)
	case int:
		return Int(int64(v)), nil
	case int8:
		return Int(int64(v)), nil
	case int16:
		return Int(int64(v)), nil
	case int32:
		return Int(int64(v)), nil
	case int64:
		return Int(v), nil
	case uint:
		return Number(strconv.FormatUint(uint64(v), 10))
	case uint8:
		return Int(int64(v)), nil
	case uint16:
		return Int(int64(v)), nil
	case uint32:
		return Int(int64(v)), nil
	case uint64:
		return Number(strconv.FormatUint(v, 10))
	}
	return nil, fmt.Errorf("document: a value of the Go type %T has no form in JSON", v)
}

// float writes the shortest literal that reads back as f, with an exponent only where the plain form would be long.
func float(f float64, bits int) (*Node, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, fmt.Errorf("document: JSON has no number for %v", f)
	}
	format := byte('f')
	if size := math.Abs(f); size != 0 && (size < 1e-6 || size >= 1e21) {
		format = 'e'
	}
	return Number(strconv.FormatFloat(f, format, -1, bits))
}
