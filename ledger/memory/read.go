package memory

import (
	"context"
	"fmt"
	"iter"

	"github.com/hovedbok/hovedbok/ledger"
)

// pageSize is how many events a reader looks at under the lock at a time.
const pageSize = 500

// quietScan is after how many filtered events a subscription tells its position.
const quietScan = 1000

// ReadStream yields the events of a stream from a revision on; see ledger.Store.
func (s *Store) ReadStream(ctx context.Context, stream string, from ledger.Revision) iter.Seq2[ledger.Event, error] {
	return func(yield func(ledger.Event, error) bool) {
		from := max(from, 0)
		for {
			page, err := s.streamPage(ctx, stream, from)
			if err != nil {
				yield(ledger.Event{}, err)
				return
			}
			for _, e := range page {
				if !yield(e, nil) {
					return
				}
			}
			if len(page) < pageSize {
				return
			}
			from += pageSize
		}
	}
}

// ReadAll yields the events after a position that the filter lets through; see ledger.Store.
func (s *Store) ReadAll(ctx context.Context, after ledger.Position, filter ledger.Filter) iter.Seq2[ledger.Event, error] {
	head, headErr := s.Head(ctx)
	return func(yield func(ledger.Event, error) bool) {
		if headErr != nil {
			yield(ledger.Event{}, headErr)
			return
		}
		for after := after; after < head; {
			page, _, err := s.page(ctx, after)
			if err != nil {
				yield(ledger.Event{}, err)
				return
			}
			for i := range page {
				if after = page[i].Position; after > head {
					return
				}
				if filter.Pass(page[i].Stream, page[i].Type) && !yield(page[i], nil) {
					return
				}
			}
		}
	}
}

// Subscribe yields the events after a position as they come; see ledger.Store. It tells its position at the head also
// when the last events did not pass the filter. A position that the log has not reached is an error.
func (s *Store) Subscribe(ctx context.Context, after ledger.Position, filter ledger.Filter) iter.Seq2[ledger.Message, error] {
	return func(yield func(ledger.Message, error) bool) {
		c := cursor{scanned: after, told: after, filter: filter, yield: yield}
		if err := s.checkReached(ctx, after); err != nil {
			yield(ledger.Message{}, err)
			return
		}
		for {
			page, wake, err := s.page(ctx, c.scanned)
			if err != nil {
				yield(ledger.Message{Position: c.told}, err)
				return
			}
			if !c.deliver(page) || len(page) == 0 && !c.idle() {
				return
			}
			if len(page) > 0 {
				continue
			}
			select {
			case <-wake:
			case <-ctx.Done():
			}
		}
	}
}

// cursor is a subscription's place in the log. It belongs to the goroutine that ranges over the subscription.
type cursor struct {
	filter   ledger.Filter
	yield    func(ledger.Message, error) bool
	scanned  ledger.Position // of the last event looked at
	told     ledger.Position // of the last message
	quiet    int             // events looked at since the last message
	caughtUp bool
}

// deliver yields what passes; false means that the reader has left.
func (c *cursor) deliver(page []ledger.Event) bool {
	for i := range page {
		c.scanned = page[i].Position
		c.quiet++
		m := ledger.Message{Position: c.scanned}
		if c.filter.Pass(page[i].Stream, page[i].Type) {
			e := page[i]
			m.Event = &e
		}
		if (m.Event != nil || c.quiet >= quietScan) && !c.tell(m) {
			return false
		}
	}
	return true
}

// idle is called at the head of the log: it tells so the first time, and later only the position if that is news.
func (c *cursor) idle() bool {
	first := !c.caughtUp
	c.caughtUp = true
	if !first && c.told == c.scanned {
		return true
	}
	return c.tell(ledger.Message{Position: c.scanned, CaughtUp: first})
}

func (c *cursor) tell(m ledger.Message) bool {
	c.told, c.quiet = m.Position, 0
	return c.yield(m, nil)
}

// page gives up to pageSize events after a position, and a channel that is closed when there is more.
func (s *Store) page(ctx context.Context, after ledger.Position) ([]ledger.Event, <-chan struct{}, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return nil, nil, ledger.ErrClosed
	}
	from := min(int(after), len(s.log))
	return s.log[from:min(from+pageSize, len(s.log)):len(s.log)], s.wake, nil
}

func (s *Store) streamPage(ctx context.Context, stream string, from ledger.Revision) ([]ledger.Event, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	at, found := s.streams[stream]
	switch {
	case s.closed:
		return nil, ledger.ErrClosed
	case !found:
		return nil, fmt.Errorf("%w: %s", ledger.ErrStreamNotFound, stream)
	case int64(from) >= int64(len(at)):
		return nil, nil
	}
	at = at[from:min(int(from)+pageSize, len(at))]
	page := make([]ledger.Event, len(at))
	for i, n := range at {
		page[i] = s.log[n]
	}
	return page, nil
}

func (s *Store) checkReached(ctx context.Context, after ledger.Position) error {
	head, err := s.Head(ctx)
	if err != nil {
		return err
	}
	if after > head {
		return fmt.Errorf("ledger/memory: subscribe after position %d: the log ends at %d", after, head)
	}
	return nil
}
