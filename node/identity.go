package node

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/hovedbok/hovedbok/identity"
	"github.com/hovedbok/hovedbok/identity/devidp"
	"github.com/hovedbok/hovedbok/identity/maskinporten"
	"github.com/hovedbok/hovedbok/integrations/register"
)

// openIdentity reads the register, starts the embedded issuer if there is to be one, and makes each service owner's Maskinporten client.
func (n *Node) openIdentity(context.Context) error {
	var err error
	if n.Register, err = register.Load(n.Config.Register); err != nil {
		return err
	}
	n.tokens = &tokenSource{clients: map[string]*maskinporten.Client{}}
	if n.Config.Development {
		if err := n.openIssuer(); err != nil {
			return err
		}
	}
	for org, c := range n.Config.Maskinporten {
		if err := n.configuredClient(org, c); err != nil {
			return fmt.Errorf("client of %s with Maskinporten: %w", org, err)
		}
	}
	return nil
}

// openIssuer makes the embedded issuer and the register's clients, with keys kept in the data folder.
func (n *Node) openIssuer() error {
	if err := os.MkdirAll(n.path(DirKeys), 0o700); err != nil {
		return fmt.Errorf("make the folder of keys: %w", err)
	}
	var clients []devidp.Client
	keys := map[string]jose.JSONWebKey{}
	for _, c := range n.Register.Clients() {
		key, err := maskinporten.LoadOrCreateKey(n.path(DirKeys + "/client-" + url.PathEscape(c.ID) + ".jwk.json"))
		if err != nil {
			return err
		}
		keys[c.ID] = key
		clients = append(clients, devidp.Client{
			ClientID: c.ID, Org: c.Org, OrgNumber: c.OrgNumber, Scopes: c.Scopes, Keys: jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key.Public()}},
		})
	}
	var err error
	n.Issuer, err = devidp.New(devidp.Options{
		BaseURL: n.Config.PublicURL, KeyDir: n.path(DirKeys), Register: n.Register, Clients: clients, Clock: n.Clock,
	})
	if err != nil {
		return err
	}
	for _, c := range n.Register.Clients() {
		if c.Org == "" {
			continue
		}
		client, err := maskinporten.New(maskinporten.Config{
			Authority: n.Issuer.IssuerURL(devidp.Maskinporten), ClientID: c.ID, Key: keys[c.ID], HTTPClient: n.Issuer.Client(), Clock: n.Clock, AllowInsecure: true,
		})
		if err != nil {
			return err
		}
		n.tokens.clients[c.Org] = client
	}
	return nil
}

func (n *Node) configuredClient(org string, c ClientConfig) error {
	key, err := maskinporten.LoadOrCreateKey(c.Key)
	if err != nil {
		return err
	}
	config := maskinporten.Config{Authority: c.Authority, ClientID: c.ClientID, Key: key, Clock: n.Clock}
	if c.NextKey != "" {
		next, err := maskinporten.LoadOrCreateKey(c.NextKey)
		if err != nil {
			return err
		}
		config.NextKey = &next
	}
	client, err := maskinporten.New(config)
	n.tokens.clients[org] = client
	return err
}

// verifier makes the verifier of tokens: of the configured issuers, and of the embedded one, whose keys are asked for in process.
func (n *Node) verifier() (*identity.Verifier, error) {
	var issuers []identity.Issuer
	for _, i := range n.Config.Issuers {
		issuers = append(issuers, identity.Issuer{URL: i.URL, Kind: identity.IssuerKind(i.Kind), JWKS: i.JWKS, Audience: i.Audience})
	}
	client := &http.Client{Timeout: 10 * time.Second}
	if n.Issuer != nil {
		issuers = append(issuers, n.Issuer.Issuers()...)
		client.Transport = split{base: n.Config.PublicURL, own: n.Issuer.Client().Transport, other: http.DefaultTransport}
	}
	return identity.NewVerifier(identity.Options{Issuers: issuers, Directory: n.Register, HTTPClient: client, Clock: n.Clock})
}

// split sends requests to one base address to a transport of its own.
type split struct {
	base       string
	own, other http.RoundTripper
}

// RoundTrip chooses by the address.
func (s split) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.String(), s.base+"/") {
		return s.own.RoundTrip(r)
	}
	return s.other.RoundTrip(r)
}

// tokenSource gives service owners' tokens to sagas.
type tokenSource struct {
	clients map[string]*maskinporten.Client
}

// Token gives a token of the org, from memory as long as it lives.
func (t *tokenSource) Token(ctx context.Context, org string, scopes ...string) (string, error) {
	c, ok := t.clients[org]
	if !ok {
		return "", fmt.Errorf("there is no Maskinporten client for %s; add one to the configuration", org)
	}
	token, err := c.Token(ctx, scopes...)
	return token.Value, err
}

// Invalidate forgets a token that was not accepted.
func (t *tokenSource) Invalidate(org, token string) {
	if c, ok := t.clients[org]; ok {
		c.Invalidate(maskinporten.Token{Value: token})
	}
}
