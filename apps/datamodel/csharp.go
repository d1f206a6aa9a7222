package datamodel

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/hovedbok/hovedbok/apps"
)

// class is what the attributes of a C# class say.
type class struct {
	root, namespace string // of XmlRoot
	rooted          bool
	properties      []property
}

type property struct {
	name, json, xml string
	typ             string // of a value or of the items of a list, without namespace
	at              place
	order           int // of XmlElement; -1 when it does not say
}

// The parts of a class file that count. Names in attributes are plain literals in everything that Altinn Studio writes.
var (
	comments     = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`)
	declarations = regexp.MustCompile(`(?s)\[\s*([A-Z]\w*)\s*(?:\(((?:[^()"]|"(?:[^"\\]|\\.|"")*")*)\))?\s*\]` +
		`|\bclass\s+(\w+)` +
		`|\bpublic\s+(?:virtual\s+|required\s+)?([\w.<>?\[\], ]+?)\s+(@?\w+)\s*\{\s*(?:get|set)\b`)
	firstText   = regexp.MustCompile(`^\s*"([^"\\]*)"`)
	elementName = regexp.MustCompile(`\b(?:ElementName|AttributeName|PropertyName)\s*=\s*"([^"\\]*)"`)
	namespace   = regexp.MustCompile(`\bNamespace\s*=\s*"([^"\\]*)"`)
	orderNumber = regexp.MustCompile(`\bOrder\s*=\s*(\d+)`)
)

// readCSharp takes names, order and places from the class that the app ships, if it does.
func (m *Model) readCSharp(app *apps.App, name string) {
	classes := map[string]*class{}
	for _, file := range app.Files.Names("models") {
		if src, ok := app.Files.Get(file); ok && strings.HasSuffix(file, ".cs") {
			readClasses(string(src), classes)
		}
	}
	root := classes[name]
	if root == nil {
		return
	}
	if root.rooted && root.root != "" {
		m.name = root.root
	}
	if root.rooted && root.namespace != "" {
		m.namespace, m.qualified = root.namespace, true
	}
	applyClass(m.root, root, classes, map[*shape]bool{})
}

// readClasses reads the classes of a file into classes; the first of a name counts, as in Altinn's generator.
func readClasses(src string, classes map[string]*class) {
	src = comments.ReplaceAllStringFunc(src, keepLinks)
	pending := map[string]string{}
	current := &class{}
	for _, match := range declarations.FindAllStringSubmatch(src, -1) {
		switch {
		case match[1] != "":
			pending[attributeName(match[1])] = match[2]
			continue
		case match[3] != "":
			current = startClass(match[3], pending, classes)
		default:
			if p, ok := propertyOf(match[4], match[5], pending); ok {
				current.properties = append(current.properties, p)
			}
		}
		clear(pending)
	}
}

// attributeName gives the short name of an attribute, which may be written in full.
func attributeName(name string) string {
	if name == "XmlAttribute" {
		return name
	}
	return strings.TrimSuffix(name, "Attribute")
}

// keepLinks keeps what only looks like a comment: the rest of a line after a link in an attribute, such as "http://…".
func keepLinks(comment string) string {
	if strings.HasPrefix(comment, "//") && strings.Contains(comment, `"`) {
		return comment
	}
	return " "
}

func startClass(name string, attributes map[string]string, classes map[string]*class) *class {
	c := &class{}
	if root, ok := attributes["XmlRoot"]; ok {
		c.rooted, c.root, c.namespace = true, nameIn(root), submatch(namespace, root)
	}
	if classes[name] == nil {
		classes[name] = c
	}
	return c
}

func propertyOf(typ, name string, attributes map[string]string) (property, bool) {
	if _, ignored := attributes["XmlIgnore"]; ignored {
		return property{}, false
	}
	p := property{name: strings.TrimPrefix(name, "@"), typ: itemType(typ), order: -1}
	p.json, p.xml = p.name, p.name
	for _, attribute := range []string{"JsonProperty", "JsonPropertyName"} {
		if given := nameIn(attributes[attribute]); given != "" {
			p.json = given
		}
	}
	for i, attribute := range []string{"XmlElement", "XmlAttribute", "XmlText"} {
		arguments, has := attributes[attribute]
		if !has {
			continue
		}
		p.at = place(i)
		if given := nameIn(arguments); given != "" {
			p.xml = given
		}
		if n, err := strconv.Atoi(submatch(orderNumber, arguments)); err == nil {
			p.order = n
		}
	}
	return p, true
}

// nameIn gives the name that the arguments of an attribute begin with or give by name, or empty.
func nameIn(arguments string) string {
	if first := submatch(firstText, arguments); first != "" {
		return first
	}
	return submatch(elementName, arguments)
}

func submatch(re *regexp.Regexp, s string) string {
	if match := re.FindStringSubmatch(s); match != nil {
		return match[1]
	}
	return ""
}

// itemType gives the class in types such as "List<Models.Rad>?" and "Rad[]".
func itemType(typ string) string {
	typ = strings.Trim(strings.NewReplacer("?", "", "[]", "", " ", "").Replace(typ), "<>")
	typ = typ[strings.LastIndexAny(typ, "<,")+1:]
	return typ[strings.LastIndexByte(typ, '.')+1:]
}

// applyClass gives the fields of a shape what their properties say. Fields without a property keep what they have, and come last.
func applyClass(s *shape, c *class, classes map[string]*class, seen map[*shape]bool) {
	if c == nil || seen[s] || len(c.properties) == 0 {
		return
	}
	seen[s] = true
	for _, f := range s.fields {
		f.order += 1 << 20
	}
	for i, p := range c.properties {
		f := s.named(p.json)
		if f == nil {
			continue
		}
		f.csharp, f.xml, f.at = p.name, encodeName(p.xml), p.at
		f.order = i
		if p.order >= 0 {
			f.order = p.order
		}
		applyClass(f.shape, classes[p.typ], classes, seen)
	}
}

func (s *shape) named(json string) *field {
	for _, f := range s.fields {
		if f.json == json {
			return f
		}
	}
	return nil
}
