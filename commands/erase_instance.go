package commands

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/record"
)

// CodeRetention refuses a deletion that the app forbids for some days after the instance was archived.
const CodeRetention = "deletion_prevented"

// Eraser destroys what makes an instance's contents readable: its key and its files. Doing it again is no error.
type Eraser interface {
	EraseInstance(ctx context.Context, id uuid.UUID) error
}

// EraseInstance deletes an instance for good: that it was is recorded, and then its key is destroyed. If the program is
// stopped in between, the erasure saga destroys the key at the next start. The result has what is left: who owned the instance, and
// that it is erased.
func (s *Service) EraseInstance(ctx context.Context, req *Request, ref Ref) (Result, error) {
	res, err := s.change(ctx, req, ref, always(needDelete), func(w *work) ([]instance.Event, error) {
		if err := w.retained(s.Clock()); err != nil {
			return nil, err
		}
		return instance.Erase(w.state)
	})
	repeated := err != nil && s.erasedBy(ctx, req, ref, err)
	if err != nil && !repeated {
		return res, err
	}
	s.forget(ref.ID)
	if err := s.Eraser.EraseInstance(context.WithoutCancel(ctx), ref.ID); err != nil {
		return res, err
	}
	return s.remains(ctx, ref, repeated)
}

// erasedBy tells whether a refusal is because the same command has erased the instance before.
func (s *Service) erasedBy(ctx context.Context, req *Request, ref Ref, refused error) bool {
	var known *Error
	if !errors.As(refused, &known) || known.Code != string(instance.CodeErased) || req.Key.Value == "" {
		return false
	}
	_, head, err := s.Log.FoldInstance(ctx, ref.ID, record.Until{})
	if err != nil {
		return false
	}
	for e, err := range s.Log.Store().ReadStream(ctx, record.InstanceStream(ref.ID), head.Revision) {
		if err != nil {
			return false
		}
		meta, err := e.Meta()
		return err == nil && meta.Command == s.commandID(req, ref.ID.String())
	}
	return false
}

// remains gives what can still be told of an erased instance.
func (s *Service) remains(ctx context.Context, ref Ref, repeated bool) (Result, error) {
	st, _, err := s.Log.FoldInstance(ctx, ref.ID, record.Until{})
	if err != nil {
		return Result{}, err
	}
	st.Owner = ref.Party
	head, err := s.Log.Store().Head(ctx)
	if err != nil {
		return Result{}, err
	}
	app, err := s.pinned(st)
	return Result{State: st, App: app, Position: head, Repeated: repeated}, err
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
