package document

import (
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

func isDigit(c byte) bool { return c-'0' <= 9 }

// scanNumber finds the end of the number literal that starts at i (RFC 8259 section 6). Without one, end is where it breaks.
func scanNumber[T string | []byte](src T, i int) (end int, ok bool) {
	if i < len(src) && src[i] == '-' {
		i++
	}
	if i < len(src) && src[i] == '0' {
		i++
	} else if i, ok = scanDigits(src, i); !ok {
		return i, false
	}
	if i < len(src) && src[i] == '.' {
		if i, ok = scanDigits(src, i+1); !ok {
			return i, false
		}
	}
	if i < len(src) && src[i]|0x20 == 'e' {
		i++
		if i < len(src) && (src[i] == '+' || src[i] == '-') {
			i++
		}
		return scanDigits(src, i)
	}
	return i, true
}

// scanDigits passes over one digit or more.
func scanDigits[T string | []byte](src T, i int) (end int, ok bool) {
	start := i
	for i < len(src) && isDigit(src[i]) {
		i++
	}
	return i, i > start
}

const (
	everyByte = 0x0101010101010101
	highBits  = 0x8080808080808080
)

// scanPlain passes over the bytes of a string that stand for themselves: ASCII without quote, backslash and control characters.
// It looks at eight bytes at once; the lowest flagged byte of the word is exact, since a borrow only runs upwards.
func scanPlain[T string | []byte](src T, i int) int {
	for ; i+8 <= len(src); i += 8 {
		w := word(src[i : i+8])
		quote := w ^ '"'*everyByte
		slash := w ^ '\\'*everyByte
		flags := ((quote-everyByte)&^quote | (slash-everyByte)&^slash | (w-' '*everyByte)&^w | w) & highBits
		if flags != 0 {
			return i + bits.TrailingZeros64(flags)>>3
		}
	}
	for i < len(src) && isPlain(src[i]) {
		i++
	}
	return i
}

func isPlain(c byte) bool { return c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' }

// word reads eight bytes, the first one lowest.
func word[T string | []byte](b T) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// unescape appends what the escape at src[i] stands for, and gives the place after it or the message of the fault.
func unescape(dst, src []byte, i int) (out []byte, next int, fault string) {
	if i+1 >= len(src) {
		return dst, len(src), msgEnd
	}
	switch c := src[i+1]; c {
	case '"', '\\', '/':
		return append(dst, c), i + 2, ""
	case 'b':
		return append(dst, '\b'), i + 2, ""
	case 'f':
		return append(dst, '\f'), i + 2, ""
	case 'n':
		return append(dst, '\n'), i + 2, ""
	case 'r':
		return append(dst, '\r'), i + 2, ""
	case 't':
		return append(dst, '\t'), i + 2, ""
	case 'u':
		return unescapeUnicode(dst, src, i)
	}
	return dst, i, msgEscape
}

// unescapeUnicode reads \uXXXX, or two of them that make a surrogate pair. Half a pair is refused: UTF-8 cannot hold it, so it
// could not be kept without loss (RFC 7493 section 2.1).
func unescapeUnicode(dst, src []byte, i int) (out []byte, next int, fault string) {
	r, ok := hex4(src, i)
	if !ok {
		return dst, i, msgEscape
	}
	if !utf16.IsSurrogate(r) {
		return utf8.AppendRune(dst, r), i + 6, ""
	}
	low, _ := hex4(src, i+6)
	if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
		return dst, i, msgSurrogate
	}
	return utf8.AppendRune(dst, r), i + 12, ""
}

// hex4 reads \uXXXX at i.
func hex4(src []byte, i int) (r rune, ok bool) {
	if i+6 > len(src) || src[i] != '\\' || src[i+1] != 'u' {
		return 0, false
	}
	for _, c := range src[i+2 : i+6] {
		digit, ok := hexDigit(c)
		if !ok {
			return 0, false
		}
		r = r<<4 | digit
	}
	return r, true
}

func hexDigit(c byte) (digit rune, ok bool) {
	switch {
	case isDigit(c):
		return rune(c - '0'), true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return rune(c|0x20-'a') + 10, true
	}
	return 0, false
}
