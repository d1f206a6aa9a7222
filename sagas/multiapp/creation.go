package multiapp

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/apps/expression"
	"github.com/hovedbok/hovedbok/apps/scope"
	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/domain/link"
	"github.com/hovedbok/hovedbok/ledger/blob"
	"github.com/hovedbok/hovedbok/record"
	"github.com/hovedbok/hovedbok/sagas"
)

// Ref names an instance.
type Ref struct {
	App      string // "org/app"
	Party    int
	Instance uuid.UUID
}

// OwnerBody is the owner of a new instance as the API takes it; one member is set.
type OwnerBody struct {
	PartyID            string `json:"partyId,omitempty"`
	PersonNumber       string `json:"personNumber,omitempty"`
	OrganisationNumber string `json:"organisationNumber,omitempty"`
}

// LinkBody says which instance another one is tied to.
type LinkBody struct {
	Chain    uuid.UUID `json:"chain"`
	Handover uuid.UUID `json:"handover"`
	Link     string    `json:"link"`
	App      string    `json:"app"`
	Instance uuid.UUID `json:"instance"`
	Party    int       `json:"party"`
}

// File is an attachment that goes along. Open may be called again for a repeat.
type File struct {
	DataType    string
	ContentType string
	Filename    string
	Open        func(ctx context.Context) (io.ReadCloser, error)
}

// Creation is the one request that makes B. The same handover gives the same request.
type Creation struct {
	App       string
	Owner     OwnerBody
	Link      LinkBody // the source
	DataType  string   // of Form; empty when there is no prefill
	Form      *document.Node
	Files     []File
	Key       string // idempotency key
	Causation uuid.UUID
}

// Created is what came of it.
type Created struct {
	Instance uuid.UUID
	Party    int
}

// creation builds the request from the source as it was when the trigger fired.
func (r *run) creation(ctx context.Context) (Creation, error) {
	c := Creation{
		App: r.link.Create.String(), Key: "handover/" + r.handover.String(), Causation: r.cause.ID,
		Link: LinkBody{Chain: r.chain, Handover: r.handover, Link: r.link.ID, App: r.app.ID, Instance: r.source.ID, Party: r.source.Owner},
	}
	var err error
	if c.Owner, err = r.owner(); err != nil {
		return c, err
	}
	if len(r.link.Prefill) > 0 {
		if c.DataType, err = r.prefilledType(); err != nil {
			return c, err
		}
		if c.Form, err = r.assign(document.NewObject(), r.link.Prefill, scope.Of(r.app, r.source, r.mainType())); err != nil {
			return c, err
		}
	}
	for _, a := range r.link.Attachments {
		for _, e := range r.source.OfType(a.From) {
			c.Files = append(c.Files, r.file(a.To, e))
		}
	}
	return c, nil
}

// owner gives the owner of B. Its numbers go into the request and nowhere else.
func (r *run) owner() (OwnerBody, error) {
	if r.link.Owner.Kind == link.OwnerSame {
		return OwnerBody{PartyID: strconv.Itoa(r.source.Owner)}, nil
	}
	v, err := r.eval(r.link.Owner.Value)
	if err != nil {
		return OwnerBody{}, err
	}
	text := v.String()
	if text == "" {
		return OwnerBody{}, sagas.Permanent("the link gives no owner for the new instance", nil)
	}
	switch r.link.Owner.Kind {
	case link.OwnerOrganisation:
		return OwnerBody{OrganisationNumber: text}, nil
	case link.OwnerPerson:
		return OwnerBody{PersonNumber: text}, nil
	}
	return OwnerBody{PartyID: text}, nil
}

// prefilledType is B's data type that the prefill is for.
func (r *run) prefilledType() (string, error) {
	if r.link.DataType != "" {
		return r.link.DataType, nil
	}
	target := r.Apps.Current(r.link.Create.String())
	if target == nil {
		return "", sagas.Permanent("the app that the link creates is not published here, so the link must name its data type", nil)
	}
	t, ok := target.MainDataType()
	if !ok {
		return "", sagas.Permanent("the app that the link creates has no form to prefill", nil)
	}
	return t, nil
}

// assign puts values at paths. A value that is null leaves its path as it is.
func (r *run) assign(form *document.Node, list []link.Assignment, ctx expression.Context) (*document.Node, error) {
	for _, a := range list {
		v, err := evaluate(a.Value, ctx)
		if err != nil {
			return nil, err
		}
		if v.IsNull() {
			continue
		}
		path, err := document.ParsePath(a.Path)
		if err == nil {
			form, err = form.With(path, v.Node())
		}
		if err != nil {
			return nil, sagas.Permanent(fmt.Sprintf("the link's path %s does not fit the form", a.Path), err)
		}
	}
	return form, nil
}

func (r *run) file(dataType string, e *instance.Element) File {
	ref := blob.Ref{Stream: record.InstanceStream(r.source.ID), ID: e.Blob}
	return File{
		DataType: dataType, ContentType: e.ContentType, Filename: e.Filename,
		Open: func(ctx context.Context) (io.ReadCloser, error) {
			body, _, err := r.Blobs.Open(ctx, ref)
			return body, err
		},
	}
}
