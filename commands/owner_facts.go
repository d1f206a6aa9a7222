package commands

import (
	"context"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/policies"
)

// What the service owner says of an instance, rather than in it.

// SetSubstatus tells the owner of the instance where the case stands. Only the app's service owner may.
func (s *Service) SetSubstatus(ctx context.Context, req *Request, ref Ref, label, description string) (Result, error) {
	return s.change(ctx, req, ref, always(needWriteAnywhere), func(w *work) ([]instance.Event, error) {
		if err := w.onlyOwner(); err != nil {
			return nil, err
		}
		return instance.SetSubstatus(w.state, label, description)
	})
}

// LinkInstance ties an instance to the one that was made from it. Only the app's service owner may.
func (s *Service) LinkInstance(ctx context.Context, req *Request, ref Ref, l instance.Linked) (Result, error) {
	return s.change(ctx, req, ref, always(needWriteAnywhere), func(w *work) ([]instance.Event, error) {
		if err := w.onlyOwner(); err != nil {
			return nil, err
		}
		return instance.Link(w.state, l)
	})
}

// ConfirmCompletion is the service owner's receipt for an ended instance.
func (s *Service) ConfirmCompletion(ctx context.Context, req *Request, ref Ref) (Result, error) {
	complete := need{[]string{"complete"}, policies.Write}
	return s.change(ctx, req, ref, always(complete), func(w *work) ([]instance.Event, error) {
		return instance.ConfirmCompletion(w.state, req.Caller.Org)
	})
}

// needWriteAnywhere is the right to what the service owner says of an instance rather than in it.
var needWriteAnywhere = need{[]string{"write", "complete", "read"}, policies.Write}

func (w *work) onlyOwner() error {
	if !w.byOwner() {
		return fail(Forbidden, CodeForbidden, "only the service owner of the app may do this")
	}
	return nil
}
