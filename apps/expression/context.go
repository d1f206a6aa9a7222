package expression

import (
	"errors"
	"time"
)

// Context is what an expression can see. Every part is optional: a function that needs a part that is absent
// fails with an *EvalError that says which, or gives the value that its comment names. A Context may be reused, but
// must not be changed while an evaluation runs. The parts must be safe for as many goroutines as use the Context.
type Context struct {
	Data        DataModel      // dataModel, component, _experimentalSelectAndMap; absent: they fail
	Row         Row            // where the expression stands; zero: outside every row
	Components  Components     // component, displayValue, linkToComponent; absent: they fail
	Display     DisplayValues  // displayValue; absent: it fails
	Texts       Texts          // text, and the labels of optionLabel; absent: keys stand for themselves
	Options     Options        // optionLabel; absent: it fails
	Elements    DataElements   // countDataElements; absent: 0, as in stateless apps
	External    ExternalAPIs   // externalApi; absent: null
	Settings    Settings       // frontendSettings; absent: null
	Instance    *Instance      // instanceContext, links; absent: null, as in stateless apps
	Task        *Task          // authContext, links; absent: every standard action is refused
	Action      string         // gatewayAction: the action given to process/next; "" is null
	Argv        []Value        // argv
	Values      *Values        // value; absent: it fails
	Language    string         // language, formatDate: nb, nn, en; "" is nb
	TimeZone    *time.Location // zone that formatDate shows times with an offset in; nil is UTC
	CurrentPage string         // id of the page that the person sees, for the way back of links
}

// ErrNotFound is what the parts of a Context return for a data type, component or option list that does not exist.
var ErrNotFound = errors.New("not found")

// ErrUnreachable is what Components returns for a component that stands in a row of a repeating group that the
// caller is not in, so that nobody can tell which row is meant.
var ErrUnreachable = errors.New("in a row that cannot be reached from here")

// DataModel gives values of the form data.
type DataModel interface {
	// Lookup gives the value at path in the model of dataType ("" is the default type), with missing indices taken
	// from row. A path that leads nowhere gives null; an unknown data type gives ErrNotFound; other errors
	// (such as several elements of the type and none chosen) are passed on.
	Lookup(dataType string, path Path, row Row) (Value, error)
}

// Component is what expressions need to know of a component.
type Component struct {
	Type      string // Altinn's component type, such as Input
	Page      string // id of the page that it is on
	IndexedID string // id with row indices, such as name-2-0
	DataType  string // data type of its simpleBinding; "" is the default type
	Binding   Path   // its simpleBinding; empty when it has none
	Hidden    bool   // whether it, its row, an ancestor or its page is hidden as seen from the caller's row
}

// Components knows the components of the layouts.
type Components interface {
	// Component gives the component with an id, as seen from a row. It returns ErrNotFound when there is none, and
	// ErrUnreachable when it cannot tell which row is meant. Errors of hidden expressions are passed on.
	Component(id string, row Row) (Component, error)
}

// DisplayValues knows what summaries show.
type DisplayValues interface {
	// DisplayValue gives the text that a summary shows for a component. It says false for components that show none,
	// such as a paragraph.
	DisplayValue(id string, row Row) (text string, shows bool, err error)
}

// Texts knows the text resources in the language of the Context.
type Texts interface {
	// Text gives the text with its variables filled in, and false when there is no text with the key.
	Text(key string, row Row) (text string, found bool, err error)
}

// Option is one choice of an option list.
type Option struct {
	Value Value
	Label string // text resource key, or the label itself
}

// Options knows the static option lists.
type Options interface {
	// Options gives a list, or ErrNotFound.
	Options(id string) ([]Option, error)
}

// DataElements counts the data elements of the instance.
type DataElements interface {
	// CountDataElements gives how many elements of the data type there are; 0 for an unknown type.
	CountDataElements(dataType string) (int, error)
}

// ExternalAPIs gives the answers of external APIs.
type ExternalAPIs interface {
	// ExternalAPI gives the whole answer, null when there is none.
	ExternalAPI(id string) (Value, error)
}

// Settings gives the FrontEndSettings of the app's settings file.
type Settings map[string]Value

// Instance is what instanceContext tells.
type Instance struct {
	ID             string // {partyId}/{guid}
	AppID          string // {org}/{app}
	OwnerPartyID   string
	OwnerPartyType string // org, person, selfIdentified or unknown
	OwnerName      string
}

// Task is the current task and what the person may do in it, as authContext tells it.
type Task struct {
	ID      string
	Read    bool
	Write   bool
	Actions map[string]bool // actions of the task, allowed or not
}

// Values are the named arguments that the function value gives: the fields of an option, or of a validation.
type Values struct {
	Default string // name used when value has no argument; "" is none
	Named   []Member
}
