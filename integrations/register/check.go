package register

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"
)

var (
	ownerCode  = regexp.MustCompile(`^[a-z][a-z0-9]{1,19}$`)
	postalCode = regexp.MustCompile(`^[0-9]{4}$`)
	roleCode   = regexp.MustCompile(`^[\p{L}\p{N}_-]{1,40}$`)
	scopeName  = regexp.MustCompile(`^[!#-\[\]-~]+$`) // RFC 6749, section 3.3
)

// builder turns a document into a register and collects faults of meaning. It belongs to the goroutine
// that builds.
type builder struct {
	file   *File
	faults []Fault
}

// build checks everything and fills the indexes.
func build(doc document) (*File, []Fault) {
	b := &builder{file: newFile()}
	for _, p := range doc.parties {
		b.party(p.line, p.record)
	}
	for _, p := range doc.parties {
		b.parent(p.line, p.record)
	}
	for _, o := range doc.owners {
		b.owner(o.line, o.record)
	}
	for _, r := range doc.roles {
		b.role(r.line, r.record)
	}
	for _, c := range doc.clients {
		b.client(c.line, c.record)
	}
	b.file.finish()
	return b.file, b.faults
}

func (b *builder) fault(line int, where, format string, args ...any) {
	b.faults = append(b.faults, Fault{Line: line, Where: where, Message: fmt.Sprintf(format, args...)})
}

func (b *builder) party(line int, r partyRecord) {
	where := fmt.Sprintf("party %d", r.PartyID)
	id, err := uuid.Parse(r.PartyUUID)
	if err != nil || id == uuid.Nil {
		b.fault(line, where, "partyUuid is not a uuid")
	}
	p := Party{
		ID: r.PartyID, UUID: id, Kind: Kind(r.Type), UserName: r.UserName, Language: r.Language,
		Email: r.Email, Telephone: r.Telephone,
	}
	switch p.Kind {
	case Person:
		b.person(line, where, r, &p)
	case Organisation:
		b.organisation(line, where, r, &p)
	default:
		b.fault(line, where, `type must be "person" or "organisation"`)
	}
	if code := p.Address.PostalCode; code != "" && !postalCode.MatchString(code) {
		b.fault(line, where, "the postal code must be four digits")
	}
	b.index(line, where, p)
}

// index takes the party in and reports every id that somebody else has.
func (b *builder) index(line int, where string, p Party) {
	f := b.file
	if p.ID <= 0 {
		b.fault(line, where, "partyId must be a whole number above 0")
	} else if _, taken := f.parties[p.ID]; taken {
		b.fault(line, where, "the party id is used by another party")
	}
	if other, taken := f.byUUID[p.UUID]; taken && p.UUID != uuid.Nil {
		b.fault(line, where, "partyUuid is used by party %d", other)
	}
	if other, taken := f.byNumber[p.number()]; taken && p.number() != "" {
		b.fault(line, where, "the number is used by party %d", other)
	}
	if other, taken := f.byUser[p.UserID]; taken && p.UserID != 0 {
		b.fault(line, where, "userId %d is used by party %d", p.UserID, other)
	}
	f.add(p)
}

func (b *builder) person(line int, where string, r partyRecord, p *Party) {
	p.PersonNumber, p.UserID = r.SSN, r.UserID
	p.FirstName, p.MiddleName, p.LastName = r.FirstName, r.MiddleName, r.LastName
	p.Name = strings.Join(strings.Fields(r.FirstName+" "+r.MiddleName+" "+r.LastName), " ")
	p.Address = Address{Street: r.Address, PostalCode: r.PostalCode, PostalCity: r.PostalCity}
	switch {
	case !ValidPersonNumber(r.SSN):
		b.fault(line, where, "ssn must be eleven digits with right check digits (mod 11)")
	case !IsSyntheticPersonNumber(r.SSN):
		b.fault(line, where, "ssn is not synthetic: 80 must be added to the month")
	}
	if r.UserID <= 0 {
		b.fault(line, where, "userId must be a whole number above 0")
	}
	if r.FirstName == "" || r.LastName == "" {
		b.fault(line, where, "a person needs firstName and lastName")
	}
	if r.OrgNumber != "" || r.UnitType != "" || r.Name != "" || r.ParentPartyID != 0 || r.BusinessAddress+r.BusinessPostalCode+r.BusinessPostalCity != "" {
		b.fault(line, where, "a person cannot have orgNumber, unitType, name, parentPartyId or a business address")
	}
	if !slices.Contains([]string{"", "nb", "nn", "en"}, r.Language) {
		b.fault(line, where, `language must be "nb", "nn" or "en"`)
	}
}

func (b *builder) organisation(line int, where string, r partyRecord, p *Party) {
	p.OrganisationNumber, p.UnitType, p.Name, p.ParentID = r.OrgNumber, r.UnitType, r.Name, r.ParentPartyID
	p.Address = Address{Street: r.BusinessAddress, PostalCode: r.BusinessPostalCode, PostalCity: r.BusinessPostalCity}
	switch {
	case !ValidOrganisationNumber(r.OrgNumber):
		b.fault(line, where, "orgNumber must be nine digits with the right check digit (mod 11)")
	case !IsSyntheticOrganisationNumber(r.OrgNumber):
		b.fault(line, where, "orgNumber is not synthetic: it must begin with 2 or 3")
	}
	if strings.TrimSpace(r.Name) == "" {
		b.fault(line, where, "an organisation needs a name")
	}
	if r.SSN+r.FirstName+r.MiddleName+r.LastName+r.UserName+r.Language+r.Address+r.PostalCode+r.PostalCity != "" || r.UserID != 0 {
		b.fault(line, where, "an organisation cannot have ssn, userId, userName, language, a person's names or a person's address")
	}
}

// parent checks the main unit of a sub-unit, once all parties are known.
func (b *builder) parent(line int, r partyRecord) {
	if r.ParentPartyID == 0 || Kind(r.Type) != Organisation {
		return
	}
	parent, known := b.file.parties[r.ParentPartyID]
	if !known || parent.Kind != Organisation || parent.ID == r.PartyID {
		b.fault(line, fmt.Sprintf("party %d", r.PartyID), "parentPartyId %d is not another organisation in this file", r.ParentPartyID)
	}
}

func (b *builder) owner(line int, r ownerRecord) {
	where := fmt.Sprintf("service owner %q", r.Code)
	if !ownerCode.MatchString(r.Code) {
		b.fault(line, where, "code must be 2 to 20 lower case letters and digits and begin with a letter")
	}
	if _, taken := b.file.owners[r.Code]; taken {
		b.fault(line, where, "the code is used by another service owner")
	}
	party, known := b.file.parties[r.PartyID]
	if !known || party.Kind != Organisation {
		b.fault(line, where, "partyId %d is not an organisation in this file", r.PartyID)
		return
	}
	if other, taken := b.file.ownerByNumber[party.OrganisationNumber]; taken {
		b.fault(line, where, "the organisation is service owner already, with code %q", other)
	}
	if r.Name["nb"] == "" {
		b.fault(line, where, `the name in "nb" is missing`)
	}
	b.file.addOwner(ServiceOwner{Code: r.Code, PartyID: r.PartyID, Number: party.OrganisationNumber, Name: r.Name})
}

func (b *builder) role(line int, r roleRecord) {
	where := fmt.Sprintf("roles of %d for %d", r.Person, r.Party)
	person, known := b.file.parties[r.Person]
	switch {
	case !known:
		b.fault(line, where, "person %d is not a party in this file", r.Person)
	case person.Kind != Person:
		b.fault(line, where, "party %d is not a person", r.Person)
	}
	if _, known := b.file.parties[r.Party]; !known {
		b.fault(line, where, "party %d is not in this file", r.Party)
	}
	if len(r.Roles) == 0 {
		b.fault(line, where, "roles is empty")
	}
	for _, code := range r.Roles {
		if !roleCode.MatchString(code) {
			b.fault(line, where, "%q is not a role code", code)
		}
		if strings.EqualFold(code, RolePrivate) && r.Person != r.Party {
			b.fault(line, where, "%s can be held for the own party only", RolePrivate)
		}
	}
	if _, again := b.file.roles[r.Person][r.Party]; again {
		b.fault(line, where, "the same person and party have roles on another line; write them together")
	}
	b.file.addRoles(r.Person, r.Party, r.Roles)
}

func (b *builder) client(line int, r clientRecord) {
	where := fmt.Sprintf("client %q", r.ClientID)
	if strings.TrimSpace(r.ClientID) == "" {
		b.fault(line, where, "clientId is missing")
	}
	if slices.ContainsFunc(b.file.clients, func(c Client) bool { return c.ID == r.ClientID }) {
		b.fault(line, where, "the client id is used by another client")
	}
	number := b.clientNumber(line, where, r)
	if len(r.Scopes) == 0 {
		b.fault(line, where, "scopes is empty")
	}
	for _, scope := range r.Scopes {
		if !scopeName.MatchString(scope) {
			b.fault(line, where, "%q is not a scope", scope)
		}
	}
	b.file.clients = append(b.file.clients, Client{ID: r.ClientID, Org: r.Org, OrgNumber: number, Scopes: r.Scopes})
}

// clientNumber gives the number of the organisation that a client belongs to.
func (b *builder) clientNumber(line int, where string, r clientRecord) string {
	owner, known := b.file.owners[r.Org]
	switch {
	case r.Org == "" && r.OrgNumber == "":
		b.fault(line, where, "org (code of a service owner) or orgNumber is missing")
	case r.Org != "" && !known:
		b.fault(line, where, "org %q is not a service owner in this file", r.Org)
	case r.Org != "" && r.OrgNumber != "" && r.OrgNumber != owner.Number:
		b.fault(line, where, "orgNumber is not that of org %q", r.Org)
	case r.Org == "" && b.file.organisation(r.OrgNumber) == 0:
		b.fault(line, where, "orgNumber is not that of an organisation in this file")
	}
	return cmp.Or(r.OrgNumber, owner.Number)
}
