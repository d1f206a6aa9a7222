package options_test

import (
	"context"
	"testing"

	"github.com/hovedbok/hovedbok/apps/expression"
	"github.com/hovedbok/hovedbok/apps/options"
)

// FuzzParseConfig reads components of every kind. What is taken has one source, and its inline options resolve to distinct values.
func FuzzParseConfig(f *testing.F) {
	for _, seed := range []string{
		`{"options": [{"value": 1, "label": "a"}, {"value": "1", "label": "b", "tags": {"x": "y"}}], "sortOrder": "desc", "preselectedOptionIndex": 1}`,
		`{"optionsId": "a", "secure": true, "mapping": {"a[{0}].b": "c"}, "queryParameters": {"x": ["plus", 1, 2]}}`,
		`{"source": {"group": "g[{0}].h", "value": "g[{0}].h[{1}].v", "label": ["concat", "a"]}, "optionFilter": ["value"]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, component []byte) {
		c, err := options.ParseConfig(component)
		if err != nil || c.ID != "" {
			return
		}
		var r options.Registry
		got, err := r.Resolve(context.Background(), c, expression.Context{}, options.Request{})
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, choice := range got.List {
			if seen[choice.Value] {
				t.Fatalf("%s: the value %q stands twice", component, choice.Value)
			}
			seen[choice.Value] = true
		}
	})
}
