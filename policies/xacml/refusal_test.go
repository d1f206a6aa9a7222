package xacml

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// refusals has at least one policy for each code that keeps an app from being published.
var refusals = []struct{ code, name, src string }{
	{"E_SIZE", "large file", strings.Repeat(" ", DefaultLimits.MaxBytes+1)},
	{"E_DEPTH", "deep file", strings.Repeat("<a>", 17)},
	{"E_DTD", "document type", `<!DOCTYPE Policy [<!ENTITY a "b">]>` + policyXML(goodRule)},
	{"E_XML", "not well-formed", `<Policy xmlns="` + Namespace + `">`},
	{"E_XML", "other charset", `<?xml version="1.0" encoding="iso-8859-1"?>` + policyXML(goodRule)},
	{"E_XML", "invalid UTF-8", policyXML("<Description>\xff</Description>" + goodRule)},
	{"E_XML", "unknown entity", policyXML("<Description>&foo;</Description>" + goodRule)},
	{"E_XML", "two roots", policyXML(goodRule) + policyXML(goodRule)},
	{"E_XML", "attribute twice", strings.Replace(policyXML(goodRule), `Effect="Permit"`, `Effect="Permit" Effect="Deny"`, 1)},
	{"E_XML", "text after the root", policyXML(goodRule) + "text"},
	{"E_ROOT", "empty", ""},
	{"E_ROOT", "JSON", `{"Policy": {}}`},
	{"E_ROOT", "policy set", `<PolicySet xmlns="` + Namespace + `"/>`},
	{"E_ROOT", "other namespace", strings.Replace(policyXML(goodRule), Namespace, "urn:oasis:names:tc:xacml:2.0:policy:schema:os", 1)},
	{"E_ALGORITHM", "first applicable", rootXML("urn:oasis:names:tc:xacml:1.0:rule-combining-algorithm:first-applicable", goodRule)},
	{"E_ALGORITHM", "lookalike", rootXML("urn:example:deny-overrides", goodRule)},
	{"E_POLICY_TARGET", "policy target", strings.Replace(policyXML(goodRule), "<Target/>", "<Target>"+subjects+"</Target>", 1)},
	{"E_ELEMENT", "variable", policyXML(`<VariableDefinition VariableId="v"/>` + goodRule)},
	{"E_ELEMENT", "advice", policyXML("<AdviceExpressions/>" + goodRule)},
	{"E_ELEMENT", "foreign element", policyXML(`<Rule xmlns="urn:other"/>` + goodRule)},
	{"E_ELEMENT", "rule obligations", policyXML(strings.Replace(goodRule, "</Target>", "</Target><ObligationExpressions/>", 1))},
	{"E_ELEMENT", "two targets", policyXML(strings.Replace(goodRule, "</Target>", "</Target><Target/>", 1))},
	{"E_ELEMENT", "unknown in target", policyXML(ruleXML(subjects + resources + actions + "<AllOf/>"))},
	{"E_ELEMENT", "empty AnyOf", policyXML(ruleXML(subjects + resources + actions + "<AnyOf/>"))},
	{"E_ELEMENT", "empty AllOf", policyXML(ruleXML(subjects + resources + actions + "<AnyOf><AllOf/></AnyOf>"))},
	{"E_ELEMENT", "selector", policyXML(strings.Replace(strings.Replace(goodRule, "<AttributeDesignator", "<AttributeSelector", 1), "MustBePresent", "Path", 1))},
	{"E_ELEMENT", "element in a value", policyXML(strings.Replace(goodRule, "DAGL", "DA<b/>GL", 1))},
	{"E_NO_RULES", "no rules", policyXML("")},
	{"E_ALL_DEAD", "other app", policyXML(strings.Replace(goodRule, "[APP]", "other", 1))},
	{"E_ALL_DEAD", "only Deny", policyXML(effectXML("Deny", subjects+resources+actions))},
	{"E_OPEN_RULE", "no target", policyXML(`<Rule RuleId="r" Effect="Permit"/>`)},
	{"E_OPEN_RULE", "empty target", policyXML(`<Rule RuleId="r" Effect="Permit"><Target/></Rule>`)},
	{"E_NO_SUBJECT", "no subject", policyXML(ruleXML(resources + actions))},
	{"E_NO_ACTION", "no action", policyXML(ruleXML(subjects + resources))},
	{"E_EFFECT", "unknown effect", policyXML(effectXML("permit", subjects+resources+actions))},
	{"E_DENY", "Deny that loses", rootXML(strings.Replace(denyOverrides, "deny-o", "permit-o", 1), effectXML("Deny", subjects+resources+actions))},
	{"E_CONDITION", "condition", policyXML(strings.Replace(goodRule, "</Target>", "</Target><Condition/>", 1))},
	{"E_OBLIGATION", "level 5", policyXML(goodRule + levelXML(obligationUserLevel, "5"))},
	{"E_OBLIGATION", "level in words", policyXML(goodRule + levelXML(obligationUserLevel, "two"))},
	{"E_OBLIGATION", "other obligation", policyXML(goodRule + levelXML("urn:altinn:log", "1"))},
	{"E_OBLIGATION", "two levels", policyXML(goodRule + levelXML(obligationUserLevel, "1") + levelXML(obligationUserLevel, "2"))},
	{"E_OBLIGATION", "on Deny", policyXML(goodRule + strings.Replace(levelXML(obligationUserLevel, "1"), `"Permit"`, `"Deny"`, 1))},
	{"E_OBLIGATION", "text level", policyXML(goodRule + strings.Replace(levelXML(obligationUserLevel, "1"), typeInteger, typeString, 1))},
	{"E_OBLIGATION", "no assignment", policyXML(goodRule + `<ObligationExpressions><ObligationExpression ObligationId="o" FulfillOn="Permit"/></ObligationExpressions>`)},
	{"E_FUNCTION", "regular expression", policyXML(strings.Replace(goodRule, functionEqualFold, "urn:oasis:names:tc:xacml:1.0:function:string-regexp-match", 1))},
	{"E_DATATYPE", "integer value", policyXML(strings.Replace(goodRule, typeString, typeInteger, 1))},
	{"E_DESIGNATOR", "must be present", policyXML(strings.Replace(goodRule, `MustBePresent="false"`, `MustBePresent="true"`, 1))},
	{"E_DESIGNATOR", "must be present, short", policyXML(strings.Replace(goodRule, `MustBePresent="false"`, `MustBePresent="1"`, 1))},
	{"E_DESIGNATOR", "issuer", policyXML(strings.Replace(goodRule, `MustBePresent="false"`, `MustBePresent="false" Issuer="i"`, 1))},
	{"E_CATEGORY", "environment", policyXML(strings.Replace(goodRule, categoryResource, "urn:oasis:names:tc:xacml:3.0:attribute-category:environment", 1))},
	{"E_ATTRIBUTE", "other action attribute", policyXML(strings.Replace(goodRule, attributeAction, "urn:other", 1))},
	{"E_ATTRIBUTE", "Deny on a level", policyXML(goodRule + effectXML("Deny", anyOfXML(matchXML(categorySubject, "urn:altinn:authlevel", "0"))+resources+actions))},
	{"E_ATTRIBUTE", "Deny on a subject party", policyXML(goodRule + effectXML("Deny", anyOfXML(matchXML(categorySubject, "urn:altinn:partyid", "1"))+resources+actions))},
	{"E_ATTRIBUTE", "Deny on an owner party", policyXML(goodRule + effectXML("Deny", subjects+anyOfXML(matchXML(categoryResource, "urn:altinn:partyid", "1"))+actions))},
	{"E_VALUE", "empty value", policyXML(strings.Replace(goodRule, "DAGL", " ", 1))},
	{"E_VALUE", "long value", policyXML(strings.Replace(goodRule, "DAGL", strings.Repeat("x", 257), 1))},
	{"E_VALUE", "control character", policyXML(strings.Replace(goodRule, "DAGL", "DA&#9;GL", 1))},
	{"E_MULTI_ANYOF", "two subjects", policyXML(ruleXML(subjects + anyOfXML(matchOther) + resources + actions))},
	{"E_MIXED_ALLOF", "mixed", policyXML(ruleXML(subjects + anyOfXML(matchOrg+matchApp+matchRead, matchTask)))},
	{"E_SUBJECT_AND", "two roles at once", policyXML(ruleXML(anyOfXML(matchRole+matchOther) + resources + actions))},
	{"E_RESOURCE_AND", "task and part", policyXML(ruleXML(subjects + anyOfXML(matchOrg+matchApp+matchTask+matchEvents) + actions))},
	{"E_ACTION_AND", "two actions at once", policyXML(ruleXML(subjects + resources + anyOfXML(matchRead+matchWrite)))},
	{"E_LIMIT", "many rules", policyXML(strings.Repeat(goodRule, 501))},
}

func TestTranslate_Refuses(t *testing.T) {
	t.Parallel()
	if p, _, err := Translate([]byte(policyXML(goodRule)), demo); err != nil || !p.Grants("read", "*", "role:dagl") {
		t.Fatalf("the policy that the cases start from: %v", err)
	}
	for _, c := range refusals {
		t.Run(c.code+" "+c.name, func(t *testing.T) {
			t.Parallel()
			p, _, err := Translate([]byte(c.src), demo)
			if p != nil || err == nil {
				t.Fatal("accepted")
			}
			if got := codes(Findings(err)); !slices.Equal(got, []string{c.code}) {
				t.Errorf("codes %v, want %s: %v", got, c.code, err)
			}
			var f *Finding
			if !errors.As(err, &f) || f.Message == "" {
				t.Errorf("no finding in %v", err)
			}
		})
	}
}

// TestTranslate_EveryRefusalIsTested reads the codes from the source of the package.
func TestTranslate_EveryRefusalIsTested(t *testing.T) {
	t.Parallel()
	tested := []string{"E_APP_ID"}
	for _, c := range refusals {
		tested = append(tested, c.code)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`"(E_[A-Z_]+)"`)
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range code.FindAllStringSubmatch(string(src), -1) {
			if !slices.Contains(tested, m[1]) {
				t.Errorf("%s: no test for %s", file, m[1])
			}
		}
	}
}
