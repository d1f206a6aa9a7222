package commands

import (
	"context"

	"github.com/hovedbok/hovedbok/domain/instance"
)

// DeleteInstance moves an instance to the bin; it can be taken out again.
func (s *Service) DeleteInstance(ctx context.Context, req *Request, ref Ref) (Result, error) {
	return s.change(ctx, req, ref, always(needDelete), func(w *work) ([]instance.Event, error) { return instance.SoftDelete(w.state) })
}

// UndeleteInstance takes an instance out of the bin.
func (s *Service) UndeleteInstance(ctx context.Context, req *Request, ref Ref) (Result, error) {
	return s.change(ctx, req, ref, always(needDelete), func(w *work) ([]instance.Event, error) { return instance.Undelete(w.state) })
}
