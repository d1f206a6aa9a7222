package expression

// Functions of numbers. Null counts as 0, also in multiply.

// amount gives the number of an argument.
func amount(v Value) decimal {
	if v.kind == Null {
		return decimal{}
	}
	return v.decimal()
}

// result gives a number, or an error when it is larger than a double can be.
func result(n *node, d decimal) (Value, error) {
	d, ok := d.bounded()
	if !ok {
		return Value{}, fail(n, "The result is out of range")
	}
	return number(d), nil
}

func callPlus(_ *run, n *node, args []Value) (Value, error) {
	sum := decimal{}
	for _, arg := range args {
		sum = sum.add(amount(arg))
	}
	return result(n, sum)
}

func callMinus(_ *run, n *node, args []Value) (Value, error) {
	return result(n, amount(args[0]).add(amount(args[1]).neg()))
}

func callMultiply(_ *run, n *node, args []Value) (Value, error) {
	product := decimal{coef: 1}
	for _, arg := range args {
		var ok bool
		if product, ok = product.mul(amount(arg)).bounded(); !ok {
			return Value{}, fail(n, "The result is out of range")
		}
	}
	return number(product), nil
}

func callDivide(_ *run, n *node, args []Value) (Value, error) {
	divisor := amount(args[1])
	if divisor.sign() == 0 {
		return Value{}, failArg(n, 1, "The second argument is 0, cannot divide by 0")
	}
	return result(n, amount(args[0]).div(divisor))
}

// callRound gives a string, with as many decimals as asked for and a point before them (see decimal.fixed). Altinn's back end
// adds commas between thousands; this follows its front end and does not.
func callRound(_ *run, n *node, args []Value) (Value, error) {
	const most = 100 // as in JavaScript
	decimals := int64(0)
	if len(args) == 2 {
		places := amount(args[1]).float()
		if places <= -1 || places >= most+1 {
			return Value{}, failArg(n, 1, "Expected a number of decimals from 0 to %d", most)
		}
		decimals = int64(places)
	}
	return Text(amount(args[0]).fixed(int(decimals))), nil
}

func callSum(_ *run, n *node, args []Value) (Value, error) {
	sum, err := sumOf(n, args[0])
	if err != nil {
		return Value{}, err
	}
	return result(n, sum)
}

// callAverage gives its second argument when the list is empty.
func callAverage(_ *run, n *node, args []Value) (Value, error) {
	count := len(args[0].Items())
	if count == 0 {
		return args[1], nil
	}
	sum, err := sumOf(n, args[0])
	if err != nil {
		return Value{}, err
	}
	return result(n, sum.div(decimal{coef: int64(count)}.normal()))
}

func sumOf(n *node, list Value) (decimal, error) {
	sum := decimal{}
	for _, item := range list.Items() {
		v, ok := castNumber(item)
		if !ok {
			return sum, failArg(n, 0, "%s", wrongType(numberArg, item, n.args[0].constant))
		}
		sum = sum.add(amount(v))
	}
	return sum, nil
}

func callCount(_ *run, _ *node, args []Value) (Value, error) {
	return Int(int64(len(args[0].Items()))), nil
}
