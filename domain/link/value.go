package link

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Kind says what a Value is.
type Kind uint8

// The kinds of values. Expression is anything that must be evaluated.
const (
	None Kind = iota
	Null
	Bool
	Number
	String
	Expression
)

var valueKinds = [...]string{"none", "null", "boolean", "number", "string", "expression"}

// String gives the name of the kind, for literals that of JSON Schema.
func (k Kind) String() string { return valueKinds[min(int(k), len(valueKinds)-1)] }

// Value is a literal or an expression, as JSON text. The zero Value is absent.
type Value struct {
	JSON string // one line, without comments
	Kind Kind
}

// ParseValue reads JSON text: a list is an expression, and anything else but an object is a literal.
func ParseValue(text []byte) (Value, error) {
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		return Value{}, fmt.Errorf("link: the value is not JSON: %w", err)
	}
	kind := None
	switch compact.Bytes()[0] {
	case '[':
		kind = Expression
	case '"':
		kind = String
	case 't', 'f':
		kind = Bool
	case 'n':
		kind = Null
	case '{':
		return Value{}, fmt.Errorf("link: an object is neither a literal nor an expression")
	default:
		kind = Number
	}
	return Value{JSON: compact.String(), Kind: kind}, nil
}

// IsZero reports whether there is no value.
func (v Value) IsZero() bool { return v.Kind == None }

// IsExpression reports whether the value must be evaluated.
func (v Value) IsExpression() bool { return v.Kind == Expression }

// Literal gives the Go value of a literal: nil, bool, json.Number or string. It gives false for an
// expression and for no value.
func (v Value) Literal() (any, bool) {
	if v.Kind == None || v.Kind == Expression {
		return nil, false
	}
	return decode(v.JSON), true
}

// Source is a place in the data of an instance.
type Source struct {
	Path     string
	DataType string // empty for the default data type
}

// Copy gives the source of an expression that is exactly ["dataModel", path] or ["dataModel", path,
// type]. Such an expression may name an object or a list, and then copies it whole.
func (v Value) Copy() (Source, bool) {
	if v.Kind != Expression {
		return Source{}, false
	}
	parts, _ := decode(v.JSON).([]any)
	if len(parts) != 2 && len(parts) != 3 || parts[0] != "dataModel" {
		return Source{}, false
	}
	path, ok := parts[1].(string)
	if !ok || path == "" {
		return Source{}, false
	}
	if len(parts) == 2 {
		return Source{Path: path}, true
	}
	dataType, ok := parts[2].(string)
	return Source{Path: path, DataType: dataType}, ok && dataType != ""
}

// decode reads JSON that ParseValue has accepted. Numbers stay exact.
func decode(text string) any {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil
	}
	return v
}
