package expression

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// maxDepth is the deepest nesting of arrays and objects that is read: far beyond what a person writes, and
// far below what could exhaust memory.
const maxDepth = 200

var errTooDeep = fmt.Errorf("nested deeper than %d levels", maxDepth)

// FromJSON reads one JSON value. Numbers keep all their digits (up to 100 significant ones).
func FromJSON(src []byte) (Value, error) {
	var v Value
	err := v.UnmarshalJSON(src)
	return v, err
}

// UnmarshalJSON reads one JSON value into v.
func (v *Value) UnmarshalJSON(src []byte) error {
	dec := json.NewDecoder(bytes.NewReader(src))
	dec.UseNumber()
	read, err := decodeValue(dec, 0)
	if err != nil {
		return fmt.Errorf("read JSON value: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("read JSON value: more text follows the value")
	}
	*v = read
	return nil
}

func decodeValue(dec *json.Decoder, depth int) (Value, error) {
	tok, err := dec.Token()
	if err != nil {
		return Value{}, err
	}
	if depth > maxDepth {
		return Value{}, errTooDeep
	}
	switch tok {
	case json.Delim('['):
		return decodeList(dec, depth)
	case json.Delim('{'):
		return decodeObject(dec, depth)
	default:
		return scalar(tok)
	}
}

func scalar(tok json.Token) (Value, error) {
	switch t := tok.(type) {
	case nil:
		return Value{}, nil
	case bool:
		return Truth(t), nil
	case string:
		return Text(t), nil
	case json.Number:
		v, ok := Decimal(t.String())
		if !ok {
			return Value{}, errors.New("number out of range")
		}
		return v, nil
	default:
		return Value{}, fmt.Errorf("unexpected %v", tok)
	}
}

func decodeList(dec *json.Decoder, depth int) (Value, error) {
	items := []Value{}
	for dec.More() {
		item, err := decodeValue(dec, depth+1)
		if err != nil {
			return Value{}, err
		}
		items = append(items, item)
	}
	_, err := dec.Token()
	return ListOf(items...), err
}

func decodeObject(dec *json.Decoder, depth int) (Value, error) {
	members := []Member{}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return Value{}, err
		}
		value, err := decodeValue(dec, depth+1)
		if err != nil {
			return Value{}, err
		}
		members = append(members, Member{Name: name.(string), Value: value})
	}
	_, err := dec.Token()
	return ObjectOf(members...), err
}

// MarshalJSON writes v as JSON. Numbers are written as JavaScript writes them: 1 for 1.0, 1e+21, 1e-7.
func (v Value) MarshalJSON() ([]byte, error) { return v.appendJSON(nil), nil }

func (v Value) appendJSON(dst []byte) []byte {
	switch v.kind {
	case Bool:
		if v.num == 1 {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case Number:
		return v.decimal().append(dst)
	case String:
		return appendQuoted(dst, v.str)
	case List:
		return v.appendItems(dst)
	case Object:
		return v.appendMembers(dst)
	default:
		return append(dst, "null"...)
	}
}

func (v Value) appendItems(dst []byte) []byte {
	dst = append(dst, '[')
	for i, item := range v.Items() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = item.appendJSON(dst)
	}
	return append(dst, ']')
}

func (v Value) appendMembers(dst []byte) []byte {
	dst = append(dst, '{')
	for i, m := range v.Members() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendQuoted(dst, m.Name)
		dst = append(dst, ':')
		dst = m.Value.appendJSON(dst)
	}
	return append(dst, '}')
}

const hexDigits = "0123456789abcdef"

// appendQuoted writes s as a JSON string with the escapes of JavaScript's JSON.stringify.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, '\\', 'n')
		case r == '\r':
			dst = append(dst, '\\', 'r')
		case r == '\t':
			dst = append(dst, '\\', 't')
		case r < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[r>>4], hexDigits[r&15])
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return append(dst, '"')
}
