package expression

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// jmesFunction is a built-in function of JMESPath. The types of its arguments are letters: n number, s string, l
// list, o object, N list of numbers, S list of strings, & expression, a anything. Several letters are alternatives.
type jmesFunction struct {
	name string
	args []string
	rest bool // the last argument repeats
	call func(args []jmesArg) (Value, error)
}

func simple(f func(v Value) Value) func([]jmesArg) (Value, error) {
	return func(args []jmesArg) (Value, error) { return f(args[0].value), nil }
}

// jmesFunctions holds all but those that take expressions.
var jmesFunctions = []jmesFunction{
	{name: "abs", args: []string{"n"}, call: simple(jmesAbs)},
	{name: "avg", args: []string{"N"}, call: callJMESAvg},
	{name: "ceil", args: []string{"n"}, call: simple(func(v Value) Value { return number(v.decimal().whole(1)) })},
	{name: "contains", args: []string{"ls", "a"}, call: jmesContains},
	{name: "ends_with", args: []string{"s", "s"}, call: jmesText2(strings.HasSuffix)},
	{name: "floor", args: []string{"n"}, call: simple(func(v Value) Value { return number(v.decimal().whole(-1)) })},
	{name: "join", args: []string{"s", "S"}, call: jmesJoin},
	{name: "keys", args: []string{"o"}, call: simple(jmesKeys)},
	{name: "length", args: []string{"slo"}, call: simple(jmesLength)},
	{name: "map", args: []string{"&", "l"}, call: jmesMap},
	{name: "max", args: []string{"NS"}, call: simple(func(v Value) Value { return jmesExtreme(v.Items(), 1) })},
	{name: "max_by", args: []string{"l", "&"}, call: jmesExtremeBy(1)},
	{name: "merge", args: []string{"o"}, rest: true, call: jmesMerge},
	{name: "min", args: []string{"NS"}, call: simple(func(v Value) Value { return jmesExtreme(v.Items(), -1) })},
	{name: "min_by", args: []string{"l", "&"}, call: jmesExtremeBy(-1)},
	{name: "not_null", args: []string{"a"}, rest: true, call: jmesNotNull},
	{name: "reverse", args: []string{"sl"}, call: simple(jmesReverse)},
	{name: "sort", args: []string{"NS"}, call: simple(jmesSort)},
	{name: "sort_by", args: []string{"l", "&"}, call: jmesSortBy},
	{name: "starts_with", args: []string{"s", "s"}, call: jmesText2(strings.HasPrefix)},
	{name: "sum", args: []string{"N"}, call: callJMESSum},
	{name: "to_array", args: []string{"a"}, call: simple(jmesToArray)},
	{name: "to_number", args: []string{"a"}, call: simple(jmesToNumber)},
	{name: "to_string", args: []string{"a"}, call: simple(jmesToString)},
	{name: "type", args: []string{"a"}, call: simple(jmesType)},
	{name: "values", args: []string{"o"}, call: simple(func(v Value) Value { return ListOf(memberValues(v)...) })},
}

func jmesFunctionNamed(name string, count int) (jmesFunction, error) {
	for _, fn := range jmesFunctions {
		if fn.name != name {
			continue
		}
		if count == len(fn.args) || fn.rest && count > len(fn.args) {
			return fn, nil
		}
		return fn, fmt.Errorf("%s: takes %d argument(s), got %d", name, len(fn.args), count)
	}
	return jmesFunction{}, fmt.Errorf("unknown function: %s()", name)
}

func (fn jmesFunction) checkTypes(args []jmesArg) error {
	for i, arg := range args {
		wanted := fn.args[min(i, len(fn.args)-1)]
		if !slices.ContainsFunc([]byte(wanted), arg.is) {
			return fmt.Errorf("argument %d has the wrong type (%s)", i+1, arg.value.kind)
		}
	}
	return nil
}

func (a jmesArg) is(letter byte) bool {
	if a.ref != nil || letter == '&' {
		return a.ref != nil && letter == '&'
	}
	switch letter {
	case 'n':
		return a.value.kind == Number
	case 's':
		return a.value.kind == String
	case 'l':
		return a.value.kind == List
	case 'o':
		return a.value.kind == Object
	case 'N':
		return a.value.kind == List && all(a.value.Items(), Number)
	case 'S':
		return a.value.kind == List && all(a.value.Items(), String)
	default:
		return true
	}
}

func all(items []Value, kind Kind) bool {
	return !slices.ContainsFunc(items, func(v Value) bool { return v.kind != kind })
}

func jmesAbs(v Value) Value {
	if d := v.decimal(); d.sign() < 0 {
		return number(d.neg())
	}
	return v
}

// whole rounds to a whole number towards the side of the sign.
func (d decimal) whole(side int) decimal {
	if d.exp >= 0 {
		return d
	}
	quotient, rest := new(big.Int).QuoRem(d.bigCoef(), pow10(int(-d.exp)), new(big.Int))
	if rest.Sign() == side {
		quotient.Add(quotient, big.NewInt(int64(side)))
	}
	return normalBig(quotient, 0)
}

var errJMESRange = errors.New("the sum is out of range")

func jmesSum(list Value) (decimal, error) {
	sum := decimal{}
	for _, v := range list.Items() {
		sum = sum.add(v.decimal())
	}
	sum, ok := sum.bounded()
	if !ok {
		return sum, errJMESRange
	}
	return sum, nil
}

func callJMESSum(args []jmesArg) (Value, error) {
	sum, err := jmesSum(args[0].value)
	return number(sum), err
}

func callJMESAvg(args []jmesArg) (Value, error) {
	count := int64(len(args[0].value.Items()))
	if count == 0 {
		return Value{}, nil
	}
	sum, err := jmesSum(args[0].value)
	return number(sum.div(decimal{coef: count}.normal())), err
}

func jmesContains(args []jmesArg) (Value, error) {
	if in := args[0].value; in.kind == String {
		return Truth(args[1].value.kind == String && strings.Contains(in.str, args[1].value.str)), nil
	}
	return Truth(slices.ContainsFunc(args[0].value.Items(), args[1].value.Equal)), nil
}

func jmesText2(test func(s, t string) bool) func([]jmesArg) (Value, error) {
	return func(args []jmesArg) (Value, error) { return Truth(test(args[0].value.str, args[1].value.str)), nil }
}

func jmesJoin(args []jmesArg) (Value, error) {
	parts := make([]string, len(args[1].value.Items()))
	for i, part := range args[1].value.Items() {
		parts[i] = part.str
	}
	return Text(strings.Join(parts, args[0].value.str)), nil
}

func jmesKeys(v Value) Value {
	names := make([]Value, len(v.Members()))
	for i, m := range v.Members() {
		names[i] = Text(m.Name)
	}
	return ListOf(names...)
}

// jmesLength counts the characters of a string, as the specification says.
func jmesLength(v Value) Value {
	if v.kind == String {
		return Int(int64(len([]rune(v.str))))
	}
	return Int(int64(len(v.Items()) + len(v.Members())))
}

func jmesMap(args []jmesArg) (Value, error) {
	found, err := jmesEach(args[1].value.Items(), args[0].ref)
	return ListOf(found...), err
}

func jmesEach(items []Value, ref jmesExpr) ([]Value, error) {
	found := make([]Value, len(items))
	for i, v := range items {
		var err error
		if found[i], err = ref(v); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func jmesMerge(args []jmesArg) (Value, error) {
	var members []Member
	for _, arg := range args {
		for _, m := range arg.value.Members() {
			at := slices.IndexFunc(members, func(old Member) bool { return old.Name == m.Name })
			if at < 0 {
				members = append(members, m)
			} else {
				members[at] = m
			}
		}
	}
	return ObjectOf(members...), nil
}

func jmesNotNull(args []jmesArg) (Value, error) {
	for _, arg := range args {
		if arg.value.kind != Null {
			return arg.value, nil
		}
	}
	return Value{}, nil
}

func jmesReverse(v Value) Value {
	if v.kind == String {
		runes := []rune(v.str)
		slices.Reverse(runes)
		return Text(string(runes))
	}
	items := slices.Clone(v.Items())
	slices.Reverse(items)
	return ListOf(items...)
}

func jmesToArray(v Value) Value {
	if v.kind == List {
		return v
	}
	return ListOf(v)
}

func jmesToNumber(v Value) Value {
	if v.kind == String {
		v, _ = Decimal(v.str)
		return v
	}
	if v.kind != Number {
		return Value{}
	}
	return v
}

func jmesToString(v Value) Value {
	if v.kind == String {
		return v
	}
	return Text(string(v.appendJSON(nil)))
}

func jmesType(v Value) Value {
	if v.kind == List {
		return Text("array")
	}
	return Text(v.kind.String())
}
