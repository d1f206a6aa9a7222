package sagas

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// BreakerOptions describe a Breaker. Target is required.
type BreakerOptions struct {
	Target   string        // named in reasons, such as "eFormidling"; not an address with secrets
	Failures int           // in a row, until calls are held back; 5
	Pause    time.Duration // until the first trial call; 30 s
	MaxPause time.Duration // the pause doubles up to this while trials fail; 5 min
	Clock    func() time.Time

	// Counts tells whether an error says that the target is down. By default all do but those of Permanent, which are taken for
	// answers. It is not asked about Waiting errors and calls that were called off, which say nothing.
	Counts func(error) bool
}

// Breaker keeps calls away from an outside system that is down, and turns them into Waiting errors, so that events wait for it without using up
// their attempts. There is one for each target. It may be used from any goroutine.
//
//	closed ── failures in a row ──► open ── pause over ──► half open: one trial call
//	   ▲                             ▲                        │
//	   │                             └──── it fails ──────────┤
//	   └───────────────────────────────── it succeeds ────────┘
//
// It is the circuit breaker of Nygard, Release It!, chapter 5.
type Breaker struct {
	BreakerOptions

	mu       sync.Mutex
	failures int           // under mu; in a row, while closed
	pause    time.Duration // under mu; of the current opening, 0 while closed
	until    time.Time     // under mu; the end of the pause
	trial    bool          // under mu; a trial call is under way
}

// NewBreaker makes a Breaker that is closed.
func NewBreaker(o BreakerOptions) *Breaker {
	o.Failures = orInt(o.Failures, 5)
	o.Pause = orInt(o.Pause, 30*time.Second)
	o.MaxPause = max(orInt(o.MaxPause, 5*time.Minute), o.Pause)
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return &Breaker{BreakerOptions: o}
}

// Do calls the target, or gives a Waiting error at once while it is held to be down. The call's own error is given back as it is, but
// that of a trial call that failed becomes a Waiting error too, which tells it.
func (b *Breaker) Do(ctx context.Context, call func(ctx context.Context) error) error {
	trial, err := b.admit()
	if err != nil {
		return err
	}
	returned := false
	defer func() {
		if !returned { // a panic
			b.failed(trial)
		}
	}()
	err = call(ctx)
	returned = true
	switch {
	case undecided(ctx, err):
		b.undecided(trial)
	case err == nil || !b.counts(err):
		b.succeeded(trial)
	default:
		if pause := b.failed(trial); trial {
			return Waiting(fmt.Sprintf("%s is still down: %v", b.Target, err), pause)
		}
	}
	return err
}

// Open tells whether calls are held back now, and until when.
func (b *Breaker) Open() (until time.Time, open bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.until, b.pause > 0
}

// admit lets a call through, as a trial or not, or tells how long to wait.
func (b *Breaker) admit() (trial bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.pause == 0 {
		return false, nil
	}
	if left := b.until.Sub(b.Clock()); left > 0 {
		return false, Waiting(b.Target+" is down", left)
	}
	if b.trial {
		return false, Waiting(b.Target+" is being tried again", minWait)
	}
	b.trial = true
	return true, nil
}

func (b *Breaker) counts(err error) bool {
	if b.Counts != nil {
		return b.Counts(err)
	}
	return !IsPermanent(err)
}

// undecided tells whether a call has found out nothing about the target: it was called off, or it waits for something.
// A call that was too slow has.
func undecided(ctx context.Context, err error) bool {
	_, waits := IsWaiting(err)
	return waits || errors.Is(err, context.Canceled) && ctx.Err() != nil
}

// succeeded closes the breaker. A call that began before it opened says nothing about the target now.
func (b *Breaker) succeeded(trial bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if trial || b.pause == 0 {
		b.failures, b.pause, b.trial = 0, 0, false
	}
}

// failed opens the breaker if it was one failure too many, and tells the pause.
func (b *Breaker) failed(trial bool) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case trial:
		b.trial, b.pause = false, min(2*b.pause, b.MaxPause)
	case b.pause > 0:
		return b.pause // it was under way when the breaker opened
	default:
		if b.failures++; b.failures < b.Failures {
			return 0
		}
		b.failures, b.pause = 0, b.Pause
	}
	b.until = b.Clock().Add(b.pause)
	return b.pause
}

// undecided ends a call that says nothing about the target: a trial is left for the next call to make.
func (b *Breaker) undecided(trial bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if trial {
		b.trial = false
	}
}
