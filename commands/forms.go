package commands

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/datamodel"
	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
)

// fits checks that a form has only what its model knows, of the right types. Whether it is complete is for validation.
func (w *work) fits(dt apps.DataType, form *document.Node) error {
	model, ok := w.app.Models[dt.ID]
	if !ok {
		return nil
	}
	if form.Kind() != document.KindObject {
		return fail(Unprocessable, CodeFormMismatch, "the form must be a JSON object")
	}
	if at := unknownMember(model, form, ""); at != "" {
		return fail(Unprocessable, CodeFormMismatch, "the model of %s has no field %s", dt.ID, at)
	}
	for _, issue := range model.Validate(form.WithoutNulls().Interface()) {
		if issue.Keyword == "type" {
			return fail(Unprocessable, CodeFormMismatch, "field %s is not of the type that the model of %s says", issue.Path, dt.ID)
		}
	}
	return nil
}

// unknownMember gives the path of the first member that the model does not have, or nothing.
func unknownMember(model *apps.Model, n *document.Node, at string) string {
	switch n.Kind() {
	case document.KindObject:
		for name, child := range n.All() {
			path := join(at, name)
			if name == document.RowID {
				continue // the platform's own, in every row
			}
			if known, _ := model.FieldExists(path); !known || strings.ContainsAny(name, ".[]") {
				return path
			}
			if found := unknownMember(model, child, path); found != "" {
				return found
			}
		}
	case document.KindArray:
		for _, child := range n.Items() {
			if found := unknownMember(model, child, at); found != "" {
				return found
			}
		}
	}
	return ""
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// autoCreate makes the forms that belong to a task and do not exist yet. given are elements that come with the same command.
func (w *work) autoCreate(task string, given []instance.DataElementAdded, prefill map[string]string) ([]instance.DataElementAdded, error) {
	var out []instance.DataElementAdded
	for i := range w.app.Metadata.DataTypes {
		dt := w.app.Metadata.DataTypes[i]
		if dt.TaskID != task || !dt.AutoCreate() || w.has(dt.ID, given) {
			continue
		}
		form, err := w.prefilled(dt, prefill)
		if err != nil {
			return nil, err
		}
		out = append(out, w.newForm(dt, form))
	}
	return out, nil
}

func (w *work) has(dataType string, given []instance.DataElementAdded) bool {
	for _, e := range given {
		if e.DataType == dataType {
			return true
		}
	}
	return len(w.state.OfType(dataType)) > 0
}

// prefilled makes a form of a flat map of paths and values. As in Altinn, paths are in the names of C# (in any case, without hyphens) or
// of JSON, those that the model does not have are ignored, and values are turned into the type of their field.
func (w *work) prefilled(dt apps.DataType, prefill map[string]string) (*document.Node, error) {
	form := document.NewObject()
	if w.app.Models[dt.ID] == nil || len(prefill) == 0 {
		return form, nil
	}
	model, err := datamodel.New(w.app, dt.ID)
	if err != nil {
		return nil, err
	}
	for _, path := range slices.Sorted(maps.Keys(prefill)) {
		next, err := model.Set(form, path, prefill[path])
		var fault *datamodel.Error
		switch {
		case err == nil:
			form = next
		case !errors.As(err, &fault):
			return nil, err
		case fault.Code == datamodel.CodeValue:
			return nil, fail(Invalid, CodeFormMismatch, "the prefill cannot be used: %s", fault.Message)
		case fault.Code != datamodel.CodeUnknown:
			return nil, fail(Invalid, CodePrefillPath, "the prefill path %s does not fit the model", path)
		}
	}
	return form, nil
}

// presentation computes the texts for lists and the values for searches from the forms: those of the instance, and those that
// are being added.
func (w *work) presentation(added []instance.DataElementAdded) (texts, values map[string]string) {
	form := func(dataType string) *document.Node {
		for _, e := range added {
			if e.DataType == dataType && e.Form != nil {
				return e.Form
			}
		}
		for _, e := range w.state.OfType(dataType) {
			if e.IsForm() {
				return e.Form
			}
		}
		return nil
	}
	return pick(w.app.Metadata.PresentationFields, form), pick(w.app.Metadata.DataFields, form)
}

// represent gives the event of changed presentation texts after a form has become next.
func (w *work) represent(el *instance.Element, next *document.Node) []instance.Event {
	texts, values := w.presentation([]instance.DataElementAdded{{DataType: el.DataType, Form: next}})
	return instance.Present(w.state, texts, values)
}

func pick(fields []apps.DataField, form func(string) *document.Node) map[string]string {
	var out map[string]string
	for _, f := range fields {
		root := form(f.DataTypeID)
		path, err := document.ParsePath(f.Path)
		if root == nil || err != nil {
			continue
		}
		v, ok := root.Lookup(path)
		if text := plainText(v); ok && text != "" {
			if out == nil {
				out = map[string]string{}
			}
			out[f.ID] = text
		}
	}
	return out
}

// plainText is a field's value as text; objects and lists have none.
func plainText(n *document.Node) string {
	switch n.Kind() {
	case document.KindString, document.KindNumber:
		return n.Text()
	case document.KindBool:
		if n.Truth() {
			return "true"
		}
		return "false"
	}
	return ""
}
