package datamodel

import (
	"math"
	"strconv"
	"strings"

	"github.com/hovedbok/hovedbok/domain/document"
)

const blanks = " \t\r\n"

// parseValue reads the text of an element or attribute as a value of the kind. Blank text is null for numbers and booleans.
func parseValue(k kind, text string) (*document.Node, bool) {
	switch k {
	case kindNumber:
		return parseNumber(strings.Trim(text, blanks))
	case kindBool:
		return parseBool(strings.Trim(text, blanks))
	}
	return document.String(text), true
}

func parseBool(text string) (*document.Node, bool) {
	switch text {
	case "":
		return document.Null(), true
	case "true", "1":
		return document.Bool(true), true
	case "false", "0":
		return document.Bool(false), true
	}
	return nil, false
}

// parseNumber reads a decimal of XML Schema part 2, which allows what JSON does not: a plus sign, leading zeros, and no digit on one
// side of the point.
func parseNumber(text string) (*document.Node, bool) {
	if text == "" {
		return document.Null(), true
	}
	if n, err := document.Number(text); err == nil {
		return n, true
	}
	sign := ""
	digits := strings.TrimPrefix(text, "+")
	if rest, ok := strings.CutPrefix(text, "-"); ok {
		sign, digits = "-", rest
	}
	whole, fraction, _ := strings.Cut(digits, ".")
	if whole+fraction == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return nil, false
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	n, err := document.Number(sign + whole + fraction)
	return n, err == nil
}

// longest is the most digits that a number with an exponent is written out with.
const longest = 400

// plain writes a JSON number as a decimal of XML Schema, which has no exponent. Numbers of more than longest digits keep it; they are
// doubles, not decimals.
func plain(literal string) string {
	at := strings.IndexAny(literal, "eE")
	if at < 0 {
		return literal
	}
	exponent, err := strconv.Atoi(literal[at+1:])
	mantissa, negative := strings.CutPrefix(literal[:at], "-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if err != nil || int(math.Abs(float64(exponent)))+len(mantissa) > longest {
		return literal
	}
	out := shift(whole, fraction, exponent)
	if negative {
		out = "-" + out
	}
	return out
}

// shift moves the decimal point by so many places to the right.
func shift(whole, fraction string, places int) string {
	digits, point := whole+fraction, len(whole)+places
	if point <= 0 {
		digits, point = strings.Repeat("0", 1-point)+digits, 1
	}
	if point > len(digits) {
		digits += strings.Repeat("0", point-len(digits))
	}
	whole, fraction = strings.TrimLeft(digits[:point], "0"), digits[point:]
	if whole == "" {
		whole = "0"
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}
