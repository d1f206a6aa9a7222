package xacml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits bound what one policy file may cost. A zero field means its default.
type Limits struct {
	// MaxBytes is the size of the file; default 1 MiB.
	MaxBytes int
	// MaxDepth is how deep elements may nest; default 16.
	MaxDepth int
	// MaxRules is the number of rules; default 500.
	MaxRules int
	// MaxMatches is the number of Match elements in all; default 20 000.
	MaxMatches int
	// MaxGrants is the number of action × slot × key combinations; default 20 000.
	MaxGrants int
}

// DefaultLimits are far above every real policy (at most 10 rules, mean 16 KB).
var DefaultLimits = Limits{MaxBytes: 1 << 20, MaxDepth: 16, MaxRules: 500, MaxMatches: 20_000, MaxGrants: 20_000}

func (l Limits) orDefault() Limits {
	fill := func(field *int, value int) {
		if *field <= 0 {
			*field = value
		}
	}
	fill(&l.MaxBytes, DefaultLimits.MaxBytes)
	fill(&l.MaxDepth, DefaultLimits.MaxDepth)
	fill(&l.MaxRules, DefaultLimits.MaxRules)
	fill(&l.MaxMatches, DefaultLimits.MaxMatches)
	fill(&l.MaxGrants, DefaultLimits.MaxGrants)
	return l
}

// element is one XML element. Its name is the local name when it is in the
// XACML namespace and "{space}local" otherwise, so a foreign element never passes
// for one of ours.
type element struct {
	name  string
	attrs map[string]string
	text  []byte // appended to, because comments and CDATA split it
	kids  []*element
	line  int
}

// all returns the children with that name.
func (e *element) all(name string) []*element {
	var found []*element
	for _, k := range e.kids {
		if k.name == name {
			found = append(found, k)
		}
	}
	return found
}

// only returns the child with that name, or nil when there is none or more than one.
func (e *element) only(name string) *element {
	if found := e.all(name); len(found) == 1 {
		return found[0]
	}
	return nil
}

// value is the text of an element that holds only text, without the space around it.
func (e *element) value() string { return strings.TrimSpace(string(e.text)) }

// parse reads the file into a tree. It stops at the first fault, because nothing
// after a fault in the XML can be trusted.
func parse(src []byte, limits Limits) (*element, error) {
	if len(src) > limits.MaxBytes {
		return nil, newFinding("E_SIZE", nil, "", "the file is %d bytes, the limit is %d; split or shorten the policy", len(src), limits.MaxBytes)
	}
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))))
	d.Strict = true
	d.CharsetReader = func(charset string, _ io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("charset %q is not allowed; save the file as UTF-8", charset)
	}
	t := treeBuilder{maxDepth: limits.MaxDepth}
	for {
		t.line, _ = d.InputPos() // where the coming token starts
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return t.done()
		}
		if err != nil {
			return nil, syntaxFinding(err, t.line)
		}
		if err := t.add(token); err != nil {
			return nil, err
		}
	}
}

func syntaxFinding(err error, line int) *Finding {
	f := &Finding{Code: "E_XML", Message: "not well-formed XML: " + err.Error(), Line: line}
	var se *xml.SyntaxError
	if errors.As(err, &se) {
		f.Line, f.Message = se.Line, "not well-formed XML: "+se.Msg
	}
	return f
}

// treeBuilder makes elements of tokens.
type treeBuilder struct {
	maxDepth int
	line     int
	root     *element
	open     []*element
	stray    bool
}

func (t *treeBuilder) add(token xml.Token) error {
	switch tok := token.(type) {
	case xml.Directive:
		return t.fault("E_DTD", "document type declarations are not allowed; remove <!DOCTYPE …>")
	case xml.StartElement:
		return t.start(tok)
	case xml.EndElement:
		t.open = t.open[:len(t.open)-1]
	case xml.CharData:
		t.characters(tok)
	}
	return nil
}

func (t *treeBuilder) fault(code, format string, args ...any) *Finding {
	return newFinding(code, &element{line: t.line}, "", format, args...)
}

func (t *treeBuilder) start(tok xml.StartElement) error {
	if len(t.open) >= t.maxDepth {
		return t.fault("E_DEPTH", "elements nest deeper than %d; a policy needs 9", t.maxDepth)
	}
	e := &element{name: tok.Name.Local, line: t.line, attrs: make(map[string]string, len(tok.Attr))}
	if tok.Name.Space != Namespace {
		e.name = "{" + tok.Name.Space + "}" + tok.Name.Local
	}
	for _, a := range tok.Attr {
		if a.Name.Space != "" {
			continue
		}
		if _, twice := e.attrs[a.Name.Local]; twice {
			return t.fault("E_XML", "attribute %s stands twice on %s; keep one", a.Name.Local, tok.Name.Local)
		}
		e.attrs[a.Name.Local] = a.Value
	}
	return t.attach(e)
}

func (t *treeBuilder) attach(e *element) error {
	switch {
	case len(t.open) > 0:
		parent := t.open[len(t.open)-1]
		parent.kids = append(parent.kids, e)
	case t.root != nil:
		return t.fault("E_XML", "the file has more than one root element; keep one Policy")
	default:
		t.root = e
	}
	t.open = append(t.open, e)
	return nil
}

func (t *treeBuilder) characters(text xml.CharData) {
	if len(t.open) > 0 {
		e := t.open[len(t.open)-1]
		e.text = append(e.text, text...)
		return
	}
	t.stray = t.stray || len(bytes.TrimSpace(text)) > 0
}

func (t *treeBuilder) done() (*element, error) {
	if t.root == nil {
		return nil, t.fault("E_ROOT", "the file holds no XML element; write one Policy in namespace %s", Namespace)
	}
	if t.stray {
		return nil, t.fault("E_XML", "there is text outside the root element; remove it")
	}
	return t.root, nil
}
