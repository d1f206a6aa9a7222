package expression

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// faults collects what is wrong with an expression.
type faults struct{ all []*ParseError }

func (f *faults) add(path, format string, args ...any) {
	f.all = append(f.all, &ParseError{Path: path, Message: fmt.Sprintf(format, args...)})
}

func (f *faults) err() error {
	if len(f.all) == 0 {
		return nil
	}
	first := *f.all[0]
	first.More = f.all[1:]
	return &first
}

func parse(src []byte) (*Expression, error) {
	dec := json.NewDecoder(bytes.NewReader(src))
	dec.UseNumber()
	raw, err := decodeValue(dec, 0)
	if err == nil {
		if _, end := dec.Token(); !errors.Is(end, io.EOF) {
			err = errors.New("more text follows the expression")
		}
	}
	if err != nil {
		return nil, &ParseError{Message: fmt.Sprintf("not readable as JSON: %v", err)}
	}
	var found faults
	e := &Expression{}
	build(&found, "", raw, &e.root)
	if err := found.err(); err != nil {
		return nil, err
	}
	e.room = e.root.room()
	return e, nil
}

// argPointer gives the JSON pointer to argument i of the call at pointer.
func argPointer(pointer string, i int) string { return pointer + "/" + strconv.Itoa(i+1) }

// build makes the node for a value, and says what type it has.
func build(f *faults, path string, raw Value, n *node) (given argType, known bool) {
	switch raw.kind {
	case List:
		return buildCall(f, path, raw.Items(), n)
	case Object:
		f.add(path, "Invalid type \"object\"")
		return anyArg, false
	default:
		n.lit, n.constant = raw, true
		return literalType(raw), true
	}
}

// literalType gives the type of a literal. Null fits every type but lists and objects, which are checked for it.
func literalType(v Value) argType {
	switch v.kind {
	case Bool:
		return boolArg
	case Number:
		return numberArg
	case String:
		return stringArg
	default:
		return anyArg
	}
}

func buildCall(f *faults, path string, items []Value, n *node) (argType, bool) {
	if len(items) == 0 {
		f.add(path, "Missing function name in expression")
		return anyArg, false
	}
	if items[0].kind != String {
		f.add(path+"/0", "Function name in expression should be string")
		return anyArg, false
	}
	fn := functions[items[0].str]
	if fn == nil {
		f.add(path+"/0", "Function %q not implemented", items[0].str)
	}
	before := len(f.all)
	n.fn, n.constant, n.args = fn, fn != nil && !fn.context, make([]node, len(items)-1)
	given := make([]argType, len(n.args))
	for i := range n.args {
		var known bool
		given[i], known = build(f, argPointer(path, i), items[i+1], &n.args[i])
		n.constant = n.constant && n.args[i].constant
		if !known {
			given[i] = anyArg
		}
	}
	if fn == nil {
		return anyArg, false
	}
	checkCall(f, path, n, given)
	if len(f.all) == before {
		prepare(n)
	}
	return fn.returns, true
}

// checkCall checks the number and types of arguments, and what the function itself asks for.
func checkCall(f *faults, path string, n *node, given []argType) {
	if !checkCount(f, path, n) {
		return
	}
	for i, t := range given {
		want, _ := n.fn.argType(i)
		checkArg(f, argPointer(path, i), want, t, &n.args[i])
	}
	if n.fn.check != nil {
		n.fn.check(f, path, n)
	}
}

func checkArg(f *faults, path string, want, given argType, arg *node) {
	if arg.fn == nil && arg.lit.kind == Null {
		if want == listArg || want == objectArg {
			f.add(path, "Expected argument to be %s, got null", want)
		}
		return
	}
	if !want.accepts(given) {
		f.add(path, "Expected argument to be %s, got %s", want, given)
	}
}

func checkCount(f *faults, path string, n *node) bool {
	fn, got := n.fn, len(n.args)
	if fn.name == "if" { // says so in its own words
		return true
	}
	most := len(fn.args)
	if got >= fn.least && (got <= most || fn.rest) {
		return true
	}
	want := strconv.Itoa(fn.least)
	switch {
	case fn.rest:
		want += "+"
	case most != fn.least:
		want += "-" + strconv.Itoa(most)
	}
	f.add(path, "Expected %s argument(s), got %d", want, got)
	return false
}

// prepare casts literals once and for all, and reads literal paths. A literal that cannot be cast is left for the
// evaluation to refuse, as in Altinn.
func prepare(n *node) {
	for i := range n.args {
		arg := &n.args[i]
		if arg.fn != nil {
			continue
		}
		want, _ := n.fn.argType(i)
		if v, ok := castTo(want, arg.lit); ok {
			arg.ready, arg.cast = v, true
		}
	}
	if n.fn.refers == 1 && n.args[0].lit.kind == String {
		n.path = ParsePath(n.args[0].lit.str)
	}
}
