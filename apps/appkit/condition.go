package appkit

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/hovedbok/hovedbok/apps/expression"
)

// sign is how people write a function between its arguments, and how strongly it binds them.
type sign struct {
	text string
	bond int
}

// How strongly signs bind. An argument that binds no stronger than the sign around it stands in parentheses.
const (
	alone = iota
	joins
	compares
	computes
)

var infix = map[string]sign{
	"and": {"and", joins}, "or": {"or", joins},
	"equals": {"=", compares}, "notEquals": {"≠", compares}, "greaterThan": {">", compares}, "greaterThanEq": {"≥", compares},
	"lessThan": {"<", compares}, "lessThanEq": {"≤", compares}, "contains": {"contains", compares},
	"notContains": {"does not contain", compares}, "startsWith": {"starts with", compares}, "endsWith": {"ends with", compares},
	"plus": {"+", computes}, "minus": {"−", computes}, "multiply": {"×", computes}, "divide": {"÷", computes},
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
	return readable(tree, alone)
}

// readable writes a value or a call that stands among the arguments of something that binds so strongly.
func readable(v any, bond int) string {
	call, ok := v.([]any)
	if !ok || len(call) == 0 {
		return compact(v)
	}
	name, _ := call[0].(string)
	args := call[1:]
	if s, ok := infix[name]; ok && len(args) > 1 {
		text := strings.Join(each(args, s.bond), " "+s.text+" ")
		if s.bond <= bond {
			return "(" + text + ")"
		}
		return text
	}
	return named(name, args)
}

func each(args []any, bond int) []string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = readable(a, bond)
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
		return first + " of " + strings.Trim(readable(args[1], alone), `"`)
	case name == "component" && first != "":
		return "component " + first
	case name == "instanceContext" && first != "":
		return "instance." + first
	case name == "not" && len(args) == 1:
		return "not " + readable(args[0], computes)
	}
	return name + "(" + strings.Join(each(args, alone), ", ") + ")"
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
