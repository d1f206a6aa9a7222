package options

import (
	"encoding/json"
	"maps"

	"github.com/hovedbok/hovedbok/apps/expression"
)

// Config is what a component says of its options. Exactly one of ID, Inline and Source is given.
type Config struct {
	ID          string   // optionsId
	Secure      bool     // the list is one of the instance; with ID only
	Inline      []Option // options
	Source      *Source
	Parameters  map[string]*expression.Expression // queryParameters, by name
	Mapping     map[string]string                 // older: name of the parameter by path in the form
	Filter      *expression.Expression            // optionFilter; nil keeps all
	Sort        Order
	Preselected *int // preselectedOptionIndex, from 0
}

// Order is how options are sorted by label.
type Order string

// The orders.
const (
	Unsorted   Order = ""
	Ascending  Order = "asc"
	Descending Order = "desc"
)

// Source makes options of the rows of a list in a form.
type Source struct {
	Group       string                 // path of the list
	Value       string                 // path in the row, or from the root: people[{0}].id
	Label       *expression.Expression // in the row; a literal is the id of a text
	Description *expression.Expression // nil for none
	HelpText    *expression.Expression // nil for none
	DataType    string                 // empty for the default form
}

// componentJSON is the part of a component that is about options.
type componentJSON struct {
	OptionsID   string                            `json:"optionsId"`
	Options     json.RawMessage                   `json:"options"`
	Source      *sourceJSON                       `json:"source"`
	Secure      bool                              `json:"secure"`
	Parameters  map[string]*expression.Expression `json:"queryParameters"`
	Mapping     map[string]string                 `json:"mapping"`
	Filter      *expression.Expression            `json:"optionFilter"`
	Sort        Order                             `json:"sortOrder"`
	Preselected *int                              `json:"preselectedOptionIndex"`
}

type sourceJSON struct {
	Group       string                 `json:"group"`
	Value       string                 `json:"value"`
	Label       *expression.Expression `json:"label"`
	Description *expression.Expression `json:"description"`
	HelpText    *expression.Expression `json:"helpText"`
	DataType    string                 `json:"dataType"`
}

// ParseConfig reads a component of a layout, as strict JSON, and checks what it says of options. The error is a *ConfigError.
func ParseConfig(component []byte) (*Config, error) {
	var raw componentJSON
	if err := json.Unmarshal(component, &raw); err != nil {
		return nil, &ConfigError{Member: "component", Message: "its options cannot be read", Err: err}
	}
	c := &Config{
		ID: raw.OptionsID, Secure: raw.Secure, Parameters: raw.Parameters, Mapping: raw.Mapping, Filter: raw.Filter, Sort: raw.Sort, Preselected: raw.Preselected,
	}
	maps.DeleteFunc(c.Parameters, func(_ string, e *expression.Expression) bool { return e == nil }) // written as null
	if err := c.readLists(&raw); err != nil {
		return nil, err
	}
	return c, c.check(&raw)
}

func (c *Config) readLists(raw *componentJSON) (err error) {
	if present(raw.Options) {
		if c.Inline, err = readList(raw.Options); err != nil {
			return &ConfigError{Member: "options", Message: "they cannot be used", Err: err}
		}
	}
	if s := raw.Source; s != nil {
		c.Source = &Source{s.Group, s.Value, s.Label, s.Description, s.HelpText, s.DataType}
	}
	return nil
}

// present tells whether a member is there and not null.
func present(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

func (c *Config) check(raw *componentJSON) error {
	given := 0
	for _, is := range []bool{c.ID != "", present(raw.Options), c.Source != nil} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		return &ConfigError{Member: "component", Message: "give exactly one of optionsId, options and source"}
	case c.Secure && c.ID == "":
		return &ConfigError{Member: "secure", Message: "only a list with optionsId can be secure"}
	case c.Sort != Unsorted && c.Sort != Ascending && c.Sort != Descending:
		return &ConfigError{Member: "sortOrder", Message: "write asc or desc"}
	case c.Preselected != nil && *c.Preselected < 0:
		return &ConfigError{Member: "preselectedOptionIndex", Message: "it counts from 0"}
	case c.Source != nil && (c.Source.Group == "" || c.Source.Value == "" || c.Source.Label == nil):
		return &ConfigError{Member: "source", Message: "it needs group, value and label"}
	}
	return nil
}
