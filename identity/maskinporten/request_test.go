package maskinporten_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/identity"
	"github.com/hovedbok/hovedbok/identity/devidp"
	"github.com/hovedbok/hovedbok/identity/identitytest"
	"github.com/hovedbok/hovedbok/identity/maskinporten"
)

func TestTokenFor_Resource(t *testing.T) {
	t.Parallel()
	b := setup(t)
	plain, _ := b.token(scope)
	bound, err := b.client.TokenFor(context.Background(), maskinporten.Request{Scopes: []string{scope}, Resource: "https://api.example"})
	if err != nil || bound.Value == plain.Value {
		t.Fatalf("a token for a resource: %v", err)
	}
	if _, err := b.Verifier.Verify(context.Background(), bound.Value); err == nil {
		t.Error("a token for another resource is accepted")
	}
	if _, err := b.client.TokenFor(context.Background(), maskinporten.Request{Scopes: []string{scope}, Resource: "https://api.example#a"}); maskinporten.ClassOf(err) != maskinporten.Configuration {
		t.Errorf("a resource with fragment: %v", err)
	}
}

func TestTokenFor_SystemUser(t *testing.T) {
	t.Parallel()
	user := devidp.SystemUser{ID: uuid.New(), OrgNumber: identitytest.KafeNumber, Supplier: identitytest.NordvikNumber, ExternalRef: "b"}
	w := identitytest.New(t, func(s *identitytest.Setup) { s.Issuer.SystemUsers = []devidp.SystemUser{user} })
	client := w.Maskinporten(identitytest.OwnerClient)
	request := maskinporten.Request{Scopes: []string{scope}, SystemUserOrg: identitytest.KafeNumber, ExternalRef: "b"}
	token, err := client.TokenFor(context.Background(), request)
	if err != nil {
		t.Fatal(err)
	}
	if c := w.Caller(token.Value); c.Kind != identity.KindSystemUser || c.SystemUser != user.ID || c.PartyID != identitytest.KafeParty {
		t.Errorf("caller %v", c)
	}
	request.ExternalRef = ""
	_, err = client.TokenFor(context.Background(), request)
	var failed *maskinporten.Error
	if !errors.As(err, &failed) || failed.Code != "MP-301" || failed.Class != maskinporten.Permission {
		t.Errorf("another reference: %v", err)
	}
}

func TestTokenFor_ConsumerWhoHasNotDelegated(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.client.TokenFor(context.Background(), maskinporten.Request{Scopes: []string{scope}, ConsumerOrg: identitytest.KafeNumber})
	var failed *maskinporten.Error
	if !errors.As(err, &failed) || failed.Code != "MP-251" || failed.Class != maskinporten.Permission {
		t.Errorf("got %v", err)
	}
}

func TestToken_UnreachableAuthorityIsTransientAndNamesItsCause(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *maskinporten.Config) { c.Authority = "http://localhost:1/" })
	_, err := b.token(scope)
	var failed *maskinporten.Error
	if !errors.As(err, &failed) || !failed.Retryable() || errors.Unwrap(failed) == nil {
		t.Errorf("got %v", err)
	}
	if len(b.waits) != 2 {
		t.Errorf("waits %v", b.waits)
	}
}
