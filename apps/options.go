package apps

import (
	"slices"
	"strings"

	"github.com/hovedbok/hovedbok/apps/jsonc"
)

// optionMembers are what an option may hold. The host refuses a whole list for any other.
var optionMembers = []string{"value", "label", "description", "helpText"}

// readOptions checks the static option lists. They are read by the engine of options.
func readOptions(files *Files, report *reporter) {
	for _, name := range files.Names("options") {
		if !strings.HasSuffix(name, ".json") {
			continue
		}
		text, _ := files.Get(name)
		r := fileReporter{reporter: report, file: name, lines: jsonc.NewLines(text)}
		tree := parseJSON(r, text, jsonc.Lenient)
		switch {
		case tree == nil:
		case !tree.Is(jsonc.List):
			r.fault(tree.Offset, FaultOptions, "", "an option list must be a list")
		default:
			checkOptionList(r, tree.Items)
		}
	}
}

func checkOptionList(r fileReporter, items []*jsonc.Node) {
	for _, item := range items {
		if !item.Is(jsonc.Object) {
			r.fault(item.Offset, FaultOptions, "write {\"value\": …, \"label\": …}", "an option must be an object")
			continue
		}
		for _, m := range item.Members {
			if !slices.ContainsFunc(optionMembers, func(known string) bool { return strings.EqualFold(known, m.Name) }) {
				r.fault(m.Offset, FaultOptions, "use "+strings.Join(optionMembers, ", "), "an option has no member %q", m.Name)
			}
		}
		if item.GetFold("value").Is(jsonc.List, jsonc.Object) {
			r.fault(item.GetFold("value").Offset, FaultOptions, "", "the value of an option must be a text, a number, a boolean or null")
		}
	}
}
