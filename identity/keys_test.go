package identity_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/hovedbok/hovedbok/identity"
	"github.com/hovedbok/hovedbok/identity/devidp"
	"github.com/hovedbok/hovedbok/identity/identitytest"
)

const altinnJWKS = "/authentication/api/v1/openid/.well-known/openid-configuration/jwks"

func verify(w *identitytest.World, raw string) identity.Code {
	_, err := w.Verifier.Verify(context.Background(), raw)
	return identity.CodeOf(err)
}

func TestKeys_AreFetchedWhenFirstNeeded(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t)
	if n := w.Issuer.Requests(altinnJWKS); n != 0 {
		t.Errorf("%d requests before the first token", n)
	}
	w.Caller(w.UserToken(identitytest.Ola, 1))
	w.Caller(w.UserToken(identitytest.Ola, 2))
	if n := w.Issuer.Requests(altinnJWKS); n != 1 {
		t.Errorf("%d requests for two tokens of one key", n)
	}
}

func TestKeys_UnknownKeyFetchesAgainAtMostEveryHalfMinute(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t)
	w.Caller(w.UserToken(identitytest.Ola, 1))
	if err := w.Issuer.Rotate(devidp.Altinn, true); err != nil {
		t.Fatal(err)
	}
	fresh := w.UserToken(identitytest.Ola, 2)
	if code := verify(w, fresh); code != identity.TokenSignature || w.Issuer.Requests(altinnJWKS) != 1 {
		t.Errorf("at once: %s after %d requests", code, w.Issuer.Requests(altinnJWKS))
	}
	w.Clock.Advance(identity.DefaultRefreshEvery)
	if code := verify(w, fresh); code != "" || w.Issuer.Requests(altinnJWKS) != 2 {
		t.Errorf("after half a minute: %s after %d requests", code, w.Issuer.Requests(altinnJWKS))
	}
	forged := forge(t, identitytest.OtherKey(t, 0), `{"alg":"RS256","kid":"x"}`, text(t, sound(w, devidp.Altinn, nil)))
	for range 5 {
		if code := verify(w, forged); code != identity.TokenSignature {
			t.Errorf("a forged token: %s", code)
		}
	}
	if n := w.Issuer.Requests(altinnJWKS); n != 2 {
		t.Errorf("forged tokens made %d requests", n-2)
	}
}

func TestKeys_LastGoodCopyServesForADay(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t)
	w.Caller(w.UserToken(identitytest.Ola, 1))
	w.Issuer.Inject(devidp.Fault{Path: altinnJWKS, Times: 1000, Status: http.StatusServiceUnavailable})
	w.Clock.Advance(24 * time.Hour)
	if code := verify(w, w.UserToken(identitytest.Ola, 2)); code != "" {
		t.Errorf("after a day without the issuer: %s", code)
	}
	w.Clock.Advance(time.Minute)
	raw := w.UserToken(identitytest.Ola, 3)
	_, err := w.Verifier.Verify(context.Background(), raw)
	wantCode(t, err, identity.IssuerUnavailable, raw)
	if !strings.Contains(err.Error(), "503") {
		t.Errorf("the error does not say why: %v", err)
	}
	w.Issuer.Heal()
	w.Clock.Advance(2 * time.Second)
	if code := verify(w, raw); code != "" {
		t.Errorf("after the issuer has come back: %s", code)
	}
}

func TestKeys_WithoutACopyAFailureIsTheIssuers(t *testing.T) {
	t.Parallel()
	faults := map[string]devidp.Fault{
		"busy":         {Status: http.StatusServiceUnavailable},
		"not JSON":     {Status: http.StatusOK, Body: "<html>"},
		"no keys":      {Status: http.StatusOK, Body: `{"keys":[]}`},
		"redirect":     {Status: http.StatusFound},
		"broken":       {DropBefore: true},
		"endless":      {Status: http.StatusOK, Body: strings.Repeat(" ", 2<<20)},
		"useless keys": {Status: http.StatusOK, Body: `{"keys":[{"kty":"oct","kid":"a","k":"AAAA"},{"kty":"new"},7]}`},
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := identitytest.New(t)
			fault.Path = altinnJWKS
			w.Issuer.Inject(fault)
			raw := w.UserToken(identitytest.Ola, 1)
			for range 3 {
				if code := verify(w, raw); code != identity.IssuerUnavailable {
					t.Errorf("got %q", code)
				}
			}
			if n := w.Issuer.Requests(altinnJWKS); n != 1 {
				t.Errorf("%d requests within two seconds", n)
			}
			w.Clock.Advance(2 * time.Second)
			if code := verify(w, raw); code != "" {
				t.Errorf("two seconds later: %s", code)
			}
		})
	}
}

func TestKeys_WithdrawnKeyIsRefusedWithinAnHour(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t)
	w.Caller(w.UserToken(identitytest.Ola, 1))
	old := w.UserToken(identitytest.Ola, 2)
	if err := w.Issuer.Rotate(devidp.Altinn, false); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(time.Hour)
	if code := verify(w, old); code != identity.TokenSignature {
		t.Errorf("signed with a key that was withdrawn an hour ago: %q", code)
	}
}

func TestKeys_OneFetchForAllWhoWait(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t)
	release := make(chan struct{})
	w.Issuer.Inject(devidp.Fault{Path: altinnJWKS, Wait: release})
	const callers = 20
	started := make(chan struct{}, callers)
	var wait sync.WaitGroup
	for i := range callers {
		raw := signed(t, w, devidp.Altinn, map[string]any{"jti": string(rune('a' + i))})
		wait.Go(func() {
			started <- struct{}{}
			if code := verify(w, raw); code != "" {
				t.Errorf("caller %d: %s", i, code)
			}
		})
	}
	for range callers {
		<-started
	}
	close(release)
	wait.Wait()
	if n := w.Issuer.Requests(altinnJWKS); n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestKeys_CallerWhoGivesUpDoesNotEndTheFetch(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t)
	release := make(chan struct{})
	w.Issuer.Inject(devidp.Fault{Path: altinnJWKS, Wait: release})
	raw := w.UserToken(identitytest.Ola, 1)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := w.Verifier.Verify(ctx, raw)
	wantCode(t, err, identity.IssuerUnavailable, raw)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(release)
	if code := verify(w, raw); code != "" || w.Issuer.Requests(altinnJWKS) != 1 {
		t.Errorf("the next caller: %s after %d requests", code, w.Issuer.Requests(altinnJWKS))
	}
}

func TestKeys_OldCopyServesWhileANewOneIsFetched(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t)
	w.Caller(w.UserToken(identitytest.Ola, 1))
	release, entered := make(chan struct{}), make(chan struct{})
	client := &http.Client{Transport: signal{w.HTTP.Transport, entered}}
	v, err := identity.NewVerifier(identity.Options{Issuers: w.Issuer.Issuers(), Directory: w.Register, HTTPClient: client, Clock: w.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(level int) error {
		_, err := v.Verify(context.Background(), w.UserToken(identitytest.Ola, level))
		return err
	}
	go func() { <-entered }()
	if err := ask(1); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(time.Hour)
	w.Issuer.Inject(devidp.Fault{Path: altinnJWKS, Wait: release})
	slow := make(chan error)
	go func() { slow <- ask(2) }()
	<-entered // the first caller after an hour is fetching
	if err := ask(3); err != nil {
		t.Errorf("another caller meanwhile: %v", err)
	}
	close(release)
	if err := <-slow; err != nil {
		t.Error(err)
	}
}

// signal tells when a request begins.
type signal struct {
	next    http.RoundTripper
	entered chan struct{}
}

func (s signal) RoundTrip(r *http.Request) (*http.Response, error) {
	s.entered <- struct{}{}
	return s.next.RoundTrip(r)
}

// served is a transport that answers from a function.
type served func(*http.Request) (int, string)

func (f served) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := f(r)
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func TestKeys_ByDiscovery(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t)
	list := w.Issuer.Issuers()
	for i := range list {
		list[i].JWKS = ""
	}
	found := identitytest.New(t, func(s *identitytest.Setup) { s.Verifier.Issuers = list })
	found.Caller(found.UserToken(identitytest.Ola, 1))
	found.Caller(found.PersonToken(identitytest.Ola, 3))
	found.Caller(found.MaskinportenToken(identitytest.OwnerClient, "altinn:instances.read"))
}

func TestKeys_DiscoveryThatContradictsTheConfigurationIsRefused(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t)
	issuer := w.Issuer.Issuers()[2]
	issuer.JWKS = ""
	for name, document := range map[string]string{
		"another issuer":  `{"issuer":"https://evil.example/","jwks_uri":"` + identitytest.BaseURL + altinnJWKS + `"}`,
		"insecure keys":   `{"issuer":"` + issuer.URL + `","jwks_uri":"http://evil.example/jwks"}`,
		"no keys":         `{"issuer":"` + issuer.URL + `"}`,
		"nothing at all":  `{}`,
		"not an document": `[]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			client := &http.Client{Transport: served(func(*http.Request) (int, string) {
				asked.Add(1)
				return http.StatusOK, document
			})}
			v, err := identity.NewVerifier(identity.Options{Issuers: []identity.Issuer{issuer}, Directory: w.Register, HTTPClient: client, Clock: w.Clock.Now})
			if err != nil {
				t.Fatal(err)
			}
			raw := w.UserToken(identitytest.Ola, 1)
			_, err = v.Verify(context.Background(), raw)
			wantCode(t, err, identity.IssuerUnavailable, raw)
			if asked.Load() != 1 {
				t.Errorf("%d requests: the keys were asked for", asked.Load())
			}
		})
	}
}

func TestKeys_OnlyKeysForSignaturesAreTrusted(t *testing.T) {
	t.Parallel()
	w := identitytest.New(t)
	key := identitytest.Key(t, altinnKey)
	tests := map[string]struct {
		change func(*jose.JSONWebKey)
		want   identity.Code
	}{
		"as published":          {func(*jose.JSONWebKey) {}, ""},
		"without use and alg":   {func(k *jose.JSONWebKey) { k.Use, k.Algorithm = "", "" }, ""},
		"for encryption":        {func(k *jose.JSONWebKey) { k.Use = "enc" }, identity.TokenSignature},
		"for another algorithm": {func(k *jose.JSONWebKey) { k.Algorithm = "RS512" }, identity.TokenSignature},
		"private":               {func(k *jose.JSONWebKey) { k.Key = key.Key }, identity.TokenSignature},
	}
	other := identitytest.OtherKey(t, 0)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			public := key.Public()
			tt.change(&public)
			set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{other.Public(), public}})
			if err != nil {
				t.Fatal(err)
			}
			client := &http.Client{Transport: served(func(*http.Request) (int, string) { return http.StatusOK, string(set) })}
			v, err := identity.NewVerifier(identity.Options{Issuers: w.Issuer.Issuers(), Directory: w.Register, HTTPClient: client, Clock: w.Clock.Now})
			if err != nil {
				t.Fatal(err)
			}
			raw := w.UserToken(identitytest.Ola, 1)
			_, err = v.Verify(context.Background(), raw)
			wantCode(t, err, tt.want, raw)
		})
	}
}
