package expression

// withoutComments replaces comments and trailing commas with spaces, so that what is left is JSON and positions stay.
func withoutComments(src []byte) []byte {
	out := append([]byte(nil), src...)
	comma := -1 // last comma that nothing but space and comments follows
	for i := 0; i < len(out); {
		switch c := out[i]; {
		case c == '"':
			i, comma = skipString(out, i), -1
		case c == '/' && i+1 < len(out) && (out[i+1] == '/' || out[i+1] == '*'):
			i = blankComment(out, i)
		case c == ',':
			comma = i
			i++
		case c == ']' || c == '}':
			if comma >= 0 {
				out[comma] = ' '
			}
			comma = -1
			i++
		default:
			if !isSpace(c) {
				comma = -1
			}
			i++
		}
	}
	return out
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// skipString gives the position after the string that begins at i.
func skipString(src []byte, i int) int {
	for i++; i < len(src); i++ {
		if src[i] == '\\' {
			i++
		} else if src[i] == '"' {
			return i + 1
		}
	}
	return len(src)
}

// blankComment overwrites the comment that begins at i, and gives the position after it.
func blankComment(src []byte, i int) int {
	block := src[i+1] == '*'
	from := i
	for i += 2; i < len(src); i++ {
		if block && src[i] == '*' && i+1 < len(src) && src[i+1] == '/' {
			i += 2
			break
		}
		if !block && src[i] == '\n' {
			break
		}
	}
	i = min(i, len(src))
	for ; from < i; from++ {
		if src[from] != '\n' {
			src[from] = ' '
		}
	}
	return i
}
