package appkit

import (
	"slices"
	"strings"

	"github.com/hovedbok/hovedbok/apps/jsonc"
)

// csPlace is a place in a C# file.
type csPlace struct {
	file         string
	line, column int
}

// csClass is a class that implements interfaces of the platform.
type csClass struct {
	csPlace
	name       string
	interfaces []string
	id         string // the Id, GatewayId or Type that it answers to, when it is a text in the code
}

// csRegistration is a call that registers a service.
type csRegistration struct {
	csPlace
	service, class string // class is empty when the call makes it some other way
	method         string // of a package's own registration, such as AddAltinnCodelists
}

// csReader reads the tokens of one file.
type csReader struct {
	file   string
	lines  *jsonc.Lines
	tokens []csToken
}

// code reads every C# file of the app.
func (s *hookScanner) code() error {
	var classes []csClass
	var registered []csRegistration
	err := s.each(".", ".cs", func(name string, src []byte) {
		r := csReader{file: name, lines: jsonc.NewLines(src), tokens: csTokens(src)}
		classes = append(classes, r.classes()...)
		registered = append(registered, r.registrations()...)
	})
	s.joinCode(classes, registered)
	return err
}

// joinCode gives each pair of an interface and a class once: where the class stands if it is here, otherwise
// where it is registered.
func (s *hookScanner) joinCode(classes []csClass, registered []csRegistration) {
	known := map[string]bool{}
	for _, c := range classes {
		for _, service := range c.interfaces {
			known[service+" "+c.name] = true
			s.addCode(c.csPlace, service, c.describe(service, registered))
		}
	}
	for _, r := range registered {
		switch {
		case r.method != "":
			s.addCode(r.csPlace, r.service, r.service+" by "+r.method+" "+extensions[r.service].does)
		case !known[r.service+" "+r.class]:
			s.addCode(r.csPlace, r.service, strings.TrimSpace(r.service+" "+r.class)+" "+extensions[r.service].does)
		}
	}
}

func (s *hookScanner) addCode(at csPlace, service, what string) {
	s.add(Hook{File: at.file, Line: at.line, Column: at.column, Interface: service, What: what, Here: extensions[service].here})
}

// describe says what a class does, and whether anything makes it run.
func (c csClass) describe(service string, registered []csRegistration) string {
	what := service + " " + c.name
	if c.id != "" {
		what += " (\"" + c.id + "\")"
	}
	what += " " + extensions[service].does
	if !slices.ContainsFunc(registered, func(r csRegistration) bool { return r.class == c.name || r.service == service && r.class == "" }) {
		what += "; no registration of it was found"
	}
	return what
}

func (r *csReader) place(i int) csPlace {
	line, column := r.lines.At(r.tokens[i].offset)
	return csPlace{r.file, line, column}
}

func (r *csReader) is(i int, text string) bool {
	return i >= 0 && i < len(r.tokens) && r.tokens[i].text == text && r.tokens[i].kind != csString
}

func (r *csReader) isName(i int) bool { return i < len(r.tokens) && r.tokens[i].kind == csName }

// classes gives the classes that implement what is in the table.
func (r *csReader) classes() []csClass {
	var found []csClass
	for i := range r.tokens {
		if !r.is(i, "class") && !r.is(i, "record") && !r.is(i, "struct") || !r.isName(i+1) {
			continue
		}
		bases, end := r.bases(i + 2)
		c := csClass{csPlace: r.place(i + 1), name: r.tokens[i+1].text}
		for _, base := range bases {
			if through := baseClasses[base]; through != "" {
				base = through
			}
			if _, known := extensions[base]; known && !slices.Contains(c.interfaces, base) {
				c.interfaces = append(c.interfaces, base)
			}
		}
		if len(c.interfaces) > 0 {
			c.id = r.identity(end)
			found = append(found, c)
		}
	}
	return found
}

// bases reads the list after a class's name, over type parameters and a constructor, and gives the names in
// it without namespaces and type arguments, and where the body begins.
func (r *csReader) bases(i int) (names []string, end int) {
	depth, listed, last := 0, false, ""
	for ; i < len(r.tokens); i++ {
		switch t := r.tokens[i]; {
		case t.kind == csString:
		case t.text == "<" || t.text == "(":
			depth++
		case t.text == ">" || t.text == ")":
			depth--
		case depth > 0:
		case t.text == "{" || t.text == ";" || t.text == "where":
			return appendName(names, last), i
		case t.text == ":":
			listed = true
		case t.text == ",":
			names, last = appendName(names, last), ""
		case listed && t.kind == csName:
			last = t.text
		}
	}
	return appendName(names, last), i
}

func appendName(names []string, name string) []string {
	if name == "" {
		return names
	}
	return append(names, name)
}

// identities are properties by which the platform finds a class.
var identities = []string{"Id", "GatewayId", "Type"}

// betweenIdentity is what may stand between such a property and its text.
var betweenIdentity = []string{"=", ">", "{", "}", "get", "set", "init", "private", "protected", ";", "return"}

// identity looks in a class's body for `Id => "x"` or `Id { get; } = "x"`.
func (r *csReader) identity(i int) string {
	for ; i < len(r.tokens) && !r.is(i, "class"); i++ {
		if !r.isName(i) || !slices.Contains(identities, r.tokens[i].text) {
			continue
		}
		j := i + 1
		for j < len(r.tokens) && r.tokens[j].kind != csString && slices.Contains(betweenIdentity, r.tokens[j].text) {
			j++
		}
		if j < len(r.tokens) && j > i+1 && r.tokens[j].kind == csString {
			return r.tokens[j].text
		}
	}
	return ""
}

// registrations gives the calls that register services of the table: Add…<IService, Class>(…),
// Add…(typeof(IService), typeof(Class)), and those of packages.
func (r *csReader) registrations() []csRegistration {
	var found []csRegistration
	for i := range r.tokens {
		if !r.isName(i) || !r.is(i-1, ".") {
			continue
		}
		method := r.tokens[i].text
		if service, ok := registrations[method]; ok {
			found = append(found, csRegistration{csPlace: r.place(i), service: service, method: method})
			continue
		}
		if !strings.HasPrefix(method, "Add") && !strings.HasPrefix(method, "TryAdd") {
			continue
		}
		types := r.typeArguments(i + 1)
		if len(types) == 0 {
			types = r.typeofs(i + 1)
		}
		if len(types) == 0 || extensions[types[0]].does == "" {
			continue
		}
		one := csRegistration{csPlace: r.place(i), service: types[0]}
		if len(types) > 1 {
			one.class = types[1]
		}
		found = append(found, one)
	}
	return found
}

// typeArguments reads <A, B.C<D>> as A and C.
func (r *csReader) typeArguments(i int) []string {
	if !r.is(i, "<") {
		return nil
	}
	var names []string
	depth, last := 1, ""
	for i++; i < len(r.tokens) && depth > 0; i++ {
		switch t := r.tokens[i]; {
		case t.text == "<":
			depth++
		case t.text == ">":
			depth--
		case depth == 1 && t.text == ",":
			names, last = appendName(names, last), ""
		case depth == 1 && t.kind == csName:
			last = t.text
		case t.text == ";" || t.text == "{":
			return nil
		}
	}
	return appendName(names, last)
}

// typeofs reads (typeof(A), typeof(B)) as A and B.
func (r *csReader) typeofs(i int) []string {
	var names []string
	for r.is(i, "(") || r.is(i, ",") {
		if !r.is(i+1, "typeof") || !r.is(i+2, "(") {
			break
		}
		last := ""
		for i += 3; i < len(r.tokens) && !r.is(i, ")"); i++ {
			if r.isName(i) && !r.is(i-1, "<") && !r.is(i-1, ",") {
				last = r.tokens[i].text
			}
		}
		names = appendName(names, last)
		i++
	}
	return names
}
