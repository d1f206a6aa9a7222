package policies

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hovedbok/hovedbok/policies/xacml"

	regofiles "github.com/hovedbok/hovedbok/policies/rego"
)

func TestPublish_RefusesAndKeepsTheOldSnapshot(t *testing.T) {
	t.Parallel()
	good := sampleApp(t, "standard", "ttd/demo")
	broken := func(change func(*xacml.Policy)) App {
		p := *good.Policy
		change(&p)
		return App{Key: "ttd/demo", Policy: &p}
	}
	with := func(change func(*App)) App {
		a := good
		change(&a)
		return a
	}
	for name, apps := range map[string][]App{
		"bad key":       {with(func(a *App) { a.Key = "demo" })},
		"bad version":   {with(func(a *App) { a.Key = "ttd/demo@a b" })},
		"symbol":        {with(func(a *App) { a.Key = "@group:x" })},
		"no policy":     {{Key: "ttd/demo"}},
		"other app":     {with(func(a *App) { a.Key = "ttd/other" })},
		"other org":     {broken(func(p *xacml.Policy) { p.Org = "skd" })},
		"twice":         {good, good},
		"scope -":       {with(func(a *App) { a.UserScopes.Read = []string{"-"} })},
		"two scopes":    {with(func(a *App) { a.OwnerScopes.Write = []string{"a b"} })},
		"call nowhere":  {with(func(a *App) { a.Calls = map[string][]string{"demo": {"read"}} })},
		"call nothing":  {with(func(a *App) { a.Calls = map[string][]string{"ttd/x": nil} })},
		"level 5":       {broken(func(p *xacml.Policy) { p.MinUser = 5 })},
		"org level -1":  {broken(func(p *xacml.Policy) { p.MinOrg = -1 })},
		"capital":       {broken(func(p *xacml.Policy) { p.Grant = xacml.Grants{"Read": {"*": {"role:x": {1}}}} })},
		"unknown slot":  {broken(func(p *xacml.Policy) { p.Grant = xacml.Grants{"read": {"Task_1": {"role:x": {1}}}} })},
		"empty cell":    {broken(func(p *xacml.Policy) { p.Deny = xacml.Grants{"read": {"*": {}}} })},
		"one of two":    {good, {Key: "ttd/other"}},
		"empty deny id": {broken(func(p *xacml.Policy) { p.Deny = xacml.Grants{"read": {"task:": {"role:x": {1}}}} })},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newTestEngine(t, good)
			before := e.Revision()
			if err := e.Publish(t.Context(), apps); err == nil {
				t.Fatal("published")
			}
			if e.Revision() != before || mustDecide(t, e, userRequest()).Code != CodeOK {
				t.Error("the old snapshot is no longer in service")
			}
		})
	}
}

func TestPublish_ReportsEveryFault(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	err := e.Publish(t.Context(), []App{{Key: "a"}, {Key: "ttd/b"}, {Key: "ttd/c"}})
	for _, want := range []string{`"a"`, "ttd/b", "ttd/c"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not name %s", err, want)
		}
	}
}

// TestPublish_SelfCheckStopsAWrongPolicy takes guards out of the Rego itself.
func TestPublish_SelfCheckStopsAWrongPolicy(t *testing.T) {
	t.Parallel()
	for name, change := range map[string][3]string{
		"any party":   {"decide.rego", "input.subject.keys[input.resource.party][key]\n}\n\n# 2.", "input.subject.keys[_][key]\n}\n\n# 2."},
		"any level":   {"decide.rego", "[input.mode][input.subject.level]\n\tinput.subject.scopes", "[input.mode][_]\n\tinput.subject.scopes"},
		"nothing":     {"decide.rego", "some key in app.h[input.action][slot]", "some key in app.hx[input.action][slot]"},
		"all rows":    {"filters.rego", "input.instances.app_id in apps\n}\n\n# The same", "input.instances.app_id\n}\n\n# The same"},
		"every party": {"filters.rego", "party_ok(profile) if input.instances.party_id in profile.parties", "party_ok(profile) if profile.parties"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			modules, err := regofiles.Modules()
			if err != nil {
				t.Fatal(err)
			}
			src := strings.Replace(modules[change[0]], change[1], change[2], 1)
			if src == modules[change[0]] {
				t.Fatal("the text to change is no longer there")
			}
			modules[change[0]] = src
			e, err := newEngine(t.Context(), modules)
			if err != nil {
				t.Fatal(err)
			}
			if err := e.Publish(t.Context(), []App{sampleApp(t, "standard", "ttd/demo")}); err == nil || e.Revision() != "" {
				t.Errorf("a wrong policy is in service: %v", err)
			}
		})
	}
}

func TestNewEngine_RefusesWrongRego(t *testing.T) {
	t.Parallel()
	for name, extra := range map[string]string{
		"syntax":          "package altinn.extra\nallow if {",
		"old syntax":      "package altinn.extra\nallow { true }",
		"unsafe variable": "package altinn.extra\nx := y",
		"recursion":       "package altinn.extra\na if b\nb if a",
		"unused variable": "package altinn.extra\na if { x := 1 }",
		"network":         "package altinn.extra\na := http.send({})",
		"another body":    "package altinn.authz\nallow if true",
	} {
		modules, err := regofiles.Modules()
		if err != nil {
			t.Fatal(err)
		}
		modules["extra.rego"] = extra
		if _, err := newEngine(t.Context(), modules); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := NewEngine(t.Context(), WithDecisionLimit(0)); err == nil {
		t.Error("a limit of 0 is accepted")
	}
}

func TestDecide_StopsEndlessPolicies(t *testing.T) {
	t.Parallel()
	modules, err := regofiles.Modules()
	if err != nil {
		t.Fatal(err)
	}
	modules["decide.rego"] = strings.Replace(modules["decide.rego"], "guards if {",
		"guards if {\n\tsome a in numbers.range(1, 3000)\n\tsome b in numbers.range(1, 3000)\n\tsome c in numbers.range(1, 3000)\n\ta * b * c < 0", 1)
	e, err := newEngine(t.Context(), modules, WithDecisionLimit(20*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Publish(t.Context(), []App{sampleApp(t, "signing", "ttd/signing@v1")}); err != nil {
		t.Fatal(err)
	}
	d, err := e.Decide(t.Context(), signeeRequest())
	if d.Allow || d.Code != CodeTimeout || !errors.Is(err, ErrTimeout) {
		t.Errorf("by limit: %+v, %v", d, err)
	}
	patient, err := newEngine(t.Context(), modules, WithDecisionLimit(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if err := patient.Publish(t.Context(), []App{sampleApp(t, "signing", "ttd/signing@v1")}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	d, err = patient.Decide(ctx, signeeRequest())
	if d.Allow || d.Code != CodeTimeout || !errors.Is(err, ErrTimeout) {
		t.Errorf("by context: %+v, %v", d, err)
	}
}

func TestDecide_ConflictDenies(t *testing.T) {
	t.Parallel()
	modules, err := regofiles.Modules()
	if err != nil {
		t.Fatal(err)
	}
	modules["decide.rego"] = strings.Replace(modules["decide.rego"], "# 3. An app acts", "allow := 1 if input.action == \"sign\"\n\n# 3. An app acts", 1)
	modules["decide.rego"] = strings.Replace(modules["decide.rego"], "# 4. Apps with Deny rules keep their grants in \"hd\", out of reach of body 1.\nallow if {", "allow_more if {", 1)
	e, err := newEngine(t.Context(), modules)
	if err != nil {
		t.Fatal(err)
	}
	e.decisionLimit = time.Minute
	e.current.Store(newTestEngineSnapshot(t, e))
	d, err := e.Decide(t.Context(), signeeRequest())
	if d.Allow || d.Code != CodeError || !errors.Is(err, ErrEvaluation) {
		t.Errorf("%+v, %v", d, err)
	}
}

// newTestEngineSnapshot builds a snapshot without the self-check.
func newTestEngineSnapshot(t *testing.T, e *Engine) *snapshot {
	t.Helper()
	s, err := newSnapshot(t.Context(), e.compiler, e.policyDigest, sampleApps(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPublish_SwapsUnderLoad(t *testing.T) {
	t.Parallel()
	apps := sampleApps(t)
	e := newTestEngine(t, apps...)
	done := make(chan struct{})
	decisions := make(chan Decision, 64)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() { decideUntil(t, e, done, decisions) })
	}
	revisions := map[string]bool{}
	seen := map[string]int{}
	for i := range 20 {
		more := append(apps[:len(apps):len(apps)], sampleApp(t, "standard", fmt.Sprintf("ttd/new-%d", i)))
		if err := e.Publish(t.Context(), more); err != nil {
			t.Error(err)
		}
		revisions[e.Revision()] = true
		for range 8 { // decisions go on between and during the swaps
			d := <-decisions
			seen[d.Revision]++
		}
	}
	close(done)
	go func() { group.Wait(); close(decisions) }()
	for d := range decisions {
		seen[d.Revision]++
	}
	if len(revisions) != 20 || len(seen) < 2 {
		t.Errorf("%d revisions published, decisions on %d", len(revisions), len(seen))
	}
}

// decideUntil asks over and over; every answer must be a permit.
func decideUntil(t *testing.T, e *Engine, done <-chan struct{}, decisions chan<- Decision) {
	for {
		d, err := e.Decide(t.Context(), userRequest())
		if err != nil || !d.Allow {
			t.Errorf("%+v, %v", d, err)
		}
		select {
		case <-done:
			return
		case decisions <- d:
		}
	}
}

func TestPublish_VersionsShareDocuments(t *testing.T) {
	t.Parallel()
	policy := samplePolicy(t, "standard", "ttd/demo")
	var apps []App
	for i := range 300 {
		apps = append(apps, App{Key: fmt.Sprintf("ttd/demo@%d", i), Policy: policy})
	}
	e := newTestEngine(t, apps...)
	s := e.current.Load()
	if len(s.byETag) != 1 || len(s.documents) != 300 {
		t.Errorf("%d documents for %d versions", len(s.byETag), len(s.documents))
	}
	r := userRequest()
	r.Resource.App = "ttd/demo@299"
	if d := mustDecide(t, e, r); !d.Allow {
		t.Errorf("%+v", d)
	}
	if err := e.Publish(t.Context(), apps[:200]); err != nil {
		t.Fatal(err)
	}
	if next := e.current.Load(); next.documents["ttd/demo@0"] != s.documents["ttd/demo@0"] {
		t.Error("the document was built again")
	}
	if d := mustDecide(t, e, r); d.Code != CodeUnknownApp {
		t.Errorf("a withdrawn version answers %s", d.Code)
	}
}

func TestRevision_NamesContent(t *testing.T) {
	t.Parallel()
	apps := sampleApps(t)
	one, two := newTestEngine(t, apps...), newTestEngine(t, apps...)
	if one.Revision() != two.Revision() || one.Revision() == "" {
		t.Errorf("revisions %q and %q of equal content", one.Revision(), two.Revision())
	}
	seen := map[string]bool{one.Revision(): true}
	for name, change := range map[string]func(*App){
		"scopes": func(a *App) { a.OwnerScopes.Read = []string{"x"} },
		"calls":  func(a *App) { a.Calls = map[string][]string{"ttd/x": {"read"}} },
		"key":    func(a *App) { a.Key = "ttd/demo@v7" },
		"policy": func(a *App) { a.Policy = samplePolicy(t, "signing", "ttd/demo") },
	} {
		changed := append([]App{}, apps...)
		change(&changed[0])
		e := newTestEngine(t, changed...)
		if seen[e.Revision()] {
			t.Errorf("%s: the revision did not change", name)
		}
		seen[e.Revision()] = true
	}
}

func TestExplainAt_AsksTheSnapshotOfTheDay(t *testing.T) {
	t.Parallel()
	e, err := NewEngine(t.Context(), WithHistory(1), WithDecisionLimit(time.Minute), WithFilterLimit(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	var revisions []string
	for _, file := range []string{"standard", "deny", "signing"} {
		if err := e.Publish(t.Context(), []App{sampleApp(t, file, "ttd/demo")}); err != nil {
			t.Fatal(err)
		}
		revisions = append(revisions, e.Revision())
	}
	report, err := e.ExplainAt(t.Context(), revisions[1], userRequest())
	if err != nil || report.Revision != revisions[1] || !report.Allow {
		t.Errorf("the snapshot before: %+v, %v", report, err)
	}
	if report, err = e.ExplainAt(t.Context(), revisions[2], userRequest()); err != nil || report.Allow {
		t.Errorf("the current snapshot: %+v, %v", report, err)
	}
	if _, err := e.ExplainAt(t.Context(), revisions[0], userRequest()); !errors.Is(err, ErrUnknownRevision) {
		t.Errorf("a snapshot too old: %v", err)
	}
}

func TestUnfiltered_NamesAppsWithDenyRules(t *testing.T) {
	t.Parallel()
	if got := newTestEngine(t).Unfiltered(); len(got) != 1 || got[0] != "ttd/deny" {
		t.Errorf("unfiltered %q", got)
	}
}

func TestSubjectCache_TellsSubjectsApart(t *testing.T) {
	t.Parallel()
	c := newSubjectCache()
	base := userRequest().Subject
	terms := map[string]bool{}
	for name, change := range map[string]func(*Subject) int{
		"same":   func(*Subject) int { return 1 },
		"party":  func(*Subject) int { return 2 },
		"kind":   func(s *Subject) int { s.Kind, s.Keys = KindSystemUser, nil; return 1 },
		"level":  func(s *Subject) int { s.Level = 4; return 1 },
		"scopes": func(s *Subject) int { s.Scopes = []string{"x"}; return 1 },
		"ids":    func(s *Subject) int { s.IDs = nil; return 1 },
		"keys":   func(s *Subject) int { s.Keys = []string{"role:lede"}; return 1 },
		"app":    func(s *Subject) int { s.App = "ttd/x"; return 1 },
		"joined": func(s *Subject) int { s.Scopes, s.Keys = []string{"a", "b"}, nil; return 1 },
	} {
		s := base.clone()
		party := change(&s)
		for range 2 {
			term, err := c.term(&s, party)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if !term.Equal(subjectTerm(&s, party)) {
				t.Errorf("%s: the cached term differs", name)
			}
			terms[term.String()] = true
		}
	}
	if len(terms) != 9 {
		t.Errorf("%d distinct terms, want 9", len(terms))
	}
	s := base.clone()
	if _, err := c.term(&s, 1); err != nil {
		t.Fatal(err)
	}
	s.Keys[0] = "role:lede" // the caller's own slice changes afterwards
	term, err := c.term(&s, 1)
	if err != nil || !strings.Contains(term.String(), "role:lede") {
		t.Errorf("a changed slice gives the old term: %v, %v", term, err)
	}
	if got := maps.Collect(maps.All(terms)); len(got) == 0 {
		t.Error("no terms")
	}
}
