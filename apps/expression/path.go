package expression

import (
	"strconv"
	"strings"
)

// Segment is one step of a Path: the name of a member, and the index of a row when the path gives one.
type Segment struct {
	Name  string
	Index int // -1 when the path gives no index
}

// Path is a field path of a data model, such as people[1].name: JSON names with dots between, each with an
// optional row index (see Altinn's data model bindings). The zero Path is empty and leads to the whole model.
type Path struct{ data *pathData }

type pathData struct {
	text     string
	segments []Segment
}

// ParsePath reads a path. Every text is a path: what does not look like an index is part of the name, so that a
// mistaken path leads to nothing rather than to an error, as in Altinn.
func ParsePath(text string) Path {
	if text == "" {
		return Path{}
	}
	segments := make([]Segment, 0, strings.Count(text, ".")+1)
	for name := range strings.SplitSeq(text, ".") {
		segments = append(segments, parseSegment(name))
	}
	return Path{&pathData{text: text, segments: segments}}
}

func parseSegment(text string) Segment {
	whole := Segment{Name: text, Index: -1}
	open := strings.LastIndexByte(text, '[')
	if open < 0 || !strings.HasSuffix(text, "]") {
		return whole
	}
	digits := text[open+1 : len(text)-1]
	index, err := strconv.Atoi(digits)
	if err != nil || leadingDigits(digits) != len(digits) {
		return whole
	}
	return Segment{Name: text[:open], Index: index}
}

// Segments gives the steps of the path, which must not be changed.
func (p Path) Segments() []Segment {
	if p.data == nil {
		return nil
	}
	return p.data.segments
}

// IsEmpty reports whether the path leads to the whole model.
func (p Path) IsEmpty() bool { return p.data == nil }

// String gives the path as it was written.
func (p Path) String() string {
	if p.data == nil {
		return ""
	}
	return p.data.text
}

// Row tells where an expression stands: in no row at all (the zero Row), or in a row of a repeating group, perhaps
// inside a row of another. There are two ways to say so, because Altinn has two rules for what a path without
// indices means there:
//
//   - Path, such as people[2].pets[0]: names are compared (the rule of Altinn's front end, and our choice for
//     everything that knows its place: layouts, calculations, validation). In people[2] the path people.name means
//     people[2].name; a path into another list is left alone, and so is the rest of a path from its first own
//     index on. The path people itself means the row people[2].
//   - Indices, such as 2, 0: lists that a path crosses take the next index, whatever their names (the rule of
//     Altinn's back end). An index in the path ends this. A path that ends at a list means the list.
//
// Path is used when both are given.
type Row struct {
	DataType string // data type that Path is in; "" is the default type
	Path     Path   // path of the innermost row
	Indices  []int  // row indices, outermost first, where Path is not known
	Element  string // id of the data element that the row is in, for data types with several elements
}

// cursor follows a path through a model and tells the row index to take at each step.
type cursor struct {
	place   []Segment // rest of the row's path while the names agree
	indices []int     // rest of the positional indices
}

// start gives the cursor for a path in a data type; same tells that it is the type that the row is in.
func (r Row) start(same bool) cursor {
	if !r.Path.IsEmpty() {
		if !same {
			return cursor{}
		}
		return cursor{place: r.Path.Segments()}
	}
	return cursor{indices: r.Indices}
}

// next gives the index for a segment by name, or -1. It must be called for each segment in turn.
func (c *cursor) next(s Segment) int {
	if len(c.place) == 0 {
		return s.Index
	}
	here := c.place[0]
	c.place = c.place[1:]
	if here.Name != s.Name || s.Index >= 0 && here.Index >= 0 {
		c.place = nil
		return s.Index
	}
	if s.Index >= 0 {
		return s.Index
	}
	return here.Index
}

// cross gives the index for a list that the path crosses without one, by position, or -1.
func (c *cursor) cross() int {
	if len(c.indices) == 0 {
		return -1
	}
	index := c.indices[0]
	c.indices = c.indices[1:]
	return index
}

// In gives the path with the row's indices filled in by name, as in people.name to people[2].name. Same tells that
// the path is in the data type that the row is in. Rows known by indices only are left out: they need the data.
func (p Path) In(row Row, same bool) Path {
	if row.Path.IsEmpty() || p.IsEmpty() || !same {
		return p
	}
	at := row.start(true)
	segments := make([]Segment, len(p.Segments()))
	for i, s := range p.Segments() {
		segments[i] = Segment{Name: s.Name, Index: at.next(s)}
	}
	return Path{&pathData{text: join(segments), segments: segments}}
}

func join(segments []Segment) string {
	var b strings.Builder
	for i, s := range segments {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(s.Name)
		if s.Index >= 0 {
			b.WriteByte('[')
			b.WriteString(strconv.Itoa(s.Index))
			b.WriteByte(']')
		}
	}
	return b.String()
}
