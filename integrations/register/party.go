package register

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/google/uuid"
)

// Kind tells people from organisations.
type Kind string

// The kinds of parties.
const (
	Person       Kind = "person"
	Organisation Kind = "organisation"
)

// Address is a postal address in Norway.
type Address struct {
	Street     string // street and house number, one line
	PostalCode string // four digits, may begin with 0
	PostalCity string
}

// Party is a person or an organisation. However it is formatted or logged, it shows its id and kind
// only, never a number, a name or an address.
type Party struct {
	ID   int       // party id, unique in the register
	UUID uuid.UUID // unique in the register
	Kind Kind
	// Name is the full name: of a person first, middle and last name, of an organisation the
	// registered name.
	Name string

	PersonNumber string // eleven digits, people only
	FirstName    string // people only
	MiddleName   string // people only, often empty
	LastName     string // people only
	UserID       int    // people only, unique in the register
	UserName     string // people only, often empty
	Language     string // people only: "nb", "nn" or "en", empty when not chosen

	OrganisationNumber string // nine digits, organisations only
	UnitType           string // organisations only: code of the organisation form, such as "AS" or "KOMM"
	ParentID           int    // organisations only: party id of the main unit of a sub-unit, else 0

	Address   Address // of an organisation the business address
	Email     string
	Telephone string
}

// String tells the party's kind and id, and nothing that is personal.
func (p Party) String() string { return fmt.Sprintf("%s %d", p.Kind, p.ID) }

// Format writes what String gives, whatever the verb, so that no verb shows numbers or names.
func (p Party) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue logs the party's kind and id, and nothing that is personal.
func (p Party) LogValue() slog.Value {
	return slog.GroupValue(slog.String("kind", string(p.Kind)), slog.Int("id", p.ID))
}

// ServiceOwner is an organisation that offers services: the "org" of an app.
type ServiceOwner struct {
	Code    string            // short name in lower case, such as "nordvik"
	PartyID int               // the organisation's party id
	Number  string            // the organisation's number, nine digits
	Name    map[string]string // name by language: "nb", "nn", "en"; shared, not to be changed
}

// Client is a Maskinporten client of an organisation.
type Client struct {
	ID        string   // client id, unique
	Org       string   // code of the service owner, empty for a client of another organisation
	OrgNumber string   // number of the organisation that the client belongs to, nine digits
	Scopes    []string // scopes that the organisation has been given; shared, not to be changed
}

// Mandate is a party that a person may act for, with the roles that the person holds for it.
type Mandate struct {
	Party Party
	Roles []string // role codes, sorted; shared, not to be changed
}

// Member is a person who may act for a party, with the roles held for it.
type Member struct {
	Person Party
	Roles  []string // role codes, sorted; shared, not to be changed
}
