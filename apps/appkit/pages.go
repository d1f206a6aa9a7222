package appkit

import (
	"maps"
	"slices"
	"strings"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/jsonc"
)

// pages writes every UI folder: those of tasks in the order of the process, and then the others.
func (s *show) pages() {
	s.heading("Pages")
	shown := map[string]bool{}
	for _, e := range inOrder(s.app.Process) {
		if folder, ok := s.app.Folder(e.ID); e.IsTask() && ok {
			s.folder(folder, shown)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.app.Folders)) {
		s.folder(s.app.Folders[name], shown)
	}
	if len(shown) == 0 {
		s.line("none")
	}
}

func (s *show) folder(f apps.Folder, shown map[string]bool) {
	if shown[f.Name] {
		return
	}
	shown[f.Name] = true
	text := f.Dir
	if f.DefaultDataType != "" {
		text += "  (" + f.DefaultDataType + ")"
	}
	s.line("%s", text)
	var pages []string
	pages = append(pages, f.Order...)
	for _, page := range f.Pages {
		if !slices.Contains(pages, page) {
			pages = append(pages, page)
		}
	}
	for i, page := range pages {
		s.page(f, page, i == len(pages)-1)
	}
}

// branch gives the beginnings of a line of a tree, and of the lines below it.
func branch(before string, last bool) (line, below string) {
	if last {
		return before + "└─ ", before + "   "
	}
	return before + "├─ ", before + "│  "
}

func (s *show) page(f apps.Folder, page string, last bool) {
	line, below := branch("", last)
	text := page
	if title, ok := s.texts[page]; ok {
		text += "  " + inQuotes(title)
	}
	if !slices.Contains(f.Order, page) {
		text += "  not in the order"
	}
	src, ok := s.app.Files.Get(f.PageFile(page))
	root, err := jsonc.Parse(src, jsonc.Lenient)
	if !ok || err != nil {
		s.line("%s%s  no file", line, text)
		return
	}
	data := root.GetFold("data")
	s.line("%s%s%s", line, text, when("hidden", data.GetFold("hidden")))
	t := newComponents(data.GetFold("layout"))
	t.write(s, f, t.tops(), below)
}

// components are those of one page, which name their children by id.
type components struct {
	byID     map[string]*jsonc.Node
	all      []*jsonc.Node
	claimed  map[string]bool
	finished map[*jsonc.Node]bool
}

func newComponents(list *jsonc.Node) *components {
	t := &components{byID: map[string]*jsonc.Node{}, claimed: map[string]bool{}, finished: map[*jsonc.Node]bool{}}
	if !list.Is(jsonc.List) {
		return t
	}
	t.all = list.Items
	for _, c := range t.all {
		t.byID[textOf(c, "id")] = c
	}
	for _, c := range t.all {
		for _, id := range children(c) {
			t.claimed[id] = true
		}
	}
	return t
}

// tops gives the components that are in no other.
func (t *components) tops() []*jsonc.Node {
	var tops []*jsonc.Node
	for _, c := range t.all {
		if !t.claimed[textOf(c, "id")] {
			tops = append(tops, c)
		}
	}
	return tops
}

func (t *components) write(s *show, f apps.Folder, list []*jsonc.Node, before string) {
	for i, c := range list {
		line, below := branch(before, i == len(list)-1)
		s.line("%s%s", line, s.component(f, c))
		if t.finished[c] {
			continue
		}
		t.finished[c] = true // also when components hold each other
		var inside []*jsonc.Node
		for _, id := range children(c) {
			if child := t.byID[id]; child != nil {
				inside = append(inside, child)
			}
		}
		t.write(s, f, inside, below)
	}
}

// children gives the ids of the components in a component, in the order in which they are shown.
func children(c *jsonc.Node) []string {
	ids := appendIDs(nil, c.GetFold("children"), textOf(c, "type") == "RepeatingGroup")
	for _, list := range []string{"tabs", "cards"} {
		for _, part := range items(c.GetFold(list)) {
			if media := textOf(part, "media"); media != "" {
				ids = append(ids, media)
			}
			ids = appendIDs(ids, part.GetFold("children"), false)
		}
	}
	for _, list := range []string{"rowsBefore", "rows", "rowsAfter"} {
		for _, row := range items(c.GetFold(list)) {
			for _, cell := range items(row.GetFold("cells")) {
				if id := textOf(cell, "component"); id != "" {
					ids = append(ids, id)
				}
			}
		}
	}
	return ids
}

// appendIDs adds the ids of a list. A repeating group of several pages writes "0:id".
func appendIDs(ids []string, list *jsonc.Node, paged bool) []string {
	for _, item := range items(list) {
		id := item.Text
		if _, rest, ok := strings.Cut(id, ":"); ok && paged {
			id = rest
		}
		ids = append(ids, id)
	}
	return ids
}

func items(n *jsonc.Node) []*jsonc.Node {
	if !n.Is(jsonc.List) {
		return nil
	}
	return n.Items
}

// textOf gives a member that is a text, or "".
func textOf(n *jsonc.Node, member string) string {
	if v := n.GetFold(member); v.Is(jsonc.String) {
		return v.Text
	}
	return ""
}

// component is a component on one line.
func (s *show) component(f apps.Folder, c *jsonc.Node) string {
	text := textOf(c, "id") + "  " + textOf(c, "type")
	if b := bindings(c.GetFold("dataModelBindings"), f.DefaultDataType); b != "" {
		text += " → " + b
	}
	if v := c.GetFold("value"); v.Is(jsonc.List) {
		text += " = " + Readable(v.JSON)
	}
	if id := textOf(c, "optionsId"); id != "" {
		text += "  options " + id
	}
	for _, member := range []struct{ name, says string }{{"required", "required"}, {"readOnly", "read only"}, {"hidden", "hidden"}, {"hiddenRow", "rows hidden"}} {
		text += when(member.says, c.GetFold(member.name))
	}
	if title := s.title(c); title != "" {
		text += "  " + title
	}
	return text
}

// when says whether something holds always, under a condition, or not at all.
func when(what string, v *jsonc.Node) string {
	switch {
	case v.Is(jsonc.Bool) && v.Text == "true":
		return "  " + what
	case v.Is(jsonc.List):
		return "  " + what + " if " + Readable(v.JSON)
	}
	return ""
}

// bindings gives the fields that a component shows, with the data type where it is not the folder's.
func bindings(b *jsonc.Node, usual string) string {
	if !b.Is(jsonc.Object) {
		return ""
	}
	var parts []string
	for _, m := range b.Members {
		field := m.Value.Text
		if m.Value.Is(jsonc.Object) {
			field = textOf(m.Value, "field")
			if t := textOf(m.Value, "dataType"); t != usual {
				field += " of " + t
			}
		}
		if len(b.Members) > 1 || m.Name != "simpleBinding" && m.Name != "group" {
			field = m.Name + ": " + field
		}
		parts = append(parts, field)
	}
	return strings.Join(parts, ", ")
}

// title is the component's title in the language.
func (s *show) title(c *jsonc.Node) string {
	key := textOf(c.GetFold("textResourceBindings"), "title")
	if text, ok := s.texts[key]; ok {
		return inQuotes(text)
	}
	return ""
}

// inQuotes gives a text on one line, and not all of it when it is long.
func inQuotes(text string) string {
	return "«" + shorten(strings.Join(strings.Fields(text), " "), 50) + "»"
}
