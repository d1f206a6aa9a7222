package instance

import (
	"maps"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/document"
)

// Rule is what an app says of a data type, as far as it decides whether elements may come, change and go.
type Rule struct {
	DataType           string
	Task               string // the task that the type belongs to; empty: none
	Form               bool
	MinCount, MaxCount int // 0: no limit
	DisallowUserCreate bool
	DisallowUserDelete bool
}

// Target is what the process moves to: a task, or an end event.
type Target struct {
	ID, Name string
	TaskType string // empty for an end event
	End      bool
}

// Creation is the wish for a new instance. Elements are the data that came along and the forms that the first task makes by
// itself, in this order.
type Creation struct {
	Owner        int
	DueBefore    time.Time
	VisibleAfter time.Time
	StartEvent   string
	First        Target
	Elements     []DataElementAdded
	Texts        map[string]string
	Values       map[string]string
	Link         *Linked // the instance that this one is made from
}

// Create decides the first events of an instance.
func Create(s *State, c Creation) ([]Event, error) {
	if s.Exists() {
		return nil, refuse(CodeExists, "the instance exists already")
	}
	events := []Event{Created{c.Owner, c.DueBefore, c.VisibleAfter, c.StartEvent}}
	if c.Link != nil {
		events = append(events, *c.Link)
	}
	for _, e := range c.Elements {
		events = append(events, e)
	}
	events = append(events, presentation(s, c.Texts, c.Values)...)
	return append(events, enter(c.First, 2, 0)...), nil
}

// enter gives the events of reaching a target.
func enter(t Target, flow, submissions int) []Event {
	if t.End {
		return []Event{ProcessEnded{t.ID}, Submitted{submissions + 1}}
	}
	return []Event{TaskStarted{Task: t.ID, Name: t.Name, TaskType: t.TaskType, Flow: flow}}
}

func presentation(s *State, texts, values map[string]string) []Event {
	if maps.Equal(texts, s.Presentation) && maps.Equal(values, s.DataValues) {
		return nil
	}
	return []Event{PresentationSet{texts, values}}
}

// Present decides whether the texts for lists have changed. It gives no event when they have not.
func Present(s *State, texts, values map[string]string) []Event {
	return presentation(s, texts, values)
}

// mutable checks that data may change.
func mutable(s *State) error {
	switch {
	case !s.Exists():
		return refuse(CodeNotFound, "there is no such instance")
	case !s.Erased.IsZero():
		return refuse(CodeErased, "the instance has been erased")
	case !s.SoftDeleted.IsZero():
		return refuse(CodeDeleted, "the instance is deleted; undelete it first")
	case s.Archived():
		return refuse(CodeNotActive, "the process has ended, so the data can no longer change")
	case s.Process.Current == nil:
		return refuse(CodeNoCurrentTask, "the instance is at no task")
	}
	return nil
}

// AddElement decides whether an element of the rule's data type may be added. byOwner: the caller is the service owner.
func AddElement(s *State, rule Rule, e DataElementAdded, byOwner bool) ([]Event, error) {
	if err := mutable(s); err != nil {
		return nil, err
	}
	if rule.DisallowUserCreate && !byOwner {
		return nil, refuse(CodeUserCreate, "only the service owner may add data of type %s", rule.DataType)
	}
	if n := len(s.OfType(rule.DataType)); rule.MaxCount > 0 && n >= rule.MaxCount {
		return nil, refuse(CodeMaxCount, "there are already %d of at most %d elements of type %s", n, rule.MaxCount, rule.DataType)
	}
	return []Event{e}, nil
}

// writable finds an element whose contents may change.
func writable(s *State, id uuid.UUID) (*Element, error) {
	if err := mutable(s); err != nil {
		return nil, err
	}
	el, ok := s.Element(id)
	if !ok {
		return nil, refuse(CodeElementNotFound, "the instance has no data element %s", id)
	}
	if el.Locked {
		return nil, refuse(CodeElementLocked, "data element %s is locked, because its task has been completed", id)
	}
	return el, nil
}

// PatchForm decides a change of a form by an RFC 6902 patch. It gives the form as it will be. A patch that changes nothing
// gives no event. An error of the patch is a *document.PatchError.
func PatchForm(s *State, id uuid.UUID, p document.Patch) ([]Event, *document.Node, error) {
	el, err := writable(s, id)
	if err != nil {
		return nil, nil, err
	}
	if !el.IsForm() {
		return nil, nil, refuse(CodeNotAForm, "data element %s is a file; only forms can be patched", id)
	}
	next, err := p.Apply(el.Form)
	if err != nil {
		return nil, nil, err
	}
	if document.Equal(el.Form, next) {
		return nil, next, nil
	}
	return []Event{FormDataPatched{id, p}}, next, nil
}

// ReplaceForm decides new contents of a form.
func ReplaceForm(s *State, id uuid.UUID, form *document.Node) ([]Event, error) {
	el, err := writable(s, id)
	if err != nil {
		return nil, err
	}
	if !el.IsForm() {
		return nil, refuse(CodeNotAForm, "data element %s is a file", id)
	}
	if document.Equal(el.Form, form) {
		return nil, nil
	}
	return []Event{FormDataReplaced{id, form}}, nil
}

// ReplaceFile decides new contents of a file.
func ReplaceFile(s *State, e FileReplaced) ([]Event, error) {
	el, err := writable(s, e.Element)
	if err != nil {
		return nil, err
	}
	if el.IsForm() {
		return nil, refuse(CodeNotAFile, "data element %s is a form", e.Element)
	}
	return []Event{e}, nil
}

// DeleteElement decides whether an element may go.
func DeleteElement(s *State, rule Rule, id uuid.UUID, byOwner bool) ([]Event, error) {
	el, err := writable(s, id)
	if err != nil {
		return nil, err
	}
	if el.IsForm() && rule.MinCount == 1 && rule.MaxCount == 1 {
		return nil, refuse(CodeMandatory, "the instance cannot be without its %s", rule.DataType)
	}
	if rule.DisallowUserDelete && !byOwner {
		return nil, refuse(CodeUserDelete, "only the service owner may delete data of type %s", rule.DataType)
	}
	return []Event{DataElementDeleted{id}}, nil
}

// Move is the wish to go on in the process.
type Move struct {
	Action   string // named action, empty for none
	Abandon  bool   // leave without completing (reject)
	To       Target
	Elements []DataElementAdded // forms that the next task makes by itself
}

// CanAdvance tells whether the instance is at a task that may be left.
func CanAdvance(s *State) error {
	if s.Exists() && s.Erased.IsZero() && s.SoftDeleted.IsZero() && s.Archived() {
		return refuse(CodeProcessEnded, "the process has ended")
	}
	return mutable(s)
}

// Advance decides a step of the process.
func Advance(s *State, m Move) ([]Event, error) {
	if err := CanAdvance(s); err != nil {
		return nil, err
	}
	task := s.Process.Current
	var events []Event
	if m.Action != "" {
		events = append(events, ActionPerformed{task.ID, m.Action})
	}
	events = append(events, TaskCompleted{task.ID, m.Abandon})
	events = append(events, enter(m.To, task.Flow+1, s.Submissions)...)
	for _, e := range m.Elements {
		events = append(events, e)
	}
	return events, nil
}

// present checks that there is an instance that can still be spoken of.
func present(s *State) error {
	switch {
	case !s.Exists():
		return refuse(CodeNotFound, "there is no such instance")
	case !s.Erased.IsZero():
		return refuse(CodeErased, "the instance has been erased")
	}
	return nil
}

// SoftDelete decides the move to the bin. Doing it twice gives no event.
func SoftDelete(s *State) ([]Event, error) {
	if err := present(s); err != nil || !s.SoftDeleted.IsZero() {
		return nil, err
	}
	return []Event{SoftDeleted{}}, nil
}

// Undelete decides the way back. Doing it twice gives no event.
func Undelete(s *State) ([]Event, error) {
	if err := present(s); err != nil || s.SoftDeleted.IsZero() {
		return nil, err
	}
	return []Event{Undeleted{}}, nil
}

// Erase decides the end of an instance's contents.
func Erase(s *State) ([]Event, error) {
	if !s.Exists() {
		return nil, refuse(CodeNotFound, "there is no such instance")
	}
	if !s.Erased.IsZero() {
		return nil, nil
	}
	return []Event{Erased{}}, nil
}

// SetSubstatus decides the service owner's word on the case, in any state of the process.
func SetSubstatus(s *State, label, description string) ([]Event, error) {
	if err := present(s); err != nil {
		return nil, err
	}
	if label == "" {
		return nil, refuse(CodeLabelMissing, "a substatus needs a label")
	}
	if s.Substatus != nil && *s.Substatus == (Substatus{label, description}) {
		return nil, nil
	}
	return []Event{SubstatusSet{label, description}}, nil
}

// Link decides the tie to another instance. A handover is tied once on each side.
func Link(s *State, l Linked) ([]Event, error) {
	if err := present(s); err != nil {
		return nil, err
	}
	for _, r := range s.Relations {
		if r.Handover == l.Handover && r.Side == l.Side {
			return nil, nil
		}
	}
	return []Event{l}, nil
}

// ConfirmCompletion decides a service owner's receipt for an ended instance, once for each org.
func ConfirmCompletion(s *State, org string) ([]Event, error) {
	if err := present(s); err != nil {
		return nil, err
	}
	if !s.Archived() {
		return nil, refuse(CodeNotEnded, "the process has not ended, so there is nothing to confirm")
	}
	for _, c := range s.Confirmations {
		if c.Org == org {
			return nil, nil
		}
	}
	return []Event{CompletionConfirmed{org}}, nil
}

// MarkRead decides whether a reader's look is news: once for each reader and state.
func MarkRead(s *State, reader Actor) ([]Event, error) {
	if err := present(s); err != nil || s.SeenBy(reader) {
		return nil, err
	}
	return []Event{Read{}}, nil
}
