package ledgertest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hovedbok/hovedbok/ledger"
)

// testAppend: what is appended is read back in order, whatever the sizes of the appends.
func testAppend(t *testing.T, b *bundle) {
	stream := b.stream("order")
	all := NewEvents(stream, 0, ledger.Hash{}, 21, 100)
	var last ledger.Position
	for from, n := 0, 1; from < len(all); from, n = from+n, n+1 {
		got := b.append(t, stream, ledger.Revision(from)-1, all[from:from+n])
		if want := ledger.Revision(from + n - 1); got.Revision != want || got.Repeated || got.Position <= last {
			t.Errorf("append of %d events after %d: %+v, want revision %d at a later position than %d", n, from-1, got, want, last)
		}
		last = got.Position
	}
	Same(t, readStream(t, b.store, stream, 0), all)
	events := readAll(t, b.store, b.start, b.own())
	Same(t, events, all)
	if n := len(events); n > 0 && events[n-1].Position != last {
		t.Errorf("last event at %d, Append said %d", events[n-1].Position, last)
	}
}

// testAppendKeepsBytes: every field comes back to the byte, whatever the store's own formats are.
func testAppendKeepsBytes(t *testing.T, b *bundle) {
	stream := b.stream("bytes")
	events := NewEvents(stream, 0, ledger.Hash{}, 8, 3)
	events[0].Payload, events[0].Metadata = nil, nil
	events[1].Payload, events[1].Metadata = []byte{}, []byte{}
	events[2].Payload = []byte("\x00\x01\xff\xfe not text \x00")
	events[3].Metadata = []byte("{ \"b\" : 1.0,\n \"a\":\"\\u00e6\" , \"a\": 2 }")
	events[4].Schema = 65535
	events[5].Time = time.Date(2026, 3, 29, 1, 59, 59, 999999000, time.UTC)
	events[6].Time = time.Date(1999, 12, 31, 23, 59, 59, 1000, time.FixedZone("CET", 3600))
	events[7].Type = "nordvik/søknad-om-å-få.Innlevert"
	Rechain(stream, 0, ledger.Hash{}, events)
	b.append(t, stream, ledger.NoStream, events)
	got := readStream(t, b.store, stream, 0)
	Same(t, got, events)
	for _, e := range got {
		if e.Time.Location() != time.UTC {
			t.Errorf("%s@%d: time in %v, want UTC", stream, e.Revision, e.Time.Location())
		}
	}
}

// testAppendCopies: the appender may use its slices again, and readers see what was appended.
func testAppendCopies(t *testing.T, b *bundle) {
	stream := b.stream("copies")
	events := NewEvents(stream, 0, ledger.Hash{}, 2, 64)
	want := make([]ledger.Event, len(events))
	for i, e := range events {
		e.Payload, e.Metadata = bytes.Clone(e.Payload), bytes.Clone(e.Metadata)
		want[i] = e
	}
	sub := b.subscribe(t, b.start, b.own())
	defer sub.stop()
	b.append(t, stream, ledger.NoStream, events)
	for i := range events {
		clear(events[i].Payload)
		clear(events[i].Metadata)
		events[i].Type = "changed"
	}
	Same(t, readStream(t, b.store, stream, 0), want)
	Same(t, sub.events(t, 2), want)
}

// testAppendBig: the largest append is one append.
func testAppendBig(t *testing.T, b *bundle) {
	stream := b.stream("big")
	events := NewEvents(stream, 0, ledger.Hash{}, ledger.MaxAppend, 700)
	got := b.append(t, stream, ledger.NoStream, events)
	if want := ledger.Revision(ledger.MaxAppend - 1); got.Revision != want {
		t.Errorf("revision %d, want %d", got.Revision, want)
	}
	b.append(t, stream, got.Revision, next(events, 1))
	Same(t, readStream(t, b.store, stream, 0)[:ledger.MaxAppend], events)
}

// testAppendManyStreams: streams do not disturb each other, and none is forgotten.
func testAppendManyStreams(t *testing.T, b *bundle) {
	const streams, rounds = 600, 3
	last := make([][]ledger.Event, streams)
	for round := range rounds {
		for i := range streams {
			stream := b.stream(fmt.Sprintf("%04d", i))
			if round == 0 {
				last[i] = NewEvents(stream, 0, ledger.Hash{}, 1, 10)
			} else {
				last[i] = next(last[i], 1)
			}
			b.append(t, stream, ledger.Revision(round)-1, last[i])
		}
	}
	for i := range streams {
		if got := readStream(t, b.store, b.stream(fmt.Sprintf("%04d", i)), 0); len(got) != rounds || got[rounds-1].ID != last[i][0].ID {
			t.Errorf("stream %d: %d events, want %d", i, len(got), rounds)
		}
	}
}

// testAppendLimits: an event at every limit is kept, and names are any printable text.
func testAppendLimits(t *testing.T, b *bundle) {
	names := []string{
		"ærlig søknad", "東京", "🏔️", "a/b?c#d%20&e=f", `quo"te'\`, "UPPER", "upper", "é", "e\u0301", "-",
		strings.Repeat("x", ledger.MaxStreamName-len(b.prefix)),
	}
	for _, name := range names {
		b.fill(t, b.stream(name), 2)
	}
	for _, name := range names {
		if got := readStream(t, b.store, b.stream(name), 0); len(got) != 2 || got[0].Stream != b.stream(name) {
			t.Errorf("stream %q: %d events, want 2", name, len(got))
		}
	}
	stream := b.stream("largest")
	events := NewEvents(stream, 0, ledger.Hash{}, 6, ledger.MaxPayload)
	for i := range events {
		events[i].Type = strings.Repeat("t", ledger.MaxEventType-2) + ".F"
		events[i].Metadata = randomBytes(ledger.MaxMetadata)
	}
	Rechain(stream, 0, ledger.Hash{}, events)
	b.append(t, stream, ledger.NoStream, events)
	Same(t, readStream(t, b.store, stream, 0), events)
	all := readAll(t, b.store, b.start, b.own())
	Same(t, slices.DeleteFunc(all, func(e ledger.Event) bool { return e.Stream != stream }), events)
}
