package commands

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
)

// attempts is how often a command is decided anew when others change the instance at the same time.
const attempts = 8

// work is what a decide function sees.
type work struct {
	ctx     context.Context
	svc     *Service
	req     *Request
	command uuid.UUID
	app     *apps.App
	state   *instance.State // not to be changed
	added   []uuid.UUID     // element ids, for the result
	next    int             // how many element ids have been made
}

// elementID gives the id of the command's next new element. It follows from the command's id, so that a repeat gives the same.
func (w *work) elementID() uuid.UUID {
	w.next++
	id := record.Derive("element", w.command.String(), string(rune(w.next)))
	w.added = append(w.added, id)
	return id
}

// byOwner tells whether the caller is the service owner of the app.
func (w *work) byOwner() bool { return w.req.Caller.owns(w.state.Org) }

type decide func(w *work) ([]instance.Event, error)

// change runs a command on an instance that exists.
func (s *Service) change(ctx context.Context, req *Request, ref Ref, needs func(*instance.State) need, d decide) (Result, error) {
	f := s.cache.lock(ref.ID)
	defer f.mu.Unlock()
	var err error
	for range attempts {
		var res Result
		if res, err = s.try(ctx, req, ref, f, needs, d); err == nil {
			return res, translate(s.withhold(ctx, req, &res))
		}
		if !errors.Is(err, ledger.ErrConflict) {
			return Result{}, translate(err)
		}
	}
	return Result{}, translate(err)
}

// try runs a command once. An error that matches ledger.ErrConflict means that it should be tried again.
func (s *Service) try(ctx context.Context, req *Request, ref Ref, f *folded, needs func(*instance.State) need, d decide) (Result, error) {
	w := &work{ctx: ctx, svc: s, req: req, command: s.commandID(req, ref.ID.String())}
	if err := s.load(ctx, ref, f); err != nil {
		return Result{}, err
	}
	w.state = f.state
	var err error
	if w.app, err = s.pinned(f.state); err != nil {
		return Result{}, err
	}
	decision, err := s.authorise(ctx, &req.Caller, needs(f.state), w.app, f.state.Owner, f.state)
	if err != nil {
		return Result{}, err
	}
	if o, ok := f.state.Outcome(w.command); ok {
		return s.repeat(ctx, w, f.state.ID, o)
	}
	if seen := req.IfRevision; seen != nil && (*seen < f.state.Changed() || *seen > f.state.Revision) { // looks are no changes
		return Result{}, fail(Stale, CodeStaleRevision, "the instance is at revision %d, not %d; read it again", f.state.Changed(), *seen)
	}
	events, err := d(w)
	if err != nil {
		return Result{}, err
	}
	return s.commit(ctx, w, f, decision, events)
}

// load makes sure that f holds the newest state of the instance that ref names.
func (s *Service) load(ctx context.Context, ref Ref, f *folded) error {
	if err := s.refresh(ctx, ref.ID, f); err != nil {
		return err
	}
	st := f.state
	if !st.Exists() || ref.Party != 0 && st.Erased.IsZero() && st.Owner != ref.Party || ref.App != "" && st.AppID() != ref.App {
		return fail(NotFound, string(instance.CodeNotFound), "there is no such instance")
	}
	if !st.Erased.IsZero() {
		return fail(Gone, string(instance.CodeErased), "the instance has been erased")
	}
	return nil
}

func (s *Service) refresh(ctx context.Context, id uuid.UUID, f *folded) (err error) {
	switch {
	case f.state == nil || !f.state.Exists():
		f.state, f.head, err = s.Log.FoldInstance(ctx, id, record.Until{})
	case !s.SoleWriter:
		f.head, err = s.Log.CatchUp(ctx, f.state, f.head)
	}
	if err != nil {
		f.drop()
	}
	return err
}

// commit appends the events and takes them into the folded state.
func (s *Service) commit(ctx context.Context, w *work, f *folded, decision string, events []instance.Event) (Result, error) {
	if len(events) == 0 {
		head, err := s.Log.Store().Head(ctx)
		return Result{State: f.state.Clone(), App: w.app, Position: head, Elements: w.added}, err
	}
	env := record.Envelope{
		Org: w.app.Org, App: w.app.Name, Version: w.app.Version, Instance: f.state.ID, Task: f.state.TaskID(),
		Actor: w.req.Caller.actor(ownerOf(f.state, events)), Command: w.command, Correlation: chainOf(f.state, events), Causation: w.req.Causation,
		Trace: w.req.Trace, Decision: decision, At: s.Clock(),
	}
	if w.req.Key.Value != "" {
		env.Request = w.req.Key.Fingerprint
	}
	done, err := s.Log.AppendInstance(ctx, f.head, env, events)
	if err != nil {
		f.drop() // what is in the log decides
		return Result{}, outcome(err)
	}
	if done.Repeated { // it had been recorded, by another process or before this one was started
		return s.recorded(ctx, w, f, fmt.Errorf("commands: instance %s has the events of command %s, but not its outcome", w.state.ID, w.command))
	}
	for _, r := range done.Records {
		if err := f.state.Evolve(r); err != nil {
			f.drop()
			return Result{}, err
		}
	}
	f.head = done.Head
	return Result{State: f.state.Clone(), App: w.app, Position: done.Position, Elements: w.added}, nil
}

// unknownOutcome is an append that failed in a way that does not tell whether it was applied.
type unknownOutcome struct{ error }

func (u unknownOutcome) Unwrap() error { return u.error }

// outcome marks errors of an append that may have been applied.
func outcome(err error) error {
	for _, refused := range []error{ledger.ErrConflict, ledger.ErrInvalid, ledger.ErrBusy} {
		if errors.Is(err, refused) {
			return err
		}
	}
	return unknownOutcome{err}
}

// recorded answers a command that turned out to have been recorded before. When it has not, the
// error is otherwise.
func (s *Service) recorded(ctx context.Context, w *work, f *folded, otherwise error) (Result, error) {
	id := w.state.ID
	f.drop()
	if err := s.refresh(ctx, id, f); err != nil {
		return Result{}, err
	}
	if !f.state.Erased.IsZero() {
		return Result{}, fail(Gone, string(instance.CodeErased), "the instance has been erased")
	}
	o, ok := f.state.Outcome(w.command)
	if !ok {
		return Result{}, otherwise
	}
	return s.repeat(ctx, w, id, o)
}

// ownerOf is the party of an instance, also of one that is being created.
func ownerOf(st *instance.State, events []instance.Event) int {
	if c, ok := events[0].(instance.Created); ok {
		return c.Owner
	}
	return st.Owner
}

// chainOf is the chain that an instance belongs to; the first that it was tied into.
func chainOf(st *instance.State, events []instance.Event) uuid.UUID {
	for _, r := range st.Relations {
		return r.Chain
	}
	for _, e := range events {
		if l, ok := e.(instance.Linked); ok {
			return l.Chain
		}
	}
	return uuid.Nil
}

// repeat answers a command that was done before with the instance as it was then.
func (s *Service) repeat(ctx context.Context, w *work, id uuid.UUID, o instance.Outcome) (Result, error) {
	if o.Request != w.req.Key.Fingerprint {
		return Result{}, fail(Unprocessable, CodeKeyReused, "the idempotency key was used for another request; use a new key")
	}
	rev := ledger.Revision(o.Revision)
	st, _, err := s.Log.FoldInstance(ctx, id, record.Until{Revision: &rev})
	if err != nil {
		return Result{}, err
	}
	head, err := s.Log.Store().Head(ctx)
	return Result{State: st, App: w.app, Position: head, Repeated: true, Elements: elementsOf(w.command, st)}, err
}

// elementsOf finds the elements that the command added, by their derived ids.
func elementsOf(command uuid.UUID, st *instance.State) []uuid.UUID {
	w := &work{command: command}
	for {
		if _, ok := st.Element(w.elementID()); !ok {
			return w.added[:len(w.added)-1]
		}
	}
}
