// Package report writes what package audit tells as text for a terminal: aligned columns, times in one time zone, in Norwegian (nb, nn) or
// English. Whatever comes from people is made harmless first, so that a form cannot write control sequences to an auditor's terminal.
package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/hovedbok/hovedbok/audit"
)

// Options say how to write.
type Options struct {
	Language string         // nb, nn or en; English for any other
	Zone     *time.Location // UTC if nil
	Bold     bool           // headings in bold, for terminals that can
}

// page is a text while it is written.
type page struct {
	Options
	text strings.Builder
}

func newPage(o Options) *page {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	return &page{Options: o}
}

// to hands the text over.
func (p *page) to(w io.Writer) error {
	if _, err := io.WriteString(w, p.text.String()); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// word translates a word of ours.
func (p *page) word(w audit.Summary) string { return w.In(p.Language) }

func (p *page) line(format string, args ...any) {
	fmt.Fprintf(&p.text, format, args...)
	p.text.WriteByte('\n')
}

func (p *page) heading(s string) {
	if p.Bold {
		s = "\x1b[1m" + s + "\x1b[0m"
	}
	p.line("%s", s)
}

// widest is the most characters of a cell, so that one long value does not tear the columns apart. The last column is not cut.
const widest = 64

// table writes rows in aligned columns. The first row is the heading if there is to be one.
func (p *page) table(indent string, heading bool, rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if len(widths) == i {
				widths = append(widths, 0)
			}
			if i < len(row)-1 {
				row[i] = short(safe(cell))
			} else {
				row[i] = safe(cell)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
	}
	for n, row := range rows {
		var b strings.Builder
		b.WriteString(indent)
		for i, cell := range row {
			b.WriteString(cell)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
			}
		}
		text := strings.TrimRight(b.String(), " ")
		if n == 0 && heading {
			p.heading(text)
		} else {
			p.line("%s", text)
		}
	}
}

func short(s string) string {
	if utf8.RuneCountInString(s) <= widest {
		return s
	}
	return string([]rune(s)[:widest-1]) + "…"
}

// safe writes control characters, and those that change the direction of text or cannot be seen, as escapes.
func safe(s string) string {
	if !strings.ContainsFunc(s, harmful) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if harmful(r) {
			q := strconv.QuoteRuneToASCII(r)
			b.WriteString(q[1 : len(q)-1])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func harmful(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
}

// time writes a time; nothing for none.
func (p *page) time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(p.Zone).Format(time.DateTime)
}

// exact writes a time with all its digits and its offset.
func (p *page) exact(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(p.Zone).Format("2006-01-02 15:04:05.000000 -07:00")
}

// who names an actor by kind and number.
func (p *page) who(kind, id string) string {
	name, ok := kinds[kind]
	switch {
	case !ok:
		return strings.TrimSpace(kind + " " + id)
	case id == "":
		return p.word(name)
	}
	return p.word(name) + " " + id
}

func party(id int) string {
	if id == 0 {
		return ""
	}
	return strconv.Itoa(id)
}

// by names who did something, and on whose behalf.
func (p *page) by(w audit.Who) string {
	s := p.who(w.Kind, w.ID)
	if w.OnBehalf != 0 {
		s += " " + p.word(onBehalfOf) + " " + party(w.OnBehalf)
	}
	return s
}

// Chain says that a hash chain has been verified. recomputed is false when only the links between events were compared.
func Chain(w io.Writer, n int, recomputed bool, o Options) error {
	p := newPage(o)
	words := chainVerified
	if !recomputed {
		words = chainLinked
	}
	p.line(p.word(words), n)
	return p.to(w)
}
