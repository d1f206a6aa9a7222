package expression

// Functions of logic and comparison. Their arguments have been cast already; a null boolean counts as false.

func callIf(_ *run, _ *node, args []Value) (Value, error) {
	switch {
	case args[0].IsTrue():
		return args[1], nil
	case len(args) == 4:
		return args[3], nil
	default:
		return Value{}, nil
	}
}

func callAnd(_ *run, _ *node, args []Value) (Value, error) {
	for _, arg := range args {
		if !arg.IsTrue() {
			return Truth(false), nil
		}
	}
	return Truth(true), nil
}

func callOr(_ *run, _ *node, args []Value) (Value, error) {
	for _, arg := range args {
		if arg.IsTrue() {
			return Truth(true), nil
		}
	}
	return Truth(false), nil
}

func callNot(_ *run, _ *node, args []Value) (Value, error) { return Truth(!args[0].IsTrue()), nil }

func callEquals(_ *run, _ *node, args []Value) (Value, error) {
	return Truth(sameText(args[0], args[1])), nil
}

func callNotEquals(_ *run, _ *node, args []Value) (Value, error) {
	return Truth(!sameText(args[0], args[1])), nil
}

// sameText compares two values that are strings or null.
func sameText(a, b Value) bool { return a.kind == b.kind && a.str == b.str }

func callGreaterThan(_ *run, _ *node, args []Value) (Value, error) {
	return ordered(args[0], args[1], func(order int) bool { return order > 0 }), nil
}

func callGreaterThanEq(_ *run, _ *node, args []Value) (Value, error) {
	return ordered(args[0], args[1], func(order int) bool { return order >= 0 }), nil
}

func callLessThan(_ *run, _ *node, args []Value) (Value, error) {
	return ordered(args[0], args[1], func(order int) bool { return order < 0 }), nil
}

func callLessThanEq(_ *run, _ *node, args []Value) (Value, error) {
	return ordered(args[0], args[1], func(order int) bool { return order <= 0 }), nil
}

// ordered compares two numbers; it is false when either is null.
func ordered(a, b Value, holds func(order int) bool) Value {
	if a.kind == Null || b.kind == Null {
		return Truth(false)
	}
	return Truth(holds(a.decimal().cmp(b.decimal())))
}
