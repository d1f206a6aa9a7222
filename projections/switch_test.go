package projections_test

import (
	"errors"
	"testing"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/projections"
	"github.com/hovedbok/hovedbok/projections/projectionstest"
	"github.com/hovedbok/hovedbok/projections/store"
	"github.com/hovedbok/hovedbok/record"
)

// TestSwitch_TheOldVersionServesAndMovesUntilTheNewOneHasCaughtUp holds the new version in the middle of its work.
func TestSwitch_TheOldVersionServesAndMovesUntilTheNewOneHasCaughtUp(t *testing.T) {
	t.Parallel()
	bundle, s := projectionstest.New(t), projectionstest.Open(t)
	bundle.Typical(projectionstest.Apps[0], 510001, 1)
	old := journal{version: 1}
	run(t, bundle, s, old)

	reached, release := make(chan struct{}), make(chan struct{})
	slow := journal{version: 2, handle: func(e *record.Entry) error {
		if e.Position == 3 {
			close(reached)
			<-release
		}
		return nil
	}}
	r := open(t, projections.Options{Log: bundle.Log, Store: s, Projections: []projections.Projection{slow, old}, BatchEvents: 2})
	projectionstest.Run(t, r)
	<-reached
	bundle.Born(projectionstest.Apps[0], 510001, 2)
	wait(t, r, bundle.Last()) // by the old one: the new one is held
	if got, want := count(t, s, "journal"), int64(bundle.Last()); got != want {
		t.Errorf("%d rows while the new version is built, want %d", got, want)
	}
	all := r.Status()
	if all[0].Role != store.Serving || all[0].State != projections.Live || all[1].Role != store.Building || all[1].State != projections.CatchingUp {
		t.Errorf("status while the new version is built: %+v", all)
	}
	close(release)
	all = until(t, r, func(all []projections.Status) bool { return len(all) == 1 })
	if all[0].Build.Version != 2 || all[0].Role != store.Serving {
		t.Errorf("status afterwards: %+v", all)
	}
	bundle.Born(projectionstest.Apps[0], 510001, 3)
	wait(t, r, bundle.Last())
	if got, want := count(t, s, "journal WHERE made_by = '510001'"), int64(bundle.Last()); got != want {
		t.Errorf("%d rows with the new column, want %d", got, want)
	}
	if builds, err := s.Checkpoints(t.Context()); err != nil || len(builds) != 1 {
		t.Errorf("builds afterwards: %v, %v", builds, err)
	}
}

// run brings projections to the end of the log and stops.
func run(t *testing.T, bundle *projectionstest.Bundle, s store.Store, all ...projections.Projection) {
	t.Helper()
	r := open(t, projections.Options{Log: bundle.Log, Store: s, Projections: all})
	stop := projectionstest.Run(t, r)
	until(t, r, func(all []projections.Status) bool {
		return len(all) == 1 && all[0].Position == bundle.Last() && all[0].State == projections.Live
	})
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

func TestSwitch_AProgramWithoutTheOldVersionServesItFrozenUntilTheNewOneIsThere(t *testing.T) {
	t.Parallel()
	bundle, s := projectionstest.New(t), projectionstest.Open(t)
	bundle.Born(projectionstest.Apps[0], 510001, 1)
	run(t, bundle, s, journal{version: 1})
	seen := bundle.Last()
	bundle.Born(projectionstest.Apps[0], 510001, 2)

	r := open(t, projections.Options{Log: bundle.Log, Store: s, Projections: []projections.Projection{journal{version: 2}}})
	if got := count(t, s, "journal"); got != int64(seen) {
		t.Errorf("%d rows before Run, want the %d of the old version", got, seen)
	}
	var stuck *projections.StuckError
	if at, err := r.Wait(t.Context(), bundle.Last()); at != seen || !errors.As(err, &stuck) {
		t.Errorf("Wait gave %d, %v", at, err)
	}
	projectionstest.Run(t, r)
	until(t, r, func(all []projections.Status) bool { return len(all) == 1 && all[0].Build.Version == 2 })
	wait(t, r, bundle.Last())
	if got := count(t, s, "journal WHERE made_by <> ''"); got != int64(bundle.Last()) {
		t.Errorf("%d rows of the new version, want %d", got, bundle.Last())
	}
}

func TestSwitch_GoingBackToAnOlderVersionBuildsItAgain(t *testing.T) {
	t.Parallel()
	bundle, s := projectionstest.New(t), projectionstest.Open(t)
	bundle.Born(projectionstest.Apps[0], 510001, 1)
	run(t, bundle, s, journal{version: 2})
	bundle.Born(projectionstest.Apps[0], 510001, 2)
	run(t, bundle, s, journal{version: 1})
	if builds, err := s.Checkpoints(t.Context()); err != nil || len(builds) != 1 || builds[0].Build.Version != 1 || builds[0].Position != bundle.Last() {
		t.Errorf("builds %v, %v", builds, err)
	}
}

func TestSwitch_ABuildThatWasInterruptedGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	bundle, s := projectionstest.New(t), projectionstest.Open(t)
	for n := range 5 {
		bundle.Born(projectionstest.Apps[0], 510001, n)
	}
	run(t, bundle, s, journal{version: 1})
	interrupted := journal{version: 2, handle: func(e *record.Entry) error {
		if e.Position > 10 {
			return errors.New("not yet")
		}
		return nil
	}}
	r := open(t, projections.Options{Log: bundle.Log, Store: s, Projections: []projections.Projection{interrupted}, BatchEvents: 4})
	stop := projectionstest.Run(t, r)
	until(t, r, func(all []projections.Status) bool { return len(all) == 2 && all[1].Position == 10 })
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	var from ledger.Position
	resumed := journal{version: 2, handle: func(e *record.Entry) error {
		if from == 0 {
			from = e.Position
		}
		return nil
	}}
	run(t, bundle, s, resumed)
	if from != 11 {
		t.Errorf("the build went on at position %d, want 11", from)
	}
	if got := count(t, s, "journal"); got != int64(bundle.Last()) {
		t.Errorf("%d rows, want %d", got, bundle.Last())
	}
}

func TestOpen_RefusesProjectionsThatDoNotFitTogether(t *testing.T) {
	t.Parallel()
	bundle, s := projectionstest.New(t), projectionstest.Open(t)
	for name, all := range map[string][]projections.Projection{
		"the same twice":           {journal{version: 1}, journal{version: 1}},
		"version 0":                {journal{}},
		"a table of two":           {journal{version: 1}, thief{journal{name: "thief", version: 1}}},
		"a table without a name":   {journal{name: "Journal!", version: 1}},
		"two faults are both said": {journal{}, journal{name: "X", version: 1}},
	} {
		if _, err := projections.Open(t.Context(), projections.Options{Log: bundle.Log, Store: s, Projections: all}); err == nil {
			t.Errorf("%s: want an error", name)
		}
	}
}

// thief uses the table of another projection.
type thief struct{ journal }

func (thief) Schema() []store.Table { return journal{version: 1}.Schema() }
