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

// testConflict: a wrong expected revision writes nothing and tells the current revision.
func testConflict(t *testing.T, b *bundle) {
	for _, c := range []struct {
		have     int // events in the stream
		expected ledger.Revision
	}{
		{0, 0}, {0, 7}, {1, ledger.NoStream}, {1, 1}, {5, ledger.NoStream}, {5, 0}, {5, 3}, {5, 5}, {5, 1 << 40},
	} {
		stream := b.stream(fmt.Sprintf("%d-%d", c.have, c.expected))
		have := b.fill(t, stream, c.have)
		_, err := b.store.Append(t.Context(), stream, c.expected, NewEvents(stream, ledger.Revision(c.have), ledger.Hash{}, 2, 8))
		wantConflict(t, err, stream, c.expected, ledger.Revision(c.have)-1)
		Same(t, readStream(t, b.store, stream, 0), have)
	}
}

// testContenders: of those who append at the same revision one wins; the others are told, and win later.
func testContenders(t *testing.T, b *bundle) {
	const contenders, each = 8, 12
	stream := b.stream("contended")
	errs := make([]error, contenders)
	var wg sync.WaitGroup
	for i := range contenders {
		wg.Go(func() { errs[i] = b.contend(stream, each) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	if got := readStream(t, b.store, stream, 0); len(got) != contenders*each {
		t.Errorf("%d events, want %d", len(got), contenders*each)
	}
}

// contend appends n events one by one and reads the stream again after each conflict.
func (b *bundle) contend(stream string, n int) error {
	last := ledger.NoStream
	var hash ledger.Hash
	for n > 0 {
		got, err := b.store.Append(context.Background(), stream, last, NewEvents(stream, last+1, hash, 1, 8))
		switch {
		case err == nil && got.Repeated:
			return fmt.Errorf("new event at %d is said to be a repeat", got.Revision)
		case err == nil:
			n--
		case !errors.Is(err, ledger.ErrConflict):
			return err
		}
		for e, err := range b.store.ReadStream(context.Background(), stream, last+1) {
			if err != nil {
				return err
			}
			last, hash = e.Revision, e.Hash
		}
	}
	return nil
}

// testRepeat: the same ids at the same place are a success and write nothing; anything else is a conflict.
func testRepeat(t *testing.T, b *bundle) {
	stream := b.stream("repeat")
	all := b.fill(t, stream, 8)
	foreign := NewEvents(stream, 4, all[3].Hash, 4, 16)
	positions := b.positions(t, stream)
	for _, c := range []struct {
		name     string
		expected ledger.Revision
		events   []ledger.Event
		repeated bool
	}{
		{"everything", -1, all, true},
		{"the first", -1, all[:1], true},
		{"the middle", 2, all[3:6], true},
		{"the last", 6, all[7:], true},
		{"another place", 1, all[3:6], false},
		{"one place off at the end", 5, all[7:], false},
		{"beyond the end", 6, append(slices.Clone(all[7:]), next(all, 1)...), false},
		{"partly other ids", 3, []ledger.Event{all[4], foreign[1]}, false},
		{"first id differs", 3, []ledger.Event{foreign[0], all[5]}, false},
		{"another order", 3, []ledger.Event{all[5], all[4]}, false},
		{"other ids", 3, foreign, false},
		{"same ids after the end", 8, all[:1], false},
	} {
		c.events = slices.Clone(c.events)
		Rechain(stream, c.expected+1, hashAt(all, c.expected), c.events)
		got, err := b.store.Append(t.Context(), stream, c.expected, c.events)
		if !c.repeated {
			wantConflict(t, err, stream, c.expected, 7)
			continue
		}
		last := c.expected + ledger.Revision(len(c.events))
		want := ledger.Appended{Revision: last, Position: positions[last], Repeated: true}
		if err != nil || got != want {
			t.Errorf("%s: %+v, error %v, want %+v", c.name, got, err, want)
		}
	}
	Same(t, readStream(t, b.store, stream, 0), all)
}

func hashAt(events []ledger.Event, rev ledger.Revision) ledger.Hash {
	if rev < 0 || int(rev) >= len(events) {
		return ledger.Hash{}
	}
	return events[rev].Hash
}

// positions gives the position of every revision of a stream.
func (b *bundle) positions(t testing.TB, stream string) []ledger.Position {
	t.Helper()
	var at []ledger.Position
	for _, e := range readStream(t, b.store, stream, 0) {
		at = append(at, e.Position)
	}
	return at
}

// testRepeatOld: a repeat is recognised however much was written since, in the same stream and in others.
func testRepeatOld(t *testing.T, b *bundle) {
	stream := b.stream("old")
	all := b.fill(t, stream, 400)
	for i := range 50 {
		b.fill(t, b.stream(fmt.Sprint("other-", i)), 2)
	}
	positions := b.positions(t, stream)
	for _, from := range []int{0, 1, 200, 399} {
		got, err := b.store.Append(t.Context(), stream, ledger.Revision(from)-1, all[from:from+1])
		want := ledger.Appended{Revision: ledger.Revision(from), Position: positions[from], Repeated: true}
		if err != nil || got != want {
			t.Errorf("repeat of %d: %+v, error %v, want %+v", from, got, err, want)
		}
	}
	got, err := b.store.Append(t.Context(), stream, ledger.NoStream, all)
	if err != nil || !got.Repeated || got.Position != positions[399] {
		t.Errorf("repeat of all: %+v, error %v", got, err)
	}
	_, err = b.store.Append(t.Context(), stream, 9, all[11:12])
	wantConflict(t, err, stream, 9, 399)
}

// testRepeatConcurrently: of those who append the same events one writes them, and all are told the same place.
func testRepeatConcurrently(t *testing.T, b *bundle) {
	const callers = 24
	stream := b.stream("same")
	events := NewEvents(stream, 0, ledger.Hash{}, 3, 32)
	results := make([]ledger.Appended, callers)
	errs := make([]error, callers)
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() { results[i], errs[i] = b.store.Append(context.Background(), stream, ledger.NoStream, events) })
	}
	wg.Wait()
	written := 0
	for i, got := range results {
		if errs[i] != nil {
			t.Error(errs[i])
		}
		if !got.Repeated {
			written++
		}
		if got.Revision != 2 || got.Position != results[0].Position {
			t.Errorf("%+v, another caller got %+v", got, results[0])
		}
	}
	if written != 1 {
		t.Errorf("%d callers wrote, want 1", written)
	}
	Same(t, readStream(t, b.store, stream, 0), events)
}
