package sagas

import (
	"context"
	"time"
)

// maxTrying is how many parked events of a handler may be queued to be tried.
const maxTrying = 64

// schedule queues parked events when they are due, until ctx ends.
func (l *lane) schedule(ctx context.Context) {
	for failures := 1; ctx.Err() == nil; {
		next, err := l.startDue(ctx)
		if err == nil {
			failures = 1
			l.rest(ctx, next)
			continue
		}
		if ctx.Err() == nil {
			l.fail(err)
		}
		if l.Sleep(ctx, l.storage.full(failures, l.Rand())) != nil {
			return
		}
		failures++
	}
}

// startDue queues what is due and tells when something will be due, zero if nothing is known to be.
func (l *lane) startDue(ctx context.Context) (time.Time, error) {
	now := l.Clock()
	list, err := l.Store.due(ctx, l.name, now, 2*maxTrying)
	if err != nil {
		return time.Time{}, err
	}
	for n := range list {
		if l.try(list[n].Stream) {
			l.again[hash(list[n].Stream)%againPartitions].put(&item{parked: &list[n]})
		}
	}
	return l.Store.nextDue(ctx, l.name, now)
}

// try marks a stream as being tried; false means that it is already, or that too many are.
func (l *lane) try(stream string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, busy := l.trying[stream]; busy || len(l.trying) >= maxTrying {
		return false
	}
	l.trying[stream] = struct{}{}
	return true
}

// tried is told when a parked event has been tried, whatever came of it.
func (l *lane) tried(stream string) {
	l.mu.Lock()
	delete(l.trying, stream)
	l.mu.Unlock()
	nudge(l.wakeup)
}

// rest waits until a time, for ever if it is zero, or until something has changed.
func (l *lane) rest(ctx context.Context, until time.Time) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	timer := make(chan struct{})
	if !until.IsZero() {
		go func() {
			if l.Sleep(ctx, max(until.Sub(l.Clock()), time.Millisecond)) == nil {
				close(timer)
			}
		}()
	}
	select {
	case <-l.wakeup:
	case <-timer:
	case <-ctx.Done():
	}
}
