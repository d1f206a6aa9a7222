package policies

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hovedbok/hovedbok/policies/xacml"
)

// An independent reading of policy.xml, with nothing in common with package xacml: the XML
// as structs, and rules matched in the order of Altinn's engine, with Deny enforced.
type (
	xmlPolicy struct {
		Rules []xmlRule `xml:"Rule"`
	}
	xmlRule struct {
		Effect string      `xml:"Effect,attr"`
		AnyOf  []xmlOption `xml:"Target>AnyOf"`
	}
	xmlOption struct {
		AllOf []struct {
			Match []xmlMatch `xml:"Match"`
		} `xml:"AllOf"`
	}
	xmlMatch struct {
		Function   string `xml:"MatchId,attr"`
		Value      string `xml:"AttributeValue"`
		Designator struct {
			Attribute string `xml:"AttributeId,attr"`
			Category  string `xml:"Category,attr"`
		} `xml:"AttributeDesignator"`
	}
)

// attribute is one attribute of a request.
type attribute struct{ category, id, value string }

const (
	inSubject  = "urn:oasis:names:tc:xacml:1.0:subject-category:access-subject"
	inResource = "urn:oasis:names:tc:xacml:3.0:attribute-category:resource"
	inAction   = "urn:oasis:names:tc:xacml:3.0:attribute-category:action"
	actionID   = "urn:oasis:names:tc:xacml:1.0:action:action-id"
)

func (m *xmlMatch) holds(request []attribute) bool {
	return slices.ContainsFunc(request, func(a attribute) bool {
		if a.category != m.Designator.Category || a.id != m.Designator.Attribute {
			return false
		}
		value := strings.TrimSpace(m.Value)
		if strings.HasSuffix(m.Function, "ignore-case") || a.category != inResource {
			return strings.EqualFold(value, a.value)
		}
		return value == a.value
	})
}

// matches tells whether, in each category that the rule names, all matches of one AllOf hold.
func (r *xmlRule) matches(request []attribute) bool {
	for _, category := range []string{inResource, inAction, inSubject} {
		named, held := false, false
		for _, any := range r.AnyOf {
			for _, all := range any.AllOf {
				own := slices.DeleteFunc(slices.Clone(all.Match), func(m xmlMatch) bool { return m.Designator.Category != category })
				named = named || len(own) > 0
				held = held || len(own) > 0 && !slices.ContainsFunc(own, func(m xmlMatch) bool { return !m.holds(request) })
			}
		}
		if named && !held {
			return false
		}
	}
	return true
}

func (p *xmlPolicy) permits(request []attribute) bool {
	permit := false
	for _, r := range p.Rules {
		if r.matches(request) {
			if r.Effect == "Deny" {
				return false
			}
			permit = true
		}
	}
	return permit
}

// named lists the distinct values that the policy names in a category.
func (p *xmlPolicy) named(category string) []attribute {
	var out []attribute
	for _, r := range p.Rules {
		for _, any := range r.AnyOf {
			for _, all := range any.AllOf {
				for _, m := range all.Match {
					a := attribute{m.Designator.Category, m.Designator.Attribute, strings.TrimSpace(m.Value)}
					if a.category == category && !slices.Contains(out, a) {
						out = append(out, a)
					}
				}
			}
		}
	}
	return out
}

// policySource is a policy and the app for which it is read.
type policySource struct {
	org, app string
	src      []byte
}

func policySources(t *testing.T) []policySource {
	t.Helper()
	own, err := filepath.Glob("xacml/testdata/*.xml")
	if err != nil || len(own) == 0 {
		t.Fatal("no sample policies", err)
	}
	shared, err := filepath.Glob("../../shared/testdata/altinn/apps/*/App/config/authorization/policy.xml")
	if err != nil {
		t.Fatal(err)
	}
	if len(shared) == 0 {
		t.Log("the shared apps are absent; only our own samples are compared")
	}
	var out []policySource
	for i, file := range slices.Concat(own, shared) {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		app := strings.TrimSuffix(filepath.Base(file), ".xml")
		if i >= len(own) {
			app = filepath.Base(filepath.Join(file, "..", "..", "..", ".."))
		}
		out = append(out, policySource{"ttd", app, src})
	}
	return out
}

// TestDecide_AgreesWithXACML asks both readings every question that a policy can be asked.
func TestDecide_AgreesWithXACML(t *testing.T) {
	t.Parallel()
	sources := policySources(t)
	var apps []App
	for _, s := range sources {
		p, _, err := xacml.Translate(s.src, xacml.Options{Org: s.org, App: s.app})
		if err != nil {
			t.Fatalf("%s: %v", s.app, err)
		}
		apps = append(apps, App{Key: p.ID, Policy: p})
	}
	e := newTestEngine(t, apps...)
	asked, permitted := 0, 0
	for _, s := range sources {
		n, yes := compareReadings(t, e, s)
		asked, permitted = asked+n, permitted+yes
	}
	if permitted < 50 || permitted > asked-50 {
		t.Errorf("%d of %d requests are permitted, which compares too little", permitted, asked)
	}
}

func compareReadings(t *testing.T, e *Engine, s policySource) (asked, permitted int) {
	t.Helper()
	text := strings.NewReplacer("[ORG]", s.org, "[APP]", s.app, "[org]", s.org, "[app]", s.app).Replace(string(s.src))
	var p xmlPolicy
	if err := xml.Unmarshal([]byte(strings.TrimPrefix(text, "\ufeff")), &p); err != nil {
		t.Fatal(err)
	}
	subjects := append(p.named(inSubject), attribute{inSubject, "urn:altinn:rolecode", "STRANGER"}, attribute{inSubject, "urn:altinn:org", "stranger"})
	actions := append(p.named(inAction), attribute{inAction, actionID, "fly"})
	steps := append(p.named(inResource), attribute{inResource, "urn:altinn:task", "Task_Strange"}, attribute{})
	for _, subject := range subjects {
		for _, action := range actions {
			for _, step := range steps {
				if step.id == "urn:altinn:org" || step.id == "urn:altinn:app" {
					continue
				}
				want := p.permits([]attribute{
					subject, action, step,
					{inResource, "urn:altinn:org", s.org}, {inResource, "urn:altinn:app", s.app},
				})
				if got := permitsReading(t, e, s, subject, action, step); got != want {
					t.Errorf("%s: %s %s %s at %q is %t, XACML says %t", s.app, subject.id, subject.value, action.value, step.value, got, want)
				}
				asked++
				if want {
					permitted++
				}
			}
		}
	}
	return asked, permitted
}

// permitsReading asks the engine with exactly one key, whatever kind of key it is.
func permitsReading(t *testing.T, e *Engine, s policySource, subject, action, step attribute) bool {
	t.Helper()
	r := Request{Action: action.value, Mode: Write, Now: testTime}
	r.Resource = Resource{App: s.org + "/" + s.app, Party: testParty}
	switch step.id {
	case "urn:altinn:task":
		r.Resource.Task = step.value
	case "urn:altinn:end-event":
		r.Resource.EndEvent = step.value
	case "urn:altinn:appresource":
		r.Resource.AppResource = step.value
	}
	r.Subject = Subject{Kind: KindUser, Level: maxLevel}
	if key, ok := xacml.SubjectKey(subject.id, subject.value); ok {
		r.Subject.Keys = []string{key}
	}
	allow, err := e.current.Load().permits(t.Context(), decisionInput(&r, subjectTerm(&r.Subject, testParty)), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return allow
}
