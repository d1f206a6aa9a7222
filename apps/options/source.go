package options

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/hovedbok/hovedbok/apps/expression"
)

// draw makes an option of every row of the list. A list that is not there has no rows; a row without a value has the empty one.
func (s *Source) draw(env expression.Context) ([]*draft, error) {
	group := s.list(env.Row)
	rows, err := lookup(env, s.DataType, group, expression.Row{Element: env.Row.Element})
	if err != nil {
		return nil, fmt.Errorf("options: rows of %q: %w", s.Group, err)
	}
	value := s.inRow()
	drafts := make([]*draft, 0, len(rows.Items()))
	for i := range rows.Items() {
		in := env
		in.Row = expression.Row{DataType: s.DataType, Path: expression.ParsePath(group + "[" + strconv.Itoa(i) + "]"), Element: env.Row.Element}
		typed, err := lookup(env, s.DataType, in.Row.Path.String()+"."+value, expression.Row{Element: env.Row.Element})
		if err != nil {
			return nil, fmt.Errorf("options: value %q: %w", s.Value, err)
		}
		d := &draft{Choice: Choice{Value: typed.String(), Typed: typed, Row: in.Row}, in: &in}
		if err := s.describe(d); err != nil {
			return nil, err
		}
		drafts = append(drafts, d)
	}
	return drafts, nil
}

// list gives the path of the list as seen from a row: inside the row when the list is, and as a whole when the row is one of its own.
func (s *Source) list(from expression.Row) string {
	written := expression.ParsePath(clean(s.Group))
	same := from.DataType == s.DataType || from.DataType == "" || s.DataType == "" // an empty name is that of the default form
	seen := written.In(from, same)
	last := len(written.Segments()) - 1
	if last >= 0 && written.Segments()[last].Index < 0 && seen.Segments()[last].Index >= 0 {
		text := seen.String()
		return text[:strings.LastIndexByte(text, '[')]
	}
	return seen.String()
}

// describe evaluates the texts of a row.
func (s *Source) describe(d *draft) error {
	for _, part := range []struct {
		name   string
		from   *expression.Expression
		target *string
	}{{"label", s.Label, &d.Label}, {"description", s.Description, &d.Description}, {"helpText", s.HelpText, &d.HelpText}} {
		if part.from == nil {
			continue
		}
		value, err := part.from.Eval(*d.in)
		if err != nil {
			return fmt.Errorf("options: %s of %q: %w", part.name, s.Group, err)
		}
		*part.target = value.String()
	}
	return nil
}

// inRow gives the path of the value inside a row. It may be written from there, or from the root of the form.
func (s *Source) inRow() string {
	return strings.TrimPrefix(clean(s.Value), clean(s.Group)+".")
}

// lookup reads the form. A data type that the instance has no form of gives null.
func lookup(env expression.Context, dataType, path string, row expression.Row) (expression.Value, error) {
	if env.Data == nil {
		return expression.Value{}, nil
	}
	value, err := env.Data.Lookup(dataType, expression.ParsePath(path), row)
	if errors.Is(err, expression.ErrNotFound) {
		return expression.Value{}, nil
	}
	return value, err
}

// clean leaves out row markers: people[{0}].name is people.name, since the row decides.
func clean(path string) string {
	for {
		start := strings.Index(path, "[{")
		if start < 0 {
			return path
		}
		end := strings.Index(path[start:], "}]")
		if end < 0 {
			return path
		}
		path = path[:start] + path[start+end+2:]
	}
}
