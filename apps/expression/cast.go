package expression

import "strings"

// castTo casts a value to what a function wants (see Casting in the package comment), and says false when it cannot.
// Null stays null, except that lists and objects are never null.
func castTo(want argType, v Value) (Value, bool) {
	switch want {
	case stringArg:
		return castString(v), true
	case boolArg:
		return castBool(v)
	case numberArg:
		return castNumber(v)
	case dateArg:
		return castDate(v)
	case listArg:
		return v, v.kind == List
	case objectArg:
		return v, v.kind == Object
	default:
		return v, true
	}
}

// isPlain reports whether castString surely leaves a value as it is.
func (v *Value) isPlain() bool {
	return v.kind == String && len(v.str) != 4 && len(v.str) != 5 || v.kind == Null
}

// castString gives the text of a value. The texts null, true and false are recognised in any letter case.
func castString(v Value) Value {
	switch v.kind {
	case String:
		return plainString(v)
	case Null:
		return v
	default:
		return Text(string(v.appendJSON(nil)))
	}
}

func plainString(v Value) Value {
	switch len(v.str) {
	case 4:
		if strings.EqualFold(v.str, "null") {
			return Value{}
		}
		if strings.EqualFold(v.str, "true") {
			return Text("true")
		}
	case 5:
		if strings.EqualFold(v.str, "false") {
			return Text("false")
		}
	}
	return v
}

// castBool takes booleans, 1 and 0, and the strings true, false, and numbers equal to 1 and 0.
func castBool(v Value) (Value, bool) {
	switch v.kind {
	case Null, Bool:
		return v, true
	case Number:
		return bit(v.decimal())
	case String:
		return stringBool(v.str)
	default:
		return Value{}, false
	}
}

func stringBool(s string) (Value, bool) {
	switch {
	case strings.EqualFold(s, "true"):
		return Truth(true), true
	case strings.EqualFold(s, "false"):
		return Truth(false), true
	case s == "null":
		return Value{}, true
	case !isNumberText(s):
		return Value{}, false
	}
	d, ok := parseDecimal(s)
	if !ok {
		return Value{}, false
	}
	return bit(d)
}

func bit(d decimal) (Value, bool) {
	if d.big != nil || d.exp != 0 || d.coef != 0 && d.coef != 1 {
		return Value{}, false
	}
	return Truth(d.coef == 1), true
}

// castNumber takes numbers and the strings that isNumberText knows.
func castNumber(v Value) (Value, bool) {
	switch v.kind {
	case Null, Number:
		return v, true
	case String:
		if v.str == "null" {
			return Value{}, true
		}
		if !isNumberText(v.str) {
			return Value{}, false
		}
		d, ok := parseDecimal(v.str)
		return number(d), ok
	default:
		return Value{}, false
	}
}

// castDate takes strings; blank ones are null. Whether the string is a date shows when it is read as one.
func castDate(v Value) (Value, bool) {
	switch {
	case v.kind == Null:
		return v, true
	case v.kind != String:
		return Value{}, false
	case v.str == "null" || strings.TrimSpace(v.str) == "":
		return Value{}, true
	default:
		return v, true
	}
}
