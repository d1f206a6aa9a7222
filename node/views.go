package node

import (
	"context"

	"github.com/hovedbok/hovedbok/projections"
	"github.com/hovedbok/hovedbok/projections/store/sqlite"
)

// openViews opens the read models where they were left. Run catches them up.
func (n *Node) openViews(ctx context.Context) error {
	store, err := sqlite.Open(ctx, n.path(FileViews))
	if err != nil {
		return err
	}
	n.closing(store.Close)
	if n.runner, err = projections.Open(ctx, projections.Options{Log: n.Log, Store: store, Projections: projections.Standard()}); err != nil {
		return err
	}
	n.Views = projections.NewViews(store, n.runner)
	return nil
}

// Projections gives the runner of the read models, to watch, compare and rebuild them.
func (n *Node) Projections() *projections.Runner { return n.runner }
