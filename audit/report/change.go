package report

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/hovedbok/hovedbok/audit"
	"github.com/hovedbok/hovedbok/domain/document"
)

// Changes writes one line for each thing that differs: what, from, to, the revisions that touched it, and who did so last. The heads of
// forms' changes, which hold patches for machines, are left out.
func Changes(w io.Writer, changes []audit.Change, o Options) error {
	p := newPage(o)
	if len(changes) == 0 {
		p.line("%s", p.word(wNothing))
		return p.to(w)
	}
	rows := [][]string{{
		p.word(wWhere), p.word(wFrom), p.word(wTo), p.word(wRevision), p.word(wTime), p.word(wWho), p.word(wOnBehalf),
	}}
	for i := range changes {
		if c := &changes[i]; c.Op != audit.OpPatched {
			rows = append(rows, p.change(c))
		}
	}
	p.table("", true, rows)
	return p.to(w)
}

func (p *page) change(c *audit.Change) []string {
	from, to := value(c.From), value(c.To)
	switch {
	case c.Op == audit.OpMoved:
		from, to = c.MovedFrom, c.Path
	case c.Subject == audit.SubjectRelation, c.Subject == audit.SubjectElement && c.Path == "":
		from, to = description(c.From), description(c.To)
	}
	by := &c.By
	return []string{
		joined(" ", p.subject(c), c.Path), from, to, revisions(c.Revisions), p.time(by.Time), p.who(by.Actor.Kind, by.Actor.ID), party(by.Actor.OnBehalf),
	}
}

// unsaid are the members that a description leaves out: they stand elsewhere in the line, or tell a person nothing.
var unsaid = []string{"dataType", "blob", "chain"}

// description says what an element or a link is.
func description(n *document.Node) string {
	var parts []string
	for key, v := range n.All() {
		if !slices.Contains(unsaid, key) {
			parts = append(parts, joined("", v.Text(), truth(key, v)))
		}
	}
	return joined(", ", parts...)
}

func truth(name string, v *document.Node) string {
	if v.Truth() {
		return name
	}
	return ""
}

// subject names what a change is about: forms and elements by data type.
func (p *page) subject(c *audit.Change) string {
	if c.DataType != "" {
		return c.DataType
	}
	if name, ok := subjects[c.Subject]; ok {
		return p.word(name)
	}
	return c.Subject
}

// most is the number of revisions that a line names; of more, the first ones are left out.
const most = 5

func revisions(all []int64) string {
	var b strings.Builder
	if len(all) > most {
		b.WriteString("…")
		all = all[len(all)-most:]
	}
	for _, r := range all {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.FormatInt(r, 10))
	}
	return b.String()
}
