package commands

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
)

// FormPatch is a patch of one form.
type FormPatch struct {
	Element uuid.UUID
	Patch   document.Patch
}

// PatchData changes forms by RFC 6902 patches, all or none. The patches are applied in order; a form may come twice.
func (s *Service) PatchData(ctx context.Context, req *Request, ref Ref, patches []FormPatch) (Result, error) {
	return s.change(ctx, req, ref, always(needWrite), func(w *work) ([]instance.Event, error) {
		scratch := w.state
		var events []instance.Event
		for i, p := range patches {
			if i > 0 { // later patches see what earlier ones did
				scratch = advanced(scratch, events)
			}
			more, err := w.patchForm(scratch, p)
			if err != nil {
				return nil, err
			}
			events = append(events, more...)
		}
		return events, nil
	})
}

// advanced gives the state after events that have not been recorded.
func advanced(s *instance.State, events []instance.Event) *instance.State {
	next := s.Clone()
	for _, e := range events {
		if p, ok := e.(instance.FormDataPatched); ok {
			el, _ := next.Element(p.Element)
			el.Form, _ = p.Patch.Apply(el.Form)
		}
		if p, ok := e.(instance.PresentationSet); ok {
			next.Presentation, next.DataValues = p.Texts, p.Values
		}
	}
	return next
}

func (w *work) patchForm(s *instance.State, p FormPatch) ([]instance.Event, error) {
	events, next, err := instance.PatchForm(s, p.Element, p.Patch)
	if err != nil {
		return nil, patchError(s, p.Element, err)
	}
	el, _ := s.Element(p.Element)
	dt, err := w.mayChange(el.DataType)
	if err != nil {
		return nil, err
	}
	if err := w.fits(dt, next); err != nil {
		return nil, err
	}
	if len(events) == 0 {
		return nil, nil
	}
	if events, next, err = w.identifyRows(s, p, events, next); err != nil {
		return nil, err
	}
	texts, values := w.presentation([]instance.DataElementAdded{{DataType: el.DataType, Form: next}})
	return append(events, instance.Present(s, texts, values)...), nil
}

// identifyRows adds to a patch what gives its new rows their ids, so that the event holds them. events and next are what the patch
// comes to without.
func (w *work) identifyRows(s *instance.State, p FormPatch, events []instance.Event, next *document.Node) ([]instance.Event, *document.Node, error) {
	whole := w.withRowIDs(next)
	if whole == next {
		return events, next, nil
	}
	patch := slices.Concat(p.Patch, document.Diff(next, whole))
	if el, ok := s.Element(p.Element); ok && len(patch) > document.MaxOperations {
		patch = document.Diff(el.Form, whole)
	}
	return instance.PatchForm(s, p.Element, patch)
}

// patchError gives a failing patch Altinn's answers: 409 for a failed test, 422 for an operation that cannot be done.
func patchError(s *instance.State, element uuid.UUID, err error) error {
	var pe *document.PatchError
	if !errors.As(err, &pe) {
		return err
	}
	out := &Error{Kind: Unprocessable, Code: CodePatchFailed, Message: pe.Error(), Patch: &Failing{Element: element, Operation: pe.Index}}
	if el, ok := s.Element(element); ok {
		out.Patch.Previous = el.Form
	}
	switch pe.Kind {
	case document.TestFailed:
		out.Kind, out.Code = Conflict, CodePatchTest
	case document.Malformed:
		out.Kind, out.Code = Invalid, CodePatchMalformed
	}
	return out
}
