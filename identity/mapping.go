package identity

import (
	"context"
	"errors"
	"strings"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/integrations/register"
)

const (
	// machineLevel is the authentication level of Maskinporten tokens.
	machineLevel = 3
	maxLevel     = 4
	// ownerScope begins the scopes that only service owners are given.
	ownerScope = "altinn:serviceowner"
)

// caller finds out who verified claims stand for.
func (v *Verifier) caller(ctx context.Context, c *claims, issuer Issuer) (Caller, *TokenError) {
	base := Caller{
		ClientID: c.ClientID, Scopes: c.scopes(), Issuer: c.Issuer, TokenID: c.ID, Expires: c.Expires.Time().UTC(),
	}
	switch issuer.Kind {
	case IDPorten:
		return v.person(ctx, base, c, issuer)
	case Maskinporten:
		return v.machine(ctx, base, c)
	}
	return v.altinn(ctx, base, c)
}

// person maps a token of ID-porten.
func (v *Verifier) person(ctx context.Context, caller Caller, c *claims, issuer Issuer) (Caller, *TokenError) {
	if c.PID == "" {
		return caller, refuse(TokenClaims, "the token has no pid: the login gave no national identity number")
	}
	party, err := v.opts.Directory.PartyByPersonNumber(ctx, c.PID)
	if err != nil {
		return caller, notFound(err, "the person is not in the register")
	}
	caller.Kind, caller.UserID, caller.PartyID, caller.PartyUUID = KindUser, party.UserID, party.ID, party.UUID
	caller.Level = issuer.level(c.ACR)
	return caller, nil
}

// machine maps a token of Maskinporten: a system user, a service owner, or another organisation.
func (v *Verifier) machine(ctx context.Context, caller Caller, c *claims) (Caller, *TokenError) {
	caller.Level = machineLevel
	if caller, found, err := v.systemUser(ctx, caller, c); found || err != nil {
		return caller, err
	}
	number := c.Consumer.number()
	if number == "" {
		return caller, refuse(TokenClaims, "the token's consumer is not an organisation number (0192:…)")
	}
	caller, refused := v.organisation(ctx, caller, KindOrg, number)
	if refused != nil || !hasOwnerScope(caller.Scopes) {
		return caller, refused
	}
	owner, err := v.opts.Directory.ServiceOwnerByNumber(ctx, number)
	if err != nil && !errors.Is(err, register.ErrNotFound) {
		return caller, notFound(err, "")
	}
	caller.Org = owner.Code
	return caller, nil
}

// altinn maps a token that Altinn issued, in the order in which Altinn's apps classify it.
func (v *Verifier) altinn(ctx context.Context, caller Caller, c *claims) (Caller, *TokenError) {
	if c.Level.value > maxLevel {
		return caller, refuse(TokenClaims, "the authentication level is above %d", maxLevel)
	}
	caller.Level = c.Level.value
	if !c.Level.set && !c.UserID.set {
		caller.Level = machineLevel
	}
	if caller, found, err := v.systemUser(ctx, caller, c); found || err != nil {
		return caller, err
	}
	if c.Org != "" || c.OrgNumber != "" {
		return v.altinnOrg(ctx, caller, c)
	}
	if !c.UserID.set || !c.PartyID.set {
		return caller, refuse(TokenClaims, "the token names no user with party, no organisation and no system user")
	}
	return v.altinnUser(ctx, caller, c)
}

func (v *Verifier) altinnOrg(ctx context.Context, caller Caller, c *claims) (Caller, *TokenError) {
	number := string(c.OrgNumber)
	if number == "" {
		number = c.Consumer.number()
	}
	caller.Org = strings.ToLower(c.Org)
	return v.organisation(ctx, caller, KindOrg, number)
}

// altinnUser believes the issuer's ids, so that users whom the register does not hold (self-identified
// ones) can be served; only a missing uuid is looked up.
func (v *Verifier) altinnUser(ctx context.Context, caller Caller, c *claims) (Caller, *TokenError) {
	caller.Kind, caller.UserID, caller.PartyID = KindUser, c.UserID.value, c.PartyID.value
	if c.PartyUUID != "" {
		id, err := uuid.Parse(c.PartyUUID)
		if err != nil {
			return caller, refuse(TokenClaims, "the party's uuid is not a uuid")
		}
		caller.PartyUUID = id
		return caller, nil
	}
	party, err := v.opts.Directory.Party(ctx, caller.PartyID)
	if err != nil && !errors.Is(err, register.ErrNotFound) {
		return caller, notFound(err, "")
	}
	caller.PartyUUID = party.UUID
	return caller, nil
}

// systemUser maps a token with a system user in its authorization details; found is false when it has none.
func (v *Verifier) systemUser(ctx context.Context, caller Caller, c *claims) (mapped Caller, found bool, err *TokenError) {
	id, number, found, err := c.Details.systemUser()
	if !found || err != nil {
		return caller, found, err
	}
	caller.SystemUser = id
	mapped, err = v.organisation(ctx, caller, KindSystemUser, number)
	return mapped, true, err
}

// organisation fills in the party of an organisation number.
func (v *Verifier) organisation(ctx context.Context, caller Caller, kind Kind, number string) (Caller, *TokenError) {
	party, err := v.opts.Directory.PartyByOrganisationNumber(ctx, number)
	if err != nil {
		return caller, notFound(err, "the organisation is not in the register")
	}
	caller.Kind, caller.OrgNumber, caller.PartyID, caller.PartyUUID = kind, number, party.ID, party.UUID
	return caller, nil
}

// notFound tells "nobody has that number" from "the register does not answer".
func notFound(err error, message string) *TokenError {
	if errors.Is(err, register.ErrNotFound) {
		return refuse(CallerUnknown, "%s", message)
	}
	return refuse(DirectoryUnavailable, "the register does not answer; try again later").because(err)
}

func hasOwnerScope(scopes []string) bool {
	for _, scope := range scopes {
		if strings.HasPrefix(scope, ownerScope) {
			return true
		}
	}
	return false
}

// levels are the authentication levels that Altinn gives to ID-porten's acr values.
var levels = map[string]int{
	"selfregistered-email":     0,
	"idporten-loa-low":         0,
	"idporten-loa-substantial": 3,
	"idporten-loa-high":        4,
}

// level maps an acr to an authentication level. An acr that is unknown ranks lowest, unless its last
// character is a digit, as in "Level4": that is the level (Altinn's own rule).
func (i Issuer) level(acr string) int {
	if level, known := i.Levels[acr]; known {
		return level
	}
	if level, known := levels[acr]; known {
		return level
	}
	if acr == "" {
		return 0
	}
	last := int(acr[len(acr)-1]) - '0'
	if last < 0 || last > maxLevel {
		return 0
	}
	return last
}
