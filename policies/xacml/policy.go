package xacml

import (
	"maps"
	"slices"
	"strings"
)

// Grants is action → slot → subject key → positions of the rules that say so,
// counted from 1 in the file. RuleIds are not unique, positions are.
type Grants map[string]map[string]map[string][]int

// RuleInfo is what a report tells about a rule.
type RuleInfo struct {
	// ID is the RuleId with [ORG] and [APP] replaced, or #<position> when the file has none.
	ID string
	// Desc is the text of the rule's Description.
	Desc string
}

// Policy is a translated policy.xml. Treat it as read-only: it is shared.
type Policy struct {
	// ID is "org/app".
	ID string
	// Org is the service owner's code, such as ttd.
	Org string
	// ETag is a digest of the file, org, app and the options that change its meaning: 16 hex digits.
	ETag string
	// MinUser is the lowest authentication level, 0–4, for people and system users.
	MinUser int
	// MinOrg is the lowest level for service owners: their own obligation where the
	// policy has one, else MinUser.
	MinOrg int
	// Grant holds what Permit rules give.
	Grant Grants
	// Deny holds what Deny rules take away; nil when there are none, as in all known apps.
	Deny Grants
	// Rules holds the live rules by position in decimal ("1", "2", …).
	Rules map[string]RuleInfo
}

// Slots lists every slot that the policy mentions, sorted: "*", "end:EndEvent_1",
// "res:events", "task:Task_1".
func (p *Policy) Slots() []string {
	seen := map[string]bool{}
	for _, g := range []Grants{p.Grant, p.Deny} {
		for _, slots := range g {
			for slot := range slots {
				seen[slot] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// Tasks lists the BPMN task ids that the policy mentions, sorted.
func (p *Policy) Tasks() []string { return p.slotsOf("task:") }

// EndEvents lists the BPMN end event ids that the policy mentions, sorted.
func (p *Policy) EndEvents() []string { return p.slotsOf("end:") }

func (p *Policy) slotsOf(prefix string) []string {
	var ids []string
	for _, slot := range p.Slots() {
		if id, ok := strings.CutPrefix(slot, prefix); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// Actions lists every action that at least one rule grants to somebody, sorted, in lower case.
func (p *Policy) Actions() []string { return slices.Sorted(maps.Keys(p.Grant)) }

// Grants tells whether a Permit rule gives the action in exactly that slot, or in
// the whole app, to the key. It knows nothing of levels, scopes and Deny rules:
// those belong to a decision.
func (p *Policy) Grants(action, slot, key string) bool {
	slots := p.Grant[strings.ToLower(action)]
	return len(slots[slot][key]) > 0 || len(slots["*"][key]) > 0
}

// MayDelegate tells whether the app itself may delegate the action in that slot
// (a rule whose subject is urn:altinn:resource:delegation = app_<org>_<app>). Ask before
// a right is delegated at run time, as on entering a signing task.
func (p *Policy) MayDelegate(action, slot string) bool {
	return p.Grants(action, slot, "delegator:"+p.resourceID())
}

func (p *Policy) resourceID() string {
	org, app, _ := strings.Cut(p.ID, "/")
	return "app_" + org + "_" + app
}

// add records that rule number n gives the combination, and tells whether it is new.
func (g Grants) add(action, slot, key string, n int) bool {
	slots := g[action]
	if slots == nil {
		slots = map[string]map[string][]int{}
		g[action] = slots
	}
	keys := slots[slot]
	if keys == nil {
		keys = map[string][]int{}
		slots[slot] = keys
	}
	if slices.Contains(keys[key], n) {
		return false
	}
	keys[key] = append(keys[key], n)
	return true
}
