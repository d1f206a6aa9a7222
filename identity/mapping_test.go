package identity_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/identity"
	"github.com/hovedbok/hovedbok/identity/devidp"
	"github.com/hovedbok/hovedbok/identity/identitytest"
	"github.com/hovedbok/hovedbok/integrations/register"
)

func TestVerify_MapsCallers(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t)
	const id, mp, at = devidp.IDPorten, devidp.Maskinporten, devidp.Altinn
	ola, nordvik, kafe := uuid.MustParse("b0000000-0000-4000-8000-000000510002"), uuid.MustParse("a0000000-0000-4000-8000-000000500001"), uuid.MustParse("a0000000-0000-4000-8000-000000500100")
	actor := func(number string) map[string]any { return map[string]any{"ID": "0192:" + number} }
	owner := identity.Caller{Kind: identity.KindOrg, PartyID: 500001, PartyUUID: nordvik, Org: "nordvik", OrgNumber: identitytest.NordvikNumber, Level: 3}
	user := identity.Caller{Kind: identity.KindUser, PartyID: 510002, PartyUUID: ola, UserID: 20002, Level: 3}
	system := identity.Caller{Kind: identity.KindSystemUser, PartyID: 500100, PartyUUID: kafe, OrgNumber: identitytest.KafeNumber, SystemUser: uuid.MustParse(systemUser), Level: 3}
	with := func(c identity.Caller, change func(*identity.Caller)) identity.Caller { change(&c); return c }
	systemDetails := details(map[string]any{"systemuser_id": []string{systemUser}, "systemuser_org": actor(identitytest.KafeNumber)})
	tests := []struct {
		name    string
		issuer  devidp.Issuer
		changes map[string]any
		want    identity.Caller
		scopes  string
	}{
		{"person", id, nil, with(user, func(c *identity.Caller) { c.Level = 4 }), "openid profile"},
		{"service owner", mp, nil, with(owner, func(c *identity.Caller) { c.ClientID = "client" }), "altinn:serviceowner/instances.read"},
		{"service owner without such a scope", mp, map[string]any{"scope": "altinn:instances.read", "client_id": nil},
			with(owner, func(c *identity.Caller) { c.Org = "" }), "altinn:instances.read"},
		{"such a scope without service owner", mp, map[string]any{"consumer": actor(identitytest.KafeNumber), "client_id": nil},
			identity.Caller{Kind: identity.KindOrg, PartyID: 500100, PartyUUID: kafe, OrgNumber: identitytest.KafeNumber, Level: 3}, "altinn:serviceowner/instances.read"},
		{"retired scheme", mp, map[string]any{"consumer": map[string]any{"ID": "9908:310000019"}, "client_id": nil}, owner, "altinn:serviceowner/instances.read"},
		{"member Identifier", mp, map[string]any{"consumer": map[string]any{"Identifier": "0192:310000019"}, "client_id": nil}, owner, "altinn:serviceowner/instances.read"},
		{"system user of Maskinporten", mp, merge(systemDetails, map[string]any{"client_id": nil, "scope": "x"}), system, "x"},

		{"user", at, map[string]any{"urn:altinn:party:uuid": ola.String()}, user, ""},
		{"user without uuid", at, nil, user, ""},
		{"user with numbers as text", at, map[string]any{"urn:altinn:userid": "20002", "urn:altinn:partyid": "510002", "urn:altinn:authlevel": "2"},
			with(user, func(c *identity.Caller) { c.Level = 2 }), ""},
		{"user whom the register does not hold", at, map[string]any{"urn:altinn:userid": 7, "urn:altinn:partyid": 8, "urn:altinn:authlevel": nil},
			identity.Caller{Kind: identity.KindUser, PartyID: 8, UserID: 7}, ""},
		{"older claim of scopes", at, map[string]any{"urn:altinn:scope": "a  b"}, user, "a b"},
		{"scopes as list", at, map[string]any{"scope": []string{"a", "b"}}, user, "a b"},
		{"Altinn service owner", at, map[string]any{"urn:altinn:org": "Nordvik", "urn:altinn:orgNumber": identitytest.NordvikNumber, "urn:altinn:userid": nil}, owner, ""},
		{"Altinn service owner by consumer", at, map[string]any{"urn:altinn:org": "nordvik", "consumer": actor(identitytest.NordvikNumber)}, owner, ""},
		{"Altinn organisation", at, map[string]any{"urn:altinn:orgNumber": identitytest.KafeNumber, "urn:altinn:userid": nil, "urn:altinn:authlevel": nil},
			identity.Caller{Kind: identity.KindOrg, PartyID: 500100, PartyUUID: kafe, OrgNumber: identitytest.KafeNumber, Level: 3}, ""},
		{"Altinn system user before all else", at, merge(systemDetails, map[string]any{"urn:altinn:org": "nordvik", "urn:altinn:userid": nil, "urn:altinn:authlevel": nil}), system, ""},
		{"details of another type", at, map[string]any{"authorization_details": []any{map[string]any{"type": "other"}}}, user, ""},
		{"details as one object", at, map[string]any{"authorization_details": systemDetails["authorization_details"].([]any)[0]}, system, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := w.Caller(signed(t, w, tt.issuer, tt.changes))
			if scopes := strings.Join(got.Scopes, " "); scopes != tt.scopes {
				t.Errorf("scopes %q, want %q", scopes, tt.scopes)
			}
			if got.Issuer != w.Issuer.IssuerURL(tt.issuer) || got.TokenID != "one" || !got.Expires.After(w.Clock.Now()) {
				t.Errorf("issuer %s, token %s, expires %s", got.Issuer, got.TokenID, got.Expires)
			}
			want := tt.want
			want.Scopes, want.Issuer, want.TokenID, want.Expires = got.Scopes, got.Issuer, got.TokenID, got.Expires
			if fields(got) != fields(want) {
				t.Errorf("got  %s\nwant %s", fields(got), fields(want))
			}
		})
	}
}

func merge(a, b map[string]any) map[string]any {
	all := map[string]any{}
	for _, m := range []map[string]any{a, b} {
		for k, v := range m {
			all[k] = v
		}
	}
	return all
}

// fields writes all fields of a caller, which its own formatting does not.
func fields(c identity.Caller) string {
	type plain identity.Caller
	return fmt.Sprintf("%+v", plain(c))
}

func TestVerify_Levels(t *testing.T) {
	t.Parallel()
	plain := identitytest.New(t)
	list := plain.Issuer.Issuers()
	list[0].Levels = map[string]int{"eidas-loa-high": 4, "idporten-loa-low": 1}
	w := identitytest.New(t, func(s *identitytest.Setup) { s.Verifier.Issuers = list })
	for acr, want := range map[string]int{
		"idporten-loa-substantial": 3, "idporten-loa-high": 4, "selfregistered-email": 0,
		"Level3": 3, "Level4": 4, "Level9": 0, "something else": 0, "": 0, "eidas-loa-low": 0,
		"eidas-loa-high": 4, "idporten-loa-low": 1,
	} {
		if c := w.Caller(signed(t, w, devidp.IDPorten, map[string]any{"acr": acr})); c.Level != want {
			t.Errorf("acr %q gives level %d, want %d", acr, c.Level, want)
		}
	}
}

// broken is a directory that does not answer.
type broken struct{ *register.File }

var errBroken = errors.New("the register is down")

func (broken) PartyByPersonNumber(context.Context, string) (register.Party, error) {
	return register.Party{}, errBroken
}

func (broken) ServiceOwnerByNumber(context.Context, string) (register.ServiceOwner, error) {
	return register.ServiceOwner{}, errBroken
}

func (broken) Party(context.Context, int) (register.Party, error) { return register.Party{}, errBroken }

func TestVerify_DirectoryThatDoesNotAnswerIsNotAnUnknownCaller(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t)
	v, err := identity.NewVerifier(identity.Options{
		Issuers: w.Issuer.Issuers(), Directory: broken{w.Register}, HTTPClient: w.HTTP, Clock: w.Clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, issuer := range []devidp.Issuer{devidp.IDPorten, devidp.Maskinporten, devidp.Altinn} {
		raw := signed(t, w, issuer, nil)
		_, err := v.Verify(context.Background(), raw)
		wantCode(t, err, identity.DirectoryUnavailable, raw)
		var refused *identity.TokenError
		if !errors.Is(err, errBroken) || !errors.As(err, &refused) || !refused.Temporary() {
			t.Errorf("%s: %v hides its cause, or is not temporary", issuer, err)
		}
	}
}

func TestCaller_ShowsIdsOnly(t *testing.T) {
	t.Parallel()
	c := identity.Caller{Kind: identity.KindOrg, PartyID: 500100, OrgNumber: identitytest.KafeNumber, ClientID: "client", Level: 3}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("call", "caller", c)
	for _, shown := range []string{log.String(), fmt.Sprint(c), fmt.Sprintf("%+v %#v %d %s", c, c, c, []identity.Caller{c})} {
		if strings.Contains(shown, identitytest.KafeNumber) || !strings.Contains(shown, "org of party 500100") {
			t.Errorf("shown as %s", shown)
		}
	}
	if got := identity.Anonymous().String(); got != "anonymous" {
		t.Errorf("nobody is shown as %s", got)
	}
}

func TestCaller_InContext(t *testing.T) {
	t.Parallel()
	if c := identity.FromContext(context.Background()); c.Kind != identity.KindAnonymous {
		t.Errorf("an empty context has %v", c)
	}
	c := identity.Caller{Kind: identity.KindUser, UserID: 7, Scopes: []string{"a"}}
	got := identity.FromContext(identity.NewContext(context.Background(), c))
	if got.UserID != 7 || !got.HasScope("a") || got.HasScope("A") {
		t.Errorf("got %s", fields(got))
	}
}

func TestRawToken(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, authorization string
		cookies             []string
		want                string
		fromCookie          bool
	}{
		{"none", "", nil, "", false},
		{"bearer", "Bearer abc", nil, "abc", false},
		{"bearer in any case, with blanks", "bEARER   abc ", nil, "abc", false},
		{"bearer before cookies", "Bearer abc", []string{"AltinnStudioRuntime=c"}, "abc", false},
		{"another scheme", "Basic abc", nil, "", false},
		{"empty bearer", "Bearer ", []string{"AltinnStudioRuntime=c"}, "c", true},
		{"first cookie first", "", []string{"AltinnStudioRuntime=c", "AltinnToken=d"}, "d", true},
		{"empty cookie", "", []string{"AltinnToken=", "AltinnStudioRuntime=c"}, "c", true},
		{"foreign cookie", "", []string{"session=c"}, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := &http.Request{Header: http.Header{"Authorization": {tt.authorization}, "Cookie": slices.Clone(tt.cookies)}}
			if got := identity.RawToken(r); got != tt.want || identity.FromCookie(r) != tt.fromCookie {
				t.Errorf("got %q, from cookie %v", got, identity.FromCookie(r))
			}
		})
	}
}
