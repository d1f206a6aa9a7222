package hammer

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// user is one of the synthetic people of the sample services.
type user struct {
	id     int // user id
	person int // party id of the person
	party  int // whom the user acts for
}

// The people who do the work: managing directors of two businesses, and a case worker of the municipality.
var (
	applicants = []*user{{20001, 510001, 500100}, {20005, 510005, 500102}}
	caseWorker = &user{20006, 510006, 500001}
)

// caller names the user as command ids do.
func (u *user) caller() string { return "user:" + strconv.Itoa(u.person) }

// tokens keeps a token for each user and renews it when half of its life is over.
type tokens struct {
	client *client
	mu     sync.Mutex // held while a token is fetched, so that only one is
	held   map[*user]token
}

type token struct {
	text  string
	renew time.Time
}

func newTokens(c *client) *tokens { return &tokens{client: c, held: map[*user]token{}} }

// of gives a token of the user.
func (t *tokens) of(ctx context.Context, u *user) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if held, ok := t.held[u]; ok && time.Now().Before(held.renew) {
		return held.text, nil
	}
	got, err := t.fetch(ctx, u)
	if err != nil {
		return "", err
	}
	t.held[u] = got
	return got.text, nil
}

// forget drops a token that was not accepted, unless it has been renewed meanwhile.
func (t *tokens) forget(u *user, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held[u].text == text {
		delete(t.held, u)
	}
}

// fetch asks the development issuer once.
func (t *tokens) fetch(ctx context.Context, u *user) (token, error) {
	started := time.Now()
	r := request{op: OpToken, method: http.MethodGet, path: "/Home/GetTestUserToken/" + strconv.Itoa(u.id) + "?authenticationLevel=3"}
	a, err := t.client.send(ctx, &r, "", &bytes.Buffer{})
	if err == nil && a.status != http.StatusOK {
		err = fmt.Errorf("no token for user %d: %s", u.id, problemCode(a))
	}
	if err != nil {
		return token{}, err
	}
	t.client.meter.done(OpToken, time.Since(started))
	text := strings.TrimSpace(string(a.body))
	return token{text, renewal(text, time.Now())}, nil
}

// renewal is when half of a token's life is over; of a token that does not tell, in five minutes.
func renewal(text string, now time.Time) time.Time {
	var claims struct {
		Expires int64 `json:"exp"`
	}
	parts := strings.Split(text, ".")
	if len(parts) == 3 {
		if b, err := base64.RawURLEncoding.DecodeString(parts[1]); err == nil && json.Unmarshal(b, &claims) == nil && claims.Expires > 0 {
			return now.Add(time.Unix(claims.Expires, 0).Sub(now) / 2)
		}
	}
	return now.Add(5 * time.Minute)
}
