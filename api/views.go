package api

import (
	"context"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/projections/chain"
	"github.com/hovedbok/hovedbok/projections/inbox"
	"github.com/hovedbok/hovedbok/projections/status"
)

// Views are the read models that the API shows.
type Views interface {
	Inbox(ctx context.Context, q inbox.Query) (inbox.Page, error)
	Case(ctx context.Context, id uuid.UUID) (status.Case, error)
	Chain(ctx context.Context, id uuid.UUID) (chain.Graph, error)
	// Wait waits until the views know the log up to a position, and tells how far they know it.
	Wait(ctx context.Context, p ledger.Position) (ledger.Position, error)
}
