package identity_test

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/hovedbok/hovedbok/identity"
	"github.com/hovedbok/hovedbok/identity/devidp"
	"github.com/hovedbok/hovedbok/identity/identitytest"
)

// Numbers of the keys in the pool that a world's issuers sign with, in the order that they are made.
const (
	idportenKey = iota
	maskinportenKey
	altinnKey
)

// forge writes a token by hand, so that header and claims can be anything.
func forge(t testing.TB, key jose.JSONWebKey, header, claims string) string {
	t.Helper()
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
	return text + "." + base64.RawURLEncoding.EncodeToString(signature(t, key, header, text))
}

func signature(t testing.TB, key jose.JSONWebKey, header, text string) []byte {
	t.Helper()
	private := key.Key.(*rsa.PrivateKey)
	sum256, sum384, sum512 := sha256.Sum256([]byte(text)), sha512.Sum384([]byte(text)), sha512.Sum512([]byte(text))
	var made []byte
	var err error
	switch {
	case strings.Contains(header, "none"):
		return nil
	case strings.Contains(header, "HS256"):
		// The confusion: the public key, which everybody has, taken for a shared secret.
		public, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		mac := hmac.New(sha256.New, public)
		mac.Write([]byte(text))
		return mac.Sum(nil)
	case strings.Contains(header, "PS256"):
		made, err = rsa.SignPSS(rand.Reader, private, crypto.SHA256, sum256[:], nil)
	case strings.Contains(header, "RS384"):
		made, err = rsa.SignPKCS1v15(nil, private, crypto.SHA384, sum384[:])
	case strings.Contains(header, "RS512"):
		made, err = rsa.SignPKCS1v15(nil, private, crypto.SHA512, sum512[:])
	default:
		made, err = rsa.SignPKCS1v15(nil, private, crypto.SHA256, sum256[:])
	}
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// sound gives claims that are accepted, changed by the given ones; nil takes a claim away.
func sound(w *identitytest.World, issuer devidp.Issuer, changes map[string]any) map[string]any {
	now := w.Clock.Now().Unix()
	all := map[string]any{"iss": w.Issuer.IssuerURL(issuer), "iat": now, "exp": now + 600, "jti": "one"}
	switch issuer {
	case devidp.IDPorten:
		all["pid"], all["acr"], all["aud"], all["scope"] = identitytest.OlaNumber, "idporten-loa-high", "unspecified", "openid profile"
	case devidp.Maskinporten:
		all["aud"], all["client_id"], all["scope"] = "unspecified", "client", "altinn:serviceowner/instances.read"
		all["consumer"] = map[string]any{"authority": "iso6523-actorid-upis", "ID": "0192:" + identitytest.NordvikNumber}
	case devidp.Altinn:
		all["urn:altinn:userid"], all["urn:altinn:partyid"], all["urn:altinn:authlevel"] = identitytest.Ola, identitytest.OlaParty, 3
	}
	for name, value := range changes {
		if all[name] = value; value == nil {
			delete(all, name)
		}
	}
	return all
}

func text(t testing.TB, claims map[string]any) string {
	t.Helper()
	data, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// signed signs changed claims as the issuer does.
func signed(t testing.TB, w *identitytest.World, issuer devidp.Issuer, changes map[string]any) string {
	t.Helper()
	token, err := w.Issuer.Sign(issuer, sound(w, issuer, changes))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func kid(key jose.JSONWebKey) string { return `"kid":"` + key.KeyID + `"` }

// wantCode checks the code, and that the error holds nothing of the token.
func wantCode(t *testing.T, err error, want identity.Code, raw string) {
	t.Helper()
	if got := identity.CodeOf(err); got != want {
		t.Fatalf("code %q (%v), want %q", got, err, want)
	}
	if err == nil {
		return
	}
	for part := range strings.SplitSeq(raw, ".") {
		if len(part) > 8 && strings.Contains(err.Error(), part) {
			t.Errorf("the error repeats the token: %v", err)
		}
	}
	if strings.Contains(err.Error(), identitytest.OlaNumber) {
		t.Errorf("the error holds a person's number: %v", err)
	}
}
