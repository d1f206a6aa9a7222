package options

import (
	"github.com/hovedbok/hovedbok/apps/expression"
)

// Option is one choice, in the shape in which Altinn's API writes it.
type Option struct {
	Value       expression.Value  `json:"value"` // text, number, boolean or null
	Label       string            `json:"label"` // id of a text, or the label itself
	Description string            `json:"description,omitempty"`
	HelpText    string            `json:"helpText,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"` // what the list says about the option, by name
}

// List is a list and what it tells the client beside it.
type List struct {
	Options []Option
	// Downstream are the parameters that the source has used, such as its version. The client stores them where the component binds metadata.
	Downstream map[string]string
}

// Known are lists by id. It implements expression.Options.
type Known map[string][]Option

var _ expression.Options = Known(nil)

// Options gives a list, or a NotFoundError, which is expression.ErrNotFound.
func (k Known) Options(id string) ([]expression.Option, error) {
	list, ok := k[id]
	if !ok {
		return nil, &NotFoundError{ID: id}
	}
	return forExpressions(list), nil
}

func forExpressions(list []Option) []expression.Option {
	out := make([]expression.Option, len(list))
	for i, o := range list {
		out[i] = expression.Option{Value: o.Value, Label: o.Label}
	}
	return out
}
