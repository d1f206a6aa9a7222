package sqlite

import (
	"context"
	"fmt"
	"iter"

	"github.com/hovedbok/hovedbok/ledger"
)

// liveEvents is how many events a live subscription copies from the feed at a time.
const liveEvents = 256

// Subscribe yields the events after a position as they are committed; see ledger.Store. It tells its position after every page
// and at the head also when the last events did not pass the filter. It says CaughtUp when it first reaches the head, and
// again whenever it had fallen out of the events that are kept in memory.
//
// A position that the log has not reached is an error: it comes from another log, or from this one before it was restored
// from a backup, and events would be skipped. Other errors: ledger.ErrClosed, ctx's, the database's.
func (s *Store) Subscribe(ctx context.Context, after ledger.Position, filter ledger.Filter) iter.Seq2[ledger.Message, error] {
	return func(yield func(ledger.Message, error) bool) {
		sub := subscription{store: s, filter: filter, yield: yield, scanned: after, told: after}
		err := sub.checkReached()
		for err == nil && !sub.left {
			err = sub.advance(ctx)
		}
		if err != nil {
			yield(ledger.Message{Position: sub.told}, err)
		}
	}
}

// subscription is a place in the log that moves. It belongs to the goroutine that ranges over it.
type subscription struct {
	store  *Store
	filter ledger.Filter
	yield  func(ledger.Message, error) bool

	scanned ledger.Position // of the last event that was looked at
	told    ledger.Position // of the last message
	live    bool            // CaughtUp has been said, and no page was needed since
	left    bool            // the reader has left the range
	buf     []ledger.Event  // for the feed's events, used again and again
}

func (s *subscription) checkReached() error {
	head, err := s.store.feed.headOrEnd()
	if err == nil && s.scanned > head {
		err = fmt.Errorf("ledger/sqlite: subscribe after position %d: the log ends at %d; was it restored from a backup?", s.scanned, head)
	}
	return err
}

// advance delivers what the feed has, or else a page, or else waits.
func (s *subscription) advance(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("ledger/sqlite: subscription: %w", err)
	}
	if s.buf == nil {
		s.buf = make([]ledger.Event, liveEvents)
	}
	n, err := s.store.feed.after(s.scanned, s.buf)
	switch {
	case err != nil:
		return err
	case len(n.events) > 0:
		s.deliver(n.events, n.events[len(n.events)-1].Position)
		clear(n.events) // what the reader keeps is its own copy
		return nil
	case s.scanned < n.head:
		return s.catchUp(ctx, n.head)
	}
	s.sayCaughtUp()
	if !s.left {
		select {
		case <-n.wake:
		case <-ctx.Done():
		}
	}
	return nil
}

func (s *subscription) catchUp(ctx context.Context, head ledger.Position) error {
	s.live = false
	p, err := s.store.page(ctx, s.scanned, head, s.filter)
	if err != nil {
		return err
	}
	s.deliver(p.events, p.upTo)
	return nil
}

// deliver yields the events that pass, and the position if the last one looked at did not.
func (s *subscription) deliver(events []ledger.Event, upTo ledger.Position) {
	for i := range events {
		if !s.filter.Pass(events[i].Stream, events[i].Type) {
			continue
		}
		e := events[i]
		if s.tell(ledger.Message{Event: &e, Position: e.Position}); s.left {
			return
		}
	}
	if s.scanned = upTo; s.told < upTo {
		s.tell(ledger.Message{Position: upTo})
	}
}

func (s *subscription) sayCaughtUp() {
	if !s.live {
		s.live = true
		s.tell(ledger.Message{Position: s.scanned, CaughtUp: true})
	}
}

func (s *subscription) tell(m ledger.Message) {
	s.told = m.Position
	s.left = !s.yield(m, nil)
}
