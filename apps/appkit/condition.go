package appkit

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/hovedbok/hovedbok/apps/expression"
)

// infix are the functions that people write between their arguments.
var infix = map[string]string{
	"equals": "=", "notEquals": "≠", "greaterThan": ">", "greaterThanEq": "≥", "lessThan": "<", "lessThanEq": "≤",
	"and": "and", "or": "or", "plus": "+", "minus": "−", "multiply": "×", "divide": "÷",
	"contains": "contains", "notContains": "does not contain", "startsWith": "starts with", "endsWith": "ends with",
}

// Readable writes an expression as people write conditions: ["equals", ["gatewayAction"], "reject"] is
// action = "reject". What cannot be read as an expression is given as it is, on one line.
func Readable(text []byte) string {
	e, err := expression.ParseLenient(text)
	if err != nil {
		return strings.Join(strings.Fields(string(text)), " ")
	}
	d := json.NewDecoder(strings.NewReader(e.String()))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return e.String()
	}
	return readable(tree, false)
}

// readable writes a value or a call. inside says that it stands among the arguments of an infix.
func readable(v any, inside bool) string {
	call, ok := v.([]any)
	if !ok || len(call) == 0 {
		return compact(v)
	}
	name, _ := call[0].(string)
	args := call[1:]
	if sign, ok := infix[name]; ok && len(args) > 1 {
		text := strings.Join(each(args, true), " "+sign+" ")
		if inside {
			return "(" + text + ")"
		}
		return text
	}
	return named(name, args)
}

func each(args []any, inside bool) []string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = readable(a, inside)
	}
	return out
}

// named writes the functions that read something, and every other as name(arguments).
func named(name string, args []any) string {
	first := ""
	if len(args) > 0 {
		first, _ = args[0].(string)
	}
	switch {
	case name == "gatewayAction" && len(args) == 0:
		return "action"
	case name == "dataModel" && len(args) == 1 && first != "":
		return first
	case name == "dataModel" && len(args) == 2 && first != "":
		return first + " of " + strings.Trim(readable(args[1], true), `"`)
	case name == "component" && first != "":
		return "component " + first
	case name == "instanceContext" && first != "":
		return "instance." + first
	case name == "not" && len(args) == 1:
		return "not " + readable(args[0], true)
	}
	return name + "(" + strings.Join(each(args, false), ", ") + ")"
}

// compact writes a literal as JSON, without escapes that only browsers need.
func compact(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "?"
	}
	return strings.TrimSuffix(b.String(), "\n")
}
