package expression

import "math/big"

// Kind tells what a Value holds.
type Kind uint8

// The kinds of values that expressions work on. They are JSON's kinds.
const (
	Null Kind = iota
	Bool
	Number
	String
	List
	Object
)

var kindNames = [...]string{"null", "boolean", "number", "string", "list", "object"}

// String names the kind as Altinn's error messages do: null, boolean, number, string, list or object.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}

// Value is what an expression takes and gives: null, a boolean, a number, a string, a list or an object.
// The zero Value is null. Values are immutable and are passed by value; only lists, objects and very long
// numbers hold a pointer. Numbers are decimals without rounding, so 0.1 is a tenth and twenty digits stay twenty.
type Value struct {
	kind Kind
	exp  int16  // decimal exponent of a number
	num  int64  // coefficient of a number; 1 for true
	str  string // content of a string
	more *more  // list, object, or a coefficient that does not fit in num
}

// more holds what few values need.
type more struct {
	items   []Value
	members []Member
	coef    *big.Int
}

// Member is one name and value of an object.
type Member struct {
	Name  string
	Value Value
}

// Truth gives a boolean value.
func Truth(b bool) Value {
	if b {
		return Value{kind: Bool, num: 1}
	}
	return Value{kind: Bool}
}

// Text gives a string value.
func Text(s string) Value { return Value{kind: String, str: s} }

// Int gives a number value.
func Int(i int64) Value { return number(decimal{coef: i}.normal()) }

// Float gives the number with the fewest digits that f stands for: Float(0.1) is exactly one tenth.
// Infinities and NaN, which JSON cannot hold, give null.
func Float(f float64) Value {
	d, ok := decimalOfFloat(f)
	if !ok {
		return Value{}
	}
	return number(d)
}

// Decimal reads a number written as JSON writes numbers, without rounding it up to 100 significant digits.
// It says false when s is not such a number, or is ±1e309 or more.
func Decimal(s string) (Value, bool) {
	if !isJSONNumber(s) {
		return Value{}, false
	}
	d, ok := parseDecimal(s)
	if !ok {
		return Value{}, false
	}
	return number(d), true
}

// ListOf gives a list value that keeps items; the caller must not change them afterwards.
func ListOf(items ...Value) Value { return Value{kind: List, more: &more{items: items}} }

// ObjectOf gives an object value that keeps members in the order given; the caller must not change them
// afterwards. Of members with the same name, Field finds the first.
func ObjectOf(members ...Member) Value { return Value{kind: Object, more: &more{members: members}} }

// Kind tells what v holds.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether v is null.
func (v Value) IsNull() bool { return v.kind == Null }

// IsTrue reports whether v is the boolean true. Gateways and validation conditions ask this: neither 1 nor
// the string "true" will do (Altinn's gateways have the same rule).
func (v Value) IsTrue() bool { return v.kind == Bool && v.num == 1 }

// Str gives the content of a string, and "" for every other kind. See String for the text of any value.
func (v Value) Str() string { return v.str }

// String gives the text that a person sees: nothing for null, the content of a string, and JSON for the rest.
func (v Value) String() string {
	if v.kind == String {
		return v.str
	}
	if v.kind == Null {
		return ""
	}
	return string(v.appendJSON(nil))
}

// Float64 gives the nearest float64 of a number, and false for every other kind.
func (v Value) Float64() (float64, bool) {
	if v.kind != Number {
		return 0, false
	}
	return v.decimal().float(), true
}

// Int64 gives a whole number, and false for fractions, for numbers that need more than 64 bits and for other kinds.
func (v Value) Int64() (int64, bool) {
	if v.kind != Number {
		return 0, false
	}
	return v.decimal().int64()
}

// Items gives the items of a list, which must not be changed, and nothing for every other kind.
func (v Value) Items() []Value {
	if v.kind != List || v.more == nil {
		return nil
	}
	return v.more.items
}

// Members gives the members of an object, which must not be changed, and nothing for every other kind.
func (v Value) Members() []Member {
	if v.kind != Object || v.more == nil {
		return nil
	}
	return v.more.members
}

// Field gives the member of an object, and false when there is none or v is no object.
func (v Value) Field(name string) (Value, bool) {
	for _, m := range v.Members() {
		if m.Name == name {
			return m.Value, true
		}
	}
	return Value{}, false
}

// Equal reports whether v and w are the same JSON value. Numbers are compared exactly, and the order of an
// object's members does not count.
func (v Value) Equal(w Value) bool {
	if v.kind != w.kind {
		return false
	}
	switch v.kind {
	case Number:
		return v.decimal().cmp(w.decimal()) == 0
	case List:
		return equalItems(v.Items(), w.Items())
	case Object:
		return equalMembers(v, w)
	default:
		return v.num == w.num && v.str == w.str
	}
}

func equalItems(a, b []Value) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !a[i].Equal(b[i]) {
			return false
		}
	}
	return true
}

func equalMembers(v, w Value) bool {
	if len(v.Members()) != len(w.Members()) {
		return false
	}
	for _, m := range v.Members() {
		other, found := w.Field(m.Name)
		if !found || !m.Value.Equal(other) {
			return false
		}
	}
	return true
}

func number(d decimal) Value {
	v := Value{kind: Number, num: d.coef, exp: int16(d.exp)}
	if d.big != nil {
		v.more = &more{coef: d.big}
	}
	return v
}

func (v Value) decimal() decimal {
	d := decimal{coef: v.num, exp: int32(v.exp)}
	if v.more != nil {
		d.big = v.more.coef
	}
	return d
}
