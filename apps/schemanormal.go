package apps

import (
	"encoding/json"
	"regexp"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/hovedbok/hovedbok/apps/jsonc"
	"github.com/hovedbok/hovedbok/apps/pattern"
)

// normaliser rewrites a schema so that the compiler reads it as Altinn's client (Ajv 8) does:
//
//   - $id is dropped: "schema.json" is no base for anything.
//   - In draft 7, keywords beside $ref count, so $ref moves into allOf.
//   - A const that spells a value of the field's type is that value: "1603" for an integer.
//   - exclusiveMinimum and exclusiveMaximum of draft 4, which are booleans, become numbers.
//   - Patterns are those of ECMAScript.
type normaliser struct {
	modern bool // 2020-12
	report fileReporter
	tree   *jsonc.Node
	consts [][]string // paths of constants that were read as another type
}

// Keywords by what they hold.
var (
	oneSchema = []string{"additionalItems", "additionalProperties", "contains", "else", "if", "items", "not",
		"propertyNames", "then", "unevaluatedItems", "unevaluatedProperties"}
	manySchemas  = []string{"allOf", "anyOf", "items", "oneOf", "prefixItems"}
	namedSchemas = []string{"$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"}
)

// schema rewrites the schema at the path, and those inside it.
func (n *normaliser) schema(v any, path []string) {
	s, ok := v.(map[string]any)
	if !ok {
		return
	}
	delete(s, "$id")
	n.constant(s, path)
	exclusive(s, "minimum", "exclusiveMinimum")
	exclusive(s, "maximum", "exclusiveMaximum")
	for _, keyword := range oneSchema {
		n.schema(s[keyword], join(path, keyword))
	}
	for _, keyword := range manySchemas {
		list, _ := s[keyword].([]any)
		for i, item := range list {
			n.schema(item, join(path, keyword, jsonIndex(i)))
		}
	}
	for _, keyword := range namedSchemas {
		named, _ := s[keyword].(map[string]any)
		for name, item := range named {
			n.schema(item, join(path, keyword, name))
		}
	}
	if !n.modern {
		wrapRef(s)
	}
}

func join(path []string, more ...string) []string {
	return append(path[:len(path):len(path)], more...)
}

// wrapRef moves $ref beside other keywords into allOf.
func wrapRef(s map[string]any) {
	ref, ok := s["$ref"]
	if !ok || len(s) == 1 {
		return
	}
	all, _ := s["allOf"].([]any)
	s["allOf"] = append([]any{map[string]any{"$ref": ref}}, all...)
	delete(s, "$ref")
}

// exclusive turns the boolean form of an exclusive limit into a number.
func exclusive(s map[string]any, limit, keyword string) {
	flag, ok := s[keyword].(bool)
	if !ok {
		return
	}
	delete(s, keyword)
	if value, has := s[limit]; flag && has {
		s[keyword] = value
		delete(s, limit)
	}
}

var numberText = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)

// constant reads a const of another type than the field as the value that it spells.
func (n *normaliser) constant(s map[string]any, path []string) {
	typ, _ := s["type"].(string)
	var read any
	switch value := s["const"].(type) {
	case string:
		switch {
		case (typ == "integer" || typ == "number") && numberText.MatchString(value):
			read = json.Number(value)
		case typ == "boolean" && (value == "true" || value == "false"):
			read = value == "true"
		}
	case json.Number:
		if typ == "string" {
			read = value.String()
		}
	}
	if read == nil {
		return
	}
	s["const"] = read
	n.consts = append(n.consts, join(path, "const"))
}

// reportConstants warns once, at the first place, since schemas from Altinn II have hundreds.
func (n *normaliser) reportConstants() {
	if len(n.consts) == 0 {
		return
	}
	first := nodeAt(n.tree, n.consts[0]).Offset
	for _, path := range n.consts {
		first = min(first, nodeAt(n.tree, path).Offset)
	}
	n.report.warn(first, FaultSchemaConst, "write each const in the type of its field",
		"%d constants are of another type than their field, this one first; they are read as the values they spell", len(n.consts))
}

// pattern compiles a regular expression as ECMAScript reads it.
func (n *normaliser) pattern(text string) (jsonschema.Regexp, error) { return pattern.Compile(text) }
