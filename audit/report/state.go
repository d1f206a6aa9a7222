package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hovedbok/hovedbok/audit"
	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
)

// State writes the whole state: what an instance is, where it stands, and its forms field by field.
func State(w io.Writer, doc audit.StateDoc, o Options) error {
	p := newPage(o)
	p.heading(fmt.Sprintf(p.word(wState), doc.Revision, p.time(doc.Time)))
	p.table("  ", false, filled(p.identity(&doc)))
	p.steps(doc.Process)
	for i := range doc.Elements {
		p.element(&doc.Elements[i])
	}
	p.relations(doc.Relations)
	p.texts(p.word(wTexts), doc.Presentation)
	p.texts(p.word(wValues), doc.DataValues)
	return p.to(w)
}

func (p *page) identity(doc *audit.StateDoc) [][]string {
	s := &doc.Status
	rows := [][]string{
		{p.word(wInstance), doc.Instance.String()},
		{p.word(wApp), fmt.Sprintf("%s/%s, %s %s", doc.Org, doc.App, p.word(wVersion), doc.AppVersion)},
	}
	if doc.Owner != 0 {
		rows = append(rows, []string{p.word(wOwner), fmt.Sprintf(p.word(wParty), doc.Owner)})
	}
	if s.CreatedBy != nil {
		rows = append(rows, []string{p.word(wCreated), p.timeBy(p.time(s.Created), s.CreatedBy)})
	}
	rows = append(rows, [][]string{
		{p.word(wChanged), p.timeBy(p.time(s.LastChanged), &s.LastChangedBy)},
		{p.word(wDue), p.time(doc.DueBefore)},
		{p.word(wVisible), p.time(doc.VisibleAfter)},
		{p.word(wTask), p.task(doc.Process)},
		{p.word(wEnded), p.time(s.Archived)},
	}...)
	if s.Submissions > 0 {
		rows = append(rows, []string{p.word(wSubmissions), strconv.Itoa(s.Submissions)})
	}
	if u := doc.Substatus; u != nil {
		rows = append(rows, []string{p.word(wSubstatus), joined(" – ", u.Label, u.Description)})
	}
	for _, c := range doc.Confirmations {
		rows = append(rows, []string{p.word(wConfirmed), c.Org + ", " + p.time(c.Time)})
	}
	rows = append(rows, []string{p.word(wBin), p.time(s.SoftDeleted)})
	if s.Erased {
		rows = append(rows, []string{p.word(wErased), joined("; ", p.timeBy(p.time(s.ErasedAt), s.ErasedBy), p.word(wErasedText))})
	}
	return append(rows, []string{p.word(wHash), doc.Hash})
}

func (p *page) timeBy(at string, by *audit.Who) string {
	if by == nil {
		return at
	}
	return at + " " + p.word(byWhom) + " " + p.by(*by)
}

func (p *page) task(process *audit.Process) string {
	if process == nil || process.Current == nil {
		return ""
	}
	t := process.Current
	return fmt.Sprintf("%s (%s), %s %s", joined(" ", t.ID, t.Name), t.Type, p.word(wSince), p.time(t.Started))
}

func (p *page) steps(process *audit.Process) {
	if process == nil || len(process.History) == 0 {
		return
	}
	p.line("  %s", p.word(wHistory))
	var rows [][]string
	for _, h := range process.History {
		action := h.Action
		if h.Abandoned {
			action = joined(", ", action, p.word(wAbandoned))
		}
		by := ""
		if h.EndedBy != nil {
			by = p.by(*h.EndedBy)
		}
		rows = append(rows, []string{h.Task, p.time(h.Started), p.time(h.Ended), action, by})
	}
	p.table("    ", false, rows)
}

func (p *page) element(e *audit.Element) {
	kind, extra := wFile, fmt.Sprintf("%s, %d %s", e.Filename, e.Size, p.word(wBytes))
	if e.Form != nil {
		kind, extra = wForm, ""
	}
	locked := ""
	if e.Locked {
		locked = p.word(wLocked)
	}
	p.line("  %s %s", p.word(kind), safe(joined(", ", e.DataType+" "+e.ID.String(), e.ContentType, extra, locked)))
	var rows [][]string
	for _, c := range document.Changes(nil, e.Form) {
		rows = append(rows, []string{c.Path, value(c.To)})
	}
	p.table("    ", false, rows)
}

func (p *page) relations(relations []audit.Relation) {
	if len(relations) == 0 {
		return
	}
	p.line("  %s", p.word(wLinks))
	var rows [][]string
	for _, r := range relations {
		side := wComesFrom
		if r.Side == instance.SideSource {
			side = wGaveRise
		}
		rows = append(rows, []string{r.Link, p.word(side), r.App, fmt.Sprintf("%d/%s", r.Party, r.Instance), p.time(r.Time)})
	}
	p.table("    ", false, rows)
}

func (p *page) texts(heading string, m map[string]string) {
	if len(m) == 0 {
		return
	}
	p.line("  %s", heading)
	var rows [][]string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		rows = append(rows, []string{key, m[key]})
	}
	p.table("    ", false, rows)
}

// value writes a value as JSON; nothing for none.
func value(n *document.Node) string {
	if n == nil {
		return ""
	}
	return string(n.AppendJSON(nil))
}

// joined joins what is not empty.
func joined(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}
