package appkit

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hovedbok/hovedbok/apps"
)

// Show writes an app for people to read: its process as a picture, its pages and components as trees, its
// policy, data types and links as tables, and how far each language is covered. Titles are those of the
// language; empty takes nb, or else the first that the app has. It fails when the app has no texts in a
// language that was asked for, or when w does.
func Show(w io.Writer, app *apps.App, language string) error {
	language, err := languageOf(app, language)
	if err != nil {
		return err
	}
	s := show{app: app, texts: textsOf(app, language)}
	s.line("%s  %s", app.ID, cmp.Or(app.Metadata.Title[language], app.Metadata.Title["nb"]))
	s.process()
	s.pages()
	s.policy()
	s.dataTypes()
	s.links()
	s.coverage()
	_, err = io.WriteString(w, s.out.String())
	return err
}

func languageOf(app *apps.App, wanted string) (string, error) {
	languages := slices.Sorted(maps.Keys(app.Texts))
	_, known := app.Texts[cmp.Or(wanted, "nb")]
	switch {
	case known:
		return cmp.Or(wanted, "nb"), nil
	case wanted != "":
		return "", fmt.Errorf("%s has no texts in %q; it has %s", app.ID, wanted, cmp.Or(strings.Join(languages, ", "), "none at all"))
	case len(languages) > 0:
		return languages[0], nil
	}
	return "nb", nil
}

func textsOf(app *apps.App, language string) map[string]string {
	texts := map[string]string{}
	for _, r := range app.Texts[language].Resources {
		texts[r.ID] = r.Value
	}
	return texts
}

// show is what is being written about one app.
type show struct {
	app   *apps.App
	texts map[string]string // of the language, by id
	out   strings.Builder
}

func (s *show) line(format string, args ...any) {
	s.out.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " "))
	s.out.WriteByte('\n')
}

func (s *show) heading(text string) {
	s.line("\n%s\n", strings.ToUpper(text))
}

func (s *show) process() {
	s.heading("Process")
	if len(s.app.Process.Elements()) == 0 {
		s.line("none: a form without instances")
		return
	}
	s.out.WriteString(Picture(s.app.Process))
	first := true
	for _, flow := range s.app.Process.Flows() {
		if flow.Condition == "" || utf8.RuneCountInString(Readable([]byte(flow.Condition))) <= longest {
			continue
		}
		if first {
			s.line("")
			first = false
		}
		s.line("%s → %s: %s", flow.Source, flow.Target, Readable([]byte(flow.Condition)))
	}
}

// table writes rows in columns, the first row as their heading.
func (s *show) table(rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			b.WriteString(cell)
			b.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
		}
		s.line("%s", b.String())
	}
}
