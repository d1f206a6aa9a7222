package xacml

import (
	"slices"
	"strings"
)

// narrowing maps the resource attributes that narrow a grant to their slot prefix.
var narrowing = map[string]string{
	attributeTask:        "task:",
	attributeEndEvent:    "end:",
	attributeAppResource: "res:",
}

// slots gives the slots of a rule. No slots and true means that the rule can never match.
func (t *ruleReader) slots(alternatives []alternative) ([]string, bool) {
	if len(alternatives) == 0 {
		t.warn("W_NO_RESOURCE", t.at, "the rule names no resource, so it applies to the whole app; name org and app to say so")
		return []string{"*"}, true
	}
	var slots []string
	ok := true
	for _, alt := range alternatives {
		slot, fine := t.slot(alt)
		ok = ok && fine
		if slot != "" && !slices.Contains(slots, slot) {
			slots = append(slots, slot)
		}
	}
	if ok && len(slots) == 0 {
		t.warn("W_DEAD_RULE", t.at, "no resource of this rule is part of %s, so the rule is left out; check org and app", t.policy.ID)
	}
	return slots, ok
}

// slot gives the slot of one alternative, or "" when it can never match this app.
func (t *ruleReader) slot(alt alternative) (string, bool) {
	slot, narrowed := "*", 0
	for _, m := range alt.matches {
		if t.deny && !enforceable(m.attribute) {
			t.fail("E_ATTRIBUTE", alt.at, "a Deny rule on resource attribute %q could not be enforced; deny by task, end event or appresource", m.attribute)
			return "", false
		}
		if why := t.foreign(m); why != "" {
			t.warn("W_FOREIGN", alt.at, "%s never matches a request to %s, so this alternative is left out", why, t.policy.ID)
			return "", true
		}
		if prefix, ok := narrowing[m.attribute]; ok {
			slot, narrowed = prefix+m.value, narrowed+1
		}
	}
	if narrowed > 1 {
		t.fail("E_RESOURCE_AND", alt.at, "one alternative narrows by more than one of task, end event and appresource; write one AllOf for each")
		return "", false
	}
	return slot, true
}

// enforceable tells whether decisions look at the resource attribute.
func enforceable(attribute string) bool {
	_, narrows := narrowing[attribute]
	return narrows || attribute == attributeOrg || attribute == attributeApp || attribute == attributeResource
}

// foreign says why a match can not be true in a request to this app, or "".
func (t *ruleReader) foreign(m match) string {
	var want string
	switch m.attribute {
	case attributeOrg:
		want = t.options.Org
	case attributeApp:
		want = t.options.App
	case attributeResource:
		want = t.policy.resourceID()
	default:
		if enforceable(m.attribute) {
			return ""
		}
		return "attribute " + m.attribute
	}
	if m.value == want || m.fold && strings.EqualFold(m.value, want) {
		return ""
	}
	return m.attribute + " = " + m.value
}
