package sagas

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/hovedbok/hovedbok/ledger"
)

// Keys of a message's metadata.
const (
	metaStream   = "stream"
	metaRevision = "revision"
	metaPosition = "position"
	metaType     = "type"
)

// subscriber gives the events of a lane to a Watermill router. A topic is a partition; it gives one message at a time and
// waits until that is acknowledged. The router starts a goroutine for each message that it gets, so the order is
// kept here and nowhere else.
type subscriber struct {
	lane     *lane
	stopping <-chan struct{} // closed: take nothing new
	handling context.Context // of messages; outlives stopping by the grace
	ends     sync.WaitGroup  // of the topics
}

var _ message.Subscriber = (*subscriber)(nil)

// Subscribe gives the messages of a partition. The channel is closed when the runner stops and the message in flight is answered.
func (s *subscriber) Subscribe(_ context.Context, topic string) (<-chan *message.Message, error) {
	for n := range s.lane.partitions() {
		if s.lane.topic(n) == topic {
			out := make(chan *message.Message)
			s.ends.Add(1)
			go s.run(s.lane.partition(n), out)
			return out, nil
		}
	}
	return nil, fmt.Errorf("sagas: no partition %q", topic)
}

// Close waits for what is in flight. The runner must be stopping.
func (s *subscriber) Close() error {
	s.ends.Wait()
	return nil
}

func (s *subscriber) run(q *queue, out chan<- *message.Message) {
	defer s.ends.Done()
	defer close(out)
	for {
		i := q.take(s.stopping)
		if i == nil || !s.give(i, out) {
			return
		}
		if i.parked != nil {
			s.lane.tried(i.parked.Stream)
		} else {
			s.lane.finish(i.event)
		}
	}
}

// give sends an item until it is acknowledged; false means that the runner stops and it is not. What is refused
// comes again after a backoff: a refusal means that it could neither be handled nor parked.
func (s *subscriber) give(i *item, out chan<- *message.Message) bool {
	for refused := 1; ; refused++ {
		m := s.message(i)
		select {
		case out <- m:
		case <-s.stopping:
			return false
		}
		select {
		case <-m.Acked():
			return true
		case <-m.Nacked():
		}
		l := s.lane
		if l.Sleep(l.stop, l.storage.full(refused, l.Rand())) != nil {
			return false
		}
	}
}

func (s *subscriber) message(i *item) *message.Message {
	ctx := context.WithValue(s.handling, itemKey{}, i)
	if i.parked != nil {
		p := i.parked
		return describe(message.NewMessageWithContext(ctx, p.EventID.String(), nil), p.Stream, p.Type, p.Revision, p.Position)
	}
	e := i.event
	return describe(message.NewMessageWithContext(ctx, e.ID.String(), e.Payload), e.Stream, e.Type, e.Revision, e.Position)
}

func describe(m *message.Message, stream, kind string, rev ledger.Revision, at ledger.Position) *message.Message {
	m.Metadata[metaStream] = stream
	m.Metadata[metaType] = kind
	m.Metadata[metaRevision] = strconv.FormatInt(int64(rev), 10)
	m.Metadata[metaPosition] = strconv.FormatUint(uint64(at), 10)
	return m
}

// itemKey is the key of a message's item in its context.
type itemKey struct{}

func itemOf(m *message.Message) *item { return m.Context().Value(itemKey{}).(*item) }
