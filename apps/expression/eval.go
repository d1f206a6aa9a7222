package expression

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
)

// run is one evaluation. Arguments of calls lie on one stack, so that evaluation needs no memory of its own.
type run struct {
	ctx   Context
	stack []Value
}

var runs = sync.Pool{New: func() any { return &run{stack: make([]Value, 0, 16)} }}

// Eval gives the value of the expression. Every argument is evaluated and cast, from left to right, before its
// function runs, also those of if, and, or: a branch that fails makes the whole expression fail (Altinn does the
// same on both sides). The error is an *EvalError.
//
// What to do with null, another type than the wanted one, and errors is for the caller: see EvalBool, and the package comment.
func (e *Expression) Eval(ctx Context) (Value, error) {
	if e.root.fn == nil {
		return e.root.lit, nil
	}
	r := runs.Get().(*run)
	if cap(r.stack) < e.room {
		r.stack = make([]Value, 0, e.room)
	}
	r.ctx = ctx
	var v Value
	err := r.eval(&e.root, &v)
	r.release(e.room)
	if err != nil {
		return Value{}, located(e, err)
	}
	return v, nil
}

// EvalBool gives the boolean that hidden, required, readOnly and the like want: the value cast to a boolean, and
// def when it is null. On an error it gives def with the error: a page that is being shown goes on with def, while
// gateways, validation and calculations fail (Altinn's front end does the first, its back end the second).
func (e *Expression) EvalBool(ctx Context, def bool) (bool, error) {
	v, err := e.Eval(ctx)
	if err != nil {
		return def, err
	}
	cast, ok := castBool(v)
	if !ok {
		return def, &EvalError{Function: e.name(), Message: "Expected the result to be boolean, got " + v.kind.String()}
	}
	if cast.kind == Null {
		return def, nil
	}
	return cast.IsTrue(), nil
}

func (e *Expression) name() string {
	if e.root.fn == nil {
		return "literal"
	}
	return e.root.fn.name
}

// release gives the run back, holding nothing of the evaluation, which used so much of the stack.
func (r *run) release(used int) {
	r.ctx = Context{}
	clear(r.stack[:used])
	r.stack = r.stack[:0]
	runs.Put(r)
}

// eval puts the value of a call into out. The stack has room for the whole expression (see node.room), so that
// it never moves while out points into it.
func (r *run) eval(n *node, out *Value) error {
	base := len(r.stack)
	r.stack = r.stack[:base+len(n.args)]
	args := r.stack[base:]
	for i := range n.args {
		if n.args[i].cast {
			args[i] = n.args[i].ready
		} else if err := r.arg(n, i, &args[i]); err != nil {
			return err
		}
	}
	v, err := n.fn.call(r, n, args)
	r.stack = r.stack[:base]
	*out = v
	return err
}

// arg puts the value of argument i into out, cast to what the function wants.
func (r *run) arg(n *node, i int, out *Value) error {
	arg := &n.args[i]
	if arg.fn == nil {
		*out = arg.lit
	} else if err := r.eval(arg, out); err != nil {
		return err
	}
	want, _ := n.fn.argType(i)
	if want == anyArg || want == stringArg && out.isPlain() {
		return nil
	}
	cast, ok := castTo(want, *out)
	if !ok {
		return &failure{node: n, arg: i, message: wrongType(want, *out, arg.constant)}
	}
	*out = cast
	return nil
}

// room counts the values that the stack must have place for.
func (n *node) room() int {
	deepest := 0
	for i := range n.args {
		deepest = max(deepest, n.args[i].room())
	}
	return len(n.args) + deepest
}

// wrongType says that a value cannot be cast, in Altinn's words. Only a value that stands in the expression is shown.
func wrongType(want argType, v Value, constant bool) string {
	switch want {
	case listArg, objectArg, dateArg:
		return fmt.Sprintf("Expected argument to be %s, got %s", want, v.kind)
	default:
		return fmt.Sprintf("Expected %s, got value %s", want, shown(v, constant))
	}
}

// shown gives a value as JSON when it stands in the expression itself, and else only what kind of value it is.
func shown(v Value, constant bool) string {
	if constant || v.kind == Null {
		return string(v.appendJSON(nil))
	}
	return "of kind " + v.kind.String() + " (from outside the expression)"
}

// named gives an id or key for a message; see shown.
func (n *node) named(i int, v Value) string {
	if v.kind == Null {
		return "null"
	}
	if n.args[i].constant {
		return v.String()
	}
	return "(computed " + v.kind.String() + ")"
}

// failure is an error before its place in the expression is known. Places are found only when something fails.
type failure struct {
	node    *node
	arg     int // argument that is at fault, or -1
	message string
	err     error
}

// Error gives the message alone.
func (f *failure) Error() string { return f.message }

func fail(n *node, format string, args ...any) error {
	return &failure{node: n, arg: -1, message: fmt.Sprintf(format, args...)}
}

func failArg(n *node, arg int, format string, args ...any) error {
	return &failure{node: n, arg: arg, message: fmt.Sprintf(format, args...)}
}

// failWith tells that a part of the context failed.
func failWith(n *node, err error, format string, args ...any) error {
	return &failure{node: n, arg: -1, message: fmt.Sprintf(format, args...), err: err}
}

// located makes the error that callers see.
func located(e *Expression, err error) error {
	var f *failure
	if !errors.As(err, &f) {
		return &EvalError{Function: e.name(), Message: err.Error()}
	}
	pointer, _ := e.root.find(f.node, "")
	if f.arg >= 0 {
		pointer += "/" + strconv.Itoa(f.arg+1)
	}
	return &EvalError{Path: pointer, Function: f.node.fn.name, Message: f.message, Err: f.err}
}

func (n *node) find(target *node, pointer string) (string, bool) {
	if n == target {
		return pointer, true
	}
	for i := range n.args {
		if p, found := n.args[i].find(target, argPointer(pointer, i)); found {
			return p, true
		}
	}
	return "", false
}
