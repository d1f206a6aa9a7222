package projections_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/hovedbok/hovedbok/projections"
	"github.com/hovedbok/hovedbok/projections/projectionstest"
	"github.com/hovedbok/hovedbok/projections/store"
	"github.com/hovedbok/hovedbok/record"
)

// TestRunner_SurvivesEveryWayThatAWriteCanFail makes a tenth of all writes fail, in one of the ways, and expects the same tables as without.
func TestRunner_SurvivesEveryWayThatAWriteCanFail(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(write func() error) error{
		"failed and not applied":          func(func() error) error { return errDisk },
		"failed but applied":              func(write func() error) error { return errors.Join(write(), errDisk) },
		"slow, interrupted and not known": func(write func() error) error { return errors.Join(write(), context.DeadlineExceeded) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bundle, writes := projectionstest.New(t), atomic.Int64{}
			s := &faulty{Store: projectionstest.Open(t)}
			s.set(func(_ []store.Part, write func() error) error {
				if writes.Add(1)%10 == 3 {
					return fail(write)
				}
				return write()
			})
			r := open(t, projections.Options{
				Log: bundle.Log, Store: s, Projections: projections.Standard(), BatchEvents: 5, After: noPause,
			})
			stop := projectionstest.Run(t, r)
			bundle.Random(rand.New(rand.NewPCG(1, 1)), 200)
			until(t, r, func(all []projections.Status) bool {
				for _, st := range all {
					if st.Position < bundle.Last() {
						return false
					}
				}
				return true
			})
			if err := stop(); err != nil {
				t.Fatal(err)
			}
			fresh := projectionstest.Open(t)
			bundle.Build(fresh)
			if got, want := dump(t, s), dump(t, fresh); got != want {
				t.Errorf("with faults\n%s\nwithout\n%s", got, want)
			}
		})
	}
}

// TestRunner_StopsWhenAnotherRunnerMovesTheCheckpoint lets two runners meet between reading and writing, each with its own connection to the file.
func TestRunner_StopsWhenAnotherRunnerMovesTheCheckpoint(t *testing.T) {
	t.Parallel()
	bundle := projectionstest.New(t)
	bundle.Random(rand.New(rand.NewPCG(2, 2)), 100)
	path := filepath.Join(t.TempDir(), "views.db")
	held, release := make(chan struct{}, 1), make(chan struct{})
	slow := &faulty{Store: projectionstest.OpenAt(t, path)}
	slow.set(func(_ []store.Part, write func() error) error {
		held <- struct{}{}
		<-release
		return write()
	})
	loser := open(t, projections.Options{Log: bundle.Log, Store: slow, Projections: projections.Standard()})
	lost := make(chan error, 1)
	go func() { lost <- loser.Run(t.Context()) }()
	<-held // the loser has read its first batch and is about to write it
	s := projectionstest.OpenAt(t, path)
	winner := open(t, projections.Options{Log: bundle.Log, Store: s, Projections: projections.Standard(), BatchEvents: 9})
	projectionstest.Run(t, winner)
	wait(t, winner, bundle.Last())
	close(release)
	if err := <-lost; !errors.Is(err, store.ErrFenced) {
		t.Fatalf("the loser gave %v, want ErrFenced", err)
	}
	bundle.Random(rand.New(rand.NewPCG(3, 2)), 20)
	wait(t, winner, bundle.Last())
	alone := projectionstest.Open(t)
	bundle.Build(alone)
	if got, want := dump(t, s), dump(t, alone); got != want {
		t.Errorf("after the fight\n%s\nwant\n%s", got, want)
	}
}

func TestRunner_AFailingProjectionStopsAloneSaysWhyAndGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	bundle, broken := projectionstest.New(t), make(chan error, 1)
	broken <- errors.New("the text is too long")
	bad := journal{name: "bad", version: 1, handle: func(e *record.Entry) error {
		if e.Fact() != "Submitted" {
			return nil
		}
		err := <-broken
		broken <- err
		return err
	}}
	clock := newClock()
	s := projectionstest.Open(t)
	r := open(t, projections.Options{
		Log: bundle.Log, Store: s, Projections: append(projections.Standard(), bad, journal{version: 1}), After: clock.After,
	})
	projectionstest.Run(t, r)
	bundle.Typical(projectionstest.Apps[0], 510001, 1)
	poison := bundle.Last()
	bundle.Born(projectionstest.Apps[0], 510001, 2)
	clock.fire()
	clock.fire() // a second failure, after the first pause
	all := until(t, r, func(all []projections.Status) bool {
		good := true
		for _, st := range all {
			good = good && (st.Position == bundle.Last() || st.Build.Name == "bad" && st.Attempts >= 3)
		}
		return good
	})
	st := all[0]
	if st.State != projections.Stuck || st.Stuck.Position != poison || st.Position >= poison {
		t.Fatalf("status of the bad one: %+v", st)
	}
	if got, want := st.Stuck.Error(), "projections: bad v1 is stuck at position 12: the text is too long"; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	var stuck *projections.StuckError
	if reached, err := r.Wait(t.Context(), bundle.Last()); !errors.As(err, &stuck) || reached != st.Position {
		t.Errorf("Wait gave %d, %v", reached, err)
	}
	<-broken
	broken <- nil
	clock.fire()
	until(t, r, func(all []projections.Status) bool {
		return all[0].State == projections.Live && all[0].Position == bundle.Last()
	})
	wait(t, r, bundle.Last())
	if got, want := count(t, s, "bad"), count(t, s, "journal"); got != want || got != int64(bundle.Last()) {
		t.Errorf("%d rows after the mend, %d in the other journal", got, want)
	}
}

func TestRunner_APanicInAProjectionIsItsError(t *testing.T) {
	t.Parallel()
	bundle := projectionstest.New(t)
	bad := journal{name: "bad", version: 1, handle: func(*record.Entry) error { panic("index out of range") }}
	r := open(t, projections.Options{Log: bundle.Log, Store: projectionstest.Open(t), Projections: []projections.Projection{bad, journal{version: 1}}})
	projectionstest.Run(t, r)
	bundle.Born(projectionstest.Apps[0], 510001, 1)
	all := until(t, r, func(all []projections.Status) bool { return all[0].Stuck != nil && all[1].Position == bundle.Last() })
	if got, want := all[0].Stuck.Error(), "projections: bad v1 is stuck at position 1: panic: index out of range"; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
}

// TestRunner_FindsTheEventWhoseRowsTheStoreRefuses has a store that refuses the rows of one event: the batch fails, the others go on, and the
// one that fails is at the event itself.
func TestRunner_FindsTheEventWhoseRowsTheStoreRefuses(t *testing.T) {
	t.Parallel()
	bundle := projectionstest.New(t)
	for n := range 3 {
		bundle.Born(projectionstest.Apps[0], 510001, n)
	}
	s := &faulty{Store: projectionstest.Open(t)}
	s.set(func(parts []store.Part, write func() error) error {
		for _, p := range parts {
			for _, u := range p.Upserts {
				for _, row := range u.Rows {
					if p.Build.Name == "bad" && row[0] == int64(7) {
						return errDisk
					}
				}
			}
		}
		return write()
	})
	r := open(t, projections.Options{
		Log: bundle.Log, Store: s, Projections: []projections.Projection{journal{name: "bad", version: 1}, journal{version: 1}}, After: noPause,
	})
	projectionstest.Run(t, r)
	until(t, r, func(all []projections.Status) bool {
		return all[1].Position == bundle.Last() && all[0].Position == 6 && all[0].Stuck != nil && all[0].Stuck.Position == 7
	})
	s.set(nil)
	until(t, r, func(all []projections.Status) bool {
		return all[0].State == projections.Live && all[0].Position == bundle.Last()
	})
	if got, want := count(t, s, "bad"), int64(bundle.Last()); got != want {
		t.Errorf("%d rows, want %d", got, want)
	}
}
