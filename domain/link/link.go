package link

import (
	"fmt"
	"regexp"
	"strings"
)

// Link is one declaration. Lists keep the order of the file.
type Link struct {
	ID          string       // unique in the app, see ValidID
	On          Trigger      // what A must do
	If          Value        // an expression over A that must give true; zero for always
	Create      App          // the app B
	Owner       Owner        // the instance owner of B
	DataType    string       // B's data type that Prefill fills; empty for that of B's first task
	Prefill     []Assignment // paths of B, values over A
	Attachments []Attachment // data elements that go along
	Back        Back         // what A learns when B ends
}

// App names an app of any org.
type App struct {
	Org  string
	Name string
}

// String gives "org/name".
func (a App) String() string { return a.Org + "/" + a.Name }

// Assignment puts a value at a path of a data model, such as "sak.kilde".
type Assignment struct {
	Path  string
	Value Value
}

// Attachment sends all elements of a data type of A along as elements of a data type of B.
type Attachment struct {
	From string // data type id of A
	To   string // data type id of B
}

// Back is what A learns when B's process ends. Its values are over B.
type Back struct {
	// Label and Description become A's substatus, in any state of A; zero for none.
	Label       Value
	Description Value
	// Data is written to A's form data if A's process has not ended.
	Data []Assignment
}

// IsZero reports whether nothing comes back.
func (b Back) IsZero() bool { return b.Label.IsZero() && b.Description.IsZero() && len(b.Data) == 0 }

var (
	idPattern   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
	namePattern = idPattern // org and app names of Altinn have the same form
)

// ValidID reports whether id may name a link: lower-case letters, digits and hyphens, at most 63, not
// beginning with a hyphen.
func ValidID(id string) bool { return idPattern.MatchString(id) }

// ParseApp reads "org/app".
func ParseApp(text string) (App, error) {
	org, name, ok := strings.Cut(text, "/")
	if !ok || !namePattern.MatchString(org) || !namePattern.MatchString(name) {
		return App{}, fmt.Errorf("link: %q is not of the form org/app", text)
	}
	return App{Org: org, Name: name}, nil
}
