package maskinporten

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/hovedbok/hovedbok/identity"
)

const (
	// metadataFresh is how long metadata is used without being asked for again.
	metadataFresh = 12 * time.Hour
	// metadataRetry is how long to wait after metadata could not be had.
	metadataRetry = 30 * time.Second
	// metadataLimit bounds the call for metadata.
	metadataLimit = 10 * time.Second
)

// metadata is what is used of the authority's metadata (RFC 8414).
type metadata struct {
	Issuer        string `json:"issuer"`
	TokenEndpoint string `json:"token_endpoint"`
}

type metadataCache struct {
	mu    sync.Mutex // guards the fields below
	known metadata   // the last good copy, or what follows from the authority's name
	until time.Time  // when to ask again
}

// discover gives the issuer's name and token endpoint. While metadata cannot be had, the last copy serves,
// and when there is none the addresses that follow from the authority; it is asked for again after 30
// seconds. Metadata that contradicts the configuration is an error.
func (c *Client) discover(ctx context.Context) (metadata, *Error) {
	now := c.config.Clock()
	c.metadata.mu.Lock()
	known, until := c.metadata.known, c.metadata.until
	c.metadata.mu.Unlock()
	if now.Before(until) {
		return known, nil
	}
	found, failed := c.fetchMetadata(ctx)
	switch {
	case failed == nil:
		until = now.Add(metadataFresh)
	case failed.Class != Transient:
		return metadata{}, failed
	case known == (metadata{}):
		found, until = metadata{Issuer: c.config.Authority, TokenEndpoint: c.config.Authority + "token"}, now.Add(metadataRetry)
	default:
		found, until = known, now.Add(metadataRetry)
	}
	c.metadata.mu.Lock()
	defer c.metadata.mu.Unlock()
	c.metadata.known, c.metadata.until = found, until
	return found, nil
}

func (c *Client) fetchMetadata(ctx context.Context) (metadata, *Error) {
	var m metadata
	ctx, cancel := context.WithTimeout(ctx, metadataLimit)
	defer cancel()
	address := c.config.Authority + ".well-known/oauth-authorization-server"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return m, &Error{Class: Configuration, Hint: "the authority is not a URL", cause: err}
	}
	status, _, body, err := c.do(request)
	if err != nil {
		return m, noAnswer(err)
	}
	if status != http.StatusOK || json.Unmarshal(body, &m) != nil {
		return m, &Error{Class: Transient, Status: status, Hint: "the authority does not answer with metadata"}
	}
	if strings.TrimSuffix(m.Issuer, "/")+"/" != c.config.Authority {
		return m, &Error{Class: Configuration, Hint: "the metadata is of another issuer than the configured authority"}
	}
	if err := identity.CheckURL(m.TokenEndpoint, c.config.AllowInsecure); err != nil {
		return m, &Error{Class: Configuration, Hint: "the metadata's token endpoint cannot be used", cause: err}
	}
	return m, nil
}
