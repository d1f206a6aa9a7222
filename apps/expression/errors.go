package expression

import (
	"errors"
	"strconv"
	"strings"
)

// ParseError tells what is wrong with an expression before it runs. It names no value of a form.
type ParseError struct {
	Path    string        // JSON pointer inside the expression; "" is the whole expression
	Message string        // for the person who wrote the expression
	More    []*ParseError // further faults of the same expression
}

// Error gives every fault of the expression.
func (e *ParseError) Error() string {
	var b strings.Builder
	b.WriteString("Invalid expression")
	e.write(&b)
	for _, other := range e.More {
		b.WriteByte(';')
		other.write(&b)
	}
	return b.String()
}

func (e *ParseError) write(b *strings.Builder) {
	if e.Path != "" {
		b.WriteString(" at ")
		b.WriteString(e.Path)
		b.WriteByte(':')
	} else if b.Len() > 0 {
		b.WriteByte(':')
	}
	b.WriteByte(' ')
	b.WriteString(e.Message)
}

// EvalError tells why an expression gave no value. Its text holds values that stand in the expression itself, but
// never one that came from a form, an instance or another part of the Context.
type EvalError struct {
	Path     string // JSON pointer inside the expression
	Function string // function that failed
	Message  string
	Err      error // error of a part of the Context, or nil
}

// Error gives the function, its place in the expression and the cause.
func (e *EvalError) Error() string {
	var b strings.Builder
	b.WriteString("expression function ")
	b.WriteString(strconv.Quote(e.Function))
	if e.Path != "" {
		b.WriteString(" at ")
		b.WriteString(e.Path)
	}
	b.WriteString(": ")
	b.WriteString(e.Message)
	if e.Err != nil && !errors.Is(e.Err, ErrNotFound) && !errors.Is(e.Err, ErrUnreachable) {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the error of a part of the Context.
func (e *EvalError) Unwrap() error { return e.Err }
