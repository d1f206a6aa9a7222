package ledgertest

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"testing"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger"
)

// CheckLedger verifies the whole log and gives its events in order: positions ascend and end at the head, the revisions of
// every stream are dense from 0, every hash follows from the event before it, and every stream read alone is the same
// as the stream in the log. It fails the test with all faults that it finds. Nobody may append meanwhile.
func CheckLedger(t testing.TB, store ledger.Store) []ledger.Event {
	t.Helper()
	events := readAll(t, store, 0, ledger.Filter{})
	streams := map[string][]ledger.Event{}
	var last ledger.Position
	for _, e := range events {
		if e.Position <= last {
			t.Errorf("position %d comes after %d", e.Position, last)
		}
		last = e.Position
		checkNext(t, streams[e.Stream], &e)
		streams[e.Stream] = append(streams[e.Stream], e)
	}
	for name, want := range streams {
		Same(t, readStream(t, store, name, 0), want)
	}
	checkHead(t, store, last)
	return events
}

// checkNext verifies that e follows the events of its stream.
func checkNext(t testing.TB, stream []ledger.Event, e *ledger.Event) {
	t.Helper()
	var prev ledger.Hash
	if n := len(stream); n > 0 {
		prev = stream[n-1].Hash
	}
	if want := ledger.Revision(len(stream)); e.Revision != want {
		t.Errorf("%s@%d at position %d: want revision %d", e.Stream, e.Revision, e.Position, want)
	}
	if ledger.Chain(prev, e.Stream, e.Revision, e) != e.Hash {
		t.Errorf("%s@%d at position %d: broken hash chain", e.Stream, e.Revision, e.Position)
	}
	if err := e.Check(e.Stream); err != nil {
		t.Errorf("%s@%d at position %d: %v", e.Stream, e.Revision, e.Position, err)
	}
}

func checkHead(t testing.TB, store ledger.Store, last ledger.Position) {
	t.Helper()
	head, err := store.Head(context.Background())
	if err != nil || head != last {
		t.Errorf("head %d (error %v), last event at %d", head, err, last)
	}
}

// Same fails the test unless got and want are the same events, to the byte. Positions are compared only where want has one.
func Same(t testing.TB, got, want []ledger.Event) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d events, want %d", len(got), len(want))
		return
	}
	for i := range got {
		if field := difference(&got[i], &want[i]); field != "" {
			t.Errorf("event %d of %d (%s@%d): %s differs", i, len(got), want[i].Stream, want[i].Revision, field)
		}
	}
}

// difference names the first field in which two events differ.
func difference(got, want *ledger.Event) string {
	switch {
	case got.Stream != want.Stream:
		return "stream"
	case got.Revision != want.Revision:
		return "revision"
	case want.Position != 0 && got.Position != want.Position:
		return "position"
	case got.ID != want.ID || got.ID == uuid.Nil:
		return "id"
	case got.Type != want.Type:
		return "type"
	case got.Schema != want.Schema:
		return "schema"
	case !got.Time.Equal(want.Time):
		return "time"
	case !bytes.Equal(got.Metadata, want.Metadata):
		return "metadata"
	case !bytes.Equal(got.Payload, want.Payload):
		return "payload"
	case got.Hash != want.Hash:
		return "hash"
	}
	return ""
}

// collect ranges over seq to its end or its first error.
func collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for v, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, v)
	}
	return all, nil
}

func readAll(t testing.TB, store ledger.Store, after ledger.Position, filter ledger.Filter) []ledger.Event {
	t.Helper()
	events, err := collect(store.ReadAll(context.Background(), after, filter))
	if err != nil {
		t.Errorf("read all after %d: %v", after, err)
	}
	return events
}

// readStream gives nothing for a stream that does not exist.
func readStream(t testing.TB, store ledger.Store, stream string, from ledger.Revision) []ledger.Event {
	t.Helper()
	events, err := collect(store.ReadStream(context.Background(), stream, from))
	if err != nil && !errors.Is(err, ledger.ErrStreamNotFound) {
		t.Errorf("read %s from %d: %v", stream, from, err)
	}
	return events
}
