package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger"
)

// testInvalid: an append that breaks a rule writes nothing, also when only its last event does.
func testInvalid(t *testing.T, b *bundle) {
	stream := b.stream("invalid")
	have := b.fill(t, stream, 2)
	for name, spoil := range map[string]func(e *ledger.Event){
		"no id":              func(e *ledger.Event) { e.ID = uuid.Nil },
		"no type":            func(e *ledger.Event) { e.Type = "" },
		"long type":          func(e *ledger.Event) { e.Type = strings.Repeat("t", ledger.MaxEventType+1) },
		"control in type":    func(e *ledger.Event) { e.Type = "a.B\n" },
		"type not UTF-8":     func(e *ledger.Event) { e.Type = "a.\xff" },
		"no time":            func(e *ledger.Event) { e.Time = time.Time{} },
		"time too fine":      func(e *ledger.Event) { e.Time = e.Time.Add(1) },
		"metadata too large": func(e *ledger.Event) { e.Metadata = make([]byte, ledger.MaxMetadata+1) },
		"payload too large":  func(e *ledger.Event) { e.Payload = make([]byte, ledger.MaxPayload+1) },
	} {
		events := next(have, 3)
		spoil(&events[2])
		Rechain(stream, 2, have[1].Hash, events)
		b.wantInvalid(t, name, stream, 1, events)
	}
	b.wantInvalid(t, "no events", stream, 1, nil)
	b.wantInvalid(t, "too many events", stream, 1, next(have, ledger.MaxAppend+1))
	b.wantInvalid(t, "expected -2", stream, -2, NewEvents(stream, 0, ledger.Hash{}, 1, 1))
	for _, name := range []string{"", "a\x00b", "tab\t", "\xff", strings.Repeat("x", ledger.MaxStreamName+1)} {
		b.wantInvalid(t, fmt.Sprintf("stream %q", name), name, ledger.NoStream, NewEvents(name, 0, ledger.Hash{}, 1, 1))
	}
	Same(t, readStream(t, b.store, stream, 0), have)
}

func (b *bundle) wantInvalid(t testing.TB, what, stream string, expected ledger.Revision, events []ledger.Event) {
	t.Helper()
	if got, err := b.store.Append(context.Background(), stream, expected, events); !errors.Is(err, ledger.ErrInvalid) {
		t.Errorf("%s: %+v, error %v, want ErrInvalid", what, got, err)
	}
}

// testInvalidChain: the store recomputes every hash.
func testInvalidChain(t *testing.T, b *bundle) {
	if !b.VerifiesChain {
		t.Skip("the store does not recompute hashes")
	}
	stream := b.stream("chain")
	have := b.fill(t, stream, 2)
	for name, spoil := range map[string]func(events []ledger.Event){
		"no hash":           func(ev []ledger.Event) { ev[0].Hash = ledger.Hash{} },
		"changed payload":   func(ev []ledger.Event) { ev[1].Payload[3] ^= 1 },
		"changed metadata":  func(ev []ledger.Event) { ev[1].Metadata = append(ev[1].Metadata, ' ') },
		"changed time":      func(ev []ledger.Event) { ev[0].Time = ev[0].Time.Add(time.Microsecond) },
		"changed type":      func(ev []ledger.Event) { ev[2].Type += "s" },
		"changed schema":    func(ev []ledger.Event) { ev[2].Schema++ },
		"changed id":        func(ev []ledger.Event) { ev[2].ID[15] ^= 1 },
		"chained to none":   func(ev []ledger.Event) { Rechain(stream, 2, ledger.Hash{}, ev) },
		"chained to other":  func(ev []ledger.Event) { Rechain(stream, 2, have[0].Hash, ev) },
		"of other stream":   func(ev []ledger.Event) { Rechain(b.stream("x"), 2, have[1].Hash, ev) },
		"of other revision": func(ev []ledger.Event) { Rechain(stream, 3, have[1].Hash, ev) },
		"swapped":           func(ev []ledger.Event) { ev[0], ev[1] = ev[1], ev[0] },
	} {
		events := next(have, 3)
		spoil(events)
		b.wantInvalid(t, name, stream, 1, events)
	}
	fresh := NewEvents(b.stream("fresh"), 0, have[1].Hash, 1, 8)
	b.wantInvalid(t, "a first event that follows another", b.stream("fresh"), ledger.NoStream, fresh)
	Same(t, readStream(t, b.store, stream, 0), have)
	if got := readStream(t, b.store, b.stream("fresh"), 0); got != nil {
		t.Errorf("a refused first append left %d events", len(got))
	}
	b.append(t, stream, 1, next(have, 1))
}

// testInvalidSparesNeighbours: appends that are refused do no harm to those that happen at the same time.
func testInvalidSparesNeighbours(t *testing.T, b *bundle) {
	const writers, each = 24, 10
	kinds := []refusal{badRevision, badType}
	if b.VerifiesChain {
		kinds = append(kinds, badHash)
	}
	errs := make([]error, writers)
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() { errs[i] = b.appendAmongRefused(b.stream(fmt.Sprint(i)), each, kinds[i%len(kinds)]) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	for i := range writers {
		if got := readStream(t, b.store, b.stream(fmt.Sprint(i)), 0); len(got) != each {
			t.Errorf("stream %d: %d events, want %d", i, len(got), each)
		}
	}
}

// refusal is a reason to refuse an append.
type refusal struct {
	name  string
	want  error
	spoil func(e *ledger.Event, expected *ledger.Revision)
}

var (
	badHash     = refusal{"hash", ledger.ErrInvalid, func(e *ledger.Event, _ *ledger.Revision) { e.Hash[0] ^= 1 }}
	badRevision = refusal{"revision", ledger.ErrConflict, func(_ *ledger.Event, expected *ledger.Revision) { *expected += 6 }}
	badType     = refusal{"type", ledger.ErrInvalid, func(e *ledger.Event, _ *ledger.Revision) { e.Type = "" }}
)

// appendAmongRefused appends n good events, each after one that must be refused.
func (b *bundle) appendAmongRefused(stream string, n int, kind refusal) error {
	var prev ledger.Hash
	for i := range n {
		rev := ledger.Revision(i)
		bad, expected := NewEvents(stream, rev, prev, 1, 20), rev-1
		kind.spoil(&bad[0], &expected)
		if _, err := b.store.Append(context.Background(), stream, expected, bad); !errors.Is(err, kind.want) {
			return fmt.Errorf("%s@%d: append with bad %s: error %v, want %v", stream, rev, kind.name, err, kind.want)
		}
		good := NewEvents(stream, rev, prev, 1, 20)
		if _, err := b.store.Append(context.Background(), stream, rev-1, good); err != nil {
			return fmt.Errorf("%s@%d: good append: %w", stream, rev, err)
		}
		prev = good[0].Hash
	}
	return nil
}

// testAtomic: whoever reads sees all events of an append next to each other, or none.
func testAtomic(t *testing.T, b *bundle) {
	const writers, each, size = 6, 12, 7
	errs := make([]error, writers)
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() { errs[i] = b.appendRuns(b.stream(fmt.Sprint(i)), each, size) })
	}
	done := make(chan struct{})
	go func() {
		wg.Wait()
		close(done)
	}()
	for reading := true; reading; {
		select {
		case <-done:
			reading = false
		default:
		}
		checkRuns(t, readAll(t, b.store, b.start, b.own()), size)
	}
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	if got := readAll(t, b.store, b.start, b.own()); len(got) != writers*each*size {
		t.Errorf("%d events, want %d", len(got), writers*each*size)
	}
}

// appendRuns appends n times size events.
func (b *bundle) appendRuns(stream string, n, size int) error {
	all := NewEvents(stream, 0, ledger.Hash{}, n*size, 12)
	for i := 0; i < len(all); i += size {
		if _, err := b.store.Append(context.Background(), stream, ledger.Revision(i)-1, all[i:i+size]); err != nil {
			return err
		}
	}
	return nil
}

// checkRuns verifies that events come in whole runs of size events of one stream.
func checkRuns(t testing.TB, events []ledger.Event, size int) {
	t.Helper()
	if len(events)%size != 0 {
		t.Errorf("%d events are no whole number of appends", len(events))
	}
	for i := range events {
		if first := events[i-i%size]; events[i].Stream != first.Stream || int(first.Revision)%size != 0 {
			t.Errorf("position %d: an append of %s is torn", events[i].Position, events[i].Stream)
		}
	}
}

// testCancelled: whoever comes with an ended context gets its error, and nothing is written.
func testCancelled(t *testing.T, b *bundle) {
	stream := b.stream("cancelled")
	have := b.fill(t, stream, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := b.store.Append(ctx, stream, 0, next(have, 1))
	wantCancelled(t, "Append", err)
	_, err = b.store.Head(ctx)
	wantCancelled(t, "Head", err)
	_, err = collect(b.store.ReadStream(ctx, stream, 0))
	wantCancelled(t, "ReadStream", err)
	_, err = collect(b.store.ReadAll(ctx, b.start, b.own()))
	wantCancelled(t, "ReadAll", err)
	_, err = collect(b.store.Subscribe(ctx, b.start, b.own()))
	wantCancelled(t, "Subscribe", err)
	Same(t, readStream(t, b.store, stream, 0), have)
}

func wantCancelled(t testing.TB, what string, err error) {
	t.Helper()
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%s: error %v, want %v", what, err, context.Canceled)
	}
}
