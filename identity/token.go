package identity

import (
	"encoding/base64"
	"errors"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json" // case-sensitive, and refuses repeated members
	"github.com/go-jose/go-jose/v4/jwt"
)

// maxToken bounds the size of a token in bytes. Real ones have one or two thousand.
const maxToken = 16 << 10

// header is what is read of a token's header. The members kept raw are refused when present.
type header struct {
	Algorithm string          `json:"alg"`
	KeyID     string          `json:"kid"`
	Type      string          `json:"typ"`
	Critical  json.RawMessage `json:"crit"`
	Encoded   json.RawMessage `json:"b64"`
	Key       json.RawMessage `json:"jwk"`
	KeyURL    json.RawMessage `json:"jku"`
	CertURL   json.RawMessage `json:"x5u"`
	Certs     json.RawMessage `json:"x5c"`
}

// claims is what is read of a token's claims, of all kinds of issuers.
type claims struct {
	Issuer    string           `json:"iss"`
	Audience  jwt.Audience     `json:"aud"`
	Expires   *jwt.NumericDate `json:"exp"`
	NotBefore *jwt.NumericDate `json:"nbf"`
	IssuedAt  *jwt.NumericDate `json:"iat"`
	ID        string           `json:"jti"`

	ClientID string        `json:"client_id"`
	Scope    text          `json:"scope"`
	PID      string        `json:"pid"`
	ACR      string        `json:"acr"`
	Consumer *organisation `json:"consumer"`
	Details  details       `json:"authorization_details"`

	AltinnScope text   `json:"urn:altinn:scope"`
	Org         string `json:"urn:altinn:org"`
	OrgNumber   text   `json:"urn:altinn:orgNumber"`
	UserID      number `json:"urn:altinn:userid"`
	PartyID     number `json:"urn:altinn:partyid"`
	PartyUUID   string `json:"urn:altinn:party:uuid"`
	Level       number `json:"urn:altinn:authlevel"`
}

// scopes gives the scopes from whichever claim has them.
func (c *claims) scopes() []string {
	if c.Scope != "" {
		return splitScopes(string(c.Scope))
	}
	return splitScopes(string(c.AltinnScope))
}

// token is a token taken apart; nothing in it is to be believed before the signature is verified.
type token struct {
	raw    string
	header header
	claims claims
}

// parse takes a raw token apart and refuses whatever no honest issuer writes.
func parse(raw string) (token, *TokenError) {
	t := token{raw: raw}
	parts := strings.Split(raw, ".")
	switch {
	case raw == "":
		return t, refuse(TokenMissing, "the request has no token; send it as Authorization: Bearer")
	case len(raw) > maxToken:
		return t, refuse(TokenMalformed, "the token is longer than %d bytes", maxToken)
	case len(parts) != 3:
		return t, refuse(TokenMalformed, "the token is not a signed JSON Web Token of three parts")
	}
	if err := decodePart(parts[0], &t.header); err != nil {
		return t, refuse(TokenMalformed, "the token's header is not base64url of one JSON object with each member once")
	}
	if err := t.header.check(); err != nil {
		return t, err
	}
	if err := decodePart(parts[1], &t.claims); err != nil {
		return t, badClaims(err)
	}
	return t, nil
}

// decodePart decodes base64url and strict JSON.
func decodePart(part string, into any) error {
	data, err := base64.RawURLEncoding.Strict().DecodeString(part)
	if err != nil {
		return err
	}
	if len(data) == 0 || data[0] != '{' {
		return errors.New("not a JSON object")
	}
	return json.Unmarshal(data, into)
}

// badClaims tells JSON that cannot be read from a claim of the wrong type.
func badClaims(err error) *TokenError {
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) || errors.Is(err, jwt.ErrUnmarshalNumericDate) ||
		errors.Is(err, jwt.ErrUnmarshalAudience) || errors.Is(err, errClaimType) {
		return refuse(TokenClaims, "a claim of the token has the wrong type")
	}
	return refuse(TokenMalformed, "the token's claims are not base64url of one JSON object with each claim once")
}

// check refuses headers that bring their own key or that ask for special treatment (RFC 8725, sections
// 3.1 and 3.10 to 3.11).
func (h header) check() *TokenError {
	switch {
	case h.Key != nil || h.KeyURL != nil || h.CertURL != nil || h.Certs != nil:
		return refuse(TokenSignature, "the token brings its own key; only keys that the issuer publishes are trusted")
	case h.Critical != nil || h.Encoded != nil:
		return refuse(TokenMalformed, "the token's header has an extension that is not supported")
	}
	switch strings.ToLower(h.Type) {
	case "", "jwt", "at+jwt", "application/at+jwt":
		return nil
	}
	return refuse(TokenMalformed, "the token is not an access token (typ)")
}

// algorithms are the signature algorithms that each kind of issuer may use, and no others.
var algorithms = map[IssuerKind][]jose.SignatureAlgorithm{
	IDPorten:     {jose.RS256},
	Maskinporten: {jose.RS256, jose.RS384, jose.RS512},
	Altinn:       {jose.RS256},
}

// signedBy reports whether one of the keys made the token's signature.
func (t token) signedBy(keys []jose.JSONWebKey) bool {
	algorithm := jose.SignatureAlgorithm(t.header.Algorithm)
	signed, err := jose.ParseSignedCompact(t.raw, []jose.SignatureAlgorithm{algorithm})
	if err != nil {
		return false
	}
	for _, key := range keys {
		if key.Algorithm != "" && key.Algorithm != t.header.Algorithm {
			continue
		}
		if _, err := signed.Verify(key.Key); err == nil {
			return true
		}
	}
	return false
}
