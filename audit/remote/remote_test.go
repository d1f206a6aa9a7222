package remote_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hovedbok/hovedbok/audit"
	"github.com/hovedbok/hovedbok/audit/audittest"
	"github.com/hovedbok/hovedbok/audit/remote"
	"github.com/hovedbok/hovedbok/record"
	"github.com/hovedbok/hovedbok/record/recordtest"
)

// instance is an instance on a server that answers with h.
func instance(t *testing.T, h http.HandlerFunc) *remote.Instance {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return &remote.Instance{Base: s.URL + "/", Token: "secret", Party: audittest.Owner, ID: audittest.Instance}
}

// story answers with the events of the story and counts how often it is asked for them.
func story(t *testing.T, sealed bool) (*remote.Instance, *atomic.Int32) {
	t.Helper()
	b := recordtest.New(t)
	audittest.Tell(t, b.Log)
	events, err := audit.Events(t.Context(), b.Log, audittest.Instance, audit.Options{Sealed: sealed})
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int32
	return instance(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		_ = json.NewEncoder(w).Encode(map[string]any{"events": events})
	}), &asked
}

func TestEvents_WindowsOneAnswer(t *testing.T) {
	t.Parallel()
	in, asked := story(t, true)
	for _, c := range []struct {
		o    audit.Options
		want int
	}{
		{audit.Options{}, 25},
		{audit.Options{Sealed: true}, 25},
		{audit.Options{From: 3, Until: audit.At(7)}, 5},
		{audit.Options{From: 99}, 0},
		{audit.Options{From: -1, Until: record.Until{Time: audittest.Begin}}, 4},
	} {
		events, err := in.Events(t.Context(), c.o)
		if len(events) != c.want || err != nil {
			t.Errorf("%+v: %d events, %v", c.o, len(events), err)
		}
		for _, e := range events {
			if (e.Sealed != nil) != c.o.Sealed {
				t.Fatalf("%+v: sealed bytes %v", c.o, e.Sealed)
			}
		}
	}
	if _, err := in.Events(t.Context(), audit.Options{Until: audit.At(25)}); !errors.Is(err, audit.ErrNoSuchRevision) {
		t.Errorf("beyond the end: %v", err)
	}
	if n, recomputed, err := in.Verify(t.Context()); n != 25 || !recomputed || err != nil {
		t.Errorf("verified %d, recomputed %v, %v", n, recomputed, err)
	}
	if asked.Load() != 1 {
		t.Errorf("asked %d times; what is verified must be what is shown", asked.Load())
	}
}

func TestVerify_WithoutSealedBytesComparesLinks(t *testing.T) {
	t.Parallel()
	in, _ := story(t, false)
	if n, recomputed, err := in.Verify(t.Context()); n != 25 || recomputed || err != nil {
		t.Errorf("verified %d, recomputed %v, %v", n, recomputed, err)
	}
}

func TestQuestions_AreAskedAsTheAPIReadsThem(t *testing.T) {
	t.Parallel()
	var uri atomic.Value
	in := instance(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer secret" {
			w.WriteHeader(http.StatusUnauthorized)
		}
		uri.Store(r.URL.RequestURI())
		_, _ = w.Write([]byte(`{}`))
	})
	at := record.Until{Time: time.Date(2026, 1, 5, 9, 0, 0, 1000, time.FixedZone("", 3600))}
	state := func(u record.Until) func(context.Context) error {
		return func(ctx context.Context) error { _, err := in.State(ctx, u); return err }
	}
	diff := func(from, to record.Until) func(context.Context) error {
		return func(ctx context.Context) error { _, err := in.Diff(ctx, from, to); return err }
	}
	for want, ask := range map[string]func(context.Context) error{
		"state":            state(record.Until{}),
		"state?revision=7": state(audit.At(7)),
		"state?at=2026-01-05T08%3A00%3A00.000001Z": state(at),
		"diff?from=3&to=7":                         diff(audit.At(3), audit.At(7)),
		"diff?from=0&to=now":                       diff(audit.At(0), record.Until{}),
		"diff?to=2026-01-05T08%3A00%3A00.000001Z":  diff(audit.Beginning(), at),
		"diff?from=now&to=now":                     diff(record.Until{}, record.Until{}),
	} {
		if err := ask(t.Context()); err != nil {
			t.Errorf("%s: %v", want, err)
		}
		if got := uri.Load(); got != "/ledger/instances/500100/"+audittest.Instance.String()+"/"+want {
			t.Errorf("asked for %s, want %s", got, want)
		}
	}
}

func TestAnswers_ThatAreNotTheOnesAskedFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"problem": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusGone)
			_, _ = w.Write([]byte(`{"status":200,"code":"instance_erased","detail":"the instance has been erased"}`))
		}, "the node answers 410 Gone: instance_erased: the instance has been erased"},
		"no problem": {http.NotFound, "the node answers 404 Not Found"},
		"no JSON": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
			"the node's answer for the state is not one that a node gives: invalid character '<' looking for beginning of value"},
	} {
		_, err := instance(t, c.answer).State(t.Context(), record.Until{})
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: %v", name, err)
		}
		if name == "problem" {
			var refused *remote.AnswerError
			if !errors.As(err, &refused) || refused.Status != http.StatusGone || refused.Code != "instance_erased" {
				t.Errorf("%+v", refused)
			}
		}
	}
	in := &remote.Instance{Base: "http://exa mple", Party: 1}
	if _, err := in.State(t.Context(), record.Until{}); err == nil {
		t.Error("an address that is none was asked")
	}
}
