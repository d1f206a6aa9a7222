package maskinporten

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"
)

// Request is what a token is for. Only Scopes is required.
type Request struct {
	Scopes      []string // in any order
	Resource    string   // audience that the token is restricted to (RFC 8707)
	ConsumerOrg string   // number of the organisation that has delegated its scopes to us
	// SystemUserOrg is the number of the organisation whose system user is wanted; ExternalRef tells
	// several of them apart.
	SystemUserOrg string
	ExternalRef   string
}

// normal gives the request with its scopes sorted, each once.
func (r Request) normal() Request {
	var scopes []string
	for _, s := range r.Scopes {
		scopes = append(scopes, strings.Fields(s)...)
	}
	slices.Sort(scopes)
	r.Scopes = slices.Compact(scopes)
	return r
}

// key names the request's token in the cache. Authority and client are the same for all of a [Client].
func (r Request) key() string {
	key, _ := json.Marshal(r) // strings always marshal
	return string(key)
}

// grantLife is how long a grant lives. Maskinporten accepts at most 120 seconds.
const grantLife = 100 * time.Second

// grant signs a new grant. Each has its own jti, which Maskinporten accepts once.
func (r Request) grant(audience, clientID string, key jose.JSONWebKey, now time.Time) (string, error) {
	claims := map[string]any{
		"aud": audience, "iss": clientID, "jti": uuid.NewString(), "scope": strings.Join(r.Scopes, " "),
		"iat": now.Unix(), "exp": now.Add(grantLife).Unix(),
	}
	if r.Resource != "" {
		claims["resource"] = []string{r.Resource}
	}
	if r.ConsumerOrg != "" {
		claims["consumer_org"] = r.ConsumerOrg
	}
	if r.SystemUserOrg != "" {
		claims["authorization_details"] = []any{r.systemUser()}
	}
	signer, err := jose.NewSigner(signingKey(key), (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", err
	}
	return jwt.Signed(signer).Claims(claims).Serialize()
}

func (r Request) systemUser() map[string]any {
	detail := map[string]any{
		"type":           "urn:altinn:systemuser",
		"systemuser_org": map[string]string{"authority": "iso6523-actorid-upis", "ID": "0192:" + r.SystemUserOrg},
	}
	if r.ExternalRef != "" {
		detail["externalRef"] = r.ExternalRef
	}
	return detail
}

func signingKey(key jose.JSONWebKey) jose.SigningKey {
	algorithm := jose.SignatureAlgorithm(key.Algorithm)
	if algorithm == "" {
		algorithm = jose.RS256
	}
	return jose.SigningKey{Algorithm: algorithm, Key: key}
}
