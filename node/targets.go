package node

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/hovedbok/hovedbok/sagas"
)

// breakers is an http.RoundTripper that keeps requests away from other agencies' servers that are down, with one circuit breaker for each
// host. A handler that meets an open one waits, and has not failed.
type breakers struct {
	next  http.RoundTripper
	clock func() time.Time

	mu     sync.Mutex
	byHost map[string]*sagas.Breaker // under mu
}

func newBreakers(next http.RoundTripper, clock func() time.Time) *breakers {
	return &breakers{next: next, clock: clock, byHost: map[string]*sagas.Breaker{}}
}

func (b *breakers) of(host string) *sagas.Breaker {
	b.mu.Lock()
	defer b.mu.Unlock()
	br, ok := b.byHost[host]
	if !ok {
		br = sagas.NewBreaker(sagas.BreakerOptions{Target: host, Clock: b.clock})
		b.byHost[host] = br
	}
	return br
}

// errDown is an answer that says that the server is not able to answer.
var errDown = errors.New("the server answers that it cannot")

// RoundTrip sends a request unless its host is held to be down.
func (b *breakers) RoundTrip(r *http.Request) (*http.Response, error) {
	var res *http.Response
	err := b.of(r.URL.Host).Do(r.Context(), func(context.Context) (err error) {
		if res, err = b.next.RoundTrip(r); err == nil && res.StatusCode >= http.StatusInternalServerError {
			return errDown
		}
		return err
	})
	if err == errDown {
		return res, nil
	}
	if err != nil && res != nil {
		_ = res.Body.Close()
		res = nil
	}
	return res, err
}
