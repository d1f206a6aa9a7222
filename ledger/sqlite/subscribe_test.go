package sqlite

import (
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/ledgertest"
)

func TestSubscribe_RefusesAPositionThatTheLogHasNotReached(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t), nil)
	fill(t, s, "instance-a", 3)
	for m, err := range s.Subscribe(t.Context(), 4, ledger.Filter{}) {
		if err == nil || !strings.Contains(err.Error(), "restored from a backup") {
			t.Fatalf("message %+v, error %v, want a refusal", m, err)
		}
	}
}

// TestSubscribe_SaysCaughtUpAgain: one that has fallen out of the feed says when it is back.
func TestSubscribe_SaysCaughtUpAgain(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t), nil)
	fill(t, s, "instance-0", 1)
	next, stop := iter.Pull2(s.Subscribe(t.Context(), 0, ledger.Filter{}))
	defer stop()
	for caughtUp := 0; caughtUp < 2; {
		m, err, _ := next()
		if err != nil {
			t.Fatal(err)
		}
		if m.CaughtUp {
			if caughtUp++; caughtUp == 1 {
				for i := range 6 {
					fill(t, s, fmt.Sprint("instance-", i+1), ledger.MaxAppend)
				}
			}
			if head := s.feed.position(); caughtUp == 2 && m.Position != head {
				t.Errorf("caught up at %d, the head is %d", m.Position, head)
			}
		}
	}
}

// TestRead_HoldsNoConnectionWhileItsConsumerWorks: any number of readers may pause in the middle.
func TestRead_HoldsNoConnectionWhileItsConsumerWorks(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t), nil)
	for i := range 3 {
		fill(t, s, fmt.Sprint("instance-", i), ledger.MaxAppend)
	}
	for range 2 * readerCount {
		all, stopAll := iter.Pull2(s.ReadAll(t.Context(), 0, ledger.Filter{}))
		defer stopAll()
		stream, stopStream := iter.Pull2(s.ReadStream(t.Context(), "instance-1", 0))
		defer stopStream()
		sub, stopSub := iter.Pull2(s.Subscribe(t.Context(), 0, ledger.Filter{Facts: []string{"Submitted"}}))
		defer stopSub()
		all()
		stream()
		sub()
		if free := len(s.readers.pool); free != readerCount {
			t.Fatalf("%d of %d connections are free", free, readerCount)
		}
	}
	busy, err := s.writer.number("PRAGMA wal_checkpoint(TRUNCATE)") // the committer is idle
	if err != nil || busy != 0 {
		t.Errorf("checkpoint busy %d, error %v: a reader holds a transaction", busy, err)
	}
}

// TestPages_AreLimitedInBytes: large events come in small pages, and none is lost between them.
func TestPages_AreLimitedInBytes(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openAt(t, path, nil)
	events := ledgertest.NewEvents("instance-a", 0, ledger.Hash{}, 11, ledger.MaxPayload)
	if _, err := s.Append(t.Context(), "instance-a", ledger.NoStream, events); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, path, nil) // with an empty feed
	for _, filter := range []ledger.Filter{{}, {StreamPrefix: "instance-"}} {
		p, err := s.page(t.Context(), 0, 11, filter)
		if err != nil || len(p.events) != 4 || p.upTo != 4 {
			t.Errorf("%d events up to %d, error %v, want 4", len(p.events), p.upTo, err)
		}
		var got []ledger.Event
		for e, err := range s.ReadAll(t.Context(), 0, filter) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, e)
		}
		ledgertest.Same(t, got, events)
	}
}

// TestNames_BeginAnewWhenFull: a full cache of names changes nothing but speed.
func TestNames_BeginAnewWhenFull(t *testing.T) {
	t.Parallel()
	var n names
	for i := range int64(maxNames + 1) {
		n.put(i, fmt.Sprint(i))
	}
	if _, ok := n.get(0); ok || len(n.byNo) != 1 {
		t.Errorf("%d names are kept, want 1", len(n.byNo))
	}
	if name, ok := n.get(maxNames); !ok || name != fmt.Sprint(maxNames) {
		t.Errorf("name %q, want the newest", name)
	}
}
