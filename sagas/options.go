package sagas

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/hovedbok/hovedbok/record"
)

// Options say what a Runner runs. Log, Store and Handlers are required; zero values of the others mean what their comments say.
type Options struct {
	Log      *record.Log
	Store    *Store
	Handlers []Handler

	Partitions int           // events of one handler that may be in flight at the same time; 32
	Retry      RetryPolicy   // in place, while the stream waits; 6 attempts, 100 ms to 10 s
	Again      RetryPolicy   // of parked transient events; for ever, 1 min to 1 h
	Timeout    time.Duration // of one attempt; 5 min
	Grace      time.Duration // how long attempts in flight may go on after the end of Run's context; 10 s

	Logger *slog.Logger // slog.Default()

	// For tests. Sleep returns early with the context's error if that ends. Rand gives numbers from 0 up to 1.
	Clock func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error
	Rand  func() float64
}

// RetryPolicy says how often and how soon to try again. Attempts counts the first one too; 0 means the default of its
// place. The delay before the n-th retry is chosen evenly between zero and First·2ⁿ⁻¹, at most Max ("full jitter", Brooker,
// Exponential Backoff And Jitter, AWS 2015). For Again it is between half of that and that, so that parked events rest.
type RetryPolicy struct {
	Attempts   int
	First, Max time.Duration
}

// full gives the delay before retry n, counted from 1, with full jitter.
func (p RetryPolicy) full(n int, random float64) time.Duration {
	return time.Duration(random * float64(p.ceiling(n)))
}

// upper gives the delay before retry n, counted from 1, in the upper half.
func (p RetryPolicy) upper(n int, random float64) time.Duration {
	half := p.ceiling(n) / 2
	return half + time.Duration(random*float64(half))
}

func (p RetryPolicy) ceiling(n int) time.Duration {
	d := p.First
	for i := 1; i < n; i++ {
		if d > p.Max/2 {
			return p.Max
		}
		d *= 2
	}
	return min(d, p.Max)
}

func (p RetryPolicy) or(other RetryPolicy) RetryPolicy {
	return RetryPolicy{orInt(p.Attempts, other.Attempts), orInt(p.First, other.First), orInt(p.Max, other.Max)}
}

func orInt[T int | time.Duration](v, other T) T {
	if v == 0 {
		return other
	}
	return v
}

// complete fills in what was left out.
func (o Options) complete() Options {
	o.Partitions = orInt(o.Partitions, 32)
	o.Retry = o.Retry.or(RetryPolicy{6, 100 * time.Millisecond, 10 * time.Second})
	o.Again = o.Again.or(RetryPolicy{0, time.Minute, time.Hour})
	o.Timeout = orInt(o.Timeout, 5*time.Minute)
	o.Grace = orInt(o.Grace, 10*time.Second)
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Rand == nil {
		o.Rand = rand.Float64
	}
	return o
}

func (o Options) check() error {
	if o.Log == nil || o.Store == nil || len(o.Handlers) == 0 {
		return errors.New("sagas: log, store and at least one handler are required")
	}
	if o.Partitions < 1 || o.Retry.Attempts < 1 || o.Again.Attempts < 0 {
		return errors.New("sagas: partitions and attempts must not be negative")
	}
	if min(o.Retry.First, o.Retry.Max, o.Again.First, o.Again.Max, o.Timeout, o.Grace) < 0 {
		return errors.New("sagas: times must not be negative")
	}
	seen := map[string]bool{}
	for _, h := range o.Handlers {
		name := h.Name()
		if name == "" || len(name) > 100 || strings.Contains(name, "/") {
			return fmt.Errorf("sagas: handler name %q must have 1 to 100 characters and no slash", name)
		}
		if seen[name] {
			return fmt.Errorf("sagas: two handlers are named %q", name)
		}
		seen[name] = true
	}
	return nil
}

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
