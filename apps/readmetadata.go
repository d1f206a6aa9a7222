package apps

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"regexp"
	"strings"

	"github.com/hovedbok/hovedbok/apps/jsonc"
)

const metadataFile = "config/applicationmetadata.json"

var (
	appIDPattern      = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}/[a-z0-9][a-z0-9-]{0,62}$`)
	dataTypeIDPattern = regexp.MustCompile(`^[^/\\?%*:|"<>\x00-\x1f\x7f]{1,200}$`)
)

// fillPlaceholders replaces [ORG] and [APP], which templates ship with. The lower-case forms mean
// something else, in scopes, and stay.
func fillPlaceholders(text []byte, opt Options) []byte {
	if opt.Org != "" {
		text = bytes.ReplaceAll(text, []byte("[ORG]"), []byte(opt.Org))
	}
	if opt.Name != "" {
		text = bytes.ReplaceAll(text, []byte("[APP]"), []byte(opt.Name))
	}
	return text
}

// metadataReader reads applicationmetadata.json. It keeps the tree for the places of later faults.
type metadataReader struct {
	fileReporter
	root *jsonc.Node
	meta Metadata
}

// readMetadata reads the file. It gives nil when it is missing or no JSON object.
func readMetadata(files *Files, opt Options, report *reporter) *metadataReader {
	m := &metadataReader{fileReporter: fileReporter{reporter: report, file: metadataFile}}
	text, ok := files.Get(metadataFile)
	if !ok {
		m.fault(noOffset, FaultMissing, "every app has this file", "the file is missing")
		return nil
	}
	text = fillPlaceholders(text, opt)
	m.lines = jsonc.NewLines(text)
	if m.root = parseJSON(m.fileReporter, text, jsonc.Commas); m.root == nil {
		return nil
	}
	if !m.root.Is(jsonc.Object) {
		m.fault(m.root.Offset, FaultMetadataShape, "", "the file must hold an object")
		return nil
	}
	m.decode()
	m.checkID(opt)
	m.checkDataTypes()
	return m
}

// parseJSON reads a file into a tree, and reports and gives nil when it is not JSON.
func parseJSON(r fileReporter, text []byte, lenient jsonc.Leniency) *jsonc.Node {
	root, err := jsonc.Parse(text, lenient)
	var syntax *jsonc.SyntaxError
	if errors.As(err, &syntax) {
		r.fault(syntax.Offset, FaultJSON, "", "%s", syntax.Message)
		return nil
	}
	return root
}

// decode fills the metadata member by member, so that a member of the wrong type hides no other fault.
// The names of members count without regard to case, as in the host.
func (m *metadataReader) decode() {
	target := reflect.ValueOf(&m.meta).Elem()
	for i := range target.NumField() {
		name := target.Type().Field(i).Tag.Get("json")
		if name == "dataTypes" || name == "-" {
			continue
		}
		m.into(m.root.GetFold(name), target.Field(i).Addr().Interface())
	}
	for _, node := range m.dataTypeNodes() {
		var t DataType
		m.into(node, &t)
		m.meta.DataTypes = append(m.meta.DataTypes, t)
	}
	if m.meta.OnEntry.Show == "" {
		m.meta.OnEntry.Show = ShowNewInstance
	}
	m.meta.Raw = json.RawMessage(m.root.JSON)
}

func (m *metadataReader) dataTypeNodes() []*jsonc.Node {
	list := m.root.GetFold("dataTypes")
	if list == nil || list.Is(jsonc.Null) {
		return nil
	}
	if !list.Is(jsonc.List) {
		m.fault(list.Offset, FaultMetadataShape, "", "dataTypes must be a list")
	}
	return list.Items
}

// into decodes a node and reports a value of the wrong type.
func (m *metadataReader) into(node *jsonc.Node, target any) {
	if node == nil {
		return
	}
	if err := json.Unmarshal(node.JSON, target); err != nil {
		m.fault(node.Offset+max(typeErrorOffset(err)-1, 0), FaultMetadataShape, "", "%s", typeErrorText(err))
	}
}

func fieldName(field string) string {
	if field == "" {
		return "the value"
	}
	return field
}

func withArticle(kind string) string {
	kind, _, _ = strings.Cut(kind, " ")
	if kind == "null" || kind == "" {
		return kind
	}
	if strings.ContainsRune("aeio", rune(kind[0])) {
		return "an " + kind
	}
	return "a " + kind
}

// jsonType gives the JSON Schema name of the type that decodes into a Go type.
func jsonType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "boolean"
	case reflect.Int:
		return "integer"
	case reflect.String:
		return "string"
	case reflect.Slice:
		return "array"
	case reflect.Pointer:
		return jsonType(t.Elem())
	default:
		return "object"
	}
}

func (m *metadataReader) checkID(opt Options) {
	if !appIDPattern.MatchString(m.meta.ID) {
		m.fault(m.offset("id"), FaultMetadataID, "write lower-case letters, digits and hyphens: \"org/app\"", "id %q is not of the form org/app", m.meta.ID)
		return
	}
	org, name, _ := strings.Cut(m.meta.ID, "/")
	if m.meta.Org != org {
		m.fault(m.offset("org"), FaultMetadataID, "write \""+org+"\"", "org %q is not the org of id %q", m.meta.Org, m.meta.ID)
	}
	if opt.Org != "" && opt.Org != org || opt.Name != "" && opt.Name != name {
		m.fault(m.offset("id"), FaultOtherApp, "move the folder, or correct id and org", "id %q is not that of %s/%s", m.meta.ID, opt.Org, opt.Name)
	}
}

// offset gives the place of a top-level member, or of the file.
func (m *metadataReader) offset(name string) int {
	if node := m.root.GetFold(name); node != nil {
		return node.Offset
	}
	return m.root.Offset
}

// dataTypeOffset gives the place of a member of the i-th data type, or of the data type.
func (m *metadataReader) dataTypeOffset(i int, member string) int {
	node := m.root.GetFold("dataTypes").Items[i]
	if found := node.GetFold(member); found != nil {
		return found.Offset
	}
	return node.Offset
}

func (m *metadataReader) checkDataTypes() {
	seen := map[string]bool{}
	for i, t := range m.meta.DataTypes {
		if !dataTypeIDPattern.MatchString(t.ID) || t.ID == "." || t.ID == ".." {
			m.fault(m.dataTypeOffset(i, "id"), FaultDataTypeID, "give it an id of letters, digits, hyphens and underscores", "data type id %q cannot name a file", t.ID)
			continue
		}
		if seen[t.ID] {
			m.fault(m.dataTypeOffset(i, "id"), FaultDataTypeTwice, "rename one of them", "there are two data types %q", t.ID)
		}
		seen[t.ID] = true
		if t.MaxCount > 0 && t.MinCount > t.MaxCount {
			m.warn(m.dataTypeOffset(i, "minCount"), FaultDataTypeCount, "", "data type %q wants at least %d elements and allows %d", t.ID, t.MinCount, t.MaxCount)
		}
		for _, contributor := range t.Contributors() {
			if !strings.Contains(contributor, ":") {
				m.fault(m.dataTypeOffset(i, "id"), FaultContributors, "write org:<code>, orgno:<number> or app:owned", "contributor %q of data type %q has no kind", contributor, t.ID)
			}
		}
	}
}
