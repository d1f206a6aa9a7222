package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/hovedbok/hovedbok/ledger"
)

// maxQuiet is how many events a subscription may look at without a message.
const maxQuiet = 1000

// testSubscribe: what is there, then caught up, then what comes.
func testSubscribe(t *testing.T, b *bundle) {
	stream := b.stream("sub")
	have := b.fill(t, stream, 30)
	sub := b.subscribe(t, b.start, b.own())
	Same(t, sub.untilCaughtUp(t), have)
	for range 10 {
		more := next(have, 3)
		b.append(t, stream, ledger.Revision(len(have)-1), more)
		Same(t, sub.events(t, 3), more)
		have = append(have, more...)
	}
	empty := b.subscribe(t, sub.last, b.own())
	if got := empty.untilCaughtUp(t); len(got) != 0 {
		t.Errorf("%d events after the head", len(got))
	}
}

// testSubscribeFromEveryPosition: a subscription resumes after any position without loss or repetition, during catch-up and live.
func testSubscribeFromEveryPosition(t *testing.T, b *bundle) {
	var all []ledger.Event
	for i := range 40 {
		b.fill(t, b.stream(fmt.Sprint(i)), 1+i%3)
	}
	all = readAll(t, b.store, b.start, b.own())
	subs := []*subscriber{b.subscribe(t, b.start, b.own())}
	Same(t, subs[0].untilCaughtUp(t), all)
	for i, e := range all {
		sub := b.subscribe(t, e.Position, b.own())
		Same(t, sub.untilCaughtUp(t), all[i+1:])
		if i%10 == 0 {
			subs = append(subs, sub)
		}
	}
	live := b.fill(t, b.stream("live"), 4)
	for _, sub := range subs {
		Same(t, sub.events(t, 4), live)
	}
}

// testSubscribeFilter: a filter lets the same through before and after the subscription has caught up.
func testSubscribeFilter(t *testing.T, b *bundle) {
	fill := func(round int) {
		for i := range 20 {
			b.fill(t, b.stream([]string{"a-", "b-"}[i%2]+fmt.Sprint(round, "-", i)), 1+i%9)
		}
	}
	fill(0)
	filters := b.filters()
	subs := make([]*subscriber, len(filters))
	counts := make([]int, len(filters))
	before := readAll(t, b.store, b.start, b.own())
	for i, filter := range filters {
		subs[i] = b.subscribe(t, b.start, filter)
		want := passing(before, filter)
		counts[i] = len(want)
		Same(t, subs[i].untilCaughtUp(t), want)
	}
	fill(1)
	all := readAll(t, b.store, b.start, b.own())
	for i, filter := range filters {
		want := passing(all, filter)[counts[i]:]
		Same(t, subs[i].events(t, len(want)), want)
	}
}

// testSubscribeTellsPosition: a reader with a narrow filter hears at least every 1,000 events how far it has come.
func testSubscribeTellsPosition(t *testing.T, b *bundle) {
	all := b.fill(t, b.stream("busy"), 2*maxQuiet+500)
	b.fill(t, b.stream("wanted"), 1)
	sub := b.subscribe(t, b.start, ledger.Filter{StreamPrefix: b.stream("wanted")})
	b.wantTold(t, sub, len(all)+1)
	live := next(all, 2*maxQuiet)
	b.append(t, all[0].Stream, all[len(all)-1].Revision, live[:maxQuiet])
	b.append(t, all[0].Stream, live[maxQuiet-1].Revision, live[maxQuiet:])
	wanted := readStream(t, b.store, b.stream("wanted"), 0)
	b.append(t, b.stream("wanted"), 0, next(wanted, 1))
	b.wantTold(t, sub, len(live)+1)
}

// wantTold takes messages until an event comes, which must be the event n events further on in the log of this case, and
// verifies the distance between the messages.
func (b *bundle) wantTold(t testing.TB, sub *subscriber, n int) {
	t.Helper()
	var at []ledger.Position
	for _, e := range readAll(t, b.store, sub.last, ledger.Filter{StreamPrefix: b.prefix}) {
		at = append(at, e.Position)
	}
	seen := 0
	for {
		m := sub.next(t)
		now, _ := slices.BinarySearch(at, m.Position+1)
		if now-seen > maxQuiet {
			t.Errorf("no message for %d events before position %d", now-seen, m.Position)
		}
		seen = now
		if m.Event != nil {
			break
		}
	}
	if seen != n {
		t.Errorf("the event came after %d events, want %d", seen, n)
	}
}

// testSubscribeTellsHead: a live reader hears of the head also when nothing passes its filter.
func testSubscribeTellsHead(t *testing.T, b *bundle) {
	if !b.TellsHead {
		t.Skip("the store does not tell filtered subscriptions about the head")
	}
	stream := b.stream("other")
	all := b.fill(t, stream, 3)
	sub := b.subscribe(t, b.start, ledger.Filter{StreamPrefix: b.stream("wanted")})
	sub.untilCaughtUp(t)
	for range 20 {
		all = append(all, next(all, 1)...)
		got := b.append(t, stream, ledger.Revision(len(all)-2), all[len(all)-1:])
		for sub.last < got.Position {
			if m := sub.next(t); m.Event != nil {
				t.Errorf("%s@%d passed the filter", m.Event.Stream, m.Event.Revision)
			}
		}
	}
}

// testSubscribeManyWriters: whatever many writers do, every subscription sees the log's own order without a gap, also
// one that keeps leaving and resuming, and one that begins in the middle.
func testSubscribeManyWriters(t *testing.T, b *bundle) {
	const writers, each, size = 32, 25, 2
	total := writers * each * size
	subs := []*subscriber{b.subscribe(t, b.start, b.own()), b.subscribe(t, b.start, b.own())}
	got := make([][]ledger.Event, 4)
	errs := make([]error, writers)
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() { errs[i] = b.appendRuns(b.stream(fmt.Sprint(i)), each, size) })
	}
	got[0] = subs[0].events(t, total/2)
	late := b.subscribe(t, got[0][total/4].Position, b.own())
	got[1] = b.resuming(t, total, 150)
	got[0] = append(got[0], subs[0].events(t, total-len(got[0]))...)
	got[2] = append(slices.Clone(got[0][:total/4+1]), late.events(t, total-total/4-1)...)
	got[3] = subs[1].events(t, total)
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	want := readAll(t, b.store, b.start, b.own())
	for i := range got {
		Same(t, got[i], want)
	}
}

// resuming takes total events, and leaves and resumes after each run of events.
func (b *bundle) resuming(t testing.TB, total, run int) []ledger.Event {
	t.Helper()
	var events []ledger.Event
	after := b.start
	for len(events) < total {
		sub := b.subscribe(t, after, b.own())
		events = append(events, sub.events(t, min(run, total-len(events)))...)
		after = sub.last
		sub.stop()
	}
	return events
}

// testSubscribeSlow: a reader that falls behind by more than the store keeps in memory misses nothing.
func testSubscribeSlow(t *testing.T, b *bundle) {
	stream := b.stream("fast")
	all := b.fill(t, stream, 1)
	slow := b.subscribe(t, b.start, b.own())
	narrow := b.subscribe(t, b.start, ledger.Filter{StreamPrefix: b.prefix, Facts: []string{"Submitted"}})
	Same(t, slow.untilCaughtUp(t), all)
	narrow.untilCaughtUp(t)
	for n := b.Ring + b.Ring/2; len(all) < n; {
		more := next(all, 100)
		b.append(t, stream, ledger.Revision(len(all)-1), more)
		all = append(all, more...)
	}
	Same(t, slow.events(t, len(all)-1), all[1:])
	want := passing(all[1:], ledger.Filter{Facts: []string{"Submitted"}})
	Same(t, narrow.events(t, len(want)), want)
	more := next(all, 2)
	b.append(t, stream, ledger.Revision(len(all)-1), more)
	Same(t, slow.events(t, 2), more)
}

// testSubscribeCancelled: a subscription ends with its context's error wherever it is.
func testSubscribeCancelled(t *testing.T, b *bundle) {
	b.fill(t, b.stream("some"), 600)
	for name, take := range map[string]func(s *subscriber){
		"before the first message": func(*subscriber) {},
		"during catch-up":          func(s *subscriber) { s.events(t, 10) },
		"waiting for events":       func(s *subscriber) { s.untilCaughtUp(t) },
	} {
		sub := b.subscribe(t, b.start, b.own())
		take(sub)
		sub.cancel()
		if err := sub.drain(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: ended with %v, want %v", name, err, context.Canceled)
		}
	}
}

// drain takes messages until the subscription ends, and gives its error.
func (s *subscriber) drain() error {
	for {
		select {
		case <-s.messages:
		case <-s.ended:
			return s.err
		}
	}
}
