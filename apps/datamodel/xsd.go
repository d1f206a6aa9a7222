package datamodel

import (
	"bytes"
	"encoding/xml"
	"slices"
	"strings"

	"github.com/hovedbok/hovedbok/apps"
)

// xsdNode is an element of an XML Schema file.
type xsdNode struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Children []*xsdNode `xml:",any"`
}

func (n *xsdNode) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// readXSD takes order, namespace and attributes from the app's XML Schema for the form, if it has one that can be read: that named
// after the data type or the class, with a global element that is the root.
func (m *Model) readXSD(app *apps.App, dataType, class string) {
	for _, name := range []string{dataType, class} {
		src, ok := app.Files.Get("models/" + name + ".xsd")
		if !ok {
			continue
		}
		file := &xsdNode{}
		dec := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))))
		if dec.Decode(file) != nil || file.XMLName.Local != "schema" || file.XMLName.Space != schemaNS {
			continue
		}
		if m.takeXSD(file) {
			return
		}
	}
}

func (m *Model) takeXSD(file *xsdNode) bool {
	x := &xsdReader{types: map[string]*xsdNode{}, elements: map[string]*xsdNode{}, seen: map[*shape]bool{}}
	for _, n := range file.Children {
		switch n.XMLName.Local {
		case "complexType":
			x.types[n.attr("name")] = n
		case "element":
			x.elements[n.attr("name")] = n
		}
	}
	root := x.elements[m.name]
	if root == nil {
		return false
	}
	m.namespace, m.qualified = file.attr("targetNamespace"), file.attr("elementFormDefault") == "qualified"
	x.shape(m.root, x.typeOf(root))
	return true
}

type xsdReader struct {
	types, elements map[string]*xsdNode
	seen            map[*shape]bool
}

// typeOf gives the complex type of an element, or nil.
func (x *xsdReader) typeOf(element *xsdNode) *xsdNode {
	if ref := element.attr("ref"); ref != "" && x.elements[local(ref)] != nil {
		element = x.elements[local(ref)]
	}
	for _, n := range element.Children {
		if n.XMLName.Local == "complexType" {
			return n
		}
	}
	return x.types[local(element.attr("type"))]
}

func local(name string) string { return name[strings.LastIndexByte(name, ':')+1:] }

// shape gives the fields of a shape the order and places of a type, and goes on into them.
func (x *xsdReader) shape(s *shape, typ *xsdNode) {
	if typ == nil || x.seen[s] {
		return
	}
	x.seen[s] = true
	declared := x.declarations(typ, 0)
	for _, f := range s.fields {
		i := slices.IndexFunc(declared, func(d *xsdNode) bool { return local(d.attr("name")+d.attr("ref")) == f.xml })
		if i < 0 {
			f.order += len(declared)
			continue
		}
		f.order = i
		if declared[i].XMLName.Local == "attribute" {
			f.at = inAttribute
			continue
		}
		x.shape(f.shape, x.typeOf(declared[i]))
	}
}

// declarations gives the elements and attributes of a type in their order, those of its base first.
func (x *xsdReader) declarations(n *xsdNode, depth int) []*xsdNode {
	if n == nil || depth > 32 {
		return nil
	}
	var out []*xsdNode
	if n.XMLName.Local == "extension" {
		out = x.declarations(x.types[local(n.attr("base"))], depth+1)
	}
	for _, child := range n.Children {
		switch child.XMLName.Local {
		case "element", "attribute":
			out = append(out, child)
		case "sequence", "choice", "all", "complexContent", "simpleContent", "extension":
			out = append(out, x.declarations(child, depth+1)...)
		}
	}
	return out
}
