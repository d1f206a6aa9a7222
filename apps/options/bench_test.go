package options_test

import (
	"context"
	"testing"

	"github.com/hovedbok/hovedbok/apps/expression"
	"github.com/hovedbok/hovedbok/apps/options"
)

// BenchmarkOptions gets the lists of a page: as they are served, and as components show them.
func BenchmarkOptions(b *testing.B) {
	app := appWith(b, map[string]string{"yesno.json": `[{"value": true, "label": "Ja"}, {"value": false, "label": "Nei"}]`})
	var r options.Registry
	ctx := context.Background()
	b.Run("list of a file", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := r.Options(ctx, options.Request{App: app, ID: "yesno"}); err != nil {
				b.Fatal(err)
			}
		}
	})
	for name, component := range map[string]string{
		"component with 2": `{"optionsId": "yesno"}`, "component with 249, sorted": `{"optionsId": "land", "sortOrder": "asc"}`,
		"component with 249, filtered": `{"optionsId": "land", "optionFilter": ["startsWith", ["value"], "N"]}`,
	} {
		c, err := options.ParseConfig([]byte(component))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Resolve(ctx, c, expression.Context{Language: "nb"}, options.Request{App: app}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
