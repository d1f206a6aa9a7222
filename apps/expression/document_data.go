package expression

import (
	"errors"
	"fmt"

	"github.com/hovedbok/hovedbok/domain/document"
)

// DocumentData is the DataModel over the form data of an instance. Fill it with Add, and change it no more once
// expressions use it; the documents must not change while an evaluation runs.
type DocumentData struct {
	defaultType string
	models      []model
}

// model is one data element with form data.
type model struct {
	dataType string
	element  string
	root     *document.Node
}

// errManyElements is returned for a data type with several elements when the row does not say which is meant.
var errManyElements = errors.New("the data type has several data elements, and the place of the expression does not tell which")

// NewDocumentData gives a DataModel without models, in which paths without a data type mean defaultType.
func NewDocumentData(defaultType string) *DocumentData {
	return &DocumentData{defaultType: defaultType}
}

// Add adds the form data of a data element and gives d back. A data type may have several elements, such as
// those of a subform: then Row.Element must say which one is meant.
func (d *DocumentData) Add(dataType, element string, root *document.Node) *DocumentData {
	d.models = append(d.models, model{dataType: dataType, element: element, root: root})
	return d
}

// Lookup follows path in the model of dataType; see Row for how missing indices are found. Members, rows and
// indices that do not exist give null, and so does a list that is crossed without an index. The path "" gives the
// whole model.
func (d *DocumentData) Lookup(dataType string, path Path, row Row) (Value, error) {
	if dataType == "" {
		dataType = d.defaultType
	}
	root, err := d.root(dataType, row.Element)
	if err != nil {
		return Value{}, err
	}
	return valueOf(follow(root, path, row.start(d.isPlaceOf(row, dataType))))
}

// isPlaceOf reports whether a row is in a data type.
func (d *DocumentData) isPlaceOf(row Row, dataType string) bool {
	return row.DataType == dataType || row.DataType == "" && dataType == d.defaultType
}

func (d *DocumentData) root(dataType, element string) (*document.Node, error) {
	var found *document.Node
	count := 0
	for i := range d.models {
		m := &d.models[i]
		if m.dataType != dataType {
			continue
		}
		if m.element == element && element != "" {
			return m.root, nil
		}
		found = m.root
		count++
	}
	switch count {
	case 0:
		return nil, ErrNotFound
	case 1:
		return found, nil
	default:
		return nil, errManyElements
	}
}

// follow gives the node at a path, nil when there is none.
func follow(at *document.Node, path Path, place cursor) *document.Node {
	for i, s := range path.Segments() {
		if i > 0 && at.Kind() == document.KindArray {
			at = at.Index(place.cross())
		}
		at, _ = at.Get(s.Name)
		index := place.next(s)
		if index >= 0 {
			at = at.Index(index)
		}
		if s.Index >= 0 {
			place.indices = nil
		}
	}
	return at
}

// valueOf gives the value of a node.
func valueOf(n *document.Node) (Value, error) {
	switch n.Kind() {
	case document.KindBool:
		return Truth(n.Truth()), nil
	case document.KindString:
		return Text(n.Text()), nil
	case document.KindNumber:
		d, ok := parseDecimal(n.Text())
		if !ok {
			return Value{}, fmt.Errorf("a number is larger than 1e%d", maxMagnitude+1)
		}
		return number(d), nil
	case document.KindArray:
		return listOf(n)
	case document.KindObject:
		return objectOf(n)
	default:
		return Value{}, nil
	}
}

func listOf(n *document.Node) (Value, error) {
	items := make([]Value, n.Len())
	for i, item := range n.Items() {
		var err error
		if items[i], err = valueOf(item); err != nil {
			return Value{}, err
		}
	}
	return ListOf(items...), nil
}

func objectOf(n *document.Node) (Value, error) {
	members := make([]Member, 0, n.Len())
	for name, member := range n.All() {
		v, err := valueOf(member)
		if err != nil {
			return Value{}, err
		}
		members = append(members, Member{Name: name, Value: v})
	}
	return ObjectOf(members...), nil
}

// FromNode gives the value of a JSON document. It fails on numbers of 1e309 and more.
func FromNode(n *document.Node) (Value, error) { return valueOf(n) }

// Node gives the document of a value, for writing the result of an expression into form data.
func (v Value) Node() *document.Node {
	switch v.kind {
	case Bool:
		return document.Bool(v.num == 1)
	case Number:
		return v.numberNode()
	case String:
		return document.String(v.str)
	case List:
		n := document.NewArray()
		for _, item := range v.Items() {
			n.Append(item.Node())
		}
		return n
	case Object:
		n := document.NewObject()
		for _, m := range v.Members() {
			n.Set(m.Name, m.Value.Node())
		}
		return n
	default:
		return document.Null()
	}
}

func (v Value) numberNode() *document.Node {
	n, err := document.Number(string(v.decimal().append(nil)))
	if err != nil {
		panic("expression: a number is not written as JSON writes numbers: " + err.Error())
	}
	return n
}

// Elements counts data elements by data type: the DataElements of an instance whose elements are listed already.
type Elements map[string]int

// CountDataElements gives the count of a data type; 0 for one that is not there.
func (e Elements) CountDataElements(dataType string) (int, error) { return e[dataType], nil }
