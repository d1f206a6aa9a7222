package projections_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/uuid"

	ledgersqlite "github.com/hovedbok/hovedbok/ledger/sqlite"
	"github.com/hovedbok/hovedbok/projections"
	"github.com/hovedbok/hovedbok/projections/inbox"
	"github.com/hovedbok/hovedbok/projections/projectionstest"
	"github.com/hovedbok/hovedbok/projections/store"
)

// BenchmarkRunner measures the replay of typical histories of twelve events, whole instances one after the other, and the same with a
// hundred instances side by side.
func BenchmarkRunner(b *testing.B) {
	const lives = 1000
	for _, side := range []int{1, 100} {
		bundle := projectionstest.New(b)
		for no := 0; no < lives; no += side {
			fillSideBySide(bundle, no, side)
		}
		events := float64(bundle.Last())
		b.Run(fmt.Sprint("side-by-side=", side), func(b *testing.B) {
			for b.Loop() {
				bundle.Build(projectionstest.Open(b))
			}
			b.ReportMetric(events*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

func fillSideBySide(bundle *projectionstest.Bundle, no, side int) {
	lives := make([]*projectionstest.Life, side)
	for i := range lives {
		lives[i] = bundle.Born(projectionstest.Apps[i%4], 510001+(no+i)%97, no+i)
	}
	for range 4 {
		for _, l := range lives {
			bundle.Patch(l, "Navn")
		}
	}
	for _, l := range lives {
		bundle.Advance(l, true)
	}
}

// BenchmarkVisible measures the way of one event from a durable append on SQLite to the inbox, and of the append itself.
func BenchmarkVisible(b *testing.B) {
	log, err := ledgersqlite.Open(b.Context(), ledgersqlite.Options{Path: filepath.Join(b.TempDir(), "ledger.db")})
	if err != nil {
		b.Fatal(err)
	}
	bundle := projectionstest.On(b, log)
	s := projectionstest.Open(b)
	r, err := projections.Open(b.Context(), projections.Options{Log: bundle.Log, Store: s, Projections: projections.Standard()})
	if err != nil {
		b.Fatal(err)
	}
	projectionstest.Run(b, r)
	l := bundle.Born(projectionstest.Apps[0], 510001, 1)
	b.Run("append", func(b *testing.B) {
		for b.Loop() {
			bundle.Patch(l, "Navn")
		}
	})
	b.Run("append+wait", func(b *testing.B) {
		for b.Loop() {
			if _, err := r.Wait(b.Context(), bundle.Patch(l, "Navn")); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkInbox measures pages of 50 over 100,000 rows: of a person with 20 parties, of one party, and of a service owner.
func BenchmarkInbox(b *testing.B) {
	s := projectionstest.Open(b)
	fillInbox(b, s, 100_000)
	engine := newEngine(b)
	for name, q := range map[string]inbox.Query{
		"person-20-parties": {Access: userAccess(b, engine, partiesFrom(1000, 20)...)},
		"one-large-party":   {Access: userAccess(b, engine, 7), Parties: []int{7}},
		"owner-org":         {Access: ownerAccess(b, engine), Org: "ttd"},
		"owner-app":         {Access: ownerAccess(b, engine), Apps: []string{"ttd/demo"}, States: []inbox.State{inbox.Active}},
		"owner-search":      {Access: ownerAccess(b, engine), Org: "ttd", Search: "sak 4242"},
	} {
		q.Size = 50
		b.Run(name, func(b *testing.B) {
			rows := 0
			for b.Loop() {
				page, err := inbox.List(b.Context(), s, q)
				if err != nil {
					b.Fatal(err)
				}
				rows = len(page.Rows)
			}
			b.ReportMetric(float64(rows), "rows")
		})
	}
}

func partiesFrom(first, n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = first + i
	}
	return out
}

// fillInbox writes rows as the runner does: party 7 has a tenth of them, the others share the rest.
func fillInbox(b *testing.B, s store.Store, n int) {
	b.Helper()
	table := inbox.Projection{}.Schema()[0]
	build := store.Build{Name: inbox.Name, Version: inbox.Version}
	if err := s.Create(b.Context(), build, store.Serving, []store.Table{table}); err != nil {
		b.Fatal(err)
	}
	const step = 1000
	for at := 0; at < n; at += step {
		if err := s.Write(context.Background(), []store.Part{inboxRows(build, table.In(build), at, step)}); err != nil {
			b.Fatal(err)
		}
	}
}

func inboxRows(build store.Build, table store.Table, at, n int) store.Part {
	p := store.Part{Build: build, From: position(at), To: position(at + n)}
	u := store.Upserts{Table: table}
	for _, name := range []string{"party_id", "app_id", "slot", "org", "app", "created", "changed", "presentation", "search", "texts", "data_values"} {
		u.Set = append(u.Set, table.Column(name))
	}
	for i := at; i < at+n; i++ {
		app := projectionstest.Apps[i%4]
		party := 1000 + i%2000
		if i%10 == 0 {
			party = 7
		}
		when := projectionstest.Start.UnixMicro() + int64(i)*1000
		title := fmt.Sprint("Sak ", i)
		values := map[string]any{
			"party_id": fmt.Sprint(party), "app_id": inbox.AppKey(app.Org+"/"+app.App, app.Version), "slot": "task:Task_1", "org": app.Org,
			"app": app.Org + "/" + app.App, "created": when, "changed": when, "presentation": title, "search": "sak " + fmt.Sprint(i),
			"texts": `{"title":"` + title + `"}`, "data_values": `{}`,
		}
		row := []any{uuid.New().String()}
		for _, c := range u.Set {
			row = append(row, values[table.Columns[c].Name])
		}
		u.Rows = append(u.Rows, row)
	}
	p.Upserts = []store.Upserts{u}
	return p
}
