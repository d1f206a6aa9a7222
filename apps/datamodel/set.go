package datamodel

import (
	"strings"

	"github.com/hovedbok/hovedbok/domain/document"
)

// Set gives doc with the value that text writes at path, for prefill. The names of a path are those of C# or of JSON, in any case and
// with or without hyphens, as in Altinn's prefill files. The text becomes a value of the field's kind; blank text is null for numbers
// and booleans. Objects on the way are made, and a row right after the last one, though Altinn's own prefill names no rows.
// doc itself stays as it is.
//
// It is an *[Error] with CodeUnknown when the model has no such field, CodeStructure when the path leads to an object or a whole
// list, or into what doc holds another kind of value in, and CodeValue when the text is not of the field's kind.
func (m *Model) Set(doc *document.Node, path, text string) (*document.Node, error) {
	at, f, err := m.resolve(path)
	if err != nil {
		return nil, err
	}
	v, err := typed(f, at, text)
	if err != nil {
		return nil, err
	}
	out, fault := doc.With(at, v)
	if fault != nil {
		return nil, failure(CodeStructure, "the form has no place for %s", at)
	}
	return out, nil
}

// Has tells whether [Model.Set] finds a field at path.
func (m *Model) Has(path string) bool {
	_, _, err := m.resolve(path)
	return err == nil
}

// resolve gives the path in the names of JSON, and the field that it ends at.
func (m *Model) resolve(path string) (document.Path, *field, error) {
	steps, err := document.ParsePath(path)
	if err != nil || len(steps) == 0 {
		return nil, nil, failure(CodeUnknown, "the path of the field cannot be read")
	}
	at := make(document.Path, 0, len(steps))
	f := &field{shape: m.root}
	for _, step := range steps {
		if f, err = next(f, step); err != nil {
			return nil, nil, err
		}
		if !step.IsRow {
			step = document.Field(f.json)
		}
		at = append(at, step)
	}
	return at, f, nil
}

func next(f *field, step document.Step) (*field, error) {
	if step.IsRow {
		if !f.list && f.shape != anything {
			return nil, failure(CodeUnknown, "the model has no list in the path")
		}
		return &field{json: f.json, shape: f.shape}, nil
	}
	if f.list {
		return nil, failure(CodeUnknown, "the path leads through a list without naming a row")
	}
	if child := f.byJSON[step.Key]; child != nil {
		return child, nil
	}
	if child := f.byFolded[fold(step.Key)]; child != nil {
		return child, nil
	}
	if f.open {
		return &field{json: step.Key, shape: anything}, nil
	}
	return nil, failure(CodeUnknown, "the model has no field at the path")
}

func typed(f *field, at document.Path, text string) (*document.Node, error) {
	if f.list || f.kind == kindObject {
		return nil, failure(CodeStructure, "%s holds a list or an object, not a value", at)
	}
	if f.kind == kindBool {
		text = strings.ToLower(text) // .NET writes True
	}
	v, ok := parseValue(f.kind, text)
	if !ok {
		return nil, failure(CodeValue, "the value for %s is not a %s", at, f.kind)
	}
	return v, nil
}
