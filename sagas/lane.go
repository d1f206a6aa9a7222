package sagas

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"sync"
	"time"

	"github.com/hovedbok/hovedbok/ledger"
)

// What a handler may have queued and in flight at a time. A single event is let through however big it is.
const (
	windowEvents = 2048
	windowBytes  = 16 << 20
)

// againPartitions are the partitions for parked events, so that these take no place from others.
const againPartitions = 4

// lane is one handler at work.
type lane struct {
	*Runner
	handler Handler
	name    string
	live    []*queue // by hash of the stream
	again   []*queue // for the parked list, by hash of the stream
	wakeup  chan struct{}
	room    chan struct{} // holds a token when the window may have become wider

	// dealt is the last event of each stream that a run before this one has parked: up to there, nothing of
	// the stream is to be done. Written before the start, read-only after.
	dealt map[string]ledger.Position

	mu       sync.Mutex
	track    tracker             // under mu
	bytes    int                 // under mu; of events in track
	moved    chan struct{}       // under mu; closed and replaced when track.low moves
	saved    ledger.Position     // under mu; the durable checkpoint
	holds    map[string]*hold    // under mu; by stream
	trying   map[string]struct{} // under mu; streams with a parked event that is being tried
	failure  string              // under mu; the last error
	failedAt time.Time           // under mu
}

func newLane(r *Runner, h Handler) *lane {
	l := &lane{
		Runner: r, handler: h, name: h.Name(), wakeup: make(chan struct{}, 1), room: make(chan struct{}, 1),
		moved: make(chan struct{}), holds: map[string]*hold{}, trying: map[string]struct{}{},
	}
	for range r.Partitions {
		l.live = append(l.live, newQueue())
	}
	for range againPartitions {
		l.again = append(l.again, newQueue())
	}
	return l
}

// load takes over the handler's checkpoint and what is parked.
func (l *lane) load(ctx context.Context) error {
	at, err := l.Store.claim(ctx, l.name, l.owner, func() (ledger.Position, error) { return l.start(ctx) })
	if err != nil {
		return err
	}
	if l.dealt, err = l.Store.dealt(ctx, l.name, at); err != nil {
		return err
	}
	streams, err := l.Store.held(ctx, l.name)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.track.low
	l.track.low, l.track.told, l.saved = at, at, at
	defer l.tellMoved(before) // to a Wait that began before Run
	for _, s := range streams {
		l.holds[s] = newHold()
	}
	return nil
}

// start is where a handler begins that has never run.
func (l *lane) start(ctx context.Context) (ledger.Position, error) {
	s, ok := l.handler.(Starter)
	if !ok {
		return 0, nil
	}
	head, err := l.Log.Store().Head(ctx)
	if err != nil {
		return 0, fmt.Errorf("where %s is to begin: %w", l.name, err)
	}
	return min(s.Start(head), head), nil
}

// feed deals the events of the log to the partitions until ctx ends. A subscription that breaks is made again, after a
// backoff, where it ended; only a log that is closed is an error.
func (l *lane) feed(ctx context.Context) error {
	for failures := 1; ; failures++ {
		before := l.told()
		err := l.subscribe(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if errors.Is(err, ledger.ErrClosed) {
			return fmt.Errorf("sagas: %s: %w", l.name, err)
		}
		if l.told() > before {
			failures = 1
		}
		l.fail(fmt.Errorf("read the log: %w", err))
		if l.Sleep(ctx, l.storage.full(failures, l.Rand())) != nil {
			return nil
		}
	}
}

func (l *lane) subscribe(ctx context.Context) error {
	for m, err := range l.Log.Store().Subscribe(ctx, l.told(), l.handler.Filter()) {
		if err != nil {
			return err
		}
		if m.Event == nil {
			l.pass(m.Position)
		} else if err := l.deal(ctx, m.Event); err != nil {
			return err
		}
	}
	return errors.New("the subscription has ended")
}

// deal queues an event when there is room for it.
func (l *lane) deal(ctx context.Context, e *ledger.Event) error {
	for !l.begin(e) {
		select {
		case <-l.room:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	l.live[hash(e.Stream)%uint32(len(l.live))].put(&item{event: e})
	return nil
}

// begin takes room for an event; false means that there is none.
func (l *lane) begin(e *ledger.Event) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.track.left > 0 && (l.track.left >= windowEvents || l.bytes+len(e.Payload) > windowBytes) {
		return false
	}
	l.track.begin(e.Position)
	l.bytes += len(e.Payload)
	return true
}

func (l *lane) pass(at ledger.Position) {
	l.mu.Lock()
	before := l.track.low
	l.track.pass(at)
	l.tellMoved(before)
	l.mu.Unlock()
}

// finish is told of every event of the subscription that is done or parked.
func (l *lane) finish(e *ledger.Event) {
	l.mu.Lock()
	before := l.track.low
	l.track.finish(e.Position)
	l.bytes -= len(e.Payload)
	l.tellMoved(before)
	l.mu.Unlock()
	nudge(l.room)
}

// tellMoved must be called with mu held.
func (l *lane) tellMoved(before ledger.Position) {
	if l.track.low != before {
		close(l.moved)
		l.moved = make(chan struct{})
		nudge(l.dirty)
	}
}

func (l *lane) told() ledger.Position {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.track.told
}

// fail notes an error for Status and logs it.
func (l *lane) fail(err error, args ...any) {
	l.mu.Lock()
	l.failure, l.failedAt = cutReason(err.Error()), l.Clock().UTC()
	l.mu.Unlock()
	l.Logger.Warn("saga handler", append([]any{"handler", l.name, "error", err.Error()}, args...)...)
}

func hash(stream string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(stream))
	return h.Sum32()
}

// topic names a partition for Watermill.
func (l *lane) topic(n int) string { return l.name + "/" + strconv.Itoa(n) }

// partition gives the queue of a partition; those of the parked list come last.
func (l *lane) partition(n int) *queue {
	if n < len(l.live) {
		return l.live[n]
	}
	return l.again[n-len(l.live)]
}

func (l *lane) partitions() int { return len(l.live) + len(l.again) }
