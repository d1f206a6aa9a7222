package instance

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/document"
)

// Actor is who did something: a person (by party id), a service owner (by code), a system user, or the platform.
type Actor struct {
	Kind     string // "user", "org", "systemuser", "platform"
	ID       string
	OnBehalf int // party id, when it is not the actor's own
}

// Record is an event with what is known about how it came to be.
type Record struct {
	Event    Event
	Revision int64 // in the stream, from 0
	At       time.Time
	By       Actor
	Org, App string // "nordvik", "skjenkebevilling"
	Version  string // digest of the app version
	Command  uuid.UUID
	Request  string // fingerprint of the request, on the first event of a command that carried a key
}

// Element is a form or a file of an instance.
type Element struct {
	ID            uuid.UUID
	DataType      string
	Task          string
	ContentType   string
	Filename      string
	Size          int64 // bytes of a file; a form has none
	Blob          uuid.UUID
	Form          *document.Node // nil for files
	Locked        bool
	Created       time.Time
	CreatedBy     Actor
	LastChanged   time.Time
	LastChangedBy Actor
}

// IsForm tells a form from a file.
func (e *Element) IsForm() bool { return e.Form != nil }

// Task is where the process stands.
type Task struct {
	ID, Name, Type string
	Flow           int
	Started        time.Time
}

// Step is a line of the process history.
type Step struct {
	Task      string // element id
	TaskType  string
	Started   time.Time
	Ended     time.Time // zero: still here
	Abandoned bool
	Action    string // the last named action
	By        Actor  // who ended it
}

// Process is where the instance stands in its BPMN process.
type Process struct {
	Started    time.Time
	StartEvent string
	Current    *Task // nil before the first task, and after the end
	Ended      time.Time
	EndEvent   string
	History    []Step
}

// Relation is a link to another instance.
type Relation struct {
	Linked
	At time.Time
}

// Substatus is the service owner's word on the case.
type Substatus struct{ Label, Description string }

// Confirmation is a service owner's receipt.
type Confirmation struct {
	Org string
	At  time.Time
}

// Outcome of a command that carried a key: where its last event is, and which request it was.
type Outcome struct {
	Revision int64
	Request  string
}

// State is an instance, folded from its events. The zero State is an instance that does not exist. A State belongs to the goroutine (or the
// lock) that folds it; Clone makes one that may be given away.
type State struct {
	ID       uuid.UUID
	Org, App string
	Version  string // digest of the app version that the instance is pinned to
	Revision int64  // of the last event; -1 before the first

	Owner         int // party id
	DueBefore     time.Time
	VisibleAfter  time.Time
	Created       time.Time
	CreatedBy     Actor
	LastChanged   time.Time // by anything but Read
	LastChangedBy Actor

	Process       Process
	Elements      []Element // in the order in which they were added
	Presentation  map[string]string
	DataValues    map[string]string
	Substatus     *Substatus
	Relations     []Relation
	Confirmations []Confirmation
	Submissions   int
	SoftDeleted   time.Time // zero: not in the bin
	Erased        time.Time // zero: not erased

	readers  map[Actor]int64 // revision that an actor has last read or made
	commands map[uuid.UUID]Outcome
	changed  int64 // revision of the last event that was not Read
}

// Initial gives the state before the first event.
func Initial(id uuid.UUID) *State { return &State{ID: id, Revision: -1, changed: -1} }

// Exists tells whether there has been an event.
func (s *State) Exists() bool { return s.Revision >= 0 }

// AppID is "org/app".
func (s *State) AppID() string { return s.Org + "/" + s.App }

// Archived tells whether the process has ended.
func (s *State) Archived() bool { return !s.Process.Ended.IsZero() }

// Active tells whether data may change: at a task, not in the bin, not erased.
func (s *State) Active() bool {
	return s.Process.Current != nil && s.SoftDeleted.IsZero() && s.Erased.IsZero()
}

// TaskID is the id of the current task, or empty.
func (s *State) TaskID() string {
	if s.Process.Current == nil {
		return ""
	}
	return s.Process.Current.ID
}

// Element finds an element. The pointer is into the state.
func (s *State) Element(id uuid.UUID) (*Element, bool) {
	for i := range s.Elements {
		if s.Elements[i].ID == id {
			return &s.Elements[i], true
		}
	}
	return nil, false
}

// OfType gives the elements of a data type. The pointers are into the state.
func (s *State) OfType(dataType string) []*Element {
	var out []*Element
	for i := range s.Elements {
		if s.Elements[i].DataType == dataType {
			out = append(out, &s.Elements[i])
		}
	}
	return out
}

// Outcome gives the result of an earlier command by its id.
func (s *State) Outcome(command uuid.UUID) (Outcome, bool) {
	o, ok := s.commands[command]
	return o, ok
}

// Changed is the revision of the last event that was more than a look.
func (s *State) Changed() int64 { return s.changed }

// SeenBy tells whether the actor has read the instance as it is now, or has itself made it so.
func (s *State) SeenBy(a Actor) bool {
	rev, ok := s.readers[a]
	return ok && rev >= s.changed
}

// SeenByOwner tells whether anybody but the service owner has read the instance ever, and as it is now.
func (s *State) SeenByOwner() (ever, now bool) {
	for a := range s.readers {
		if a.Kind != "org" {
			ever, now = true, now || s.SeenBy(a)
		}
	}
	return ever, now
}

// Clone gives a copy that shares nothing which changes.
func (s *State) Clone() *State {
	c := *s
	if s.Process.Current != nil {
		t := *s.Process.Current
		c.Process.Current = &t
	}
	c.Process.History = slices.Clone(s.Process.History)
	c.Elements = slices.Clone(s.Elements)
	c.Presentation = maps.Clone(s.Presentation)
	c.DataValues = maps.Clone(s.DataValues)
	if s.Substatus != nil {
		u := *s.Substatus
		c.Substatus = &u
	}
	c.Relations = slices.Clone(s.Relations)
	c.Confirmations = slices.Clone(s.Confirmations)
	c.readers = maps.Clone(s.readers)
	c.commands = maps.Clone(s.commands)
	return &c
}

// Errors of Evolve. They mean that a stream is damaged or that the code is older than the stream.
var (
	ErrUnknownEvent = errors.New("instance: unknown event")
	ErrOutOfOrder   = errors.New("instance: event out of order")
)

// Evolve takes one event into the state. Events that Decide functions have given never fail here.
func (s *State) Evolve(r Record) error { return s.evolve(r, document.Patch.Apply) }

// Fold takes many events into a state that nobody else has seen, without copying its forms.
func (s *State) Fold(r Record) error { return s.evolve(r, document.Patch.ApplyInPlace) }

// Forget takes an event whose contents can no longer be read, because the key has been destroyed: all that is left is where the
// stream ends and that the instance is erased.
func (s *State) Forget(r Record) {
	*s = State{
		ID: s.ID, Org: r.Org, App: r.App, Version: r.Version, Revision: r.Revision, changed: r.Revision,
		LastChanged: r.At, LastChangedBy: r.By, Erased: r.At,
	}
}

type applier func(document.Patch, *document.Node) (*document.Node, error)

func (s *State) evolve(r Record, patch applier) error {
	if r.Revision != s.Revision+1 {
		return fmt.Errorf("%w: revision %d after %d", ErrOutOfOrder, r.Revision, s.Revision)
	}
	if _, ok := r.Event.(Created); ok != (s.Revision < 0) {
		return fmt.Errorf("%w: %s at revision %d", ErrOutOfOrder, r.Event.Fact(), r.Revision)
	}
	if err := s.take(r, patch); err != nil {
		return fmt.Errorf("instance %s revision %d %s: %w", s.ID, r.Revision, r.Event.Fact(), err)
	}
	s.Revision = r.Revision
	if _, read := r.Event.(Read); !read {
		s.changed, s.LastChanged, s.LastChangedBy = r.Revision, r.At, r.By
	}
	if s.readers == nil {
		s.readers = map[Actor]int64{}
	}
	s.readers[r.By] = r.Revision
	s.remember(r)
	return nil
}

// remember keeps the outcome of a command that carried a key: its events follow each other, so that the last one wins.
func (s *State) remember(r Record) {
	o, known := s.commands[r.Command]
	if r.Request == "" && !known {
		return
	}
	if s.commands == nil {
		s.commands = map[uuid.UUID]Outcome{}
	}
	if !known {
		o.Request = r.Request
	}
	o.Revision = r.Revision
	s.commands[r.Command] = o
}

func (s *State) take(r Record, patch applier) error {
	switch e := r.Event.(type) {
	case Created:
		s.created(e, r)
	case DataElementAdded:
		s.added(e, r)
	case FormDataPatched:
		return s.changeForm(e.Element, r, func(f *document.Node) (*document.Node, error) { return patch(e.Patch, f) })
	case FormDataReplaced:
		return s.changeForm(e.Element, r, func(*document.Node) (*document.Node, error) { return e.Form, nil })
	case FileReplaced:
		return s.fileReplaced(e, r)
	case DataElementDeleted:
		s.Elements = slices.DeleteFunc(slices.Clone(s.Elements), func(x Element) bool { return x.ID == e.Element })
	case TaskStarted:
		s.taskStarted(e, r)
	case ActionPerformed:
		if n := len(s.Process.History); n > 0 {
			s.Process.History[n-1].Action = e.Action
		}
	case TaskCompleted:
		s.taskCompleted(e, r)
	case ProcessEnded:
		s.Process.Ended, s.Process.EndEvent, s.Process.Current = r.At, e.EndEvent, nil
	case Submitted:
		s.Submissions = e.Number
	case SubstatusSet:
		s.Substatus = &Substatus{e.Label, e.Description}
	case PresentationSet:
		s.Presentation, s.DataValues = e.Texts, e.Values
	case Linked:
		s.Relations = append(s.Relations, Relation{e, r.At})
	case Read: // evolve keeps who has seen what
	case SoftDeleted:
		s.SoftDeleted = r.At
	case Undeleted:
		s.SoftDeleted = time.Time{}
	case Erased:
		s.Erased = r.At
	case CompletionConfirmed:
		s.Confirmations = append(s.Confirmations, Confirmation{e.Org, r.At})
	default:
		return ErrUnknownEvent
	}
	return nil
}

func (s *State) created(e Created, r Record) {
	s.Org, s.App, s.Version = r.Org, r.App, r.Version
	s.Owner, s.DueBefore, s.VisibleAfter = e.Owner, e.DueBefore, e.VisibleAfter
	s.Created, s.CreatedBy = r.At, r.By
	s.Process.Started, s.Process.StartEvent = r.At, e.StartEvent
}

func (s *State) added(e DataElementAdded, r Record) {
	s.Elements = append(s.Elements, Element{
		ID: e.Element, DataType: e.DataType, Task: e.Task, ContentType: e.ContentType, Filename: e.Filename,
		Size: e.Size, Blob: e.Blob, Form: e.Form,
		Created: r.At, CreatedBy: r.By, LastChanged: r.At, LastChangedBy: r.By,
	})
}

func (s *State) changeForm(id uuid.UUID, r Record, change func(*document.Node) (*document.Node, error)) error {
	el, ok := s.Element(id)
	if !ok || !el.IsForm() {
		return fmt.Errorf("no form %s", id)
	}
	form, err := change(el.Form)
	if err != nil {
		return err
	}
	el.Form, el.LastChanged, el.LastChangedBy = form, r.At, r.By
	return nil
}

func (s *State) fileReplaced(e FileReplaced, r Record) error {
	el, ok := s.Element(e.Element)
	if !ok || el.IsForm() {
		return fmt.Errorf("no file %s", e.Element)
	}
	el.ContentType, el.Filename, el.Size, el.Blob = e.ContentType, e.Filename, e.Size, e.Blob
	el.LastChanged, el.LastChangedBy = r.At, r.By
	return nil
}

func (s *State) taskStarted(e TaskStarted, r Record) {
	s.Process.Current = &Task{ID: e.Task, Name: e.Name, Type: e.TaskType, Flow: e.Flow, Started: r.At}
	s.Process.History = append(s.Process.History, Step{Task: e.Task, TaskType: e.TaskType, Started: r.At})
	s.lock(e.Task, false)
}

func (s *State) taskCompleted(e TaskCompleted, r Record) {
	if n := len(s.Process.History); n > 0 {
		h := &s.Process.History[n-1]
		h.Ended, h.By, h.Abandoned = r.At, r.By, e.Abandoned
	}
	s.Process.Current = nil
	if !e.Abandoned {
		s.lock(e.Task, true)
	}
}

func (s *State) lock(task string, locked bool) {
	for i := range s.Elements {
		if s.Elements[i].Task == task {
			s.Elements[i].Locked = locked
		}
	}
}
