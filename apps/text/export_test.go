package text

// Fill takes a text apart and puts it together with values, for tests of the parser.
func Fill(text string, values []string) (filled string, places []int) {
	t := parse(text, len(values))
	filled, _ = t.fill(func(i int) (string, error) { return values[i], nil })
	return filled, t.places
}

// WithoutMarkers is withoutMarkers.
func WithoutMarkers(path string) string { return withoutMarkers(path) }

// BuiltinRaw gives one of our own texts and its number of variables and places.
func BuiltinRaw(tag, id string) (value string, variables, places int, ok bool) {
	r := builtins()[tag][id]
	if r == nil {
		return "", 0, 0, false
	}
	return r.value, len(r.variables), len(r.template.places), true
}
