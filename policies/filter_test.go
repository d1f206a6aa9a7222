package policies

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the database of the embedded views
	"pgregory.net/rapid"
)

// row is one instance in a list.
type row struct {
	id    string
	party int
	app   string
	step  string // "-", task:<id> or end:<id>
}

func (r row) resource() Resource {
	res := Resource{App: r.app, Party: r.party, Instance: r.id}
	if r.step != "-" {
		if r.step[0] == 't' {
			res.Task = r.step[len("task:"):]
		} else {
			res.EndEvent = r.step[len("end:"):]
		}
	}
	return res
}

// listBench is a table of instances of all sample apps, parties and steps.
type listBench struct {
	engine *Engine
	db     *sql.DB
	rows   []row
}

var (
	benchParties = []int{1, 2, 3, 4}
	benchSteps   = []string{"-", "task:Task_1", "task:Task_Confirm", "task:SigningTask", "end:EndEvent_1"}
	benchApps    = []string{"ttd/demo", "ttd/demo@v1", "ttd/signing@v1", "ttd/deny", "ttd/parent", "skd/tax", "ttd/unpublished"}
)

func newListBench(t *testing.T) *listBench {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	b := &listBench{engine: newTestEngine(t), db: db}
	if _, err := db.Exec(`CREATE TABLE instances (id TEXT NOT NULL, party_id TEXT NOT NULL, app_id TEXT NOT NULL, slot TEXT NOT NULL)`); err != nil {
		t.Fatal(err)
	}
	for _, app := range benchApps {
		for _, party := range benchParties {
			for _, step := range benchSteps {
				b.insert(t, row{fmt.Sprintf("i%d", len(b.rows)), party, app, step})
			}
		}
	}
	return b
}

func (b *listBench) insert(t *testing.T, r row) {
	t.Helper()
	b.rows = append(b.rows, r)
	if _, err := b.db.Exec(`INSERT INTO instances VALUES (?, ?, ?, ?)`, r.id, strconv.Itoa(r.party), r.app, r.step); err != nil {
		t.Fatal(err)
	}
}

// listed runs the filter as a query.
func (b *listBench) listed(t rapid.TB, request ListRequest) []string {
	t.Helper()
	c, err := b.engine.Filter(context.Background(), request)
	if err != nil {
		t.Fatal(err)
	}
	where, args, err := c.Render(SQLite, 2)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := b.db.Query("SELECT id FROM instances i WHERE i.id <> ?1 AND "+where, append([]any{"none"}, args...)...)
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if c.None != (where == "1 = 0") || c.None && len(ids) > 0 {
		t.Fatalf("None is %t for %s with %d rows", c.None, where, len(ids))
	}
	slices.Sort(ids)
	return ids
}

// decided asks for each row alone.
func (b *listBench) decided(t rapid.TB, request ListRequest) []string {
	t.Helper()
	keep := request.keep()
	var ids []string
	for _, r := range b.rows {
		if slices.Contains(b.engine.Unfiltered(), r.app) || keep != nil && !keep(r.app) {
			continue
		}
		q := Request{Action: "read", Mode: Read, Subject: request.Subject, Resource: r.resource(), Delegations: request.Delegations, Now: request.Now}
		for _, p := range request.Profiles {
			if p.All || slices.Contains(p.Parties, r.party) {
				q.Subject.Keys = append(q.Subject.Keys, p.Keys...)
			}
		}
		d, err := b.engine.Decide(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		if d.Allow {
			ids = append(ids, r.id)
		}
	}
	slices.Sort(ids)
	return ids
}

// drawList draws a caller of any kind with keys, delegations and a limit on apps.
func drawList(t *rapid.T) ListRequest {
	kind := rapid.SampledFrom([]string{KindUser, KindUser, KindSystemUser, KindOrg, KindApp, KindAnonymous}).Draw(t, "kind")
	r := ListRequest{Now: testTime, Subject: Subject{
		Kind: kind, Level: rapid.IntRange(0, maxLevel).Draw(t, "level"),
		Scopes: rapid.SliceOfDistinct(rapid.SampledFrom([]string{ownerRead, ownerWrite, portalScope, "skd:tax.read"}), rapid.ID).Draw(t, "scopes"),
		IDs:    rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"person:a", "person:b", "orguuid:c"}), 0, 2, rapid.ID).Draw(t, "ids"),
	}}
	if kind == KindApp {
		r.Subject.App = rapid.SampledFrom([]string{"ttd/parent", "skd/tax", "ttd/none"}).Draw(t, "caller")
	}
	r.Profiles = drawProfiles(t, kind)
	r.Delegations = rapid.SliceOfN(rapid.Custom(drawDelegation), 0, 4).Draw(t, "delegations")
	if rapid.IntRange(0, 3).Draw(t, "limited") == 0 {
		r.Apps = rapid.SliceOfN(rapid.SampledFrom(benchApps), 0, 3).Draw(t, "apps")
	}
	return r
}

var keysOfKind = map[string][]string{
	KindUser:       {"role:dagl", "role:revi", "role:lede", "role:medl", "pkg:skatt", "user:7", "extrole:ccr:revisor"},
	KindSystemUser: {"pkg:skatt", "pkg:other", "sysuser:x"},
	KindOrg:        {"org:ttd", "org:nav", "org:skd", "orgno:310000000"},
}

func drawProfiles(t *rapid.T, kind string) []Profile {
	keys := keysOfKind[kind]
	if keys == nil {
		return nil
	}
	draw := func(t *rapid.T) Profile {
		p := Profile{Keys: rapid.SliceOfDistinct(rapid.SampledFrom(keys), rapid.ID).Draw(t, "keys")}
		if p.All = kind == KindOrg && rapid.Bool().Draw(t, "all"); !p.All {
			p.Parties = rapid.SliceOfDistinct(rapid.SampledFrom(benchParties), rapid.ID).Draw(t, "parties")
		}
		return p
	}
	return rapid.SliceOfN(rapid.Custom(draw), 0, 3).Draw(t, "profiles")
}

func drawDelegation(t *rapid.T) Delegation {
	d := Delegation{
		ID:      "d",
		App:     rapid.SampledFrom(benchApps).Draw(t, "app"),
		From:    rapid.SampledFrom(benchParties).Draw(t, "from"),
		To:      rapid.SampledFrom([]string{"person:a", "person:b", "orguuid:c"}).Draw(t, "to"),
		Actions: rapid.SliceOfN(rapid.SampledFrom([]string{"read", "Read", "sign"}), 1, 2).Draw(t, "actions"),
		Slot:    rapid.SampledFrom([]string{"", "*", "task:Task_1", "end:EndEvent_1", "res:events"}).Draw(t, "slot"),
	}
	if rapid.Bool().Draw(t, "one instance") {
		d.Instance = fmt.Sprintf("i%d", rapid.IntRange(0, len(benchApps)*len(benchParties)*len(benchSteps)).Draw(t, "instance"))
	}
	switch rapid.IntRange(0, 3).Draw(t, "until") {
	case 0:
		d.Until = testTime
	case 1:
		d.Until = testTime.Add(time.Second)
	}
	return d
}

func TestFilter_ListsWhatDecideAllows(t *testing.T) {
	t.Parallel()
	b := newListBench(t)
	some, none := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		request := drawList(rt)
		want := b.decided(rt, request)
		if got := b.listed(rt, request); !slices.Equal(got, want) {
			rt.Fatalf("listed %v, decided %v", got, want)
		}
		if len(want) > 0 {
			some++
		} else {
			none++
		}
	})
	if some == 0 || none == 0 {
		t.Errorf("%d lists with rows and %d without: the draw proves nothing", some, none)
	}
}

func TestFilter_ListsPinnedVersions(t *testing.T) {
	t.Parallel()
	b := newListBench(t)
	r := ListRequest{Subject: Subject{Kind: KindUser, Level: 3}, Now: testTime, Apps: []string{"ttd/demo"},
		Profiles: []Profile{{Parties: []int{2}, Keys: []string{"role:dagl"}}}}
	if got := b.listed(t, r); len(got) != 2*len(benchSteps) {
		t.Errorf("%d rows of two versions at %d steps", len(got), len(benchSteps))
	}
	r.Apps = []string{"ttd/demo@v1"}
	if got := b.listed(t, r); len(got) != len(benchSteps) {
		t.Errorf("%d rows of one version", len(got))
	}
	r.Apps = []string{}
	if got := b.listed(t, r); len(got) != 0 {
		t.Errorf("%d rows of no app", len(got))
	}
}

func TestFilter_CachesByRelevantKeys(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	cache := e.current.Load().filters
	before := cache.len()
	for i := range 5 { // another person and another party each time, but equal rights
		r := ListRequest{Subject: Subject{Kind: KindUser, ID: strconv.Itoa(i), Level: 3, Scopes: []string{fmt.Sprintf("s%d", i)}}, Now: testTime,
			Profiles: []Profile{{Parties: []int{10 + i}, Keys: UserKeys(100+i, "", []string{"DAGL"}, nil)}}}
		c, err := e.Filter(t.Context(), r)
		if err != nil || c.None {
			t.Fatalf("%+v, %v", c, err)
		}
		_, args, err := c.Render(PostgreSQL, 1)
		if err != nil || !slices.ContainsFunc(args, func(a any) bool {
			list, ok := a.([]string)
			return ok && slices.Equal(list, []string{strconv.Itoa(10 + i)})
		}) {
			t.Errorf("arguments %v do not name party %d, %v", args, 10+i, err)
		}
	}
	if n := cache.len() - before; n != 1 {
		t.Errorf("%d templates compiled for equal rights, want 1", n)
	}
}

func TestFilterCache_IsBounded(t *testing.T) {
	t.Parallel()
	c := newFilterCache()
	for i := range maxTemplates + 10 {
		c.put(strconv.Itoa(i), nil)
		if _, ok := c.get("0"); !ok {
			t.Fatal("the template in use was dropped")
		}
	}
	if c.len() != maxTemplates {
		t.Errorf("%d templates, the limit is %d", c.len(), maxTemplates)
	}
	if _, ok := c.get("1"); ok {
		t.Error("the template longest unused was kept")
	}
}

func TestFilter_InvalidInput(t *testing.T) {
	t.Parallel()
	e := newTestEngine(t)
	user := Subject{Kind: KindUser, Level: 3}
	for name, r := range map[string]ListRequest{
		"keys on the subject": {Subject: Subject{Kind: KindUser, Keys: []string{"role:dagl"}}, Now: testTime},
		"no time":             {Subject: user},
		"level":               {Subject: Subject{Level: 9}, Now: testTime},
		"all for a person":    {Subject: user, Now: testTime, Profiles: []Profile{{All: true, Keys: []string{"role:dagl"}}}},
		"all and some":        {Subject: Subject{Kind: KindOrg}, Now: testTime, Profiles: []Profile{{All: true, Parties: []int{1}}}},
		"party 0":             {Subject: user, Now: testTime, Profiles: []Profile{{Parties: []int{0}}}},
		"foreign key":         {Subject: user, Now: testTime, Profiles: []Profile{{Parties: []int{1}, Keys: []string{"org:ttd"}}}},
		"many profiles":       {Subject: user, Now: testTime, Profiles: make([]Profile, MaxProfiles+1)},
		"many parties":        {Subject: user, Now: testTime, Profiles: []Profile{{Parties: slices.Repeat([]int{1}, MaxParties+1)}}},
		"app name":            {Subject: user, Now: testTime, Apps: []string{"@group:x"}},
		"delegation":          {Subject: user, Now: testTime, Delegations: []Delegation{{}}},
	} {
		if c, err := e.Filter(t.Context(), r); !c.None || !errors.Is(err, ErrInvalidInput) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
}
