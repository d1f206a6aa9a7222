package commands

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/policies"
	"github.com/hovedbok/hovedbok/record"
)

// ReadInstance gives an instance to somebody who may read it, and records that it was read, once for each reader and state.
func (s *Service) ReadInstance(ctx context.Context, req *Request, ref Ref) (Result, error) {
	return s.change(ctx, req, ref, always(needRead), func(w *work) ([]instance.Event, error) {
		return instance.MarkRead(w.state, req.Caller.reader(w.state.Owner))
	})
}

// PeekInstance gives an instance to somebody who may read it, for answers that show none of its contents.
func (s *Service) PeekInstance(ctx context.Context, req *Request, ref Ref) (Result, error) {
	w, err := s.look(ctx, req, ref, needRead)
	if err != nil {
		return Result{}, translate(err)
	}
	res := Result{State: w.state, App: w.app}
	return res, translate(s.withhold(ctx, req, &res))
}

// withhold takes out of an answer the elements of data types that take a further right to read (actionRequiredToRead), unless the caller
// has it.
func (s *Service) withhold(ctx context.Context, req *Request, res *Result) error {
	wanted := map[string]policies.Mode{}
	for _, dt := range res.App.Metadata.DataTypes {
		if dt.ActionRequiredToRead != "" {
			wanted[dt.ActionRequiredToRead] = policies.Read
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	allowed, err := s.Actions(ctx, &req.Caller, res.App, res.State, wanted)
	if err != nil {
		return err
	}
	for _, dt := range res.App.Metadata.DataTypes {
		if dt.ActionRequiredToRead != "" && !allowed[dt.ActionRequiredToRead] {
			res.Withheld = append(res.Withheld, dt.ID)
		}
	}
	res.State.Elements = slices.DeleteFunc(res.State.Elements, func(e instance.Element) bool { return slices.Contains(res.Withheld, e.DataType) })
	return nil
}

// Data is a form or a file. Content is nil for forms; the caller closes it.
type Data struct {
	App     *apps.App // the version that the instance is pinned to
	Element instance.Element
	Content io.ReadCloser
}

// ReadData gives a form or a file, and records that the instance was read.
func (s *Service) ReadData(ctx context.Context, req *Request, ref Ref, element uuid.UUID) (Data, error) {
	res, err := s.ReadInstance(ctx, req, ref)
	if err != nil {
		return Data{}, err
	}
	el, ok := res.State.Element(element)
	if !ok {
		return Data{}, fail(NotFound, string(instance.CodeElementNotFound), "the instance has no data element %s that the caller may read", element)
	}
	out := Data{App: res.App, Element: *el}
	if !el.IsForm() {
		out.Content, _, err = s.Blobs.Open(ctx, blobRef(record.InstanceStream(ref.ID), el.Blob))
	}
	return out, err
}

// Issues tells what is wrong with the instance as the command left it, without what the client sees to itself.
func (r *Result) Issues(ignored []string) []Issue {
	if slices.ContainsFunc(ignored, func(s string) bool { return strings.EqualFold(s, SourceModel) }) {
		return nil // the only source that is evaluated incrementally
	}
	w := &work{app: r.App, state: r.State}
	return Ignoring(w.validate(), ignored)
}

// Ignoring leaves out issues of sources that a client sees to itself; names count in any case.
func Ignoring(issues []Issue, sources []string) []Issue {
	if len(sources) == 0 {
		return issues
	}
	return slices.DeleteFunc(slices.Clone(issues), func(i Issue) bool {
		return slices.ContainsFunc(sources, func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), i.Source) })
	})
}
