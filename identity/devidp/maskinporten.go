package devidp

import (
	"mime"
	"net/http"
	"strings"

	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"
)

// token answers POST /maskinporten/token.
func (s *Server) token(w http.ResponseWriter, r *http.Request, _ string) {
	assertion, refused := grantForm(w, r)
	if refused != nil {
		writeOAuth(w, refused)
		return
	}
	g, client, refused := s.accept(assertion)
	if refused != nil {
		writeOAuth(w, refused)
		return
	}
	scopes, refused := s.permit(g, client)
	if refused != nil {
		writeOAuth(w, refused)
		return
	}
	user, refused := s.systemUser(g, client)
	if refused != nil {
		writeOAuth(w, refused)
		return
	}
	scope := strings.Join(scopes, " ")
	token, err := s.Sign(Maskinporten, s.machineClaims(g, client, user, scope))
	if err != nil {
		writeOAuth(w, &oauthError{status: http.StatusInternalServerError, code: "server_error", text: "the token could not be signed"})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"access_token": token, "token_type": "Bearer", "scope": scope,
		"expires_in": int(s.lifetime(maskinportenLifetime).Seconds()),
	})
}

// grantForm reads the assertion from a form that must hold each parameter once.
func grantForm(w http.ResponseWriter, r *http.Request) (assertion string, refused *oauthError) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" {
		return "", bad("invalid_request", "MP-011", "the body must be application/x-www-form-urlencoded")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return "", bad("invalid_request", "MP-011", "the form cannot be read")
	}
	for name, values := range r.PostForm {
		if len(values) != 1 {
			return "", bad("invalid_request", "MP-011", name+" is given more than once")
		}
	}
	switch {
	case r.PostForm.Get("grant_type") != grantType:
		return "", bad("unsupported_grant_type", "", "grant_type must be "+grantType)
	case r.PostForm.Get("assertion") == "":
		return "", bad("invalid_request", "MP-011", "assertion is missing")
	}
	return r.PostForm.Get("assertion"), nil
}

// machineClaims gives the claims of a Maskinporten token.
func (s *Server) machineClaims(g grant, client Client, user *SystemUser, scope string) map[string]any {
	claims := s.standard(Maskinporten, s.lifetime(maskinportenLifetime))
	delete(claims, "nbf") // Maskinporten's tokens have none
	claims["client_id"] = client.ClientID
	claims["client_amr"] = "private_key_jwt"
	claims["consumer"] = actor(client.OrgNumber)
	claims["scope"] = scope
	claims["token_type"] = "Bearer"
	claims["aud"] = unspecified
	if len(g.Resource) > 0 {
		claims["aud"] = g.Resource
	}
	if g.ConsumerOrg != "" {
		claims["consumer"] = actor(g.ConsumerOrg)
		claims["supplier"] = actor(client.OrgNumber)
		claims["delegation_source"] = s.opts.BaseURL + "/"
	}
	if user != nil {
		claims["authorization_details"] = []any{user.detail()}
	}
	return claims
}

// replays remembers the jti of grants that have been used. It is bounded: the oldest are forgotten after a
// million, long after the grants themselves have expired.
type replays struct {
	seen *lru.Cache[uuid.UUID, struct{}]
}

const maxReplays = 1_000_000

func newReplays() *replays {
	seen, _ := lru.New[uuid.UUID, struct{}](maxReplays) // fails for sizes below 1 only
	return &replays{seen: seen}
}

// add reports whether the id is new, and remembers it, in one step.
func (r *replays) add(id uuid.UUID) bool {
	known, _ := r.seen.ContainsOrAdd(id, struct{}{})
	return !known
}
