package projections_test

import (
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/hovedbok/hovedbok/projections"
	"github.com/hovedbok/hovedbok/projections/projectionstest"
	"github.com/hovedbok/hovedbok/projections/store"
)

// TestRunner_AnyBatchingAndAnyRestartGivesTheSameTables replays random histories in one go after everything has happened, and again in
// pieces while it happens: with random batches, with restarts on the same file, and with keys destroyed before or after their events were read.
func TestRunner_AnyBatchingAndAnyRestartGivesTheSameTables(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		rng := rand.New(rand.NewPCG(seed, 1))
		bundle := projectionstest.New(t)
		path := filepath.Join(t.TempDir(), "views.db")
		for range 6 {
			s := projectionstest.OpenAt(t, path)
			r := open(t, projections.Options{
				Log: bundle.Log, Store: s, Projections: projections.Standard(), BatchEvents: 1 + rng.IntN(40), BatchBytes: 1 << (8 + rng.IntN(12)),
			})
			stop := projectionstest.Run(t, r)
			bundle.Random(rng, 40)
			if rng.IntN(2) == 0 { // otherwise it is stopped wherever it is
				wait(t, r, bundle.Last())
			}
			if err := stop(); err != nil {
				t.Fatal(err)
			}
			s.Close()
		}
		inPieces, inOneGo := projectionstest.OpenAt(t, path), projectionstest.Open(t)
		bundle.Build(inPieces)
		bundle.Build(inOneGo)
		if got, want := dump(t, inPieces), dump(t, inOneGo); got != want || got == "" {
			t.Fatalf("seed %d: in pieces\n%s\nin one go\n%s", seed, got, want)
		}
	}
}

func TestRebuild_GivesWhatRunningLiveGave(t *testing.T) {
	t.Parallel()
	bundle, s := projectionstest.New(t), projectionstest.Open(t)
	r := open(t, projections.Options{Log: bundle.Log, Store: s, Projections: projections.Standard(), BatchEvents: 7})
	projectionstest.Run(t, r)
	bundle.Random(rand.New(rand.NewPCG(1, 2)), 150)
	wait(t, r, bundle.Last())
	before := dump(t, s)
	for _, p := range projections.Standard() {
		if err := r.Rebuild(t.Context(), p.Name()); err != nil {
			t.Fatal(err)
		}
	}
	if after := dump(t, s); after != before {
		t.Errorf("after the rebuild\n%s\nbefore\n%s", after, before)
	}
	for _, st := range r.Status() {
		if st.Build.Number != 1 || st.Role != store.Serving || st.State != projections.Live || st.Position != bundle.Last() {
			t.Errorf("status %+v", st)
		}
	}
	bundle.Random(rand.New(rand.NewPCG(3, 4)), 20)
	wait(t, r, bundle.Last())
	fresh := projectionstest.Open(t)
	bundle.Build(fresh)
	if got, want := dump(t, s), dump(t, fresh); got != want {
		t.Errorf("a rebuilt projection goes on as\n%s\nwant\n%s", got, want)
	}
}

func TestCompare_FindsNothingInHonestTablesAlsoWhileTheyMove(t *testing.T) {
	t.Parallel()
	bundle, s := projectionstest.New(t), projectionstest.Open(t)
	r := open(t, projections.Options{Log: bundle.Log, Store: s, Projections: projections.Standard()})
	projectionstest.Run(t, r)
	bundle.Random(rand.New(rand.NewPCG(5, 6)), 100)
	busy := make(chan struct{})
	go func() {
		defer close(busy)
		bundle.Random(rand.New(rand.NewPCG(7, 8)), 100)
	}()
	for _, p := range projections.Standard() {
		if found, err := r.Compare(t.Context(), p.Name()); err != nil || len(found) > 0 {
			t.Errorf("%s: %v, %v", p.Name(), found, err)
		}
	}
	<-busy
	found, err := s.Checkpoints(t.Context())
	if err != nil || len(found) != len(projections.Standard()) {
		t.Errorf("builds afterwards: %v, %v", found, err)
	}
}

func TestCompare_FindsRowsThatTheLogDoesNotExplain(t *testing.T) {
	t.Parallel()
	bundle := projectionstest.New(t)
	s := &faulty{Store: projectionstest.Open(t)}
	s.set(func(parts []store.Part, write func() error) error {
		for i := range parts {
			spoil(&parts[i])
		}
		return write()
	})
	r := open(t, projections.Options{Log: bundle.Log, Store: s, Projections: []projections.Projection{journal{version: 1}}, BatchEvents: 100})
	for n := range 3 {
		bundle.Born(projectionstest.Apps[0], 510001, n)
	}
	projectionstest.Run(t, r)
	wait(t, r, bundle.Last())
	s.set(nil)
	found, err := r.Compare(t.Context(), "journal")
	if err != nil || len(found) != 2 {
		t.Fatalf("found %v, %v", found, err)
	}
	changed, lost := found[0], found[1]
	if changed.Key[0] != int64(2) || changed.Serving[1] != "Tampered" || changed.Rebuilt[1] != "DataElementAdded" {
		t.Errorf("changed row %+v", changed)
	}
	if lost.Key[0] != int64(5) || lost.Serving != nil || lost.Rebuilt[1] != "Created" {
		t.Errorf("lost row %+v", lost)
	}
}

// spoil changes the row of position 2 and loses that of position 5.
func spoil(p *store.Part) {
	for i := range p.Upserts {
		var kept [][]any
		for _, row := range p.Upserts[i].Rows {
			switch row[0] {
			case int64(2):
				row[1] = "Tampered"
			case int64(5):
				continue
			}
			kept = append(kept, row)
		}
		p.Upserts[i].Rows = kept
	}
}

func TestRebuild_NeedsARunnerAndAName(t *testing.T) {
	t.Parallel()
	bundle, s := projectionstest.New(t), projectionstest.Open(t)
	r := open(t, projections.Options{Log: bundle.Log, Store: s, Projections: projections.Standard()})
	if err := r.Rebuild(t.Context(), "inbox"); err != projections.ErrNotRunning {
		t.Errorf("before Run: %v", err)
	}
	stop := projectionstest.Run(t, r)
	bundle.Born(projectionstest.Apps[0], 510001, 1)
	wait(t, r, bundle.Last())
	if err := r.Rebuild(t.Context(), "outbox"); err == nil {
		t.Error("an unknown name was accepted")
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if err := r.Run(t.Context()); err != projections.ErrRunning {
		t.Errorf("a second Run: %v", err)
	}
	if err := r.Rebuild(t.Context(), "inbox"); err != projections.ErrNotRunning {
		t.Errorf("after Run: %v", err)
	}
}
