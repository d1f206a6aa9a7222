package apps

import (
	"github.com/hovedbok/hovedbok/apps/expression"
	"github.com/hovedbok/hovedbok/apps/jsonc"
	"github.com/hovedbok/hovedbok/domain/link"
)

// checkLinkSources holds the links against the app that declares them: triggers, the fields that their
// expressions read, and the data types of attachments.
func (l *loader) checkLinkSources(app *App) {
	r := fileReporter{reporter: l.reporter, file: linksFile, lines: app.linkAt.lines}
	for i, link := range app.Links {
		c := linkChecker{fileReporter: r, node: app.linkAt.nodes[i], link: link}
		c.trigger(app)
		c.source(app, "if")
		c.source(app, "owner")
		c.source(app, "prefill")
		c.attachmentSources(app)
		c.backTargets(app)
	}
}

// linkChecker checks one link.
type linkChecker struct {
	fileReporter
	node *jsonc.Node
	link link.Link
}

func (c linkChecker) trigger(app *App) {
	task := c.link.On.Task
	if e, ok := app.Process.Element(task); task != "" && (!ok || !e.IsTask()) {
		c.fault(c.node.Get("on").Offset, FaultLinkTrigger, "name a task of the process", "task %q is not in the process", task)
	}
}

// source looks up the fields of A that the expressions of a member read.
func (c linkChecker) source(app *App, member string) {
	node := c.node.Get(member)
	if node.Is(jsonc.Object) {
		for _, m := range node.Members {
			c.reads(app, m.Value, FaultLinkSourceField, FaultLinkSourceType)
		}
		return
	}
	c.reads(app, node, FaultLinkSourceField, FaultLinkSourceType)
}

// reads looks up every field that an expression reads in the app.
func (c linkChecker) reads(app *App, node *jsonc.Node, fieldCode, typeCode string) {
	if !node.Is(jsonc.List) {
		return
	}
	fields, _ := analyse(node.JSON)
	for _, field := range fields {
		at := pointerOffset(node, field.pointer)
		id, ok := app.linkDataType(field.dataType)
		model := app.Models[id]
		switch t, known := app.DataType(id); {
		case !ok || !known || !t.IsForm():
			c.fault(at, typeCode, "name a form of "+app.ID, "%q is no form of %s", id, app.ID)
		case model == nil:
			c.warn(at, fieldCode, "add App/"+schemaFile(id), "the schema of %q is missing, so %q cannot be looked up", id, field.path)
		default:
			if exists, _ := model.FieldExists(field.path); !exists {
				c.fault(at, fieldCode, "correct the path", "%q has no field %q", id, field.path)
			}
		}
	}
}

// linkDataType gives the data type that an expression of a link reads: the one it names, or the main one.
func (a *App) linkDataType(named string) (string, bool) {
	if named != "" {
		return named, true
	}
	return a.MainDataType()
}

func (c linkChecker) attachmentSources(app *App) {
	for i, attachment := range c.link.Attachments {
		if _, ok := app.DataType(attachment.From); !ok {
			c.fault(c.node.Get("attachments").Members[i].Offset, FaultLinkSourceType, "name a data type of this app", "%s has no data type %q", app.ID, attachment.From)
		}
	}
}

// backTargets looks up the fields of A that back writes.
func (c linkChecker) backTargets(app *App) {
	if len(c.link.Back.Data) == 0 {
		return
	}
	id, ok := app.MainDataType()
	model := app.Models[id]
	at := c.node.Get("back").Get("data")
	if !ok || model == nil {
		c.fault(at.Offset, FaultLinkBackField, "", "%s has no form with a schema that back could write to", app.ID)
		return
	}
	for i, assignment := range c.link.Back.Data {
		c.target(model, at.Members[i], assignment, targetCodes{FaultLinkBackField, FaultLinkBackKind})
	}
}

// targetCodes are the codes of faults about a field that is written.
type targetCodes struct{ field, kind string }

// target checks that a field exists and that a literal fits it.
func (c linkChecker) target(model *Model, member jsonc.Member, assignment link.Assignment, codes targetCodes) (kind string, ok bool) {
	exists, kind := model.FieldExists(assignment.Path)
	if !exists {
		c.fault(member.Offset, codes.field, "correct the path", "%q has no field %q", model.DataType, assignment.Path)
		return "", false
	}
	value := assignment.Value
	if !value.IsExpression() && !fits(value.Kind.String(), kind) {
		c.fault(member.Value.Offset, codes.kind, "write "+withArticle(kind), "field %q of %q is %s, and the literal is %s",
			assignment.Path, model.DataType, withArticle(kind), withArticle(value.Kind.String()))
		return "", false
	}
	if _, whole := value.Copy(); value.IsExpression() && !whole && (kind == "object" || kind == "array") && !builds(value) {
		c.fault(member.Value.Offset, codes.kind, "copy it whole with [\"dataModel\", path], build it with list and object, or name a field inside it",
			"field %q of %q is %s, and a computed value is a single one", assignment.Path, model.DataType, withArticle(kind))
		return "", false
	}
	return kind, true
}

// builds reports whether an expression can give an object or a list. Faulty expressions are reported elsewhere.
func builds(v link.Value) bool {
	e, err := expression.Parse([]byte(v.JSON))
	return err == nil && (e.Uses("list") || e.Uses("object") || e.Uses("jmespath"))
}

// fits reports whether a value of one kind can stand in a field of another. Null clears any field.
func fits(value, field string) bool {
	return value == field || field == AnyKind || value == AnyKind || value == "null" || value == "integer" && field == "number" || value == "number" && field == "integer"
}
