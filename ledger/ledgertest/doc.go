// Package ledgertest proves that a store keeps the promises of ledger.Store. Every store runs the same suite:
//
//	func TestConformance(t *testing.T) {
//		ledgertest.Run(t, ledgertest.Features{}, func(t *testing.T) ledger.Store { return memory.New() })
//	}
//
// The suite never sleeps and never measures time; a store that hangs is stopped by the time limit of go test. After each
// case the whole log is verified by CheckLedger, which also stands on its own.
package ledgertest
