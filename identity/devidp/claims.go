package devidp

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/integrations/register"
)

const actorScheme = "iso6523-actorid-upis"

// actor writes an organisation number as an identifier after ISO 6523.
func actor(orgNumber string) map[string]any {
	return map[string]any{"authority": actorScheme, "ID": "0192:" + orgNumber}
}

// standard gives the claims that every token has.
func (s *Server) standard(issuer Issuer, lifetime time.Duration) map[string]any {
	now := s.opts.Clock()
	return map[string]any{
		"iss": s.IssuerURL(issuer), "jti": uuid.NewString(),
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(lifetime).Unix(),
	}
}

func (s *Server) lifetime(otherwise time.Duration) time.Duration {
	if s.opts.Lifetime > 0 {
		return s.opts.Lifetime
	}
	return otherwise
}

// addUser adds what an Altinn token says about a person.
func addUser(claims map[string]any, person register.Party, level int, method string) {
	claims["nameid"] = fmt.Sprint(person.UserID)
	claims["urn:altinn:userid"] = person.UserID
	claims["urn:altinn:partyid"] = person.ID
	claims["urn:altinn:party:uuid"] = person.UUID.String()
	claims["urn:altinn:authenticatemethod"] = method
	claims["urn:altinn:authlevel"] = level
	if person.UserName != "" {
		claims["urn:altinn:username"] = person.UserName
	}
}

// addOrg adds what an Altinn token says about an organisation; owner is "" unless it is a service owner.
func addOrg(claims map[string]any, orgNumber, owner string, level int) {
	claims["urn:altinn:orgNumber"] = orgNumber
	claims["urn:altinn:authenticatemethod"] = "maskinporten"
	claims["urn:altinn:authlevel"] = level
	if owner != "" {
		claims["urn:altinn:org"] = strings.ToLower(owner)
	}
}

// UserToken issues an Altinn token for a person, as after a login with an authentication level (0 to 4).
// The error matches [register.ErrNotFound] when there is no such user.
func (s *Server) UserToken(ctx context.Context, userID, level int) (string, error) {
	person, err := s.opts.Register.User(ctx, userID)
	if err != nil {
		return "", err
	}
	claims := s.standard(Altinn, testLifetime)
	addUser(claims, person, level, "Mock")
	claims["scope"] = "altinn:portal/enduser"
	return s.Sign(Altinn, claims)
}

// OrgToken issues an Altinn token for an organisation, with the given scopes (separated by blanks) and
// authentication level. It is a service owner's token when the organisation owns services. The error
// matches [register.ErrNotFound] when there is no such organisation.
func (s *Server) OrgToken(ctx context.Context, orgNumber, scopes string, level int) (string, error) {
	if _, err := s.opts.Register.PartyByOrganisationNumber(ctx, orgNumber); err != nil {
		return "", err
	}
	claims := s.standard(Altinn, testLifetime)
	addOrg(claims, orgNumber, s.owner(ctx, orgNumber), level)
	claims["scope"] = scopes
	claims["consumer"] = actor(orgNumber)
	claims["client_id"] = "devidp"
	claims["token_type"] = "Bearer"
	return s.Sign(Altinn, claims)
}

// SystemUserToken issues an Altinn token for a system user. The organisation that it acts for must be in the
// register; the error matches [register.ErrNotFound] otherwise.
func (s *Server) SystemUserToken(ctx context.Context, user SystemUser, scopes string) (string, error) {
	if _, err := s.opts.Register.PartyByOrganisationNumber(ctx, user.OrgNumber); err != nil {
		return "", err
	}
	claims := s.standard(Altinn, testLifetime)
	claims["authorization_details"] = []any{user.detail()}
	claims["scope"] = scopes
	claims["client_id"] = "devidp"
	claims["urn:altinn:authenticatemethod"] = "maskinporten"
	claims["urn:altinn:authlevel"] = 3
	if user.Supplier != "" {
		claims["consumer"] = actor(user.Supplier)
	}
	return s.Sign(Altinn, claims)
}

// detail writes a system user as an authorization detail (RFC 9396).
func (u SystemUser) detail() map[string]any {
	return map[string]any{
		"type": "urn:altinn:systemuser", "systemuser_id": []string{u.ID.String()},
		"systemuser_org": actor(u.OrgNumber), "system_id": u.SystemID,
	}
}
