package ledgertest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/hovedbok/hovedbok/ledger"
)

// testReadStream: a stream is read from any revision, and the reader may leave at any time.
func testReadStream(t *testing.T, b *bundle) {
	stream := b.stream("read")
	all := b.fill(t, stream, 30)
	b.fill(t, b.stream("other"), 5)
	for from := range all {
		Same(t, readStream(t, b.store, stream, ledger.Revision(from)), all[from:])
	}
	Same(t, readStream(t, b.store, stream, ledger.NoStream), all)
	Same(t, readStream(t, b.store, stream, 30), nil)
	Same(t, readStream(t, b.store, stream, 1<<40), nil)
	for leave := 1; leave < 5; leave++ {
		seen := 0
		for range b.store.ReadStream(t.Context(), stream, 0) {
			if seen++; seen == leave {
				break
			}
		}
	}
	again := b.store.ReadStream(t.Context(), stream, 28)
	for range 2 { // an iterator can be ranged over more than once
		got, err := collect(again)
		if err != nil {
			t.Error(err)
		}
		Same(t, got, all[28:])
	}
}

// testReadStreamMissing: a stream that nobody appended to is not found, also after a refused append.
func testReadStreamMissing(t *testing.T, b *bundle) {
	b.fill(t, b.stream("exists"), 1)
	for _, name := range []string{b.stream("missing"), b.stream("exist"), b.stream("exists2"), b.stream("EXISTS")} {
		for _, from := range []ledger.Revision{ledger.NoStream, 0, 5} {
			got, err := collect(b.store.ReadStream(t.Context(), name, from))
			if !errors.Is(err, ledger.ErrStreamNotFound) || len(got) != 0 {
				t.Errorf("%s from %d: %d events, error %v, want ErrStreamNotFound", name, from, len(got), err)
			}
		}
	}
}

// testReadStreamLong: a stream of many pages is whole.
func testReadStreamLong(t *testing.T, b *bundle) {
	stream := b.stream("long")
	all := b.fill(t, stream, 2500)
	Same(t, readStream(t, b.store, stream, 0), all)
	Same(t, readStream(t, b.store, stream, 1999), all[1999:])
}

// testReadAll: the log is read after any position.
func testReadAll(t *testing.T, b *bundle) {
	for i := range 12 {
		b.fill(t, b.stream(fmt.Sprint(i)), 1+i%4)
	}
	all := readAll(t, b.store, b.start, b.own())
	for i, e := range all {
		Same(t, readAll(t, b.store, e.Position, b.own()), all[i+1:])
	}
	for range b.store.ReadAll(t.Context(), b.start, b.own()) {
		break
	}
}

// testReadAllFilter: a filter lets through what Filter.Pass does, in order, and nothing else.
func testReadAllFilter(t *testing.T, b *bundle) {
	for i := range 40 {
		b.fill(t, b.stream([]string{"a-", "b-", "ab-"}[i%3]+fmt.Sprint(i)), 1+i%9)
	}
	all := readAll(t, b.store, b.start, b.own())
	for _, filter := range b.filters() {
		want := passing(all, filter)
		Same(t, readAll(t, b.store, b.start, filter), want)
		if n := len(want); n > 1 {
			Same(t, readAll(t, b.store, want[n/2].Position, filter), want[n/2+1:])
		}
	}
}

// filters are of every kind: by stream, by fact, by both, without a result.
func (b *bundle) filters() []ledger.Filter {
	return []ledger.Filter{
		b.own(),
		{StreamPrefix: b.stream("a")},
		{StreamPrefix: b.stream("a-")},
		{StreamPrefix: b.stream("none")},
		{StreamPrefix: b.prefix, Facts: []string{"Created"}},
		{StreamPrefix: b.prefix, Facts: []string{"Submitted", "TaskCompleted"}},
		{StreamPrefix: b.stream("b"), Facts: []string{"TaskStarted", "Nothing"}},
		{StreamPrefix: b.prefix, Facts: []string{"submitted", "Sub", "", App + ".Submitted"}},
	}
}

func passing(events []ledger.Event, filter ledger.Filter) []ledger.Event {
	return slices.DeleteFunc(slices.Clone(events), func(e ledger.Event) bool { return !filter.Pass(e.Stream, e.Type) })
}

// testReadAllStopsAtHead: ReadAll ends where the log ended when it was called.
func testReadAllStopsAtHead(t *testing.T, b *bundle) {
	have := b.fill(t, b.stream("have"), 700)
	seq := b.store.ReadAll(t.Context(), b.start, b.own())
	n := 0
	for e, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		if e.ID != have[n].ID {
			t.Fatalf("event %d is %s@%d", n, e.Stream, e.Revision)
		}
		if n%100 == 0 {
			b.fill(t, b.stream(fmt.Sprint("later-", n)), 1)
		}
		n++
	}
	if n != len(have) {
		t.Errorf("%d events, want %d", n, len(have))
	}
}

// testReadWhileAppending: a reader that is in the middle of a stream holds nobody up, and reads on undisturbed.
func testReadWhileAppending(t *testing.T, b *bundle) {
	stream := b.stream("both")
	have := b.fill(t, stream, 1200)
	all := slices.Clone(have)
	n := 0
	for e, err := range b.store.ReadStream(t.Context(), stream, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if n < len(all) && e.ID != all[n].ID {
			t.Fatalf("event %d has revision %d", n, e.Revision)
		}
		if n%200 == 0 && n < len(have) {
			more := next(all, 1)
			b.append(t, stream, ledger.Revision(len(all)-1), more)
			all = append(all, more...)
		}
		n++
	}
	if n < len(have) || n > len(all) {
		t.Errorf("%d events, want %d to %d", n, len(have), len(all))
	}
	Same(t, readStream(t, b.store, stream, 0), all)
}
