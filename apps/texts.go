package apps

import (
	"encoding/json"
	"path"
	"regexp"

	"github.com/hovedbok/hovedbok/apps/jsonc"
)

// Texts are the text resources of one language.
type Texts struct {
	Language  string         `json:"language"`
	Resources []TextResource `json:"resources"`
}

// TextResource is a text with places for variables: {0}, {1}…
type TextResource struct {
	ID        string         `json:"id"`
	Value     string         `json:"value"`
	Variables []TextVariable `json:"variables,omitempty"`
}

// TextVariable says where the value of a place comes from.
type TextVariable struct {
	Key          string  `json:"key"`
	DataSource   string  `json:"dataSource"`
	DefaultValue *string `json:"defaultValue,omitempty"` // nil: the key itself is shown
}

// textFile is what counts as a text file: two lower-case letters name the language.
var textFile = regexp.MustCompile(`^config/texts/resource\.([a-z]{2})\.json$`)

func readTexts(files *Files, report *reporter) map[string]Texts {
	all := map[string]Texts{}
	for _, name := range files.Names("config/texts") {
		found := textFile.FindStringSubmatch(name)
		if found == nil {
			continue
		}
		texts := Texts{Language: found[1]}
		readInto(files, name, jsonc.Lenient, FaultTexts, &texts, report)
		texts.Language = found[1]
		all[found[1]] = texts
	}
	if len(all) == 0 {
		report.add(Fault{File: "config/texts", Code: FaultTextsNone, Warning: true, Message: "there are no texts",
			Hint: "add resource.nb.json; the client shows text keys until then"})
	}
	return all
}

// readInto decodes a JSON file, and reports what has the wrong type under the code. It gives the tree,
// or nil when the file is no JSON object.
func readInto(files *Files, name string, lenient jsonc.Leniency, code string, target any, report *reporter) *jsonc.Node {
	text, _ := files.Get(name)
	r := fileReporter{reporter: report, file: name, lines: jsonc.NewLines(text)}
	tree := parseJSON(r, text, lenient)
	if tree == nil {
		return nil
	}
	if !tree.Is(jsonc.Object) {
		r.fault(tree.Offset, code, "", "%s must hold an object", path.Base(name))
		return nil
	}
	if err := json.Unmarshal(tree.JSON, target); err != nil {
		r.fault(tree.Offset+max(typeErrorOffset(err)-1, 0), code, "", "%s", typeErrorText(err))
	}
	return tree
}
