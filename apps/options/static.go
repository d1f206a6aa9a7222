package options

import (
	"fmt"
	"path"
	"strings"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/expression"
)

// Static holds the option lists of an app's files, read once. It is immutable, safe for concurrent use, and implements expression.Options.
type Static struct{ lists map[string]*staticList }

var _ expression.Options = (*Static)(nil)

type staticList struct {
	options     []Option
	expressions []expression.Option
	err         error // why the file cannot be used
}

// ReadStatic reads the files options/<id>.json of an app. A file that cannot be used gives its error when its list is asked for.
func ReadStatic(app *apps.App) *Static {
	s := &Static{lists: map[string]*staticList{}}
	for _, name := range app.Files.Names("options") {
		id, isJSON := strings.CutSuffix(path.Base(name), ".json")
		if !isJSON || path.Dir(name) != "options" {
			continue
		}
		src, _ := app.Files.Get(name)
		list, err := readList(src)
		if err != nil {
			err = fmt.Errorf("options: read App/%s: %w", name, err)
		}
		s.lists[id] = &staticList{options: list, expressions: forExpressions(list), err: err}
	}
	return s
}

// List gives the list of a file, which must not be changed. The error is a NotFoundError when there is no such file.
func (s *Static) List(id string) ([]Option, error) {
	list := s.lists[id]
	if list == nil {
		return nil, &NotFoundError{ID: id}
	}
	return list.options, list.err
}

// Options gives the list of a file for expressions, otherwise a predefined list in nb; neither must be changed. The error is a NotFoundError when
// there is neither.
func (s *Static) Options(id string) ([]expression.Option, error) {
	if list := s.lists[id]; list != nil {
		return list.expressions, list.err
	}
	if list := predefinedLists()[id]; list != nil {
		return forExpressions(list["nb"]), nil
	}
	return nil, &NotFoundError{ID: id}
}
