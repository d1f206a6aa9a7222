package link

import "encoding/json"

// digitsOf gives the digits of a text or of a whole number, and nil for anything else.
func digitsOf(literal any) []int {
	var text string
	switch v := literal.(type) {
	case string:
		text = v
	case json.Number:
		text = v.String()
	}
	digits := make([]int, 0, len(text))
	for _, r := range text {
		if r < '0' || r > '9' {
			return nil
		}
		digits = append(digits, int(r-'0'))
	}
	return digits
}
