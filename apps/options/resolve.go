package options

import (
	"context"
	"fmt"

	"github.com/hovedbok/hovedbok/apps/expression"
)

// Choice is an option as a person can choose it: its value as text, its texts in the reader's language, raw as package text gives them.
type Choice struct {
	Value       string           // what a form stores, as text
	Typed       expression.Value // the value with its type
	Label       string
	Description string
	HelpText    string
	Row         expression.Row // of an option from a Source: the row that it is; otherwise the zero Row
}

// Choices are what a component lets the person choose from.
type Choices struct {
	List        []Choice
	Preselected *Choice           // what to choose for the person when the field is empty, or nil
	Downstream  map[string]string // see List
}

// draft is an option on its way.
type draft struct {
	Choice
	null bool
	in   *expression.Context // where its texts are looked up; shared, and never changed
}

// Resolve gives what a component lets the person choose from. env is where the component stands: its row, data, texts and language. q names
// app, instance and language; its id and parameters come from the component. The errors are those of the list, of expressions
// (*expression.EvalError) and of data. An app that asks for a secure list must have checked that the person may read the instance.
func (r *Registry) Resolve(ctx context.Context, c *Config, env expression.Context, q Request) (Choices, error) {
	drafts, downstream, err := r.draw(ctx, c, env, q)
	if err != nil {
		return Choices{}, err
	}
	all := distinct(drafts)
	if c.Filter != nil {
		if all, err = filter(c.Filter, all); err != nil {
			return Choices{}, err
		}
		drafts = all
	}
	if err := translate(drafts); err != nil {
		return Choices{}, err
	}
	out := Choices{Downstream: downstream}
	if i := c.Preselected; i != nil && *i < len(drafts) && !drafts[*i].null {
		out.Preselected = &drafts[*i].Choice
	}
	for _, d := range all {
		out.List = append(out.List, d.Choice)
	}
	sortByLabel(out.List, c.Sort, env.Language)
	return out, nil
}

// draw gets the options from where the component says.
func (r *Registry) draw(ctx context.Context, c *Config, env expression.Context, q Request) ([]*draft, map[string]string, error) {
	if c.Source != nil {
		drafts, err := c.Source.draw(env)
		return drafts, nil, err
	}
	list := List{Options: c.Inline}
	if c.ID != "" {
		var err error
		if list, err = r.fetch(ctx, c, env, q); err != nil {
			return nil, nil, err
		}
	}
	return draftsOf(list.Options, &env), list.Downstream, nil
}

func draftsOf(list []Option, env *expression.Context) []*draft {
	all := make([]draft, len(list))
	drafts := make([]*draft, len(list))
	for i, o := range list {
		choice := Choice{Value: o.Value.String(), Typed: o.Value, Label: o.Label, Description: o.Description, HelpText: o.HelpText}
		all[i] = draft{Choice: choice, null: o.Value.IsNull(), in: env}
		drafts[i] = &all[i]
	}
	return drafts
}

func (r *Registry) fetch(ctx context.Context, c *Config, env expression.Context, q Request) (List, error) {
	parameters, err := c.Evaluate(env)
	if err != nil {
		return List{}, err
	}
	q.ID, q.Parameters = c.ID, parameters
	if q.Language == "" {
		q.Language = env.Language
	}
	if c.Secure {
		return r.InstanceOptions(ctx, q)
	}
	return r.Options(ctx, q)
}

// Evaluate gives the parameters that go along when the list is asked for: mapping and queryParameters, of which the latter count. Null is left
// out. A client asks anew when they change.
func (c *Config) Evaluate(env expression.Context) (map[string]string, error) {
	out := map[string]string{}
	for path, name := range c.Mapping {
		value, err := lookup(env, "", clean(path), env.Row)
		if err != nil {
			return nil, fmt.Errorf("options: mapping of %q: %w", path, err)
		}
		if !value.IsNull() {
			out[name] = value.String()
		}
	}
	for name, e := range c.Parameters {
		value, err := e.Eval(env)
		if err != nil {
			return nil, fmt.Errorf("options: parameter %q: %w", name, err)
		}
		if !value.IsNull() {
			out[name] = value.String()
		}
	}
	return out, nil
}

// distinct leaves out options without a value, and of those with one value all but the first.
func distinct(drafts []*draft) []*draft {
	seen := make(map[string]bool, len(drafts))
	out := make([]*draft, 0, len(drafts))
	for _, d := range drafts {
		if !d.null && !seen[d.Value] {
			seen[d.Value] = true
			out = append(out, d)
		}
	}
	return out
}

func filter(keep *expression.Expression, drafts []*draft) ([]*draft, error) {
	out := make([]*draft, 0, len(drafts))
	for _, d := range drafts {
		in := *d.in
		in.Values = &expression.Values{Default: "value", Named: []expression.Member{
			{Name: "value", Value: expression.Text(d.Value)}, {Name: "label", Value: text(d.Label)},
			{Name: "description", Value: text(d.Description)}, {Name: "helpText", Value: text(d.HelpText)},
		}}
		ok, err := keep.EvalBool(in, true)
		if err != nil {
			return nil, fmt.Errorf("options: optionFilter: %w", err)
		}
		if ok {
			out = append(out, d)
		}
	}
	return out, nil
}

// text gives a text as a value; none is null.
func text(s string) expression.Value {
	if s == "" {
		return expression.Value{}
	}
	return expression.Text(s)
}

// translate looks up the texts of options.
func translate(drafts []*draft) error {
	for _, d := range drafts {
		for _, key := range []*string{&d.Label, &d.Description, &d.HelpText} {
			if *key == "" || d.in.Texts == nil {
				continue
			}
			shown, found, err := d.in.Texts.Text(*key, d.in.Row)
			if err != nil {
				return fmt.Errorf("options: %w", err)
			}
			if found {
				*key = shown
			}
		}
	}
	return nil
}
