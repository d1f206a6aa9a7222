package document

import "strconv"

// Limits of a document. [Parse], [ParsePatch] and [FromInterface] refuse what goes beyond them; patches and paths keep to
// MaxDepth too.
const (
	MaxDepth = 64      // objects and lists inside each other
	MaxSize  = 8 << 20 // bytes of JSON text
)

// Kind says which of the six kinds of JSON value a node is. The zero Kind is KindNull.
type Kind uint8

// The kinds of JSON value.
const (
	KindNull Kind = iota
	KindBool
	KindNumber
	KindString
	KindArray
	KindObject
)

var kindNames = [...]string{"null", "boolean", "number", "string", "array", "object"}

// String gives the kind's name in JSON's own words: null, boolean, number, string, array or object.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "kind " + strconv.Itoa(int(k))
}
