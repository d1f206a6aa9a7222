package sagas

import (
	"sync"

	"github.com/hovedbok/hovedbok/ledger"
)

// item is one event on its way through a partition. Only the goroutine that handles it touches it after it was queued.
type item struct {
	event    *ledger.Event // nil for one of the parked list that has not been read yet
	parked   *Parked       // set for one of the parked list
	attempts int           // failures so far that count, since it was queued
}

// queue holds what a partition has yet to do. Many may put; one takes. What limits its length is the lane's window.
type queue struct {
	mu    sync.Mutex
	items []*item       // under mu
	ready chan struct{} // holds a token when there may be items
}

func newQueue() *queue { return &queue{ready: make(chan struct{}, 1)} }

func (q *queue) put(i *item) {
	q.mu.Lock()
	q.items = append(q.items, i)
	q.mu.Unlock()
	nudge(q.ready)
}

// take gives the oldest item, or nil when stop is closed.
func (q *queue) take(stop <-chan struct{}) *item {
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		if i := q.pop(); i != nil {
			return i
		}
		select {
		case <-q.ready:
		case <-stop:
			return nil
		}
	}
}

func (q *queue) pop() *item {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		q.items = nil
		return nil
	}
	i := q.items[0]
	q.items[0] = nil
	q.items = q.items[1:]
	return i
}

// nudge puts a token into a channel of one unless it is there already.
func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
