package sqlite

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/ledgertest"
)

// probe is a context that ends when somebody waits for its end for the n-th time.
type probe struct {
	context.Context
	cancel context.CancelFunc
	left   int
}

func newProbe(t *testing.T, n int) *probe {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return &probe{Context: ctx, cancel: cancel, left: n}
}

func (p *probe) Done() <-chan struct{} {
	if p.left--; p.left == 0 {
		p.cancel()
	}
	return p.Context.Done()
}

// one is an append of a single small event to a new stream.
func one(t testing.TB, stream string) *request {
	t.Helper()
	r, err := newRequest(stream, ledger.NoStream, ledgertest.NewEvents(stream, 0, ledger.Hash{}, 1, 8))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func wantBusy(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, ledger.ErrBusy) || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want ErrBusy and the context's", err)
	}
}

func TestQueue_WithdrawsWhatWasNotTaken(t *testing.T) {
	t.Parallel()
	f := &faults{}
	s := openAt(t, newPath(t), f)
	g := f.hold(t, s)
	_, err := s.await(newProbe(t, 2), one(t, "withdrawn")) // the second wait is the one for the answer
	wantBusy(t, err)
	kept := enqueue(t, s, "kept", ledger.NoStream, one(t, "kept").events)
	close(g.open)
	<-kept.done
	if kept.refusal != nil || kept.result.Position != 2 {
		t.Errorf("%+v, error %v, want position 2: nothing was written for the one withdrawn", kept.result, kept.refusal)
	}
	if idsOf(t, s, "withdrawn") != nil {
		t.Error("the withdrawn append is in the log")
	}
}

func TestQueue_FullMeansBusy(t *testing.T) {
	t.Parallel()
	f := &faults{}
	s := openAt(t, newPath(t), f)
	g := f.hold(t, s)
	var last *request
	for i := range queueLength {
		stream := fmt.Sprint("instance-", i)
		last = enqueue(t, s, stream, ledger.NoStream, one(t, stream).events)
	}
	_, err := s.await(newProbe(t, 1), one(t, "refused"))
	wantBusy(t, err)
	if got := s.Stats().Waiting; got != queueLength {
		t.Errorf("%d appends wait, want %d", got, queueLength)
	}
	close(g.open)
	<-last.done
	if last.refusal != nil || last.result.Position != queueLength+1 {
		t.Errorf("%+v, error %v", last.result, last.refusal)
	}
	if st := s.Stats(); st.BatchMax != batchRequests || st.Commits != 1+queueLength/batchRequests {
		t.Errorf("%d commits of at most %d appends, want %d of %d", st.Commits, st.BatchMax, 1+queueLength/batchRequests, batchRequests)
	}
}

func TestQueue_ClosesWithoutAnsweringWhatWaits(t *testing.T) {
	t.Parallel()
	f := &faults{}
	path := newPath(t)
	s := openAt(t, path, f)
	g := f.hold(t, s)
	errs := make(chan error)
	r := one(t, "late")
	go func() {
		_, err := s.await(t.Context(), r)
		errs <- err
	}()
	go s.Close()
	<-s.closing
	close(g.open)
	if err := <-errs; !errors.Is(err, ledger.ErrClosed) {
		t.Errorf("error %v, want ErrClosed", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if ids := idsOf(t, openAt(t, path, nil), "late"); ids != nil {
		t.Error("a refused append is in the log")
	}
}

func TestBatch_IsLimitedInBytes(t *testing.T) {
	t.Parallel()
	f := &faults{}
	s := openAt(t, newPath(t), f)
	g := f.hold(t, s)
	var last *request
	for i := range 9 { // of a little more than 1 MiB: four fill a batch
		stream := fmt.Sprint("instance-", i)
		last = enqueue(t, s, stream, ledger.NoStream, ledgertest.NewEvents(stream, 0, ledger.Hash{}, 1, ledger.MaxPayload))
	}
	close(g.open)
	<-last.done
	if st := s.Stats(); st.BatchMax != 4 || st.Commits != 1+3 {
		t.Errorf("%d commits of at most %d appends, want 4 of 4", st.Commits, st.BatchMax)
	}
}

// TestBatch_SeesItself: appends of one batch to one stream are judged one after the other.
func TestBatch_SeesItself(t *testing.T) {
	t.Parallel()
	f := &faults{}
	s := openAt(t, newPath(t), f)
	g := f.hold(t, s)
	all := ledgertest.NewEvents("instance-a", 0, ledger.Hash{}, 4, 8)
	foreign := ledgertest.NewEvents("instance-a", 0, ledger.Hash{}, 1, 8)
	first := enqueue(t, s, "instance-a", ledger.NoStream, all[:2])
	again := enqueue(t, s, "instance-a", ledger.NoStream, all[:2])
	rival := enqueue(t, s, "instance-a", ledger.NoStream, foreign)
	second := enqueue(t, s, "instance-a", 1, all[2:])
	late := enqueue(t, s, "instance-a", 1, all[2:])
	close(g.open)
	<-late.done
	for i, c := range []struct {
		r    *request
		want ledger.Appended
	}{
		{first, ledger.Appended{Revision: 1, Position: 3}},
		{again, ledger.Appended{Revision: 1, Position: 3, Repeated: true}},
		{second, ledger.Appended{Revision: 3, Position: 5}},
		{late, ledger.Appended{Revision: 3, Position: 5, Repeated: true}},
	} {
		if c.r.refusal != nil || c.r.result != c.want {
			t.Errorf("append %d: %+v, error %v, want %+v", i, c.r.result, c.r.refusal, c.want)
		}
	}
	var conflict *ledger.ConflictError
	if !errors.As(rival.refusal, &conflict) || conflict.Actual != 1 {
		t.Errorf("rival: error %v, want a conflict with revision 1", rival.refusal)
	}
	want := Stats{Head: 5, Commits: 2, Appends: 3, Events: 5, Repeats: 2, Refusals: 1, BatchMax: 5}
	want.BatchCounts[0], want.BatchCounts[3] = 1, 1
	got := s.Stats()
	if got.Bytes == 0 || got.CommitTime <= 0 || got.CommitMax > got.CommitTime {
		t.Errorf("stats %+v", got)
	}
	got.Bytes, got.CommitTime, got.CommitMax = 0, 0, 0
	if got != want {
		t.Errorf("stats %+v, want %+v", got, want)
	}
}

// TestBatch_BrokenChainInside: the hashes within one append are verified as well as the first one's.
func TestBatch_BrokenChainInside(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t), nil)
	events := ledgertest.NewEvents("instance-a", 0, ledger.Hash{}, 3, 8)
	events[2].Hash[31] ^= 1
	if _, err := s.Append(t.Context(), "instance-a", ledger.NoStream, events); !errors.Is(err, ledger.ErrInvalid) {
		t.Errorf("error %v, want ErrInvalid", err)
	}
	if idsOf(t, s, "instance-a") != nil {
		t.Error("a refused append is in the log")
	}
}
