package commands

import (
	"context"
	"errors"
	"strings"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/policies"
	"github.com/hovedbok/hovedbok/record"
)

// always is the need that does not depend on where the instance stands.
func always(n need) func(*instance.State) need { return func(*instance.State) need { return n } }

// rule is what the domain must know of a data type.
func rule(dt apps.DataType) instance.Rule {
	r := instance.Rule{DataType: dt.ID, Task: dt.TaskID, Form: dt.IsForm(), MinCount: dt.MinCount, MaxCount: dt.MaxCount}
	if dt.AppLogic != nil {
		r.DisallowUserCreate, r.DisallowUserDelete = dt.AppLogic.DisallowUserCreate, dt.AppLogic.DisallowUserDelete
	}
	return r
}

// mayChange finds a data type and checks what it says of who may change its elements: contributors and an extra action.
func (w *work) mayChange(id string) (apps.DataType, error) {
	dt, ok := w.app.Metadata.DataType(id)
	if !ok {
		return dt, fail(Invalid, CodeDataTypeUnknown, "the app has no data type %q", id)
	}
	if !contributes(dt.Contributors(), &w.req.Caller) {
		return dt, fail(Forbidden, CodeContributor, "data of type %s are written by others", id)
	}
	if dt.ActionRequiredToWrite != "" {
		n := need{[]string{dt.ActionRequiredToWrite}, policies.Write}
		if _, err := w.svc.authorise(w.ctx, &w.req.Caller, n, w.app, w.state.Owner, w.state); err != nil {
			return dt, err
		}
	}
	return dt, nil
}

// contributes follows Altinn: entries "org:<code>" and "orgno:<number>" match service owners' tokens only.
func contributes(list []string, c *Caller) bool {
	for _, entry := range list {
		kind, value, _ := strings.Cut(entry, ":")
		if c.Kind == KindOrg && (kind == "org" && value == c.Org || kind == "orgno" && value == c.OrgNumber) {
			return true
		}
	}
	return len(list) == 0
}

// AddData adds a form or a file. The file's contents are taken in before the instance is locked.
func (s *Service) AddData(ctx context.Context, req *Request, ref Ref, p Part) (Result, error) {
	in := &intake{stream: record.InstanceStream(ref.ID)}
	if err := s.prepare(ctx, req, ref, in, p); err != nil {
		in.discardFrom(s, ctx, err)
		return Result{}, translate(err)
	}
	res, err := s.change(ctx, req, ref, always(needWrite), func(w *work) ([]instance.Event, error) {
		dt, err := w.mayChange(p.DataType)
		if err != nil {
			return nil, err
		}
		added := in.elements[0]
		added.Element = w.elementID()
		if dt.IsForm() {
			if err := w.fits(dt, added.Form); err != nil {
				return nil, err
			}
		}
		events, err := instance.AddElement(w.state, rule(dt), added, w.byOwner())
		if err != nil {
			return nil, err
		}
		texts, values := w.presentation([]instance.DataElementAdded{added})
		return append(events, instance.Present(w.state, texts, values)...), nil
	})
	in.finish(s, ctx, res, err)
	return res, err
}

// prepare checks that the caller may write before it takes the body in.
func (s *Service) prepare(ctx context.Context, req *Request, ref Ref, in *intake, p Part) error {
	w, err := s.look(ctx, req, ref, needWrite)
	if err != nil {
		return err
	}
	dt, err := w.mayChange(p.DataType)
	if err != nil {
		return err
	}
	if _, repeated := w.state.Outcome(w.command); !repeated {
		if _, err := instance.AddElement(w.state, rule(dt), instance.DataElementAdded{}, w.byOwner()); err != nil {
			return err
		}
	}
	in.work, in.org = w, w.app.Org
	if err := in.take(p); err != nil {
		return err
	}
	return in.settled()
}

// look loads an instance and authorises, without changing anything.
func (s *Service) look(ctx context.Context, req *Request, ref Ref, n need) (*work, error) {
	f := s.cache.lock(ref.ID)
	defer f.mu.Unlock()
	if err := s.load(ctx, ref, f); err != nil {
		return nil, err
	}
	app, err := s.pinned(f.state)
	if err != nil {
		return nil, err
	}
	w := &work{ctx: ctx, svc: s, req: req, command: s.commandID(req, ref.ID.String()), app: app, state: f.state.Clone()}
	_, err = s.authorise(ctx, &req.Caller, n, app, f.state.Owner, f.state)
	return w, err
}

func (in *intake) discardFrom(s *Service, ctx context.Context, cause error) {
	if in.work != nil {
		in.discard(context.WithoutCancel(ctx), cause)
	}
}

// finish keeps the files of a command that recorded them now, and lets them go otherwise.
func (in *intake) finish(s *Service, ctx context.Context, res Result, err error) {
	if err == nil && !res.Repeated {
		in.keep(ctx)
		return
	}
	in.discard(context.WithoutCancel(ctx), err)
}

// ReplaceData gives a form or a file new contents.
func (s *Service) ReplaceData(ctx context.Context, req *Request, ref Ref, element uuid.UUID, p Part) (Result, error) {
	w, err := s.look(ctx, req, ref, needWrite)
	if err != nil {
		return Result{}, translate(err)
	}
	el, ok := w.state.Element(element)
	if !ok {
		return Result{}, fail(NotFound, string(instance.CodeElementNotFound), "the instance has no data element %s", element)
	}
	p.DataType = el.DataType
	if p.Filename == "" {
		p.Filename = el.Filename
	}
	in := &intake{work: w, org: w.app.Org, stream: record.InstanceStream(ref.ID)}
	if _, err := w.mayChange(el.DataType); err != nil {
		return Result{}, translate(err)
	}
	if err := errors.Join(in.take(p), in.settled()); err != nil {
		in.discardFrom(s, ctx, err)
		return Result{}, translate(err)
	}
	res, err := s.change(ctx, req, ref, always(needWrite), func(w *work) ([]instance.Event, error) {
		return w.replace(element, in.elements[0])
	})
	in.finish(s, ctx, res, err)
	return res, err
}

func (w *work) replace(element uuid.UUID, next instance.DataElementAdded) ([]instance.Event, error) {
	if next.Form == nil {
		return instance.ReplaceFile(w.state, instance.FileReplaced{
			Element: element, ContentType: next.ContentType, Filename: next.Filename, Size: next.Size, Blob: next.Blob,
		})
	}
	events, err := instance.ReplaceForm(w.state, element, next.Form)
	el, _ := w.state.Element(element)
	if err != nil || len(events) == 0 || sameButRowIDs(el.Form, next.Form) {
		return nil, err
	}
	return append(events, w.represent(el, next.Form)...), nil
}

// DeleteData removes a form or a file. The contents stay in the log, for those who replay it.
func (s *Service) DeleteData(ctx context.Context, req *Request, ref Ref, element uuid.UUID) (Result, error) {
	return s.change(ctx, req, ref, always(needWrite), func(w *work) ([]instance.Event, error) {
		el, ok := w.state.Element(element)
		if !ok {
			return instance.DeleteElement(w.state, instance.Rule{}, element, w.byOwner())
		}
		dt, err := w.mayChange(el.DataType)
		if err != nil {
			return nil, err
		}
		return instance.DeleteElement(w.state, rule(dt), element, w.byOwner())
	})
}
