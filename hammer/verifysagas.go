package hammer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/sagas"
	"github.com/hovedbok/hovedbok/sagas/erasure"
	"github.com/hovedbok/hovedbok/sagas/multiapp"
)

// handler is what is asked of a saga: its name, and what it listens to.
type handler interface {
	Name() string
	Filter() ledger.Filter
}

// handlers are the sagas that a node runs.
var handlers = []handler{&multiapp.Saga{}, &erasure.Saga{}}

// sagas demands that no event which a saga listens to stands after its checkpoint, and that nothing is parked.
func (v *verifier) sagas(ctx context.Context, _ *contents) (err error) {
	head, err := v.store.Head(ctx)
	if err != nil || head == 0 {
		return err
	}
	s, err := sagas.OpenExisting(ctx, v.path(fileSagas))
	if errors.Is(err, fs.ErrNotExist) {
		v.report.note(Skipped, fileSagas, "there are no checkpoints of sagas")
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	at, err := checkpoints(ctx, s)
	if err != nil {
		return err
	}
	for _, h := range handlers {
		v.report.Handlers++
		if err := v.behind(ctx, h, at[h.Name()]); err != nil {
			return err
		}
	}
	parked, err := s.ListParked(ctx, sagas.ParkedFilter{})
	if err != nil {
		return err
	}
	for _, p := range parked {
		v.report.note(Skipped, p.Stream, "%s at revision %d is parked by %s after %d attempts: %s", p.Type, p.Revision, p.Handler, p.Attempts, p.Reason)
	}
	return nil
}

func checkpoints(ctx context.Context, s *sagas.Store) (map[string]ledger.Position, error) {
	list, err := s.Checkpoints(ctx)
	out := map[string]ledger.Position{}
	for _, c := range list {
		out[c.Handler] = c.Position
	}
	return out, err
}

// behind notes the events that a saga has not come to.
func (v *verifier) behind(ctx context.Context, h handler, checkpoint ledger.Position) error {
	for e, err := range v.store.ReadAll(ctx, checkpoint, h.Filter()) {
		if err != nil {
			return fmt.Errorf("events after the checkpoint of %s: %w", h.Name(), err)
		}
		v.report.note(Skipped, e.Stream, "%s at revision %d, position %d, is after the checkpoint %d of %s", e.Type, e.Revision, e.Position, checkpoint, h.Name())
	}
	return nil
}
