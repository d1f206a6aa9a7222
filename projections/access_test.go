package projections_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/policies"
	"github.com/hovedbok/hovedbok/policies/xacml"
	"github.com/hovedbok/hovedbok/projections"
	"github.com/hovedbok/hovedbok/projections/inbox"
	"github.com/hovedbok/hovedbok/projections/projectionstest"
	"github.com/hovedbok/hovedbok/projections/status"
)

func position(n int) ledger.Position { return ledger.Position(n) }

// newEngine has published the apps of generated histories, with limits that a busy machine can keep.
func newEngine(t testing.TB) *policies.Engine { return engineOf(t, "signing.xml") }

// engineOf has the standard policy for all apps but signing.
func engineOf(t testing.TB, signing string) *policies.Engine {
	t.Helper()
	e, err := policies.NewEngine(t.Context(), policies.WithDecisionLimit(time.Minute), policies.WithFilterLimit(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	var apps []policies.App
	for _, a := range projectionstest.Apps {
		apps = append(apps, policies.App{Key: inbox.AppKey(a.Org+"/"+a.App, a.Version), Policy: policy(t, a, signing)})
	}
	if err := e.Publish(t.Context(), apps); err != nil {
		t.Fatal(err)
	}
	return e
}

func policy(t testing.TB, a projectionstest.App, signing string) *xacml.Policy {
	t.Helper()
	file := "standard.xml"
	if a.App == "signing" {
		file = signing
	}
	src, err := os.ReadFile(filepath.Join("..", "policies", "xacml", "testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	p, _, err := xacml.Translate(src, xacml.Options{Org: a.Org, App: a.App})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var now = time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)

func filter(t testing.TB, e *policies.Engine, r policies.ListRequest) policies.Condition {
	t.Helper()
	r.Now = now
	c, err := e.Filter(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func userSubject() policies.Subject {
	return policies.Subject{Kind: policies.KindUser, ID: "user:20001337", Level: 3, Scopes: []string{"altinn:portal/enduser"}}
}

func userKeys() []string {
	return policies.UserKeys(20001337, strings.Repeat("0", 8)+"-0000-4000-8000-000000000001", []string{"DAGL", "PRIV"}, nil)
}

// userAccess is a managing director of the parties.
func userAccess(t testing.TB, e *policies.Engine, parties ...int) policies.Condition {
	t.Helper()
	return filter(t, e, policies.ListRequest{Subject: userSubject(), Profiles: []policies.Profile{{Parties: parties, Keys: userKeys()}}})
}

func ownerSubject(org string) policies.Subject {
	return policies.Subject{Kind: policies.KindOrg, ID: "org:" + org, Org: org, Level: 3, Scopes: []string{"altinn:serviceowner/instances.read"}}
}

// ownerAccess is the service owner ttd.
func ownerAccess(t testing.TB, e *policies.Engine) policies.Condition {
	t.Helper()
	return filter(t, e, policies.ListRequest{
		Subject: ownerSubject("ttd"), Profiles: []policies.Profile{{All: true, Keys: policies.OrgKeys("ttd", "310000000")}},
	})
}

// everything admits every row of the generated histories: a managing director of all their parties, and the standard policy for all apps.
func everything(t testing.TB) policies.Condition {
	t.Helper()
	return userAccess(t, engineOf(t, "standard.xml"), 510001, 510002, 510003, 510004)
}

// list gives all rows of a query, page by page.
func list(t testing.TB, v *projections.Views, q inbox.Query) (rows []inbox.Row) {
	t.Helper()
	for {
		page, err := v.Inbox(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, page.Rows...)
		if q.After = page.Next; q.After == "" {
			return rows
		}
	}
}

func ids(rows []inbox.Row) (out []uuid.UUID) {
	for _, r := range rows {
		out = append(out, r.ID)
	}
	return out
}

// mark prints a case for a comparison.
func mark(c status.Case) string { return fmt.Sprintf("%+v", c) }
