package commands

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/domain/instance"
)

// Sources of validation issues, as Altinn's clients know them.
const (
	SourceModel = "DataAnnotations"
	SourceTask  = "Altinn.App.Core.Features.Validation.Default.DefaultTaskValidator-*"
)

// Validate tells what is wrong with the instance at its current task. It records nothing.
func (s *Service) Validate(ctx context.Context, req *Request, ref Ref) ([]Issue, error) {
	w, err := s.look(ctx, req, ref, needRead)
	if err != nil {
		return nil, translate(err)
	}
	if w.state.Process.Current == nil {
		return nil, fail(Conflict, string(instance.CodeNoCurrentTask), "the instance is at no task, so there is nothing to validate")
	}
	return w.validate(), nil
}

// blocks tells whether any issue is an error.
func blocks(issues []Issue) bool {
	for _, i := range issues {
		if i.Severity == 1 {
			return true
		}
	}
	return false
}

// validate checks all forms against their models (as Altinn does, also those of other tasks) and the number of elements of the types
// that belong to the current task.
func (w *work) validate() []Issue {
	var out []Issue
	for i := range w.state.Elements {
		el := &w.state.Elements[i]
		if model := w.app.Models[el.DataType]; el.IsForm() && model != nil {
			out = append(out, modelIssues(model, el)...)
		}
	}
	task := w.state.TaskID()
	for i := range w.app.Metadata.DataTypes {
		if dt := w.app.Metadata.DataTypes[i]; dt.TaskID == task {
			out = append(out, countIssues(dt, len(w.state.OfType(dt.ID)))...)
		}
	}
	return out
}

func modelIssues(model *apps.Model, el *instance.Element) []Issue {
	var out []Issue
	for _, found := range model.Validate(el.Form.WithoutNulls().Interface()) {
		out = append(out, Issue{
			Severity: 1, Element: el.ID, Field: found.Path, Code: found.Keyword, Text: found.Message,
			TextKey: textKey(found), Params: params(found), Source: SourceModel,
		})
	}
	return out
}

// textKeys gives the text resource for a keyword of JSON Schema, where its name is not the keyword's own.
var textKeys = map[string]string{
	"type": "pattern", "format": "pattern", "minimum": "min", "exclusiveMinimum": "min", "maximum": "max", "exclusiveMaximum": "max", "const": "enum",
}

func textKey(i apps.SchemaIssue) string {
	if i.Custom != "" {
		return i.Custom
	}
	name := i.Keyword
	if other, ok := textKeys[name]; ok {
		name = other
	}
	return "validation_errors." + name
}

func params(i apps.SchemaIssue) []string {
	if i.Limit == "" {
		return nil
	}
	return []string{i.Limit}
}

func countIssues(dt apps.DataType, n int) []Issue {
	issue := Issue{Severity: 1, Element: uuid.Nil, Field: dt.ID, Source: SourceTask, OnlyWhole: true}
	switch {
	case n < dt.MinCount:
		issue.Code = "TooFewDataElementsOfType"
	case dt.MaxCount > 0 && n > dt.MaxCount:
		issue.Code = "TooManyDataElementsOfType"
	default:
		return nil
	}
	issue.Text, issue.TextKey = issue.Code, "backend.validation_errors."+strings.ToLower(issue.Code[:1])+issue.Code[1:]
	return []Issue{issue}
}
