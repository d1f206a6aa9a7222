package xacml

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
