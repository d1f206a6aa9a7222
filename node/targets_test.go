package node

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hovedbok/hovedbok/sagas"
)

// roundTrip is a transport made of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestBreakers_HoldBackFromAHostThatIsDown_AndNoOther(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
	calls, status := map[string]int{}, http.StatusBadGateway
	b := newBreakers(roundTrip(func(r *http.Request) (*http.Response, error) {
		calls[r.URL.Host]++
		code := http.StatusOK
		if r.URL.Host == "down.example" {
			if code = status; code == 0 {
				return nil, errors.New("connection refused")
			}
		}
		return &http.Response{StatusCode: code, Body: io.NopCloser(strings.NewReader(""))}, nil
	}), func() time.Time { return now })
	get := func(host string) (*http.Response, error) {
		r, err := http.NewRequest(http.MethodGet, "https://"+host+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		return b.RoundTrip(r)
	}
	for i := range 5 {
		if i == 3 {
			status = 0
		}
		res, err := get("down.example")
		if (res == nil) != (status == 0) || (err == nil) != (status != 0) {
			t.Fatalf("call %d: %v, %v", i, res, err)
		}
	}
	if _, err := get("down.example"); !waits(err) || calls["down.example"] != 5 {
		t.Errorf("after five failures: %v, %d calls", err, calls["down.example"])
	}
	if res, err := get("up.example"); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("the other host: %v", err)
	}
	now = now.Add(time.Hour)
	status = http.StatusBadGateway
	if res, err := get("down.example"); res != nil || !waits(err) || calls["down.example"] != 6 {
		t.Errorf("a trial that fails: %v, %v", res, err)
	}
	now, status = now.Add(time.Hour), http.StatusNotFound
	if res, err := get("down.example"); err != nil || res.StatusCode != http.StatusNotFound {
		t.Errorf("a trial that is answered: %v", err)
	}
	if _, err := get("down.example"); err != nil {
		t.Errorf("the host is up again: %v", err)
	}
}

func waits(err error) bool {
	_, ok := sagas.IsWaiting(err)
	return ok
}
