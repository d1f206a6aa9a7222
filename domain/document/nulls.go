package document

// WithoutNulls gives the document without members that are null: in Altinn's form data, null and absent are the same. Items of lists
// stay, so that rows keep their place. A document that has no such member is given back as it is.
func (n *Node) WithoutNulls() *Node {
	if !n.hasNullMember() {
		return n
	}
	if n.Kind() == KindArray {
		out := NewArray()
		for _, child := range n.Items() {
			out.Append(child.WithoutNulls())
		}
		return out
	}
	out := NewObject()
	for name, child := range n.All() {
		if child.Kind() != KindNull {
			out.Set(name, child.WithoutNulls())
		}
	}
	return out
}

func (n *Node) hasNullMember() bool {
	for _, child := range n.All() {
		if child.Kind() == KindNull || child.hasNullMember() {
			return true
		}
	}
	for _, child := range n.Items() {
		if child.hasNullMember() {
			return true
		}
	}
	return false
}
