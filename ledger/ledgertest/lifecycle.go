package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/hovedbok/hovedbok/ledger"
)

// testCloseSubscribing: closing the store ends its subscriptions, wherever they are.
func testCloseSubscribing(t *testing.T, b *bundle) {
	b.fill(t, b.stream("some"), 700)
	catching := b.subscribe(t, b.start, b.own())
	catching.events(t, 5)
	live := b.subscribe(t, b.start, b.own())
	live.untilCaughtUp(t)
	b.close(t)
	for name, sub := range map[string]*subscriber{"catching up": catching, "live": live} {
		if err := sub.drain(); !errors.Is(err, ledger.ErrClosed) {
			t.Errorf("%s: ended with %v, want ErrClosed", name, err)
		}
	}
}

func (b *bundle) close(t testing.TB) {
	t.Helper()
	b.ended = true
	if err := b.store.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// testCloseAppending: an append that meets the end of the store is either refused or in the log.
func testCloseAppending(t *testing.T, b *bundle) {
	const writers = 16
	acked := make([][]ledger.Event, writers)
	errs := make([]error, writers)
	begun := make(chan struct{}, writers)
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() { acked[i], errs[i] = b.appendUntilRefused(b.stream(fmt.Sprint(i)), begun) })
	}
	for range writers {
		<-begun
	}
	b.close(t)
	wg.Wait()
	for _, err := range errs {
		if !errors.Is(err, ledger.ErrClosed) {
			t.Errorf("append ended with %v, want ErrClosed", err)
		}
	}
	if b.Reopen == nil {
		return
	}
	b.reopen(t)
	for i := range writers {
		got := readStream(t, b.store, b.stream(fmt.Sprint(i)), 0)
		if len(got) < len(acked[i]) {
			t.Fatalf("%d events of %d acknowledged ones", len(got), len(acked[i]))
		}
		Same(t, got[:len(acked[i])], acked[i])
	}
}

// appendUntilRefused appends until it gets an error, and gives the acknowledged events.
func (b *bundle) appendUntilRefused(stream string, begun chan<- struct{}) ([]ledger.Event, error) {
	var acked []ledger.Event
	var prev ledger.Hash
	for rev := ledger.Revision(0); ; rev++ {
		events := NewEvents(stream, rev, prev, 1, 10)
		if _, err := b.store.Append(context.Background(), stream, rev-1, events); err != nil {
			return acked, err
		}
		if rev == 3 {
			begun <- struct{}{}
		}
		acked, prev = append(acked, events...), events[0].Hash
	}
}

// testClosed: a closed store refuses everything, and may be closed again.
func testClosed(t *testing.T, b *bundle) {
	stream := b.stream("closed")
	have := b.fill(t, stream, 600)
	all := b.store.ReadAll(t.Context(), b.start, b.own())
	b.close(t)
	b.close(t)
	_, appendErr := b.store.Append(t.Context(), stream, 599, next(have, 1))
	_, headErr := b.store.Head(t.Context())
	_, streamErr := collect(b.store.ReadStream(t.Context(), stream, 0))
	_, allErr := collect(b.store.ReadAll(t.Context(), b.start, b.own()))
	_, begunErr := collect(all)
	_, subErr := collect(b.store.Subscribe(t.Context(), b.start, b.own()))
	for name, err := range map[string]error{
		"Append": appendErr, "Head": headErr, "ReadStream": streamErr, "ReadAll": allErr, "ReadAll begun before": begunErr, "Subscribe": subErr,
	} {
		if !errors.Is(err, ledger.ErrClosed) {
			t.Errorf("%s: error %v, want ErrClosed", name, err)
		}
	}
}

func (b *bundle) reopen(t *testing.T) {
	t.Helper()
	b.store = b.Reopen(t, b.store)
	b.ended = false
}

// durable skips the case for stores that keep nothing.
func (b *bundle) durable(t *testing.T) {
	t.Helper()
	if b.Reopen == nil {
		t.Skip("the log does not outlive its store")
	}
}

// testReopen: a log that is opened again is the same and goes on where it ended.
func testReopen(t *testing.T, b *bundle) {
	b.durable(t)
	for i := range 30 {
		b.fill(t, b.stream(fmt.Sprint(i)), 1+i%7)
	}
	want := readAll(t, b.store, b.start, b.own())
	for i := range 4 {
		b.reopen(t)
		Same(t, readAll(t, b.store, b.start, b.own()), want)
		sub := b.subscribe(t, want[10].Position, b.own())
		Same(t, sub.untilCaughtUp(t), want[11:])
		stream := b.stream(fmt.Sprint(i))
		last := readStream(t, b.store, stream, 0)
		more := next(last, 2)
		got := b.append(t, stream, last[len(last)-1].Revision, more)
		if newest := want[len(want)-1].Position; got.Position <= newest {
			t.Errorf("position %d after %d", got.Position, newest)
		}
		Same(t, sub.events(t, 2), more)
		sub.stop()
		want = append(want, more...)
	}
	Same(t, readAll(t, b.store, b.start, b.own()), want)
}

// testReopenRepeat: repeats and conflicts are told from each other after the log is opened again.
func testReopenRepeat(t *testing.T, b *bundle) {
	b.durable(t)
	stream := b.stream("repeat")
	all := b.fill(t, stream, 120)
	first := b.append(t, stream, 119, next(all, 1))
	b.reopen(t)
	for _, from := range []ledger.Revision{0, 1, 60, 118} {
		got, err := b.store.Append(t.Context(), stream, from-1, all[from:from+2])
		if err != nil || !got.Repeated || got.Revision != from+1 || got.Position >= first.Position {
			t.Errorf("repeat at %d: %+v, error %v", from, got, err)
		}
	}
	_, err := b.store.Append(t.Context(), stream, 59, NewEvents(stream, 60, all[59].Hash, 1, 8))
	wantConflict(t, err, stream, 59, 120)
}
