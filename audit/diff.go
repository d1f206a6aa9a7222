package audit

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/record"
)

// Ops of changes.
const (
	OpAdded   = "added"   // To is the value
	OpRemoved = "removed" // From was the value
	OpChanged = "changed" // From became To
	OpMoved   = "moved"   // a row moved from MovedFrom to Path
	OpPatched = "patched" // the head of a form's changes: Patch makes the later form of the earlier one
)

// Change is one difference between two points in the history of an instance.
//
// The changes of a form begin with one whose Op is patched and whose Patch, applied to the form as it was, gives the form as it
// became. The fields that differ follow one by one. A form that was added or removed has no patch: its element is added or removed,
// and all its fields are.
type Change struct {
	Subject   string         `json:"subject"` // see SubjectInstance and the others
	Op        string         `json:"op"`
	Element   uuid.UUID      `json:"element,omitzero"`    // of subject element and form
	DataType  string         `json:"dataType,omitempty"`  // of the element
	Path      string         `json:"path,omitempty"`      // in the later state, or of what was removed in the earlier one; a dotted path in forms
	MovedFrom string         `json:"movedFrom,omitempty"` // the path of a moved row in the earlier state
	From      *document.Node `json:"from,omitempty"`
	To        *document.Node `json:"to,omitempty"`
	Patch     document.Patch `json:"patch,omitempty"`
	Revisions []int64        `json:"revisions"` // the events between the points that touched it, oldest first
	By        Cause          `json:"by"`        // the last of them
}

// Cause is the event that last caused a change.
type Cause struct {
	Revision  int64     `json:"revision"`
	Event     uuid.UUID `json:"event"`
	Time      time.Time `json:"time"`
	Fact      string    `json:"fact"`
	Actor     Actor     `json:"actor"`
	CommandID uuid.UUID `json:"commandId"`
}

// Diff gives what differs between two points, field by field: process, substatus, links and the like first, then each element and its
// fields. It is empty when nothing differs; something that was changed and changed back is no difference. A first point before the
// creation makes everything new. Errors: ErrNotFound, ErrNoSuchRevision, ErrBeforeCreation for the second point, ErrOrder, ErrErased,
// and those of the store and the vault.
func Diff(ctx context.Context, log *record.Log, id uuid.UUID, from, to record.Until) ([]Change, error) {
	h, err := load(ctx, log, id)
	if err != nil {
		return nil, err
	}
	first, last, err := h.span(from, to)
	if err != nil {
		return nil, err
	}
	s := instance.Initial(id)
	if err := h.each(ctx, 0, first, readable(func(e *record.Entry) error { return fold(s, e) })); err != nil {
		return nil, err
	}
	d := newDiffer(s)
	if err := h.each(ctx, first+1, last, readable(d.take)); err != nil {
		return nil, err
	}
	return d.changes(), nil
}

// readable stops with ErrErased at an event whose contents are gone.
func readable(take func(*record.Entry) error) func(*record.Entry) error {
	return func(e *record.Entry) error {
		if e.Erased {
			return fmt.Errorf("%w: %s", ErrErased, e.Stream)
		}
		return take(e)
	}
}

// span gives the indexes of the two events between which changes are asked for.
func (h *history) span(from, to record.Until) (first, last int, err error) {
	if first, err = h.upTo(from); err != nil {
		return 0, 0, err
	}
	if last, err = h.at(to); err != nil {
		return 0, 0, err
	}
	if first > last {
		return 0, 0, fmt.Errorf("%w: revision %d and revision %d of instance %s", ErrOrder, first, last, h.id)
	}
	return first, last, nil
}

// differ follows an instance from one point to another.
type differ struct {
	before  *instance.State
	earlier *facts
	now     *instance.State
	facts   *facts                // of now
	touched map[factKey][]int64   // revisions that changed a fact
	forms   map[uuid.UUID]*blame  // of the forms that are there now
	gone    map[uuid.UUID][]int64 // what removed a form
	causes  map[int64]Cause
}

// newDiffer begins at the first point. The state belongs to the differ from then on.
func newDiffer(s *instance.State) *differ {
	d := &differ{
		before: s, earlier: factsOf(s), now: s.Clone(), touched: map[factKey][]int64{},
		forms: map[uuid.UUID]*blame{}, gone: map[uuid.UUID][]int64{}, causes: map[int64]Cause{},
	}
	d.facts = d.earlier
	for i := range s.Elements {
		if e := &s.Elements[i]; e.IsForm() {
			d.forms[e.ID] = follow(e.Form)
		}
	}
	return d
}

// take follows one event.
func (d *differ) take(e *record.Entry) error {
	if err := evolve(d.now, e); err != nil {
		return err
	}
	revision := int64(e.Revision)
	d.causes[revision] = Cause{revision, e.ID, e.Time, e.Fact(), actorOf(e.Meta.Actor), e.Meta.Command}
	switch x := e.Instance.(type) {
	case instance.Read:
		return nil
	case instance.FormDataPatched:
		d.form(x.Element, revision)
		return nil
	case instance.FormDataReplaced:
		d.form(x.Element, revision)
		return nil
	case instance.DataElementAdded:
		d.form(x.Element, revision)
	case instance.DataElementDeleted:
		delete(d.forms, x.Element)
		d.gone[x.Element] = []int64{revision}
	}
	facts := factsOf(d.now)
	for _, key := range differences(d.facts, facts) {
		d.touched[key] = append(d.touched[key], revision)
	}
	d.facts = facts
	return nil
}

// form follows a form to what it is now.
func (d *differ) form(id uuid.UUID, revision int64) {
	e, ok := d.now.Element(id)
	if !ok || !e.IsForm() {
		return
	}
	if b, known := d.forms[id]; known {
		b.to(e.Form, revision)
	} else {
		d.forms[id] = born(e.Form, revision)
	}
}

// changes gives what differs between the first point and now.
func (d *differ) changes() []Change {
	out := []Change{}
	keys := differences(d.earlier, d.facts)
	for _, k := range keys {
		if k.subject != SubjectElement {
			out = append(out, d.factChange(k))
		}
	}
	slices.SortStableFunc(out, func(a, b Change) int { return rank[a.Subject] - rank[b.Subject] })
	for i := range d.before.Elements {
		e := &d.before.Elements[i]
		if later, ok := d.now.Element(e.ID); ok {
			out = append(out, d.elementChanges(e, later, keys)...)
		} else {
			out = append(out, d.removed(e)...)
		}
	}
	for i := range d.now.Elements {
		if e := &d.now.Elements[i]; !had(d.before, e.ID) {
			out = append(out, d.added(e)...)
		}
	}
	return out
}

func had(s *instance.State, id uuid.UUID) bool {
	_, ok := s.Element(id)
	return ok
}

var rank = map[string]int{
	SubjectInstance: 0, SubjectProcess: 1, SubjectSubstatus: 2, SubjectPresentation: 3, SubjectDataValue: 4, SubjectRelation: 5, SubjectConfirmation: 6,
}

// caused fills in who did it.
func (d *differ) caused(c Change, revisions []int64) Change {
	c.Revisions = merge(revisions)
	c.By = d.causes[c.Revisions[len(c.Revisions)-1]]
	return c
}

// factChange gives the change of a value outside forms.
func (d *differ) factChange(k factKey) Change {
	c := Change{Subject: k.subject, Element: k.element, Path: k.path, From: d.earlier.values[k], To: d.facts.values[k]}
	c.Op = opOf(c.From, c.To)
	return d.caused(c, d.touched[k])
}

func opOf(from, to *document.Node) string {
	switch {
	case from == nil:
		return OpAdded
	case to == nil:
		return OpRemoved
	}
	return OpChanged
}

// elementChanges gives the changes of an element that is there at both points.
func (d *differ) elementChanges(before, after *instance.Element, keys []factKey) []Change {
	var out []Change
	for _, k := range keys {
		if k.element == before.ID {
			c := d.factChange(k)
			c.DataType = after.DataType
			out = append(out, c)
		}
	}
	if !before.IsForm() || !after.IsForm() {
		return out
	}
	b := d.forms[before.ID]
	if patch := document.Diff(before.Form, after.Form); len(patch) > 0 {
		head := Change{Subject: SubjectForm, Op: OpPatched, Element: after.ID, DataType: after.DataType, Patch: patch}
		out = append(out, d.caused(head, b.all))
	}
	return append(out, d.fields(after, document.Changes(before.Form, after.Form), b.causes)...)
}

// added gives the changes of an element that has come.
func (d *differ) added(e *instance.Element) []Change {
	c := Change{Subject: SubjectElement, Op: OpAdded, Element: e.ID, DataType: e.DataType, To: d.facts.describe(e.ID)}
	out := []Change{d.caused(c, d.touched[factKey{SubjectElement, e.ID, pathDataType}])}
	if !e.IsForm() {
		return out
	}
	return append(out, d.fields(e, document.Changes(nil, e.Form), d.forms[e.ID].causes)...)
}

// removed gives the changes of an element that has gone.
func (d *differ) removed(e *instance.Element) []Change {
	c := Change{Subject: SubjectElement, Op: OpRemoved, Element: e.ID, DataType: e.DataType, From: d.earlier.describe(e.ID)}
	out := []Change{d.caused(c, d.gone[e.ID])}
	if !e.IsForm() {
		return out
	}
	return append(out, d.fields(e, document.Changes(e.Form, nil), func(*document.Change) []int64 { return d.gone[e.ID] })...)
}

// describe gives what is known of an element as one object.
func (f *facts) describe(id uuid.UUID) *document.Node {
	out := document.NewObject()
	for _, k := range f.order {
		if k.element == id {
			out.Set(k.path, f.values[k])
		}
	}
	return out
}

// fields gives the changes of a form's fields.
func (d *differ) fields(e *instance.Element, changes []document.Change, causes func(*document.Change) []int64) []Change {
	out := make([]Change, 0, len(changes))
	for i := range changes {
		x := &changes[i]
		c := Change{
			Subject: SubjectForm, Op: opOf(x.From, x.To), Element: e.ID, DataType: e.DataType, Path: x.Path, MovedFrom: x.MovedFrom, From: x.From, To: x.To,
		}
		if x.MovedFrom != "" {
			c.Op = OpMoved
		}
		out = append(out, d.caused(c, causes(x)))
	}
	return out
}
