package expression

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// compareKeys orders two numbers, or two strings by their characters.
func compareKeys(a, b Value) int {
	if a.kind == Number && b.kind == Number {
		return a.decimal().cmp(b.decimal())
	}
	return cmp.Or(cmp.Compare(a.kind, b.kind), strings.Compare(a.str, b.str))
}

func jmesSort(v Value) Value {
	items := slices.Clone(v.Items())
	slices.SortStableFunc(items, compareKeys)
	return ListOf(items...)
}

// jmesExtreme gives the largest item for side 1, the smallest for side -1, and null for no items.
func jmesExtreme(items []Value, side int) Value {
	if len(items) == 0 {
		return Value{}
	}
	best := items[0]
	for _, v := range items[1:] {
		if compareKeys(v, best)*side > 0 {
			best = v
		}
	}
	return best
}

// keyed is an item with the key that it is ordered by.
type keyed struct{ key, item Value }

var errJMESKeys = errors.New("keys must be all numbers or all strings")

func keysOf(items []Value, ref jmesExpr) ([]keyed, error) {
	keys, err := jmesEach(items, ref)
	if err != nil {
		return nil, err
	}
	if !all(keys, Number) && !all(keys, String) {
		return nil, errJMESKeys
	}
	pairs := make([]keyed, len(items))
	for i := range items {
		pairs[i] = keyed{keys[i], items[i]}
	}
	return pairs, nil
}

func jmesSortBy(args []jmesArg) (Value, error) {
	pairs, err := keysOf(args[0].value.Items(), args[1].ref)
	if err != nil {
		return Value{}, err
	}
	slices.SortStableFunc(pairs, func(a, b keyed) int { return compareKeys(a.key, b.key) })
	items := make([]Value, len(pairs))
	for i, pair := range pairs {
		items[i] = pair.item
	}
	return ListOf(items...), nil
}

func jmesExtremeBy(side int) func([]jmesArg) (Value, error) {
	return func(args []jmesArg) (Value, error) {
		pairs, err := keysOf(args[0].value.Items(), args[1].ref)
		if err != nil || len(pairs) == 0 {
			return Value{}, err
		}
		best := pairs[0]
		for _, pair := range pairs[1:] {
			if compareKeys(pair.key, best.key)*side > 0 {
				best = pair
			}
		}
		return best.item, nil
	}
}
