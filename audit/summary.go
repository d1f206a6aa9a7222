package audit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/record"
)

// Summary says in a few words what happened, in the two written forms of Norwegian and in English. It names fields, tasks and data types, and
// never values, so that it may stand where the contents may not be seen.
type Summary struct {
	NB string `json:"nb"`
	NN string `json:"nn"`
	EN string `json:"en"`
}

// Languages that summaries come in.
var Languages = []string{"nb", "nn", "en"}

// In gives the summary in a language of Languages; English for any other.
func (s Summary) In(language string) string {
	switch language {
	case "nb":
		return s.NB
	case "nn":
		return s.NN
	}
	return s.EN
}

// mapped makes a Summary of each language's text.
func (s Summary) mapped(change func(text, language string) string) Summary {
	return Summary{NB: change(s.NB, "nb"), NN: change(s.NN, "nn"), EN: change(s.EN, "en")}
}

// Kinds of sentences that a fact alone does not tell.
const (
	fileAdded    = instance.FactDataElementAdded + "/file"
	fileDeleted  = instance.FactDataElementDeleted + "/file"
	formDeleted  = instance.FactDataElementDeleted + "/form"
	taskLeft     = instance.FactTaskCompleted + "/abandoned"
	linkedSource = instance.FactLinked + "/source"
	linkedTarget = instance.FactLinked + "/target"
)

// templates gives what is said of each fact. Details follow after a colon.
var templates = map[string]Summary{
	instance.FactCreated:             {"Opprettet", "Oppretta", "Created"},
	instance.FactDataElementAdded:    {"Skjema lagt til", "Skjema lagt til", "Form added"},
	fileAdded:                        {"Fil lagt til", "Fil lagd til", "File added"},
	instance.FactFormDataPatched:     {"Skjema endret", "Skjema endra", "Form changed"},
	instance.FactFormDataReplaced:    {"Skjema erstattet", "Skjema erstatta", "Form replaced"},
	instance.FactFileReplaced:        {"Fil erstattet", "Fil erstatta", "File replaced"},
	instance.FactDataElementDeleted:  {"Dataelement slettet", "Dataelement sletta", "Data element deleted"},
	formDeleted:                      {"Skjema slettet", "Skjema sletta", "Form deleted"},
	fileDeleted:                      {"Fil slettet", "Fil sletta", "File deleted"},
	instance.FactTaskStarted:         {"Oppgave startet", "Oppgåve starta", "Task started"},
	instance.FactActionPerformed:     {"Handling utført", "Handling utført", "Action performed"},
	instance.FactTaskCompleted:       {"Oppgave fullført", "Oppgåve fullført", "Task completed"},
	taskLeft:                         {"Oppgave avbrutt", "Oppgåve avbroten", "Task abandoned"},
	instance.FactProcessEnded:        {"Prosessen avsluttet", "Prosessen avslutta", "Process ended"},
	instance.FactSubmitted:           {"Sendt inn", "Sendt inn", "Submitted"},
	instance.FactSubstatusSet:        {"Delstatus satt", "Delstatus sett", "Substatus set"},
	instance.FactPresentationSet:     {"Visningstekster satt", "Visingstekstar sette", "Presentation texts set"},
	instance.FactLinked:              {"Koblet til annen instans", "Kopla til annan instans", "Linked to another instance"},
	linkedSource:                     {"Koblet til instansen den førte til", "Kopla til instansen han førte til", "Linked to the instance it gave rise to"},
	linkedTarget:                     {"Koblet til instansen den kommer fra", "Kopla til instansen han kjem frå", "Linked to the instance it comes from"},
	instance.FactRead:                {"Lest", "Lesen", "Read"},
	instance.FactSoftDeleted:         {"Lagt i papirkurven", "Lagd i papirkorga", "Moved to the bin"},
	instance.FactUndeleted:           {"Hentet fra papirkurven", "Henta frå papirkorga", "Taken out of the bin"},
	instance.FactErased:              {"Slettet for godt", "Sletta for godt", "Erased for good"},
	instance.FactCompletionConfirmed: {"Mottak bekreftet", "Mottak stadfesta", "Completion confirmed"},
}

var (
	erasedNote = Summary{" (innholdet er slettet)", " (innhaldet er sletta)", " (contents erased)"}
	andMore    = Summary{"og %d til", "og %d til", "and %d more"}
)

// maxFields is how many details a summary names before it counts the rest.
const maxFields = 6

// storyteller makes summaries of the events of one instance, which it must be told in order from the first one on.
type storyteller struct {
	elements map[uuid.UUID]element
	tasks    map[string]string // name by id
}

// element is what a later event does not tell of an element.
type element struct {
	dataType string
	form     bool
}

func (s *storyteller) tell(e *record.Entry) Summary {
	if e.Erased {
		return erasedTemplateOf(e.Fact()).mapped(func(text, language string) string {
			if e.Fact() == instance.FactErased {
				return text
			}
			return text + erasedNote.In(language)
		})
	}
	s.learn(e.Instance)
	kind, details := s.details(e.Instance)
	return templateOf(kind).mapped(func(text, language string) string {
		if len(details) == 0 {
			return text
		}
		return text + ": " + enumerate(details, language)
	})
}

// templateOf gives the template of a kind; a fact without one is called by its name.
func templateOf(kind string) Summary {
	if t, ok := templates[kind]; ok {
		return t
	}
	return Summary{kind, kind, kind}
}

// erasedTemplateOf gives the template of a fact whose kind can no longer be known.
func erasedTemplateOf(fact string) Summary {
	switch fact {
	case instance.FactDataElementAdded: // a form or a file
		return Summary{"Dataelement lagt til", "Dataelement lagt til", "Data element added"}
	case instance.FactTaskCompleted: // or abandoned
		return Summary{"Oppgave forlatt", "Oppgåve forlaten", "Task left"}
	}
	return templateOf(fact)
}

func enumerate(details []string, language string) string {
	if len(details) <= maxFields {
		return strings.Join(details, ", ")
	}
	return strings.Join(details[:maxFields], ", ") + " " + fmt.Sprintf(andMore.In(language), len(details)-maxFields)
}

// learn keeps what later events leave out.
func (s *storyteller) learn(e instance.Event) {
	if s.elements == nil {
		s.elements, s.tasks = map[uuid.UUID]element{}, map[string]string{}
	}
	switch e := e.(type) {
	case instance.DataElementAdded:
		s.elements[e.Element] = element{e.DataType, e.Form != nil}
	case instance.TaskStarted:
		s.tasks[e.Task] = e.Task
		if e.Name != "" {
			s.tasks[e.Task] = e.Name
		}
	}
}

// details gives the kind of sentence and what comes after its colon.
func (s *storyteller) details(e instance.Event) (kind string, details []string) {
	switch e := e.(type) {
	case instance.DataElementAdded:
		if e.Form == nil {
			return fileAdded, some(e.DataType)
		}
		return e.Fact(), some(e.DataType)
	case instance.FormDataPatched:
		return e.Fact(), changedFields(e.Patch)
	case instance.FormDataReplaced:
		return e.Fact(), some(s.elements[e.Element].dataType)
	case instance.FileReplaced:
		return e.Fact(), some(s.elements[e.Element].dataType)
	case instance.DataElementDeleted:
		return s.deleted(e)
	case instance.TaskStarted:
		return e.Fact(), some(s.taskName(e.Task))
	case instance.ActionPerformed:
		return e.Fact(), some(e.Action)
	case instance.TaskCompleted:
		if e.Abandoned {
			return taskLeft, some(s.taskName(e.Task))
		}
		return e.Fact(), some(s.taskName(e.Task))
	case instance.PresentationSet:
		return e.Fact(), keysOf(e.Texts, e.Values)
	case instance.Linked:
		return e.Fact() + "/" + string(e.Side), some(e.App)
	case instance.CompletionConfirmed:
		return e.Fact(), some(e.Org)
	}
	return e.Fact(), nil
}

func (s *storyteller) deleted(e instance.DataElementDeleted) (string, []string) {
	el, known := s.elements[e.Element]
	switch {
	case !known:
		return e.Fact(), nil
	case el.form:
		return formDeleted, some(el.dataType)
	}
	return fileDeleted, some(el.dataType)
}

func (s *storyteller) taskName(id string) string {
	if name, ok := s.tasks[id]; ok {
		return name
	}
	return id
}

func some(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func keysOf(maps ...map[string]string) []string {
	var keys []string
	for _, m := range maps {
		for k := range m {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// changedFields gives the places that a patch changes, each once, in the order of its operations.
func changedFields(p document.Patch) []string {
	var fields []string
	named := map[string]bool{"": true}
	name := func(place document.Pointer) {
		if f := fieldName(place); !named[f] {
			named[f] = true
			fields = append(fields, f)
		}
	}
	for _, op := range p {
		switch op.Op {
		case document.OpTest:
		case document.OpMove:
			name(op.From)
			name(op.Path)
		default:
			name(op.Path)
		}
	}
	return fields
}

// fieldName writes a pointer as a dotted path. A number is taken for a row, which members of a form's model are never called.
func fieldName(place document.Pointer) string {
	path := make(document.Path, len(place))
	for i, token := range place {
		path[i] = document.Field(token)
		if isDigits(token) {
			if n, err := strconv.Atoi(token); err == nil {
				path[i] = document.Row(n)
			}
		}
	}
	if n := len(path); n > 0 && path[n-1].Key == "-" {
		return path[:n-1].String() + "[+]"
	}
	return path.String()
}
