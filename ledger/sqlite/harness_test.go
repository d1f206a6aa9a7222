package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/ledgertest"
)

// TestMain makes the test binary play the part of another process when the environment says so.
func TestMain(m *testing.M) {
	if role := os.Getenv(childRole); role != "" {
		fmt.Fprintln(os.Stderr, playChild(role))
		os.Exit(3)
	}
	os.Exit(m.Run())
}

var errInjected = errors.New("injected fault")

// faults stands between the committer and the database. do, if set, decides what becomes of each call: it may carry it out,
// refuse it, or both.
type faults struct {
	transaction
	mu sync.Mutex
	do func(op string, call func() error) error // guarded by mu
}

func (f *faults) wrap(tx transaction) transaction {
	f.transaction = tx
	return f
}

func (f *faults) set(do func(op string, call func() error) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.do = do
}

func (f *faults) call(op string, call func() error) error {
	f.mu.Lock()
	do := f.do
	f.mu.Unlock()
	if do == nil {
		return call()
	}
	return do(op, call)
}

func (f *faults) begin() error    { return f.call("begin", f.transaction.begin) }
func (f *faults) commit() error   { return f.call("commit", f.transaction.commit) }
func (f *faults) rollback() error { return f.call("rollback", f.transaction.rollback) }

func (f *faults) insert(stream int64, events []ledger.Event) error {
	return f.call("insert "+events[0].Stream, func() error { return f.transaction.insert(stream, events) })
}

// gate holds the committer at the end of a transaction.
type gate struct {
	entered chan struct{} // closed when the committer has come
	open    chan struct{} // closed by the test to let it go on
}

// hold lets one append occupy the committer, so that what is queued meanwhile becomes one batch.
func (f *faults) hold(t *testing.T, s *Store) *gate {
	t.Helper()
	g := &gate{entered: make(chan struct{}), open: make(chan struct{})}
	var once sync.Once
	f.set(func(op string, call func() error) error {
		err := call()
		if op == "commit" {
			once.Do(func() {
				close(g.entered)
				<-g.open
			})
		}
		return err
	})
	primer := enqueue(t, s, "primer", ledger.NoStream, ledgertest.NewEvents("primer", 0, ledger.Hash{}, 1, 8))
	t.Cleanup(func() { <-primer.done })
	<-g.entered
	return g
}

// enqueue puts an append into the queue and does not wait.
func enqueue(t testing.TB, s *Store, stream string, expected ledger.Revision, events []ledger.Event) *request {
	t.Helper()
	r, err := newRequest(stream, expected, events)
	if err != nil {
		t.Fatal(err)
	}
	s.queue <- r
	return r
}

// fatals collects the calls of Options.Fatal.
type fatals struct {
	mu   sync.Mutex
	errs []error
}

func (f *fatals) add(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.errs = append(f.errs, err)
}

func (f *fatals) all() []error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.errs
}

func newPath(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "ledger.db")
}

// openAt opens a log that must not fail.
func openAt(t testing.TB, path string, f *faults) *Store {
	t.Helper()
	return openOptions(t, Options{Path: path, Fatal: func(err error) { t.Errorf("fatal: %v", err) }}, f)
}

func openOptions(t testing.TB, o Options, f *faults) *Store {
	t.Helper()
	if f != nil {
		o.wrap = f.wrap
	}
	s, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// fill begins a stream with n events and gives them.
func fill(t testing.TB, s *Store, stream string, n int) []ledger.Event {
	t.Helper()
	events := ledgertest.NewEvents(stream, 0, ledger.Hash{}, n, 16)
	if _, err := s.Append(context.Background(), stream, ledger.NoStream, events); err != nil {
		t.Fatal(err)
	}
	return events
}

// idsOf gives the ids in a stream, nil if there is none.
func idsOf(t testing.TB, s *Store, stream string) []string {
	t.Helper()
	var ids []string
	for e, err := range s.ReadStream(context.Background(), stream, 0) {
		if errors.Is(err, ledger.ErrStreamNotFound) {
			return nil
		}
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, e.ID.String())
	}
	return ids
}
