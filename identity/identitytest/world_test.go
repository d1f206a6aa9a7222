package identitytest_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/identity"
	"github.com/hovedbok/hovedbok/identity/identitytest"
)

func TestWorld_TokensStandForWhomTheyWereIssuedTo(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t)
	system := uuid.MustParse("d1000000-0000-4000-8000-000000000001")
	tests := []struct {
		name, token, want string
	}{
		{"user", w.UserToken(identitytest.Ase, 2), "user 20001, party 510001, level 2"},
		{"person", w.PersonToken(identitytest.Ola, 3), "user 20002, party 510002, level 3"},
		{"person, low", w.PersonToken(identitytest.Ola, 0), "user 20002, party 510002, level 0"},
		{"service owner", w.OwnerToken("nordvik"), "org nordvik, party 500001, level 3"},
		{"organisation", w.OrgToken(identitytest.KafeNumber, "altinn:instances.read"), "org of party 500100, party 500100, level 3"},
		{"system user", w.SystemUserToken(system, identitytest.KafeNumber, "a"), "systemuser " + system.String() + " for party 500100, party 500100, level 3"},
		{"Maskinporten", w.MaskinportenToken(identitytest.VendorClient, "altinn:instances.read"), "org of party 500100, party 500100, level 3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := w.Caller(tt.token)
			if got := fmt.Sprintf("%v, party %d, level %d", c, c.PartyID, c.Level); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestWorld_ClockEndsTokens(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t, func(s *identitytest.Setup) { s.Start = time.Date(2030, 2, 3, 4, 5, 6, 0, time.UTC) })
	token := w.UserToken(identitytest.Ase, 2)
	expires := w.Caller(token).Expires
	w.Clock.Advance(expires.Sub(w.Clock.Now()) + identity.DefaultLeeway)
	if _, err := w.Verifier.Verify(context.Background(), token); identity.CodeOf(err) != identity.TokenExpired {
		t.Errorf("a token after its end: %v", err)
	}
}
