package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// exchanged is an exchange that a tour has made.
type exchanged struct {
	name string
	call call
	got  reply
}

// openAPI is as much of an OpenAPI 3 document as the comparison needs.
type openAPI struct {
	Paths map[string]map[string]struct {
		Responses map[string]struct {
			Content map[string]struct {
				Schema *schema `json:"schema"`
			} `json:"content"`
		} `json:"responses"`
	} `json:"paths"`
	Components struct {
		Schemas map[string]*schema `json:"schemas"`
	} `json:"components"`
}

type schema struct {
	Ref        string             `json:"$ref"`
	Type       string             `json:"type"`
	Properties map[string]*schema `json:"properties"`
	Items      *schema            `json:"items"`
	Additional json.RawMessage    `json:"additionalProperties"`
	Enum       []any              `json:"enum"`
	AllOf      []*schema          `json:"allOf"`
	OneOf      []*schema          `json:"oneOf"`
	AnyOf      []*schema          `json:"anyOf"`
}

// altinnAPI reads Altinn's own description of the app API. The test is skipped when it is not there.
func altinnAPI(t *testing.T) *openAPI {
	t.Helper()
	path := filepath.Join("..", "..", "shared", "testdata", "altinn", "openapi", "app-api.json")
	src, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		t.Skip("Altinn's OpenAPI document is not beside the project (shared/testdata/altinn/openapi/app-api.json)")
	}
	if err != nil {
		t.Fatal(err)
	}
	var doc openAPI
	if err := json.Unmarshal(bytes.TrimPrefix(src, []byte("\xef\xbb\xbf")), &doc); err != nil {
		t.Fatal(err)
	}
	return &doc
}

// differs names the examples whose shape the document does not tell: process/next answers with the process unless the instance is asked
// for, and metadata and schema are the app's own files.
var differs = map[string]string{"process-next": "AppProcessState", "metadata": "", "schema": ""}

// omitted are members that Altinn leaves out when they are null: of issues, and of a workflow that is idle.
var omitted = []string{
	"noIncrementalUpdates", "customTextKey", "customTextParams", "customTextParameters",
	"failure", "progress", "retrying", "startedAt", "targetTask", "waitingReason",
}

// named are enumerations that the document gives as numbers and Altinn writes as names.
var named = []string{".type"}

// compare fails for every member of the described answers that an exchange lacks, or that is of another type.
func (doc *openAPI) compare(t *testing.T, exchanges []exchanged) {
	t.Helper()
	compared := 0
	for _, x := range exchanges {
		s := doc.answer(x)
		if s == nil || !strings.Contains(x.got.header.Get("Content-Type"), "application/json") {
			continue
		}
		compared++
		var wrong []string
		doc.check(s, parse(t, x.got.body), "", &wrong)
		slices.Sort(wrong)
		for _, w := range slices.Compact(wrong) {
			t.Errorf("%s (%s): %s", x.name, x.call.method, w)
		}
	}
	if compared < 20 {
		t.Errorf("only %d exchanges are described", compared)
	}
}

// answer finds the schema of a good answer; nil when the document has none.
func (doc *openAPI) answer(x exchanged) *schema {
	if name, special := differs[x.name]; special {
		return doc.Components.Schemas[name]
	}
	path, _, _ := strings.Cut(x.call.path, "?")
	best, literals := "", -1
	for template := range doc.Paths {
		route := parameter.ReplaceAllString(template, ":$1")
		if n, ok := fits(route, path); ok && n > literals && doc.Paths[template][strings.ToLower(x.call.method)].Responses != nil {
			best, literals = template, n
		}
	}
	responses := doc.Paths[best][strings.ToLower(x.call.method)].Responses
	for _, status := range []string{strconv.Itoa(x.got.status), "200", "201"} {
		for _, c := range responses[status].Content {
			if x.got.status < 300 || status == strconv.Itoa(x.got.status) {
				return c.Schema
			}
		}
	}
	return nil
}

var parameter = regexp.MustCompile(`\{(\w+)\}`)

func (doc *openAPI) check(s *schema, v any, at string, wrong *[]string) {
	if s.Ref != "" {
		s = doc.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
	}
	if v == nil || s == nil {
		return
	}
	for _, part := range s.AllOf {
		doc.check(part, v, at, wrong)
	}
	if more := append(slices.Clone(s.OneOf), s.AnyOf...); len(more) > 0 {
		doc.checkAny(more, v, at, wrong)
	}
	if _, name := v.(string); name && s.Type == "integer" && slices.ContainsFunc(named, func(n string) bool { return strings.HasSuffix(at, n) }) {
		return
	}
	if !isOf(s, v) {
		*wrong = append(*wrong, fmt.Sprintf("%s is %T, not %s", at, v, s.Type))
		return
	}
	switch v := v.(type) {
	case map[string]any:
		for name, p := range s.Properties {
			member, there := v[name]
			if !there && !slices.Contains(omitted, name) {
				*wrong = append(*wrong, at+"."+name+" is missing")
			}
			doc.check(p, member, at+"."+name, wrong)
		}
	case []any:
		for _, item := range v {
			if s.Items != nil {
				doc.check(s.Items, item, at+"[]", wrong)
			}
		}
	}
}

// checkAny is content when one of the schemas is.
func (doc *openAPI) checkAny(any []*schema, v any, at string, wrong *[]string) {
	var least []string
	for i, s := range any {
		var found []string
		doc.check(s, v, at, &found)
		if i == 0 || len(found) < len(least) {
			least = found
		}
	}
	*wrong = append(*wrong, least...)
}

func isOf(s *schema, v any) bool {
	switch s.Type {
	case "object":
		_, ok := v.(map[string]any)
		return ok
	case "array":
		_, ok := v.([]any)
		return ok
	case "string":
		_, ok := v.(string)
		return ok
	case "boolean":
		_, ok := v.(bool)
		return ok
	case "integer":
		n, ok := v.(json.Number)
		return ok && !strings.ContainsAny(n.String(), ".eE")
	case "number":
		_, ok := v.(json.Number)
		return ok
	}
	return true
}
