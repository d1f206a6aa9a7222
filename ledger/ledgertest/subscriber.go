package ledgertest

import (
	"context"
	"sync"
	"testing"

	"github.com/hovedbok/hovedbok/ledger"
)

// subscriber ranges over a subscription in a goroutine and hands over one message at a time, so that a test that does not
// take the next message holds the subscription up.
type subscriber struct {
	messages chan ledger.Message // owned by the goroutine
	ended    chan struct{}       // closed by the goroutine after err is set
	err      error
	cancel   context.CancelFunc
	left     chan struct{} // closed by stop
	leave    sync.Once
	last     ledger.Position // of the last message taken
}

func (b *bundle) subscribe(t testing.TB, after ledger.Position, filter ledger.Filter) *subscriber {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s := &subscriber{
		messages: make(chan ledger.Message),
		ended:    make(chan struct{}),
		left:     make(chan struct{}),
		cancel:   cancel,
		last:     after,
	}
	go s.run(b.store.Subscribe(ctx, after, filter))
	t.Cleanup(s.stop)
	return s
}

func (s *subscriber) run(seq func(func(ledger.Message, error) bool)) {
	defer close(s.ended)
	for m, err := range seq {
		if err != nil {
			s.err = err
			return
		}
		select {
		case s.messages <- m:
		case <-s.left:
			return
		}
	}
}

// stop ends the subscription as its reader and waits until it has ended.
func (s *subscriber) stop() {
	s.leave.Do(func() { close(s.left) })
	s.cancel()
	<-s.ended
}

// next takes the next message, which must lie after the one before it.
func (s *subscriber) next(t testing.TB) ledger.Message {
	t.Helper()
	select {
	case m := <-s.messages:
		s.check(t, m)
		return m
	case <-s.ended:
		t.Fatalf("the subscription ended after position %d: %v", s.last, s.err)
		return ledger.Message{}
	}
}

func (s *subscriber) check(t testing.TB, m ledger.Message) {
	t.Helper()
	switch {
	case m.Event != nil && m.CaughtUp:
		t.Errorf("position %d: an event and caught up in one message", m.Position)
	case m.Event != nil && m.Event.Position != m.Position:
		t.Errorf("message at %d with the event at %d", m.Position, m.Event.Position)
	case m.Position < s.last, m.Event != nil && m.Position == s.last:
		t.Errorf("message at %d after one at %d", m.Position, s.last)
	}
	s.last = m.Position
}

// events takes messages until n events have come.
func (s *subscriber) events(t testing.TB, n int) []ledger.Event {
	t.Helper()
	var events []ledger.Event
	for len(events) < n {
		if m := s.next(t); m.Event != nil {
			events = append(events, *m.Event)
		}
	}
	return events
}

// untilCaughtUp takes messages until the subscription says that it has caught up.
func (s *subscriber) untilCaughtUp(t testing.TB) []ledger.Event {
	t.Helper()
	var events []ledger.Event
	for {
		m := s.next(t)
		if m.CaughtUp {
			return events
		}
		if m.Event != nil {
			events = append(events, *m.Event)
		}
	}
}
