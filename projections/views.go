package projections

import (
	"context"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/projections/chain"
	"github.com/hovedbok/hovedbok/projections/inbox"
	"github.com/hovedbok/hovedbok/projections/status"
	"github.com/hovedbok/hovedbok/projections/store"
)

// Standard gives the projections that Views reads.
func Standard() []Projection {
	return []Projection{inbox.Projection{}, status.Projection{}, chain.Projection{}}
}

// Views are the queries of the standard projections. They may be used from any goroutine.
type Views struct {
	from   store.Reader
	runner *Runner
}

// NewViews makes the queries of a store that a runner keeps up.
func NewViews(from store.Reader, runner *Runner) *Views { return &Views{from, runner} }

// Inbox gives a page of a list; see inbox.List.
func (v *Views) Inbox(ctx context.Context, q inbox.Query) (inbox.Page, error) {
	return inbox.List(ctx, v.from, q)
}

// Case gives the status of an instance; see status.Get.
func (v *Views) Case(ctx context.Context, id uuid.UUID) (status.Case, error) {
	return status.Get(ctx, v.from, id)
}

// Chain gives a chain by its id; see chain.Get.
func (v *Views) Chain(ctx context.Context, id uuid.UUID) (chain.Graph, error) {
	return chain.Get(ctx, v.from, id)
}

// Wait waits until queries see everything up to a position; see Runner.Wait.
func (v *Views) Wait(ctx context.Context, p ledger.Position) (ledger.Position, error) {
	return v.runner.Wait(ctx, p)
}
