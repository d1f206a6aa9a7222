package expression

import (
	"errors"
	"fmt"
)

// This file and its neighbours with the same prefix are JMESPath (https://jmespath.org/specification.html), whole: every form of
// expression and all built-in functions of the specification. Objects keep the order of their members.

// callJMESPath searches a value with a query.
func callJMESPath(_ *run, n *node, args []Value) (Value, error) {
	if args[1].kind == Null {
		return Value{}, failArg(n, 1, "Expected argument to be string")
	}
	query, err := parseJMES(args[1].str)
	if err != nil && !n.args[1].constant {
		return Value{}, failArg(n, 1, "Jmespath error in a computed query")
	}
	if err != nil {
		return Value{}, failArg(n, 1, "Jmespath error: %v", err)
	}
	v, err := query(args[0])
	if err != nil {
		return Value{}, failArg(n, 1, "Jmespath error: %v", err)
	}
	return v, nil
}

// jmesExpr is a compiled query, or a part of one: it gives what it finds in a value.
type jmesExpr func(v Value) (Value, error)

func jmesCurrent(v Value) (Value, error) { return v, nil }

func jmesLiteral(lit Value) jmesExpr { return func(Value) (Value, error) { return lit, nil } }

func jmesField(name string) jmesExpr {
	return func(v Value) (Value, error) {
		found, _ := v.Field(name)
		return found, nil
	}
}

// jmesThen applies right to what left finds.
func jmesThen(left, right jmesExpr) jmesExpr {
	return func(v Value) (Value, error) {
		found, err := left(v)
		if err != nil {
			return Value{}, err
		}
		return right(found)
	}
}

// jmesSub is jmesThen where null stops the search.
func jmesSub(left, right jmesExpr) jmesExpr {
	return func(v Value) (Value, error) {
		found, err := left(v)
		if err != nil || found.kind == Null {
			return Value{}, err
		}
		return right(found)
	}
}

func jmesIndex(i int) jmesExpr {
	return func(v Value) (Value, error) {
		if i < 0 {
			return item(v, len(v.Items())+i), nil
		}
		return item(v, i), nil
	}
}

// jmesProject applies each to every item that source makes of a value, and leaves out nulls.
func jmesProject(source func(v Value) ([]Value, bool, error), each jmesExpr) jmesExpr {
	return func(v Value) (Value, error) {
		items, ok, err := source(v)
		if err != nil || !ok {
			return Value{}, err
		}
		found := make([]Value, 0, len(items))
		for _, item := range items {
			result, err := each(item)
			if err != nil {
				return Value{}, err
			}
			if result.kind != Null {
				found = append(found, result)
			}
		}
		return ListOf(found...), nil
	}
}

// jmesItems gives the items of the list that left finds.
func jmesItems(left jmesExpr) func(Value) ([]Value, bool, error) {
	return func(v Value) ([]Value, bool, error) {
		list, err := left(v)
		return list.Items(), list.kind == List, err
	}
}

// jmesValues gives the values of the object that left finds.
func jmesValues(left jmesExpr) func(Value) ([]Value, bool, error) {
	return func(v Value) ([]Value, bool, error) {
		object, err := left(v)
		return memberValues(object), object.kind == Object, err
	}
}

func memberValues(object Value) []Value {
	values := make([]Value, len(object.Members()))
	for i, m := range object.Members() {
		values[i] = m.Value
	}
	return values
}

// jmesFlat gives the items of the list that left finds, with lists among them opened once.
func jmesFlat(left jmesExpr) func(Value) ([]Value, bool, error) {
	return func(v Value) ([]Value, bool, error) {
		list, err := left(v)
		flat := make([]Value, 0, len(list.Items()))
		for _, item := range list.Items() {
			if item.kind == List {
				flat = append(flat, item.Items()...)
			} else {
				flat = append(flat, item)
			}
		}
		return flat, list.kind == List, err
	}
}

// jmesFilter gives the items of the list that left finds for which the condition holds.
func jmesFilter(left, condition jmesExpr) func(Value) ([]Value, bool, error) {
	return func(v Value) ([]Value, bool, error) {
		list, err := left(v)
		if err != nil {
			return nil, false, err
		}
		var kept []Value
		for _, item := range list.Items() {
			holds, err := condition(item)
			if err != nil {
				return nil, false, err
			}
			if jmesTrue(holds) {
				kept = append(kept, item)
			}
		}
		return kept, list.kind == List, nil
	}
}

// jmesTrue tells whether a value counts as true: all but null, false, "", [] and {}.
func jmesTrue(v Value) bool {
	switch v.kind {
	case Bool:
		return v.num == 1
	case String:
		return v.str != ""
	case List:
		return len(v.Items()) > 0
	case Object:
		return len(v.Members()) > 0
	default:
		return v.kind == Number
	}
}

func jmesOr(left, right jmesExpr) jmesExpr {
	return func(v Value) (Value, error) {
		found, err := left(v)
		if err != nil || jmesTrue(found) {
			return found, err
		}
		return right(v)
	}
}

func jmesAnd(left, right jmesExpr) jmesExpr {
	return func(v Value) (Value, error) {
		found, err := left(v)
		if err != nil || !jmesTrue(found) {
			return found, err
		}
		return right(v)
	}
}

func jmesNot(e jmesExpr) jmesExpr {
	return func(v Value) (Value, error) {
		found, err := e(v)
		return Truth(!jmesTrue(found)), err
	}
}

// jmesCompare compares any values for equality, and numbers by size; the size of other values gives null.
func jmesCompare(operator string, left, right jmesExpr) jmesExpr {
	return func(v Value) (Value, error) {
		a, err := left(v)
		if err != nil {
			return Value{}, err
		}
		b, err := right(v)
		if err != nil {
			return Value{}, err
		}
		return jmesOrder(operator, a, b), nil
	}
}

func jmesOrder(operator string, a, b Value) Value {
	switch operator {
	case "==":
		return Truth(a.Equal(b))
	case "!=":
		return Truth(!a.Equal(b))
	}
	if a.kind != Number || b.kind != Number {
		return Value{}
	}
	order := a.decimal().cmp(b.decimal())
	switch operator {
	case "<":
		return Truth(order < 0)
	case "<=":
		return Truth(order <= 0)
	case ">":
		return Truth(order > 0)
	default:
		return Truth(order >= 0)
	}
}

// jmesMember is one member of a multi-select hash, or one item of a multi-select list.
type jmesMember struct {
	name string
	expr jmesExpr
}

func jmesSelect(parts []jmesMember, asObject bool) jmesExpr {
	return func(v Value) (Value, error) {
		if v.kind == Null {
			return Value{}, nil
		}
		var items []Value
		var members []Member
		for _, part := range parts {
			found, err := part.expr(v)
			if err != nil {
				return Value{}, err
			}
			items = append(items, found)
			members = append(members, Member{Name: part.name, Value: found})
		}
		if asObject {
			return ObjectOf(members...), nil
		}
		return ListOf(items...), nil
	}
}

// jmesSlice holds the numbers of [start:stop:step]; nil ones were left out.
type jmesSlice struct{ start, stop, step *int }

var errJMESStep = errors.New("invalid slice, step cannot be 0")

// apply gives the items of a list between start and stop, by step.
func (s jmesSlice) apply(v Value) (Value, error) {
	if v.kind != List {
		return Value{}, nil
	}
	items := v.Items()
	step := 1
	if s.step != nil {
		step = *s.step
	}
	low, high := 0, len(items)
	if step < 0 {
		low, high = -1, len(items)-1
	}
	start, stop := bound(s.start, low, high, step < 0), bound(s.stop, low, high, step > 0)
	var kept []Value
	for i := start; step > 0 && i < stop || step < 0 && i > stop; i += step {
		kept = append(kept, items[i])
	}
	return ListOf(kept...), nil
}

// bound brings an index, counted from the end when negative, between low and high; atHigh is where one that was left
// out stands.
func bound(index *int, low, high int, atHigh bool) int {
	switch {
	case index == nil && atHigh:
		return high
	case index == nil:
		return low
	}
	i := *index
	if i < 0 {
		i += max(high, high-low) // both give the length of the list
	}
	return min(max(i, low), high)
}

// jmesArg is an argument of a function: a value, or an expression given with &.
type jmesArg struct {
	value Value
	ref   jmesExpr
}

func jmesCall(fn jmesFunction, args []jmesMember) jmesExpr {
	return func(v Value) (Value, error) {
		values := make([]jmesArg, len(args))
		for i, arg := range args {
			if arg.name == "&" {
				values[i] = jmesArg{ref: arg.expr}
				continue
			}
			found, err := arg.expr(v)
			if err != nil {
				return Value{}, err
			}
			values[i] = jmesArg{value: found}
		}
		if err := fn.checkTypes(values); err != nil {
			return Value{}, fmt.Errorf("%s: %w", fn.name, err)
		}
		return fn.call(values)
	}
}
