package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/hovedbok/hovedbok/ledger"
)

// model is what the log must hold after some random calls: the events of each stream.
type model struct {
	t       *testing.T
	b       *bundle
	streams map[string][]ledger.Event
	names   []string
}

// testModel: after any sequence of good, wrong and repeated appends, readings and re-openings the log holds what the
// simplest model of it says.
func testModel(t *testing.T, b *bundle) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &model{t: t, b: b, streams: map[string][]ledger.Event{}}
		for i := range 4 {
			m.names = append(m.names, b.stream(fmt.Sprint(uuid.NewString()[:8], i)))
		}
		actions := map[string]func(*rapid.T){
			"append": m.append,
			"wrong":  m.appendWrong,
			"repeat": m.repeat,
			"read":   m.read,
			"":       m.verify,
		}
		if b.Reopen != nil {
			actions["reopen"] = m.reopen
		}
		rt.Repeat(actions)
	})
}

func (m *model) stream(rt *rapid.T) string { return rapid.SampledFrom(m.names).Draw(rt, "stream") }

// tail gives the revision and the hash that the next event follows.
func (m *model) tail(stream string) (ledger.Revision, ledger.Hash) {
	have := m.streams[stream]
	if len(have) == 0 {
		return ledger.NoStream, ledger.Hash{}
	}
	return ledger.Revision(len(have) - 1), have[len(have)-1].Hash
}

func (m *model) append(rt *rapid.T) {
	stream := m.stream(rt)
	last, hash := m.tail(stream)
	events := NewEvents(stream, last+1, hash, rapid.IntRange(1, 6).Draw(rt, "events"), rapid.IntRange(0, 200).Draw(rt, "size"))
	got, err := m.b.store.Append(context.Background(), stream, last, events)
	if err != nil || got.Repeated || got.Revision != last+ledger.Revision(len(events)) {
		rt.Fatalf("append of %d events after %d: %+v, error %v", len(events), last, got, err)
	}
	m.streams[stream] = append(m.streams[stream], events...)
}

func (m *model) appendWrong(rt *rapid.T) {
	stream := m.stream(rt)
	last, hash := m.tail(stream)
	expected := ledger.Revision(rapid.Int64Range(-1, int64(last)+4).Filter(func(n int64) bool { return n != int64(last) }).Draw(rt, "expected"))
	_, err := m.b.store.Append(context.Background(), stream, expected, NewEvents(stream, expected+1, hash, 1, 8))
	var conflict *ledger.ConflictError
	if !errors.As(err, &conflict) || conflict.Actual != last {
		rt.Fatalf("append of new events after %d of %d: error %v", expected, last, err)
	}
}

func (m *model) repeat(rt *rapid.T) {
	stream := m.stream(rt)
	have := m.streams[stream]
	if len(have) == 0 {
		rt.Skip("nothing to repeat")
	}
	from := rapid.IntRange(0, len(have)-1).Draw(rt, "from")
	to := rapid.IntRange(from+1, len(have)).Draw(rt, "to")
	got, err := m.b.store.Append(context.Background(), stream, ledger.Revision(from)-1, have[from:to])
	if err != nil || !got.Repeated || got.Revision != ledger.Revision(to-1) {
		rt.Fatalf("repeat of %d to %d: %+v, error %v", from, to, got, err)
	}
}

func (m *model) read(rt *rapid.T) {
	stream := m.stream(rt)
	have := m.streams[stream]
	from := rapid.IntRange(0, len(have)).Draw(rt, "from")
	m.compare(rt, stream, from)
}

func (m *model) compare(rt *rapid.T, stream string, from int) {
	want := m.streams[stream][from:]
	got, err := collect(m.b.store.ReadStream(context.Background(), stream, ledger.Revision(from)))
	if missing := len(m.streams[stream]) == 0; missing != errors.Is(err, ledger.ErrStreamNotFound) || !missing && err != nil {
		rt.Fatalf("read %s from %d: error %v", stream, from, err)
	}
	if len(got) != len(want) {
		rt.Fatalf("%d events of %s from %d, want %d", len(got), stream, from, len(want))
	}
	for i := range got {
		if field := difference(&got[i], &want[i]); field != "" {
			rt.Fatalf("%s@%d: %s differs", stream, from+i, field)
		}
	}
}

// verify runs after every step: the newest events of a stream are there.
func (m *model) verify(rt *rapid.T) {
	for _, stream := range m.names {
		m.compare(rt, stream, max(0, len(m.streams[stream])-2))
	}
}

func (m *model) reopen(rt *rapid.T) {
	if rapid.IntRange(0, 9).Draw(rt, "reopen") == 0 {
		m.b.reopen(m.t)
	}
}
