package appkit

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/domain/link"
	"github.com/hovedbok/hovedbok/policies/xacml"
)

// policy writes who may do what at which step. A row is a step of the subjects that have the same rights
// everywhere, a column an action.
func (s *show) policy() {
	p := s.app.Policy
	s.heading("Policy")
	actions := actionsOf(p)
	rows := [][]string{append([]string{"who", "step"}, actions...)}
	for _, same := range s.alike(p, actions) {
		for i, right := range same.rights {
			who := strings.Join(same.who, ", ")
			if i > 0 {
				who = ""
			}
			rows = append(rows, append([]string{who}, right...))
		}
	}
	s.table(rows)
	s.line("\nauthentication level: people at least %d, service owners at least %d", p.MinUser, p.MinOrg)
}

// actionsOf gives the actions of a policy, sorted.
func actionsOf(p *xacml.Policy) []string {
	all := slices.Concat(p.Actions(), slices.Collect(maps.Keys(p.Deny)))
	slices.Sort(all)
	return slices.Compact(all)
}

// alike are subjects with the same rights, and these as rows: a step, and a mark for each action.
type alike struct {
	who    []string
	rights [][]string
}

func (s *show) alike(p *xacml.Policy, actions []string) []alike {
	var groups []alike
	slots := s.slots(p)
	for _, who := range subjects(p) {
		rights := rightsOf(p, who, slots, actions)
		i := slices.IndexFunc(groups, func(g alike) bool { return slices.EqualFunc(g.rights, rights, slices.Equal) })
		if i < 0 {
			groups = append(groups, alike{[]string{who}, rights})
			continue
		}
		groups[i].who = append(groups[i].who, who)
	}
	return groups
}

// rightsOf gives a row for each slot in which the subject is named.
func rightsOf(p *xacml.Policy, who string, slots, actions []string) [][]string {
	var rows [][]string
	for _, slot := range slots {
		row, named := []string{stepText(slot)}, false
		for _, action := range actions {
			mark := markOf(p, action, slot, who)
			row, named = append(row, mark), named || mark != ""
		}
		if named {
			rows = append(rows, row)
		}
	}
	return rows
}

func subjects(p *xacml.Policy) []string {
	seen := map[string]bool{}
	for _, g := range []xacml.Grants{p.Grant, p.Deny} {
		for _, slots := range g {
			for _, keys := range slots {
				for key := range keys {
					seen[key] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// slots gives the policy's slots in the order of the process: anywhere first, tasks and ends as they come.
func (s *show) slots(p *xacml.Policy) []string {
	all := p.Slots()
	ordered := []string{"*"}
	for _, e := range inOrder(s.app.Process) {
		ordered = append(ordered, "task:"+e.ID, "end:"+e.ID)
	}
	ordered = slices.DeleteFunc(ordered, func(slot string) bool { return !slices.Contains(all, slot) })
	for _, slot := range all {
		if !slices.Contains(ordered, slot) {
			ordered = append(ordered, slot)
		}
	}
	return ordered
}

// stepText names a slot: the whole app, a task, an end event, or a part of the app.
func stepText(slot string) string {
	switch {
	case slot == "*":
		return "anywhere"
	case strings.HasPrefix(slot, "task:"):
		return slot[len("task:"):]
	case strings.HasPrefix(slot, "end:"):
		return slot[len("end:"):] + " (ended)"
	}
	return slot
}

// markOf is ✓ for a right that is given in exactly that slot, and ✗ for one that is taken away.
func markOf(p *xacml.Policy, action, slot, who string) string {
	switch {
	case len(p.Deny[action][slot][who]) > 0:
		return "✗"
	case len(p.Grant[action][slot][who]) > 0:
		return "✓"
	}
	return ""
}

func (s *show) dataTypes() {
	s.heading("Data types")
	rows := [][]string{{"id", "what", "task", "count", "content types", "more"}}
	for _, t := range s.app.Metadata.DataTypes {
		rows = append(rows, []string{t.ID, s.kindOf(t), t.TaskID, countText(t), strings.Join(t.AllowedContentTypes, ", "), moreText(t)})
	}
	s.table(rows)
}

func (s *show) kindOf(t apps.DataType) string {
	switch {
	case !t.IsForm():
		return "file"
	case s.app.Models[t.ID] == nil:
		return "form without schema"
	case t.AutoCreate():
		return "form, made with the task"
	}
	return "form"
}

func countText(t apps.DataType) string {
	if t.MaxCount == 0 {
		return strconv.Itoa(t.MinCount) + " or more"
	}
	if t.MinCount == t.MaxCount {
		return strconv.Itoa(t.MinCount)
	}
	return fmt.Sprintf("%d–%d", t.MinCount, t.MaxCount)
}

func moreText(t apps.DataType) string {
	var parts []string
	if t.MaxSize != nil {
		parts = append(parts, fmt.Sprintf("at most %d MB", *t.MaxSize))
	}
	if t.ActionRequiredToRead != "" {
		parts = append(parts, "read needs "+t.ActionRequiredToRead)
	}
	if t.ActionRequiredToWrite != "" {
		parts = append(parts, "write needs "+t.ActionRequiredToWrite)
	}
	if c := t.Contributors(); len(c) > 0 {
		parts = append(parts, "written by "+strings.Join(c, ", "))
	}
	return strings.Join(parts, ", ")
}

func (s *show) links() {
	s.heading("Links")
	if len(s.app.Links) == 0 {
		s.line("none")
	}
	for _, l := range s.app.Links {
		s.line("%s: on %s, create %s for %s", l.ID, l.On, l.Create, ownerText(l.Owner))
		if !l.If.IsZero() {
			s.line("  if %s", Readable([]byte(l.If.JSON)))
		}
		for _, a := range l.Prefill {
			s.line("  %s ← %s", a.Path, Readable([]byte(a.Value.JSON)))
		}
		for _, a := range l.Attachments {
			s.line("  %s ← files of %s", a.To, a.From)
		}
		s.back(l.Back)
	}
}

func (s *show) back(b link.Back) {
	if !b.Label.IsZero() {
		s.line("  back: status ← %s", Readable([]byte(b.Label.JSON)))
	}
	if !b.Description.IsZero() {
		s.line("  back: description ← %s", Readable([]byte(b.Description.JSON)))
	}
	for _, a := range b.Data {
		s.line("  back: %s ← %s", a.Path, Readable([]byte(a.Value.JSON)))
	}
}

// ownerText says whom the new instance belongs to. A person's number is not shown.
func ownerText(o link.Owner) string {
	kind := map[link.OwnerKind]string{link.OwnerOrganisation: "organisation ", link.OwnerPerson: "person ", link.OwnerParty: "party "}[o.Kind]
	switch {
	case o.Kind == link.OwnerSame:
		return "the same owner"
	case o.Kind == link.OwnerPerson && !o.Value.IsExpression():
		return "a person"
	}
	return kind + strings.Trim(Readable([]byte(o.Value.JSON)), `"`)
}

// mostMissing is how many missing texts are named.
const mostMissing = 5

func (s *show) coverage() {
	s.heading("Texts")
	all := map[string]bool{}
	for _, texts := range s.app.Texts {
		for _, r := range texts.Resources {
			all[r.ID] = true
		}
	}
	rows := [][]string{{"language", "texts", "of", "missing"}}
	for _, language := range slices.Sorted(maps.Keys(s.app.Texts)) {
		texts := textsOf(s.app, language)
		var missing []string
		for id := range all {
			if _, ok := texts[id]; !ok {
				missing = append(missing, id)
			}
		}
		slices.Sort(missing)
		rows = append(rows, []string{language, strconv.Itoa(len(texts)), strconv.Itoa(len(all)), someOf(missing)})
	}
	s.table(rows)
}

// someOf names a few, and says how many more there are.
func someOf(names []string) string {
	if len(names) <= mostMissing {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:mostMissing], ", "), len(names)-mostMissing)
}
