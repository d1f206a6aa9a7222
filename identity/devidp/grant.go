package devidp

import (
	"net/http"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/integrations/register"
)

const grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// Rules for grants, as Maskinporten documents them.
const (
	maxGrantAge  = 10 * time.Second
	maxGrantLife = 120 * time.Second
)

var grantAlgorithms = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512}

// oauthError is an OAuth error answer; mp is Maskinporten's own code, such as "MP-012".
type oauthError struct {
	status int
	code   string
	mp     string
	text   string
}

func bad(code, mp, text string) *oauthError {
	return &oauthError{status: http.StatusBadRequest, code: code, mp: mp, text: text}
}

func forbidden(code, mp, text string) *oauthError {
	return &oauthError{status: http.StatusForbidden, code: code, mp: mp, text: text}
}

func writeOAuth(w http.ResponseWriter, e *oauthError) {
	text := e.text
	if e.mp != "" {
		text += " (" + e.mp + ")"
	}
	writeJSON(w, e.status, map[string]string{"error": e.code, "error_description": text})
}

// grant is the claims of a JWT grant.
type grant struct {
	Issuer      string           `json:"iss"`
	Audience    jwt.Audience     `json:"aud"`
	IssuedAt    *jwt.NumericDate `json:"iat"`
	Expires     *jwt.NumericDate `json:"exp"`
	ID          string           `json:"jti"`
	Scope       string           `json:"scope"`
	Resource    jwt.Audience     `json:"resource"` // one string or a list, like aud
	ConsumerOrg string           `json:"consumer_org"`
	OnBehalfOf  string           `json:"iss_onbehalfof"`
	PID         string           `json:"pid"`
	Details     []requestDetail  `json:"authorization_details"`
}

// requestDetail asks for a system user.
type requestDetail struct {
	Type string `json:"type"`
	Org  struct {
		Authority string `json:"authority"`
		ID        string `json:"ID"`
	} `json:"systemuser_org"`
	ExternalRef string `json:"externalRef"`
}

// accept checks an assertion from the outside in and gives the grant and its client. A grant is used up
// only when everything about it is right but perhaps what it asks for.
func (s *Server) accept(assertion string) (grant, Client, *oauthError) {
	var g grant
	signed, err := jose.ParseSignedCompact(assertion, grantAlgorithms)
	if err != nil {
		return g, Client{}, bad("invalid_grant", "MP-011", "the assertion is not a JWT signed with RS256, RS384 or RS512")
	}
	if json.Unmarshal(signed.UnsafePayloadWithoutVerification(), &g) != nil {
		return g, Client{}, bad("invalid_request", "MP-011", "the assertion's claims cannot be read")
	}
	client, known := s.clients[g.Issuer]
	if !known {
		return g, client, bad("invalid_client", "MP-100", "the client is unknown")
	}
	if refused := s.signature(signed, client); refused != nil {
		return g, client, refused
	}
	if refused := s.times(g); refused != nil {
		return g, client, refused
	}
	if !slices.Equal(g.Audience, jwt.Audience{s.IssuerURL(Maskinporten)}) {
		return g, client, bad("invalid_grant", "MP-110", "aud must be exactly "+s.IssuerURL(Maskinporten))
	}
	id, err := uuid.Parse(g.ID)
	if err != nil {
		return g, client, bad("invalid_request", "MP-011", "jti must be a uuid")
	}
	if !s.used.add(id) {
		return g, client, bad("invalid_grant", "MP-012", "the grant has been used; every attempt needs a new jti")
	}
	return g, client, nil
}

func (s *Server) signature(signed *jose.JSONWebSignature, client Client) *oauthError {
	head := signed.Signatures[0].Header
	if head.JSONWebKey != nil || head.ExtraHeaders["jku"] != nil || head.ExtraHeaders["x5u"] != nil {
		return bad("invalid_grant", "MP-124", "the assertion must not bring its own key")
	}
	if head.KeyID == "" {
		return bad("invalid_grant", "MP-123", "the assertion's header needs kid; the development issuer does not know certificates (x5c)")
	}
	for _, key := range client.Keys.Key(head.KeyID) {
		if s.expired.has(client.ClientID, key.KeyID) {
			return bad("invalid_grant", "MP-121", "the key has expired")
		}
		if _, err := signed.Verify(key.Public()); err == nil {
			return nil
		}
	}
	return bad("invalid_grant", "MP-124", "the signature does not verify with a key that is registered for the client")
}

func (s *Server) times(g grant) *oauthError {
	now := s.opts.Clock()
	switch {
	case g.IssuedAt == nil || g.Expires == nil:
		return bad("invalid_request", "MP-011", "iat and exp are required")
	case g.IssuedAt.Time().After(now):
		return bad("invalid_grant", "", "iat is in the future; set the clock")
	case !now.Before(g.Expires.Time()) || now.Sub(g.IssuedAt.Time()) > maxGrantAge:
		return bad("invalid_grant", "MP-130", "the grant has expired: iat must be within 10 seconds, exp in the future")
	case g.Expires.Time().Sub(g.IssuedAt.Time()) > maxGrantLife:
		return bad("invalid_request", "MP-011", "exp may be at most 120 seconds after iat")
	}
	return nil
}

// permit checks what a grant asks for, and gives the scopes.
func (s *Server) permit(g grant, client Client) ([]string, *oauthError) {
	scopes := strings.Fields(g.Scope)
	if len(scopes) == 0 {
		return nil, bad("invalid_scope", "MP-200", "scope is missing")
	}
	for _, resource := range g.Resource {
		if strings.Contains(resource, "#") {
			return nil, bad("invalid_target", "", "resource must not have a fragment")
		}
	}
	switch {
	case g.ConsumerOrg != "" && g.OnBehalfOf != "":
		return nil, bad("invalid_request", "MP-011", "consumer_org and iss_onbehalfof exclude each other")
	case g.OnBehalfOf != "" || g.PID != "":
		return nil, bad("invalid_request", "MP-011", "iss_onbehalfof and pid need an agreement that the development issuer does not give")
	case g.ConsumerOrg != "" && !register.ValidOrganisationNumber(g.ConsumerOrg):
		return nil, bad("invalid_request", "MP-011", "consumer_org must be an organisation number of nine digits")
	}
	for _, scope := range scopes {
		if refused := s.scope(g, client, scope); refused != nil {
			return nil, refused
		}
	}
	sort.Strings(scopes)
	return slices.Compact(scopes), nil
}

func (s *Server) scope(g grant, client Client, scope string) *oauthError {
	switch {
	case !s.exists(scope):
		return bad("invalid_scope", "MP-200", "the scope does not exist")
	case !slices.Contains(client.Scopes, scope):
		return forbidden("invalid_scope", "MP-250", "the organisation has not been given the scope")
	case g.ConsumerOrg != "" && !slices.Contains(client.Delegations[g.ConsumerOrg], scope):
		return forbidden("invalid_scope", "MP-251", "the consumer has not delegated the scope to the supplier")
	}
	return nil
}

// exists reports whether any client has been given the scope.
func (s *Server) exists(scope string) bool {
	for _, client := range s.opts.Clients {
		if slices.Contains(client.Scopes, scope) {
			return true
		}
	}
	return false
}

var actorID = regexp.MustCompile(`^0192:([0-9]{9})$`)

// systemUser finds the system user that a grant asks for; nil when it asks for none.
func (s *Server) systemUser(g grant, client Client) (*SystemUser, *oauthError) {
	if len(g.Details) == 0 {
		return nil, nil
	}
	d := g.Details[0]
	number := actorID.FindStringSubmatch(d.Org.ID)
	if len(g.Details) != 1 || d.Type != "urn:altinn:systemuser" || d.Org.Authority != actorScheme || number == nil {
		return nil, bad("invalid_request", "MP-303", "authorization_details must be one urn:altinn:systemuser with systemuser_org 0192:…")
	}
	for _, user := range s.opts.SystemUsers {
		if user.OrgNumber != number[1] || user.Supplier != client.OrgNumber || user.ExternalRef != d.ExternalRef {
			continue
		}
		if user.Pending {
			return nil, bad("invalid_grant", "MP-302", "the customer has not approved the system user")
		}
		return &user, nil
	}
	return nil, bad("invalid_grant", "MP-301", "the customer has no such system user")
}

// expiredKeys are keys that tests have let expire.
type expiredKeys struct {
	mu   sync.Mutex
	keys map[[2]string]bool // guarded by mu; client id and key id
}

func (e *expiredKeys) has(client, key string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.keys[[2]string{client, key}]
}

// ExpireKey makes a client's key count as expired (MP-121), for tests of what follows.
func (s *Server) ExpireKey(clientID, keyID string) {
	s.expired.mu.Lock()
	defer s.expired.mu.Unlock()
	if s.expired.keys == nil {
		s.expired.keys = map[[2]string]bool{}
	}
	s.expired.keys[[2]string{clientID, keyID}] = true
}
