package maskinporten

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"
)

const (
	// earlyRefresh is how long before its end a token is no longer handed out from memory.
	earlyRefresh = 30 * time.Second
	// refusalsKept is how long an error that a person must mend is handed out from memory.
	refusalsKept = 30 * time.Second
	// fetchLimit bounds all attempts for one token together.
	fetchLimit = 40 * time.Second
	// maxKept bounds how many tokens, and how many refusals, are kept.
	maxKept = 1024
)

// Token is an access token. However it is formatted or logged, its value does not show.
type Token struct {
	Value   string    // for the header Authorization, after "Bearer "
	Expires time.Time // UTC
	Scopes  []string  // what the token allows, as Maskinporten says; shared, not to be changed
}

// String tells when the token ends and what it is for.
func (t Token) String() string {
	return fmt.Sprintf("token for %s until %s", strings.Join(t.Scopes, " "), t.Expires.Format(time.RFC3339))
}

// Format writes what String gives, whatever the verb.
func (t Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// LogValue logs what String gives.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// Client gets tokens for one Maskinporten client. It is safe for use by many goroutines.
type Client struct {
	config   Config
	metadata metadataCache
	flight   singleflight.Group // one fetch for each request at a time
	tokens   *lru.Cache[string, Token]
	refusals *lru.Cache[string, refusal]
	drift    atomic.Int64 // nanoseconds

	mu sync.Mutex // serialises Invalidate with the storing of a new token
}

// refusal is an error that is handed out again until a time.
type refusal struct {
	err   *Error
	until time.Time
}

// New makes a client. It calls nobody; the error tells what is wrong in the configuration.
func New(config Config) (*Client, error) {
	if err := config.complete(); err != nil {
		return nil, fmt.Errorf("make a Maskinporten client: %w", err)
	}
	c := &Client{config: config}
	c.tokens, _ = lru.New[string, Token](maxKept)     // fails for sizes below 1 only
	c.refusals, _ = lru.New[string, refusal](maxKept) // likewise
	return c, nil
}

// Token gives a token with the scopes, from memory when there is one with at least 30 seconds left. The
// error is an [*Error], or ctx's error when ctx ends first.
func (c *Client) Token(ctx context.Context, scopes ...string) (Token, error) {
	return c.TokenFor(ctx, Request{Scopes: scopes})
}

// TokenFor gives a token for a request. See [Client.Token].
func (c *Client) TokenFor(ctx context.Context, r Request) (Token, error) {
	r = r.normal()
	if len(r.Scopes) == 0 {
		return Token{}, &Error{Class: Configuration, Hint: "name at least one scope"}
	}
	key := r.key()
	if token, known, err := c.recall(key); known {
		return token, err
	}
	done := c.flight.DoChan(key, func() (any, error) {
		if token, known, err := c.recall(key); known {
			return token, err // somebody fetched it since
		}
		// The token is for all who wait, so the fetch does not end with the first one's request.
		detached, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchLimit)
		defer cancel()
		return c.remember(key)(c.fetch(detached, r))
	})
	select {
	case result := <-done:
		token, _ := result.Val.(Token)
		return token, result.Err
	case <-ctx.Done():
		return Token{}, ctx.Err()
	}
}

// recall gives what is kept for a request: a token, or a refusal.
func (c *Client) recall(key string) (token Token, known bool, err error) {
	now := c.config.Clock()
	if token, found := c.tokens.Get(key); found && now.Before(token.Expires.Add(-earlyRefresh)) {
		return token, true, nil
	}
	if kept, found := c.refusals.Get(key); found && now.Before(kept.until) {
		return Token{}, true, kept.err
	}
	return Token{}, false, nil
}

// remember keeps what a fetch gave: a token, or an error that a person must mend.
func (c *Client) remember(key string) func(Token, *Error) (any, error) {
	return func(token Token, failed *Error) (any, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if failed == nil {
			c.tokens.Add(key, token)
			c.refusals.Remove(key)
			return token, nil
		}
		switch failed.Class {
		case Configuration, Permission, Key:
			c.refusals.Add(key, refusal{err: failed, until: c.config.Clock().Add(refusalsKept)})
		}
		return Token{}, failed
	}
}

// Invalidate forgets a token that a server has answered 401 to, so that the next call gets a new one. It
// does nothing when the token has been replaced already, so many callers may do it at once.
func (c *Client) Invalidate(t Token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range c.tokens.Keys() {
		if kept, found := c.tokens.Peek(key); found && kept.Value == t.Value {
			c.tokens.Remove(key)
		}
	}
}

// Drift tells how far Maskinporten's clock was ahead of this machine's at the last answer (negative:
// behind), to the second. Grants are refused from ten seconds.
func (c *Client) Drift() time.Duration { return time.Duration(c.drift.Load()) }

// scopesOf splits the scope of an answer, and takes the request's when the answer has none.
func scopesOf(answered string, asked []string) []string {
	if list := strings.Fields(answered); len(list) > 0 {
		return list
	}
	return slices.Clone(asked)
}
