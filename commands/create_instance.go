package commands

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/scope"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/policies"
	"github.com/hovedbok/hovedbok/record"
)

// Owner names the owner of a new instance by exactly one of its numbers.
type Owner struct {
	PartyID            int
	PersonNumber       string
	OrganisationNumber string
}

// Part is a form or a file that comes with a request. Body is read once.
type Part struct {
	DataType    string
	ContentType string
	Filename    string
	Body        io.Reader
}

// Origin is the instance that a new one is made from. Only service owners may say so.
type Origin struct {
	Chain    uuid.UUID
	Handover uuid.UUID
	Link     string
	App      string // "org/app"
	Instance uuid.UUID
	Party    int
}

// CreateInstance makes an instance of the current version of an app and puts it at its first task.
type CreateInstance struct {
	App          string
	Owner        Owner
	DueBefore    time.Time
	VisibleAfter time.Time
	Prefill      map[string]string // path in the first form → value
	Parts        iter.Seq2[Part, error]
	Origin       *Origin
	// Fingerprint, when set, is asked after the parts have been read, in place of Request.Key.Fingerprint.
	Fingerprint func() string
}

// Create runs the command. The order of checks follows Altinn: app, owner, right, kind of party, data.
func (s *Service) Create(ctx context.Context, req *Request, c CreateInstance) (Result, error) {
	res, err := s.begin(ctx, req, c)
	return res, translate(err)
}

func (s *Service) begin(ctx context.Context, req *Request, c CreateInstance) (Result, error) {
	app := s.Apps.Current(c.App)
	if app == nil {
		return Result{}, fail(NotFound, CodeAppUnknown, "there is no app %s", c.App)
	}
	owner, err := s.owner(ctx, c.Owner)
	if err != nil {
		return Result{}, err
	}
	decision, err := s.authorise(ctx, &req.Caller, need{[]string{"instantiate"}, policies.Write}, app, owner.ID, nil)
	if err != nil {
		return Result{}, err
	}
	if err := s.mayOwn(app, owner, req, c.Origin); err != nil {
		return Result{}, err
	}
	id := s.NewID()
	if req.Key.Value != "" {
		id = record.Derive("instance", c.App, s.commandID(req, c.App).String())
	}
	f := s.cache.lock(id)
	defer f.mu.Unlock()
	return s.create(ctx, req, c, app, owner, id, f, decision)
}

func (s *Service) create(ctx context.Context, req *Request, c CreateInstance, app *apps.App, owner Party, id uuid.UUID, f *folded, decision string) (Result, error) {
	w := &work{ctx: ctx, svc: s, req: req, command: s.commandID(req, c.App), app: app}
	if f.state == nil { // most likely it is new; the append will tell if it is not
		f.state, f.head = instance.Initial(id), record.Empty
	}
	w.state = f.state
	if f.state.Exists() {
		return s.repeatCreate(w, c, f)
	}
	in := &intake{work: w, stream: record.InstanceStream(id), org: app.Org}
	events, err := w.creation(c, owner, in)
	if err == nil {
		err = in.settled()
	}
	if err == nil {
		w.fingerprint(c.Fingerprint)
		var res Result
		if res, err = s.commit(ctx, w, f, decision, events); err == nil {
			return s.settle(ctx, in, res), nil
		}
	}
	in.discard(context.WithoutCancel(ctx), err)
	if errors.Is(err, ledger.ErrConflict) {
		return s.recorded(ctx, w, f, err)
	}
	return Result{}, err
}

// settle keeps the files of a command that was recorded. When another process was first with the same command, its files count.
func (s *Service) settle(ctx context.Context, in *intake, res Result) Result {
	if res.Repeated {
		in.discard(ctx, nil)
	} else {
		in.keep(ctx)
	}
	return res
}

// repeatCreate answers a creation that has been done before. The parts are read, because their contents are in the fingerprint.
func (s *Service) repeatCreate(w *work, c CreateInstance, f *folded) (Result, error) {
	if !f.state.Erased.IsZero() {
		return Result{}, fail(Gone, string(instance.CodeErased), "the instance has been erased")
	}
	o, ok := f.state.Outcome(w.command)
	if !ok {
		return Result{}, fail(Conflict, string(instance.CodeExists), "the instance exists already")
	}
	if c.Parts != nil {
		for p, err := range c.Parts {
			if err != nil {
				return Result{}, err
			}
			if _, err := io.Copy(io.Discard, p.Body); err != nil {
				return Result{}, readError(err)
			}
		}
	}
	w.fingerprint(c.Fingerprint)
	return s.repeat(w.ctx, w, f.state.ID, o)
}

// fingerprint takes the fingerprint of a request whose parts have been read.
func (w *work) fingerprint(of func() string) {
	if of != nil && w.req.Key.Value != "" {
		w.req.Key.Fingerprint = of()
	}
}

// creation decides the first events.
func (w *work) creation(c CreateInstance, owner Party, in *intake) ([]instance.Event, error) {
	start, first, err := w.app.Process.First("", scope.Conditions(w.app, w.state))
	if err != nil {
		return nil, &Error{Kind: Conflict, Code: CodeNoNext, Message: "the process of the app has no first task", Err: err}
	}
	if c.Parts != nil {
		for p, err := range c.Parts {
			if err != nil {
				return nil, err
			}
			if err := in.take(p); err != nil {
				return nil, err
			}
		}
	}
	created, err := w.autoCreate(first.ID, in.elements, c.Prefill)
	if err != nil {
		return nil, err
	}
	if c.VisibleAfter.IsZero() {
		c.VisibleAfter = w.svc.Clock() // as Altinn's storage does
	}
	elements := append(in.elements, created...)
	texts, values := w.presentation(elements)
	return instance.Create(w.state, instance.Creation{
		Owner: owner.ID, DueBefore: c.DueBefore, VisibleAfter: c.VisibleAfter, StartEvent: start.ID, First: target(first),
		Elements: elements, Texts: texts, Values: values, Link: c.Origin.linked(),
	})
}

func (o *Origin) linked() *instance.Linked {
	if o == nil {
		return nil
	}
	return &instance.Linked{
		Chain: o.Chain, Handover: o.Handover, Link: o.Link, Side: instance.SideTarget, App: o.App, Instance: o.Instance, Party: o.Party,
	}
}

// owner finds the owner of a new instance.
func (s *Service) owner(ctx context.Context, o Owner) (p Party, err error) {
	switch {
	case o.PartyID != 0:
		p, err = s.Parties.Party(ctx, o.PartyID)
	case o.OrganisationNumber != "":
		p, err = s.Parties.ByOrganisationNumber(ctx, o.OrganisationNumber)
	case o.PersonNumber != "":
		p, err = s.Parties.ByPersonNumber(ctx, o.PersonNumber)
	default:
		return p, fail(Invalid, CodeOwnerMissing, "name the instance owner by partyId, organisationNumber or personNumber")
	}
	if errors.Is(err, ErrUnknownParty) {
		return p, fail(NotFound, CodePartyUnknown, "the instance owner is not in the register")
	}
	return p, err
}

// mayOwn checks what the app says of who may have instances of it.
func (s *Service) mayOwn(app *apps.App, owner Party, req *Request, origin *Origin) error {
	if origin != nil && req.Caller.Kind != KindOrg {
		return fail(Forbidden, CodeLinkNotAllowed, "only a service owner may say which instance another one is made from")
	}
	if app.Metadata.DisallowUserInstantiation && req.Caller.Kind != KindOrg {
		return fail(Forbidden, CodeUserInstantiation, "only the service owner may create instances of %s", app.ID)
	}
	if !allowsParty(app.Metadata.PartyTypesAllowed, owner) {
		return fail(Forbidden, CodePartyType, "party %d is of a kind that may not have instances of %s", owner.ID, app.ID)
	}
	return nil
}

// allowsParty follows Altinn's rule: all false means everybody; units of type BEDR and AAFY are sub-units.
func allowsParty(t apps.PartyTypes, p Party) bool {
	if t == (apps.PartyTypes{}) {
		return true
	}
	switch {
	case p.Person:
		return t.Person
	case p.UnitType == "BEDR" || p.UnitType == "AAFY":
		return t.SubUnit
	case p.UnitType == "KBO" && t.BankruptcyEstate:
		return true
	}
	return t.Organisation
}
