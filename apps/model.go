package apps

import (
	"sync"
	"sync/atomic"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/hovedbok/hovedbok/apps/jsonc"
)

// Model is the data model of a form: a JSON Schema, compiled once. It is immutable and safe for
// concurrent use.
type Model struct {
	DataType string // data type id
	Schema   []byte // the file as it is; do not change it

	root     schemaNode // the node that describes a whole document
	compiled *jsonschema.Schema

	fields sync.Map     // path → kind, of fields that have been asked for
	known  atomic.Int64 // how often one was added to fields
}

// Validate holds a document against the schema and gives what does not hold, nothing when all does.
// doc is what encoding/json gives with UseNumber (see Decode): maps, lists, json.Number, string, bool
// and nil. Numbers are compared exactly.
//
// A null never fails type, enum or const, since it is how clients say that a field has no value; and
// altinnRowId is allowed in every row. Nothing is coerced: that is done before data is stored.
func (m *Model) Validate(doc any) []SchemaIssue {
	err := m.compiled.Validate(doc)
	if err == nil {
		return nil
	}
	return issuesOf(err, doc, m.root)
}

// Decode reads a JSON document with exact numbers, for Validate.
func Decode(text []byte) (any, error) {
	return decodeExact(text)
}

// Root gives the name of the definition that describes a document, such as "Skjema", or empty when the
// schema itself does.
func (m *Model) Root() string { return m.root.name }

// SchemaDocument is a schema as read by encoding/json, in the form in which it is compiled: a draft 7
// or 2020-12 schema without $id, where $ref stands beside other keywords only in 2020-12. Do not change it.
func (m *Model) SchemaDocument() map[string]any { return m.root.document }

const modelFolder = "models/"

func schemaFile(dataType string) string { return modelFolder + dataType + ".schema.json" }

// readModel compiles the schema of a data type. It gives nil when there is a fault.
func readModel(files *Files, dataType string, report *reporter) *Model {
	text, _ := files.Get(schemaFile(dataType))
	r := fileReporter{reporter: report, file: schemaFile(dataType), lines: jsonc.NewLines(text)}
	tree := parseJSON(r, text, jsonc.Strict)
	if tree == nil {
		return nil
	}
	if !tree.Is(jsonc.Object) {
		r.fault(tree.Offset, FaultSchema, "", "a schema must be an object")
		return nil
	}
	compiled, root := compileSchema(r, tree)
	if compiled == nil {
		return nil
	}
	return &Model{DataType: dataType, Schema: text, compiled: compiled, root: root}
}

func mustDecodeObject(text []byte) map[string]any {
	v, err := decodeExact(text)
	object, ok := v.(map[string]any)
	if err != nil || !ok {
		panic("apps: a checked object does not decode")
	}
	return object
}
