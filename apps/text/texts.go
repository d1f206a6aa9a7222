package text

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hovedbok/hovedbok/apps/expression"
)

// Sources are what variables take their values from. Every part may be absent; its values are missing then.
type Sources struct {
	Data     expression.DataModel
	Instance *expression.Instance
	Settings map[string]string // FrontEndSettings of the app
	Custom   map[string]string // parameters of a validation message, customTextParameters
}

// Texts are the texts of a language with values for their variables. It implements expression.Texts, and is safe for concurrent use
// when its sources are.
type Texts struct {
	language *Language
	sources  Sources
}

var _ expression.Texts = (*Texts)(nil)

// In gives the texts of the language with values from the sources.
func (l *Language) In(s Sources) *Texts { return &Texts{l, s} }

// WithCustom gives the same texts with other parameters, for a validation message.
func (t *Texts) WithCustom(parameters map[string]string) *Texts {
	s := t.sources
	s.Custom = parameters
	return &Texts{t.language, s}
}

// maxSteps is how many texts one answer may be made of, so that texts that refer to each other cannot take for ever.
const maxSteps = 64

// walk is one question: how much of the budget is left. It is owned by the caller of Text.
type walk struct{ left int }

// frame is a text that is being put together, and the one that needs it.
type frame struct {
	resource *resource
	up       *frame
}

// holds tells whether a text is being put together already, so that it cannot be part of itself.
func (f *frame) holds(r *resource) bool {
	for ; f != nil; f = f.up {
		if f.resource == r {
			return true
		}
	}
	return false
}

// Text gives the text with an id, as raw Markdown with its variables filled in (see the package comment), for the row that it stands in.
// It says false when neither the app nor we have such a text. Errors are those of the data model, except that a form
// that is not there only leaves its values missing.
func (t *Texts) Text(id string, row expression.Row) (string, bool, error) {
	r := t.language.find(id)
	switch {
	case r == nil:
		return "", false, nil
	case r.fixed() && r.value != id && t.language.own[r.value] == nil:
		return r.value, true, nil
	}
	shown, err := t.resolve(r, row, nil, &walk{left: maxSteps})
	return shown, err == nil, err
}

// Show is Text with the id itself for a text that there is none of, as Altinn shows it.
func (t *Texts) Show(id string, row expression.Row) (string, error) {
	shown, found, err := t.Text(id, row)
	if err != nil || found {
		return shown, err
	}
	return id, nil
}

// resolve fills in a text and follows it while it is the id of another one.
func (t *Texts) resolve(r *resource, row expression.Row, up *frame, w *walk) (string, error) {
	for {
		w.left--
		up = &frame{r, up}
		shown, err := t.fill(up, row, w)
		if err != nil {
			return "", err
		}
		next := t.language.own[shown]
		if shown == r.id { // a text that is its own id asks for ours
			next = t.language.builtin[shown]
		}
		if next == nil || w.left <= 0 || up.holds(next) {
			return shown, nil
		}
		r = next
	}
}

func (t *Texts) fill(at *frame, row expression.Row, w *walk) (string, error) {
	r := at.resource
	if r.fixed() {
		return r.value, nil
	}
	return r.template.fill(func(index int) (string, error) {
		v := &r.variables[index]
		value, found, err := t.value(v, row, at, w)
		if err != nil {
			return "", fmt.Errorf("text %q, variable {%d}: %w", r.id, index, err)
		}
		if !found {
			return v.missing, nil
		}
		return value, nil
	})
}

// value gives the value of a variable, and whether it has one.
func (t *Texts) value(v *variable, row expression.Row, at *frame, w *walk) (value string, found bool, err error) {
	switch v.source {
	case fromData:
		return t.data(v, row)
	case fromInstance:
		value = t.sources.Instance.Property(v.key)
		return value, value != "", nil
	case fromSettings:
		value, found = setting(t.sources.Settings, v.key)
		return value, found, nil
	case fromCustom:
		value, found = t.sources.Custom[v.key]
		return value, found, nil
	case fromText:
		r := t.language.find(v.key)
		if r == nil || w.left <= 0 || at.holds(r) {
			return "", false, nil
		}
		value, err = t.resolve(r, row, at, w)
		return value, true, err
	default:
		return "", false, nil
	}
}

func (t *Texts) data(v *variable, row expression.Row) (string, bool, error) {
	if t.sources.Data == nil {
		return "", false, nil
	}
	value, err := t.sources.Data.Lookup(v.dataType, v.path, row)
	if errors.Is(err, expression.ErrNotFound) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	switch value.Kind() {
	case expression.Null, expression.List, expression.Object:
		return "", false, nil
	default:
		return value.String(), true, nil
	}
}

// setting finds a setting. Its exact name counts first: Altinn's front end sees names in camel case, the settings file mostly has others.
func setting(all map[string]string, key string) (string, bool) {
	if value, ok := all[key]; ok {
		return value, true
	}
	for name, value := range all {
		if strings.EqualFold(name, key) {
			return value, true
		}
	}
	return "", false
}
