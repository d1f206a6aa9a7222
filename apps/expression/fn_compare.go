package expression

// operator is one way to compare two values.
type operator struct {
	name string
	want argType
	// holds decides on two values that are not null, by their order: negative, zero or positive. Nil is equals.
	holds   func(order int) bool
	sameDay bool
}

var operators = []operator{
	{name: "equals", want: stringArg},
	{name: "greaterThan", want: numberArg, holds: func(order int) bool { return order > 0 }},
	{name: "greaterThanEq", want: numberArg, holds: func(order int) bool { return order >= 0 }},
	{name: "lessThan", want: numberArg, holds: func(order int) bool { return order < 0 }},
	{name: "lessThanEq", want: numberArg, holds: func(order int) bool { return order <= 0 }},
	{name: "isBefore", want: dateArg, holds: func(order int) bool { return order < 0 }},
	{name: "isBeforeEq", want: dateArg, holds: func(order int) bool { return order <= 0 }},
	{name: "isAfter", want: dateArg, holds: func(order int) bool { return order > 0 }},
	{name: "isAfterEq", want: dateArg, holds: func(order int) bool { return order >= 0 }},
	{name: "isSameDay", want: dateArg, sameDay: true},
}

var operatorNames = func() []string {
	names := make([]string, len(operators))
	for i, op := range operators {
		names[i] = op.name
	}
	return names
}()

func operatorNamed(name string) operator {
	for _, op := range operators {
		if op.name == name {
			return op
		}
	}
	return operators[0] // checkCompare lets no other name through
}

// callCompare is (a, operator, b) or (a, "not", operator, b).
func callCompare(_ *run, n *node, args []Value) (Value, error) {
	at, last := 1, 2
	if len(args) == 4 {
		at, last = 2, 3
	}
	op := operatorNamed(args[at].str)
	a, err := castOperand(n, op, args, 0)
	if err != nil {
		return Value{}, err
	}
	b, err := castOperand(n, op, args, last)
	if err != nil {
		return Value{}, err
	}
	result, err := op.compare(n, a, b, last)
	if err != nil {
		return Value{}, err
	}
	return Truth(result != (len(args) == 4)), nil
}

func castOperand(n *node, op operator, args []Value, i int) (Value, error) {
	v, ok := castTo(op.want, args[i])
	if !ok {
		return Value{}, failArg(n, i, "%s", wrongType(op.want, args[i], n.args[i].constant))
	}
	return v, nil
}

// compare compares two values that have been cast; last is the argument that b is.
func (op operator) compare(n *node, a, b Value, last int) (bool, error) {
	switch op.want {
	case stringArg:
		return sameText(a, b), nil
	case dateArg:
		return op.compareDates(n, a, b, last)
	default:
		return ordered(a, b, op.holds).IsTrue(), nil
	}
}

// compareDates reads both dates before it looks for nulls, so that a date that cannot be read is always told of.
func (op operator) compareDates(n *node, a, b Value, last int) (bool, error) {
	x, err := dateArgument(n, 0, a)
	if err != nil {
		return false, err
	}
	y, err := dateArgument(n, last, b)
	if err != nil {
		return false, err
	}
	if a.kind == Null || b.kind == Null {
		return false, nil
	}
	if x.zoned != y.zoned {
		return false, fail(n, "Can not compare timestamps where only one specify timezone")
	}
	if !op.sameDay {
		return op.holds(x.time.Compare(y.time)), nil
	}
	if x.offset != y.offset {
		return false, fail(n, "Can not figure out if timestamps in different timezones are in the same day")
	}
	return x.sameDay(y), nil
}
