package multiapp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/expression"
	"github.com/hovedbok/hovedbok/apps/scope"
	"github.com/hovedbok/hovedbok/domain/chain"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/domain/link"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/blob"
	"github.com/hovedbok/hovedbok/record"
	"github.com/hovedbok/hovedbok/sagas"
)

// Apps gives published apps.
type Apps interface {
	Current(id string) *apps.App
	Version(id, digest string) (*apps.App, error)
}

// Blobs gives the contents of files.
type Blobs interface {
	Open(ctx context.Context, ref blob.Ref) (io.ReadCloser, blob.Info, error)
}

// Door sends commands as a service owner, through the same door as everybody. Errors are *AnswerError when the receiver answered.
type Door interface {
	Create(ctx context.Context, org string, c Creation) (Created, error)
	Link(ctx context.Context, org string, source Ref, l LinkBody, key string) error
	Read(ctx context.Context, org string, target Ref) (Contents, error)
	Patch(ctx context.Context, org string, source Ref, p FormPatch, key string) error
	Substatus(ctx context.Context, org string, source Ref, label, description, key string) error
}

// Options of a Saga; all but Clock are required.
type Options struct {
	Log   *record.Log
	Apps  Apps
	Blobs Blobs
	Door  Door
	Clock func() time.Time
}

// Saga is the handler. It may be used from any goroutine.
type Saga struct{ Options }

// New makes a Saga.
func New(o Options) (*Saga, error) {
	if o.Log == nil || o.Apps == nil || o.Blobs == nil || o.Door == nil {
		return nil, errors.New("multiapp: log, apps, blobs and door are required")
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return &Saga{o}, nil
}

// Name is the handler's name in checkpoints and in the parked list.
func (s *Saga) Name() string { return "multiapp" }

// Filter is what the handler reacts to.
func (s *Saga) Filter() ledger.Filter {
	return ledger.Filter{StreamPrefix: record.InstancePrefix, Facts: []string{
		instance.FactCreated, instance.FactTaskStarted, instance.FactTaskCompleted, instance.FactSubmitted,
	}}
}

// Handle does what the links of the event's app say, and tells the source of an ended instance what became of it.
func (s *Saga) Handle(ctx context.Context, e *record.Entry) error {
	if e.Erased {
		return nil
	}
	app, err := s.version(e.Meta.Org+"/"+e.Meta.App, e.Meta.Version)
	if err != nil {
		return err
	}
	links := setOff(app, e.Instance)
	if len(links) == 0 && e.Fact() != instance.FactSubmitted {
		return nil
	}
	st, err := s.triggered(ctx, e)
	if err != nil || !st.Erased.IsZero() {
		return err
	}
	var failed failures
	for _, l := range links {
		if err := s.handover(ctx, e, app, l, st); err != nil {
			failed.add(fmt.Errorf("link %s: %w", l.ID, err))
		}
	}
	if e.Fact() == instance.FactSubmitted {
		failed.add(s.giveBack(ctx, e, st))
	}
	return failed.err()
}

// setOff gives the links that an event sets off.
func setOff(app *apps.App, e instance.Event) (out []*link.Link) {
	for i := range app.Links {
		if l := &app.Links[i]; fires(l, e) {
			out = append(out, l)
		}
	}
	return out
}

// failures are those of the links of one event. One link does not hold up another.
type failures struct{ passing, lasting []error }

func (f *failures) add(err error) {
	switch {
	case err == nil:
	case sagas.IsPermanent(err):
		f.lasting = append(f.lasting, err)
	default:
		f.passing = append(f.passing, err)
	}
}

// err gives what trying again may mend, and only when there is nothing of that kind what somebody must mend.
func (f *failures) err() error {
	if len(f.passing) > 0 {
		return errors.Join(f.passing...)
	}
	return errors.Join(f.lasting...)
}

// version gives a published version of an app.
func (s *Saga) version(id, digest string) (*apps.App, error) {
	app, err := s.Apps.Version(id, digest)
	if errors.Is(err, apps.ErrVersionNotFound) {
		return nil, sagas.Permanent("the app version of the instance is not published here", err)
	}
	return app, err
}

// fires tells whether an event is what a link waits for.
func fires(l *link.Link, e instance.Event) bool {
	switch e := e.(type) {
	case instance.Submitted:
		return l.On.Matches(link.Submitted, "")
	case instance.Created:
		return l.On.Matches(link.Created, "")
	case instance.TaskStarted:
		return l.On.Matches(link.TaskStarted, e.Task)
	case instance.TaskCompleted:
		return !e.Abandoned && l.On.Matches(link.TaskCompleted, e.Task)
	}
	return false
}

// count tells how often the trigger has fired in the instance, this time included.
func count(l *link.Link, st *instance.State) int {
	n := 0
	switch l.On.Fact {
	case link.Submitted:
		return st.Submissions
	case link.Created:
		return 1
	case link.TaskStarted, link.TaskCompleted:
		for _, step := range st.Process.History {
			done := !step.Ended.IsZero() && !step.Abandoned
			if step.Task == l.On.Task && (l.On.Fact == link.TaskStarted || done) {
				n++
			}
		}
	}
	return n
}

// run is one handover.
type run struct {
	*Saga
	cause    *record.Entry
	app      *apps.App
	link     *link.Link
	source   *instance.State // as it was when the trigger fired
	chain    uuid.UUID
	handover uuid.UUID

	known *chain.State // the chain as it was last seen; nil: not yet
	head  record.Head  // of known
}

func (s *Saga) handover(ctx context.Context, e *record.Entry, app *apps.App, l *link.Link, st *instance.State) error {
	r := &run{Saga: s, cause: e, app: app, link: l, source: st, chain: chainOf(st), handover: link.HandoverID(st.ID, count(l, st), l.ID)}
	if wanted, err := r.wanted(); err != nil || !wanted {
		return err
	}
	return r.steps(ctx)
}

// triggered folds the instance as the command left it that fired the trigger: with the events that were recorded together with it.
func (s *Saga) triggered(ctx context.Context, e *record.Entry) (*instance.State, error) {
	id, _ := record.InstanceID(e.Stream)
	st := instance.Initial(id)
	for next, err := range s.Log.Read(ctx, e.Stream, 0) {
		switch {
		case err != nil:
			return nil, err
		case next.Revision > e.Revision && next.Meta.Command != e.Meta.Command:
			return st, nil
		case next.Erased:
			st.Forget(next.Record())
		default:
			if err := st.Fold(next.Record()); err != nil {
				return nil, err
			}
		}
	}
	return st, nil
}

// chainOf is the chain that an instance is in: the one it was made in, or the one that begins with it.
func chainOf(st *instance.State) uuid.UUID {
	for _, r := range st.Relations {
		if r.Side == instance.SideTarget {
			return r.Chain
		}
	}
	return link.ChainID(st.ID)
}

// wanted evaluates the link's condition.
func (r *run) wanted() (bool, error) {
	if r.link.If.IsZero() {
		return true, nil
	}
	v, err := r.eval(r.link.If)
	return v.IsTrue(), err
}

// eval gives the value of a literal or an expression over the source. A failing expression is for the app's author to mend.
func (r *run) eval(v link.Value) (expression.Value, error) {
	return evaluate(v, scope.Of(r.app, r.source, r.mainType()))
}

func (r *run) mainType() string {
	t, _ := r.app.MainDataType()
	return t
}

func evaluate(v link.Value, ctx expression.Context) (expression.Value, error) {
	e, err := scope.Compile(v.JSON)
	if err != nil {
		return expression.Value{}, sagas.Permanent("an expression of the link cannot be read", err)
	}
	out, err := e.Eval(ctx)
	if err != nil {
		return out, sagas.Permanent("an expression of the link fails", err)
	}
	return out, nil
}

// steps brings the handover as far as it can go.
func (r *run) steps(ctx context.Context) error {
	intended := chain.HandoverIntended{
		Handover: r.handover, Link: r.link.ID, SourceApp: r.app.ID, Source: r.source.ID, SourceOwner: r.source.Owner,
		Submission: count(r.link, r.source), TargetApp: r.link.Create.String(),
	}
	h, err := r.note(ctx, func(s *chain.State) []chain.Event { return chain.Intend(s, intended) })
	if err != nil || !h.Linked.IsZero() {
		return err
	}
	made := Created{h.Target, h.TargetOwner}
	if h.Created.IsZero() {
		if made, err = r.create(ctx); err != nil {
			return err
		}
	}
	tied := r.tie(ctx, made)
	_, err = r.note(ctx, func(s *chain.State) []chain.Event {
		events := chain.NoteCreated(s, chain.TargetCreated{Handover: r.handover, Target: made.Instance, TargetOwner: made.Party})
		if tied == nil {
			events = append(events, chain.NoteLinked(s, r.handover)...)
		}
		return events
	})
	return errors.Join(tied, err)
}

func (r *run) create(ctx context.Context) (Created, error) {
	c, err := r.creation(ctx)
	if err != nil {
		return Created{}, err
	}
	made, err := r.Door.Create(ctx, r.app.Org, c)
	return made, answered(err)
}

// tie tells the source which instance was made from it. A source that has been erased meanwhile has nothing to learn.
func (r *run) tie(ctx context.Context, made Created) error {
	body := LinkBody{Chain: r.chain, Handover: r.handover, Link: r.link.ID, App: r.link.Create.String(), Instance: made.Instance, Party: made.Party}
	source := Ref{App: r.app.ID, Party: r.source.Owner, Instance: r.source.ID}
	if err := r.Door.Link(ctx, r.app.Org, source, body, "tie/"+r.handover.String()); err != nil && !gone(err) {
		return answered(err)
	}
	return nil
}

// noteAttempts bounds how often a record is decided anew when other handovers of the same chain are recorded at the same time.
const noteAttempts = 16

// note records what has been done in the stream of the chain, if it is not there yet, and gives the handover as it is then.
func (r *run) note(ctx context.Context, decide func(*chain.State) []chain.Event) (*chain.Handover, error) {
	for range noteAttempts {
		var err error
		if r.known == nil {
			r.known, r.head, err = r.Log.FoldChain(ctx, r.chain)
		}
		var events []chain.Event
		if err == nil {
			events = decide(r.known)
		}
		if len(events) > 0 {
			err = r.append(ctx, events)
		}
		if err == nil {
			h, _ := r.known.Handover(r.handover)
			return h, nil
		}
		r.known = nil
		if !errors.Is(err, ledger.ErrConflict) {
			return nil, err
		}
	}
	return nil, fmt.Errorf("the chain %s is changed by others all the time", r.chain)
}

func (r *run) append(ctx context.Context, events []chain.Event) error {
	now := ledger.Now(r.Clock())
	env := record.Envelope{
		Org: r.app.Org, App: r.app.Name, Version: r.app.Version, Instance: r.source.ID, Actor: ledger.Actor{Kind: ledger.ActorOrg, ID: r.app.Org},
		Command: record.Derive("handover", r.handover.String(), events[0].Fact()), Correlation: r.chain, Causation: r.cause.ID, Trace: r.cause.Meta.Trace, At: now,
	}
	done, err := r.Log.AppendChain(ctx, r.chain, r.head, env, events)
	if err != nil {
		return err
	}
	if done.Repeated { // what stands there has the other runner's time, and so another hash
		return fmt.Errorf("chain %s: %w: another runner has recorded the same", r.chain, ledger.ErrConflict)
	}
	for i, e := range events {
		if err := r.known.Evolve(e, int64(r.head.Revision)+1+int64(i), now); err != nil {
			return fmt.Errorf("chain %s after position %d: %w", r.chain, done.Position, err)
		}
	}
	r.head = done.Head
	return nil
}
