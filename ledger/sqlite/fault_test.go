package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/ledgertest"
)

// fault is one way in which the commit path can go wrong while a batch of three appends to a, b and c is written.
type fault struct {
	name  string
	op    string // the call that fails
	count int    // how often it fails
	after bool   // it fails after it was carried out

	acked string // streams that must be acknowledged
	fatal bool   // the store must stop
	inLog string // streams that must be in the log in the end
}

var faultTable = []fault{
	{name: "nothing", acked: "abc", inLog: "abc"},
	{name: "begin, once", op: "begin", count: 1, acked: "abc", inLog: "abc"},
	{name: "begin, for the batch and the first alone", op: "begin", count: 2, acked: "bc", inLog: "bc"},
	{name: "begin, always", op: "begin", count: 9},
	{name: "begin after it was done", op: "begin", count: 1, after: true, acked: "abc", inLog: "abc"},
	{name: "insert, once", op: "insert b", count: 1, acked: "abc", inLog: "abc"},
	{name: "insert, always", op: "insert b", count: 9, acked: "ac", inLog: "ac"},
	{name: "insert after it was done, once", op: "insert b", count: 1, after: true, acked: "abc", inLog: "abc"},
	{name: "insert after it was done, always", op: "insert c", count: 9, after: true, acked: "ab", inLog: "ab"},
	{name: "commit without effect", op: "commit", count: 1, fatal: true},
	{name: "commit with effect", op: "commit", count: 1, after: true, fatal: true, inLog: "abc"},
	{name: "rollback", op: "rollback", count: 1, fatal: true},
}

// TestFaults_NobodyIsWronglyAcknowledged runs the table. After each row the log is opened again, verified, and every append is
// repeated, as its caller would who does not know the outcome.
func TestFaults_NobodyIsWronglyAcknowledged(t *testing.T) {
	t.Parallel()
	for _, row := range faultTable {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.run(t)
		})
	}
}

func (row fault) run(t *testing.T) {
	path := newPath(t)
	f, fatal := &faults{}, &fatals{}
	s := openOptions(t, Options{Path: path, Fatal: fatal.add}, f)
	have := fill(t, s, "before", 3)

	g := f.hold(t, s)
	requests := map[string]*request{}
	for _, stream := range []string{"a", "b", "c"} {
		requests[stream] = enqueue(t, s, stream, ledger.NoStream, ledgertest.NewEvents(stream, 0, ledger.Hash{}, 2, 50))
	}
	f.set(row.inject())
	close(g.open)
	for stream, r := range requests {
		<-r.done
		row.checkAnswer(t, stream, r)
	}
	if (len(fatal.all()) == 1) != row.fatal || len(fatal.all()) > 1 {
		t.Errorf("fatal errors %v, want fatal %v", fatal.all(), row.fatal)
	}
	f.set(nil)
	row.checkAfter(t, s, have)
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	row.checkRestart(t, path, requests)
}

// inject lets the first calls of the row's operation fail. A rollback is only tried after something else has failed.
func (row fault) inject() func(op string, call func() error) error {
	left := row.count
	return func(op string, call func() error) error {
		if row.op == "rollback" && op == "insert b" {
			return errInjected
		}
		if op != row.op || left == 0 {
			return call()
		}
		left--
		if row.after {
			return errors.Join(call(), errInjected)
		}
		return errInjected
	}
}

func (row fault) checkAnswer(t *testing.T, stream string, r *request) {
	t.Helper()
	acked := strings.Contains(row.acked, stream)
	switch {
	case acked && (r.refusal != nil || r.result.Revision != 1 || r.result.Repeated):
		t.Errorf("%s: %+v, error %v, want an acknowledgement", stream, r.result, r.refusal)
	case !acked && (r.refusal == nil || r.result != ledger.Appended{}):
		t.Errorf("%s is acknowledged: %+v", stream, r.result)
	case !acked && !errors.Is(r.refusal, errInjected):
		t.Errorf("%s: error %v does not tell the cause", stream, r.refusal)
	case !acked && errors.Is(r.refusal, ErrOutcomeUnknown) != row.fatal:
		t.Errorf("%s: error %v, want unknown outcome %v", stream, r.refusal, row.fatal)
	}
}

// checkAfter verifies that the store goes on, or that it has stopped for everybody.
func (row fault) checkAfter(t *testing.T, s *Store, have []ledger.Event) {
	t.Helper()
	more := ledgertest.NewEvents("before", 3, have[2].Hash, 1, 16)
	_, err := s.Append(context.Background(), "before", 2, more)
	if !row.fatal {
		if err != nil {
			t.Errorf("append after the fault: %v", err)
		}
		return
	}
	_, headErr := s.Head(context.Background())
	for what, err := range map[string]error{"Append": err, "Head": headErr} {
		if !errors.Is(err, ledger.ErrClosed) || !errors.Is(err, errInjected) {
			t.Errorf("%s after the failure: error %v, want ErrClosed with the cause", what, err)
		}
	}
}

func (row fault) checkRestart(t *testing.T, path string, requests map[string]*request) {
	t.Helper()
	s := openAt(t, path, nil)
	ledgertest.CheckLedger(t, s)
	for stream, r := range requests {
		there := idsOf(t, s, stream) != nil
		if want := strings.Contains(row.inLog, stream); there != want {
			t.Errorf("%s is in the log: %v, want %v", stream, there, want)
		}
		got, err := s.Append(context.Background(), stream, ledger.NoStream, r.events)
		if err != nil || got.Repeated != there || got.Revision != 1 {
			t.Errorf("%s repeated: %+v, error %v, want repeated %v", stream, got, err, there)
		}
	}
	ledgertest.CheckLedger(t, s)
}

// TestFaults_SlowCommitIsAwaited: the caller's context does not make an append that was taken uncertain.
func TestFaults_SlowCommitIsAwaited(t *testing.T) {
	t.Parallel()
	f := &faults{}
	s := openAt(t, newPath(t), f)
	committing, ended := make(chan struct{}), make(chan struct{})
	f.set(func(op string, call func() error) error {
		if op == "commit" {
			close(committing)
			<-ended
		}
		return call()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-committing
		cancel()
		close(ended)
	}()
	got, err := s.Append(ctx, "slow", ledger.NoStream, ledgertest.NewEvents("slow", 0, ledger.Hash{}, 1, 8))
	if err != nil || got.Revision != 0 {
		t.Errorf("%+v, error %v, want the outcome", got, err)
	}
}

// TestFaults_FullDatabase: an error that makes SQLite roll back by itself reaches only the append that it belongs to.
func TestFaults_FullDatabase(t *testing.T) {
	t.Parallel()
	f := &faults{}
	s := openAt(t, newPath(t), f)
	fill(t, s, "before", 1)
	g := f.hold(t, s)
	pages, err := s.writer.number("PRAGMA page_count") // the committer is held and does not use the connection
	if err != nil {
		t.Fatal(err)
	}
	limit := func(pages int64) {
		if err := s.writer.script(fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
			t.Fatal(err)
		}
	}
	limit(pages + 20)
	small := enqueue(t, s, "small", ledger.NoStream, ledgertest.NewEvents("small", 0, ledger.Hash{}, 1, 8))
	large := enqueue(t, s, "large", ledger.NoStream, ledgertest.NewEvents("large", 0, ledger.Hash{}, 2, ledger.MaxPayload))
	last := enqueue(t, s, "last", ledger.NoStream, ledgertest.NewEvents("last", 0, ledger.Hash{}, 1, 8))
	close(g.open)
	<-last.done
	if small.refusal != nil || last.refusal != nil {
		t.Errorf("small appends: %v, %v", small.refusal, last.refusal)
	}
	if large.refusal == nil || !strings.Contains(large.refusal.Error(), "nothing was written") {
		t.Errorf("large append: error %v, want one that says that nothing was written", large.refusal)
	}
	limit(1 << 30)
	if _, err := s.Append(t.Context(), "large", ledger.NoStream, large.events); err != nil {
		t.Errorf("large append with room: %v", err)
	}
	ledgertest.CheckLedger(t, s)
}
