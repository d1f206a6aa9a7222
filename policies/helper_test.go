package policies

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hovedbok/hovedbok/policies/xacml"
)

// testTime is the clock of all requests in tests.
var testTime = time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)

const (
	testParty    = 510001
	otherParty   = 510002
	testInstance = "41f1099c-0000-4000-8000-000000000001"
	ownerRead    = "altinn:serviceowner/instances.read"
	ownerWrite   = "altinn:serviceowner/instances.write"
)

// samplePolicy translates policies/xacml/testdata/<file>.xml for an app.
func samplePolicy(t testing.TB, file, id string) *xacml.Policy {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("xacml", "testdata", file+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	org, app, _ := strings.Cut(id, "/")
	p, _, err := xacml.Translate(src, xacml.Options{Org: org, App: app})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func sampleApp(t testing.TB, file, key string) App {
	t.Helper()
	return App{Key: key, Policy: samplePolicy(t, file, AppID(key))}
}

// sampleApps is a small agency: a form app in two versions, a signing app, an app with
// Deny rules, a sibling that calls the form app, and another agency's app.
func sampleApps(t testing.TB) []App {
	t.Helper()
	apps := []App{
		sampleApp(t, "standard", "ttd/demo"),
		sampleApp(t, "standard", "ttd/demo@v1"),
		sampleApp(t, "signing", "ttd/signing@v1"),
		sampleApp(t, "deny", "ttd/deny"),
		sampleApp(t, "standard", "ttd/parent"),
		sampleApp(t, "standard", "skd/tax"),
	}
	apps[4].Calls = map[string][]string{"ttd/demo": {"Instantiate", "read"}, "skd/tax": {"read"}}
	apps[5].Calls = map[string][]string{"ttd/demo": {"read"}}
	apps[5].UserScopes = Scopes{Read: []string{"skd:[app].read"}}
	return apps
}

// newTestEngine has published the apps, with limits that a busy machine can keep.
func newTestEngine(t testing.TB, apps ...App) *Engine {
	t.Helper()
	e, err := NewEngine(t.Context(), WithDecisionLimit(time.Minute), WithFilterLimit(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if apps == nil {
		apps = sampleApps(t)
	}
	if err := e.Publish(t.Context(), apps); err != nil {
		t.Fatal(err)
	}
	return e
}

// userRequest is a managing director who reads an instance in Task_1.
func userRequest() Request {
	return Request{
		Action: "read", Mode: Read, Now: testTime,
		Subject: Subject{
			Kind: KindUser, ID: "user:20001337", IDs: []string{"person:5f9b0000-0000-4000-8000-000000000001"}, Level: 3,
			Scopes: []string{"altinn:portal/enduser"},
			Keys:   UserKeys(20001337, "5f9b0000-0000-4000-8000-000000000001", []string{"DAGL"}, []string{"moter"}),
		},
		Resource: Resource{App: "ttd/demo", Party: testParty, Instance: testInstance, Task: "Task_1"},
	}
}

// ownerRequest is the service owner with both of its scopes.
func ownerRequest() Request {
	r := userRequest()
	r.Subject = Subject{Kind: KindOrg, ID: "org:ttd", Org: "ttd", Level: 3, Scopes: []string{ownerRead, ownerWrite}, Keys: OrgKeys("TTD", "310000000")}
	return r
}

// signeeRequest is a person without any role, to whom signing was delegated.
func signeeRequest() Request {
	r := userRequest()
	r.Action, r.Mode = "sign", Write
	r.Subject.Keys = nil
	r.Resource.App, r.Resource.Task = "ttd/signing@v1", "SigningTask"
	r.Delegations = []Delegation{{
		ID: "d1", App: "ttd/signing", From: testParty, To: r.Subject.IDs[0], Instance: testInstance,
		Slot: "task:SigningTask", Actions: []string{"Read", "sign"}, Until: testTime.Add(time.Hour),
	}}
	return r
}

// appRequest is an app that makes an instance of its sibling.
func appRequest() Request {
	r := userRequest()
	r.Action, r.Mode = "instantiate", Write
	r.Subject = Subject{Kind: KindApp, ID: "app:ttd/parent", Org: "ttd", App: "ttd/parent", Level: 3, Scopes: []string{ownerRead, ownerWrite}}
	r.Resource.Task, r.Resource.Instance = "", ""
	return r
}

// mustDecide fails the test on an error.
func mustDecide(t testing.TB, e *Engine, r Request) Decision {
	t.Helper()
	d, err := e.Decide(t.Context(), r)
	if err != nil {
		t.Fatalf("Decide: %v", err)
	}
	return d
}
