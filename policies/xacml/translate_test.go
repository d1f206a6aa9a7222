package xacml

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var demo = Options{Org: "ttd", App: "demo"}

// sample reads a policy from testdata.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func codes(findings []*Finding) []string {
	var out []string
	for _, f := range findings {
		if !slices.Contains(out, f.Code) {
			out = append(out, f.Code)
		}
	}
	slices.Sort(out)
	return out
}

// matchXML writes one Match.
func matchXML(category, attribute, value string) string {
	return fmt.Sprintf(`<Match MatchId="%s"><AttributeValue DataType="%s">%s</AttributeValue><AttributeDesignator AttributeId="%s" Category="%s" DataType="%s" MustBePresent="false"/></Match>`,
		functionEqualFold, typeString, value, attribute, category, typeString)
}

func anyOfXML(alternatives ...string) string {
	return "<AnyOf><AllOf>" + strings.Join(alternatives, "</AllOf><AllOf>") + "</AllOf></AnyOf>"
}

var (
	matchRole   = matchXML(categorySubject, "urn:altinn:rolecode", "DAGL")
	matchOther  = matchXML(categorySubject, "urn:altinn:rolecode", "LEDE")
	matchOrg    = matchXML(categoryResource, attributeOrg, "[ORG]")
	matchApp    = matchXML(categoryResource, attributeApp, "[APP]")
	matchTask   = matchXML(categoryResource, attributeTask, "Task_1")
	matchEvents = matchXML(categoryResource, attributeAppResource, "events")
	matchRead   = matchXML(categoryAction, attributeAction, "read")
	matchWrite  = matchXML(categoryAction, attributeAction, "write")

	subjects  = anyOfXML(matchRole)
	resources = anyOfXML(matchOrg + matchApp)
	actions   = anyOfXML(matchRead)
)

func ruleXML(target string) string { return effectXML("Permit", target) }

func effectXML(effect, target string) string {
	return `<Rule RuleId="r" Effect="` + effect + `"><Target>` + target + `</Target></Rule>`
}

const denyOverrides = "urn:oasis:names:tc:xacml:3.0:rule-combining-algorithm:deny-overrides"

func policyXML(content string) string { return rootXML(denyOverrides, content) }

func rootXML(algorithm, content string) string {
	return `<Policy xmlns="` + Namespace + `" PolicyId="p" Version="1.0" RuleCombiningAlgId="` + algorithm + `"><Target/>` + content + `</Policy>`
}

func levelXML(category, level string) string {
	return `<ObligationExpressions><ObligationExpression ObligationId="o" FulfillOn="Permit"><AttributeAssignmentExpression AttributeId="a" Category="` + category +
		`"><AttributeValue DataType="` + typeInteger + `">` + level + `</AttributeValue></AttributeAssignmentExpression></ObligationExpression></ObligationExpressions>`
}

var goodRule = ruleXML(subjects + resources + actions)

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

func TestTranslate_RefusesAppNames(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{{}, {Org: "TTD", App: "demo"}, {Org: "ttd", App: "a/b"}, {Org: "ttd", App: "[app]"}, {Org: "ttd", App: strings.Repeat("x", 64)}} {
		if _, _, err := Translate([]byte(policyXML(goodRule)), o); !slices.Equal(codes(Findings(err)), []string{"E_APP_ID"}) {
			t.Errorf("%q/%q: %v", o.Org, o.App, err)
		}
	}
}

func TestTranslate_Limits(t *testing.T) {
	t.Parallel()
	src := []byte(policyXML(ruleXML(anyOfXML(matchRole, matchOther) + resources + anyOfXML(matchRead, matchWrite))))
	for name, c := range map[string]struct {
		limits Limits
		code   string
	}{
		"matches": {Limits{MaxMatches: 5}, "E_LIMIT"},
		"grants":  {Limits{MaxGrants: 3}, "E_LIMIT"},
		"bytes":   {Limits{MaxBytes: 100}, "E_SIZE"},
		"depth":   {Limits{MaxDepth: 3}, "E_DEPTH"},
	} {
		_, _, err := Translate(src, Options{Org: "ttd", App: "demo", Limits: c.limits})
		if !slices.Equal(codes(Findings(err)), []string{c.code}) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := Translate(src, Options{Org: "ttd", App: "demo", Limits: Limits{MaxMatches: 6, MaxGrants: 4}}); err != nil {
		t.Errorf("at the limit: %v", err)
	}
}

func TestTranslate_CollectsAllFindings(t *testing.T) {
	t.Parallel()
	bad := strings.Replace(ruleXML(anyOfXML(matchRole+matchOther)+anyOfXML(matchRead+matchWrite)), functionEqualFold, "f", 1)
	src := policyXML("\n" + effectXML("Maybe", resources) + "\n" + bad + "\n" + ruleXML(resources+actions) + levelXML("x", "9"))
	_, _, err := Translate([]byte(src), demo)
	want := []string{"E_EFFECT", "E_FUNCTION", "E_NO_ACTION", "E_NO_SUBJECT", "E_OBLIGATION"}
	if got := codes(Findings(err)); !slices.Equal(got, want) {
		t.Errorf("codes %v, want %v", got, want)
	}
	many := strings.Repeat(strings.Replace(goodRule, "DAGL", "", 1), 400)
	_, _, err = Translate([]byte(policyXML(many)), demo)
	if n := len(Findings(err)); n != maxFindings+1 {
		t.Errorf("%d findings, want %d", n, maxFindings+1)
	}
}

func TestFinding_NamesLineAndRule(t *testing.T) {
	t.Parallel()
	src := "<?xml version=\"1.0\"?>\n" + policyXML("\n\n"+ruleXML("\n"+subjects+resources))
	_, _, err := Translate([]byte(src), demo)
	got := Findings(fmt.Errorf("publish: %w", err))
	if len(got) != 1 || !strings.HasPrefix(got[0].Error(), "E_NO_ACTION line 4 rule r: ") {
		t.Errorf("findings %v", got)
	}
	if Findings(nil) != nil || Findings(errors.New("x")) != nil {
		t.Error("findings where there are none")
	}
	_, _, err = Translate([]byte("<Policy>\n\n</Other>"), demo)
	if got := Findings(err); len(got) != 1 || got[0].Line != 3 {
		t.Errorf("syntax error %v", got)
	}
}

func TestTranslate_Warns(t *testing.T) {
	t.Parallel()
	foreign := anyOfXML(matchOrg+matchApp, matchOrg+matchXML(categoryResource, attributeApp, "other"))
	for _, c := range []struct {
		code, src string
		options   Options
	}{
		{"W_RULE_ID", policyXML(strings.Replace(goodRule, `RuleId="r"`, "", 1)), demo},
		{"W_RULE_ID", policyXML(goodRule + goodRule), demo},
		{"W_DUP_ANYOF", policyXML(ruleXML(subjects + subjects + resources + actions)), demo},
		{"W_SUBJECT_ATTR", policyXML(ruleXML(anyOfXML(matchRole, matchXML(categorySubject, "urn:altinn:ssn", "x")) + resources + actions)), demo},
		{"W_FOREIGN", policyXML(ruleXML(subjects + foreign + actions)), demo},
		{"W_FOREIGN", policyXML(ruleXML(subjects + anyOfXML(matchOrg+matchApp, matchXML(categoryResource, "urn:altinn:event", "x")) + actions)), demo},
		{"W_DEAD_RULE", policyXML(goodRule + ruleXML(anyOfXML(matchXML(categorySubject, "urn:other", "x"))+resources+actions)), demo},
		{"W_NO_RESOURCE", policyXML(ruleXML(subjects + actions)), demo},
		{"W_DENY", policyXML(goodRule + effectXML("Deny", anyOfXML(matchOther)+resources+actions)), demo},
		{"W_NO_LEVEL", policyXML(goodRule), demo},
		{"W_NO_LEVEL", policyXML(goodRule + levelXML(obligationUserLevel, "0")), demo},
		{"W_OPEN_RULE", policyXML(ruleXML(resources + actions)), Options{Org: "ttd", App: "demo", AllowOpenRules: true}},
		{"W_MULTI_ANYOF", policyXML(ruleXML(subjects + anyOfXML(matchOther) + resources + actions)), Options{Org: "ttd", App: "demo", AltinnOr: true}},
	} {
		_, warnings, err := Translate([]byte(c.src), c.options)
		if err != nil || !slices.Contains(codes(warnings), c.code) {
			t.Errorf("%s: warnings %v, error %v", c.code, warnings, err)
		}
	}
}

func TestTranslate_Options(t *testing.T) {
	t.Parallel()
	open, _, err := Translate([]byte(policyXML(ruleXML(resources+actions))), Options{Org: "ttd", App: "demo", AllowOpenRules: true})
	if err != nil || !open.Grants("read", "*", "any") {
		t.Errorf("open rule: %v", err)
	}
	or, _, err := Translate([]byte(policyXML(ruleXML(subjects+anyOfXML(matchOther)+resources+actions))), Options{Org: "ttd", App: "demo", AltinnOr: true})
	if err != nil || !or.Grants("read", "*", "role:dagl") || !or.Grants("read", "*", "role:lede") {
		t.Errorf("OR: %v", err)
	}
}

func TestTranslate_AcceptsOneMixedAllOf(t *testing.T) {
	t.Parallel()
	p, _, err := Translate([]byte(policyXML(ruleXML(subjects+anyOfXML(matchOrg+matchApp+matchTask+matchRead)))), demo)
	if err != nil || !p.Grants("read", "task:Task_1", "role:dagl") || p.Grants("read", "*", "role:dagl") {
		t.Errorf("%v", err)
	}
}

func TestTranslate_Levels(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		xml       string
		user, org int
	}{
		{"", 0, 0},
		{levelXML(obligationUserLevel, " 2 "), 2, 2},
		{levelXML(obligationOrgLevel, "3"), 0, 3},
		{levelXML(obligationUserLevel, "4") + levelXML(obligationOrgLevel, "0"), 4, 0},
		{levelXML(obligationUserLevel, "2") + levelXML(obligationUserLevel, "2"), 2, 2},
	} {
		p, _, err := Translate([]byte(policyXML(goodRule+c.xml)), demo)
		if err != nil || p.MinUser != c.user || p.MinOrg != c.org {
			t.Errorf("%s: %+v, %v", c.xml, p, err)
		}
	}
}

func TestTranslate_FoldsAndSubstitutes(t *testing.T) {
	t.Parallel()
	src := policyXML(ruleXML(
		anyOfXML(matchXML(categorySubject, "urn:altinn:rolecode", "FFØR"), matchXML(categorySubject, "urn:altinn:org", "[Org]")) +
			anyOfXML(matchXML(categoryResource, attributeResource, "app_[ORG]_[app]")+matchTask) +
			anyOfXML(matchXML(categoryAction, attributeAction, "ReAd"))))
	p, _, err := Translate([]byte(src), demo)
	if err != nil {
		t.Fatal(err)
	}
	if !p.Grants("READ", "task:Task_1", "role:ffør") || !p.Grants("read", "task:Task_1", "org:ttd") {
		t.Errorf("grants %v", p.Grant)
	}
	if !slices.Equal(p.Actions(), []string{"read"}) || !slices.Equal(p.Slots(), []string{"task:Task_1"}) {
		t.Errorf("actions %q, slots %q", p.Actions(), p.Slots())
	}
}

func TestSubjectKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ attribute, value, want string }{
		{"urn:altinn:rolecode", "FFØR", "role:ffør"},
		{"urn:altinn:accesspackage", "skatt", "pkg:skatt"},
		{"urn:altinn:org", "ttd", "org:ttd"},
		{"urn:altinn:organization:identifier-no", "310000000", "orgno:310000000"},
		{"urn:altinn:organizationnumber", "310000000", "orgno:310000000"},
		{"urn:altinn:userid", "1", "user:1"},
		{"urn:altinn:partyid", "1", "party:1"},
		{"urn:altinn:person:uuid", "A", "person:a"},
		{"urn:altinn:organization:uuid", "A", "orguuid:a"},
		{"urn:altinn:systemuser:uuid", "A", "sysuser:a"},
		{"urn:altinn:external-role:ccr", "Revisor", "extrole:ccr:revisor"},
		{"urn:altinn:external-role", "x", "extrole:x"},
		{"urn:digitaltdodsbo:rolecode", "urn:digitaltdodsbo:formuesfullmakt", "oed:urn:digitaltdodsbo:formuesfullmakt"},
		{"urn:altinn:resource:delegation", "app_ttd_demo", "delegator:app_ttd_demo"},
		{"urn:altinn:person:identifier-no", "x", ""},
		{"urn:altinn:ssn", "x", ""},
		{"urn:altinn:external-roles", "x", ""},
	} {
		got, ok := SubjectKey(c.attribute, c.value)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("SubjectKey(%q) = %q, %t", c.attribute, got, ok)
		}
	}
}

func TestPolicy_MayDelegate(t *testing.T) {
	t.Parallel()
	p, _, err := Translate(sample(t, "signing.xml"), demo)
	if err != nil {
		t.Fatal(err)
	}
	if !p.MayDelegate("sign", "task:SigningTask") || p.MayDelegate("sign", "task:Task_1") || p.MayDelegate("write", "task:SigningTask") {
		t.Error("the app may delegate read and sign at the signing task only")
	}
	if !slices.Equal(p.Tasks(), []string{"SigningTask", "Task_1"}) || !slices.Equal(p.EndEvents(), []string{"EndEvent_1"}) {
		t.Errorf("tasks %q, end events %q", p.Tasks(), p.EndEvents())
	}
}

// TestTranslate_Golden compares with the documents in testdata; UPDATE_GOLDEN=1 renews them.
func TestTranslate_Golden(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"standard", "signing", "deny"} {
		p, warnings, err := Translate(sample(t, name+".xml"), demo)
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.MarshalIndent(struct {
			Policy   *Policy
			Warnings []*Finding
		}{p, warnings}, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", name+".golden.json")
		got = append(got, '\n')
		if os.Getenv("UPDATE_GOLDEN") != "" {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want := sample(t, name+".golden.json"); !bytes.Equal(got, want) {
			t.Errorf("%s differs:\n%s", file, got)
		}
	}
}
