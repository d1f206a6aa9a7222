package ledgertest

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger"
)

// Features says what a store claims beyond the contract, and what the suite may expect of its surroundings.
type Features struct {
	// Reopen closes the store and opens the same log again; nil if the log does not outlive its store.
	Reopen func(t *testing.T, store ledger.Store) ledger.Store
	// Dense says that positions are 1, 2, 3 …
	Dense bool
	// VerifiesChain says that the store recomputes the hashes of what is appended and refuses false ones.
	VerifiesChain bool
	// TellsHead says that a live subscription tells its position at the head also when the last events were filtered out.
	TellsHead bool
	// Shared says that other tests may write to the same log at the same time, and did so before.
	Shared bool
	// Ring is how many events the store keeps in memory for live subscribers; 0 means 4,096.
	Ring int
}

// cases are the suite, in the order in which a broken store is best mended.
var cases = []struct {
	name string
	test func(t *testing.T, b *bundle)
}{
	{"Append", testAppend},
	{"AppendKeepsBytes", testAppendKeepsBytes},
	{"AppendCopies", testAppendCopies},
	{"AppendBig", testAppendBig},
	{"AppendManyStreams", testAppendManyStreams},
	{"AppendLimits", testAppendLimits},
	{"Conflict", testConflict},
	{"ConflictContenders", testContenders},
	{"Repeat", testRepeat},
	{"RepeatOld", testRepeatOld},
	{"RepeatConcurrently", testRepeatConcurrently},
	{"Invalid", testInvalid},
	{"InvalidChain", testInvalidChain},
	{"InvalidSparesNeighbours", testInvalidSparesNeighbours},
	{"Atomic", testAtomic},
	{"Cancelled", testCancelled},
	{"ReadStream", testReadStream},
	{"ReadStreamMissing", testReadStreamMissing},
	{"ReadStreamLong", testReadStreamLong},
	{"ReadAll", testReadAll},
	{"ReadAllFilter", testReadAllFilter},
	{"ReadAllStopsAtHead", testReadAllStopsAtHead},
	{"ReadWhileAppending", testReadWhileAppending},
	{"Subscribe", testSubscribe},
	{"SubscribeFromEveryPosition", testSubscribeFromEveryPosition},
	{"SubscribeFilter", testSubscribeFilter},
	{"SubscribeTellsPosition", testSubscribeTellsPosition},
	{"SubscribeTellsHead", testSubscribeTellsHead},
	{"SubscribeManyWriters", testSubscribeManyWriters},
	{"SubscribeSlow", testSubscribeSlow},
	{"SubscribeCancelled", testSubscribeCancelled},
	{"CloseSubscribing", testCloseSubscribing},
	{"CloseAppending", testCloseAppending},
	{"Closed", testClosed},
	{"Reopen", testReopen},
	{"ReopenRepeat", testReopenRepeat},
	{"Model", testModel},
}

// Run runs the suite. open gives a new store for each case, empty unless Features.Shared is set; the suite closes it.
func Run(t *testing.T, f Features, open func(t *testing.T) ledger.Store) {
	if f.Ring == 0 {
		f.Ring = 4096
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t, f, open(t))
			c.test(t, b)
			b.finish(t)
		})
	}
}

// bundle is what one case works on.
type bundle struct {
	Features
	store  ledger.Store
	prefix string          // of all stream names of the case
	start  ledger.Position // head of the log when the case began
	ended  bool            // the case has closed the store itself
}

func newBundle(t *testing.T, f Features, store ledger.Store) *bundle {
	t.Helper()
	start, err := store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return &bundle{Features: f, store: store, prefix: "instance-" + uuid.NewString()[:13] + "-", start: start}
}

// finish verifies the log and closes it.
func (b *bundle) finish(t *testing.T) {
	t.Helper()
	if b.ended {
		return
	}
	b.check(t)
	if err := b.store.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// check verifies the log, as far as nobody else writes to it.
func (b *bundle) check(t *testing.T) []ledger.Event {
	t.Helper()
	if b.Shared {
		return b.checkOwn(t)
	}
	events := CheckLedger(t, b.store)
	for i := range events {
		if b.Dense && events[i].Position != ledger.Position(i+1) {
			t.Errorf("event %d is at position %d, want dense positions from 1", i, events[i].Position)
		}
	}
	return events
}

// checkOwn verifies the streams of this case only.
func (b *bundle) checkOwn(t *testing.T) []ledger.Event {
	t.Helper()
	events := readAll(t, b.store, b.start, b.own())
	streams := map[string][]ledger.Event{}
	for i := range events {
		checkNext(t, streams[events[i].Stream], &events[i])
		streams[events[i].Stream] = append(streams[events[i].Stream], events[i])
	}
	return events
}

// own is the widest filter that shows no events of others.
func (b *bundle) own() ledger.Filter {
	if b.Shared {
		return ledger.Filter{StreamPrefix: b.prefix}
	}
	return ledger.Filter{}
}

func (b *bundle) stream(name string) string { return b.prefix + name }

// append appends and fails the test at once on an error.
func (b *bundle) append(t testing.TB, stream string, expected ledger.Revision, events []ledger.Event) ledger.Appended {
	t.Helper()
	got, err := b.store.Append(context.Background(), stream, expected, events)
	if err != nil {
		t.Fatalf("append %d events to %s after %d: %v", len(events), stream, expected, err)
	}
	return got
}

// fill begins a stream with n small events and gives them.
func (b *bundle) fill(t testing.TB, stream string, n int) []ledger.Event {
	t.Helper()
	events := NewEvents(stream, 0, ledger.Hash{}, n, 16)
	for i := 0; i < n; i += ledger.MaxAppend {
		b.append(t, stream, ledger.Revision(i)-1, events[i:min(i+ledger.MaxAppend, n)])
	}
	return events
}

// next makes n events that follow the given ones.
func next(events []ledger.Event, n int) []ledger.Event {
	last := events[len(events)-1]
	return NewEvents(last.Stream, last.Revision+1, last.Hash, n, 16)
}

// wantConflict fails the test unless err is the conflict of this stream.
func wantConflict(t testing.TB, err error, stream string, expected, actual ledger.Revision) {
	t.Helper()
	var conflict *ledger.ConflictError
	if !errors.As(err, &conflict) || !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("append after %d: error %v, want a conflict with %d", expected, err, actual)
		return
	}
	if conflict.Stream != stream || conflict.Expected != expected || conflict.Actual != actual {
		t.Errorf("conflict %+v, want {%s %d %d}", *conflict, stream, expected, actual)
	}
}
