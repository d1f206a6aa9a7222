package datamodel

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// encodeName makes a name of XML of any name, as .NET's XmlConvert.EncodeLocalName does: what may not stand there becomes _xHHHH_.
// Names of XML without such a sequence stay as they are.
func encodeName(name string) string {
	if isName(name) {
		return name
	}
	var out strings.Builder
	for i, r := range name {
		escaped := r == '_' && isEscape(name[i:])
		switch {
		case escaped || !nameRune(r, i == 0):
			writeEscape(&out, r)
		default:
			out.WriteRune(r)
		}
	}
	if out.Len() == 0 {
		return "_"
	}
	return out.String()
}

func isName(name string) bool {
	for i, r := range name {
		if !nameRune(r, i == 0) || r == '_' && isEscape(name[i:]) {
			return false
		}
	}
	return name != "" && utf8.ValidString(name)
}

func writeEscape(out *strings.Builder, r rune) {
	if r > 0xffff {
		fmt.Fprintf(out, "_x%08X_", r)
		return
	}
	fmt.Fprintf(out, "_x%04X_", r)
}

// decodeName undoes encodeName.
func decodeName(name string) string {
	if !strings.Contains(name, "_x") {
		return name
	}
	var out strings.Builder
	for name != "" {
		if n := escapeLength(name); n > 0 {
			code, _ := strconv.ParseUint(name[2:n-1], 16, 32)
			out.WriteRune(rune(code))
			name = name[n:]
			continue
		}
		_, size := utf8.DecodeRuneInString(name)
		out.WriteString(name[:size])
		name = name[size:]
	}
	return out.String()
}

func isEscape(s string) bool { return escapeLength(s) > 0 }

// escapeLength gives the length of the escape that s begins with, or 0.
func escapeLength(s string) int {
	for _, digits := range []int{4, 8} {
		n := len("_x_") + digits
		if len(s) >= n && s[:2] == "_x" && s[n-1] == '_' {
			if _, err := strconv.ParseUint(s[2:n-1], 16, 32); err == nil {
				return n
			}
		}
	}
	return 0
}

// nameRune is a little narrower than XML's NameChar, and than what encoding/xml reads.
func nameRune(r rune, first bool) bool {
	if r == '_' || r < 0x80 && unicode.IsLetter(r) || latin(r) {
		return true
	}
	return !first && (r >= '0' && r <= '9' || r == '-' || r == '.')
}

// latin are the letters of Latin-1 and its two extensions: all those of European languages.
func latin(r rune) bool {
	return r >= 0xc0 && r <= 0x17e && r != 0xd7 && r != 0xf7 && r != 0x132 && r != 0x133 && r != 0x13f && r != 0x140 && r != 0x149
}
