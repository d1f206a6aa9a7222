package register

import (
	"context"
	"errors"

	"github.com/google/uuid"
)

// ErrNotFound is what every lookup returns (wrapped) when the register does not hold what was asked for.
var ErrNotFound = errors.New("not in the register")

// RolePrivate is the role that every person holds for the own party, without its being written anywhere.
const RolePrivate = "PRIV"

// Parties finds people and organisations. Each method returns an error that matches [ErrNotFound] when
// there is no such party, and another error when the register cannot answer.
type Parties interface {
	// Party finds a party by its party id.
	Party(ctx context.Context, id int) (Party, error)
	// PartyByUUID finds a party by its uuid.
	PartyByUUID(ctx context.Context, id uuid.UUID) (Party, error)
	// PartyByOrganisationNumber finds an organisation by its nine digits.
	PartyByOrganisationNumber(ctx context.Context, number string) (Party, error)
	// PartyByPersonNumber finds a person by the eleven digits.
	PartyByPersonNumber(ctx context.Context, number string) (Party, error)
}

// Users finds people by the number that Altinn gives those who log in.
type Users interface {
	// User finds the person with a user id; the error matches [ErrNotFound] when nobody has it.
	User(ctx context.Context, userID int) (Party, error)
}

// ServiceOwners finds the organisations that offer services.
type ServiceOwners interface {
	// ServiceOwner finds a service owner by its code, in any case.
	ServiceOwner(ctx context.Context, code string) (ServiceOwner, error)
	// ServiceOwnerByNumber finds a service owner by its nine digit organisation number.
	ServiceOwnerByNumber(ctx context.Context, number string) (ServiceOwner, error)
}

// Roles tells who may act for whom. A person always holds [RolePrivate] for the own party.
type Roles interface {
	// Roles gives the codes, sorted, of the roles that a person (party id) holds for a party (party id).
	// It is empty when the person holds none. The error matches [ErrNotFound] when the register holds
	// no such person or no such party.
	Roles(ctx context.Context, person, party int) ([]string, error)
	// Mandates gives every party that a person may act for: the own party first, then the others by
	// party id.
	Mandates(ctx context.Context, person int) ([]Mandate, error)
	// Members gives every person who holds a role for a party, by party id.
	Members(ctx context.Context, party int) ([]Member, error)
}

// Register is all that the program asks about people, organisations and roles.
type Register interface {
	Parties
	Users
	ServiceOwners
	Roles
}

var _ Register = (*File)(nil)
