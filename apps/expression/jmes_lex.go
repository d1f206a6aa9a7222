package expression

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// jmesToken is a token of a query. Its kind is the sign itself for signs, and a word for the rest.
type jmesToken struct {
	kind string // end, name, quoted, number, literal, or the sign
	text string // name or quoted name
	lit  Value  // literal
	num  int    // number
}

// jmesSigns are the signs of the language; longer ones come first.
var jmesSigns = []string{
	"||", "&&", "==", "!=", "<=", ">=", "[]", "[?",
	"|", "&", "<", ">", "!", ".", "*", "[", "]", "{", "}", "(", ")", ",", ":", "@",
}

// lexJMES splits a query into tokens, with one that tells the end.
func lexJMES(query string) ([]jmesToken, error) {
	var tokens []jmesToken
	for {
		query = strings.TrimLeft(query, " \t\r\n")
		if query == "" {
			return append(tokens, jmesToken{kind: "end"}), nil
		}
		token, rest, err := nextJMES(query)
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, token)
		query = rest
	}
}

func nextJMES(query string) (jmesToken, string, error) {
	switch c := query[0]; {
	case c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		n := 1
		for n < len(query) && (query[n] == '_' || isAlphanumeric(query[n])) {
			n++
		}
		return jmesToken{kind: "name", text: query[:n]}, query[n:], nil
	case c == '-' || c >= '0' && c <= '9':
		return jmesNumber(query)
	case c == '"':
		return jmesQuoted(query)
	case c == '\'' || c == '`':
		return jmesTicked(query)
	}
	for _, sign := range jmesSigns {
		if strings.HasPrefix(query, sign) {
			return jmesToken{kind: sign}, query[len(sign):], nil
		}
	}
	r, _ := utf8.DecodeRuneInString(query)
	return jmesToken{}, "", fmt.Errorf("unknown character %q", r)
}

func jmesNumber(query string) (jmesToken, string, error) {
	n := 1 + leadingDigits(query[1:])
	number, err := strconv.ParseInt(query[:n], 10, 32)
	if err != nil {
		return jmesToken{}, "", fmt.Errorf("%q is not an index", query[:n])
	}
	return jmesToken{kind: "number", num: int(number)}, query[n:], nil
}

var errJMESQuote = errors.New("a quoted part has no end")

// closing gives the position after the sign that ends a quoted part, which query begins with.
func closing(query string) (int, error) {
	for n := 1; n < len(query); n++ {
		if query[n] == '\\' {
			n++
		} else if query[n] == query[0] {
			return n + 1, nil
		}
	}
	return 0, errJMESQuote
}

func jmesQuoted(query string) (jmesToken, string, error) {
	n, err := closing(query)
	if err != nil {
		return jmesToken{}, "", err
	}
	name, err := FromJSON([]byte(query[:n]))
	if err != nil {
		return jmesToken{}, "", fmt.Errorf("quoted name: %w", err)
	}
	return jmesToken{kind: "quoted", text: name.str}, query[n:], nil
}

// jmesTicked reads 'a raw string' and `a JSON literal`.
func jmesTicked(query string) (jmesToken, string, error) {
	n, err := closing(query)
	if err != nil {
		return jmesToken{}, "", err
	}
	inside, tick := query[1:n-1], query[:1]
	inside = strings.ReplaceAll(inside, `\`+tick, tick)
	if tick == "'" {
		return jmesToken{kind: "literal", lit: Text(inside)}, query[n:], nil
	}
	lit, err := FromJSON([]byte(inside))
	if err != nil { // older implementations take `text` for "text"
		lit = Text(strings.TrimLeft(inside, " "))
	}
	return jmesToken{kind: "literal", lit: lit}, query[n:], nil
}
