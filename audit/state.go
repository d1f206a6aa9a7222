package audit

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
)

// StateDoc is an instance as it was after one of its events. Its JSON is the same bytes whenever and wherever it is made, until the
// instance is erased: members of forms are sorted by name, lists stand in the order of events.
type StateDoc struct {
	ID         string    `json:"id,omitempty"` // <party>/<instance>; empty when erased
	Instance   uuid.UUID `json:"instance"`
	Org        string    `json:"org"`
	App        string    `json:"app"`
	AppVersion string    `json:"appVersion"` // digest of the app folder that the instance is pinned to
	Revision   int64     `json:"revision"`   // of the last event that counts
	Time       time.Time `json:"time"`       // of that event, UTC
	Hash       string    `json:"hash"`       // of that event; it covers all events before it too

	Owner        int       `json:"owner,omitempty"` // party id
	DueBefore    time.Time `json:"dueBefore,omitzero"`
	VisibleAfter time.Time `json:"visibleAfter,omitzero"`
	Status       Status    `json:"status"`

	Process       *Process          `json:"process,omitempty"` // nil when erased
	Substatus     *Substatus        `json:"substatus,omitempty"`
	Elements      []Element         `json:"elements,omitempty"`
	Relations     []Relation        `json:"relations,omitempty"`
	Presentation  map[string]string `json:"presentation,omitempty"`
	DataValues    map[string]string `json:"dataValues,omitempty"`
	Confirmations []Confirmation    `json:"confirmations,omitempty"`
}

// Who is somebody in a state: what the envelope of an event says of its actor, without client and level.
type Who struct {
	Kind     string `json:"kind"`
	ID       string `json:"id"`
	OnBehalf int    `json:"onBehalf,omitempty"`
}

// Status gives the times of an instance. A time that has not come is left out.
type Status struct {
	Created       time.Time `json:"created,omitzero"`
	CreatedBy     *Who      `json:"createdBy,omitempty"`
	LastChanged   time.Time `json:"lastChanged"` // by anything but reading
	LastChangedBy Who       `json:"lastChangedBy"`
	Archived      time.Time `json:"archived,omitzero"` // the process has ended
	Submissions   int       `json:"submissions,omitempty"`
	SoftDeleted   time.Time `json:"softDeleted,omitzero"`
	Erased        bool      `json:"erased,omitempty"`   // the contents are gone, also those of earlier revisions
	ErasedAt      time.Time `json:"erasedAt,omitzero"`  // when that was recorded, at whichever revision the state is
	ErasedBy      *Who      `json:"erasedBy,omitempty"` // who did it
}

// Process is where the instance stands and how it came there.
type Process struct {
	Started    time.Time `json:"started"`
	StartEvent string    `json:"startEvent"`
	Current    *Task     `json:"currentTask,omitempty"`
	Ended      time.Time `json:"ended,omitzero"`
	EndEvent   string    `json:"endEvent,omitempty"`
	History    []Step    `json:"history,omitempty"`
}

// Task is the current task. Flow counts the steps of the process; the first task has 2.
type Task struct {
	ID      string    `json:"id"`
	Name    string    `json:"name,omitempty"`
	Type    string    `json:"type"`
	Flow    int       `json:"flow"`
	Started time.Time `json:"started"`
}

// Step is a task that was entered. EndedBy is nil while the instance is still there.
type Step struct {
	Task      string    `json:"task"`
	TaskType  string    `json:"taskType"`
	Started   time.Time `json:"started"`
	Ended     time.Time `json:"ended,omitzero"`
	EndedBy   *Who      `json:"endedBy,omitempty"`
	Abandoned bool      `json:"abandoned,omitempty"`
	Action    string    `json:"action,omitempty"`
}

// Substatus is the service owner's word on the case.
type Substatus struct {
	Label       string `json:"label"`
	Description string `json:"description,omitempty"`
}

// Element is a form, with its data, or a file, with the id of its contents.
type Element struct {
	ID            uuid.UUID      `json:"id"`
	DataType      string         `json:"dataType"`
	Task          string         `json:"task,omitempty"`
	ContentType   string         `json:"contentType"`
	Filename      string         `json:"filename,omitempty"`
	Size          int64          `json:"size,omitempty"` // bytes; of files
	Blob          uuid.UUID      `json:"blob,omitzero"`  // of files
	Locked        bool           `json:"locked,omitempty"`
	Created       time.Time      `json:"created"`
	CreatedBy     Who            `json:"createdBy"`
	LastChanged   time.Time      `json:"lastChanged"`
	LastChangedBy Who            `json:"lastChangedBy"`
	Form          *document.Node `json:"form,omitempty"`
}

// Relation is a link to another instance.
type Relation struct {
	Side     instance.Side `json:"side"` // source: this instance gave rise to the other one
	Link     string        `json:"link"`
	App      string        `json:"app"` // of the other instance
	Party    int           `json:"party"`
	Instance uuid.UUID     `json:"instance"`
	Chain    uuid.UUID     `json:"chain"`
	Handover uuid.UUID     `json:"handover"`
	Time     time.Time     `json:"time"`
}

// Confirmation is a service owner's receipt for an ended instance.
type Confirmation struct {
	Org  string    `json:"org"`
	Time time.Time `json:"time"`
}

// State gives an instance as it was at a point. Errors: ErrNotFound, ErrNoSuchRevision, ErrBeforeCreation, and those of the store and
// the vault. Of an erased instance it gives what the envelopes tell.
func State(ctx context.Context, log *record.Log, id uuid.UUID, until record.Until) (StateDoc, error) {
	h, err := load(ctx, log, id)
	if err != nil {
		return StateDoc{}, err
	}
	last, err := h.at(until)
	if err != nil {
		return StateDoc{}, err
	}
	s := instance.Initial(id)
	if err := h.each(ctx, 0, last, func(e *record.Entry) error { return fold(s, e) }); err != nil {
		return StateDoc{}, err
	}
	doc := stateOf(s, &h.events[last])
	if err := doc.Status.erased(h); err != nil {
		return StateDoc{}, err
	}
	return doc, nil
}

// erased says of an instance whose erasure is recorded who did it.
func (s *Status) erased(h *history) error {
	if h.erasure < 0 {
		return nil
	}
	e := &h.events[h.erasure]
	m, err := e.Meta()
	s.ErasedAt, s.ErasedBy = e.Time, &Who{m.Actor.Kind, m.Actor.ID, m.Actor.OnBehalf}
	return err
}

func stateOf(s *instance.State, last *ledger.Event) StateDoc {
	doc := StateDoc{
		Instance: s.ID, Org: s.Org, App: s.App, AppVersion: s.Version, Revision: s.Revision, Time: last.Time, Hash: last.Hash.String(),
		Status: Status{LastChanged: s.LastChanged, LastChangedBy: Who(s.LastChangedBy), Erased: !s.Erased.IsZero()},
	}
	if doc.Status.Erased {
		return doc
	}
	by := Who(s.CreatedBy)
	doc.ID = strconv.Itoa(s.Owner) + "/" + s.ID.String()
	doc.Owner, doc.DueBefore, doc.VisibleAfter = s.Owner, s.DueBefore, s.VisibleAfter
	doc.Status.Created, doc.Status.CreatedBy = s.Created, &by
	doc.Status.Archived, doc.Status.Submissions, doc.Status.SoftDeleted = s.Process.Ended, s.Submissions, s.SoftDeleted
	doc.Process, doc.Substatus = processOf(&s.Process), (*Substatus)(s.Substatus)
	doc.Presentation, doc.DataValues = s.Presentation, s.DataValues
	for i := range s.Elements {
		doc.Elements = append(doc.Elements, elementOf(&s.Elements[i]))
	}
	for _, r := range s.Relations {
		doc.Relations = append(doc.Relations, Relation{r.Side, r.Link, r.App, r.Party, r.Instance, r.Chain, r.Handover, r.At})
	}
	for _, c := range s.Confirmations {
		doc.Confirmations = append(doc.Confirmations, Confirmation{c.Org, c.At})
	}
	return doc
}

func processOf(p *instance.Process) *Process {
	out := &Process{Started: p.Started, StartEvent: p.StartEvent, Ended: p.Ended, EndEvent: p.EndEvent}
	if t := p.Current; t != nil {
		out.Current = &Task{t.ID, t.Name, t.Type, t.Flow, t.Started}
	}
	for _, h := range p.History {
		step := Step{Task: h.Task, TaskType: h.TaskType, Started: h.Started, Ended: h.Ended, Abandoned: h.Abandoned, Action: h.Action}
		if !h.Ended.IsZero() {
			by := Who(h.By)
			step.EndedBy = &by
		}
		out.History = append(out.History, step)
	}
	return out
}

func elementOf(e *instance.Element) Element {
	return Element{
		ID: e.ID, DataType: e.DataType, Task: e.Task, ContentType: e.ContentType, Filename: e.Filename, Size: e.Size, Blob: e.Blob,
		Locked: e.Locked, Created: e.Created, CreatedBy: Who(e.CreatedBy), LastChanged: e.LastChanged, LastChangedBy: Who(e.LastChangedBy),
		Form: sorted(e.Form),
	}
}

// sorted gives a document with the members of all its objects in the order of their names. A nil document stays nil.
func sorted(n *document.Node) *document.Node {
	switch n.Kind() {
	case document.KindObject:
		members := maps.Collect(n.All())
		out := document.NewObject()
		for _, key := range slices.Sorted(maps.Keys(members)) {
			out.Set(key, sorted(members[key]))
		}
		return out
	case document.KindArray:
		out := document.NewArray()
		for _, row := range n.Items() {
			out.Append(sorted(row))
		}
		return out
	}
	return n
}
