package multiapp_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
	"github.com/hovedbok/hovedbok/sagas/multiapp"
)

// door is the API in memory: it keeps its promises about idempotency keys, and records what it is told in the log.
type door struct {
	w *world

	mu        sync.Mutex
	creations []multiapp.Creation // under mu; as asked for
	calls     []string            // under mu
	keys      map[string]string   // under mu; what each key was used for
	fault     func(ctx context.Context, op string, apply func() error) error
}

func newDoor(w *world) *door { return &door{w: w, keys: map[string]string{}} }

// call runs a write, with the fault that the test wants.
func (d *door) call(ctx context.Context, op string, apply func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls = append(d.calls, op)
	if d.fault != nil {
		return d.fault(ctx, op, apply)
	}
	return apply()
}

// once keeps what a key was used for. A key that is used for something else is refused.
func (d *door) once(key string, request any) (repeated bool, err error) {
	b, err := json.Marshal(request)
	if err != nil {
		return false, err
	}
	print := fmt.Sprintf("%x", sha256.Sum256(b))
	before, repeated := d.keys[key]
	if repeated && before != print {
		return false, &multiapp.AnswerError{Status: http.StatusUnprocessableEntity, Code: "idempotency_key_reused"}
	}
	d.keys[key] = print
	return repeated, nil
}

func refused(err error) error {
	var r *instance.Refusal
	if !errors.As(err, &r) {
		return err
	}
	status := http.StatusConflict
	if r.Code == instance.CodeErased {
		status = http.StatusGone
	}
	return &multiapp.AnswerError{Status: status, Code: string(r.Code), Message: r.Message}
}

// flat is a creation that can be compared.
type flat struct {
	App, DataType, Key, Form string
	Owner                    multiapp.OwnerBody
	Link                     multiapp.LinkBody
	Files                    []file
}

func flatten(ctx context.Context, c multiapp.Creation) (flat, error) {
	out := flat{App: c.App, DataType: c.DataType, Key: c.Key, Owner: c.Owner, Link: c.Link}
	if c.Form != nil {
		out.Form = string(c.Form.AppendJSON(nil))
	}
	for _, f := range c.Files {
		body, err := f.Open(ctx)
		if err != nil {
			return out, err
		}
		b, err := io.ReadAll(body)
		if err != nil {
			return out, err
		}
		out.Files = append(out.Files, file{f.DataType, f.Filename, f.ContentType, string(b)})
	}
	return out, nil
}

func (d *door) Create(ctx context.Context, org string, c multiapp.Creation) (made multiapp.Created, err error) {
	request, err := flatten(ctx, c)
	if err != nil {
		return made, err
	}
	err = d.call(ctx, "create", func() error {
		d.creations = append(d.creations, c)
		app := d.w.apps.Current(c.App)
		if app == nil {
			return &multiapp.AnswerError{Status: http.StatusNotFound, Code: "app_unknown"}
		}
		owner := map[bool]int{true: fjordkro, false: nordvik}[c.Owner.PartyID != ""]
		made = multiapp.Created{Instance: record.Derive("instance", c.Key), Party: owner}
		if repeated, err := d.once(c.Key, request); repeated || err != nil {
			return err
		}
		target := instance.Linked{
			Chain: c.Link.Chain, Handover: c.Link.Handover, Link: c.Link.Link, Side: instance.SideTarget, App: c.Link.App, Instance: c.Link.Instance, Party: c.Link.Party,
		}
		form := c.Form
		if form == nil {
			form = document.NewObject()
		}
		first := app.Process.FirstTasks()[0]
		dataType, _ := app.MainDataType()
		return d.w.command(made.Instance, uuid.New(), func(s *instance.State) ([]instance.Event, error) {
			s.Org, s.App, s.Version = app.Org, app.Name, app.Version
			return instance.Create(s, instance.Creation{
				Owner: owner, First: instance.Target{ID: first.ID, TaskType: "data"}, Link: &target,
				Elements: []instance.DataElementAdded{{Element: uuid.New(), DataType: dataType, Task: first.ID, Form: form}},
			})
		})
	})
	return made, err
}

func (d *door) Link(ctx context.Context, _ string, source multiapp.Ref, l multiapp.LinkBody, key string) error {
	return d.call(ctx, "link", func() error {
		if repeated, err := d.once(key, l); repeated || err != nil {
			return err
		}
		return refused(d.w.command(source.Instance, uuid.New(), func(s *instance.State) ([]instance.Event, error) {
			return instance.Link(s, instance.Linked{
				Chain: l.Chain, Handover: l.Handover, Link: l.Link, Side: instance.SideSource, App: l.App, Instance: l.Instance, Party: l.Party,
			})
		}))
	})
}

func (d *door) Read(ctx context.Context, _ string, target multiapp.Ref) (out multiapp.Contents, err error) {
	out.Forms = map[string]*document.Node{}
	err = d.call(ctx, "read", func() error {
		st, _, err := d.w.Log.FoldInstance(ctx, target.Instance, record.Until{})
		if err != nil {
			return err
		}
		if !st.Erased.IsZero() {
			return &multiapp.AnswerError{Status: http.StatusGone, Code: string(instance.CodeErased)}
		}
		for i := range st.Elements {
			if e := &st.Elements[i]; e.IsForm() {
				out.Forms[e.DataType] = e.Form
			}
		}
		return nil
	})
	return out, err
}

func (d *door) Patch(ctx context.Context, _ string, source multiapp.Ref, p multiapp.FormPatch, key string) error {
	return d.call(ctx, "patch", func() error {
		if repeated, err := d.once(key, p); repeated || err != nil {
			return err
		}
		err := d.w.command(source.Instance, uuid.New(), func(s *instance.State) ([]instance.Event, error) {
			events, _, err := instance.PatchForm(s, uuid.MustParse(p.Element), p.Patch)
			return events, err
		})
		if err != nil {
			delete(d.keys, key)
		}
		return refused(err)
	})
}

func (d *door) Substatus(ctx context.Context, _ string, source multiapp.Ref, label, description, key string) error {
	return d.call(ctx, "substatus", func() error {
		if repeated, err := d.once(key, []string{label, description}); repeated || err != nil {
			return err
		}
		return refused(d.w.command(source.Instance, uuid.New(), func(s *instance.State) ([]instance.Event, error) {
			return instance.SetSubstatus(s, label, description)
		}))
	})
}

// steps is the log as the handler sees it. A test may stop an append before or after it is done.
type steps struct {
	ledger.Store
	fault func(op string, apply func() error) error
}

func (s *steps) Append(ctx context.Context, stream string, expected ledger.Revision, events []ledger.Event) (out ledger.Appended, err error) {
	if s.fault == nil {
		return s.Store.Append(ctx, stream, expected, events)
	}
	err = s.fault("append", func() error {
		out, err = s.Store.Append(ctx, stream, expected, events)
		return err
	})
	return out, err
}
