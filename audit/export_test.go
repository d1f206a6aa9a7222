package audit

// HasTemplate tells whether there is a sentence for a fact in every language.
func HasTemplate(fact string) bool {
	t := templates[fact]
	return t.NB != "" && t.NN != "" && t.EN != ""
}
