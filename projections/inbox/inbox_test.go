package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/policies"
	"github.com/hovedbok/hovedbok/policies/xacml"
	"github.com/hovedbok/hovedbok/projections/inbox"
	"github.com/hovedbok/hovedbok/projections/projectionstest"
	"github.com/hovedbok/hovedbok/projections/store"
)

// access is a managing director of the parties of generated histories, in apps with the standard policy.
func access(t testing.TB) policies.Condition {
	t.Helper()
	e, err := policies.NewEngine(t.Context(), policies.WithFilterLimit(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	src, err := os.ReadFile(filepath.Join("..", "..", "policies", "xacml", "testdata", "standard.xml"))
	if err != nil {
		t.Fatal(err)
	}
	var apps []policies.App
	for _, a := range projectionstest.Apps {
		p, _, err := xacml.Translate(src, xacml.Options{Org: a.Org, App: a.App})
		if err != nil {
			t.Fatal(err)
		}
		apps = append(apps, policies.App{Key: inbox.AppKey(a.Org+"/"+a.App, a.Version), Policy: p})
	}
	if err := e.Publish(t.Context(), apps); err != nil {
		t.Fatal(err)
	}
	c, err := e.Filter(t.Context(), policies.ListRequest{
		Subject:  policies.Subject{Kind: policies.KindUser, ID: "user:1", Level: 3, Scopes: []string{"altinn:portal/enduser"}},
		Profiles: []policies.Profile{{Parties: []int{510001, 510002, 510003, 510004}, Keys: policies.UserKeys(1, "", []string{"DAGL"}, nil)}},
		Now:      projectionstest.Start,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func list(t testing.TB, s store.Reader, q inbox.Query) (rows []inbox.Row) {
	t.Helper()
	for {
		page, err := inbox.List(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		size := q.Size
		if size == 0 {
			size = inbox.DefaultSize
		}
		if len(page.Rows) > size || page.Next != "" && len(page.Rows) < size {
			t.Fatalf("a page of %d rows with size %d, next %q", len(page.Rows), size, page.Next)
		}
		rows = append(rows, page.Rows...)
		if q.After = page.Next; q.After == "" {
			return rows
		}
	}
}

func ids(rows []inbox.Row) []uuid.UUID {
	out := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		out[i] = r.ID
	}
	return out
}

// TestList_EveryFilterGivesTheRowsThatSatisfyItInEveryOrderAndPageSize compares queries with the same filters in Go, over random histories.
func TestList_EveryFilterGivesTheRowsThatSatisfyItInEveryOrderAndPageSize(t *testing.T) {
	t.Parallel()
	bundle, s, can := projectionstest.New(t), projectionstest.Open(t), access(t)
	rng := rand.New(rand.NewPCG(1, 4))
	bundle.Random(rng, 500)
	bundle.Build(s)
	all := list(t, s, inbox.Query{Access: can})
	if len(all) < 20 {
		t.Fatalf("only %d rows to filter", len(all))
	}
	for _, f := range filters(all) {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for _, size := range []int{0, 1, 3} {
				for _, order := range []inbox.Order{inbox.NewestFirst, inbox.OldestFirst} {
					q := f.query
					q.Access, q.Size, q.Order = can, size, order
					checkFilter(t, s, q, all, f.want)
				}
			}
		})
	}
}

func checkFilter(t *testing.T, s store.Reader, q inbox.Query, all []inbox.Row, holds func(inbox.Row) bool) {
	t.Helper()
	var want []uuid.UUID
	for _, r := range all {
		if holds(r) {
			want = append(want, r.ID)
		}
	}
	if q.Order == inbox.OldestFirst {
		slices.Reverse(want)
	}
	if len(want) == 0 {
		t.Fatal("no row satisfies the filter: the test shows nothing")
	}
	if got := ids(list(t, s, q)); !slices.Equal(got, want) {
		t.Errorf("size %d, order %d: %d rows, want %d", q.Size, q.Order, len(got), len(want))
	}
}

type filter struct {
	name  string
	query inbox.Query
	want  func(inbox.Row) bool
}

func filters(all []inbox.Row) []filter {
	yes, no, mid := true, false, all[len(all)/2]
	chain := all[slices.IndexFunc(all, func(r inbox.Row) bool { return r.Chain != uuid.Nil })].Chain
	q := func(set func(*inbox.Query)) (q inbox.Query) {
		set(&q)
		return q
	}
	return slices.Concat(plainFilters(q, yes, no), []filter{
		{"instances", q(func(q *inbox.Query) { q.Instances = []uuid.UUID{mid.ID, all[0].ID} }), func(r inbox.Row) bool { return r.ID == mid.ID || r.ID == all[0].ID }},
		{"chain", q(func(q *inbox.Query) { q.Chain = chain.String() }), func(r inbox.Row) bool { return r.Chain == chain }},
		{"search", q(func(q *inbox.Query) { q.Search = "kari ÆRLIG, sak 1" }), func(r inbox.Row) bool { return strings.Contains(r.Presentation, "Sak 1") }},
		{"search with app titles", q(func(q *inbox.Query) { q.Search, q.SearchApps = "sak 1", []string{"skd/tax"} }), func(r inbox.Row) bool {
			return strings.Contains(r.Presentation, "Sak 1") || r.App == "skd/tax"
		}},
		{"archive reference", q(func(q *inbox.Query) { q.ArchiveReference = strings.ToUpper(mid.ID.String()[24:]) }), func(r inbox.Row) bool { return r.ID == mid.ID }},
		{"changed from", q(func(q *inbox.Query) { q.Changed.From = mid.Changed }), func(r inbox.Row) bool { return !r.Changed.Before(mid.Changed) }},
		{"changed just after", q(func(q *inbox.Query) { q.Changed.From = mid.Changed.Add(1) }), func(r inbox.Row) bool { return r.Changed.After(mid.Changed) }},
		{"created to", q(func(q *inbox.Query) { q.Created.To = mid.Created }), func(r inbox.Row) bool { return !r.Created.After(mid.Created) }},
		{"created at", q(func(q *inbox.Query) { q.Created = inbox.Interval{From: mid.Created, To: mid.Created} }), func(r inbox.Row) bool { return r.Created.Equal(mid.Created) }},
		{"ended to", q(func(q *inbox.Query) { q.EndedAt.To = projectionstest.Start.AddDate(1, 0, 0) }), func(r inbox.Row) bool { return !r.Ended.IsZero() }},
		{"due to", q(func(q *inbox.Query) { q.Due.To = mid.Due }), func(r inbox.Row) bool { return !r.Due.After(mid.Due) }},
		{"visible at", q(func(q *inbox.Query) { q.VisibleAt = projectionstest.Start }), func(inbox.Row) bool { return true }},
	})
}

func plainFilters(q func(func(*inbox.Query)) inbox.Query, yes, no bool) []filter {
	return []filter{
		{"none", inbox.Query{}, func(inbox.Row) bool { return true }},
		{"org", q(func(q *inbox.Query) { q.Org = "ttd" }), func(r inbox.Row) bool { return r.Org == "ttd" }},
		{"app", q(func(q *inbox.Query) { q.Apps = []string{"ttd/demo"} }), func(r inbox.Row) bool { return r.App == "ttd/demo" }},
		{"apps", q(func(q *inbox.Query) { q.Apps = []string{"ttd/demo", "skd/tax"} }), func(r inbox.Row) bool { return r.App != "ttd/signing" }},
		{"party", q(func(q *inbox.Query) { q.Parties = []int{510002} }), func(r inbox.Row) bool { return r.Party == 510002 }},
		{"parties", q(func(q *inbox.Query) { q.Parties = []int{510002, 510003, 7} }), func(r inbox.Row) bool { return r.Party == 510002 || r.Party == 510003 }},
		{"task", q(func(q *inbox.Query) { q.Task = "Task_2" }), func(r inbox.Row) bool { return r.Task == "Task_2" }},
		{"task type", q(func(q *inbox.Query) { q.TaskType = "data" }), func(r inbox.Row) bool { return r.TaskType == "data" }},
		{"end event", q(func(q *inbox.Query) { q.EndEvent = "EndEvent_1" }), func(r inbox.Row) bool { return r.EndEvent == "EndEvent_1" }},
		{"ended", q(func(q *inbox.Query) { q.Ended = &yes }), func(r inbox.Row) bool { return !r.Ended.IsZero() }},
		{"not ended", q(func(q *inbox.Query) { q.Ended = &no }), func(r inbox.Row) bool { return r.Ended.IsZero() }},
		{"confirmed", q(func(q *inbox.Query) { q.Confirmed = &yes }), func(r inbox.Row) bool { return !r.Confirmed.IsZero() }},
		{"not confirmed", q(func(q *inbox.Query) { q.Confirmed = &no }), func(r inbox.Row) bool { return r.Confirmed.IsZero() }},
		{"active", q(func(q *inbox.Query) { q.States = []inbox.State{inbox.Active} }), func(r inbox.Row) bool { return r.State == inbox.Active }},
		{"archived", q(func(q *inbox.Query) { q.States = []inbox.State{inbox.Archived} }), func(r inbox.Row) bool { return r.State == inbox.Archived }},
		{"deleted or active", q(func(q *inbox.Query) { q.States = []inbox.State{inbox.Deleted, inbox.Active} }), func(r inbox.Row) bool { return r.State != inbox.Archived }},
		{"seen", q(func(q *inbox.Query) { q.Read = []inbox.ReadStatus{inbox.Seen} }), func(r inbox.Row) bool { return r.Read == inbox.Seen }},
		{"not seen", q(func(q *inbox.Query) { q.Read = []inbox.ReadStatus{inbox.Unread, inbox.Updated} }), func(r inbox.Row) bool { return r.Read != inbox.Seen }},
	}
}

func TestList_VisibleAfterHidesUntilThen(t *testing.T) {
	t.Parallel()
	bundle, s, can := projectionstest.New(t), projectionstest.Open(t), access(t)
	by := projectionstest.By{App: projectionstest.Apps[0], Instance: uuid.New(), Actor: projectionstest.User(510001)}
	later := projectionstest.Start.Add(time.Hour)
	bundle.Instance(by, instance.Created{Owner: 510001, VisibleAfter: later})
	bundle.Build(s)
	for at, want := range map[time.Time]int{later.Add(-time.Microsecond): 0, later: 1, {}: 1} {
		if got := len(list(t, s, inbox.Query{Access: can, VisibleAt: at})); got != want {
			t.Errorf("at %v: %d rows, want %d", at, got, want)
		}
	}
}

func TestList_RefusesWhatIsNoQuery(t *testing.T) {
	t.Parallel()
	bundle, s, can := projectionstest.New(t), projectionstest.Open(t), access(t)
	for n := range 3 {
		bundle.Born(projectionstest.Apps[0], 510001, n)
	}
	bundle.Build(s)
	page, err := inbox.List(t.Context(), s, inbox.Query{Access: can, Size: 1})
	if err != nil || page.Next == "" {
		t.Fatalf("%+v, %v", page, err)
	}
	for name, c := range map[string]struct {
		query inbox.Query
		want  error
	}{
		"too large":                 {inbox.Query{Size: inbox.MaxSize + 1}, inbox.ErrQuery},
		"negative":                  {inbox.Query{Size: -1}, inbox.ErrQuery},
		"no such order":             {inbox.Query{Order: 2}, inbox.ErrQuery},
		"no cursor":                 {inbox.Query{After: "x"}, inbox.ErrCursor},
		"cursor of the other order": {inbox.Query{After: page.Next, Order: inbox.OldestFirst}, inbox.ErrCursor},
		"cursor with a tail":        {inbox.Query{After: page.Next + "AA"}, inbox.ErrCursor},
	} {
		c.query.Access = can
		if _, err := inbox.List(t.Context(), s, c.query); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// TestList_PagesGoOnRightWhileRowsMove changes a row of a later page between two pages: it moves to the front, and nothing else is lost or seen twice.
func TestList_PagesGoOnRightWhileRowsMove(t *testing.T) {
	t.Parallel()
	bundle, s, can := projectionstest.New(t), projectionstest.Open(t), access(t)
	var lives []*projectionstest.Life
	for n := range 9 {
		lives = append(lives, bundle.Born(projectionstest.Apps[0], 510001, n))
	}
	bundle.Build(s)
	first, err := inbox.List(t.Context(), s, inbox.Query{Access: can, Size: 3})
	if err != nil {
		t.Fatal(err)
	}
	bundle.Patch(lives[2], "Nytt navn")
	bundle.Build(s)
	got := fmt.Sprint(ids(append(first.Rows, list(t, s, inbox.Query{Access: can, Size: 3, After: first.Next})...)))
	var want []uuid.UUID
	for _, n := range []int{8, 7, 6, 5, 4, 3, 1, 0} {
		want = append(want, lives[n].By.Instance)
	}
	if got != fmt.Sprint(want) {
		t.Errorf("pages %s, want %v", got, want)
	}
}

// TestList_LargePagesWalkAnIndex asks the database how it finds a page of one party, of one app and of one org: without sorting.
func TestList_LargePagesWalkAnIndex(t *testing.T) {
	t.Parallel()
	bundle, can := projectionstest.New(t), access(t)
	s := &explainer{Reader: projectionstest.Open(t)}
	bundle.Build(s.Reader.(store.Store))
	for name, q := range map[string]inbox.Query{
		"inbox_v1_party": {Parties: []int{510001}}, "inbox_v1_app": {Apps: []string{"ttd/demo"}}, "inbox_v1_org": {Org: "ttd"},
	} {
		q.Access = can
		s.plan = ""
		if _, err := inbox.List(t.Context(), s, q); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(s.plan, name) || strings.Contains(s.plan, "ORDER BY") {
			t.Errorf("%s: plan\n%s", name, s.plan)
		}
	}
}

// explainer asks for the plan of each query in place of its rows.
type explainer struct {
	store.Reader
	plan string
}

func (e *explainer) Read(ctx context.Context, do func(store.Snapshot) error) error {
	return e.Reader.Read(ctx, func(s store.Snapshot) error { return do(&explained{s, e}) })
}

type explained struct {
	store.Snapshot
	into *explainer
}

func (e *explained) Query(ctx context.Context, sql string, args []any, _ func([]any) error) error {
	return e.Snapshot.Query(ctx, "EXPLAIN QUERY PLAN "+sql, args, func(row []any) error {
		e.into.plan += store.Row(row).Text(3) + "\n"
		return nil
	})
}
