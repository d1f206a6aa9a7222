package memory_test

import (
	"testing"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/ledgertest"
	"github.com/hovedbok/hovedbok/ledger/memory"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	features := ledgertest.Features{Dense: true, VerifiesChain: true, TellsHead: true}
	ledgertest.Run(t, features, func(*testing.T) ledger.Store { return memory.New() })
}

func TestSubscribe_RefusesAPositionThatTheLogHasNotReached(t *testing.T) {
	t.Parallel()
	s := memory.New()
	for m, err := range s.Subscribe(t.Context(), 1, ledger.Filter{}) {
		if err == nil {
			t.Fatalf("message %+v, want an error", m)
		}
	}
}
