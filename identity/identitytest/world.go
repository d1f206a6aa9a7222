// Package identitytest gives tests a small world of people, organisations and issuers that sign real
// tokens, all in memory and without a network. Time stands still until the test moves it.
package identitytest

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/identity"
	"github.com/hovedbok/hovedbok/identity/devidp"
	"github.com/hovedbok/hovedbok/identity/internal/keyfile"
	"github.com/hovedbok/hovedbok/identity/maskinporten"
	"github.com/hovedbok/hovedbok/integrations/register"
)

// BaseURL is the address of the development issuer in every [World].
const BaseURL = "http://localhost:5101"

// World is a register, the development issuer and a verifier that trusts it.
type World struct {
	Register *register.File
	Issuer   *devidp.Server
	Verifier *identity.Verifier
	HTTP     *http.Client // hands requests for BaseURL to the issuer
	Clock    *Clock

	t testing.TB
}

// Setup is what a test may change before its world is made. [New] fills in the defaults.
type Setup struct {
	Register []byte           // default: [DefaultRegister]
	Issuer   devidp.Options   // base URL, register, clients, clock and keys are filled in
	Verifier identity.Options // issuers, directory, HTTP client and clock are filled in
	Start    time.Time        // default: 2026-01-15 12:00 UTC
}

// New makes a world; each option changes its setup. It ends the test when the world cannot be made.
func New(t testing.TB, options ...func(*Setup)) *World {
	t.Helper()
	setup := Setup{Register: []byte(DefaultRegister), Start: time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)}
	for _, option := range options {
		option(&setup)
	}
	w := &World{t: t, Clock: &Clock{now: setup.Start}}
	var err error
	if w.Register, err = register.Parse(setup.Register); err != nil {
		t.Fatal(err)
	}
	w.issuer(setup.Issuer)
	w.verifier(setup.Verifier)
	return w
}

func (w *World) issuer(o devidp.Options) {
	w.t.Helper()
	o.BaseURL, o.Register, o.Clock = BaseURL, w.Register, w.Clock.Now
	o.Clients = append(o.Clients, w.clients()...)
	if o.NewKey == nil {
		next := 0
		var mu sync.Mutex
		o.NewKey = func() (jose.JSONWebKey, error) {
			mu.Lock()
			defer mu.Unlock()
			next++
			return pool.key(next - 1)
		}
	}
	var err error
	if w.Issuer, err = devidp.New(o); err != nil {
		w.t.Fatal(err)
	}
	w.HTTP = w.Issuer.Client()
}

func (w *World) verifier(o identity.Options) {
	w.t.Helper()
	o.Directory, o.Clock = w.Register, w.Clock.Now
	if o.Issuers == nil {
		o.Issuers = w.Issuer.Issuers()
	}
	if o.HTTPClient == nil {
		o.HTTPClient = w.HTTP
	}
	var err error
	if w.Verifier, err = identity.NewVerifier(o); err != nil {
		w.t.Fatal(err)
	}
}

// clients gives the register's clients, each with the key of [ClientKey].
func (w *World) clients() []devidp.Client {
	w.t.Helper()
	key := ClientKey(w.t)
	keys := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key.Public()}}
	var list []devidp.Client
	for _, c := range w.Register.Clients() {
		list = append(list, devidp.Client{
			ClientID: c.ID, Org: c.Org, OrgNumber: c.OrgNumber, Scopes: c.Scopes,
			Keys: keys,
		})
	}
	return list
}

// UserToken gives an Altinn token for a person, as after a login with an authentication level.
func (w *World) UserToken(userID, level int) string {
	w.t.Helper()
	return w.must(w.Issuer.UserToken(context.Background(), userID, level))
}

// PersonToken gives an ID-porten token for a person. Level 3 is "substantial", 4 "high", all others "low".
func (w *World) PersonToken(userID, level int) string {
	w.t.Helper()
	person, err := w.Register.User(context.Background(), userID)
	if err != nil {
		w.t.Fatal(err)
	}
	acr := map[int]string{3: "idporten-loa-substantial", 4: "idporten-loa-high"}[level]
	if acr == "" {
		acr = "idporten-loa-low"
	}
	return w.must(w.Issuer.PersonToken(person, acr, "openid profile altinn:portal/enduser"))
}

// OwnerToken gives an Altinn token for a service owner (by code), with the scopes to read and write
// instances.
func (w *World) OwnerToken(code string) string {
	w.t.Helper()
	owner, err := w.Register.ServiceOwner(context.Background(), code)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.OrgToken(owner.Number, "altinn:serviceowner/instances.read altinn:serviceowner/instances.write")
}

// OrgToken gives an Altinn token for an organisation (by number) with scopes separated by blanks.
func (w *World) OrgToken(orgNumber, scopes string) string {
	w.t.Helper()
	return w.must(w.Issuer.OrgToken(context.Background(), orgNumber, scopes, 3))
}

// SystemUserToken gives an Altinn token for a system user that acts for an organisation (by number).
func (w *World) SystemUserToken(id uuid.UUID, orgNumber, scopes string) string {
	w.t.Helper()
	user := devidp.SystemUser{ID: id, SystemID: "system", OrgNumber: orgNumber}
	return w.must(w.Issuer.SystemUserToken(context.Background(), user, scopes))
}

// Maskinporten gives a real client for one of the register's Maskinporten clients. It waits for nothing
// between attempts.
func (w *World) Maskinporten(clientID string, changes ...func(*maskinporten.Config)) *maskinporten.Client {
	w.t.Helper()
	config := maskinporten.Config{
		Authority: w.Issuer.IssuerURL(devidp.Maskinporten), ClientID: clientID, Key: ClientKey(w.t), HTTPClient: w.HTTP,
		Clock: w.Clock.Now, Sleep: func(context.Context, time.Duration) error { return nil }, AllowInsecure: true,
	}
	for _, change := range changes {
		change(&config)
	}
	client, err := maskinporten.New(config)
	if err != nil {
		w.t.Fatal(err)
	}
	return client
}

// MaskinportenToken gets a token from Maskinporten for one of the register's clients.
func (w *World) MaskinportenToken(clientID string, scopes ...string) string {
	w.t.Helper()
	token, err := w.Maskinporten(clientID).Token(context.Background(), scopes...)
	return w.must(token.Value, err)
}

// Caller verifies a token and gives the caller; it ends the test when the token is refused.
func (w *World) Caller(token string) identity.Caller {
	w.t.Helper()
	caller, err := w.Verifier.Verify(context.Background(), token)
	if err != nil {
		w.t.Fatal(err)
	}
	return caller
}

func (w *World) must(token string, err error) string {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

// Clock is a clock that a test moves. It is safe for use by many goroutines.
type Clock struct {
	mu  sync.Mutex
	now time.Time // guarded by mu
}

// Now gives the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock; d may be negative.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// ClientKey gives the private key of all Maskinporten clients of a world.
func ClientKey(t testing.TB) jose.JSONWebKey { return Key(t, clientKey) }

// clientKey and otherKeys are numbers of keys in the pool, above those that issuers use.
const (
	clientKey = 100
	otherKeys = 101
)

// OtherKey gives a private key that nobody has registered, a different one for each n.
func OtherKey(t testing.TB, n int) jose.JSONWebKey { return Key(t, otherKeys+n) }

// Key gives the n-th private key of the test process. Making keys is slow, so that they are made once.
func Key(t testing.TB, n int) jose.JSONWebKey {
	t.Helper()
	key, err := pool.key(n)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

var pool keyPool

// keyPool makes keys once for the whole test process.
type keyPool struct {
	mu   sync.Mutex
	keys map[int]jose.JSONWebKey // guarded by mu
}

func (p *keyPool) key(n int) (jose.JSONWebKey, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if key, made := p.keys[n]; made {
		return key, nil
	}
	key, err := keyfile.Generate()
	if err != nil {
		return key, err
	}
	if p.keys == nil {
		p.keys = map[int]jose.JSONWebKey{}
	}
	p.keys[n] = key
	return key, nil
}

// NewKey makes a private key of its own, as clients and issuers have.
func NewKey() (jose.JSONWebKey, error) { return keyfile.Generate() }
