package sqlite

import (
	"container/list"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger"
)

const (
	headCount  = 16384 // streams whose end is kept in memory
	recentRefs = 50    // events of each of them that a repeat is recognised by without looking into the table
)

// head is the end of a stream.
type head struct {
	name   string
	no     int64
	rev    ledger.Revision
	hash   ledger.Hash
	recent []ref // of the last events, the newest last; at least the last recentRefs that were written by this process
}

// ref is what tells a repeat.
type ref struct {
	id  uuid.UUID
	pos ledger.Position
}

// advance moves the head over events that have been written.
func (h *head) advance(events []ledger.Event) {
	for i := range events {
		if len(h.recent) == 2*recentRefs {
			h.recent = append(h.recent[:0], h.recent[recentRefs:]...)
		}
		h.recent = append(h.recent, ref{id: events[i].ID, pos: events[i].Position})
	}
	last := &events[len(events)-1]
	h.rev, h.hash = last.Revision, last.Hash
}

// refs gives those of the events with revisions from to last, if all are in memory.
func (h *head) refs(from, last ledger.Revision) ([]ref, bool) {
	first := h.rev + 1 - ledger.Revision(len(h.recent))
	if from < first || last > h.rev {
		return nil, false
	}
	return h.recent[from-first : last-first+1], true
}

// heads is a cache of the streams that were written last. It belongs to the committer and holds what the open transaction
// has written too, so it is emptied when that is rolled back.
type heads struct {
	max    int
	byName map[string]*list.Element // of *head
	order  *list.List               // the most recently used first
}

func newHeads(limit int) *heads {
	c := &heads{max: limit}
	c.clear()
	return c
}

func (c *heads) clear() {
	c.byName, c.order = map[string]*list.Element{}, list.New()
}

// get gives nil if the stream is not in the cache.
func (c *heads) get(stream string) *head {
	e := c.byName[stream]
	if e == nil {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*head)
}

// put adds a head that is not in the cache, and drops the one that was used least recently if there are too many.
func (c *heads) put(h *head) {
	c.byName[h.name] = c.order.PushFront(h)
	if c.order.Len() > c.max {
		oldest := c.order.Remove(c.order.Back()).(*head)
		delete(c.byName, oldest.name)
	}
}
