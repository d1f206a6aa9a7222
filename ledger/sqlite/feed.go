package sqlite

import (
	"sync"

	"github.com/hovedbok/hovedbok/ledger"
)

const (
	ringEvents = 4096     // newest events that live subscriptions are served from
	ringBytes  = 64 << 20 // of metadata and payload in them
)

// feed holds the newest events and wakes those who wait for more. A reader takes the wake-up channel together with the
// position that it belongs to, so no wake-up is lost.
type feed struct {
	mu    sync.RWMutex   // guards all below
	ring  []ledger.Event // the event at position p is ring[p%ringEvents], for first <= p <= head
	first ledger.Position
	head  ledger.Position // of the last committed event
	bytes int
	wake  chan struct{} // closed and replaced by publish, closed by end
	err   error         // set by end
}

func newFeed(head ledger.Position) *feed {
	return &feed{ring: make([]ledger.Event, ringEvents), first: head + 1, head: head, wake: make(chan struct{})}
}

// publish adds what a committed batch has written and wakes all.
func (f *feed) publish(head ledger.Position, batch []*request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if head == f.head {
		return
	}
	for _, r := range batch {
		if r.refusal != nil || r.result.Repeated {
			continue
		}
		for i := range r.events {
			f.add(&r.events[i])
		}
	}
	close(f.wake)
	f.wake = make(chan struct{})
}

// add puts the event after the head into the ring and drops the oldest ones as far as the limits demand. The newest stays.
func (f *feed) add(e *ledger.Event) {
	if e.Position-f.first == ringEvents {
		f.drop()
	}
	f.head = e.Position
	f.ring[e.Position%ringEvents] = *e
	for f.bytes += size(e); f.bytes > ringBytes && f.first < f.head; {
		f.drop()
	}
}

func (f *feed) drop() {
	e := &f.ring[f.first%ringEvents]
	f.bytes -= size(e)
	*e = ledger.Event{}
	f.first++
}

func size(e *ledger.Event) int { return len(e.Metadata) + len(e.Payload) }

// end wakes all for the last time. The first error stays.
func (f *feed) end(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
		close(f.wake)
	}
}

func (f *feed) ended() error {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.err
}

func (f *feed) position() ledger.Position {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.head
}

func (f *feed) headOrEnd() (ledger.Position, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.head, f.err
}

// news is what the feed has after a position.
type news struct {
	events []ledger.Event  // next to each other, from the position on; empty if there are none or the ring has lost them
	head   ledger.Position // of the log
	wake   <-chan struct{} // closed when there is more than head
}

// after copies events after a position into buf, as many as it has room for.
func (f *feed) after(pos ledger.Position, buf []ledger.Event) (news, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	n := news{head: f.head, wake: f.wake}
	if f.err != nil {
		return n, f.err
	}
	if pos+1 < f.first {
		return n, nil
	}
	count := min(len(buf), int(f.head-pos))
	for i := range count {
		buf[i] = f.ring[(pos+1+ledger.Position(i))%ringEvents]
	}
	n.events = buf[:count]
	return n, nil
}
