package devidp

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/identity"
	"github.com/hovedbok/hovedbok/identity/internal/keyfile"
	"github.com/hovedbok/hovedbok/integrations/register"
)

// Register is what the server asks about people and organisations. [*register.File] is one.
type Register interface {
	register.Parties
	register.Users
	register.ServiceOwners
	Everybody
}

// Everybody lists whom there are tokens for.
type Everybody interface {
	All() []register.Party
	ServiceOwners() []register.ServiceOwner
}

// Client is a client that is registered with Maskinporten.
type Client struct {
	ClientID  string
	Org       string             // service owner's code, empty for other organisations; for display only
	OrgNumber string             // organisation that the client belongs to, nine digits
	Scopes    []string           // scopes that the organisation has been given
	Keys      jose.JSONWebKeySet // public keys
	// Delegations are the scopes that other organisations (by number) have delegated to this one.
	Delegations map[string][]string
}

// SystemUser is a system that an organisation has let act for it.
type SystemUser struct {
	ID          uuid.UUID
	SystemID    string
	OrgNumber   string // the organisation that it acts for
	Supplier    string // number of the organisation whose clients may use it
	ExternalRef string // tells several system users of one organisation apart, may be empty
	Pending     bool   // the organisation has not approved it yet
}

// Options make a [Server]. BaseURL and Register are required.
type Options struct {
	// BaseURL is the address that the server is reached at, such as "http://localhost:5101". The
	// issuers' names begin with it.
	BaseURL string
	// KeyDir is where the signing keys are kept (mode 0600); it is made when missing. When empty, keys live
	// in memory and tokens end with the process.
	KeyDir      string
	Register    Register
	Clients     []Client
	SystemUsers []SystemUser
	Clock       func() time.Time // default time.Now
	// Lifetime is how long tokens of ID-porten and Maskinporten live; default 599 s and 119 s.
	Lifetime time.Duration
	// NewKey makes a signing key with a key id of its own; default: RSA, 2048 bits.
	NewKey func() (jose.JSONWebKey, error)
	// Exposed answers requests whatever their Host, for a test environment that is reached by other names
	// on purpose.
	Exposed bool
}

// How long tokens live unless Options say otherwise.
const (
	idportenLifetime     = 599 * time.Second
	maskinportenLifetime = 119 * time.Second
	exchangeLifetime     = 30 * time.Minute
	testLifetime         = 960 * time.Minute
)

// Issuer names one of the server's issuers.
type Issuer string

// The issuers.
const (
	IDPorten     Issuer = "idporten"
	Maskinporten Issuer = "maskinporten"
	Altinn       Issuer = "altinn"
)

// Server is the development issuer. It is an [http.Handler] and safe for use by many goroutines.
type Server struct {
	opts    Options
	host    string // of BaseURL, with port
	clients map[string]Client
	rings   map[Issuer]*ring
	used    *replays
	faults  faults
	expired expiredKeys
	routes  []route
}

// New makes a server, and its keys when there are none.
func New(opts Options) (*Server, error) {
	base, err := url.Parse(opts.BaseURL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, fmt.Errorf("make the development issuer: base URL %q is not an absolute http or https URL", opts.BaseURL)
	}
	if opts.Register == nil {
		return nil, errors.New("make the development issuer: a register is required")
	}
	opts.BaseURL = strings.TrimSuffix(opts.BaseURL, "/")
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	if opts.NewKey == nil {
		opts.NewKey = keyfile.Generate
	}
	s := &Server{opts: opts, host: base.Host, clients: map[string]Client{}, used: newReplays()}
	for _, c := range opts.Clients {
		if _, twice := s.clients[c.ClientID]; twice || c.ClientID == "" {
			return nil, fmt.Errorf("make the development issuer: client id %q is empty or used twice", c.ClientID)
		}
		s.clients[c.ClientID] = c
	}
	if s.rings, err = openRings(opts); err != nil {
		return nil, fmt.Errorf("make the development issuer: %w", err)
	}
	s.routes = s.table()
	return s, nil
}

// IssuerURL gives the exact name of an issuer, as in the claim iss. As with the real ones, Maskinporten's
// and Altinn's end with a slash and ID-porten's does not.
func (s *Server) IssuerURL(issuer Issuer) string {
	switch issuer {
	case IDPorten:
		return s.opts.BaseURL + "/idporten"
	case Maskinporten:
		return s.opts.BaseURL + "/maskinporten/"
	}
	return s.opts.BaseURL + "/authentication/api/v1/openid/"
}

// jwksURL gives the address of an issuer's public keys.
func (s *Server) jwksURL(issuer Issuer) string {
	switch issuer {
	case IDPorten:
		return s.opts.BaseURL + "/idporten/jwks"
	case Maskinporten:
		return s.opts.BaseURL + "/maskinporten/jwks"
	}
	return s.opts.BaseURL + "/authentication/api/v1/openid/.well-known/openid-configuration/jwks"
}

// Issuers gives what a verifier needs to know to trust this server's tokens. Use it with [Server.Client].
func (s *Server) Issuers() []identity.Issuer {
	insecure := strings.HasPrefix(s.opts.BaseURL, "http:")
	kinds := map[Issuer]identity.IssuerKind{
		IDPorten: identity.IDPorten, Maskinporten: identity.Maskinporten, Altinn: identity.Altinn,
	}
	var list []identity.Issuer
	for _, i := range []Issuer{IDPorten, Maskinporten, Altinn} {
		list = append(list, identity.Issuer{URL: s.IssuerURL(i), JWKS: s.jwksURL(i), Kind: kinds[i], AllowInsecure: insecure})
	}
	return list
}

// CheckListen reports whether the server may listen at an address such as "127.0.0.1:5101". Only addresses
// of this machine are right; others, among them the empty host, are refused unless allow is set, which is
// for closed test networks only.
func CheckListen(address string, allow bool) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = strings.Trim(address, "[]")
	}
	if allow || identity.IsLoopback(host) {
		return nil
	}
	return fmt.Errorf("the development issuer gives anybody a token for any person, so it must not listen at %q; "+
		"listen at 127.0.0.1, or allow it explicitly for a closed test network", address)
}
