package expression

import "strconv"

// append writes d as JavaScript writes numbers: plain between 1e-6 and 1e21, with an exponent outside.
func (d decimal) append(dst []byte) []byte {
	if d.exp == 0 && d.big == nil {
		return strconv.AppendInt(dst, d.coef, 10)
	}
	var room [24]byte
	digits := d.appendDigits(room[:0])
	if d.sign() < 0 {
		dst = append(dst, '-')
	}
	point := len(digits) + int(d.exp) // where the decimal point stands in digits
	switch {
	case point > 21 || point <= -6:
		return appendScientific(dst, digits, point-1)
	case d.exp >= 0:
		dst = append(dst, digits...)
		return appendZeros(dst, int(d.exp))
	case point > 0:
		dst = append(dst, digits[:point]...)
		dst = append(dst, '.')
		return append(dst, digits[point:]...)
	default:
		dst = append(dst, "0."...)
		dst = appendZeros(dst, -point)
		return append(dst, digits...)
	}
}

// appendDigits writes the digits of the coefficient without sign.
func (d decimal) appendDigits(dst []byte) []byte {
	if d.big != nil {
		dst = d.big.Append(dst, 10)
	} else {
		dst = strconv.AppendInt(dst, d.coef, 10)
	}
	if dst[0] == '-' {
		return dst[1:]
	}
	return dst
}

func appendScientific(dst, digits []byte, exp int) []byte {
	dst = append(dst, digits[0])
	if len(digits) > 1 {
		dst = append(dst, '.')
		dst = append(dst, digits[1:]...)
	}
	dst = append(dst, 'e')
	if exp > 0 {
		dst = append(dst, '+')
	}
	return strconv.AppendInt(dst, int64(exp), 10)
}

func appendZeros(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, '0')
	}
	return dst
}

// isJSONNumber reports whether s has the form of a JSON number (RFC 8259, section 6).
func isJSONNumber(s string) bool {
	rest := s
	if rest != "" && rest[0] == '-' {
		rest = rest[1:]
	}
	whole := leadingDigits(rest)
	if whole == 0 || whole > 1 && rest[0] == '0' {
		return false
	}
	rest = rest[whole:]
	if rest != "" && rest[0] == '.' {
		fraction := leadingDigits(rest[1:])
		if fraction == 0 {
			return false
		}
		rest = rest[1+fraction:]
	}
	return rest == "" || isExponent(rest)
}

// isNumberText reports whether a string counts as a number in expressions. The rule is that of Altinn's back
// end: optional sign, digits with an optional point that digits must follow, optional exponent. The front end
// refuses a leading plus and a leading point unless there is an exponent.
func isNumberText(s string) bool {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		s = s[1:]
	}
	whole := leadingDigits(s)
	s = s[whole:]
	if s != "" && s[0] == '.' {
		fraction := leadingDigits(s[1:])
		if fraction == 0 {
			return false
		}
		s = s[1+fraction:]
	} else if whole == 0 {
		return false
	}
	return s == "" || isExponent(s)
}

func isExponent(s string) bool {
	if s[0] != 'e' && s[0] != 'E' {
		return false
	}
	s = s[1:]
	if s != "" && (s[0] == '-' || s[0] == '+') {
		s = s[1:]
	}
	return s != "" && leadingDigits(s) == len(s)
}

func leadingDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
