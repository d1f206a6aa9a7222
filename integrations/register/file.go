package register

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// File is a register read from one JSON file. It does not change after it is made, so it needs no lock.
type File struct {
	parties       map[int]Party
	byUUID        map[uuid.UUID]int
	byNumber      map[string]int // people and organisations: their lengths differ
	byUser        map[int]int
	owners        map[string]ServiceOwner
	ownerByNumber map[string]string
	roles         map[int]map[int][]string // person, party, sorted role codes
	clients       []Client

	sorted   []Party           // every party by id
	mandates map[int][]Mandate // by person
	members  map[int][]Member  // by party
}

// Load reads and checks a register file. The error is a [*FaultError] with all faults when the file can
// be read but is refused.
func Load(path string) (*File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the register: %w", err)
	}
	return parse(path, data)
}

// Parse checks a register file in memory. The error is a [*FaultError] with all faults.
func Parse(data []byte) (*File, error) { return parse("register", data) }

func parse(path string, data []byte) (*File, error) {
	doc, faults := decode(data)
	if len(faults) > 0 {
		// Records with a fault are left out, so checks across records would blame innocent lines.
		return nil, refuse(path, faults)
	}
	file, faults := build(doc)
	if len(faults) > 0 {
		return nil, refuse(path, faults)
	}
	return file, nil
}

func refuse(path string, faults []Fault) error {
	slices.SortStableFunc(faults, func(a, b Fault) int { return cmp.Compare(a.Line, b.Line) })
	return &FaultError{Path: path, Faults: faults}
}

// Party finds a party by its party id.
func (f *File) Party(_ context.Context, id int) (Party, error) {
	p, found := f.parties[id]
	return p, missing(found, "party %d", id)
}

// PartyByUUID finds a party by its uuid.
func (f *File) PartyByUUID(_ context.Context, id uuid.UUID) (Party, error) {
	p, found := f.parties[f.byUUID[id]]
	return p, missing(found, "party with uuid %s", id)
}

// PartyByOrganisationNumber finds an organisation by its nine digits.
func (f *File) PartyByOrganisationNumber(_ context.Context, number string) (Party, error) {
	p, found := f.parties[f.organisation(number)]
	return p, missing(found, "organisation with this number")
}

// PartyByPersonNumber finds a person by the eleven digits. The error does not repeat them.
func (f *File) PartyByPersonNumber(_ context.Context, number string) (Party, error) {
	p, found := f.parties[f.byNumber[number]]
	if !found || p.Kind != Person {
		return Party{}, missing(false, "person with this number")
	}
	return p, nil
}

// User finds the person with a user id.
func (f *File) User(_ context.Context, userID int) (Party, error) {
	p, found := f.parties[f.byUser[userID]]
	return p, missing(found, "user %d", userID)
}

// ServiceOwner finds a service owner by its code, in any case.
func (f *File) ServiceOwner(_ context.Context, code string) (ServiceOwner, error) {
	o, found := f.owners[strings.ToLower(code)]
	return o, missing(found, "service owner %q", code)
}

// ServiceOwnerByNumber finds a service owner by its nine digit organisation number.
func (f *File) ServiceOwnerByNumber(_ context.Context, number string) (ServiceOwner, error) {
	o, found := f.owners[f.ownerByNumber[number]]
	return o, missing(found, "service owner with this number")
}

// Roles gives the codes, sorted, of the roles that a person holds for a party. See [Roles].
func (f *File) Roles(_ context.Context, person, party int) ([]string, error) {
	p, found := f.parties[person]
	if !found || p.Kind != Person {
		return nil, missing(false, "person %d", person)
	}
	if _, found := f.parties[party]; !found {
		return nil, missing(false, "party %d", party)
	}
	return slices.Clone(f.roles[person][party]), nil
}

// Mandates gives every party that a person may act for: the own party first, then the others by party id.
func (f *File) Mandates(_ context.Context, person int) ([]Mandate, error) {
	list, found := f.mandates[person]
	return slices.Clone(list), missing(found, "person %d", person)
}

// Members gives every person who holds a role for a party, by party id.
func (f *File) Members(_ context.Context, party int) ([]Member, error) {
	_, found := f.parties[party]
	return slices.Clone(f.members[party]), missing(found, "party %d", party)
}

// All gives every party of the register, by party id.
func (f *File) All() []Party { return slices.Clone(f.sorted) }

// ServiceOwners gives every service owner, by code.
func (f *File) ServiceOwners() []ServiceOwner {
	list := make([]ServiceOwner, 0, len(f.owners))
	for _, o := range f.owners {
		list = append(list, o)
	}
	slices.SortFunc(list, func(a, b ServiceOwner) int { return cmp.Compare(a.Code, b.Code) })
	return list
}

// Clients gives every Maskinporten client, in the order of the file.
func (f *File) Clients() []Client { return slices.Clone(f.clients) }

// String tells how much the register holds, and nothing of what it holds.
func (f *File) String() string {
	return fmt.Sprintf("register of %d parties, %d service owners", len(f.parties), len(f.owners))
}

// GoString gives what String gives, so that %#v shows no numbers or names either.
func (f *File) GoString() string { return f.String() }

// missing gives an error that matches ErrNotFound unless found.
func missing(found bool, format string, args ...any) error {
	if found {
		return nil
	}
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), ErrNotFound)
}
