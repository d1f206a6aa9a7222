package sagas_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
	"github.com/hovedbok/hovedbok/sagas"
)

// brittle is a log whose subscriptions break, or tell only of events.
type brittle struct {
	ledger.Store
	breakAfter int          // messages of a subscription; 0: never
	broken     bool         // every subscription breaks at once
	onlyEvents bool         // keep positions back once caught up
	made       atomic.Int64 // subscriptions
}

var errBroken = errors.New("connection lost")

func (s *brittle) Subscribe(ctx context.Context, after ledger.Position, f ledger.Filter) iter.Seq2[ledger.Message, error] {
	s.made.Add(1)
	return func(yield func(ledger.Message, error) bool) {
		if s.broken {
			yield(ledger.Message{}, errBroken)
			return
		}
		n := 0
		for m, err := range s.Store.Subscribe(ctx, after, f) {
			if n++; s.breakAfter > 0 && n > s.breakAfter {
				yield(ledger.Message{}, errBroken)
				return
			}
			if s.onlyEvents && m.Event == nil && err == nil {
				continue
			}
			if !yield(m, err) {
				return
			}
		}
	}
}

func TestFeed_GoesOnWhereASubscriptionBroke(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		for range 20 {
			b.add(1)
			b.add(2)
		}
		s := &brittle{Store: b.log.Store(), breakAfter: 3}
		p := &probe{}
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}, Log: record.NewLog(s, b.keys)})
		r.reach(b.last)
		for _, n := range []int{1, 2} {
			if got := p.revisions(n); len(got) != 20 || !slices.IsSorted(got) {
				t.Errorf("stream %d: %v", n, got)
			}
		}
		if st := r.Status()[0]; st.LastError != "read the log: connection lost" {
			t.Errorf("status %+v", st)
		}
		r.stop()
	})
}

func TestFeed_DoesNotAskABrokenLogInALoop(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		s := &brittle{Store: b.log.Store(), broken: true}
		r := b.start(sagas.Options{Handlers: []sagas.Handler{&probe{}}, Log: record.NewLog(s, b.keys)})
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := s.made.Load(); n < 100 || n > 300 {
			t.Errorf("%d subscriptions in an hour, want about one every 15 seconds", n)
		}
		r.stop()
	})
}

// Not every log tells a subscription of a head that its filter does not let through.
func TestWait_OnALogThatTellsOnlyOfEvents(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		b.add(1)
		b.add(2)
		b.add(1)
		s := &brittle{Store: b.log.Store(), onlyEvents: true}
		p := &probe{filter: ledger.Filter{StreamPrefix: stream(2)}}
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}, Log: record.NewLog(s, b.keys)})
		r.reach(b.last)
		if !slices.Equal(p.called(), []seen{at(2, 0)}) {
			t.Errorf("handled %v", p.called())
		}
		r.stop()
	})
}

// gone is a log that has lost its streams.
type gone struct{ ledger.Store }

func (gone) ReadStream(_ context.Context, _ string, _ ledger.Revision) iter.Seq2[ledger.Event, error] {
	return func(yield func(ledger.Event, error) bool) { yield(ledger.Event{}, ledger.ErrStreamNotFound) }
}

func TestAgain_AnEventThatIsGoneIsPermanent(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		b.add(1)
		r := b.start(sagas.Options{Handlers: []sagas.Handler{&probe{do: failing(at(1, 0), 6, errDown)}}, Log: record.NewLog(gone{b.log.Store()}, b.keys)})
		r.reach(b.last)
		time.Sleep(time.Hour)
		synctest.Wait()
		list := b.parked(sagas.ParkedFilter{})
		if len(list) != 1 || list[0].Class != sagas.ClassPermanent || list[0].Reason != "the parked event is not in the log any more" {
			t.Errorf("parked: %+v", list)
		}
		r.stop()
	})
}

func TestOpen_ATamperedEventIsPermanent(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		b.add(1)
		var e ledger.Event
		for e = range b.log.Store().ReadAll(t.Context(), 0, ledger.Filter{}) {
			break
		}
		e.ID, e.Payload = uuid.New(), append([]byte{}, e.Payload...)
		e.Payload[len(e.Payload)-1] ^= 1
		e.Hash = ledger.Chain(e.Hash, e.Stream, 1, &e)
		done, err := b.log.Store().Append(t.Context(), e.Stream, 0, []ledger.Event{e})
		if err != nil {
			t.Fatal(err)
		}
		p := &probe{}
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
		r.reach(done.Position)
		list := b.parked(sagas.ParkedFilter{})
		if len(list) != 1 || list[0].Class != sagas.ClassPermanent || len(p.called()) != 1 {
			t.Errorf("parked: %+v", list)
		}
		r.stop()
	})
}
