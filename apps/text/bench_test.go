package text_test

import (
	"fmt"
	"testing"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/expression"
	"github.com/hovedbok/hovedbok/apps/text"
)

func BenchmarkText(b *testing.B) {
	var resources []apps.TextResource
	for i := range 1000 {
		resources = append(resources, plain(fmt.Sprintf("side%d.tittel", i), fmt.Sprintf("Dette er **tittelen** på side %d, som er passe lang", i)))
	}
	resources = append(resources, withVariables("variables", "Hei {0}, du har {1} gjester", variable("dataModel.default", "people.name"), variable("dataModel.default", "count")))
	app := appWith("nb", resources...)
	data := form(b, map[string]string{"main": `{"people": [{"name": "A"}, {"name": "B"}], "count": 12}`})
	texts := text.Compile(app).Language("nb").In(text.Sources{Data: data})
	row := expression.Row{Path: expression.ParsePath("people[1]")}
	for name, id := range map[string]string{"without variables": "side500.tittel", "builtin": "general.cancel", "two variables": "variables", "absent": "nowhere"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := texts.Text(id, row); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("compile 1000 texts", func(b *testing.B) {
		for b.Loop() {
			text.Compile(app).Language("nb")
		}
	})
}
