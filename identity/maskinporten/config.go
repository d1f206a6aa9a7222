package maskinporten

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/hovedbok/hovedbok/identity"
	"github.com/hovedbok/hovedbok/identity/internal/keyfile"
)

// Config makes a [Client]. Authority, ClientID and Key are required.
type Config struct {
	Authority string          // issuer, such as "https://maskinporten.no/"; a missing last slash is added
	ClientID  string          // as registered with Maskinporten
	Key       jose.JSONWebKey // private RSA key with the key id that is registered
	// NextKey is tried once when Key has expired or is not known (MP-121, MP-124), so that keys can be
	// changed without a stop. Optional.
	NextKey    *jose.JSONWebKey
	HTTPClient *http.Client     // redirects are never followed; default: 30 s timeout
	Clock      func() time.Time // default time.Now
	// Sleep waits between attempts and returns early with an error when ctx ends. Default: a timer.
	Sleep func(ctx context.Context, d time.Duration) error
	// AllowInsecure permits http for an authority on this machine.
	AllowInsecure bool
}

func (c *Config) complete() error {
	if !strings.HasSuffix(c.Authority, "/") {
		c.Authority += "/"
	}
	if err := identity.CheckURL(c.Authority, c.AllowInsecure); err != nil {
		return fmt.Errorf("authority %q: %w", c.Authority, err)
	}
	if c.ClientID == "" {
		return errors.New("the client id is missing")
	}
	if err := keyfile.Check(c.Key); err != nil {
		return err
	}
	if c.NextKey != nil {
		if err := keyfile.Check(*c.NextKey); err != nil {
			return fmt.Errorf("next key: %w", err)
		}
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Sleep == nil {
		c.Sleep = sleep
	}
	c.HTTPClient = withoutRedirects(c.HTTPClient)
	return nil
}

func withoutRedirects(c *http.Client) *http.Client {
	if c == nil {
		c = &http.Client{Timeout: 30 * time.Second}
	}
	strict := *c
	strict.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &strict
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// LoadOrCreateKey reads a private key from a file with a JSON Web Key, or makes one (RSA, 2048 bits, its
// thumbprint as key id) and writes it with mode 0600. A file that others may read is refused, and so is one
// that holds several keys. Register the key's public half, key.Public(), with Maskinporten.
func LoadOrCreateKey(path string) (jose.JSONWebKey, error) {
	keys, err := keyfile.LoadOrCreate(path, keyfile.Generate)
	if err != nil {
		return jose.JSONWebKey{}, err
	}
	if len(keys) != 1 {
		return jose.JSONWebKey{}, fmt.Errorf("read key file %s: it holds %d keys, one is expected", path, len(keys))
	}
	return keys[0], nil
}
