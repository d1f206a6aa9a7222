package expression

import "slices"

// Expression is an expression or a literal that has been read and checked. It is immutable, and any number of
// goroutines may evaluate it at the same time. The zero Expression is the literal null.
type Expression struct {
	root node
	room int // values that an evaluation puts on its stack
}

// node is a literal, or the call of a function.
type node struct {
	fn       *function // nil for a literal
	lit      Value     // literal as written
	cast     bool      // a literal that needs no cast any more: ready holds it
	ready    Value     // literal as its function wants it
	constant bool      // depends on nothing outside the expression
	path     Path      // the argument that refers to a data model, when it is a literal
	args     []node
}

// Parse reads an expression: a JSON array that begins with the name of a function, or a literal (string, number,
// boolean or null). It checks function names, the number of arguments, literal arguments where a function needs
// them, and types as far as they show without data. Every fault is in the *ParseError that it returns.
//
// Altinn's back end finds unknown functions only when they are evaluated; here, as in its front end, an expression with a fault is
// refused when it is read.
func Parse(src []byte) (*Expression, error) { return parse(src) }

// ParseLenient is Parse for files in which Altinn allows comments (// and /* */) and trailing commas.
func ParseLenient(src []byte) (*Expression, error) { return parse(withoutComments(src)) }

// MustParse is Parse for expressions in the program itself. It panics on a fault.
func MustParse(src string) *Expression {
	e, err := Parse([]byte(src))
	if err != nil {
		panic(err)
	}
	return e
}

// Literal gives the expression that always has the value v.
func Literal(v Value) *Expression { return &Expression{root: node{lit: v, constant: true}} }

// IsLiteral reports whether the expression is a plain value, and which.
func (e *Expression) IsLiteral() (Value, bool) { return e.root.lit, e.root.fn == nil }

// String gives the expression as compact JSON.
func (e *Expression) String() string { return string(e.root.appendJSON(nil)) }

// MarshalJSON writes the expression as compact JSON.
func (e *Expression) MarshalJSON() ([]byte, error) { return e.root.appendJSON(nil), nil }

// UnmarshalJSON reads the expression as Parse does, so that structs of JSON files can hold expressions.
func (e *Expression) UnmarshalJSON(src []byte) error {
	read, err := Parse(src)
	if err != nil {
		return err
	}
	*e = *read
	return nil
}

func (n *node) appendJSON(dst []byte) []byte {
	if n.fn == nil {
		return n.lit.appendJSON(dst)
	}
	dst = append(dst, '[')
	dst = appendQuoted(dst, n.fn.name)
	for i := range n.args {
		dst = append(dst, ',')
		dst = n.args[i].appendJSON(dst)
	}
	return append(dst, ']')
}

// Lookup is a reference that an expression makes with a literal, so that it can be checked when an app is
// published: does the data model have the field, the layout the component, the language files the text?
type Lookup struct {
	Function string // such as dataModel, component, text, optionLabel
	DataType string // data type that a dataModel reference names; "" is the default type
	Path     string // field path, component id, page id, text key, option list, data type: what the function refers to
	Pointer  string // JSON pointer to the call inside the expression
}

// Lookups gives the references in the order in which they stand. References that are computed are not among them.
func (e *Expression) Lookups() []Lookup { return e.root.lookups("", nil) }

func (n *node) lookups(pointer string, found []Lookup) []Lookup {
	if n.fn == nil {
		return found
	}
	if at := n.fn.refers - 1; at >= 0 && n.args[at].lit.kind == String {
		ref := Lookup{Function: n.fn.name, Path: n.args[at].lit.str, Pointer: pointer}
		if n.fn.name == "dataModel" && len(n.args) > 1 {
			ref.DataType = n.args[1].lit.str
		}
		found = append(found, ref)
	}
	for i := range n.args {
		found = n.args[i].lookups(argPointer(pointer, i), found)
	}
	return found
}

// Uses reports whether the expression calls a function.
func (e *Expression) Uses(function string) bool { return e.root.uses(function) }

func (n *node) uses(function string) bool {
	if n.fn == nil {
		return false
	}
	return n.fn.name == function || slices.ContainsFunc(n.args, func(a node) bool { return a.uses(function) })
}

// FunctionNames gives the names of every function of the language, sorted.
func FunctionNames() []string {
	names := make([]string, 0, len(functions))
	for name := range functions {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
