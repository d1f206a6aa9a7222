package devidp_test

import (
	"encoding/json"
	"io"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/identity"
	"github.com/hovedbok/hovedbok/identity/devidp"
	"github.com/hovedbok/hovedbok/identity/identitytest"
)

const (
	scope     = "altinn:instances.read"
	grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer"
)

var systemUser = devidp.SystemUser{
	ID: uuid.MustParse("d1000000-0000-4000-8000-000000000001"), SystemID: "sys", OrgNumber: identitytest.KafeNumber, Supplier: identitytest.NordvikNumber,
}

// world has a client with delegations and three system users besides the register's clients.
func world(t testing.TB) *identitytest.World {
	t.Helper()
	return identitytest.New(t, func(s *identitytest.Setup) {
		pending, other := systemUser, systemUser
		pending.ExternalRef, pending.Pending = "pending", true
		other.Supplier = identitytest.KafeNumber
		key := identitytest.ClientKey(t)
		s.Issuer.SystemUsers = []devidp.SystemUser{other, pending, systemUser}
		s.Issuer.Clients = []devidp.Client{{
			ClientID: "supplier", OrgNumber: identitytest.NordvikNumber, Scopes: []string{scope, "altinn:instances.write"},
			Keys:        jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key.Public()}},
			Delegations: map[string][]string{identitytest.KafeNumber: {scope}},
		}}
	})
}

// grant is a sound grant of the client "supplier", changed by the given claims; nil takes a claim away.
func grant(w *identitytest.World, changes map[string]any) map[string]any {
	now := w.Clock.Now().Unix()
	all := map[string]any{
		"aud": identitytest.BaseURL + "/maskinporten/", "iss": "supplier", "scope": scope, "iat": now, "exp": now + 120, "jti": uuid.NewString(),
	}
	for name, value := range changes {
		if all[name] = value; value == nil {
			delete(all, name)
		}
	}
	return all
}

func sign(t testing.TB, key jose.JSONWebKey, alg jose.SignatureAlgorithm, claims map[string]any, options *jose.SignerOptions) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, options)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

type answer struct {
	status      int
	Error       string `json:"error"`
	Description string `json:"error_description"`
	Token       string `json:"access_token"`
	Type        string `json:"token_type"`
	Expires     int    `json:"expires_in"`
	Scope       string `json:"scope"`
}

func post(t testing.TB, w *identitytest.World, path string, form url.Values) answer {
	t.Helper()
	response, err := w.HTTP.PostForm(identitytest.BaseURL+path, form)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	a := answer{status: response.StatusCode}
	if err := json.NewDecoder(response.Body).Decode(&a); err != nil {
		t.Fatal(err)
	}
	return a
}

func ask(t testing.TB, w *identitytest.World, assertion string) answer {
	t.Helper()
	return post(t, w, "/maskinporten/token", url.Values{"grant_type": {grantType}, "assertion": {assertion}})
}

func TestToken_ChecksGrants(t *testing.T) {
	t.Parallel()
	w := world(t)
	now := w.Clock.Now().Unix()
	user := func(org, ref string) map[string]any {
		return map[string]any{"authorization_details": []any{map[string]any{
			"type": "urn:altinn:systemuser", "externalRef": ref, "systemuser_org": map[string]any{"authority": "iso6523-actorid-upis", "ID": org},
		}}}
	}
	tests := []struct {
		name    string
		changes map[string]any
		status  int
		oauth   string
		mp      string
	}{
		{"sound", nil, 200, "", ""},
		{"audience as list of one", map[string]any{"aud": []string{identitytest.BaseURL + "/maskinporten/"}}, 200, "", ""},
		{"oldest", map[string]any{"iat": now - 10, "exp": now + 110}, 200, "", ""},
		{"two scopes, one twice", map[string]any{"scope": "altinn:instances.write " + scope + " " + scope}, 200, "", ""},
		{"resource", map[string]any{"resource": []string{"https://api.example"}}, 200, "", ""},
		{"delegated", map[string]any{"consumer_org": identitytest.KafeNumber}, 200, "", ""},
		{"system user", user("0192:"+identitytest.KafeNumber, ""), 200, "", ""},

		{"unknown client", map[string]any{"iss": "nobody"}, 400, "invalid_client", "MP-100"},
		{"no client", map[string]any{"iss": nil}, 400, "invalid_client", "MP-100"},
		{"audience without slash", map[string]any{"aud": identitytest.BaseURL + "/maskinporten"}, 400, "invalid_grant", "MP-110"},
		{"audience among others", map[string]any{"aud": []string{identitytest.BaseURL + "/maskinporten/", "x"}}, 400, "invalid_grant", "MP-110"},
		{"no iat", map[string]any{"iat": nil}, 400, "invalid_request", "MP-011"},
		{"no exp", map[string]any{"exp": nil}, 400, "invalid_request", "MP-011"},
		{"iat in the future", map[string]any{"iat": now + 1}, 400, "invalid_grant", ""},
		{"iat too old", map[string]any{"iat": now - 11, "exp": now + 60}, 400, "invalid_grant", "MP-130"},
		{"expired", map[string]any{"exp": now}, 400, "invalid_grant", "MP-130"},
		{"lives too long", map[string]any{"exp": now + 121}, 400, "invalid_request", "MP-011"},
		{"no jti", map[string]any{"jti": nil}, 400, "invalid_request", "MP-011"},
		{"jti is no uuid", map[string]any{"jti": "1"}, 400, "invalid_request", "MP-011"},
		{"claim of a wrong type", map[string]any{"scope": 7}, 400, "invalid_request", "MP-011"},
		{"no scope", map[string]any{"scope": " "}, 400, "invalid_scope", "MP-200"},
		{"scope that does not exist", map[string]any{"scope": "x:y"}, 400, "invalid_scope", "MP-200"},
		{"scope of others", map[string]any{"scope": "altinn:serviceowner/instances.read"}, 403, "invalid_scope", "MP-250"},
		{"scope that is not delegated", map[string]any{"scope": "altinn:instances.write", "consumer_org": identitytest.KafeNumber}, 403, "invalid_scope", "MP-251"},
		{"consumer that has delegated nothing", map[string]any{"consumer_org": "315000009"}, 403, "invalid_scope", "MP-251"},
		{"consumer is no number", map[string]any{"consumer_org": "0192:312345676"}, 400, "invalid_request", "MP-011"},
		{"two ways of delegation", map[string]any{"consumer_org": identitytest.KafeNumber, "iss_onbehalfof": "x"}, 400, "invalid_request", "MP-011"},
		{"person", map[string]any{"pid": identitytest.OlaNumber}, 400, "invalid_request", "MP-011"},
		{"resource with fragment", map[string]any{"resource": []string{"https://api.example#x"}}, 400, "invalid_target", ""},
		{"system user of nobody", user("0192:315000009", ""), 400, "invalid_grant", "MP-301"},
		{"system user with another reference", user("0192:"+identitytest.KafeNumber, "x"), 400, "invalid_grant", "MP-301"},
		{"system user not approved", user("0192:"+identitytest.KafeNumber, "pending"), 400, "invalid_grant", "MP-302"},
		{"system user malformed", user(identitytest.KafeNumber, ""), 400, "invalid_request", "MP-303"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := ask(t, w, sign(t, identitytest.ClientKey(t), jose.RS256, grant(w, tt.changes), nil))
			if a.status != tt.status || a.Error != tt.oauth || !strings.Contains(a.Description, tt.mp) || tt.mp == "" && strings.Contains(a.Description, "MP-") {
				t.Errorf("got %d %s %q", a.status, a.Error, a.Description)
			}
			if (a.Token != "") != (tt.status == 200) {
				t.Error("a token with an error, or none without")
			}
		})
	}
}

func TestToken_ChecksSignatures(t *testing.T) {
	t.Parallel()
	w := world(t)
	right, wrong := identitytest.ClientKey(t), identitytest.OtherKey(t, 0)
	impostor, nameless := wrong, right
	impostor.KeyID, nameless.KeyID = right.KeyID, ""
	sound := grant(w, nil)
	tests := []struct {
		name, assertion, mp string
		status              int
	}{
		{"RS384", sign(t, right, jose.RS384, grant(w, nil), nil), "", 200},
		{"RS512", sign(t, right, jose.RS512, grant(w, nil), nil), "", 200},
		{"PSS", sign(t, right, jose.PS256, sound, nil), "MP-011", 400},
		{"not a token", "x", "MP-011", 400},
		{"unknown key", sign(t, wrong, jose.RS256, sound, nil), "MP-124", 400},
		{"right key id, wrong key", sign(t, impostor, jose.RS256, sound, nil), "MP-124", 400},
		{"no key id", sign(t, nameless, jose.RS256, sound, nil), "MP-123", 400},
		{"brings its key", sign(t, wrong, jose.RS256, sound, &jose.SignerOptions{EmbedJWK: true}), "MP-124", 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if a := ask(t, w, tt.assertion); a.status != tt.status || !strings.Contains(a.Description, tt.mp) {
				t.Errorf("got %d %s", a.status, a.Description)
			}
		})
	}
}

func TestToken_EachGrantOnce(t *testing.T) {
	t.Parallel()
	w := world(t)
	const askers = 16
	assertion := sign(t, identitytest.ClientKey(t), jose.RS256, grant(w, nil), nil)
	answers := make([]answer, askers)
	var wait sync.WaitGroup
	for i := range askers {
		wait.Go(func() { answers[i] = ask(t, w, assertion) })
	}
	wait.Wait()
	issued := 0
	for _, a := range answers {
		switch {
		case a.status == 200:
			issued++
		case a.Error != "invalid_grant" || !strings.Contains(a.Description, "MP-012"):
			t.Errorf("got %d %s", a.status, a.Description)
		}
	}
	if issued != 1 {
		t.Errorf("%d tokens for one grant", issued)
	}
}

func TestToken_RefusedSignatureDoesNotUseUpTheGrant(t *testing.T) {
	t.Parallel()
	w := world(t)
	claims := grant(w, nil)
	if a := ask(t, w, sign(t, identitytest.OtherKey(t, 0), jose.RS256, claims, nil)); a.status != 400 {
		t.Fatalf("got %d", a.status)
	}
	if a := ask(t, w, sign(t, identitytest.ClientKey(t), jose.RS256, claims, nil)); a.status != 200 {
		t.Errorf("a forger used up the grant: %s", a.Description)
	}
}

func TestToken_ChecksForms(t *testing.T) {
	t.Parallel()
	w := world(t)
	sound := sign(t, identitytest.ClientKey(t), jose.RS256, grant(w, nil), nil)
	tests := []struct {
		name, media, body, want string
		status                  int
	}{
		{"JSON", "application/json", `{}`, "MP-011", 400},
		{"no media type", "", "", "MP-011", 400},
		{"grant type", "application/x-www-form-urlencoded", "grant_type=password", "unsupported_grant_type", 400},
		{"no assertion", "application/x-www-form-urlencoded", "grant_type=" + url.QueryEscape(grantType), "assertion is missing", 400},
		{"assertion twice", "application/x-www-form-urlencoded", "grant_type=" + url.QueryEscape(grantType) + "&assertion=a&assertion=b", "assertion is given more than once", 400},
		{"too long", "application/x-www-form-urlencoded", "a=" + strings.Repeat("a", 70<<10), "MP-011", 400},
		{"not a form", "application/x-www-form-urlencoded", "%", "MP-011", 400},
		{"with charset", "application/x-www-form-urlencoded; charset=utf-8", url.Values{"grant_type": {grantType}, "assertion": {sound}}.Encode(), "access_token", 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			response, err := w.HTTP.Post(identitytest.BaseURL+"/maskinporten/token", tt.media, strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = response.Body.Close() }()
			body, _ := io.ReadAll(response.Body)
			if response.StatusCode != tt.status || !strings.Contains(string(body), tt.want) {
				t.Errorf("got %d %s", response.StatusCode, body)
			}
		})
	}
}

func TestToken_SaysWhatTheGrantAskedFor(t *testing.T) {
	t.Parallel()
	w := world(t)
	issue := func(changes map[string]any) (answer, map[string]any) {
		a := ask(t, w, sign(t, identitytest.ClientKey(t), jose.RS256, grant(w, changes), nil))
		parsed, err := jwt.ParseSigned(a.Token, []jose.SignatureAlgorithm{jose.RS256})
		if err != nil {
			t.Fatal(err)
		}
		claims := map[string]any{}
		if err := parsed.UnsafeClaimsWithoutVerification(&claims); err != nil {
			t.Fatal(err)
		}
		return a, claims
	}
	a, claims := issue(map[string]any{"scope": "altinn:instances.write " + scope})
	if a.Scope != scope+" altinn:instances.write" || a.Type != "Bearer" || a.Expires != 119 {
		t.Errorf("answer %+v", a)
	}
	now := w.Clock.Now()
	for name, want := range map[string]any{
		"iss": identitytest.BaseURL + "/maskinporten/", "aud": "unspecified", "client_id": "supplier", "client_amr": "private_key_jwt",
		"exp": float64(now.Add(119 * time.Second).Unix()), "iat": float64(now.Unix()), "scope": a.Scope, "nbf": nil, "supplier": nil,
	} {
		if claims[name] != want {
			t.Errorf("%s is %v, want %v", name, claims[name], want)
		}
	}
	_, delegated := issue(map[string]any{"consumer_org": identitytest.KafeNumber})
	consumer, supplier := delegated["consumer"].(map[string]any), delegated["supplier"].(map[string]any)
	if consumer["ID"] != "0192:"+identitytest.KafeNumber || supplier["ID"] != "0192:"+identitytest.NordvikNumber || delegated["delegation_source"] == nil {
		t.Errorf("delegated: consumer %v, supplier %v", consumer, supplier)
	}
	system, _ := issue(map[string]any{"authorization_details": []any{map[string]any{
		"type": "urn:altinn:systemuser", "systemuser_org": map[string]any{"authority": "iso6523-actorid-upis", "ID": "0192:" + identitytest.KafeNumber},
	}}})
	if c := w.Caller(system.Token); c.Kind != identity.KindSystemUser || c.SystemUser != systemUser.ID || c.PartyID != identitytest.KafeParty {
		t.Errorf("system user: %v", c)
	}
}
