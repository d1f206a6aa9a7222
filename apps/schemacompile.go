package apps

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/hovedbok/hovedbok/apps/jsonc"
)

// schemaURL is what a schema is called while it is compiled. Nothing is ever fetched.
const schemaURL = "mem:///schema.json"

const (
	draft7     = "http://json-schema.org/draft-07/schema#"
	draft2020  = "https://json-schema.org/draft/2020-12/schema"
	vocabulary = "https://hovedbok.no/schema/vocabulary"
)

func decodeExact(text []byte) (any, error) {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("apps: the document is not JSON: %w", err)
	}
	return v, nil
}

// compileSchema compiles a schema of either dialect: 2020-12 where $schema says so, and draft 7 for
// everything else, as the client reads them.
func compileSchema(r fileReporter, tree *jsonc.Node) (*jsonschema.Schema, schemaNode) {
	document := mustDecodeObject(tree.JSON)
	root, ok := rootNode(r, tree, document)
	if !ok {
		return nil, schemaNode{}
	}
	said, _ := document["$schema"].(string)
	n := normaliser{modern: strings.Contains(said, "2020-12"), report: r, tree: tree}
	document["$schema"] = draft7
	if n.modern {
		document["$schema"] = draft2020
	}
	n.schema(document, nil)
	n.reportConstants()
	compiler := newCompiler(&n)
	if err := compiler.AddResource(schemaURL, document); err != nil {
		r.fault(tree.Offset, FaultSchema, "", "the schema cannot be read: %v", err)
		return nil, schemaNode{}
	}
	compiled, err := compiler.Compile(schemaURL + root.pointer)
	if err != nil {
		reportSchema(r, tree, err)
		return nil, schemaNode{}
	}
	return compiled, root
}

func newCompiler(n *normaliser) *jsonschema.Compiler {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	c.AssertFormat()
	c.UseLoader(noLoader{})
	c.UseRegexpEngine(n.pattern)
	for _, format := range extraFormats {
		c.RegisterFormat(format)
	}
	c.RegisterVocabulary(&jsonschema.Vocabulary{URL: vocabulary, Compile: compileLimits})
	c.AssertVocabs()
	return c
}

// noLoader refuses to fetch: a schema must stand on its own.
type noLoader struct{}

func (noLoader) Load(address string) (any, error) {
	return nil, fmt.Errorf("%s is outside the file, and schemas are not fetched", address)
}

// rootNode finds the node that describes a document, as the client does: info.rootNode; in schemas from
// SERES the property that info.meldingsnavn names; where there is only one property and it refers to a
// definition, that definition; otherwise the schema itself.
func rootNode(r fileReporter, tree *jsonc.Node, document map[string]any) (schemaNode, bool) {
	pointer, at := rootPointer(tree)
	if pointer == "" || pointer == "#" {
		return schemaNode{document: document, node: document}, true
	}
	node, ok := lookup(document, pointer).(map[string]any)
	if !ok {
		r.fault(at.Offset, FaultSchemaRoot, "write a pointer such as #/definitions/Skjema", "the root %q points nowhere", pointer)
		return schemaNode{}, false
	}
	return schemaNode{document: document, node: node, pointer: pointer, name: pointer[strings.LastIndex(pointer, "/")+1:]}, true
}

// rootPointer gives the pointer to the root, or "", and the node where it stands.
func rootPointer(tree *jsonc.Node) (string, *jsonc.Node) {
	info, properties := tree.Get("info"), tree.Get("properties")
	if named := info.Get("rootNode"); named.Is(jsonc.String) {
		return named.Text, named
	}
	var only *jsonc.Node
	if name := info.Get("meldingsnavn"); name.Is(jsonc.String) {
		only = properties.Get(name.Text)
	} else if properties.Is(jsonc.Object) && len(properties.Members) == 1 {
		only = properties.Members[0].Value
	}
	if ref := only.Get("$ref"); ref.Is(jsonc.String) {
		return ref.Text, ref
	}
	return "", tree
}

// lookup follows a pointer such as "#/$defs/a~1b" into a document.
func lookup(document any, pointer string) any {
	rest, ok := strings.CutPrefix(pointer, "#")
	if !ok {
		return nil
	}
	if rest == "" {
		return document
	}
	if !strings.HasPrefix(rest, "/") {
		return nil
	}
	for _, token := range strings.Split(rest[1:], "/") {
		document = step(document, unescapePointer(token))
	}
	return document
}

func step(v any, token string) any {
	switch v := v.(type) {
	case map[string]any:
		return v[token]
	case []any:
		if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < len(v) {
			return v[i]
		}
	}
	return nil
}

var pointerEscapes = strings.NewReplacer("~1", "/", "~0", "~")

// unescapePointer undoes the escapes of a JSON pointer in a URL fragment.
func unescapePointer(token string) string {
	if plain, err := url.PathUnescape(token); err == nil {
		token = plain
	}
	return pointerEscapes.Replace(token)
}

// reportSchema reports why a schema does not compile, at the keyword if that is known.
func reportSchema(r fileReporter, tree *jsonc.Node, err error) {
	var broken *jsonschema.SchemaValidationError
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &broken) || !errors.As(broken.Err, &invalid) {
		r.fault(tree.Offset, FaultSchema, "", "the schema does not compile: %s", strings.ReplaceAll(err.Error(), schemaURL, ""))
		return
	}
	for _, leaf := range leavesOf(invalid) {
		at := "/" + strings.Join(leaf.InstanceLocation, "/")
		offset := nodeAt(tree, leaf.InstanceLocation).Offset
		if format, ok := leaf.ErrorKind.(*kind.Format); ok && format.Want == "regex" {
			r.fault(offset, FaultSchemaPattern, "write a regular expression of JavaScript", "%s is no regular expression: %v", at, format.Err)
			continue
		}
		_, limit, _ := describe(leaf.ErrorKind)
		r.fault(offset, FaultSchema, "write what the language of schemas allows: "+limit, "%s is not as the language of schemas wants it", at)
	}
}

// nodeAt gives the node that a path of names and indexes leads to, or the last one on the way.
func nodeAt(node *jsonc.Node, path []string) *jsonc.Node {
	for _, token := range path {
		var next *jsonc.Node
		switch node.Kind {
		case jsonc.Object:
			next = node.Get(token)
		case jsonc.List:
			if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < len(node.Items) {
				next = node.Items[i]
			}
		}
		if next == nil {
			return node
		}
		node = next
	}
	return node
}
