package maskinporten_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/hovedbok/hovedbok/identity/devidp"
	"github.com/hovedbok/hovedbok/identity/identitytest"
	"github.com/hovedbok/hovedbok/identity/maskinporten"
)

const (
	tokenPath    = "/maskinporten/token"
	metadataPath = "/maskinporten/.well-known/oauth-authorization-server"
	scope        = "altinn:instances.read"
)

// bench is a world with a client that notes how long it waits.
type bench struct {
	*identitytest.World
	client *maskinporten.Client
	mu     sync.Mutex
	waits  []time.Duration // guarded by mu
}

func setup(t testing.TB, changes ...func(*maskinporten.Config)) *bench {
	t.Helper()
	b := &bench{World: identitytest.New(t)}
	note := func(c *maskinporten.Config) {
		c.Sleep = func(_ context.Context, d time.Duration) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.waits = append(b.waits, d)
			return nil
		}
	}
	b.client = b.Maskinporten(identitytest.OwnerClient, append([]func(*maskinporten.Config){note}, changes...)...)
	return b
}

func (b *bench) token(scopes ...string) (maskinporten.Token, error) {
	return b.client.Token(context.Background(), scopes...)
}

func TestToken_IsAcceptedAndKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, err := b.token("altinn:serviceowner/instances.write", scope, scope)
	if err != nil {
		t.Fatal(err)
	}
	if c := b.Caller(first.Value); c.Org != "nordvik" || c.ClientID != identitytest.OwnerClient {
		t.Errorf("caller %v of client %s", c, c.ClientID)
	}
	if got := strings.Join(first.Scopes, " "); got != scope+" altinn:serviceowner/instances.write" {
		t.Errorf("scopes %s", got)
	}
	if want := b.Clock.Now().Add(119 * time.Second); !first.Expires.Equal(want) {
		t.Errorf("expires %s, want %s", first.Expires, want)
	}
	again, err := b.token(scope+" altinn:serviceowner/instances.write", scope)
	if err != nil || again.Value != first.Value {
		t.Errorf("the same scopes in another order made another token: %v", err)
	}
	if other, err := b.token(scope); err != nil || other.Value == first.Value {
		t.Errorf("other scopes gave the same token: %v", err)
	}
}

func TestToken_IsReplacedHalfAMinuteBeforeItEnds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, _ := b.token(scope)
	b.Clock.Advance(88 * time.Second)
	if kept, err := b.token(scope); err != nil || kept.Value != first.Value {
		t.Errorf("31 seconds before its end the token is not kept: %v", err)
	}
	b.Clock.Advance(time.Second)
	if fresh, err := b.token(scope); err != nil || fresh.Value == first.Value {
		t.Errorf("30 seconds before its end the token is still handed out: %v", err)
	}
	if n := b.Issuer.Requests(metadataPath); n != 1 {
		t.Errorf("metadata was asked for %d times", n)
	}
}

func TestInvalidate_MakesANewTokenOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, _ := b.token(scope)
	b.client.Invalidate(first)
	second, err := b.token(scope)
	if err != nil || second.Value == first.Value {
		t.Fatalf("the refused token was handed out again: %v", err)
	}
	b.client.Invalidate(first) // somebody else whom the first token was refused
	if third, err := b.token(scope); err != nil || third.Value != second.Value {
		t.Errorf("the new token was thrown away: %v", err)
	}
}

// TestToken_Faults is the table of what can happen to a call that makes a token.
func TestToken_Faults(t *testing.T) {
	t.Parallel()
	html := "<html>blocked</html>"
	tests := []struct {
		name   string
		faults []devidp.Fault
		calls  int
		class  maskinporten.Class // "" for a token
		waits  int
	}{
		{"ok", nil, 1, "", 0},
		{"failed and not issued", []devidp.Fault{{DropBefore: true}}, 2, "", 1},
		{"issued but answer lost", []devidp.Fault{{DropAfter: true}}, 2, "", 1},
		{"both", []devidp.Fault{{DropBefore: true}, {DropAfter: true}}, 3, "", 2},
		{"answer lost three times", []devidp.Fault{{DropAfter: true, Times: 3}}, 3, maskinporten.Transient, 2},
		{"busy, then well", []devidp.Fault{{Status: 503, Times: 2}}, 3, "", 2},
		{"busy for long", []devidp.Fault{{Status: 503, Times: 9}}, 3, maskinporten.Transient, 2},
		{"asks to wait a little", []devidp.Fault{{Status: 429, RetryAfter: "3"}}, 2, "", 1},
		{"asks to wait for long", []devidp.Fault{{Status: 429, RetryAfter: "60"}}, 1, maskinporten.Transient, 0},
		{"page of a firewall", []devidp.Fault{{Status: 403, Body: html}}, 1, maskinporten.Permission, 0},
		{"page with status 200", []devidp.Fault{{Status: 200, Body: html, Times: 3}}, 3, maskinporten.Transient, 2},
		{"answer without token", []devidp.Fault{{Status: 200, Body: `{"expires_in":9,"token_type":"Bearer"}`}}, 2, "", 1},
		{"answer without life", []devidp.Fault{{Status: 200, Body: `{"access_token":"a","token_type":"Bearer"}`}}, 2, "", 1},
		{"answer of another type", []devidp.Fault{{Status: 200, Body: `{"access_token":"a","expires_in":9,"token_type":"mac"}`}}, 2, "", 1},
		{"endless answer", []devidp.Fault{{Status: 200, Body: strings.Repeat(" ", 2<<20)}}, 2, "", 1},
		{"redirect", []devidp.Fault{{Status: 302}}, 1, maskinporten.Configuration, 0},
		{"grant used already", []devidp.Fault{{Status: 400, Body: `{"error":"invalid_grant","error_description":"used (MP-012)"}`}}, 2, "", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			for _, f := range tt.faults {
				f.Path = tokenPath
				b.Issuer.Inject(f)
			}
			token, err := b.token(scope)
			if got := maskinporten.ClassOf(err); got != tt.class || (token.Value != "") != (tt.class == "") {
				t.Errorf("class %q (%v), want %q", got, err, tt.class)
			}
			if n := b.Issuer.Requests(tokenPath); n != tt.calls {
				t.Errorf("%d calls, want %d", n, tt.calls)
			}
			if len(b.waits) != tt.waits {
				t.Errorf("waits %v, want %d", b.waits, tt.waits)
			}
			if err != nil && strings.Contains(err.Error(), "eyJ") {
				t.Errorf("the error shows a grant: %v", err)
			}
		})
	}
}

func TestToken_WaitsAsLongAsAsked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	date := b.Clock.Now().Add(4 * time.Second).Format(http.TimeFormat)
	b.Issuer.Inject(devidp.Fault{Path: tokenPath, Status: 503, RetryAfter: "3"}, devidp.Fault{Path: tokenPath, Status: 503, RetryAfter: date})
	if _, err := b.token(scope); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(b.waits); got != "[3s 4s]" {
		t.Errorf("waited %s", got)
	}
}

func TestToken_SlowAnswerServesAllWhoWait(t *testing.T) {
	t.Parallel()
	b := setup(t)
	release := make(chan struct{})
	b.Issuer.Inject(devidp.Fault{Path: tokenPath, Wait: release})
	ctx, cancel := context.WithCancel(context.Background())
	gaveUp := make(chan error)
	go func() {
		_, err := b.client.Token(ctx, scope)
		gaveUp <- err
	}()
	cancel()
	if err := <-gaveUp; !errors.Is(err, context.Canceled) {
		t.Errorf("who gives up gets %v", err)
	}
	values := make([]string, 16)
	var wait sync.WaitGroup
	for i := range values {
		wait.Go(func() {
			token, err := b.token(scope)
			if err != nil {
				t.Error(err)
			}
			values[i] = token.Value
		})
	}
	close(release)
	wait.Wait()
	for _, v := range values {
		if v == "" || v != values[0] {
			t.Error("those who waited got different tokens")
		}
	}
	if n := b.Issuer.Requests(tokenPath); n != 1 {
		t.Errorf("%d calls", n)
	}
}

func TestToken_CallerWhoStopsWaitingStopsNoRetry(t *testing.T) {
	t.Parallel()
	stopped := errors.New("stopped")
	b := setup(t, func(c *maskinporten.Config) {
		c.Sleep = func(context.Context, time.Duration) error { return stopped }
	})
	b.Issuer.Inject(devidp.Fault{Path: tokenPath, Status: 503})
	if _, err := b.token(scope); maskinporten.ClassOf(err) != maskinporten.Transient || b.Issuer.Requests(tokenPath) != 1 {
		t.Errorf("a wait that ends early: %v after %d calls", err, b.Issuer.Requests(tokenPath))
	}
}

func TestToken_ErrorsThatAPersonMustMendAreRememberedForHalfAMinute(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const notOurs = "altinn:instances.write" // Havn Kafe has been given it, Nordvik has not
	for range 3 {
		_, err := b.token(notOurs)
		var failed *maskinporten.Error
		if !errors.As(err, &failed) || failed.Code != "MP-250" || failed.Class != maskinporten.Permission || failed.Status != 403 || failed.Retryable() {
			t.Fatalf("got %v", err)
		}
	}
	if n := b.Issuer.Requests(tokenPath); n != 1 {
		t.Errorf("%d calls for one refusal", n)
	}
	if _, err := b.token(scope); err != nil {
		t.Errorf("another scope suffers from it: %v", err)
	}
	b.Clock.Advance(30 * time.Second)
	_, _ = b.token(notOurs)
	if n := b.Issuer.Requests(tokenPath); n != 3 {
		t.Errorf("%d calls: after half a minute it is not asked again", n)
	}
}

func TestToken_TransientErrorsAreNotRemembered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Issuer.Inject(devidp.Fault{Path: tokenPath, Status: 500, Times: 3})
	if _, err := b.token(scope); maskinporten.ClassOf(err) != maskinporten.Transient {
		t.Fatalf("got %v", err)
	}
	if _, err := b.token(scope); err != nil {
		t.Errorf("the next call: %v", err)
	}
}

func TestToken_Refusals(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*maskinporten.Config)
		scope  string
		code   string
		class  maskinporten.Class
	}{
		{"unknown client", func(c *maskinporten.Config) { c.ClientID = "nobody" }, scope, "MP-100", maskinporten.Configuration},
		{"unknown key", func(c *maskinporten.Config) { c.Key = other }, scope, "MP-124", maskinporten.Key},
		{"unknown scope", nil, "skatt:alt", "MP-200", maskinporten.Configuration},
		{"no scope", nil, " ", "", maskinporten.Configuration},
		{"our clock is ahead", skew(5 * time.Second), scope, "", maskinporten.Clock},
		{"our clock is behind", skew(-15 * time.Second), scope, "MP-130", maskinporten.Clock},
		{"our clock is far behind", skew(-time.Hour), scope, "MP-130", maskinporten.Clock},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			change := tt.change
			if change == nil {
				change = func(*maskinporten.Config) {}
			}
			_, err := setup(t, change).token(tt.scope)
			var failed *maskinporten.Error
			if !errors.As(err, &failed) || failed.Code != tt.code || failed.Class != tt.class || failed.Hint == "" {
				t.Errorf("got %v, want %s %s", err, tt.code, tt.class)
			}
		})
	}
}

// skew puts the client's clock off.
func skew(d time.Duration) func(*maskinporten.Config) {
	return func(c *maskinporten.Config) {
		now := c.Clock
		c.Clock = func() time.Time { return now().Add(d) }
	}
}

// other is a key that nobody has registered.
var other = func() jose.JSONWebKey {
	key, err := identitytest.NewKey()
	if err != nil {
		panic(err) // the machine has no randomness
	}
	return key
}()

func TestToken_NextKeyTakesOver(t *testing.T) {
	t.Parallel()
	registered := identitytest.ClientKey(t)
	t.Run("unknown key", func(t *testing.T) {
		t.Parallel()
		b := setup(t, func(c *maskinporten.Config) { c.Key, c.NextKey = other, &registered })
		if _, err := b.token(scope); err != nil || b.Issuer.Requests(tokenPath) != 2 {
			t.Errorf("%v after %d calls", err, b.Issuer.Requests(tokenPath))
		}
	})
	t.Run("expired key, and the next is unknown", func(t *testing.T) {
		t.Parallel()
		b := setup(t, func(c *maskinporten.Config) { c.NextKey = &other })
		b.Issuer.ExpireKey(identitytest.OwnerClient, registered.KeyID)
		_, err := b.token(scope)
		var failed *maskinporten.Error
		if !errors.As(err, &failed) || failed.Code != "MP-124" || b.Issuer.Requests(tokenPath) != 2 {
			t.Errorf("%v after %d calls", err, b.Issuer.Requests(tokenPath))
		}
	})
	t.Run("expired key alone", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.Issuer.ExpireKey(identitytest.OwnerClient, registered.KeyID)
		_, err := b.token(scope)
		var failed *maskinporten.Error
		if !errors.As(err, &failed) || failed.Code != "MP-121" || failed.Class != maskinporten.Key {
			t.Errorf("got %v", err)
		}
	})
}

func TestToken_ShowsNoValue(t *testing.T) {
	t.Parallel()
	token := maskinporten.Token{Value: "eyJsecret", Scopes: []string{"a"}}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("got", "token", token)
	if shown := fmt.Sprintf("%v %+v %#v %s %q %x %v", token, token, token, token, token, token, &token) + log.String(); strings.Contains(shown, "secret") || !strings.Contains(shown, "token for a") {
		t.Errorf("shown as %s", shown)
	}
}

func BenchmarkTokenKept(b *testing.B) {
	bench := setup(b)
	if _, err := bench.token(scope); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := bench.token(scope); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTokenFetched(b *testing.B) {
	bench := setup(b)
	for b.Loop() {
		token, err := bench.token(scope)
		if err != nil {
			b.Fatal(err)
		}
		bench.client.Invalidate(token)
	}
}
