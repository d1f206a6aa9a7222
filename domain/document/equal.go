package document

import "strings"

// Equal says whether a and b are the same value by RFC 6902 section 4.6: numbers by value and exactly (1.0 equals 1, and
// 1e400 does not equal 1e401), strings character by character, arrays item by item, objects whatever their order.
func Equal(a, b *Node) bool {
	if a == b {
		return true
	}
	if a.Kind() != b.Kind() || a.Len() != b.Len() {
		return false
	}
	switch a.Kind() {
	case KindBool:
		return a.truth == b.truth
	case KindNumber:
		return equalNumbers(a.text, b.text)
	case KindString:
		return a.text == b.text
	case KindArray:
		return equalItems(a.items(), b.items())
	case KindObject:
		return equalMembers(a, b)
	}
	return true
}

func equalItems(a, b []*Node) bool {
	for i := range a {
		if !Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

// equalMembers looks in the same place first, since most objects that are compared have the same order.
func equalMembers(a, b *Node) bool {
	others := b.members()
	for i, m := range a.members() {
		j := i
		if others[i].key != m.key {
			j = b.find(m.key)
		}
		if j < 0 || !Equal(m.value, others[j].value) {
			return false
		}
	}
	return true
}

// A decimal is a number literal taken apart: 0.digits × 10^(point + exponent). Digits has no zero at either end; it is empty
// for zero. The exponent stays text, since it may be larger than any integer type.
type decimal struct {
	negative bool
	digits   string
	point    int64
	exponent string
}

func equalNumbers(a, b string) bool {
	if a == b {
		return true
	}
	x, y := takeApart(a), takeApart(b)
	if x.digits != y.digits {
		return false
	}
	if x.digits == "" {
		return true
	}
	gap, ok := exponentGap(x.exponent, y.exponent)
	return ok && x.negative == y.negative && x.point+gap == y.point
}

// takeApart takes a valid literal apart.
func takeApart(literal string) (d decimal) {
	literal, d.negative = strings.CutPrefix(literal, "-")
	if i := strings.IndexAny(literal, "eE"); i >= 0 {
		literal, d.exponent = literal[:i], literal[i+1:]
	}
	whole, fraction, _ := strings.Cut(literal, ".")
	all := whole
	if fraction != "" {
		all += fraction
	}
	d.digits = strings.TrimLeft(all, "0")
	d.point = int64(len(whole) - (len(all) - len(d.digits)))
	d.digits = strings.TrimRight(d.digits, "0")
	return d
}

// exponentGap gives a-b, or false when that is so large that no literal's digits can make up for it. It goes from the first
// digit to the last and needs no room, however long the exponents are.
func exponentGap(a, b string) (gap int64, ok bool) {
	const beyond = 1 << 40
	a, signA := cutSign(a)
	b, signB := cutSign(b)
	for i := max(len(a), len(b)); i > 0; i-- {
		gap = gap*10 + signA*digitFromEnd(a, i) - signB*digitFromEnd(b, i)
		if gap > beyond || gap < -beyond {
			return 0, false
		}
	}
	return gap, true
}

func cutSign(s string) (rest string, sign int64) {
	if rest, negative := strings.CutPrefix(s, "-"); negative {
		return rest, -1
	}
	return strings.TrimPrefix(s, "+"), 1
}

// digitFromEnd gives the i-th digit from the end, counted from 1, and 0 before the first.
func digitFromEnd(s string, i int) int64 {
	if i > len(s) {
		return 0
	}
	return int64(s[len(s)-i] - '0')
}
