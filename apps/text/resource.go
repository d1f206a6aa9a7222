package text

import (
	"strconv"
	"strings"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/expression"
)

// resource is a compiled text resource.
type resource struct {
	id        string
	value     string // as it is written
	template  template
	variables []variable
}

// fixed tells that the text is the same for everybody.
func (r *resource) fixed() bool { return len(r.template.places) == 0 }

// source is where a variable takes its value from.
type source uint8

const (
	fromNowhere source = iota
	fromData
	fromInstance
	fromSettings
	fromCustom
	fromText
)

// variable is a compiled variable.
type variable struct {
	source   source
	key      string
	dataType string // of data: "" is the default form
	path     expression.Path
	missing  string // what is shown without a value
}

// dataModel begins the data sources that read forms.
const dataModel = "dataModel."

var sources = map[string]source{
	"instanceContext": fromInstance, "applicationSettings": fromSettings, "customTextParameters": fromCustom, "text": fromText,
}

// compile takes the resources of a language apart. Of two with one id the last counts.
func compile(list []apps.TextResource) map[string]*resource {
	all := make(map[string]*resource, len(list))
	for _, r := range list {
		c := &resource{id: r.ID, value: r.Value, template: parse(r.Value, len(r.Variables))}
		for _, v := range r.Variables {
			c.variables = append(c.variables, compileVariable(v))
		}
		all[r.ID] = c
	}
	return all
}

func compileVariable(v apps.TextVariable) variable {
	c := variable{key: v.Key, missing: v.Key, source: sources[v.DataSource]}
	if v.DefaultValue != nil {
		c.missing = *v.DefaultValue
	}
	if dataType, ok := strings.CutPrefix(v.DataSource, dataModel); ok && dataType != "" {
		c.source, c.path = fromData, expression.ParsePath(withoutMarkers(v.Key))
		if dataType != "default" {
			c.dataType = dataType
		}
	}
	return c
}

// withoutMarkers leaves out row markers: people[{0}].name is people.name. Row numbers, people[0].name, stay.
func withoutMarkers(path string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(path, "[{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		number, after, closed := strings.Cut(rest, "}]")
		if _, err := strconv.ParseUint(number, 10, 16); !closed || err != nil {
			b.WriteString("[{")
			path = rest
			continue
		}
		path = after
	}
}
