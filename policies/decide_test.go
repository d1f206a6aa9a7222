package policies

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// ask is one case: a request, made from a good one by one change.
type ask struct {
	name   string
	from   func() Request
	change func(*Request)
	want   Code
}

var asks = []ask{
	{"role on the party", userRequest, func(*Request) {}, CodeOK},
	{"action in capitals", userRequest, func(r *Request) { r.Action = "READ" }, CodeOK},
	{"pinned version", userRequest, func(r *Request) { r.Resource.App = "ttd/demo@v1" }, CodeOK},
	{"write in the form task", userRequest, func(r *Request) { r.Action, r.Mode = "write", Write }, CodeOK},
	{"package in place of role", userRequest, func(r *Request) { r.Subject.Keys = UserKeys(1, "", nil, []string{"Skatt"}) }, CodeOK},
	{"register role at the end", userRequest, func(r *Request) {
		r.Subject.Keys, r.Resource.Task, r.Resource.EndEvent = RegisterKeys("ccr", "REVISOR"), "", "EndEvent_1"
	}, CodeOK},
	{"events of the app", userRequest, func(r *Request) { r.Resource.AppResource = "events" }, CodeOK},
	{"unknown app", userRequest, func(r *Request) { r.Resource.App = "ttd/none" }, CodeUnknownApp},
	{"unknown version", userRequest, func(r *Request) { r.Resource.App = "ttd/demo@v9" }, CodeUnknownApp},
	{"anonymous", userRequest, func(r *Request) { r.Subject = Subject{Kind: KindAnonymous} }, CodeUnknownKind},
	{"no kind", userRequest, func(r *Request) { r.Subject = Subject{} }, CodeUnknownKind},
	{"action of no rule", userRequest, func(r *Request) { r.Action = "fly" }, CodeUnknownAction},
	{"no keys on the party", userRequest, func(r *Request) { r.Subject.Keys = nil }, CodeWrongParty},
	{"wrong step", userRequest, func(r *Request) { r.Action, r.Mode, r.Resource.Task = "write", Write, "Task_Confirm" }, CodeWrongStep},
	{"task differs in case", userRequest, func(r *Request) { r.Action, r.Mode, r.Resource.Task = "write", Write, "task_1" }, CodeWrongStep},
	{"key without grant", userRequest, func(r *Request) { r.Subject.Keys = []string{"role:medl"} }, CodeNoGrant},
	{"level", userRequest, func(r *Request) { r.Subject.Level = 1 }, CodeLevel},
	{"owner reads", ownerRequest, func(*Request) {}, CodeOK},
	{"owner completes", ownerRequest, func(r *Request) {
		r.Action, r.Mode, r.Resource.Task, r.Resource.EndEvent = "complete", Write, "", "EndEvent_1"
	}, CodeOK},
	{"owner below its level", ownerRequest, func(r *Request) { r.Subject.Level = 2 }, CodeLevel},
	{"owner without scope", ownerRequest, func(r *Request) { r.Subject.Scopes = []string{ownerWrite} }, CodeScope},
	{"owner with a longer scope", ownerRequest, func(r *Request) { r.Subject.Scopes = []string{ownerRead + ".all"} }, CodeScope},
	{"another agency", ownerRequest, func(r *Request) { r.Subject.Keys = OrgKeys("skd", "") }, CodeNoGrant},
	{"an agency that the policy names", ownerRequest, func(r *Request) {
		r.Subject.Keys, r.Resource.App = OrgKeys("nav", ""), "ttd/signing@v1"
		r.Subject.Level = 4
	}, CodeOK},
	{"app scope missing", userRequest, func(r *Request) {
		r.Resource.App, r.Subject.Scopes = "skd/tax", nil
	}, CodeScope},
	{"app scope with its name", userRequest, func(r *Request) {
		r.Resource.App, r.Subject.Scopes = "skd/tax", []string{"skd:tax.read"}
	}, CodeOK},
	{"portal scope instead", userRequest, func(r *Request) { r.Resource.App = "skd/tax" }, CodeOK},
	{"system user with a package", userRequest, func(r *Request) {
		r.Subject = Subject{Kind: KindSystemUser, Level: 3, Keys: SystemUserKeys("aa00", []string{"skatt"})}
	}, CodeOK},
	{"signee", signeeRequest, func(*Request) {}, CodeOK},
	{"signee after the end", signeeRequest, func(r *Request) { r.Delegations[0].Until = testTime }, CodeWrongParty},
	{"signee on another instance", signeeRequest, func(r *Request) { r.Resource.Instance += "0" }, CodeWrongParty},
	{"signee at another task", signeeRequest, func(r *Request) { r.Resource.Task = "Task_1" }, CodeWrongParty},
	{"signee on another party", signeeRequest, func(r *Request) { r.Resource.Party = otherParty }, CodeWrongParty},
	{"another signee", signeeRequest, func(r *Request) { r.Subject.IDs = []string{"person:other"} }, CodeWrongParty},
	{"signee below the level", signeeRequest, func(r *Request) { r.Subject.Level = 2 }, CodeLevel},
	{"app calls its sibling", appRequest, func(*Request) {}, CodeOK},
	{"app calls a version of it", appRequest, func(r *Request) { r.Resource.App = "ttd/demo@v1" }, CodeOK},
	{"app calls without declaring", appRequest, func(r *Request) { r.Action = "write" }, CodeNoGrant},
	{"app of another org", appRequest, func(r *Request) { r.Subject.App, r.Action, r.Mode = "skd/tax", "read", Read }, CodeNoGrant},
	{"app calls another org", appRequest, func(r *Request) { r.Resource.App, r.Action, r.Mode = "skd/tax", "read", Read }, CodeNoGrant},
	{"app without scope", appRequest, func(r *Request) { r.Subject.Scopes = nil }, CodeScope},
	{"deny rule", userRequest, func(r *Request) {
		r.Resource.App, r.Resource.Task, r.Action, r.Mode = "ttd/deny", "Task_Agency", "write", Write
	}, CodeDeniedByRule},
	{"deny rule elsewhere", userRequest, func(r *Request) {
		r.Resource.App, r.Action, r.Mode = "ttd/deny", "write", Write
	}, CodeOK},
}

func TestDecide_Codes(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	for _, a := range asks {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			r := a.from()
			a.change(&r)
			d := mustDecide(t, e, r)
			if d.Code != a.want || d.Allow != (a.want == CodeOK) {
				t.Fatalf("code %s, allow %t; want %s", d.Code, d.Allow, a.want)
			}
			if d.ID.Version() != 7 || d.Revision != e.Revision() || (d.ETag == "") != (a.want == CodeUnknownApp) {
				t.Errorf("id %s, revision %q, etag %q", d.ID, d.Revision, d.ETag)
			}
			report, err := e.Explain(t.Context(), r)
			if err != nil || report.Code != d.Code || report.Allow != d.Allow {
				t.Errorf("report %s %t, %v; want as the decision", report.Code, report.Allow, err)
			}
		})
	}
}

// TestDecide_EveryCodeIsTested keeps the table complete.
func TestDecide_EveryCodeIsTested(t *testing.T) {
	t.Parallel()
	for _, code := range []Code{
		CodeOK, CodeUnknownApp, CodeUnknownKind, CodeUnknownAction, CodeDeniedByRule, CodeWrongParty,
		CodeWrongStep, CodeNoGrant, CodeLevel, CodeScope,
	} {
		if !slices.ContainsFunc(asks, func(a ask) bool { return a.want == code }) {
			t.Errorf("no case for %s", code)
		}
	}
}

func TestDecide_TellsWhatIsNeeded(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	low := userRequest()
	low.Subject.Level = 0
	if d := mustDecide(t, e, low); d.Need.Level != 2 {
		t.Errorf("need level %d, want 2", d.Need.Level)
	}
	bare := ownerRequest()
	bare.Subject.Scopes = nil
	if d := mustDecide(t, e, bare); !slices.Equal(d.Need.Scopes, []string{ownerRead}) {
		t.Errorf("need scopes %q", d.Need.Scopes)
	}
	early := userRequest()
	early.Action, early.Mode = "confirm", Write
	d := mustDecide(t, e, early)
	if !slices.Equal(d.Need.Slots, []string{"task:Task_Confirm"}) {
		t.Errorf("need slots %q", d.Need.Slots)
	}
	if d.Need.Keys != nil {
		t.Error("a decision names other people's keys")
	}
}

func TestExplain_NamesRulesAndKeys(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	report, err := e.Explain(t.Context(), userRequest())
	if err != nil {
		t.Fatal(err)
	}
	want := []Matched{{Slot: "*", Key: "role:dagl", Rule: "urn:altinn:resource:app_ttd_demo:policyid:1:ruleid:1"}}
	if !slices.Equal(report.Grants, want) || report.App != "ttd/demo" || report.Revision != e.Revision() {
		t.Errorf("report %+v", report)
	}
	r := userRequest()
	r.Subject.Keys = []string{"role:medl"}
	if report, err = e.Explain(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(report.Need.Keys, []string{"org:ttd", "pkg:skatt", "role:dagl", "role:regna"}) {
		t.Errorf("need keys %q", report.Need.Keys)
	}
	signee, err := e.Explain(t.Context(), signeeRequest())
	if err != nil || !slices.Equal(signee.Delegations, []string{"d1"}) {
		t.Errorf("delegations %q, %v", signee.Delegations, err)
	}
}

func TestDecide_InvalidInput(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	long := strings.Repeat("x", MaxString+1)
	many := func(n int) []string { return slices.Repeat([]string{"role:dagl"}, n) }
	cases := map[string]func(*Request){
		"no action":             func(r *Request) { r.Action = "" },
		"long action":           func(r *Request) { r.Action = long },
		"no mode":               func(r *Request) { r.Mode = 0 },
		"unknown mode":          func(r *Request) { r.Mode = 3 },
		"no time":               func(r *Request) { r.Now = time.Time{} },
		"no app":                func(r *Request) { r.Resource.App = "" },
		"no party":              func(r *Request) { r.Resource.Party = 0 },
		"negative party":        func(r *Request) { r.Resource.Party = -1 },
		"task and end event":    func(r *Request) { r.Resource.EndEvent = "EndEvent_1" },
		"line break in task":    func(r *Request) { r.Resource.Task = "a\nb" },
		"invalid UTF-8":         func(r *Request) { r.Resource.Instance = "\xff" },
		"level above 4":         func(r *Request) { r.Subject.Level = 5 },
		"level below 0":         func(r *Request) { r.Subject.Level = -1 },
		"too many keys":         func(r *Request) { r.Subject.Keys = many(MaxKeys + 1) },
		"too many scopes":       func(r *Request) { r.Subject.Scopes = many(MaxScopes + 1) },
		"two scopes in one":     func(r *Request) { r.Subject.Scopes = []string{"a b"} },
		"empty scope":           func(r *Request) { r.Subject.Scopes = []string{""} },
		"empty id":              func(r *Request) { r.Subject.IDs = []string{""} },
		"key any":               func(r *Request) { r.Subject.Keys = []string{"any"} },
		"key delegator":         func(r *Request) { r.Subject.Keys = []string{"delegator:app_ttd_demo"} },
		"key of an org":         func(r *Request) { r.Subject.Keys = []string{"org:ttd"} },
		"key without value":     func(r *Request) { r.Subject.Keys = []string{"role:"} },
		"role of a system user": func(r *Request) { r.Subject.Kind = KindSystemUser },
		"keys of an app":        func(r *Request) { r.Subject.Kind = KindApp },
		"keys of nobody":        func(r *Request) { r.Subject.Kind = KindAnonymous },
		"too many delegations":  func(r *Request) { r.Delegations = make([]Delegation, MaxDelegations+1) },
		"delegation from none":  func(r *Request) { r.Delegations = []Delegation{{ID: "d", App: "a", To: "p"}} },
		"delegation to none":    func(r *Request) { r.Delegations = []Delegation{{ID: "d", App: "a", From: 1}} },
		"delegation at nothing": func(r *Request) { r.Delegations = []Delegation{{ID: "d", App: "a", From: 1, To: "p", Slot: "Task_1"}} },
		"delegation of nothing": func(r *Request) {
			r.Delegations = []Delegation{{ID: "d", App: "a", From: 1, To: "p", Actions: []string{""}}}
		},
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := userRequest()
			change(&r)
			d, err := e.Decide(t.Context(), r)
			var input *InputError
			if d.Allow || d.Code != CodeInvalidInput || !d.Code.Failed() || !errors.Is(err, ErrInvalidInput) || !errors.As(err, &input) {
				t.Fatalf("decision %+v, error %v", d, err)
			}
			if input.Field == "" || input.Problem == "" {
				t.Errorf("error %q does not name the field", err)
			}
		})
	}
}

func TestDecide_InputErrorsHoldNoPersonalValues(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	r := userRequest()
	r.Subject.Keys = []string{"ssn:01017000000"}
	r.Subject.IDs = []string{"person:secret\n"}
	_, err := e.Decide(t.Context(), r)
	if err == nil || strings.Contains(err.Error(), "0101") || strings.Contains(err.Error(), "secret") {
		t.Errorf("error %v", err)
	}
}

func TestDecide_NotReady(t *testing.T) {
	t.Parallel()
	e, err := NewEngine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d, err := e.Decide(t.Context(), userRequest()); d.Allow || d.Code != CodeError || !errors.Is(err, ErrNotReady) {
		t.Errorf("decision %+v, %v", d, err)
	}
	if _, err := e.DecideActions(t.Context(), userRequest(), nil); !errors.Is(err, ErrNotReady) {
		t.Errorf("DecideActions: %v", err)
	}
	if c, err := e.Filter(t.Context(), ListRequest{}); !c.None || !errors.Is(err, ErrNotReady) {
		t.Errorf("Filter: %+v, %v", c, err)
	}
	if _, err := e.Explain(t.Context(), userRequest()); !errors.Is(err, ErrNotReady) {
		t.Errorf("Explain: %v", err)
	}
	if e.Revision() != "" || e.Unfiltered() != nil {
		t.Error("an engine without policies has a revision")
	}
}

func TestDecide_CancelledContextDenies(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d, err := e.Decide(ctx, userRequest())
	if d.Allow || d.Code != CodeTimeout || !errors.Is(err, ErrTimeout) || d.ID == uuid.Nil {
		t.Errorf("decision %+v, %v", d, err)
	}
	if _, err := e.DecideActions(ctx, userRequest(), map[string]Mode{"read": Read}); !errors.Is(err, ErrTimeout) {
		t.Errorf("DecideActions: %v", err)
	}
	r := ListRequest{Subject: Subject{Kind: KindUser, Level: 3}, Profiles: listProfiles(1, 1), Now: testTime}
	if c, err := e.Filter(ctx, r); !c.None || !errors.Is(err, ErrTimeout) {
		t.Errorf("Filter: %+v, %v", c, err)
	}
}

func TestDecideActions_AgreesWithDecide(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	wanted := map[string]Mode{"Read": Read, "write": Write, "sign": Write, "confirm": Write, "instantiate": Write, "complete": Write, "fly": Write}
	for _, a := range asks {
		r := a.from()
		a.change(&r)
		got, err := e.DecideActions(t.Context(), r, wanted)
		if err != nil {
			t.Fatalf("%s: %v", a.name, err)
		}
		if len(got) != len(wanted) {
			t.Fatalf("%s: %d answers, want %d", a.name, len(got), len(wanted))
		}
		for action, mode := range wanted {
			r.Action, r.Mode = action, mode
			if d := mustDecide(t, e, r); got[action] != d.Allow {
				t.Errorf("%s: %s is %t in the batch and %s alone", a.name, action, got[action], d.Code)
			}
		}
	}
}

func TestDecideActions_RefusesBadWishes(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	for name, wanted := range map[string]map[string]Mode{
		"no mode":    {"read": 0},
		"no action":  {"": Read},
		"two modes":  {"read": Read, "READ": Write},
		"long names": {strings.Repeat("x", MaxString+1): Read},
	} {
		if got, err := e.DecideActions(t.Context(), userRequest(), wanted); got != nil || !errors.Is(err, ErrInvalidInput) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestDecide_AllocationsStayBounded(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates too")
	}
	e := newTestEngine(t)
	r := userRequest()
	s := e.current.Load()
	input, err := e.input(&r)
	if err != nil {
		t.Fatal(err)
	}
	evaluation := testing.AllocsPerRun(200, func() {
		if allow, err := s.permits(t.Context(), input, time.Minute); !allow || err != nil {
			t.Fatal(allow, err)
		}
	})
	if evaluation > 100 { // 91 for the query, the rest for timer and cancellation
		t.Errorf("evaluation makes %.0f allocations, the ceiling is 100", evaluation)
	}
	whole := testing.AllocsPerRun(200, func() { mustDecide(t, e, r) })
	if whole > 135 {
		t.Errorf("a decision makes %.0f allocations, the ceiling is 135", whole)
	}
}
