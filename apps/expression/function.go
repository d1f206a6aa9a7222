package expression

// argType is what an argument is cast to before the function runs.
type argType uint8

const (
	anyArg argType = iota
	boolArg
	numberArg
	stringArg
	dateArg
	listArg
	objectArg
)

var argTypeNames = [...]string{"any", "boolean", "number", "string", "date", "list", "object"}

func (t argType) String() string { return argTypeNames[t] }

// accepts reports whether a value known to be of type given when the expression is read may stand where t is wanted. What any
// and date values are shows only when the expression runs.
func (t argType) accepts(given argType) bool {
	switch t {
	case anyArg:
		return true
	case dateArg:
		return given == stringArg || given == dateArg || given == anyArg
	case listArg, objectArg:
		return given == t || given == anyArg
	default:
		return given != listArg && given != objectArg
	}
}

// function is one function of the expression language.
type function struct {
	name    string
	args    []argType
	least   int  // arguments that must be given
	rest    bool // the last type repeats
	returns argType
	context bool // the result depends on more than the arguments
	refers  int  // 1 + the argument that refers to something outside: a path, component, text or option list
	check   func(f *faults, path string, n *node)
	call    func(r *run, n *node, args []Value) (Value, error)
}

// argType gives the type of argument i, and false when there may be none.
func (fn *function) argType(i int) (argType, bool) {
	if i < len(fn.args) {
		return fn.args[i], true
	}
	if fn.rest {
		return fn.args[len(fn.args)-1], true
	}
	return anyArg, false
}

func types(t ...argType) []argType { return t }

// functions is the whole language by name. See the package comment for what each function means.
var functions = index(
	// Where values come from.
	function{name: "dataModel", args: types(stringArg, stringArg), least: 1, returns: anyArg, context: true, refers: 1, check: checkDataModel, call: callDataModel},
	function{name: "component", args: types(stringArg), least: 1, returns: anyArg, context: true, refers: 1, call: callComponent},
	function{name: "displayValue", args: types(stringArg), least: 1, returns: stringArg, context: true, refers: 1, call: callDisplayValue},
	function{name: "text", args: types(stringArg), least: 1, returns: stringArg, context: true, refers: 1, call: callText},
	function{name: "optionLabel", args: types(stringArg, anyArg), least: 2, returns: stringArg, context: true, refers: 1, check: checkOptionLabel, call: callOptionLabel},
	function{name: "externalApi", args: types(stringArg, stringArg), least: 2, returns: stringArg, context: true, refers: 1, call: callExternalAPI},
	function{name: "countDataElements", args: types(stringArg), least: 1, returns: numberArg, context: true, refers: 1, call: callCountDataElements},
	function{name: "_experimentalSelectAndMap", args: types(stringArg, stringArg, stringArg, stringArg, boolArg), least: 2, returns: stringArg, context: true, refers: 1, call: callSelectAndMap},
	function{name: "instanceContext", args: types(stringArg), least: 1, returns: stringArg, context: true, call: callInstanceContext},
	function{name: "frontendSettings", args: types(stringArg), least: 1, returns: anyArg, context: true, call: callFrontendSettings},
	function{name: "authContext", args: types(stringArg), least: 1, returns: boolArg, context: true, call: callAuthContext},
	function{name: "gatewayAction", returns: stringArg, context: true, call: callGatewayAction},
	function{name: "language", returns: stringArg, context: true, call: callLanguage},
	function{name: "argv", args: types(numberArg), least: 1, returns: anyArg, context: true, call: callArgv},
	function{name: "value", args: types(stringArg), returns: anyArg, context: true, call: callValue},
	function{name: "linkToComponent", args: types(stringArg, stringArg, boolArg), least: 2, returns: stringArg, context: true, refers: 2, call: callLinkToComponent},
	function{name: "linkToPage", args: types(stringArg, stringArg, boolArg), least: 2, returns: stringArg, context: true, refers: 2, call: callLinkToPage},

	// Logic and comparison.
	function{name: "if", args: types(boolArg, anyArg, stringArg, anyArg), least: 2, returns: anyArg, check: checkIf, call: callIf},
	function{name: "and", args: types(boolArg), least: 1, rest: true, returns: boolArg, call: callAnd},
	function{name: "or", args: types(boolArg), least: 1, rest: true, returns: boolArg, call: callOr},
	function{name: "not", args: types(boolArg), least: 1, returns: boolArg, call: callNot},
	function{name: "equals", args: types(stringArg, stringArg), least: 2, returns: boolArg, call: callEquals},
	function{name: "notEquals", args: types(stringArg, stringArg), least: 2, returns: boolArg, call: callNotEquals},
	function{name: "greaterThan", args: types(numberArg, numberArg), least: 2, returns: boolArg, call: callGreaterThan},
	function{name: "greaterThanEq", args: types(numberArg, numberArg), least: 2, returns: boolArg, call: callGreaterThanEq},
	function{name: "lessThan", args: types(numberArg, numberArg), least: 2, returns: boolArg, call: callLessThan},
	function{name: "lessThanEq", args: types(numberArg, numberArg), least: 2, returns: boolArg, call: callLessThanEq},
	function{name: "compare", args: types(anyArg, anyArg, anyArg, anyArg), least: 3, returns: boolArg, check: checkCompare, call: callCompare},

	// Strings.
	function{name: "concat", args: types(stringArg), rest: true, returns: stringArg, call: callConcat},
	function{name: "contains", args: types(stringArg, stringArg), least: 2, returns: boolArg, call: callContains},
	function{name: "notContains", args: types(stringArg, stringArg), least: 2, returns: boolArg, call: callNotContains},
	function{name: "startsWith", args: types(stringArg, stringArg), least: 2, returns: boolArg, call: callStartsWith},
	function{name: "endsWith", args: types(stringArg, stringArg), least: 2, returns: boolArg, call: callEndsWith},
	function{name: "commaContains", args: types(stringArg, stringArg), least: 2, returns: boolArg, call: callCommaContains},
	function{name: "stringLength", args: types(stringArg), least: 1, returns: numberArg, call: callStringLength},
	function{name: "stringIndexOf", args: types(stringArg, stringArg), least: 2, returns: numberArg, call: callStringIndexOf},
	function{name: "stringReplace", args: types(stringArg, stringArg, stringArg), least: 3, returns: stringArg, call: callStringReplace},
	function{name: "stringSlice", args: types(stringArg, numberArg, numberArg), least: 2, returns: stringArg, call: callStringSlice},
	function{name: "lowerCase", args: types(stringArg), least: 1, returns: stringArg, call: callLowerCase},
	function{name: "upperCase", args: types(stringArg), least: 1, returns: stringArg, call: callUpperCase},
	function{name: "lowerCaseFirst", args: types(stringArg), least: 1, returns: stringArg, call: callLowerCaseFirst},
	function{name: "upperCaseFirst", args: types(stringArg), least: 1, returns: stringArg, call: callUpperCaseFirst},

	// Numbers, dates, lists and objects.
	function{name: "plus", args: types(numberArg), least: 1, rest: true, returns: numberArg, call: callPlus},
	function{name: "minus", args: types(numberArg, numberArg), least: 2, returns: numberArg, call: callMinus},
	function{name: "multiply", args: types(numberArg), least: 1, rest: true, returns: numberArg, call: callMultiply},
	function{name: "divide", args: types(numberArg, numberArg), least: 2, returns: numberArg, call: callDivide},
	function{name: "round", args: types(numberArg, numberArg), least: 1, returns: stringArg, call: callRound},
	function{name: "formatDate", args: types(dateArg, stringArg), least: 1, returns: stringArg, context: true, call: callFormatDate},
	function{name: "list", args: types(anyArg), rest: true, returns: listArg, call: callList},
	function{name: "object", args: types(anyArg), rest: true, returns: objectArg, check: checkObject, call: callObject},
	function{name: "sum", args: types(listArg), least: 1, returns: numberArg, call: callSum},
	function{name: "average", args: types(listArg, numberArg), least: 2, returns: numberArg, call: callAverage},
	function{name: "count", args: types(listArg), least: 1, returns: numberArg, call: callCount},
	function{name: "jmespath", args: types(anyArg, stringArg), least: 2, returns: anyArg, call: callJMESPath},
)

func index(all ...function) map[string]*function {
	byName := make(map[string]*function, len(all))
	for i := range all {
		byName[all[i].name] = &all[i]
	}
	return byName
}
