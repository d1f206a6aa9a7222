package document

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Path is Altinn's dotted path, a.b[0].c, as in the bindings of a layout. The empty Path is the whole document.
//
// Altinn's paths have no way to write a name that is empty or holds a dot or a bracket. Such a name stands here as a JSON
// string in brackets, a["b.c"], so that every path has a text and every text one path.
type Path []Step

// Step goes from a value to one inside it: to the member Key of an object, or when IsRow is set to row Index of a list.
type Step struct {
	Key   string
	Index int // from 0
	IsRow bool
}

// Field gives the step to an object's member.
func Field(key string) Step { return Step{Key: key} }

// Row gives the step to row i of a list, counted from 0.
func Row(i int) Step { return Step{Index: i, IsRow: true} }

const (
	msgName    = "a name is missing here"
	msgDot     = "a dot or bracket is missing after ]"
	msgBracket = "a bracket holds a row number, such as [0], or a name in quotes, and ends with ]"
	msgLong    = "the path has more steps than a document may be deep"
	msgUnused  = "this character has no meaning here"
)

// ParsePath reads a dotted path. Row numbers have no sign and no leading zeros. What is not a path, or has more than [MaxDepth]
// steps, is a *[PathError].
func ParsePath(s string) (Path, error) {
	r := pathReader{text: s}
	var path Path
	for r.at < len(s) && r.fault == "" {
		if len(path) == MaxDepth {
			r.fault = msgLong
			break
		}
		path = append(path, r.step())
	}
	if r.fault == "" && !utf8.ValidString(s) {
		r.at, r.fault = validPrefix([]byte(s)), msgUTF8
	}
	if r.fault != "" {
		return nil, &PathError{Path: s, Offset: min(r.at, len(s)), Message: r.fault}
	}
	return path, nil
}

// A pathReader stands at text[at:]. After a fault, at is its place.
type pathReader struct {
	text  string
	at    int
	fault string
}

// step reads one step with the dot before it.
func (r *pathReader) step() Step {
	if r.text[r.at] == '[' {
		return r.bracket()
	}
	if r.at > 0 {
		if r.text[r.at] != '.' {
			r.fault = msgDot
			return Step{}
		}
		r.at++
	}
	return r.name()
}

func (r *pathReader) name() Step {
	name := r.text[r.at:]
	if end := strings.IndexAny(name, ".[]"); end >= 0 {
		name = name[:end]
	}
	r.at += len(name)
	switch {
	case name == "":
		r.fault = msgName
	case r.at < len(r.text) && r.text[r.at] == ']':
		r.fault = msgUnused
	}
	return Field(name)
}

func (r *pathReader) bracket() (step Step) {
	inside := r.text[r.at+1:]
	if strings.HasPrefix(inside, `"`) {
		return r.quoted()
	}
	number, _, closed := strings.Cut(inside, "]")
	i, ok := rowNumber(number)
	if !ok || !closed {
		r.fault = msgBracket
		return Step{}
	}
	r.at += len(number) + len("[]")
	return Row(i)
}

// quoted reads ["name"].
func (r *pathReader) quoted() Step {
	p := newParser([]byte(r.text), ',')
	defer p.release()
	p.pos = r.at + 1
	name, ok := p.str()
	if !ok || p.pos >= len(r.text) || r.text[p.pos] != ']' {
		r.fault = msgBracket
		return Step{}
	}
	r.at = p.pos + 1
	return Field(name)
}

// String gives the path as text; [ParsePath] reads it back.
func (p Path) String() string {
	var text []byte
	for _, step := range p {
		text = step.appendTo(text)
	}
	return string(text)
}

// appendTo appends the step to the text of the path before it.
func (s Step) appendTo(text []byte) []byte {
	switch {
	case s.IsRow:
		text = append(text, '[')
		return append(strconv.AppendInt(text, int64(s.Index), 10), ']')
	case s.Key == "" || strings.ContainsAny(s.Key, ".[]"):
		text = append(text, '[')
		return append(appendString(text, s.Key), ']')
	case len(text) > 0:
		text = append(text, '.')
	}
	return append(text, s.Key...)
}

// Pointer gives the same place as a JSON Pointer.
func (p Path) Pointer() Pointer {
	pointer := make(Pointer, len(p))
	for i, step := range p {
		pointer[i] = step.Key
		if step.IsRow {
			pointer[i] = rowToken(step.Index)
		}
	}
	return pointer
}

// Lookup gives the value at p, and whether there is one. A row step finds rows of lists only, a name members of objects only.
func (n *Node) Lookup(p Path) (*Node, bool) {
	for _, step := range p {
		var ok bool
		if step.IsRow {
			n = n.Index(step.Index)
			ok = n != nil
		} else {
			n, ok = n.Get(step.Key)
		}
		if !ok {
			return nil, false
		}
	}
	return orNull(n), true
}
