package devidp

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/identity"
)

// retiredHeader is the header of the retired enterprise users; Altinn answers 410 to it.
const retiredHeader = "X-Altinn-EnterpriseUser-Authentication"

// exchange answers GET /authentication/api/v1/exchange/{provider}: an Altinn token for the bearer token.
func (s *Server) exchange(w http.ResponseWriter, r *http.Request, provider string) {
	raw := identity.RawToken(&http.Request{Header: http.Header{"Authorization": r.Header["Authorization"]}})
	switch strings.ToLower(provider) {
	case "maskinporten":
		s.exchangeMachine(w, r, raw)
	case "id-porten":
		s.exchangePerson(w, r, raw)
	case "altinnstudio":
		writeProblem(w, http.StatusUnauthorized, "tokens of Altinn Studio are not known here")
	default:
		writeProblem(w, http.StatusBadRequest, "the provider must be maskinporten or id-porten")
	}
}

var consumerID = regexp.MustCompile(`^(?:0192|9908):([0-9]{9})$`)

func (s *Server) exchangeMachine(w http.ResponseWriter, r *http.Request, raw string) {
	if r.Header.Get(retiredHeader) != "" {
		writeProblem(w, http.StatusGone, "enterprise users are retired; use a system user")
		return
	}
	claims, err := s.rings[Maskinporten].read(raw, s.IssuerURL(Maskinporten), s.opts.Clock())
	consumer, _ := claims["consumer"].(map[string]any)
	id, _ := consumer["ID"].(string)
	number := consumerID.FindStringSubmatch(id)
	if err != nil || number == nil {
		writeProblem(w, http.StatusUnauthorized, "the bearer token is not a valid Maskinporten token with a consumer")
		return
	}
	scope, _ := claims["scope"].(string)
	owner := ""
	if strings.Contains(scope, "altinn:serviceowner") {
		owner = s.owner(r.Context(), number[1])
	}
	s.renew(claims, "aud", "iss", "client_amr", "sid")
	addOrg(claims, number[1], owner, 3)
	token, err := s.Sign(Altinn, claims)
	writeToken(w, r, token, err)
}

func (s *Server) exchangePerson(w http.ResponseWriter, r *http.Request, raw string) {
	claims, err := s.rings[IDPorten].read(raw, s.IssuerURL(IDPorten), s.opts.Clock())
	if err != nil {
		writeProblem(w, http.StatusUnauthorized, "the bearer token is not a valid ID-porten token")
		return
	}
	scope, _ := claims["scope"].(string)
	if !hasAltinnScope(scope) {
		writeProblem(w, http.StatusForbidden, "the token has no scope that begins with altinn:")
		return
	}
	pid, _ := claims["pid"].(string)
	person, err := s.opts.Register.PartyByPersonNumber(r.Context(), pid)
	if err != nil {
		writeProblem(w, http.StatusUnauthorized, "the person is not in the register")
		return
	}
	acr, _ := claims["acr"].(string)
	s.renew(claims, "aud", "iss", "at_hash", "sid", "sub")
	addUser(claims, person, levelOf(acr), methodOf(acr))
	token, err := s.Sign(Altinn, claims)
	writeToken(w, r, token, err)
}

// renew turns claims of another issuer into claims of Altinn: without those named, with its own times, ids
// and issuer.
func (s *Server) renew(claims map[string]any, without ...string) {
	for _, name := range without {
		delete(claims, name)
	}
	for name, value := range s.standard(Altinn, exchangeLifetime) {
		claims[name] = value
	}
	claims["sid"] = uuid.NewString()
}

func hasAltinnScope(scopes string) bool {
	for scope := range strings.FieldsSeq(scopes) {
		if strings.HasPrefix(scope, "altinn:") {
			return true
		}
	}
	return false
}

// levelOf maps the acr values that this server issues.
func levelOf(acr string) int {
	switch acr {
	case "idporten-loa-high":
		return 4
	case "idporten-loa-substantial":
		return 3
	}
	return 0
}
