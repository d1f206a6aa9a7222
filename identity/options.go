package identity

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hovedbok/hovedbok/integrations/register"
)

// Directory finds those whom tokens name. Each method returns an error that matches
// [register.ErrNotFound] when there is nobody, and another error when it cannot answer.
// [*register.File] is one.
type Directory interface {
	PartyByPersonNumber(ctx context.Context, number string) (register.Party, error)
	PartyByOrganisationNumber(ctx context.Context, number string) (register.Party, error)
	ServiceOwnerByNumber(ctx context.Context, number string) (register.ServiceOwner, error)
	Party(ctx context.Context, id int) (register.Party, error)
}

// IssuerKind decides which claims an issuer's tokens have.
type IssuerKind string

// The kinds of issuers.
const (
	IDPorten     IssuerKind = "idporten"
	Maskinporten IssuerKind = "maskinporten"
	Altinn       IssuerKind = "altinn"
)

// Issuer is one trusted issuer of tokens.
type Issuer struct {
	// URL is the issuer's name, compared byte for byte with the claim iss. Mind the trailing slash:
	// Maskinporten has one, ID-porten has not.
	URL string
	// JWKS is where the public keys are. When empty, it is read from the issuer's metadata:
	// .well-known/openid-configuration, for Maskinporten .well-known/oauth-authorization-server.
	JWKS string
	// Audience holds the values of which the claim aud must hold one. When empty, tokens of ID-porten
	// and Maskinporten must have the audience "unspecified" or none, and tokens of Altinn, which have
	// no audience, are not checked.
	Audience []string
	Kind     IssuerKind
	// Levels adds to or replaces authentication levels by acr, such as "eidas-loa-high": 4. ID-porten
	// only. An acr that is unknown gives level 0.
	Levels map[string]int
	// AllowInsecure permits http instead of https, for issuers on this machine only.
	AllowInsecure bool
}

// Options make a [Verifier]. Issuers and Directory are required.
type Options struct {
	Issuers    []Issuer
	Directory  Directory
	HTTPClient *http.Client     // for the issuers' keys; its redirects are never followed; default: 10 s timeout
	Clock      func() time.Time // default time.Now
	Leeway     time.Duration    // how far clocks may differ; default 10 s
	// RefreshEvery is how long to wait after fetching keys before an unknown key id makes them be
	// fetched again; default 30 s.
	RefreshEvery time.Duration
	// KeepKeys is how long the last good copy of the keys serves while the issuer does not answer;
	// default 24 h.
	KeepKeys time.Duration
	// CacheSize is how many verified tokens are remembered; default 10 000 (about 10 MB).
	CacheSize int
}

// Defaults of Options.
const (
	DefaultLeeway       = 10 * time.Second
	DefaultRefreshEvery = 30 * time.Second
	DefaultKeepKeys     = 24 * time.Hour
	DefaultCacheSize    = 10_000
)

// unspecified is the audience of ID-porten's and Maskinporten's tokens unless the client asked for another.
const unspecified = "unspecified"

func (o *Options) complete() error {
	if len(o.Issuers) == 0 || o.Directory == nil {
		return errors.New("make a token verifier: at least one issuer and a directory are required")
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	o.HTTPClient = withoutRedirects(o.HTTPClient)
	setDefault(&o.Leeway, DefaultLeeway)
	setDefault(&o.RefreshEvery, DefaultRefreshEvery)
	setDefault(&o.KeepKeys, DefaultKeepKeys)
	setDefault(&o.CacheSize, DefaultCacheSize)
	return nil
}

func setDefault[T ~int | ~int64](value *T, otherwise T) {
	if *value == 0 {
		*value = otherwise
	}
}

// withoutRedirects copies a client so that it stops at a redirect: keys come from where the
// configuration says, and from nowhere else.
func withoutRedirects(c *http.Client) *http.Client {
	if c == nil {
		c = &http.Client{Timeout: 10 * time.Second}
	}
	strict := *c
	strict.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &strict
}

// check finds what is wrong in an issuer's configuration.
func (i Issuer) check() error {
	switch i.Kind {
	case IDPorten, Maskinporten, Altinn:
	default:
		return fmt.Errorf("issuer %q: unknown kind %q", i.URL, i.Kind)
	}
	if err := CheckURL(i.URL, i.AllowInsecure); err != nil {
		return fmt.Errorf("issuer %q: %w", i.URL, err)
	}
	if i.JWKS == "" {
		return nil
	}
	if err := CheckURL(i.JWKS, i.AllowInsecure); err != nil {
		return fmt.Errorf("issuer %q: keys at %q: %w", i.URL, i.JWKS, err)
	}
	return nil
}

// CheckURL reports what keeps an address from being asked for keys or tokens: it must be absolute and
// https. Plain http is accepted only with allowInsecure, and then only for this machine: a loopback
// address, localhost, or a name below localhost.
func CheckURL(address string, allowInsecure bool) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		return errors.New("not an absolute URL")
	case u.User != nil || u.Fragment != "":
		return errors.New("a URL with user or fragment is not accepted")
	case u.Scheme == "https":
		return nil
	case u.Scheme != "http":
		return errors.New("the scheme must be https")
	case !allowInsecure:
		return errors.New("http is not accepted; use https, or allow insecure issuers for development")
	case !IsLoopback(u.Hostname()):
		return errors.New("http is accepted for this machine (loopback) only; use https")
	}
	return nil
}

// IsLoopback reports whether a host name or address can only mean this machine: 127.0.0.0/8, ::1,
// localhost, or a name below localhost (RFC 6761).
func IsLoopback(host string) bool {
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	ip := net.ParseIP(name)
	return ip != nil && ip.IsLoopback()
}
