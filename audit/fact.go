package audit

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
)

// Subjects of changes, in the order in which Diff lists them.
const (
	SubjectInstance     = "instance"     // owner, appVersion, dueBefore, visibleAfter, submissions, softDeleted
	SubjectProcess      = "process"      // current task, history, end
	SubjectSubstatus    = "substatus"    // label, description
	SubjectPresentation = "presentation" // texts for lists, by name
	SubjectDataValue    = "dataValue"    // values for searches, by name
	SubjectRelation     = "relation"     // links to other instances, by link and handover
	SubjectConfirmation = "confirmation" // service owners' receipts, by org
	SubjectElement      = "element"      // what is known of a form or file beside its contents
	SubjectForm         = "form"         // the contents of a form
)

// factKey is a place in an instance outside its forms.
type factKey struct {
	subject string
	element uuid.UUID
	path    string
}

// facts are the values of an instance outside its forms, by place.
type facts struct {
	order  []factKey
	values map[factKey]*document.Node
}

func (f *facts) put(subject, path string, v *document.Node) {
	f.set(factKey{subject: subject, path: path}, v)
}

func (f *facts) set(key factKey, v *document.Node) {
	f.order = append(f.order, key)
	f.values[key] = v
}

// text puts a text unless it is empty.
func (f *facts) text(subject, path, v string) {
	if v != "" {
		f.put(subject, path, document.String(v))
	}
}

// time puts a time unless there is none.
func (f *facts) time(subject, path string, t time.Time) {
	if !t.IsZero() {
		f.put(subject, path, timeNode(t))
	}
}

func timeNode(t time.Time) *document.Node { return document.String(t.UTC().Format(timeFormat)) }

// factsOf takes an instance apart. One that does not exist has no facts.
func factsOf(s *instance.State) *facts {
	f := &facts{values: map[factKey]*document.Node{}}
	if !s.Exists() {
		return f
	}
	f.instance(s)
	f.process(&s.Process)
	if u := s.Substatus; u != nil {
		f.text(SubjectSubstatus, "label", u.Label)
		f.text(SubjectSubstatus, "description", u.Description)
	}
	f.texts(SubjectPresentation, s.Presentation)
	f.texts(SubjectDataValue, s.DataValues)
	for i := range s.Relations {
		r := &s.Relations[i]
		f.put(SubjectRelation, r.Link+"/"+string(r.Side)+"/"+r.Handover.String(), relationNode(r))
	}
	for _, c := range s.Confirmations {
		f.time(SubjectConfirmation, c.Org, c.At)
	}
	for i := range s.Elements {
		f.element(&s.Elements[i])
	}
	return f
}

func (f *facts) instance(s *instance.State) {
	f.put(SubjectInstance, "owner", document.Int(int64(s.Owner)))
	f.text(SubjectInstance, "appVersion", s.Version)
	f.time(SubjectInstance, "dueBefore", s.DueBefore)
	f.time(SubjectInstance, "visibleAfter", s.VisibleAfter)
	if s.Submissions > 0 {
		f.put(SubjectInstance, "submissions", document.Int(int64(s.Submissions)))
	}
	f.time(SubjectInstance, "softDeleted", s.SoftDeleted)
}

func (f *facts) process(p *instance.Process) {
	f.text(SubjectProcess, "startEvent", p.StartEvent)
	if t := p.Current; t != nil {
		f.text(SubjectProcess, "currentTask", t.ID)
		f.put(SubjectProcess, "flow", document.Int(int64(t.Flow)))
	}
	f.time(SubjectProcess, "ended", p.Ended)
	f.text(SubjectProcess, "endEvent", p.EndEvent)
	for i, h := range p.History {
		at := "history[" + strconv.Itoa(i) + "]."
		f.text(SubjectProcess, at+"task", h.Task)
		f.text(SubjectProcess, at+"action", h.Action)
		f.time(SubjectProcess, at+"ended", h.Ended)
		if h.Abandoned {
			f.put(SubjectProcess, at+"abandoned", document.Bool(true))
		}
	}
}

func (f *facts) texts(subject string, m map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		f.put(subject, key, document.String(m[key]))
	}
}

func relationNode(r *instance.Relation) *document.Node {
	return document.NewObject().
		Set("app", document.String(r.App)).
		Set("instance", document.String(fmt.Sprintf("%d/%s", r.Party, r.Instance))).
		Set("chain", document.String(r.Chain.String()))
}

// element puts what is known of an element. Every element has a data type, which therefore tells when it came and went.
func (f *facts) element(e *instance.Element) {
	put := func(path string, v *document.Node) { f.set(factKey{SubjectElement, e.ID, path}, v) }
	put(pathDataType, document.String(e.DataType))
	put("contentType", document.String(e.ContentType))
	if e.Filename != "" {
		put("filename", document.String(e.Filename))
	}
	if !e.IsForm() {
		put("size", document.Int(e.Size))
		put("blob", document.String(e.Blob.String()))
	}
	if e.Locked {
		put("locked", document.Bool(true))
	}
}

const pathDataType = "dataType"

// differences gives the places whose values differ: first those of a, then those that only b has.
func differences(a, b *facts) []factKey {
	var keys []factKey
	for _, k := range a.order {
		if v, ok := b.values[k]; !ok || !document.Equal(a.values[k], v) {
			keys = append(keys, k)
		}
	}
	for _, k := range b.order {
		if _, ok := a.values[k]; !ok {
			keys = append(keys, k)
		}
	}
	return keys
}
