package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/projections/store"
)

func pos(n int) ledger.Position { return ledger.Position(n) }

func cancelled(t *testing.T, open Opener) {
	s := created(t, open)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, err := range every(ctx, s) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s gave %v", name, err)
		}
	}
	expect(t, s, "")
}

func closes(t *testing.T, open Opener) {
	s := created(t, open)
	must(t, s.Close())
	must(t, s.Close())
	for name, err := range every(t.Context(), s) {
		if !errors.Is(err, store.ErrClosed) {
			t.Errorf("%s gave %v", name, err)
		}
	}
}

// every calls all methods that can fail.
func every(ctx context.Context, s store.Store) map[string]error {
	_, list := s.Checkpoints(ctx)
	return map[string]error{
		"Write":       s.Write(ctx, []store.Part{rows(first, 0, 1, "1", "p", 1)}),
		"Scrub":       s.Scrub(ctx),
		"Checkpoints": list,
		"Create":      s.Create(ctx, second, store.Building, tables),
		"Serve":       s.Serve(ctx, first, tables),
		"Drop":        s.Drop(ctx, first),
		"Read":        s.Read(ctx, func(store.Snapshot) error { return nil }),
	}
}

func scrubs(t *testing.T, open Opener) {
	s := created(t, open)
	must(t, s.Write(t.Context(), []store.Part{rows(first, 0, 3, "1", "p", 1)}))
	must(t, s.Scrub(t.Context()))
	must(t, s.Write(t.Context(), []store.Part{rows(first, 3, 4, "1", "p", 2)}))
	expect(t, s, "p 1 1 -1; p 2 1 -1")
}

func servesNothing(t *testing.T, open Opener) {
	s := created(t, open)
	if err := s.Serve(t.Context(), second, tables); err == nil {
		t.Error("want an error")
	}
	if got := checkpoints(t, s); got != "things v1 serving at 0" {
		t.Error(got)
	}
}
