package apps

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// SchemaIssue is one place of a document that the schema does not allow. It never holds the value.
type SchemaIssue struct {
	Path    string // of the field, such as "a.b[0].c"; empty for the whole document
	Keyword string // of JSON Schema, such as "maxLength", or formatMinimum and its kind
	Limit   string // what the keyword wants, such as "10" or "date"; empty where it has no single value
	Message string // in English, for logs and developers
	// Custom is the schema's own text or text key for the keyword ("errorMessage"), or empty.
	Custom string
}

// issuesOf turns the library's error into issues, in the order of paths.
func issuesOf(err error, doc any, root schemaNode) []SchemaIssue {
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return []SchemaIssue{{Keyword: "schema", Message: "the document cannot be validated"}}
	}
	var issues []SchemaIssue
	for _, leaf := range leavesOf(invalid) {
		issues = append(issues, issuesOfLeaf(leaf, doc, root)...)
	}
	slices.SortStableFunc(issues, func(a, b SchemaIssue) int { return strings.Compare(a.Path, b.Path) })
	return slices.CompactFunc(issues, func(a, b SchemaIssue) bool { return a.Path == b.Path && a.Keyword == b.Keyword && a.Limit == b.Limit })
}

// issuesOfLeaf gives one issue, or one for each missing or superfluous member.
func issuesOfLeaf(leaf *jsonschema.ValidationError, doc any, root schemaNode) []SchemaIssue {
	if forgiven(leaf.ErrorKind) {
		return nil
	}
	keyword, limit, message := describe(leaf.ErrorKind)
	issue := SchemaIssue{Path: fieldPath(doc, leaf.InstanceLocation), Keyword: keyword, Limit: limit, Message: message, Custom: customText(root, leaf, keyword)}
	var names []string
	switch k := leaf.ErrorKind.(type) {
	case *kind.Required:
		names = k.Missing
	case *kind.AdditionalProperties:
		names = slices.DeleteFunc(slices.Clone(k.Properties), func(name string) bool { return name == RowID })
	default:
		return []SchemaIssue{issue}
	}
	issues := make([]SchemaIssue, 0, len(names))
	for _, name := range names {
		each := issue
		each.Path = memberPath(issue.Path, name)
		issues = append(issues, each)
	}
	return issues
}

// RowID is the member that names a row of a list for the client. No schema declares it.
const RowID = "altinnRowId"

// forgiven reports whether the only fault is that the field has no value.
func forgiven(k jsonschema.ErrorKind) bool {
	switch k := k.(type) {
	case *kind.Type:
		return k.Got == "null"
	case *kind.Enum:
		return k.Got == nil
	case *kind.Const:
		return k.Got == nil
	default:
		return false
	}
}

// leavesOf gives the errors that have no cause of their own. Of the branches of oneOf and anyOf it
// follows the one that is nearest to holding; where several branches of oneOf hold, oneOf itself is
// the error.
func leavesOf(e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(e.Causes) == 0 {
		return []*jsonschema.ValidationError{e}
	}
	switch e.ErrorKind.(type) {
	case *kind.OneOf, *kind.AnyOf:
		return nearest(e.Causes)
	case *kind.Not, *kind.Contains, *kind.PropertyNames:
		return []*jsonschema.ValidationError{e}
	}
	var leaves []*jsonschema.ValidationError
	for _, cause := range e.Causes {
		leaves = append(leaves, leavesOf(cause)...)
	}
	return leaves
}

// nearest gives the leaves of the branch with the fewest that are not forgiven. A branch that wants
// another type, and most of all one that wants null, is far away.
func nearest(branches []*jsonschema.ValidationError) []*jsonschema.ValidationError {
	var best []*jsonschema.ValidationError
	lowest := -1
	for _, branch := range branches {
		leaves, distance := leavesOf(branch), 0
		for _, leaf := range leaves {
			distance += distanceOf(leaf.ErrorKind)
		}
		if lowest < 0 || distance < lowest {
			best, lowest = leaves, distance
		}
	}
	return best
}

func distanceOf(k jsonschema.ErrorKind) int {
	if forgiven(k) {
		return 0
	}
	if t, ok := k.(*kind.Type); ok {
		if slices.Equal(t.Want, []string{"null"}) {
			return 1_000_000
		}
		return 1_000
	}
	return 1
}

// fieldPath writes a location as Altinn does: a.b[0].c. Only the document tells an index from a name.
func fieldPath(doc any, location []string) string {
	path := ""
	for _, token := range location {
		if list, ok := doc.([]any); ok {
			path += "[" + token + "]"
			doc = nil
			if i, err := strconv.Atoi(token); err == nil && i < len(list) {
				doc = list[i]
			}
			continue
		}
		object, _ := doc.(map[string]any)
		doc = object[token]
		path = memberPath(path, token)
	}
	return path
}

func memberPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// customText gives errorMessage of the schema node that failed: a text for the whole node, or one for
// the keyword.
func customText(root schemaNode, leaf *jsonschema.ValidationError, keyword string) string {
	_, pointer, _ := strings.Cut(leaf.SchemaURL, "#")
	node, _ := lookup(root.document, "#"+pointer).(map[string]any)
	switch custom := node["errorMessage"].(type) {
	case string:
		return custom
	case map[string]any:
		text, _ := custom[keyword].(string)
		return text
	}
	return ""
}

// describe gives the keyword that failed, what it wants, and a sentence without the value.
func describe(k jsonschema.ErrorKind) (keyword, limit, message string) {
	if path := k.KeywordPath(); len(path) > 0 {
		keyword = path[0]
	}
	limit = limitOf(k)
	switch k := k.(type) {
	case *kind.Required:
		return keyword, "", "the member is missing"
	case *kind.AdditionalProperties:
		return keyword, "", "the schema has no such member"
	case *kind.Type:
		return keyword, limit, fmt.Sprintf("the value is of type %s, not %s", k.Got, strings.Join(k.Want, " or "))
	case *kind.FalseSchema:
		return "false", "", "no value is allowed here"
	case *kind.Dependency, *kind.DependentRequired:
		return keyword, "", "a member that another one needs is missing"
	case *kind.Not:
		return "not", "", "the value is one that the schema excludes"
	}
	if limit == "" {
		return keyword, "", "the value does not satisfy " + keyword
	}
	return keyword, limit, fmt.Sprintf("the value does not satisfy %s %s", keyword, limit)
}
