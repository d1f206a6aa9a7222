package apps

import (
	"errors"
	"strings"

	"github.com/hovedbok/hovedbok/apps/expression"
	"github.com/hovedbok/hovedbok/apps/jsonc"
)

// This file is the only one that knows the expression engine.

// fieldLookup is a field that an expression reads by a path that stands in it.
type fieldLookup struct {
	path, dataType string
	pointer        string // JSON pointer to the call inside the expression
}

// expressionFault is why an expression cannot be parsed, and where inside it.
type expressionFault struct{ pointer, message string }

// analyse parses an expression and gives the fields that it reads. Comments and trailing commas are
// allowed, as in every file that holds expressions.
func analyse(text []byte) ([]fieldLookup, []expressionFault) {
	parsed, err := expression.ParseLenient(text)
	if err != nil {
		return nil, expressionFaults(err)
	}
	var fields []fieldLookup
	for _, l := range parsed.Lookups() {
		if l.Function == "dataModel" {
			fields = append(fields, fieldLookup{path: l.Path, dataType: l.DataType, pointer: l.Pointer})
		}
	}
	return fields, nil
}

func expressionFaults(err error) []expressionFault {
	var broken *expression.ParseError
	if !errors.As(err, &broken) {
		return []expressionFault{{message: err.Error()}}
	}
	faults := []expressionFault{{pointer: broken.Path, message: broken.Message}}
	for _, more := range broken.More {
		faults = append(faults, expressionFault{pointer: more.Path, message: more.Message})
	}
	return faults
}

// pointerOffset gives the place of a JSON pointer inside a value.
func pointerOffset(node *jsonc.Node, pointer string) int {
	if pointer == "" {
		return node.Offset
	}
	return nodeAt(node, strings.Split(strings.TrimPrefix(pointer, "/"), "/")).Offset
}
