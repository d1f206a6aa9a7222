package instance

import (
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/document"
)

// Event is one fact about an instance. Fact gives its name, which is the last part of the recorded type.
type Event interface{ Fact() string }

// Created begins an instance. The owner is named by party id; who that is, the register knows.
type Created struct {
	Owner        int
	DueBefore    time.Time // zero: none
	VisibleAfter time.Time // zero: at once
	StartEvent   string    // BPMN id
}

// DataElementAdded adds a form or a file. Form is set for forms, Blob for files.
type DataElementAdded struct {
	Element     uuid.UUID
	DataType    string
	Task        string // the task that the data type belongs to; empty: none
	ContentType string
	Filename    string
	Size        int64
	Blob        uuid.UUID
	Form        *document.Node
}

// FormDataPatched changes a form by an RFC 6902 patch.
type FormDataPatched struct {
	Element uuid.UUID
	Patch   document.Patch
}

// FormDataReplaced gives a form new contents.
type FormDataReplaced struct {
	Element uuid.UUID
	Form    *document.Node
}

// FileReplaced gives a file new contents.
type FileReplaced struct {
	Element     uuid.UUID
	ContentType string
	Filename    string
	Size        int64
	Blob        uuid.UUID
}

// DataElementDeleted removes a form or a file.
type DataElementDeleted struct{ Element uuid.UUID }

// TaskStarted enters a task. Flow counts the steps of the process; the first task has 2, as in Altinn.
type TaskStarted struct {
	Task, Name, TaskType string
	Flow                 int
}

// ActionPerformed is a named action on a task, such as "confirm" or "reject".
type ActionPerformed struct{ Task, Action string }

// TaskCompleted leaves a task. Abandoned: by reject, so that its data is not locked.
type TaskCompleted struct {
	Task      string
	Abandoned bool
}

// ProcessEnded reaches an end event; the instance is archived.
type ProcessEnded struct{ EndEvent string }

// Submitted says that the instance has been handed in. Number counts the submissions of the instance from 1.
type Submitted struct{ Number int }

// SubstatusSet is the service owner's word on where the case stands, shown to the owner of the instance.
type SubstatusSet struct{ Label, Description string }

// PresentationSet gives the texts for lists and the values for searches that the app takes from its form data. The maps are complete:
// what is not in them is gone.
type PresentationSet struct{ Texts, Values map[string]string }

// Side of a link.
type Side string

// The two sides of a link.
const (
	SideSource Side = "source" // this instance made the other one
	SideTarget Side = "target" // this instance was made from the other one
)

// Linked ties this instance to another one. Side says which of the two this one is.
type Linked struct {
	Chain    uuid.UUID
	Handover uuid.UUID
	Link     string // id of the declaration in the source app
	Side     Side
	App      string // "org/app" of the other instance
	Instance uuid.UUID
	Party    int // owner of the other instance
}

// Read says that somebody has seen the instance as it is now.
type Read struct{}

// SoftDeleted moves the instance to the bin.
type SoftDeleted struct{}

// Undeleted takes it out again.
type Undeleted struct{}

// Erased says that the instance's key is to be destroyed. Nothing follows it.
type Erased struct{}

// CompletionConfirmed is a service owner's receipt for an ended instance.
type CompletionConfirmed struct{ Org string }

// Fact names.
const (
	FactCreated             = "Created"
	FactDataElementAdded    = "DataElementAdded"
	FactFormDataPatched     = "FormDataPatched"
	FactFormDataReplaced    = "FormDataReplaced"
	FactFileReplaced        = "FileReplaced"
	FactDataElementDeleted  = "DataElementDeleted"
	FactTaskStarted         = "TaskStarted"
	FactActionPerformed     = "ActionPerformed"
	FactTaskCompleted       = "TaskCompleted"
	FactProcessEnded        = "ProcessEnded"
	FactSubmitted           = "Submitted"
	FactSubstatusSet        = "SubstatusSet"
	FactPresentationSet     = "PresentationSet"
	FactLinked              = "Linked"
	FactRead                = "Read"
	FactSoftDeleted         = "SoftDeleted"
	FactUndeleted           = "Undeleted"
	FactErased              = "Erased"
	FactCompletionConfirmed = "CompletionConfirmed"
)

func (Created) Fact() string             { return FactCreated }
func (DataElementAdded) Fact() string    { return FactDataElementAdded }
func (FormDataPatched) Fact() string     { return FactFormDataPatched }
func (FormDataReplaced) Fact() string    { return FactFormDataReplaced }
func (FileReplaced) Fact() string        { return FactFileReplaced }
func (DataElementDeleted) Fact() string  { return FactDataElementDeleted }
func (TaskStarted) Fact() string         { return FactTaskStarted }
func (ActionPerformed) Fact() string     { return FactActionPerformed }
func (TaskCompleted) Fact() string       { return FactTaskCompleted }
func (ProcessEnded) Fact() string        { return FactProcessEnded }
func (Submitted) Fact() string           { return FactSubmitted }
func (SubstatusSet) Fact() string        { return FactSubstatusSet }
func (PresentationSet) Fact() string     { return FactPresentationSet }
func (Linked) Fact() string              { return FactLinked }
func (Read) Fact() string                { return FactRead }
func (SoftDeleted) Fact() string         { return FactSoftDeleted }
func (Undeleted) Fact() string           { return FactUndeleted }
func (Erased) Fact() string              { return FactErased }
func (CompletionConfirmed) Fact() string { return FactCompletionConfirmed }
