package xacml

import (
	"slices"
	"strings"
)

// subjectPrefixes maps subject attributes to the prefix of their keys.
var subjectPrefixes = map[string]string{
	"urn:altinn:rolecode":                   "role:",
	"urn:altinn:accesspackage":              "pkg:",
	"urn:altinn:org":                        "org:",
	"urn:altinn:organization:identifier-no": "orgno:",
	"urn:altinn:organizationnumber":         "orgno:",
	"urn:altinn:userid":                     "user:",
	"urn:altinn:partyid":                    "party:",
	"urn:altinn:person:uuid":                "person:",
	"urn:altinn:organization:uuid":          "orguuid:",
	"urn:altinn:systemuser:uuid":            "sysuser:",
	"urn:digitaltdodsbo:rolecode":           "oed:",
	"urn:altinn:resource:delegation":        "delegator:",
}

// unreliableInDeny are keys that a caller to whom they apply does not always carry. A grant
// to them is only ever too narrow; a Deny on them would silently not bite.
var unreliableInDeny = []string{"party:", "orguuid:", "delegator:"}

const attributeExternalRole = "urn:altinn:external-role"

// SubjectKey gives the key for a subject attribute: SubjectKey("urn:altinn:rolecode",
// "DAGL") is "role:dagl". Case is folded by Unicode rules (FFØR becomes ffør). It is false
// for an attribute that no request ever carries, and for national identity numbers.
func SubjectKey(attribute, value string) (string, bool) {
	value = strings.ToLower(value)
	if prefix, ok := subjectPrefixes[attribute]; ok {
		return prefix + value, true
	}
	if attribute == attributeExternalRole {
		return "extrole:" + value, true
	}
	if rest, ok := strings.CutPrefix(attribute, attributeExternalRole+":"); ok {
		return "extrole:" + strings.ToLower(rest) + ":" + value, true
	}
	return "", false
}

// anyCaller is the key of a rule without a subject. No caller holds it.
const anyCaller = "any"

// subjects gives the keys of a rule. No keys and true means that the rule can never match.
func (t *ruleReader) subjects(alternatives []alternative) ([]string, bool) {
	if len(alternatives) == 0 {
		return t.openSubject()
	}
	var keys []string
	ok := true
	for _, alt := range alternatives {
		key, fine := t.subject(alt)
		ok = ok && fine
		if key != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	if ok && len(keys) == 0 {
		t.warn("W_DEAD_RULE", t.at, "no subject of this rule can match, so the rule is left out; name a role, an access package or an org")
	}
	return keys, ok
}

func (t *ruleReader) openSubject() ([]string, bool) {
	if !t.options.AllowOpenRules {
		t.fail("E_NO_SUBJECT", t.at, "the rule names no subject, so it would apply to everyone; name the roles, packages or orgs that it is for")
		return nil, false
	}
	t.warn("W_OPEN_RULE", t.at, "the rule names no subject; it is kept under the key %q, which no caller holds", anyCaller)
	return []string{anyCaller}, true
}

func (t *ruleReader) subject(alt alternative) (string, bool) {
	if len(alt.matches) != 1 {
		t.fail("E_SUBJECT_AND", alt.at, "one alternative names several subjects, who would all have to be the caller; write one AllOf for each")
		return "", false
	}
	m := alt.matches[0]
	key, known := SubjectKey(m.attribute, m.value)
	if t.deny && (!known || slices.ContainsFunc(unreliableInDeny, func(p string) bool { return strings.HasPrefix(key, p) })) {
		t.fail("E_ATTRIBUTE", alt.at, "a Deny rule on subject attribute %q could not be enforced; deny by role, package, org, user or person", m.attribute)
		return "", false
	}
	if !known {
		t.warn("W_SUBJECT_ATTR", alt.at, "no request carries subject attribute %q, so this alternative is left out", m.attribute)
	}
	return key, true
}
