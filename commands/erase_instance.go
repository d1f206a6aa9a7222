package commands

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/instance"
)

// CodeRetention refuses a deletion that the app forbids for some days after the instance was archived.
const CodeRetention = "deletion_prevented"

// Eraser destroys what makes an instance's contents readable: its key and its files. Doing it again is no error.
type Eraser interface {
	EraseInstance(ctx context.Context, id uuid.UUID) error
}

// EraseInstance deletes an instance for good: that it was is recorded, and then its key is destroyed. If the program is
// stopped in between, the erasure saga destroys the key at the next start.
func (s *Service) EraseInstance(ctx context.Context, req *Request, ref Ref) (Result, error) {
	res, err := s.change(ctx, req, ref, always(needDelete), func(w *work) ([]instance.Event, error) {
		if err := w.retained(s.Clock()); err != nil {
			return nil, err
		}
		return instance.Erase(w.state)
	})
	if err != nil {
		return res, err
	}
	s.forget(ref.ID)
	return res, s.Eraser.EraseInstance(context.WithoutCancel(ctx), ref.ID)
}

// retained follows preventInstanceDeletionForDays of the app's metadata.
func (w *work) retained(now time.Time) error {
	days := w.app.Metadata.PreventInstanceDeletionForDays
	if days == nil || !w.state.Archived() || now.After(w.state.Process.Ended.AddDate(0, 0, *days)) {
		return nil
	}
	return fail(Forbidden, CodeRetention, "the instance may be deleted %d days after it was archived", *days)
}

// forget drops a folded instance, so that nothing of it stays in memory.
func (s *Service) forget(id uuid.UUID) {
	f := s.cache.lock(id)
	defer f.mu.Unlock()
	f.drop()
}
