package hammer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

// headerPosition carries a place in the log: of a write, or one that a list must know.
const headerPosition = "Hovedbok-Position"

// attemptLimit is how long one attempt of a request may take. Longer ones are of a node that is stuck; they are tried again.
const attemptLimit = 15 * time.Second

// Pauses between attempts: doubled each time, with full jitter.
const (
	firstPause   = 5 * time.Millisecond
	longestPause = 250 * time.Millisecond
)

// client sends requests until they are acknowledged. It may be used from any goroutine.
type client struct {
	base     string
	http     *http.Client
	meter    *meter
	gate     *gate
	tokens   *tokens
	patience time.Duration // for one command, from its first attempt on
}

func newClient(base string, connections int, m *meter, g *gate, patience time.Duration) *client {
	dialer := &net.Dialer{Timeout: 2 * time.Second}
	c := &client{base: base, meter: m, gate: g, patience: patience, http: &http.Client{Transport: &http.Transport{
		DialContext: dialer.DialContext, MaxIdleConns: connections, MaxIdleConnsPerHost: connections, IdleConnTimeout: time.Minute,
		DisableCompression: true, WriteBufferSize: 16 << 10, ReadBufferSize: 16 << 10,
	}}}
	c.tokens = newTokens(c)
	return c
}

// request is one command or query, which can be sent again.
type request struct {
	op           string
	method, path string
	user         *user  // nil: without a token
	key          string // idempotency key; empty: the request records nothing that counts
	contentType  string
	disposition  string
	position     uint64 // that views must have reached; 0: any
	body         []byte
}

// answer is what came back. body belongs to the buffer that the request was sent with.
type answer struct {
	status   int
	position uint64 // of Hovedbok-Position, 0 if it was not there
	body     []byte
}

// Errors of acknowledged.
var (
	// errUnknown means that nobody knows whether the command was done.
	errUnknown = errors.New("no acknowledgement")
	// errRefused means that the node has answered that it will not do it.
	errRefused = errors.New("refused")
)

// acknowledged sends a request with the same key until the node says that it is done. Errors match errRefused or errUnknown.
func (c *client) acknowledged(ctx context.Context, r *request, buf *bytes.Buffer) (answer, error) {
	started := time.Now()
	pause := firstPause
	for attempt := 1; ; attempt++ {
		a, code, err := c.attempt(ctx, r, buf)
		switch {
		case err == nil && a.status < 300:
			c.meter.done(r.op, time.Since(started))
			return a, nil
		case err == nil && !passing(a.status):
			c.meter.failed(r.op, code)
			return a, fmt.Errorf("%s: %w: %s", r.op, errRefused, code)
		case ctx.Err() != nil || time.Since(started) > c.patience:
			return a, fmt.Errorf("%s: %w after %d attempts: %s", r.op, errUnknown, attempt, code)
		}
		c.meter.failed(r.op, code)
		if sleep(ctx, rand.N(pause)) != nil {
			return a, fmt.Errorf("%s: %w after %d attempts: %s", r.op, errUnknown, attempt, code)
		}
		pause = min(2*pause, longestPause)
	}
}

// passing tells whether the same request may succeed later.
func passing(status int) bool {
	return status >= 500 || status == http.StatusTooManyRequests || status == http.StatusUnauthorized || status == http.StatusRequestTimeout
}

// attempt sends a request once, when the node is up. code names what went wrong, for counting.
func (c *client) attempt(ctx context.Context, r *request, buf *bytes.Buffer) (a answer, code string, err error) {
	if err := c.gate.pass(ctx); err != nil {
		return a, "stopped", err
	}
	token := ""
	if r.user != nil {
		if token, err = c.tokens.of(ctx, r.user); err != nil {
			return a, "token", err
		}
	}
	if a, err = c.send(ctx, r, token, buf); err != nil {
		return a, transportCode(err), err
	}
	if a.status == http.StatusUnauthorized && r.user != nil {
		c.tokens.forget(r.user, token)
	}
	if a.status >= 300 {
		code = problemCode(a)
	}
	return a, code, nil
}

// send does one exchange and reads the whole answer, so that the connection can be used again.
func (c *client) send(ctx context.Context, r *request, token string, buf *bytes.Buffer) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptLimit)
	defer cancel()
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, c.base+r.path, body)
	if err != nil {
		return answer{}, err
	}
	setHeaders(req.Header, r, token)
	res, err := c.http.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	buf.Reset()
	if _, err := buf.ReadFrom(res.Body); err != nil {
		return answer{}, err
	}
	position, _ := strconv.ParseUint(res.Header.Get(headerPosition), 10, 64) // 0 when there is none
	return answer{res.StatusCode, position, buf.Bytes()}, nil
}

func setHeaders(h http.Header, r *request, token string) {
	set := func(name, value string) {
		if value != "" {
			h[name] = []string{value}
		}
	}
	if token != "" {
		h["Authorization"] = []string{"Bearer " + token}
	}
	set("Idempotency-Key", r.key)
	set("Content-Type", r.contentType)
	set("Content-Disposition", r.disposition)
	if r.position > 0 {
		h[headerPosition] = []string{strconv.FormatUint(r.position, 10)}
	}
}

// transportCode names a failure that was no answer.
func transportCode(err error) string {
	var timeout net.Error
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	case errors.Is(err, context.Canceled):
		return "stopped"
	}
	return "connection"
}

// problemCode gives status and code of a problem, such as "409 validation_failed".
func problemCode(a answer) string {
	var p struct {
		Code string `json:"code"`
	}
	if json.Unmarshal(a.body, &p) != nil || p.Code == "" {
		return strconv.Itoa(a.status)
	}
	return strconv.Itoa(a.status) + " " + p.Code
}

// sleep waits; its error is ctx's.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
