package xacml

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Options say which app a policy belongs to and how it is read.
type Options struct {
	// Org and App replace [ORG] and [APP]. Both match ^[a-z0-9][a-z0-9-]{0,62}$.
	Org, App string
	// AllowOpenRules accepts rules without a subject, for test apps. Their grants
	// are kept under the key "any", which no caller holds.
	AllowOpenRules bool
	// AltinnOr joins several AnyOf of one category by OR, as Altinn's engine does,
	// in place of refusing them.
	AltinnOr bool
	// Limits bound the file; zero fields mean DefaultLimits.
	Limits Limits
}

var identifier = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// Translate turns policy.xml into a Policy. It returns warnings, also beside an error.
// The error joins one *Finding for each fault; Findings lists them. Only a file that is not
// well-formed stops at the first fault. The result keeps nothing of src.
func Translate(src []byte, o Options) (*Policy, []*Finding, error) {
	if !identifier.MatchString(o.Org) || !identifier.MatchString(o.App) {
		return nil, nil, errors.Join(newFinding("E_APP_ID", nil, "", "org %q and app %q must match %s", o.Org, o.App, identifier))
	}
	limits := o.Limits.orDefault()
	root, err := parse(src, limits)
	if err != nil {
		return nil, nil, errors.Join(err)
	}
	t := translator{options: o, limits: limits, policy: &Policy{
		ID: o.Org + "/" + o.App, Org: o.Org, ETag: etag(src, o), Grant: Grants{}, Rules: map[string]RuleInfo{},
	}}
	t.translate(root)
	if len(t.errs) > 0 {
		return nil, t.warns, errors.Join(t.errs...)
	}
	return t.policy, t.warns, nil
}

func etag(src []byte, o Options) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s/%s %t %t\n", o.Org, o.App, o.AllowOpenRules, o.AltinnOr)
	h.Write(src)
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// translator holds what is collected over all rules of one file.
type translator struct {
	report
	options Options
	limits  Limits
	policy  *Policy
	matches int
	grants  int
}

func (t *translator) translate(root *element) {
	if root.name != "Policy" {
		t.fail("E_ROOT", root, "", "the root element is %s; write one Policy in namespace %s", root.name, Namespace)
		return
	}
	denyWins := t.algorithm(root)
	t.policyElements(root)
	rules := root.all("Rule")
	if len(rules) == 0 {
		t.fail("E_NO_RULES", root, "", "the policy has no rules, so nobody could use the app; write at least one")
	}
	if len(rules) > t.limits.MaxRules {
		t.fail("E_LIMIT", root, "", "the policy has %d rules, the limit is %d", len(rules), t.limits.MaxRules)
		return
	}
	t.rules(rules, denyWins)
	t.obligations(root)
	if len(t.errs) == 0 && len(t.policy.Grant) == 0 {
		t.fail("E_ALL_DEAD", root, "", "no Permit rule can ever match a request to %s; check org and app in the rules", t.policy.ID)
	}
}

// algorithm tells whether Deny rules win.
func (t *translator) algorithm(root *element) bool {
	name := root.attrs["RuleCombiningAlgId"]
	denyWins, ok := algorithms[name]
	if !ok {
		t.fail("E_ALGORITHM", root, "", "combining algorithm %q is not supported; use rule-combining-algorithm:deny-overrides", name)
	}
	return denyWins
}

func (t *translator) policyElements(root *element) {
	for _, e := range root.kids {
		switch e.name {
		case "Description", "Rule", "ObligationExpressions":
		case "Target":
			if len(e.kids) > 0 {
				t.fail("E_POLICY_TARGET", e, "", "the Target of the policy must be empty; put its matches on the rules")
			}
		default:
			t.fail("E_ELEMENT", e, "", "element %s is not supported in a Policy; remove it", e.name)
		}
	}
}

func (t *translator) rules(rules []*element, denyWins bool) {
	seen := map[string]bool{}
	for i, rule := range rules {
		id := rule.attrs["RuleId"]
		switch {
		case id == "":
			id = "#" + strconv.Itoa(i+1)
			t.warn("W_RULE_ID", rule, id, "the rule has no RuleId; give it one")
		case seen[id]:
			t.warn("W_RULE_ID", rule, id, "another rule has this RuleId; give each its own")
		}
		seen[id] = true
		r := ruleReader{translator: t, at: rule, id: id, number: i + 1}
		r.read(denyWins)
	}
}

// ruleReader reads one rule.
type ruleReader struct {
	*translator
	at     *element
	id     string
	number int
	deny   bool
}

func (t *ruleReader) fail(code string, at *element, format string, args ...any) {
	t.report.fail(code, at, t.id, format, args...)
}

func (t *ruleReader) warn(code string, at *element, format string, args ...any) {
	t.report.warn(code, at, t.id, format, args...)
}

// read checks the whole rule, and adds its grants when nothing was wrong with it.
func (t *ruleReader) read(denyWins bool) {
	ok := t.effect(denyWins)
	ok = t.elements() && ok
	target, fine := t.target(t.at)
	if !fine {
		return
	}
	keys, fineKeys := t.subjects(target[categorySubject])
	slots, fineSlots := t.slots(target[categoryResource])
	actions, fineActions := t.actions(target[categoryAction])
	if !ok || !fineKeys || !fineSlots || !fineActions || len(keys) == 0 || len(slots) == 0 {
		return
	}
	t.add(actions, slots, keys)
}

func (t *ruleReader) effect(denyWins bool) bool {
	switch t.at.attrs["Effect"] {
	case "Permit":
		return true
	case "Deny":
		t.deny = true
		if !denyWins {
			t.fail("E_DENY", t.at, "a Deny rule needs the combining algorithm deny-overrides")
			return false
		}
		t.warn("W_DENY", t.at, "this Deny rule is enforced here; Altinn's own engine ignores it")
		return true
	}
	t.fail("E_EFFECT", t.at, "Effect is %q; write Permit or Deny", t.at.attrs["Effect"])
	return false
}

func (t *ruleReader) elements() bool {
	ok := true
	for _, e := range t.at.kids {
		switch e.name {
		case "Description", "Target":
			continue
		case "Condition":
			t.fail("E_CONDITION", e, "Condition is not supported; say it with matches in the Target")
		default:
			t.fail("E_ELEMENT", e, "element %s is not supported in a Rule; remove it", e.name)
		}
		ok = false
	}
	return ok
}

func (t *ruleReader) actions(alternatives []alternative) ([]string, bool) {
	if len(alternatives) == 0 {
		t.fail("E_NO_ACTION", t.at, "the rule names no action, so it would allow all; name each action")
		return nil, false
	}
	var actions []string
	ok := true
	for _, alt := range alternatives {
		if len(alt.matches) != 1 {
			t.fail("E_ACTION_AND", alt.at, "one alternative names several actions, but a request has one; write one AllOf for each")
			ok = false
			continue
		}
		if a := strings.ToLower(alt.matches[0].value); !slices.Contains(actions, a) {
			actions = append(actions, a)
		}
	}
	return actions, ok
}

// add puts keys × slots × actions into the policy.
func (t *ruleReader) add(actions, slots, keys []string) {
	t.grants += len(actions) * len(slots) * len(keys)
	if t.grants > t.limits.MaxGrants {
		t.fail("E_LIMIT", t.at, "the rules give more than %d combinations of action, resource and subject; use access packages", t.limits.MaxGrants)
		return
	}
	into := t.policy.Grant
	if t.deny {
		if t.policy.Deny == nil {
			t.policy.Deny = Grants{}
		}
		into = t.policy.Deny
	}
	t.policy.Rules[strconv.Itoa(t.number)] = RuleInfo{ID: t.substitute(t.id), Desc: t.description()}
	for _, action := range actions {
		for _, slot := range slots {
			for _, key := range keys {
				into.add(action, slot, key, t.number)
			}
		}
	}
}

func (t *ruleReader) description() string {
	if found := t.at.all("Description"); len(found) > 0 {
		return found[0].value()
	}
	return ""
}
