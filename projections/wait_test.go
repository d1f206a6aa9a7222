package projections_test

import (
	"context"
	"errors"
	"testing"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/projections"
	"github.com/hovedbok/hovedbok/projections/projectionstest"
)

func TestWait_TellsHowFarItCame(t *testing.T) {
	t.Parallel()
	bundle, s := projectionstest.New(t), projectionstest.Open(t)
	bundle.Born(projectionstest.Apps[0], 510001, 1)
	r := open(t, projections.Options{Log: bundle.Log, Store: s, Projections: projections.Standard()})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if reached, err := r.Wait(ctx, 1); reached != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("before Run: %d, %v", reached, err)
	}
	if reached, err := r.Wait(ctx, 0); reached != 0 || err != nil {
		t.Errorf("for nothing: %d, %v", reached, err)
	}
	projectionstest.Run(t, r)
	if reached, err := r.Wait(t.Context(), bundle.Last()); reached != bundle.Last() || err != nil {
		t.Errorf("after Run: %d, %v", reached, err)
	}
	if reached, err := r.Wait(ctx, bundle.Last()+1); reached != bundle.Last() || !errors.Is(err, context.Canceled) {
		t.Errorf("beyond the log: %d, %v", reached, err)
	}
	for name, p := range r.Positions() {
		if p != bundle.Last() {
			t.Errorf("%s is at %d", name, p)
		}
	}
}

func TestWait_EveryWriteIsSeenAfterIt(t *testing.T) {
	t.Parallel()
	bundle, s := projectionstest.New(t), projectionstest.Open(t)
	r := open(t, projections.Options{Log: bundle.Log, Store: s, Projections: []projections.Projection{journal{version: 1}}})
	projectionstest.Run(t, r)
	l := bundle.Born(projectionstest.Apps[0], 510001, 1)
	for range 50 {
		p := bundle.Patch(l, "Navn")
		wait(t, r, p)
		if got := ledger.Position(count(t, s, "journal")); got < p {
			t.Fatalf("%d rows after waiting for %d", got, p)
		}
	}
}

func TestRun_EndsWithTheLogAndWithTheStore(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*projectionstest.Bundle, func() error) error{
		"log":   func(b *projectionstest.Bundle, _ func() error) error { return b.Log.Store().Close() },
		"store": func(_ *projectionstest.Bundle, closeStore func() error) error { return closeStore() },
	} {
		bundle, s := projectionstest.New(t), projectionstest.Open(t)
		l := bundle.Born(projectionstest.Apps[0], 510001, 1)
		r := open(t, projections.Options{Log: bundle.Log, Store: s, Projections: projections.Standard()})
		done := make(chan error, 1)
		go func() { done <- r.Run(t.Context()) }()
		wait(t, r, bundle.Last())
		if err := end(bundle, s.Close); err != nil {
			t.Fatal(err)
		}
		if name == "store" {
			bundle.Patch(l, "Navn")
		}
		if err := <-done; err == nil {
			t.Errorf("%s: Run ended without an error", name)
		}
	}
}
