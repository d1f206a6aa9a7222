package sagas

import (
	"context"
	"fmt"
	"time"

	"github.com/hovedbok/hovedbok/ledger"
)

// HandlerStatus says how a handler is doing. Positions may be compared, but their difference means nothing on some stores.
type HandlerStatus struct {
	Name       string          `json:"name"`
	Checkpoint ledger.Position `json:"checkpoint"` // durable: every event up to here is done or parked
	Reached    ledger.Position `json:"reached"`    // the same, as of now
	Head       ledger.Position `json:"head"`       // the end of the log; Reached is there when nothing is left to do
	InFlight   int             `json:"inFlight"`   // events queued or being handled
	Parked     int             `json:"parked"`     // events on the parked list, those that wait included; -1 if it cannot be read
	Waiting    int             `json:"waiting"`    // of those, the ones that have not failed but wait
	LastError  string          `json:"lastError,omitempty"`
	LastAt     time.Time       `json:"lastErrorAt,omitzero"`
}

// Status tells how the handlers are doing, in the order of Options.Handlers. It asks the log and the store, for a second at most.
func (r *Runner) Status() []HandlerStatus {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	head, err := r.Log.Store().Head(ctx)
	if err != nil {
		head = 0
	}
	list := make([]HandlerStatus, len(r.lanes))
	for i, l := range r.lanes {
		list[i] = l.status()
		list[i].Head = max(head, list[i].Head)
		if list[i].Parked, list[i].Waiting, err = r.Store.count(ctx, l.name); err != nil {
			list[i].Parked = -1
		}
	}
	return list
}

func (l *lane) status() HandlerStatus {
	l.mu.Lock()
	defer l.mu.Unlock()
	return HandlerStatus{
		Name: l.name, Checkpoint: l.saved, Reached: l.track.low, Head: l.track.told, InFlight: l.track.left + len(l.trying),
		LastError: l.failure, LastAt: l.failedAt,
	}
}

func (l *lane) low() (low, saved ledger.Position) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.track.low, l.saved
}

func (l *lane) setSaved(at ledger.Position) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.saved = at
}

// Wait returns when every handler has dealt with everything up to a position: what it filters for is done or parked. The error is
// ctx's, or the log's.
func (r *Runner) Wait(ctx context.Context, at ledger.Position) error {
	for _, l := range r.lanes {
		if err := l.wait(ctx, at); err != nil {
			return fmt.Errorf("sagas: wait for %s to reach position %d: %w", l.name, at, err)
		}
	}
	return nil
}

func (l *lane) wait(ctx context.Context, at ledger.Position) error {
	for {
		l.mu.Lock()
		low, idle, moved := l.track.low, l.track.left == 0, l.moved
		l.mu.Unlock()
		if low >= at {
			return nil
		}
		if idle {
			if quiet, err := l.quiet(ctx, low, at); quiet || err != nil {
				return err
			}
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// quiet tells whether no event after low, up to a position, passes the filter. Not every store tells a subscription of a
// head that the filter does not let through.
func (l *lane) quiet(ctx context.Context, low, at ledger.Position) (bool, error) {
	for e, err := range l.Log.Store().ReadAll(ctx, low, l.handler.Filter()) {
		if err != nil {
			return false, err
		}
		return e.Position > at, nil
	}
	head, err := l.Log.Store().Head(ctx)
	return head >= at, err
}
