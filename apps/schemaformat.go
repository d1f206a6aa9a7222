package apps

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

func jsonIndex(i int) string { return strconv.Itoa(i) }

var (
	yearPattern      = regexp.MustCompile(`^[0-9]{4}$`)
	yearMonthPattern = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])$`)
)

// extraFormats are the formats that Altinn's client adds to those of JSON Schema.
var extraFormats = []*jsonschema.Format{
	{Name: "year", Validate: matching(yearPattern)},
	{Name: "year-month", Validate: matching(yearMonthPattern)},
}

func matching(pattern *regexp.Regexp) func(any) error {
	return func(v any) error {
		if text, ok := v.(string); ok && !pattern.MatchString(text) {
			return errors.New("the text has another form")
		}
		return nil
	}
}

// limitKeywords are the limits of ajv-formats on texts that have an order, with the sign that the
// comparison of value and limit may not have, and whether equality is allowed.
var limitKeywords = []struct {
	name  string
	wrong int
	equal bool
}{
	{"formatMinimum", -1, true}, {"formatMaximum", 1, true},
	{"formatExclusiveMinimum", -1, false}, {"formatExclusiveMaximum", 1, false},
}

// formatLimit is one limit of a schema node.
type formatLimit struct {
	keyword, limit string
	wrong          int
	equal          bool
}

// formatLimits is what the limits of a node compile to.
type formatLimits []formatLimit

// orderedFormats are the formats whose texts are in the order of what they mean.
var orderedFormats = map[string]bool{"date": true, "time": true, "date-time": true, "year": true, "year-month": true}

func compileLimits(_ *jsonschema.CompilerContext, s map[string]any) (jsonschema.SchemaExt, error) {
	var limits formatLimits
	format, _ := s["format"].(string)
	for _, k := range limitKeywords {
		if limit, ok := s[k.name].(string); ok && orderedFormats[format] {
			limits = append(limits, formatLimit{keyword: k.name, limit: limit, wrong: k.wrong, equal: k.equal})
		}
	}
	if limits == nil {
		return nil, nil
	}
	return limits, nil
}

// Validate reports a text beyond a limit. A text of another format never comes here.
func (ls formatLimits) Validate(ctx *jsonschema.ValidatorContext, v any) {
	text, ok := v.(string)
	if !ok {
		return
	}
	for _, l := range ls {
		order := strings.Compare(text, l.limit)
		if order == l.wrong || order == 0 && !l.equal {
			ctx.AddError(&limitKind{Format: kind.Format{Want: l.limit}, keyword: l.keyword})
		}
	}
}

// limitKind is the error of a limit. Its text is never shown.
type limitKind struct {
	kind.Format
	keyword string
}

// KeywordPath gives the keyword.
func (k *limitKind) KeywordPath() []string { return []string{k.keyword} }
