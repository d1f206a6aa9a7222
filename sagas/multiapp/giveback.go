package multiapp

import (
	"context"
	"errors"
	"strconv"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/expression"
	"github.com/hovedbok/hovedbok/domain/chain"
	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/domain/link"
	"github.com/hovedbok/hovedbok/record"
	"github.com/hovedbok/hovedbok/sagas"
)

// Contents are the forms of an instance, by data type.
type Contents struct {
	Forms map[string]*document.Node
}

// FormPatch is a change of a form of the source.
type FormPatch struct {
	Element string // data element id
	Patch   document.Patch
}

// giveBack tells the sources of an instance that has ended what became of it.
func (s *Saga) giveBack(ctx context.Context, e *record.Entry, target *instance.State) error {
	for _, rel := range target.Relations {
		if rel.Side != instance.SideTarget {
			continue
		}
		if err := s.giveBackTo(ctx, e, target, rel.Linked); err != nil {
			return err
		}
	}
	return nil
}

func (s *Saga) giveBackTo(ctx context.Context, e *record.Entry, target *instance.State, rel instance.Linked) error {
	source, _, err := s.Log.FoldInstance(ctx, rel.Instance, record.Until{})
	if err != nil || !source.Exists() || !source.Erased.IsZero() {
		return err // a source elsewhere asks for itself; one that is erased has nothing to learn
	}
	app, err := s.version(source.AppID(), source.Version)
	if err != nil {
		return err
	}
	l, ok := linkOf(app, rel.Link)
	if !ok || l.Back.IsZero() {
		return nil
	}
	r := &run{Saga: s, cause: e, app: app, link: l, source: source, chain: rel.Chain, handover: rel.Handover}
	err = r.back(ctx, Ref{App: target.AppID(), Party: target.Owner, Instance: target.ID})
	if gone(err) {
		return nil // one of the two has been erased meanwhile: there is nothing to tell, or nobody to tell it to
	}
	return err
}

func linkOf(app *apps.App, id string) (*link.Link, bool) {
	for i := range app.Links {
		if app.Links[i].ID == id {
			return &app.Links[i], true
		}
	}
	return nil, false
}

// back reads the target with the owner's credentials and tells the source.
func (r *run) back(ctx context.Context, target Ref) error {
	h, err := r.note(ctx, func(*chain.State) []chain.Event { return nil })
	if err != nil || h == nil || !h.Returned.IsZero() {
		return err
	}
	contents, err := r.Door.Read(ctx, r.app.Org, target)
	if err != nil {
		return answered(err)
	}
	over := r.overTarget(target, contents)
	if err := r.patchSource(ctx, over); err != nil {
		return err
	}
	if err := r.setSubstatus(ctx, over); err != nil {
		return err
	}
	_, err = r.note(ctx, func(s *chain.State) []chain.Event { return chain.NoteReturned(s, r.handover) })
	return err
}

// overTarget is what the link's expressions about the way back see.
func (r *run) overTarget(target Ref, c Contents) expression.Context {
	main := ""
	if app := r.Apps.Current(target.App); app != nil {
		main, _ = app.MainDataType()
	}
	if main == "" && len(c.Forms) == 1 {
		for only := range c.Forms {
			main = only
		}
	}
	data := expression.NewDocumentData(main)
	for dataType, form := range c.Forms {
		data.Add(dataType, "", form)
	}
	return expression.Context{Data: data, Instance: &expression.Instance{
		ID: strconv.Itoa(target.Party) + "/" + target.Instance.String(), AppID: target.App, OwnerPartyID: strconv.Itoa(target.Party),
	}}
}

// patchSource writes values into the source's form. A source that has ended keeps its data as they were handed in.
func (r *run) patchSource(ctx context.Context, over expression.Context) error {
	if len(r.link.Back.Data) == 0 || !r.source.Active() {
		return nil
	}
	forms := r.source.OfType(r.mainType())
	if len(forms) == 0 {
		return sagas.Permanent("the source has no form for what comes back", nil)
	}
	next, err := r.assign(forms[0].Form, r.link.Back.Data, over)
	if err != nil {
		return err
	}
	patch := document.Diff(forms[0].Form, next)
	if len(patch) == 0 {
		return nil
	}
	err = r.Door.Patch(ctx, r.app.Org, r.sourceRef(), FormPatch{forms[0].ID.String(), patch}, "return-data/"+r.handover.String())
	var a *AnswerError
	if errors.As(err, &a) && a.Code == "idempotency_key_reused" {
		return nil // it was written before, and somebody has changed it since
	}
	if errors.As(err, &a) && (a.Code == "patch_failed" || a.Code == string(instance.CodeNotActive)) {
		return err // the source has changed meanwhile: look again
	}
	return answered(err)
}

func (r *run) setSubstatus(ctx context.Context, over expression.Context) error {
	if r.link.Back.Label.IsZero() {
		return nil
	}
	label, err := evaluate(r.link.Back.Label, over)
	if err != nil || label.String() == "" {
		return err
	}
	description := ""
	if !r.link.Back.Description.IsZero() {
		v, err := evaluate(r.link.Back.Description, over)
		if err != nil {
			return err
		}
		description = v.String()
	}
	err = r.Door.Substatus(ctx, r.app.Org, r.sourceRef(), label.String(), description, "return-substatus/"+r.handover.String())
	return answered(err)
}

func (r *run) sourceRef() Ref {
	return Ref{App: r.app.ID, Party: r.source.Owner, Instance: r.source.ID}
}
