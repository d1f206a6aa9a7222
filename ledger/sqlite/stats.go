package sqlite

import (
	"math/bits"
	"sync"
	"time"

	"github.com/hovedbok/hovedbok/ledger"
)

// Stats counts what a store has done since it was opened.
type Stats struct {
	Head        ledger.Position // of the last committed event
	Waiting     int             // appends in the queue now
	Commits     uint64          // transactions that were committed
	Rollbacks   uint64          // transactions that the database refused
	Appends     uint64          // appends that were written
	Events      uint64          // events that were written
	Bytes       uint64          // of metadata and payload in them
	Repeats     uint64          // appends that were there already
	Refusals    uint64          // conflicts and false hashes
	CommitTime  time.Duration   // sum over all commits, from BEGIN to the end of COMMIT
	CommitMax   time.Duration   // the longest of them
	BatchMax    int             // most appends in one commit
	BatchCounts [11]uint64      // commits with 1, 2, 3–4, 5–8, 9–16, … 513–1024 appends
}

// counters are the part of Stats that the committer counts.
type counters struct {
	mu sync.Mutex
	Stats
}

// Stats gives the figures of this moment. It may be called at any time, also after Close.
func (s *Store) Stats() Stats {
	c := &s.committer.stats
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.Stats
	out.Head, out.Waiting = s.feed.position(), len(s.queue)
	return out
}

func (c *counters) rolledBack() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Rollbacks++
}

func (c *counters) committed(batch []*request, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Commits++
	c.CommitTime += took
	c.CommitMax = max(c.CommitMax, took)
	c.BatchMax = max(c.BatchMax, len(batch))
	c.BatchCounts[bits.Len(uint(len(batch)-1))]++
	for _, r := range batch {
		switch {
		case r.refusal != nil:
			c.Refusals++
		case r.result.Repeated:
			c.Repeats++
		default:
			c.Appends++
			c.Events += uint64(len(r.events))
			c.Bytes += uint64(r.bytes)
		}
	}
}
