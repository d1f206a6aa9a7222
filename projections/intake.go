package projections

import (
	"context"
	"sync"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
)

// item is one step of the log: an opened event, one that can not be opened (err), or only a position.
type item struct {
	entry    *record.Entry
	position ledger.Position
	err      error
}

// size in bytes, about.
func (it *item) size() int {
	if it.entry == nil {
		return 0
	}
	return len(it.entry.Payload) + len(it.entry.Metadata)
}

// limits bound what is read ahead and done in one transaction.
type limits struct{ events, bytes int }

// intake reads the log ahead of the crew on its own goroutine. While it catches up it hands over full batches; once live it hands
// over what is there, at once.
type intake struct {
	limits limits
	ready  chan struct{} // holds a token when take has something to take
	space  chan struct{} // holds a token when items have been taken

	mu    sync.Mutex // guards all below
	items []item
	bytes int
	live  bool
	ended bool
	err   error // why it ended
}

func newIntake(l limits) *intake {
	return &intake{limits: l, ready: make(chan struct{}, 1), space: make(chan struct{}, 1)}
}

// run subscribes after a position and fills the intake until ctx ends or the log gives an error.
func (in *intake) run(ctx context.Context, log *record.Log, after ledger.Position) {
	var last error
	for m, err := range log.Store().Subscribe(ctx, after, ledger.Filter{}) {
		if last = err; err != nil {
			break
		}
		if last = in.put(ctx, open(ctx, log, &m), m.CaughtUp); last != nil {
			break
		}
	}
	in.mu.Lock()
	in.ended, in.err = true, last
	in.mu.Unlock()
	signal(in.ready)
}

func open(ctx context.Context, log *record.Log, m *ledger.Message) item {
	if m.Event == nil {
		return item{position: m.Position}
	}
	e, err := log.Open(ctx, *m.Event)
	return item{&e, m.Position, err}
}

// put waits for space.
func (in *intake) put(ctx context.Context, it item, caughtUp bool) error {
	for {
		if in.add(it, caughtUp) {
			return nil
		}
		select {
		case <-in.space:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// add tells whether there was space. One item always fits.
func (in *intake) add(it item, caughtUp bool) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	size := it.size()
	if n := len(in.items); n > 0 && (n >= in.limits.events || in.bytes+size > in.limits.bytes) {
		signal(in.ready)
		return false
	}
	in.items, in.bytes, in.live = append(in.items, it), in.bytes+size, in.live || caughtUp
	if in.live || len(in.items) >= in.limits.events {
		signal(in.ready)
	}
	return true
}

// take gives what is there, in order; spare is used for what comes next. ended tells that nothing will follow, with the reason.
func (in *intake) take(spare []item) (items []item, ended bool, err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	items, in.items, in.bytes = in.items, spare[:0], 0
	signal(in.space)
	return items, in.ended, in.err
}

// signal puts a token into a channel of capacity 1.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
