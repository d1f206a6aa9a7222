package devidp_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/hovedbok/hovedbok/identity"
	"github.com/hovedbok/hovedbok/identity/devidp"
	"github.com/hovedbok/hovedbok/identity/identitytest"
)

func get(t testing.TB, client *http.Client, address string, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func TestMetadata_LeadsToTheKeys(t *testing.T) {
	t.Parallel()
	w := world(t)
	for path, issuer := range map[string]devidp.Issuer{
		"/idporten/.well-known/openid-configuration":                      devidp.IDPorten,
		"/maskinporten/.well-known/oauth-authorization-server":            devidp.Maskinporten,
		"/authentication/api/v1/openid/.well-known/openid-configuration":  devidp.Altinn,
		"/Authentication/API/v1/openid/.well-known/OpenID-configuration/": devidp.Altinn,
	} {
		_, body := get(t, w.HTTP, identitytest.BaseURL+path)
		var document struct {
			Issuer string `json:"issuer"`
			JWKS   string `json:"jwks_uri"`
			Token  string `json:"token_endpoint"`
		}
		if err := json.Unmarshal([]byte(body), &document); err != nil || document.Issuer != w.Issuer.IssuerURL(issuer) {
			t.Errorf("%s: %s, %v", path, body, err)
		}
		if (document.Token != "") != (issuer == devidp.Maskinporten) {
			t.Errorf("%s names the token endpoint %q", path, document.Token)
		}
		_, keys := get(t, w.HTTP, document.JWKS)
		var set jose.JSONWebKeySet
		if err := json.Unmarshal([]byte(keys), &set); err != nil || len(set.Keys) != 1 || !set.Keys[0].IsPublic() {
			t.Errorf("%s: keys %s, %v", path, keys, err)
		}
	}
}

func TestTestToken(t *testing.T) {
	t.Parallel()
	w := world(t)
	tests := []struct {
		name   string
		form   url.Values
		status int
		level  int
	}{
		{"by number", url.Values{"pid": {identitytest.OlaNumber}}, 200, 4},
		{"by user id", url.Values{"userId": {"20002"}, "acr": {"idporten-loa-substantial"}}, 200, 3},
		{"low", url.Values{"userId": {"20002"}, "acr": {"idporten-loa-low"}}, 200, 0},
		{"neither", url.Values{}, 400, 0},
		{"both", url.Values{"pid": {identitytest.OlaNumber}, "userId": {"20002"}}, 400, 0},
		{"acr", url.Values{"userId": {"20002"}, "acr": {"Level4"}}, 400, 0},
		{"unknown user", url.Values{"userId": {"1"}}, 400, 0},
		{"user id is a word", url.Values{"userId": {"ola"}}, 400, 0},
		{"not synthetic", url.Values{"pid": {"02013299997"}}, 400, 0},
		{"synthetic, but nobody's", url.Values{"pid": {"24871070071"}}, 400, 0},
		{"too long", url.Values{"userId": {strings.Repeat("1", 70<<10)}}, 400, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := post(t, w, "/idporten/test-token", tt.form)
			if a.status != tt.status {
				t.Fatalf("got %d %s", a.status, a.Description)
			}
			if a.status != 200 {
				if pid := tt.form.Get("pid"); pid != "" && strings.Contains(a.Description, pid) {
					t.Error("the error repeats the number")
				}
				return
			}
			if c := w.Caller(a.Token); c.UserID != identitytest.Ola || c.Level != tt.level || a.Expires != 599 {
				t.Errorf("got %v level %d for %d s", c, c.Level, a.Expires)
			}
		})
	}
}

func TestExchange(t *testing.T) {
	t.Parallel()
	w := world(t)
	bearer := func(token string) []string { return []string{"Authorization", "Bearer " + token} }
	ended := sound(t, w, devidp.Maskinporten, -1)
	owner := w.MaskinportenToken(identitytest.OwnerClient, "altinn:serviceowner/instances.read")
	person := w.PersonToken(identitytest.Ola, 3)
	ola, err := w.Register.User(t.Context(), identitytest.Ola)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := w.Issuer.PersonToken(ola, "idporten-loa-high", "openid profile")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, provider string
		header         []string
		status         int
		want           string
	}{
		{"service owner", "maskinporten", bearer(owner), 200, "org nordvik"},
		{"service owner without the scope", "maskinporten", bearer(w.MaskinportenToken(identitytest.OwnerClient, scope)), 200, "org of party 500001"},
		{"organisation", "MASKINPORTEN?test=true", bearer(w.MaskinportenToken(identitytest.VendorClient, scope)), 200, "org of party 500100"},
		{"system user", "maskinporten", bearer(systemUserToken(t, w)), 200, "systemuser " + systemUser.ID.String() + " for party 500100"},
		{"person", "id-porten", bearer(person), 200, "user 20002"},
		{"person without a scope of Altinn", "id-porten", bearer(plain), 403, ""},
		{"no token", "maskinporten", nil, 401, ""},
		{"ended", "maskinporten", bearer(ended), 401, ""},
		{"forged", "maskinporten", bearer(owner[:len(owner)-9] + "AAAAAAAAA"), 401, ""},
		{"token of the other provider", "maskinporten", bearer(person), 401, ""},
		{"token of the other provider, the other way", "id-porten", bearer(owner), 401, ""},
		{"token of the exchange itself", "maskinporten", bearer(w.OwnerToken("nordvik")), 401, ""},
		{"Altinn Studio", "altinnstudio", bearer(owner), 401, ""},
		{"unknown provider", "feide", bearer(owner), 400, ""},
		{"retired header", "maskinporten", append(bearer(owner), "X-Altinn-EnterpriseUser-Authentication", "x"), 410, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			status, body := get(t, w.HTTP, identitytest.BaseURL+"/authentication/api/v1/exchange/"+tt.provider, tt.header...)
			if status != tt.status {
				t.Fatalf("got %d %s", status, body)
			}
			if status != 200 {
				return
			}
			c := w.Caller(body)
			if c.String() != tt.want || c.Issuer != w.Issuer.IssuerURL(devidp.Altinn) || !c.Expires.Equal(w.Clock.Now().Add(30*time.Minute)) || c.Level != 3 {
				t.Errorf("got %v of %s until %s", c, c.Issuer, c.Expires)
			}
		})
	}
	if _, quoted := get(t, w.HTTP, identitytest.BaseURL+"/authentication/api/v1/exchange/id-porten", append(bearer(person), "Accept", "application/json")...); quoted[0] != '"' {
		t.Errorf("who asks for JSON gets %.10s", quoted)
	}
}

// sound signs claims that an issuer could have written, ending after some seconds.
func sound(t testing.TB, w *identitytest.World, issuer devidp.Issuer, seconds int64) string {
	t.Helper()
	token, err := w.Issuer.Sign(issuer, map[string]any{
		"iss": w.Issuer.IssuerURL(issuer), "exp": w.Clock.Now().Unix() + seconds - 60,
		"consumer": map[string]any{"ID": "0192:" + identitytest.NordvikNumber}, "scope": scope,
	})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func systemUserToken(t testing.TB, w *identitytest.World) string {
	t.Helper()
	return ask(t, w, sign(t, identitytest.ClientKey(t), jose.RS256, grant(w, map[string]any{"authorization_details": []any{map[string]any{
		"type": "urn:altinn:systemuser", "systemuser_org": map[string]any{"authority": "iso6523-actorid-upis", "ID": "0192:" + identitytest.KafeNumber},
	}}}), nil)).Token
}

func TestLocaltestRoutes(t *testing.T) {
	t.Parallel()
	w := world(t)
	system := systemUser.ID.String()
	const fresh = "d2000000-0000-4000-8000-000000000002"
	tests := []struct {
		path   string
		status int
		want   string
		level  int
		scopes string
	}{
		{"/Home/GetTestUserToken/20001", 200, "user 20001", 2, "altinn:portal/enduser"},
		{"/home/gettestusertoken/20001?AUTHENTICATIONLEVEL=4", 200, "user 20001", 4, "altinn:portal/enduser"},
		{"/Home/GetTestUserToken/1", 404, "", 0, ""},
		{"/Home/GetTestUserToken/ola", 400, "", 0, ""},
		{"/Home/GetTestUserToken/20001?authenticationLevel=5", 400, "", 0, ""},
		{"/Home/GetTestUserToken/", 404, "", 0, ""},
		{"/Home/GetTestUserToken/20001/x", 404, "", 0, ""},
		{"/Home/GetTestOrgToken/nordvik", 200, "org nordvik", 3, "altinn:serviceowner/instances.read altinn:serviceowner/instances.write"},
		{"/Home/GetTestOrgToken/Nordvik?orgNumber=310000019&scopes=a+b&authenticationLevel=2", 200, "org nordvik", 2, "a b"},
		{"/Home/GetTestOrgToken/kafe?orgNumber=312345676&scopes=a,b", 200, "org of party 500100", 3, "a b"},
		{"/Home/GetTestOrgToken/nordvik?orgNumber=312345676", 400, "", 0, ""},
		{"/Home/GetTestOrgToken/kafe?orgNumber=310000019", 400, "", 0, ""},
		{"/Home/GetTestOrgToken/sorvik", 404, "", 0, ""},
		{"/Home/GetTestOrgToken/nordvik?authenticationLevel=x", 400, "", 0, ""},
		{"/Home/GetTestSystemUserToken?systemUserId=" + system, 200, "systemuser " + system + " for party 500100", 3, "altinn:instances.read altinn:instances.write"},
		{"/Home/GetTestSystemUserToken?systemuserid=" + fresh + "&systemUserOrgNumber=312345676&scope=a&supplierOrgNumber=310000019", 200, "systemuser " + fresh + " for party 500100", 3, "a"},
		{"/Home/GetTestSystemUserToken?systemUserId=" + fresh, 400, "", 0, ""},
		{"/Home/GetTestSystemUserToken", 400, "", 0, ""},
		{"/Home/Unknown", 404, "", 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			t.Parallel()
			status, body := get(t, w.HTTP, identitytest.BaseURL+tt.path)
			if status != tt.status {
				t.Fatalf("got %d %s", status, body)
			}
			if status != 200 {
				return
			}
			c := w.Caller(body)
			if c.String() != tt.want || c.Level != tt.level || strings.Join(c.Scopes, " ") != tt.scopes {
				t.Errorf("got %v level %d scopes %v", c, c.Level, c.Scopes)
			}
		})
	}
}

func TestTokensPage_LinksToEverybody(t *testing.T) {
	t.Parallel()
	w := world(t)
	status, body := get(t, w.HTTP, identitytest.BaseURL+"/home/tokens")
	for _, want := range []string{`<html lang="nb">`, "/Home/GetTestUserToken/20001?authenticationLevel=4", "/Home/GetTestOrgToken/nordvik", "Åse Lindvik"} {
		if status != 200 || !strings.Contains(body, want) {
			t.Errorf("status %d, no %s", status, want)
		}
	}
	if strings.Contains(body, identitytest.OlaNumber) {
		t.Error("the page shows a person's number")
	}
}

func TestServer_AnswersItsOwnHostsOnly(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]int{
		"localhost:5101": 200, "127.0.0.1:80": 200, "[::1]:80": 200, "[::1]": 200, "idp.localhost": 200, "LOCALHOST": 200,
		"evil.example": 421, "192.168.1.4:5101": 421, "localhost.evil.example": 421, "": 421,
	} {
		w := world(t)
		r := httptest.NewRequest(http.MethodGet, "/idporten/jwks", nil)
		r.Host = host
		answer := httptest.NewRecorder()
		w.Issuer.ServeHTTP(answer, r)
		if answer.Code != want || answer.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("host %q: %d", host, answer.Code)
		}
	}
	exposed := identitytest.New(t, func(s *identitytest.Setup) { s.Issuer.Exposed = true })
	r := httptest.NewRequest(http.MethodGet, "http://node-1:5101/idporten/jwks", nil)
	answer := httptest.NewRecorder()
	if exposed.Issuer.ServeHTTP(answer, r); answer.Code != 200 {
		t.Errorf("an exposed server answers %d", answer.Code)
	}
}

func TestServer_Methods(t *testing.T) {
	t.Parallel()
	w := world(t)
	for _, tt := range []struct {
		method, path string
		want         int
	}{{"GET", "/maskinporten/token", 405}, {"POST", "/idporten/jwks", 405}, {"HEAD", "/idporten/jwks", 200}, {"GET", "/idporten/test-token", 405}, {"GET", "/", 404}} {
		r := httptest.NewRequest(tt.method, "http://localhost"+tt.path, nil)
		answer := httptest.NewRecorder()
		if w.Issuer.ServeHTTP(answer, r); answer.Code != tt.want {
			t.Errorf("%s %s: %d", tt.method, tt.path, answer.Code)
		}
		if tt.want == 405 && answer.Header().Get("Allow") == "" {
			t.Errorf("%s %s does not say what is allowed", tt.method, tt.path)
		}
	}
}

func TestCheckListen(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"127.0.0.1:5101": true, "[::1]:5101": true, "localhost:5101": true, "127.9.9.9:0": true, "localhost": true, "::1": true,
		":5101": false, "0.0.0.0:5101": false, "[::]:5101": false, "10.0.0.4:5101": false, "example.com:80": false, "": false,
	} {
		if err := devidp.CheckListen(address, false); (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
		if err := devidp.CheckListen(address, true); err != nil {
			t.Errorf("%q, allowed: %v", address, err)
		}
	}
}

func TestKeys_AreKept(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data", "keys")
	start := func() *identitytest.World {
		return identitytest.New(t, func(s *identitytest.Setup) { s.Issuer.KeyDir = dir })
	}
	first := start()
	tokens := []string{first.UserToken(identitytest.Ola, 1), first.PersonToken(identitytest.Ola, 3), first.MaskinportenToken(identitytest.OwnerClient, scope)}
	if err := first.Issuer.Rotate(devidp.Altinn, true); err != nil {
		t.Fatal(err)
	}
	tokens = append(tokens, first.UserToken(identitytest.Ola, 2))
	second := start()
	for _, raw := range tokens {
		second.Caller(raw)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 3 {
		t.Errorf("files %v, %v", files, err)
	}
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", file, info.Mode(), err)
		}
	}
}

func TestNew_Refuses(t *testing.T) {
	t.Parallel()
	w := world(t)
	failing := func() (jose.JSONWebKey, error) { return jose.JSONWebKey{}, errors.New("no randomness") }
	for name, o := range map[string]devidp.Options{
		"no register":     {BaseURL: "http://localhost"},
		"no base URL":     {Register: w.Register},
		"other scheme":    {BaseURL: "ftp://localhost", Register: w.Register},
		"client twice":    {BaseURL: "http://localhost", Register: w.Register, Clients: []devidp.Client{{ClientID: "a"}, {ClientID: "a"}}},
		"nameless client": {BaseURL: "http://localhost", Register: w.Register, Clients: []devidp.Client{{}}},
		"no keys":         {BaseURL: "http://localhost", Register: w.Register, NewKey: failing},
	} {
		if _, err := devidp.New(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestClient_ServesItsOwnHostOnly(t *testing.T) {
	t.Parallel()
	w := world(t)
	if response, err := w.HTTP.Get("http://localhost:9999/idporten/jwks"); err == nil {
		t.Errorf("another port answered %d", response.StatusCode)
	}
	list := w.Issuer.Issuers()
	if len(list) != 3 || list[0].Kind != identity.IDPorten || list[0].URL != identitytest.BaseURL+"/idporten" || !list[0].AllowInsecure {
		t.Errorf("issuers %+v", list)
	}
}

func BenchmarkMaskinportenToken(b *testing.B) {
	w := world(b)
	for b.Loop() {
		if a := ask(b, w, sign(b, identitytest.ClientKey(b), jose.RS256, grant(w, nil), nil)); a.status != 200 {
			b.Fatal(a.Description)
		}
	}
}
