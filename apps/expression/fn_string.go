package expression

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Functions of strings. Their arguments are strings or null. Strings are compared by their characters, without
// rules of a language, and positions count UTF-16 units, as in JavaScript.

func callConcat(_ *run, _ *node, args []Value) (Value, error) {
	if len(args) == 1 {
		return Text(args[0].str), nil
	}
	var b strings.Builder
	for _, arg := range args {
		b.WriteString(arg.str)
	}
	return Text(b.String()), nil
}

// both applies a test to two strings; it is false when either is null.
func both(args []Value, test func(s, t string) bool) bool {
	return args[0].kind != Null && args[1].kind != Null && test(args[0].str, args[1].str)
}

func callContains(_ *run, _ *node, args []Value) (Value, error) {
	return Truth(both(args, strings.Contains)), nil
}

func callNotContains(_ *run, _ *node, args []Value) (Value, error) {
	return Truth(!both(args, strings.Contains)), nil
}

func callStartsWith(_ *run, _ *node, args []Value) (Value, error) {
	return Truth(both(args, strings.HasPrefix)), nil
}

func callEndsWith(_ *run, _ *node, args []Value) (Value, error) {
	return Truth(both(args, strings.HasSuffix)), nil
}

func callCommaContains(_ *run, _ *node, args []Value) (Value, error) {
	return Truth(both(args, func(list, item string) bool {
		for part := range strings.SplitSeq(list, ",") {
			if strings.TrimSpace(part) == item {
				return true
			}
		}
		return false
	})), nil
}

func callStringLength(_ *run, _ *node, args []Value) (Value, error) {
	return Int(int64(units(args[0].str))), nil
}

// callStringIndexOf gives null for what is not there and, as Altinn's front end, for an empty needle.
func callStringIndexOf(_ *run, _ *node, args []Value) (Value, error) {
	if args[1].str == "" {
		return Value{}, nil
	}
	at := strings.Index(args[0].str, args[1].str)
	if at < 0 {
		return Value{}, nil
	}
	return Int(int64(units(args[0].str[:at]))), nil
}

func callStringReplace(_ *run, _ *node, args []Value) (Value, error) {
	if args[0].str == "" || args[1].str == "" {
		return Value{}, nil
	}
	return Text(strings.ReplaceAll(args[0].str, args[1].str, args[2].str)), nil
}

// callStringSlice gives the units from start to end, counted from the end when negative; nothing when start is
// after end (Altinn's back end fails there, its front end does not).
func callStringSlice(_ *run, n *node, args []Value) (Value, error) {
	for i := 1; i < len(args); i++ {
		if args[i].kind == Null {
			return Value{}, failArg(n, i, "Start/end index cannot be null (if you used an expression like stringIndexOf here, make sure to guard against null)")
		}
	}
	if args[0].kind == Null {
		return Value{}, nil
	}
	text := args[0].str
	length := units(text)
	start, end := position(args[1], length), length
	if len(args) == 3 {
		end = position(args[2], length)
	}
	if start >= end {
		return Text(""), nil
	}
	return Text(cut(text, start, end)), nil
}

// position gives the place in a string of so many units that an index means.
func position(index Value, length int) int {
	at := int(min(max(index.decimal().float(), -1e15), 1e15)) // fractions are cut off
	if at < 0 {
		at += length
	}
	return min(max(at, 0), length)
}

// units counts UTF-16 units.
func units(s string) int {
	count := 0
	for _, r := range s {
		count += unitsOf(r)
	}
	return count
}

func unitsOf(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// cut gives the text between two UTF-16 positions. Half a character, which a Go string cannot hold, becomes U+FFFD.
func cut(s string, start, end int) string {
	var b strings.Builder
	at := 0
	for _, r := range s {
		width := unitsOf(r)
		switch {
		case at >= start && at+width <= end:
			b.WriteRune(r)
		case at < end && at+width > start:
			b.WriteRune(utf8.RuneError)
		}
		at += width
	}
	return b.String()
}

// mapText applies a change to a string, and leaves null as it is.
func mapText(v Value, change func(string) string) (Value, error) {
	if v.kind == Null {
		return v, nil
	}
	return Text(change(v.str)), nil
}

func callLowerCase(_ *run, _ *node, args []Value) (Value, error) {
	return mapText(args[0], strings.ToLower)
}

func callUpperCase(_ *run, _ *node, args []Value) (Value, error) {
	return mapText(args[0], strings.ToUpper)
}

func callLowerCaseFirst(_ *run, _ *node, args []Value) (Value, error) {
	return mapText(args[0], func(s string) string { return first(s, unicode.ToLower) })
}

func callUpperCaseFirst(_ *run, _ *node, args []Value) (Value, error) {
	return mapText(args[0], func(s string) string { return first(s, unicode.ToUpper) })
}

func first(s string, change func(rune) rune) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 || r == utf8.RuneError {
		return s
	}
	return string(change(r)) + s[size:]
}
