package maskinporten

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	// attempts is how often a token is asked for when what fails may go away by itself.
	attempts = 3
	// firstWait doubles with every attempt; a random part of it is waited.
	firstWait = 500 * time.Millisecond
	// maxWait is the longest that a Retry-After is obeyed within one call; a longer one ends the call.
	maxWait = 5 * time.Second
	// maxAnswer bounds the size of an answer.
	maxAnswer = 1 << 20
)

// fetch asks for a token. Each attempt signs a new grant. The next key, when there is one, is tried once
// without counting as an attempt.
func (c *Client) fetch(ctx context.Context, r Request) (Token, *Error) {
	key, spare := c.config.Key, c.config.NextKey
	for attempt := 1; ; attempt++ {
		token, failed := c.attempt(ctx, r, key)
		if failed != nil && failed.Class == Key && spare != nil {
			key, spare = *spare, nil
			token, failed = c.attempt(ctx, r, key)
		}
		if failed == nil || failed.Class != Transient || attempt == attempts || failed.RetryAfter > maxWait {
			return token, failed
		}
		if err := c.config.Sleep(ctx, wait(attempt, failed)); err != nil {
			return Token{}, failed
		}
	}
}

// wait gives how long to wait after a failed attempt: what Maskinporten asks for, else a random part of a
// time that doubles. A used grant needs no wait, only a new grant.
func wait(attempt int, failed *Error) time.Duration {
	switch {
	case failed.Code == "MP-012":
		return 0
	case failed.RetryAfter > 0:
		return failed.RetryAfter
	}
	return rand.N(firstWait << (attempt - 1))
}

func (c *Client) attempt(ctx context.Context, r Request, key jose.JSONWebKey) (Token, *Error) {
	m, failed := c.discover(ctx)
	if failed != nil {
		return Token{}, failed
	}
	now := c.config.Clock()
	grant, err := r.grant(m.Issuer, c.config.ClientID, key, now)
	if err != nil {
		return Token{}, &Error{Class: Configuration, Hint: "the grant cannot be signed with the key", cause: err}
	}
	form := url.Values{"grant_type": {grantType}, "assertion": {grant}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, m.TokenEndpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return Token{}, &Error{Class: Configuration, Hint: "the token endpoint is not a URL", cause: err}
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, header, body, err := c.do(request)
	if err != nil {
		return Token{}, noAnswer(err)
	}
	c.observe(header)
	if status != http.StatusOK {
		return Token{}, c.refused(status, header, body)
	}
	return c.read(r, now, body)
}

// do makes a call and reads the answer within bounds.
func (c *Client) do(request *http.Request) (status int, header http.Header, body []byte, err error) {
	request.Header.Set("Accept", "application/json")
	response, err := c.config.HTTPClient.Do(request)
	if err != nil {
		return 0, nil, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return 0, nil, nil, fmt.Errorf("read the answer: %w", err)
	case len(body) > maxAnswer:
		return 0, nil, nil, fmt.Errorf("the answer is longer than %d bytes", maxAnswer)
	}
	return response.StatusCode, response.Header, body, nil
}

// read reads a token answer. The life of the token counts from before the call, so it is never overrated.
func (c *Client) read(r Request, asked time.Time, body []byte) (Token, *Error) {
	var answer struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   int64  `json:"expires_in"`
		Scope       string `json:"scope"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return Token{}, noAnswer(errors.New("the token answer is not JSON"))
	}
	if answer.AccessToken == "" || answer.ExpiresIn <= 0 || !strings.EqualFold(answer.TokenType, "Bearer") {
		return Token{}, noAnswer(errors.New("the token answer lacks access_token, expires_in or token_type Bearer"))
	}
	life := time.Duration(min(answer.ExpiresIn, int64(24*time.Hour/time.Second))) * time.Second
	return Token{
		Value: answer.AccessToken, Expires: asked.Add(life).UTC(), Scopes: scopesOf(answer.Scope, r.Scopes),
	}, nil
}

// refused reads an error answer. Free text in it is looked at for the code only.
func (c *Client) refused(status int, header http.Header, body []byte) *Error {
	var answer struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	_ = json.Unmarshal(body, &answer) // an answer that is not JSON is classified by its status
	failed := classify(status, answer.Error, answer.Description)
	failed.RetryAfter = retryAfter(header.Get("Retry-After"), c.config.Clock())
	return failed
}

// retryAfter reads the header Retry-After: seconds or a date (RFC 9110, section 10.2.3).
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if date, err := http.ParseTime(value); err == nil && date.After(now) {
		return date.Sub(now)
	}
	return 0
}

// observe notes how far the clocks differ.
func (c *Client) observe(header http.Header) {
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		c.drift.Store(int64(date.Sub(c.config.Clock().Truncate(time.Second))))
	}
}
