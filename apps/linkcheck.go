package apps

import (
	"slices"
	"strings"

	"github.com/hovedbok/hovedbok/apps/jsonc"
	"github.com/hovedbok/hovedbok/domain/link"
)

// CheckLinks holds the links of an app against the apps that they create. resolve gives the version of
// an app that would be created now, or nil. hosted reports whether all apps of an org are known to
// resolve: a link to an unknown app of such an org is a fault, and to one of another org a warning,
// since its schema cannot be seen from here. All places are in config/links.json of a.
func CheckLinks(a *App, resolve func(id string) *App, hosted func(org string) bool) Faults {
	var report reporter
	for i, l := range a.Links {
		c := linkChecker{fileReporter: fileReporter{reporter: &report, file: linksFile, lines: a.linkAt.lines}, node: a.linkAt.nodes[i], link: l}
		b := resolve(l.Create.String())
		if b == nil {
			c.unknownTarget(hosted(l.Create.Org))
			continue
		}
		c.prefill(a, b)
		c.attachments(a, b)
		c.back(a, b)
		c.cycle(a, resolve)
	}
	report.faults.sort()
	return report.faults
}

func (c linkChecker) unknownTarget(hosted bool) {
	at := c.node.Get("create").Offset
	if hosted {
		c.fault(at, FaultLinkTargetUnknown, "publish it first, or correct the id", "there is no app %s", c.link.Create)
		return
	}
	c.warn(at, FaultLinkTargetUnknown, "ask its owner whether the fields are right", "%s is not here, so the link cannot be checked against it", c.link.Create)
}

// prefill checks the fields of B, and that what is copied fits them.
func (c linkChecker) prefill(a, b *App) {
	id := c.link.DataType
	at := c.node.Get("dataType")
	if id == "" {
		id, _ = b.MainDataType()
		at = c.node.Get("create")
	}
	if t, ok := b.DataType(id); !ok || !t.IsForm() {
		if len(c.link.Prefill) > 0 || c.link.DataType != "" {
			c.fault(at.Offset, FaultLinkTargetType, "name a form of "+b.ID, "%s has no form %q to prefill", b.ID, id)
		}
		return
	}
	model := b.Models[id]
	if model == nil {
		c.warn(at.Offset, FaultLinkTargetType, "", "the schema of %q in %s is missing, so its fields cannot be looked up", id, b.ID)
		return
	}
	for i, assignment := range c.link.Prefill {
		c.assign(a, model, c.node.Get("prefill").Members[i], assignment, targetCodes{FaultLinkTargetField, FaultLinkTargetKind})
	}
}

// assign checks one assignment from an app to a model of another.
func (c linkChecker) assign(from *App, model *Model, member jsonc.Member, assignment link.Assignment, codes targetCodes) {
	kind, ok := c.target(model, member, assignment, codes)
	if !ok {
		return
	}
	source, ok := assignment.Value.Copy()
	if !ok {
		return
	}
	id, _ := from.linkDataType(source.DataType)
	sourceModel := from.Models[id]
	if sourceModel == nil {
		return
	}
	exists, sourceKind := sourceModel.FieldExists(source.Path)
	if !exists {
		return
	}
	c.copied(model, sourceModel, copyPlace{member, assignment.Path, source.Path, sourceKind, kind}, codes)
}

// copyPlace is a field that is copied whole.
type copyPlace struct {
	member           jsonc.Member
	target, source   string
	kind, targetKind string
}

func (c linkChecker) copied(model, from *Model, p copyPlace, codes targetCodes) {
	if fits(p.kind, p.targetKind) {
		if p.kind == "object" || p.kind == "array" {
			c.lost(model, from, p, codes)
		}
		return
	}
	if isWhole(p.kind) || isWhole(p.targetKind) {
		c.fault(p.member.Value.Offset, codes.kind, "copy a field of the same kind", "field %q of %q is %s, and %q is %s",
			p.target, model.DataType, withArticle(p.targetKind), p.source, withArticle(p.kind))
		return
	}
	c.warn(p.member.Value.Offset, codes.kind, "", "field %q of %q is %s, and %q is %s, which is converted where that is possible",
		p.target, model.DataType, withArticle(p.targetKind), p.source, withArticle(p.kind))
}

func isWhole(kind string) bool { return kind == "object" || kind == "array" }

// lost names the members of a copied object or row that the target does not have.
func (c linkChecker) lost(model, from *Model, p copyPlace, codes targetCodes) {
	var missing []string
	for _, name := range from.fieldsOfRows(p.source) {
		if exists, _ := model.FieldExists(memberPath(p.target, name)); !exists && name != RowID {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		c.warn(p.member.Offset, codes.field, "copy its fields one by one", "%q of %q does not have %s, which %q has",
			p.target, model.DataType, strings.Join(missing, ", "), p.source)
	}
}

// fieldsOfRows gives the members of an object, or those of the rows of a list.
func (m *Model) fieldsOfRows(path string) []string {
	if _, kind := m.FieldExists(path); kind == "array" {
		return m.Fields(path + "[0]")
	}
	return m.Fields(path)
}

// attachments checks that B takes the files of A.
func (c linkChecker) attachments(a, b *App) {
	for i, attachment := range c.link.Attachments {
		at := c.node.Get("attachments").Members[i].Value.Offset
		to, ok := b.DataType(attachment.To)
		if !ok {
			c.fault(at, FaultLinkTargetType, "name a data type of "+b.ID, "%s has no data type %q", b.ID, attachment.To)
			continue
		}
		from, ok := a.DataType(attachment.From)
		if ok {
			c.attachment(at, from, to, b)
		}
	}
}

func (c linkChecker) attachment(at int, from, to DataType, b *App) {
	switch refused := refusedTypes(from, to); {
	case to.AppOwned() || to.ID == PDFDataType:
		c.fault(at, FaultLinkAttachment, "choose a data type without allowedContributors", "only %s itself may add elements of %q", b.ID, to.ID)
	case len(refused) > 0 && len(refused) == len(from.AllowedContentTypes):
		c.fault(at, FaultLinkAttachment, "let "+b.ID+" allow them", "%q takes none of the content types of %q: %s", to.ID, from.ID, strings.Join(refused, ", "))
	case len(refused) > 0:
		c.warn(at, FaultLinkAttachment, "let "+b.ID+" allow them", "%q does not take %s, which %q can hold", to.ID, strings.Join(refused, ", "), from.ID)
	case from.AnyContentType() && !to.AnyContentType():
		c.warn(at, FaultLinkAttachment, "limit the content types of "+quoted(from.ID), "%q can hold files of any kind, and %q takes only some", from.ID, to.ID)
	case larger(from.MaxSize, to.MaxSize):
		c.warn(at, FaultLinkAttachment, "let "+b.ID+" allow the same size", "files of %q can be larger than %q takes", from.ID, to.ID)
	case to.MaxCount > 0 && (from.MaxCount == 0 || from.MaxCount > to.MaxCount):
		c.warn(at, FaultLinkAttachment, "let "+b.ID+" allow as many", "there can be more elements of %q than the %d that %q takes", from.ID, to.MaxCount, to.ID)
	}
}

// refusedTypes gives the content types of A that B does not take.
func refusedTypes(from, to DataType) []string {
	if from.AnyContentType() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(from.AllowedContentTypes), to.AllowsContentType)
}

func larger(from, to *int) bool { return to != nil && (from == nil || *from > *to) }

// back checks the fields of B that are read, and that they fit those of A.
func (c linkChecker) back(a, b *App) {
	node := c.node.Get("back")
	for _, member := range []string{"label", "description"} {
		c.reads(b, node.Get("substatus").Get(member), FaultLinkBackField, FaultLinkTargetType)
	}
	id, _ := a.MainDataType()
	model := a.Models[id]
	for i, assignment := range c.link.Back.Data {
		member := node.Get("data").Members[i]
		c.reads(b, member.Value, FaultLinkBackField, FaultLinkTargetType)
		if model != nil {
			c.assign(b, model, member, assignment, targetCodes{FaultLinkBackField, FaultLinkBackKind})
		}
	}
}

// cycle warns when links without a condition lead from B back to A: every instance would make another.
func (c linkChecker) cycle(a *App, resolve func(id string) *App) {
	seen := map[string]bool{}
	next := []link.Link{c.link}
	for len(next) > 0 {
		l := next[0]
		next = next[1:]
		id := l.Create.String()
		if !l.If.IsZero() || seen[id] {
			continue
		}
		if id == a.ID {
			c.warn(c.node.Get("create").Offset, FaultLinkCycle, "add \"if\" to one of the links", "links without a condition lead from %s back to it", a.ID)
			return
		}
		seen[id] = true
		if b := resolve(id); b != nil {
			next = append(next, b.Links...)
		}
	}
}
