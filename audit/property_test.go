package audit_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/hovedbok/hovedbok/audit"
	"github.com/hovedbok/hovedbok/audit/audittest"
	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
	"github.com/hovedbok/hovedbok/record/recordtest"
)

func text(n *document.Node) string {
	if n == nil {
		return ""
	}
	return string(n.AppendJSON(nil))
}

// scalars are few, so that fields often get the value again that they had.
var scalars = []*document.Node{
	document.Int(1), document.Int(2), document.String("x"), document.Bool(true), document.NewObject(),
}

// object draws a form, or a part of one.
func object(t *rapid.T, lists bool, depth int) *document.Node {
	n := document.NewObject()
	for _, key := range []string{"a", "b", "c.d"} {
		switch kind := rapid.IntRange(0, 5).Draw(t, "kind"); {
		case kind == 0:
		case kind == 1 && depth > 0:
			n.Set(key, object(t, lists, depth-1))
		case kind == 2 && lists && depth > 0:
			n.Set(key, rows(t, depth-1))
		default:
			n.Set(key, rapid.SampledFrom(scalars).Draw(t, "scalar"))
		}
	}
	return n
}

// rows draws a list, with or without identities for its rows.
func rows(t *rapid.T, depth int) *document.Node {
	ids := rapid.Permutation([]string{"r1", "r2", "r3", "r4"}).Draw(t, "rows")
	identified := rapid.Bool().Draw(t, "identified")
	list := document.NewArray()
	for _, id := range ids[:rapid.IntRange(0, 4).Draw(t, "count")] {
		row := object(t, true, depth)
		if identified {
			row.Set(document.RowID, document.String(id))
		}
		list.Append(row)
	}
	return list
}

// history draws a stream of changes of some forms and appends it. It gives every event that was appended.
func history(t *rapid.T, log *record.Log, id uuid.UUID, lists bool) []instance.Event {
	forms := map[uuid.UUID]*document.Node{}
	events := []instance.Event{instance.Created{Owner: 1, StartEvent: "s"}}
	for i := range rapid.IntRange(1, 14).Draw(t, "events") {
		events = append(events, change(t, forms, i, lists))
	}
	head := record.Empty
	for i, e := range events {
		env := record.Envelope{
			Org: "nordvik", App: "a", Instance: id, Actor: record.UserActor(100+i, 1, 3, ""), Command: record.Derive(id.String(), fmt.Sprint(i)), At: audittest.Begin,
		}
		done, err := log.AppendInstance(t.Context(), head, env, []instance.Event{e})
		if err != nil {
			t.Fatal(err)
		}
		head = done.Head
	}
	return events
}

// change draws one event and follows the forms.
func change(t *rapid.T, forms map[uuid.UUID]*document.Node, i int, lists bool) instance.Event {
	var known []uuid.UUID
	for n := range 50 {
		if _, ok := forms[element(n)]; ok {
			known = append(known, element(n))
		}
	}
	kind := rapid.IntRange(0, 9).Draw(t, "event")
	if len(known) == 0 || kind == 0 {
		forms[element(i)] = object(t, lists, 2)
		return instance.DataElementAdded{Element: element(i), DataType: "form", ContentType: "application/xml", Form: forms[element(i)]}
	}
	el := rapid.SampledFrom(known).Draw(t, "element")
	before := forms[el]
	switch kind {
	case 1:
		delete(forms, el)
		return instance.DataElementDeleted{Element: el}
	case 2:
		return instance.Read{}
	case 3:
		forms[el] = object(t, lists, 2)
		return instance.FormDataReplaced{Element: el, Form: forms[el]}
	}
	forms[el] = object(t, lists, 2)
	return instance.FormDataPatched{Element: el, Patch: document.Diff(before, forms[el])}
}

func element(n int) uuid.UUID { return record.Derive("element", fmt.Sprint(n)) }

// spanned is a diff with the forms at both of its ends.
type spanned struct {
	from, to       int64
	changes        []audit.Change
	earlier, later map[uuid.UUID]*document.Node
}

func span(t *rapid.T, log *record.Log, id uuid.UUID, n int) spanned {
	s := spanned{from: rapid.Int64Range(-1, int64(n-1)).Draw(t, "from")}
	s.to = rapid.Int64Range(max(s.from, 0), int64(n-1)).Draw(t, "to")
	var err error
	s.changes, err = audit.Diff(t.Context(), log, id, audit.At(ledger.Revision(s.from)), audit.At(ledger.Revision(s.to)))
	if err != nil {
		t.Fatal(err)
	}
	s.earlier, s.later = formsAt(t, log, id, s.from), formsAt(t, log, id, s.to)
	return s
}

func formsAt(t *rapid.T, log *record.Log, id uuid.UUID, revision int64) map[uuid.UUID]*document.Node {
	out := map[uuid.UUID]*document.Node{}
	if revision < 0 {
		return out
	}
	doc, err := audit.State(t.Context(), log, id, audit.At(ledger.Revision(revision)))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range doc.Elements {
		out[e.ID] = e.Form
	}
	return out
}

// Applying the changes to the earlier forms gives the later ones.
func TestDiff_AppliedToTheEarlierFormsGivesTheLater(t *testing.T) {
	t.Parallel()
	log := recordtest.New(t).Log
	rapid.Check(t, func(t *rapid.T) {
		id := uuid.New()
		n := len(history(t, log, id, true))
		s := span(t, log, id, n)
		forms := s.earlier
		for _, c := range s.changes {
			switch {
			case c.Op == audit.OpPatched:
				next, err := c.Patch.Apply(forms[c.Element])
				if err != nil {
					t.Fatal(err)
				}
				forms[c.Element] = next
			case c.Subject == audit.SubjectElement && c.Op == audit.OpRemoved:
				delete(forms, c.Element)
			case c.Subject == audit.SubjectElement && c.Op == audit.OpAdded && c.Path == "":
				forms[c.Element] = rebuilt(t, c.Element, s.changes)
			}
		}
		if len(forms) != len(s.later) {
			t.Fatalf("%d forms, want %d", len(forms), len(s.later))
		}
		for el, want := range s.later {
			if !document.Equal(forms[el], want) {
				t.Fatalf("form %s\n got %s\nwant %s", el, text(forms[el]), text(want))
			}
		}
	})
}

// rebuilt makes a form of the fields that have come with it.
func rebuilt(t *rapid.T, el uuid.UUID, changes []audit.Change) *document.Node {
	var form *document.Node
	for _, c := range changes {
		if c.Subject != audit.SubjectForm || c.Element != el {
			continue
		}
		path, err := document.ParsePath(c.Path)
		if err != nil || c.Op != audit.OpAdded {
			t.Fatalf("%+v: %v", c, err)
		}
		form = put(form, path, c.To)
	}
	return form
}

// put sets a value and makes what is missing on the way; rows come in their order.
func put(n *document.Node, path document.Path, v *document.Node) *document.Node {
	if len(path) == 0 {
		return v
	}
	step := path[0]
	if !step.IsRow {
		if n == nil {
			n = document.NewObject()
		}
		child, _ := n.Get(step.Key)
		return n.Set(step.Key, put(child, path[1:], v))
	}
	list := document.NewArray()
	for _, row := range n.Items() {
		list.Append(row)
	}
	if step.Index == list.Len() {
		return list.Append(put(nil, path[1:], v))
	}
	out := document.NewArray()
	for i, row := range list.Items() {
		if i == step.Index {
			row = put(row, path[1:], v)
		}
		out.Append(row)
	}
	return out
}

// Every field that is named differs as it is said to, the list is empty exactly when the forms are equal, and who did it is an event
// between the points.
func TestDiff_SaysOnlyWhatIsTrue(t *testing.T) {
	t.Parallel()
	log := recordtest.New(t).Log
	rapid.Check(t, func(t *rapid.T) {
		id := uuid.New()
		events := history(t, log, id, true)
		s := span(t, log, id, len(events))
		named := map[uuid.UUID]bool{}
		for _, c := range s.changes {
			named[c.Element] = true
			if !slices.IsSorted(c.Revisions) || c.Revisions[0] <= s.from || c.By.Revision > s.to || c.By.Revision != c.Revisions[len(c.Revisions)-1] {
				t.Fatalf("between %d and %d: %+v", s.from, s.to, c)
			}
			if c.By.Actor.ID != fmt.Sprint(100+c.By.Revision) || c.By.Fact != events[c.By.Revision].Fact() {
				t.Fatalf("cause %+v is not the event", c.By)
			}
			if c.Subject == audit.SubjectForm && c.Patch == nil {
				s.checkField(t, &c)
			}
		}
		for el, form := range s.later {
			if before, ok := s.earlier[el]; ok && named[el] == document.Equal(before, form) {
				t.Fatalf("form %s: named %v\n from %s\n to %s", el, named[el], text(before), text(form))
			}
		}
	})
}

func (s *spanned) checkField(t *rapid.T, c *audit.Change) {
	at := func(form *document.Node, path string) *document.Node {
		p, err := document.ParsePath(path)
		if err != nil {
			t.Fatal(err)
		}
		n, _ := form.Lookup(p)
		return n
	}
	if c.To != nil && !document.Equal(at(s.later[c.Element], c.Path), c.To) {
		t.Fatalf("%+v: the later form is %s", c, text(s.later[c.Element]))
	}
	if c.Op == audit.OpRemoved && !document.Equal(at(s.earlier[c.Element], c.Path), c.From) {
		t.Fatalf("%+v: the earlier form is %s", c, text(s.earlier[c.Element]))
	}
}

// In forms without lists, where a place is the same place for ever, a change is by the very last event after which the field was as
// it is in the end.
func TestDiff_IsByTheEventThatMadeTheFieldWhatItIs(t *testing.T) {
	t.Parallel()
	log := recordtest.New(t).Log
	rapid.Check(t, func(t *rapid.T) {
		id := uuid.New()
		n := len(history(t, log, id, false))
		s := span(t, log, id, n)
		for _, c := range s.changes {
			if _, there := s.later[c.Element]; c.Subject != audit.SubjectForm || c.Patch != nil || !there {
				continue // of a form that has gone, all fields are said to have gone with it
			}
			is := place(s.later[c.Element], c.Path, c.To)
			if was := place(formsAt(t, log, id, c.By.Revision-1)[c.Element], c.Path, c.To); was == is {
				t.Fatalf("%s of %s is %q by revision %d, but was so before", c.Path, c.Element, is, c.By.Revision)
			}
			for r := c.By.Revision; r <= s.to; r++ {
				if now := place(formsAt(t, log, id, r)[c.Element], c.Path, c.To); now != is {
					t.Fatalf("%s of %s is %q by revision %d, but at %d it was %q", c.Path, c.Element, is, c.By.Revision, r, now)
				}
			}
		}
	})
}

// place says what stands at a path: a scalar or something empty by its text, else only that there is something. Where a value went (to
// is nil), something empty is something too.
func place(form *document.Node, path string, to *document.Node) string {
	p, err := document.ParsePath(path)
	if err != nil {
		return err.Error()
	}
	n, ok := form.Lookup(p)
	switch {
	case !ok || form == nil:
		return "nothing"
	case n.Len() > 0, to == nil && n.Kind() == document.KindObject:
		return "something"
	}
	return text(n)
}
