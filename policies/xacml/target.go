package xacml

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// match is one comparison: attribute equals value, with or without regard to case.
type match struct {
	category, attribute, value string
	fold                       bool
}

func (m match) compare(o match) int {
	return cmp.Or(strings.Compare(m.attribute, o.attribute), strings.Compare(m.value, o.value), compareBool(m.fold, o.fold))
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// alternative is what one AllOf says about one category; its matches are sorted.
type alternative struct {
	matches []match
	at      *element
}

func (a alternative) compare(b alternative) int {
	return slices.CompareFunc(a.matches, b.matches, match.compare)
}

// target holds a rule's alternatives by category; any one of them suffices.
type target map[string][]alternative

// target reads the rule's Target.
func (t *ruleReader) target(rule *element) (target, bool) {
	targets := rule.all("Target")
	if len(targets) > 1 {
		t.fail("E_ELEMENT", targets[1], "a rule has one Target; move its AnyOf into the first")
		return nil, false
	}
	if len(targets) == 0 || len(targets[0].kids) == 0 {
		t.fail("E_OPEN_RULE", rule, "the rule has no Target, so it would match every request; name subject, resource and action")
		return nil, false
	}
	all, ok := target{}, true
	for _, e := range targets[0].kids {
		part, fine := t.anyOf(e)
		ok = fine && t.merge(all, part, e) && ok
	}
	return all, ok
}

// merge adds what one AnyOf says to what earlier ones said. XACML joins several AnyOf of
// a category by AND, Altinn's engine by OR: they agree only when all are equal.
func (t *ruleReader) merge(all, part target, at *element) bool {
	ok := true
	for category, alternatives := range part {
		known, again := all[category]
		switch {
		case !again:
			all[category] = alternatives
		case sameAlternatives(known, alternatives):
			t.warn("W_DUP_ANYOF", at, "the same AnyOf stands twice; remove one")
		case t.options.AltinnOr:
			t.warn("W_MULTI_ANYOF", at, "two AnyOf of one category are joined by OR, as the app's options ask")
			all[category] = slices.Concat(known, alternatives)
		default:
			t.fail("E_MULTI_ANYOF", at, "two different AnyOf restrict one category; XACML reads AND, Altinn OR; write one AnyOf")
			ok = false
		}
	}
	return ok
}

func sameAlternatives(a, b []alternative) bool {
	a = slices.SortedFunc(slices.Values(a), alternative.compare)
	b = slices.SortedFunc(slices.Values(b), alternative.compare)
	return slices.EqualFunc(a, b, func(x, y alternative) bool { return x.compare(y) == 0 })
}

// anyOf splits one AnyOf into alternatives by category.
func (t *ruleReader) anyOf(e *element) (target, bool) {
	if e.name != "AnyOf" {
		t.fail("E_ELEMENT", e, "element %s is not known in a Target; write AnyOf", e.name)
		return nil, false
	}
	if len(e.kids) == 0 {
		t.fail("E_ELEMENT", e, "an AnyOf must hold at least one AllOf")
		return nil, false
	}
	out, ok := target{}, true
	for _, all := range e.kids {
		ok = t.allOf(out, all, len(e.kids) > 1) && ok
	}
	return out, ok
}

// allOf adds the alternatives of one AllOf to out, one for each category in it.
func (t *ruleReader) allOf(out target, e *element, hasSiblings bool) bool {
	if e.name != "AllOf" || len(e.kids) == 0 {
		t.fail("E_ELEMENT", e, "an AnyOf holds AllOf elements with at least one Match each")
		return false
	}
	ok := true
	found := map[string][]match{}
	for _, kid := range e.kids {
		m, fine := t.match(kid)
		ok = ok && fine
		found[m.category] = append(found[m.category], m)
	}
	if !ok {
		return false
	}
	if len(found) > 1 && hasSiblings {
		t.fail("E_MIXED_ALLOF", e, "an AllOf mixes categories beside other AllOf; write one AnyOf for each category")
		return false
	}
	for category, matches := range found {
		slices.SortFunc(matches, match.compare)
		out[category] = append(out[category], alternative{matches: slices.Compact(matches), at: e})
	}
	return true
}

// match reads one Match element, reporting every fault in it.
func (t *ruleReader) match(e *element) (match, bool) {
	if t.matches++; t.matches > t.limits.MaxMatches {
		if t.matches == t.limits.MaxMatches+1 {
			t.fail("E_LIMIT", e, "more than %d Match elements; use fewer rules or access packages", t.limits.MaxMatches)
		}
		return match{}, false
	}
	value, designator := e.only("AttributeValue"), e.only("AttributeDesignator")
	if e.name != "Match" || value == nil || designator == nil || len(e.kids) != 2 || len(value.kids) > 0 {
		t.fail("E_ELEMENT", e, "an AllOf holds Match elements of one AttributeValue and one AttributeDesignator each")
		return match{}, false
	}
	m := match{
		category:  designator.attrs["Category"],
		attribute: designator.attrs["AttributeId"],
		value:     t.substitute(value.value()),
		fold:      e.attrs["MatchId"] != functionEqual,
	}
	before := len(t.errs)
	t.checkMatch(e, value, designator)
	t.checkAttribute(e, m)
	return m, len(t.errs) == before
}

func (t *ruleReader) checkMatch(e, value, designator *element) {
	switch e.attrs["MatchId"] {
	case functionEqual, functionEqualFold, functionEqualFoldOld:
	default:
		t.fail("E_FUNCTION", e, "match function %q is not supported; use string-equal or string-equal-ignore-case", e.attrs["MatchId"])
	}
	if value.attrs["DataType"] != typeString || designator.attrs["DataType"] != typeString {
		t.fail("E_DATATYPE", e, "only data type %s is supported", typeString)
	}
	if designator.attrs["MustBePresent"] == "true" || designator.attrs["MustBePresent"] == "1" || designator.attrs["Issuer"] != "" {
		t.fail("E_DESIGNATOR", e, "MustBePresent must be false and Issuer left out")
	}
}

// maxValue is the length of an attribute value in bytes.
const maxValue = 256

func (t *ruleReader) checkAttribute(e *element, m match) {
	if m.value == "" || len(m.value) > maxValue || strings.ContainsFunc(m.value, unicode.IsControl) {
		t.fail("E_VALUE", e, "the attribute value is empty, longer than %d bytes or has control characters", maxValue)
	}
	switch m.category {
	case categorySubject, categoryResource:
	case categoryAction:
		if m.attribute != attributeAction {
			t.fail("E_ATTRIBUTE", e, "action attribute %q is not supported; use %s", m.attribute, attributeAction)
		}
	default:
		t.fail("E_CATEGORY", e, "category %q is not supported; use subject, resource or action", m.category)
	}
}

var placeholder = regexp.MustCompile(`(?i)\[(?:org|app)\]`)

// substitute puts the app's names where the value says [ORG] and [APP].
func (t *ruleReader) substitute(value string) string {
	return placeholder.ReplaceAllStringFunc(value, func(p string) string {
		if strings.EqualFold(p, "[org]") {
			return t.options.Org
		}
		return t.options.App
	})
}
