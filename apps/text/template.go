package text

import (
	"strconv"
	"strings"
)

// template is a text taken apart at its variables: part 0, variable places[0], part 1, variable places[1]…
type template struct {
	parts  []string // one more than places
	places []int    // indices of variables
}

// parse takes a text apart. Only {0} up to {count-1}, written without leading zeros, are variables.
func parse(text string, count int) template {
	var t template
	from := 0
	for at := 0; at < len(text); at++ {
		if text[at] != '{' {
			continue
		}
		index, length := place(text[at:], count)
		if length == 0 {
			continue
		}
		t.parts, t.places = append(t.parts, text[from:at]), append(t.places, index)
		from = at + length
		at = from - 1
	}
	t.parts = append(t.parts, text[from:])
	return t
}

// place reads a variable at the start of a text. The length is 0 when there is none.
func place(text string, count int) (index, length int) {
	end := strings.IndexByte(text, '}')
	if end < 2 || end > 10 {
		return 0, 0
	}
	digits := text[1:end]
	if strings.Trim(digits, "0123456789") != "" || len(digits) > 1 && digits[0] == '0' {
		return 0, 0
	}
	index, err := strconv.Atoi(digits)
	if err != nil || index >= count {
		return 0, 0
	}
	return index, end + 1
}

// fill puts the text together with a value at each place; value is asked once for each place.
func (t template) fill(value func(index int) (string, error)) (string, error) {
	var b strings.Builder
	for i, index := range t.places {
		v, err := value(index)
		if err != nil {
			return "", err
		}
		b.WriteString(t.parts[i])
		b.WriteString(v)
	}
	b.WriteString(t.parts[len(t.places)])
	return b.String(), nil
}
