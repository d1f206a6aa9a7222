package apps

import (
	"slices"
	"strings"

	"github.com/hovedbok/hovedbok/apps/jsonc"
	"github.com/hovedbok/hovedbok/domain/link"
)

const linksFile = "config/links.json"

// linkReader reads config/links.json.
type linkReader struct {
	fileReporter
	seen map[string]bool // ids
}

// readLinks reads the file if there is one. A link with a fault is left out of App.Links.
func (l *loader) readLinks(app *App) {
	text, ok := l.files.Get(linksFile)
	if !ok {
		return
	}
	r := linkReader{fileReporter: fileReporter{reporter: l.reporter, file: linksFile, lines: jsonc.NewLines(text)}, seen: map[string]bool{}}
	app.linkAt.lines = jsonc.NewLines(text)
	root := parseJSON(r.fileReporter, text, jsonc.Lenient)
	if root == nil || !r.object(root, "the file", "$schema", "links") {
		return
	}
	list := root.Get("links")
	if !list.Is(jsonc.List) {
		r.fault(root.Offset, FaultLinkShape, "write {\"links\": […]}", "the file has no list of links")
		return
	}
	for _, node := range list.Items {
		before := len(r.faults)
		found := r.link(node)
		if !r.faults[before:].Failed() {
			app.Links = append(app.Links, found)
			app.linkAt.nodes = append(app.linkAt.nodes, node)
		}
	}
}

// object reports what is no object, and members that the object does not have or has twice.
func (r linkReader) object(node *jsonc.Node, what string, members ...string) bool {
	if !node.Is(jsonc.Object) {
		r.fault(node.Offset, FaultLinkShape, "", "%s must be an object", what)
		return false
	}
	seen := map[string]bool{}
	for _, m := range node.Members {
		if !slices.Contains(members, m.Name) {
			r.fault(m.Offset, FaultLinkMember, "use "+strings.Join(members, ", "), "%s has no member %q", what, m.Name)
		}
		if seen[m.Name] {
			r.fault(m.Offset, FaultLinkMember, "keep one of them", "%s has the member %q twice", what, m.Name)
		}
		seen[m.Name] = true
	}
	return true
}

func (r linkReader) link(node *jsonc.Node) link.Link {
	if !r.object(node, "a link", "id", "on", "if", "create", "owner", "prefill", "dataType", "attachments", "back", "description") {
		return link.Link{}
	}
	return link.Link{
		ID:          r.id(node),
		On:          r.trigger(node.Get("on")),
		If:          r.condition(node.Get("if")),
		Create:      r.app(node),
		Owner:       r.owner(node),
		DataType:    r.text(node.Get("dataType"), "dataType"),
		Prefill:     r.assignments(node.Get("prefill"), "prefill"),
		Attachments: r.attachments(node.Get("attachments")),
		Back:        r.back(node.Get("back")),
	}
}

// text gives the value of an optional text, and reports anything else.
func (r linkReader) text(node *jsonc.Node, what string) string {
	if node == nil {
		return ""
	}
	if !node.Is(jsonc.String) || node.Text == "" {
		r.fault(node.Offset, FaultLinkShape, "", "%s must be a text that is not empty", what)
		return ""
	}
	return node.Text
}

func (r linkReader) id(node *jsonc.Node) string {
	found := node.Get("id")
	if found == nil {
		r.fault(node.Offset, FaultLinkID, "give it an id that never changes", "a link has no id")
		return ""
	}
	id := r.text(found, "id")
	switch {
	case id == "":
	case !link.ValidID(id):
		r.fault(found.Offset, FaultLinkID, "use lower-case letters, digits and hyphens, at most 63", "the id %q is malformed", id)
	case r.seen[id]:
		r.fault(found.Offset, FaultLinkID, "rename one of them", "there are two links %q", id)
	}
	r.seen[id] = true
	return id
}

func (r linkReader) trigger(node *jsonc.Node) link.Trigger {
	trigger, err := link.ParseTrigger(r.text(node, "on"))
	if err != nil {
		r.fault(node.Offset, FaultLinkTrigger, "write Submitted, Created, TaskStarted:<task> or TaskCompleted:<task>", "%q is no trigger", node.Text)
	}
	return trigger
}

func (r linkReader) app(node *jsonc.Node) link.App {
	found := node.Get("create")
	if found == nil {
		r.fault(node.Offset, FaultLinkApp, "add \"create\": \"org/app\"", "the link does not say which app it creates")
		return link.App{}
	}
	app, err := link.ParseApp(r.text(found, "create"))
	if err != nil && found.Text != "" {
		r.fault(found.Offset, FaultLinkApp, "write \"org/app\" in lower case", "%q is no app", found.Text)
	}
	return app
}

func (r linkReader) condition(node *jsonc.Node) link.Value {
	if node == nil {
		return link.Value{}
	}
	if !node.Is(jsonc.List) {
		r.fault(node.Offset, FaultLinkValue, "write an expression that gives true or false", "\"if\" is no expression")
		return link.Value{}
	}
	return r.value(node, "if")
}

// value reads a literal or an expression, and parses the expression.
func (r linkReader) value(node *jsonc.Node, what string) link.Value {
	value, err := link.ParseValue(node.JSON)
	if err != nil {
		r.fault(node.Offset, FaultLinkValue, "write a text, a number, true, false, null or an expression such as [\"dataModel\", \"a.b\"]",
			"%s is neither a literal nor an expression", what)
		return link.Value{}
	}
	if value.IsExpression() {
		_, broken := analyse(node.JSON)
		for _, fault := range broken {
			r.fault(pointerOffset(node, fault.pointer), FaultLinkExpression, "", "%s: %s", what, fault.message)
		}
	}
	return value
}

func (r linkReader) assignments(node *jsonc.Node, what string) []link.Assignment {
	if node == nil || !r.isObject(node, what) {
		return nil
	}
	var all []link.Assignment
	seen := map[string]bool{}
	for _, m := range node.Members {
		if !validPath(m.Name) || seen[m.Name] {
			r.fault(m.Offset, FaultLinkPath, "write a path such as sak.kilde, once", "%s: %q is no path, or stands twice", what, m.Name)
		}
		seen[m.Name] = true
		all = append(all, link.Assignment{Path: m.Name, Value: r.value(m.Value, what+" of "+m.Name)})
	}
	return all
}

func (r linkReader) isObject(node *jsonc.Node, what string) bool {
	if !node.Is(jsonc.Object) {
		r.fault(node.Offset, FaultLinkShape, "", "%s must be an object", what)
	}
	return node.Is(jsonc.Object)
}

func validPath(path string) bool {
	for _, part := range strings.Split(path, ".") {
		if _, _, ok := splitIndexes(part); !ok || strings.ContainsAny(part, "{}") {
			return false
		}
	}
	return true
}

func (r linkReader) attachments(node *jsonc.Node) []link.Attachment {
	if node == nil || !r.isObject(node, "attachments") {
		return nil
	}
	var all []link.Attachment
	for _, m := range node.Members {
		all = append(all, link.Attachment{From: m.Name, To: r.text(m.Value, "the data type of attachment "+m.Name)})
	}
	return all
}

func (r linkReader) back(node *jsonc.Node) link.Back {
	if node == nil || !r.object(node, "back", "substatus", "data") {
		return link.Back{}
	}
	back := link.Back{Data: r.assignments(node.Get("data"), "back.data")}
	substatus := node.Get("substatus")
	if substatus == nil || !r.object(substatus, "back.substatus", "label", "description") {
		return back
	}
	if label := substatus.Get("label"); label != nil {
		back.Label = r.value(label, "the label of substatus")
	} else {
		r.fault(substatus.Offset, FaultLinkShape, "add \"label\"", "a substatus needs a label")
	}
	if description := substatus.Get("description"); description != nil {
		back.Description = r.value(description, "the description of substatus")
	}
	return back
}
