package options

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hovedbok/hovedbok/apps/expression"
	"github.com/hovedbok/hovedbok/apps/jsonc"
)

// members are what an option may hold; Altinn's host refuses a list in which one holds more.
var members = []string{"value", "label", "description", "helpText", "tags"}

// readList reads a list as Altinn's host does: with comments and trailing commas, and names of members in any letter case.
func readList(src []byte) ([]Option, error) {
	tree, err := jsonc.Parse(src, jsonc.Lenient)
	if err != nil {
		return nil, err
	}
	if !tree.Is(jsonc.List) {
		return nil, fmt.Errorf("an option list must be a list, not %s", tree.Kind)
	}
	list := make([]Option, 0, len(tree.Items))
	for i, item := range tree.Items {
		o, err := readOption(item)
		if err != nil {
			return nil, fmt.Errorf("option %d: %w", i+1, err)
		}
		list = append(list, o)
	}
	return list, nil
}

func readOption(n *jsonc.Node) (o Option, err error) {
	if !n.Is(jsonc.Object) {
		return o, fmt.Errorf("it is %s, not an object", n.Kind)
	}
	for _, m := range n.Members {
		if !slices.ContainsFunc(members, func(known string) bool { return strings.EqualFold(known, m.Name) }) {
			return o, fmt.Errorf("there is no member %q in options", m.Name)
		}
	}
	if o.Value, err = readValue(n.GetFold("value")); err != nil {
		return o, err
	}
	if label := n.GetFold("label"); !label.Is(jsonc.String) {
		return o, fmt.Errorf("it has no label")
	}
	for name, target := range map[string]*string{"label": &o.Label, "description": &o.Description, "helpText": &o.HelpText} {
		if *target, err = readText(n, name); err != nil {
			return o, err
		}
	}
	o.Tags, err = readTags(n.GetFold("tags"))
	return o, err
}

func readValue(n *jsonc.Node) (expression.Value, error) {
	if n == nil {
		return expression.Value{}, nil
	}
	if n.Is(jsonc.List, jsonc.Object) {
		return expression.Value{}, fmt.Errorf("its value is %s; it must be a text, a number, a boolean or null", n.Kind)
	}
	return expression.FromJSON(n.JSON)
}

// readText gives a text that may be left out or null.
func readText(n *jsonc.Node, name string) (string, error) {
	found := n.GetFold(name)
	if found == nil || found.Is(jsonc.Null) {
		return "", nil
	}
	if !found.Is(jsonc.String) {
		return "", fmt.Errorf("its %s is %s, not a text", name, found.Kind)
	}
	return found.Text, nil
}

func readTags(n *jsonc.Node) (map[string]string, error) {
	if n == nil || n.Is(jsonc.Null) {
		return nil, nil
	}
	if !n.Is(jsonc.Object) {
		return nil, fmt.Errorf("its tags are %s, not an object", n.Kind)
	}
	tags := map[string]string{}
	for _, m := range n.Members {
		if !m.Value.Is(jsonc.String) {
			return nil, fmt.Errorf("its tag %q is %s, not a text", m.Name, m.Value.Kind)
		}
		tags[m.Name] = m.Value.Text
	}
	return tags, nil
}
