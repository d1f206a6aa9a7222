package sagas_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hovedbok/hovedbok/sagas"
)

// target is an outside system behind a breaker with a fake clock.
type target struct {
	*sagas.Breaker
	now   time.Time
	calls int
}

func newTarget() *target {
	x := &target{now: time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)}
	x.Breaker = sagas.NewBreaker(sagas.BreakerOptions{
		Target: "bank", Failures: 3, Pause: 10 * time.Second, MaxPause: 30 * time.Second, Clock: func() time.Time { return x.now },
	})
	return x
}

func (x *target) call(err error) error {
	return x.Do(context.Background(), func(context.Context) error { x.calls++; return err })
}

// waits calls and wants to be told to wait.
func (x *target) waits(t *testing.T, err error, want time.Duration, calls int) {
	t.Helper()
	if after, ok := sagas.IsWaiting(x.call(err)); !ok || after != want || x.calls != calls {
		t.Fatalf("waits %v %v after %d calls, want %v after %d", after, ok, x.calls, want, calls)
	}
}

func TestBreaker_OpensTriesAndCloses(t *testing.T) {
	t.Parallel()
	x := newTarget()
	for range 3 {
		if err := x.call(errDown); !errors.Is(err, errDown) {
			t.Fatalf("a call of a closed breaker gave %v", err)
		}
	}
	if until, open := x.Open(); !open || until != x.now.Add(10*time.Second) {
		t.Errorf("open %v until %v", open, until)
	}
	x.waits(t, nil, 10*time.Second, 3)
	x.now = x.now.Add(4 * time.Second)
	x.waits(t, nil, 6*time.Second, 3)
	x.now = x.now.Add(6 * time.Second)
	x.waits(t, errDown, 20*time.Second, 4) // the trial
	x.waits(t, nil, 20*time.Second, 4)
	x.now = x.now.Add(20 * time.Second)
	x.waits(t, errDown, 30*time.Second, 5) // no more than MaxPause
	x.now = x.now.Add(30 * time.Second)
	if err := x.call(nil); err != nil {
		t.Fatal(err)
	}
	if _, open := x.Open(); open {
		t.Error("still open after a trial that succeeded")
	}
	for range 2 {
		if _, ok := sagas.IsWaiting(x.call(errDown)); ok {
			t.Error("opened again too soon")
		}
	}
}

func TestBreaker_CountsOnlyFailuresInARowOfTheTarget(t *testing.T) {
	t.Parallel()
	x := newTarget()
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for range 10 {
		_ = x.call(errDown)
		_ = x.call(errDown)
		_ = x.call(nil)
		_ = x.call(sagas.Permanent("refused", nil))
		_ = x.call(sagas.Waiting("being worked on", time.Minute))
		_ = x.Do(cancelled, func(ctx context.Context) error { return ctx.Err() })
	}
	if _, open := x.Open(); open {
		t.Error("open")
	}
}

func TestBreaker_HasOneTrialAtATime(t *testing.T) {
	t.Parallel()
	x := newTarget()
	for range 3 {
		_ = x.call(errDown)
	}
	x.now = x.now.Add(time.Minute)
	begun, gate, result := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		result <- x.Do(context.Background(), func(context.Context) error { close(begun); <-gate; return nil })
	}()
	<-begun
	x.waits(t, nil, time.Second, 3)
	close(gate)
	if err := <-result; err != nil {
		t.Fatal(err)
	}
	if err := x.call(nil); err != nil {
		t.Error(err)
	}
}

func TestBreaker_ATrialThatSaysNothingLeavesRoomForTheNext(t *testing.T) {
	t.Parallel()
	for name, trial := range map[string]func(x *target){
		"waits": func(x *target) { _ = x.call(sagas.Waiting("not yet", time.Minute)) },
		"panics": func(x *target) {
			defer func() { _ = recover() }()
			_ = x.Do(context.Background(), func(context.Context) error { panic("a bug") })
		},
	} {
		x := newTarget()
		for range 3 {
			_ = x.call(errDown)
		}
		x.now = x.now.Add(time.Minute)
		trial(x)
		x.now = x.now.Add(time.Minute)
		if err := x.call(nil); err != nil {
			t.Errorf("%s: the next trial gave %v", name, err)
		}
	}
}

func TestBreaker_ItsOwnCounting(t *testing.T) {
	t.Parallel()
	b := sagas.NewBreaker(sagas.BreakerOptions{Target: "bank", Failures: 1, Counts: func(error) bool { return false }})
	_ = b.Do(t.Context(), func(context.Context) error { return errDown })
	if _, open := b.Open(); open {
		t.Error("open")
	}
}

func TestBreaker_FromManyGoroutines(t *testing.T) {
	t.Parallel()
	b := sagas.NewBreaker(sagas.BreakerOptions{Target: "bank", Failures: 3})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			for range 50 {
				_ = b.Do(context.Background(), func(context.Context) error { return errDown })
			}
		})
	}
	all.Wait()
	if _, open := b.Open(); !open {
		t.Error("closed after a thousand failures")
	}
}

// Whatever happens, an open breaker lets no call through before its pause is over.
func TestBreaker_NeverCallsDuringAPause(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		x := newTarget()
		for range 50 {
			x.now = x.now.Add(time.Duration(rapid.IntRange(0, 15).Draw(rt, "seconds")) * time.Second)
			until, open := x.Open()
			paused, before := open && x.now.Before(until), x.calls
			var err error
			if rapid.Bool().Draw(rt, "fails") {
				err = errDown
			}
			_, waits := sagas.IsWaiting(x.call(err))
			if called := x.calls > before; called == paused || paused && !waits {
				rt.Fatalf("paused %v, called %v, waits %v", paused, called, waits)
			}
		}
	})
}
