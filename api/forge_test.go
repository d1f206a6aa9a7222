package api_test

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"maps"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/hovedbok/hovedbok/identity/devidp"
)

// claims gives what an Altinn token of Ingrid says, with changes; nil takes a claim away.
func (a *apitest) claims(changes map[string]any) map[string]any {
	now := a.clock.Now()
	out := map[string]any{
		"iss": a.node.Issuer.IssuerURL(devidp.Altinn), "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "jti": "one",
		"urn:altinn:userid": ingrid, "urn:altinn:partyid": 510001, "urn:altinn:authlevel": 4, "scope": "altinn:portal/enduser",
	}
	maps.Copy(out, changes)
	maps.DeleteFunc(out, func(_ string, v any) bool { return v == nil })
	return out
}

// signed signs claims with the issuer's own key.
func (a *apitest) signed(t testing.TB, issuer devidp.Issuer, claims map[string]any) string {
	t.Helper()
	token, err := a.node.Issuer.Sign(issuer, claims)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// published gives the key that the issuer of Altinn tokens publishes.
func (a *apitest) published(t testing.TB) jose.JSONWebKey {
	t.Helper()
	r := a.must(t, 200, call{method: "GET", path: "/authentication/api/v1/openid/.well-known/openid-configuration/jwks"})
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal(r.body, &keys); err != nil || len(keys.Keys) == 0 {
		t.Fatalf("%d keys, %v", len(keys.Keys), err)
	}
	return keys.Keys[0]
}

func assemble(t testing.TB, header, claims map[string]any, sign func(text []byte) []byte) string {
	t.Helper()
	part := func(v map[string]any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	text := part(header) + "." + part(claims)
	return text + "." + base64.RawURLEncoding.EncodeToString(sign([]byte(text)))
}

// byOtherKey signs with a key of somebody else's that calls itself the issuer's.
func (a *apitest) byOtherKey(t testing.TB) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return assemble(t, map[string]any{"alg": "RS256", "kid": a.published(t).KeyID, "typ": "JWT"}, a.claims(nil), func(text []byte) []byte {
		sum := sha256.Sum256(text)
		signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		return signature
	})
}

// unsigned has no signature and says so.
func (a *apitest) unsigned(t testing.TB) string {
	return assemble(t, map[string]any{"alg": "none", "kid": a.published(t).KeyID}, a.claims(nil), func([]byte) []byte { return nil })
}

// byPublicKey takes the published key for a shared secret.
func (a *apitest) byPublicKey(t testing.TB) string {
	t.Helper()
	key := a.published(t)
	public, err := x509.MarshalPKIXPublicKey(key.Key)
	if err != nil {
		t.Fatal(err)
	}
	return assemble(t, map[string]any{"alg": "HS256", "kid": key.KeyID}, a.claims(nil), func(text []byte) []byte {
		mac := hmac.New(sha256.New, public)
		mac.Write(text)
		return mac.Sum(nil)
	})
}
