package identity_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hovedbok/hovedbok/identity"
	"github.com/hovedbok/hovedbok/identity/devidp"
	"github.com/hovedbok/hovedbok/identity/identitytest"
	"github.com/hovedbok/hovedbok/integrations/register"
)

func TestVerify_RefusesForgedHeaders(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t)
	right, wrong := identitytest.Key(t, altinnKey), identitytest.OtherKey(t, 0)
	public, err := wrong.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	claims := text(t, sound(w, devidp.Altinn, nil))
	tests := []struct {
		name, header string
		byWrongKey   bool
		want         identity.Code
	}{
		{"sound", `{"alg":"RS256","typ":"JWT",` + kid(right) + `}`, false, ""},
		{"sound, access token type", `{"alg":"RS256","typ":"at+JWT",` + kid(right) + `}`, false, ""},
		{"not signed", `{"alg":"none",` + kid(right) + `}`, false, identity.TokenAlgorithm},
		{"not signed, in capitals", `{"alg":"NONE",` + kid(right) + `}`, false, identity.TokenAlgorithm},
		{"no algorithm", `{` + kid(right) + `}`, false, identity.TokenAlgorithm},
		{"public key as shared secret", `{"alg":"HS256",` + kid(right) + `}`, false, identity.TokenAlgorithm},
		{"PSS", `{"alg":"PS256",` + kid(right) + `}`, false, identity.TokenAlgorithm},
		{"longer hash than this issuer uses", `{"alg":"RS512",` + kid(right) + `}`, false, identity.TokenAlgorithm},
		{"says RS256, is another key", `{"alg":"RS256",` + kid(right) + `}`, true, identity.TokenSignature},
		{"unknown key", `{"alg":"RS256",` + kid(wrong) + `}`, true, identity.TokenSignature},
		{"no key id", `{"alg":"RS256"}`, false, identity.TokenSignature},
		{"brings its key", `{"alg":"RS256",` + kid(wrong) + `,"jwk":` + string(public) + `}`, true, identity.TokenSignature},
		{"says where its key is", `{"alg":"RS256",` + kid(right) + `,"jku":"https://evil.example/jwks"}`, false, identity.TokenSignature},
		{"says where its certificate is", `{"alg":"RS256",` + kid(right) + `,"x5u":"https://evil.example/c"}`, false, identity.TokenSignature},
		{"brings a certificate", `{"alg":"RS256",` + kid(right) + `,"x5c":["MII"]}`, false, identity.TokenSignature},
		{"extension", `{"alg":"RS256","crit":["exp"],` + kid(right) + `}`, false, identity.TokenMalformed},
		{"payload not encoded", `{"alg":"RS256","b64":false,` + kid(right) + `}`, false, identity.TokenMalformed},
		{"logout token", `{"alg":"RS256","typ":"logout+jwt",` + kid(right) + `}`, false, identity.TokenMalformed},
		{"algorithm twice", `{"alg":"none","alg":"RS256",` + kid(right) + `}`, false, identity.TokenMalformed},
		{"header is a list", `["RS256"]`, false, identity.TokenMalformed},
		{"header is null", `null`, false, identity.TokenMalformed},
		{"text behind the header", `{"alg":"RS256",` + kid(right) + `}{}`, false, identity.TokenMalformed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			key := right
			if tt.byWrongKey {
				key = wrong
			}
			raw := forge(t, key, tt.header, claims)
			_, err := w.Verifier.Verify(context.Background(), raw)
			wantCode(t, err, tt.want, raw)
		})
	}
}

func TestVerify_RefusesMalformedTokens(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t)
	good := w.UserToken(identitytest.Ola, 3)
	parts := strings.Split(good, ".")
	key := identitytest.Key(t, altinnKey)
	header := `{"alg":"RS256",` + kid(key) + `}`
	whole := text(t, sound(w, devidp.Altinn, nil))
	tests := []struct {
		name, raw string
		want      identity.Code
	}{
		{"none", "", identity.TokenMissing},
		{"word", "hello", identity.TokenMalformed},
		{"two parts", parts[0] + "." + parts[1], identity.TokenMalformed},
		{"five parts, as if encrypted", good + ".a.b", identity.TokenMalformed},
		{"no signature", parts[0] + "." + parts[1] + ".", identity.TokenSignature},
		{"claims of another", parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(whole)) + "." + parts[2], identity.TokenSignature},
		{"padded", parts[0] + "=." + parts[1] + "." + parts[2], identity.TokenMalformed},
		{"not base64", "!" + good, identity.TokenMalformed},
		{"too long", good + strings.Repeat("A", 17<<10), identity.TokenMalformed},
		{"claims are a list", forge(t, key, header, `[]`), identity.TokenMalformed},
		{"claims are empty", forge(t, key, header, ``), identity.TokenMalformed},
		{"claim twice", forge(t, key, header, strings.Replace(whole, "{", `{"urn:altinn:userid":1,`, 1)), identity.TokenMalformed},
		{"claim twice, inside", forge(t, key, header, strings.Replace(whole, "{", `{"consumer":{"ID":"0192:1","ID":"0192:2"},`, 1)), identity.TokenMalformed},
		{"cut off", forge(t, key, header, whole[:len(whole)-1]), identity.TokenMalformed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := w.Verifier.Verify(context.Background(), tt.raw)
			wantCode(t, err, tt.want, tt.raw)
		})
	}
}

func TestVerify_RefusesWrongClaims(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t)
	now := w.Clock.Now().Unix()
	const id, mp, at = devidp.IDPorten, devidp.Maskinporten, devidp.Altinn
	tests := []struct {
		name    string
		issuer  devidp.Issuer
		changes map[string]any
		want    identity.Code
	}{
		{"sound person", id, nil, ""},
		{"sound organisation", mp, nil, ""},
		{"sound user", at, nil, ""},

		{"expired within the leeway", at, map[string]any{"exp": now - 9}, ""},
		{"expired", at, map[string]any{"exp": now - 10}, identity.TokenExpired},
		{"expired long ago", at, map[string]any{"exp": 1}, identity.TokenExpired},
		{"no exp", at, map[string]any{"exp": nil}, identity.TokenClaims},
		{"exp as text", at, map[string]any{"exp": "tomorrow"}, identity.TokenClaims},
		{"exp beyond all time", at, map[string]any{"exp": 1e300}, identity.TokenClaims},
		{"not before, within the leeway", at, map[string]any{"nbf": now + 10}, ""},
		{"not before", at, map[string]any{"nbf": now + 11}, identity.TokenNotYetValid},
		{"issued in the future", at, map[string]any{"iat": now + 11}, identity.TokenNotYetValid},

		{"another issuer", at, map[string]any{"iss": "https://evil.example/"}, identity.TokenIssuer},
		{"issuer without the last slash", at, map[string]any{"iss": strings.TrimSuffix(w.Issuer.IssuerURL(at), "/")}, identity.TokenIssuer},
		{"no issuer", at, map[string]any{"iss": nil}, identity.TokenIssuer},
		{"issuer as list", at, map[string]any{"iss": []string{w.Issuer.IssuerURL(at)}}, identity.TokenClaims},
		{"signed by one issuer in the name of another", mp, map[string]any{"iss": w.Issuer.IssuerURL(at)}, identity.TokenSignature},

		{"another audience", id, map[string]any{"aud": "client-id"}, identity.TokenAudience},
		{"audience among several", mp, map[string]any{"aud": []string{"https://other.example", "unspecified"}}, ""},
		{"no audience", mp, map[string]any{"aud": nil}, ""},
		{"audience as number", mp, map[string]any{"aud": 7}, identity.TokenClaims},

		{"no pid", id, map[string]any{"pid": nil}, identity.TokenClaims},
		{"pid as number", id, map[string]any{"pid": 1817010055}, identity.TokenClaims},
		{"pid of nobody", id, map[string]any{"pid": "24871070071"}, identity.CallerUnknown},
		{"no consumer", mp, map[string]any{"consumer": nil}, identity.TokenClaims},
		{"consumer of another register", mp, map[string]any{"consumer": map[string]any{"ID": "0208:0123456789"}}, identity.TokenClaims},
		{"consumer unknown", mp, map[string]any{"consumer": map[string]any{"ID": "0192:315000009"}}, identity.CallerUnknown},

		{"user without party", at, map[string]any{"urn:altinn:partyid": nil}, identity.TokenClaims},
		{"nobody", at, map[string]any{"urn:altinn:userid": nil}, identity.TokenClaims},
		{"user id is a word", at, map[string]any{"urn:altinn:userid": "ola"}, identity.TokenClaims},
		{"user id is negative", at, map[string]any{"urn:altinn:userid": -1}, identity.TokenClaims},
		{"level above four", at, map[string]any{"urn:altinn:authlevel": 5}, identity.TokenClaims},
		{"party uuid", at, map[string]any{"urn:altinn:party:uuid": "x"}, identity.TokenClaims},
		{"organisation unknown", at, map[string]any{"urn:altinn:orgNumber": "315000009"}, identity.CallerUnknown},
		{"scope as number", at, map[string]any{"scope": 1}, identity.TokenClaims},
		{"scope as list of numbers", at, map[string]any{"scope": []int{1}}, identity.TokenClaims},
		{"system user without id", at, details(map[string]any{}), identity.TokenClaims},
		{"system user with a wrong id", at, details(map[string]any{"systemuser_id": []string{"x"}}), identity.TokenClaims},
		{"system user without organisation", at, details(map[string]any{"systemuser_id": []string{systemUser}}), identity.TokenClaims},
		{"authorization details as text", at, map[string]any{"authorization_details": "x"}, identity.TokenClaims},
		{"system user id as number", mp, details(map[string]any{"systemuser_id": 4}), identity.TokenClaims},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			raw := signed(t, w, tt.issuer, tt.changes)
			_, err := w.Verifier.Verify(context.Background(), raw)
			wantCode(t, err, tt.want, raw)
		})
	}
}

const systemUser = "d1000000-0000-4000-8000-000000000001"

// details gives authorization details of a system user with further members.
func details(members map[string]any) map[string]any {
	members["type"] = "urn:altinn:systemuser"
	return map[string]any{"authorization_details": []any{members}}
}

func TestVerify_ConfiguredAudience(t *testing.T) {
	t.Parallel()
	const ours = "https://hovedbok.example"
	plain := identitytest.New(t)
	list := plain.Issuer.Issuers()
	for i := range list {
		list[i].Audience = []string{ours}
	}
	w := identitytest.New(t, func(s *identitytest.Setup) { s.Verifier.Issuers = list })
	for _, issuer := range []devidp.Issuer{devidp.IDPorten, devidp.Maskinporten, devidp.Altinn} {
		for audience, want := range map[string]identity.Code{ours: "", "unspecified": identity.TokenAudience} {
			raw := signed(t, w, issuer, map[string]any{"aud": audience})
			_, err := w.Verifier.Verify(context.Background(), raw)
			wantCode(t, err, want, raw)
		}
	}
}

func TestVerify_MaskinportenMayUseLongerHashes(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t)
	key := identitytest.Key(t, maskinportenKey)
	claims := text(t, sound(w, devidp.Maskinporten, nil))
	for alg, want := range map[string]identity.Code{
		"RS256": "", "RS384": identity.TokenSignature, "RS512": identity.TokenSignature,
		"PS256": identity.TokenAlgorithm, "none": identity.TokenAlgorithm, "HS256": identity.TokenAlgorithm,
	} {
		// The published key says RS256, so that the other two are allowed but do not fit this key.
		raw := forge(t, key, `{"alg":"`+alg+`",`+kid(key)+`}`, claims)
		_, err := w.Verifier.Verify(context.Background(), raw)
		wantCode(t, err, want, raw)
	}
}

// counting is a directory that counts how often people are looked up.
type counting struct {
	*register.File
	people atomic.Int32
}

func (c *counting) PartyByPersonNumber(ctx context.Context, number string) (register.Party, error) {
	c.people.Add(1)
	return c.File.PartyByPersonNumber(ctx, number)
}

func TestVerify_RemembersUntilTheTokenEnds(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t)
	directory := &counting{File: w.Register}
	v, err := identity.NewVerifier(identity.Options{Issuers: w.Issuer.Issuers(), Directory: directory, HTTPClient: w.HTTP, Clock: w.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	raw := signed(t, w, devidp.IDPorten, map[string]any{"scope": "a b"})
	for range 3 {
		c, err := v.Verify(context.Background(), raw)
		if err != nil || c.Scopes[0] != "a" {
			t.Fatalf("scopes %v, %v: a caller could change what is remembered", c.Scopes, err)
		}
		c.Scopes[0] = "changed"
		w.Clock.Advance(3 * time.Minute)
	}
	if n := directory.people.Load(); n != 1 {
		t.Errorf("%d look-ups for one token", n)
	}
	w.Clock.Advance(time.Minute + 5*time.Second) // past exp, within the leeway
	if _, err := v.Verify(context.Background(), raw); err != nil || directory.people.Load() != 2 {
		t.Errorf("within the leeway: %v after %d look-ups", err, directory.people.Load())
	}
	w.Clock.Advance(5 * time.Second)
	_, err = v.Verify(context.Background(), raw)
	wantCode(t, err, identity.TokenExpired, raw)
}

func TestVerify_ForgetDropsWhatIsRemembered(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t)
	raw := signed(t, w, devidp.Altinn, nil)
	w.Caller(raw)
	if err := w.Issuer.Rotate(devidp.Altinn, false); err != nil {
		t.Fatal(err)
	}
	w.Verifier.Forget()
	w.Clock.Advance(2 * time.Hour) // the keys are fetched again
	fresh := signed(t, w, devidp.Altinn, nil)
	w.Caller(fresh)
	_, err := w.Verifier.Verify(context.Background(), raw)
	wantCode(t, err, identity.TokenSignature, raw)
}

func TestVerify_RemembersNoMoreThanItMay(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t, func(s *identitytest.Setup) { s.Verifier.CacheSize = 1 })
	for i := range 3 {
		raw := signed(t, w, devidp.Altinn, map[string]any{"jti": fmt.Sprint(i)})
		if c := w.Caller(raw); c.TokenID != fmt.Sprint(i) {
			t.Errorf("token %d is taken for %s", i, c.TokenID)
		}
	}
}

func TestVerify_ManyAtOnce(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t)
	tokens := map[string]string{
		w.UserToken(identitytest.Ase, 2): "user 20001", w.PersonToken(identitytest.Ola, 4): "user 20002",
		w.OwnerToken("nordvik"): "org nordvik", w.MaskinportenToken(identitytest.VendorClient, "altinn:instances.read"): "org of party 500100",
	}
	var wait sync.WaitGroup
	for range 32 {
		wait.Go(func() {
			for raw, want := range tokens {
				c, err := w.Verifier.Verify(context.Background(), raw)
				if err != nil || c.String() != want {
					t.Errorf("got %v, %v, want %s", c, err, want)
				}
				if rand.N(4) == 0 {
					w.Verifier.Forget()
				}
			}
		})
	}
	wait.Wait()
	for _, path := range []string{"/idporten/jwks", "/maskinporten/jwks", "/authentication/api/v1/openid/.well-known/openid-configuration/jwks"} {
		if n := w.Issuer.Requests(path); n != 1 {
			t.Errorf("%s was asked %d times, once is enough", path, n)
		}
	}
}

func TestNewVerifier_RefusesBadOptions(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t)
	good := identity.Issuer{URL: "https://idporten.example", JWKS: "https://idporten.example/jwks", Kind: identity.IDPorten}
	change := func(f func(*identity.Issuer)) []identity.Issuer { i := good; f(&i); return []identity.Issuer{i} }
	tests := []struct {
		name, want string
		issuers    []identity.Issuer
	}{
		{"sound", "", []identity.Issuer{good}},
		{"keys by discovery", "", change(func(i *identity.Issuer) { i.JWKS = "" })},
		{"insecure on this machine", "", change(func(i *identity.Issuer) {
			i.URL, i.JWKS, i.AllowInsecure = "http://[::1]:80", "http://127.1.2.3/", true
		})},
		{"below localhost", "", change(func(i *identity.Issuer) { i.URL, i.AllowInsecure = "http://idp.localhost:80", true })},
		{"none", "at least one issuer", nil},
		{"twice", "twice", []identity.Issuer{good, good}},
		{"kind", "unknown kind", change(func(i *identity.Issuer) { i.Kind = "google" })},
		{"insecure", "use https", change(func(i *identity.Issuer) { i.URL = "http://localhost" })},
		{"insecure elsewhere", "this machine", change(func(i *identity.Issuer) { i.URL, i.AllowInsecure = "http://idporten.example", true })},
		{"insecure keys", "use https", change(func(i *identity.Issuer) { i.JWKS = "http://idporten.example/jwks" })},
		{"relative", "absolute", change(func(i *identity.Issuer) { i.URL = "/idporten" })},
		{"scheme", "scheme", change(func(i *identity.Issuer) { i.JWKS = "file://host/jwks" })},
		{"user", "user or fragment", change(func(i *identity.Issuer) { i.JWKS = "https://a:b@host/jwks" })},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := identity.NewVerifier(identity.Options{Issuers: tt.issuers, Directory: w.Register})
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	if _, err := identity.NewVerifier(identity.Options{Issuers: []identity.Issuer{good}}); err == nil {
		t.Error("a verifier without directory was made")
	}
	if _, err := identity.NewVerifier(identity.Options{Issuers: []identity.Issuer{good}, Directory: w.Register, CacheSize: -1}); err == nil {
		t.Error("a negative cache size was accepted")
	}
}

func FuzzVerify(f *testing.F) {
	w := identitytest.New(f)
	key := identitytest.Key(f, altinnKey)
	f.Add(w.UserToken(identitytest.Ola, 3))
	f.Add(w.PersonToken(identitytest.Ola, 3))
	f.Add(forge(f, key, `{"alg":"none"}`, `{"iss":"http://localhost:5101/idporten"}`))
	f.Add("..")
	f.Fuzz(func(t *testing.T, raw string) {
		_, err := w.Verifier.Verify(context.Background(), raw)
		if err != nil && identity.CodeOf(err) == "" {
			t.Fatalf("an error without code: %v", err)
		}
	})
}

// FuzzClaims signs whatever claims: the signature is right, so that the mapping is reached.
func FuzzClaims(f *testing.F) {
	w := identitytest.New(f)
	keys := map[devidp.Issuer]int{devidp.IDPorten: idportenKey, devidp.Maskinporten: maskinportenKey, devidp.Altinn: altinnKey}
	for issuer := range keys {
		f.Add(text(f, sound(w, issuer, nil)), string(issuer))
	}
	f.Add(text(f, sound(w, devidp.Altinn, details(map[string]any{"systemuser_id": []string{systemUser}}))), "altinn")
	f.Fuzz(func(t *testing.T, claims, issuer string) {
		number, known := keys[devidp.Issuer(issuer)]
		if !known {
			return
		}
		key := identitytest.Key(t, number)
		c, err := w.Verifier.Verify(context.Background(), forge(t, key, `{"alg":"RS256",`+kid(key)+`}`, claims))
		switch {
		case err != nil && identity.CodeOf(err) == "":
			t.Fatalf("an error without code: %v", err)
		case err == nil && (c.Kind == "" || c.Kind == identity.KindAnonymous || c.Level < 0 || c.Level > 4 || c.Expires.IsZero()):
			t.Fatalf("an impossible caller: %v level %d", c, c.Level)
		}
	})
}
