package sqlite

import (
	"errors"
	"fmt"
	"time"

	"github.com/hovedbok/hovedbok/ledger"
)

const (
	batchRequests = 1024    // appends in one transaction
	batchBytes    = 4 << 20 // after which no further append joins a transaction
)

// committer writes the log. All its fields but stats belong to its goroutine.
type committer struct {
	tx    transaction
	db    *database // reads through the connection of tx, and so sees what the open transaction has written
	heads *heads
	feed  *feed
	now   func() time.Time
	fatal func(error)
	stats counters

	end     ledger.Position // of the last committed event
	streams int64           // highest number of a committed stream

	nextEnd     ledger.Position // the same with what the open transaction has written
	nextStreams int64
}

func newCommitter(c *conn, o *Options) (*committer, error) {
	db, err := prepareDatabase(c)
	if err != nil {
		return nil, err
	}
	end, streams, err := db.end()
	if err != nil {
		return nil, err
	}
	return &committer{
		tx: o.wrap(db), db: db, heads: newHeads(headCount), now: o.Now, fatal: o.Fatal,
		end: end, streams: streams,
	}, nil
}

// run commits batches until the store closes or a commit fails.
func (c *committer) run(s *Store) {
	defer close(s.stopped)
	for batch := s.next(nil); batch != nil; batch = s.next(batch[:0]) {
		if err := c.process(batch); err != nil {
			c.fail(batch, err)
			return
		}
		clear(batch) // the events are no longer ours to keep
	}
}

// next takes the requests that wait, at least one. It gives nil when the store closes.
func (s *Store) next(batch []*request) []*request {
	bytes := 0
	for {
		r := s.receive(len(batch) == 0)
		if r == nil {
			break
		}
		if !r.take(taken) {
			continue
		}
		batch = append(batch, r)
		if bytes += r.bytes; len(batch) == batchRequests || bytes >= batchBytes {
			return batch
		}
	}
	if len(batch) == 0 {
		return nil
	}
	return batch
}

// receive gives nil if the store closes, or if nothing waits and block is not set.
func (s *Store) receive(block bool) *request {
	if !block {
		select {
		case r := <-s.queue:
			return r
		default:
			return nil
		}
	}
	select {
	case <-s.closing:
		return nil
	default:
	}
	select {
	case r := <-s.queue:
		return r
	case <-s.closing:
		return nil
	}
}

// process commits a batch and answers it. If the database refuses it, each request is tried alone, so that one cannot harm the
// others. An error is fatal and leaves requests unanswered.
func (c *committer) process(batch []*request) error {
	began := c.now()
	err := c.transact(batch)
	var lost *lostError
	switch {
	case err == nil:
		c.publish(batch, c.now().Sub(began))
		return nil
	case errors.As(err, &lost):
		return err
	case len(batch) == 1:
		batch[0].refusal = fmt.Errorf("ledger/sqlite: append to %s, nothing was written: %w", batch[0].stream, err)
		batch[0].answer()
		return nil
	}
	for i := range batch {
		if err := c.process(batch[i : i+1]); err != nil {
			return err
		}
	}
	return nil
}

// lostError says that nobody knows what the file holds.
type lostError struct{ err error }

func (e *lostError) Error() string { return e.err.Error() }
func (e *lostError) Unwrap() error { return e.err }

// transact applies the batch in one transaction and commits it. What must hold:
//   - no request is answered before COMMIT has returned, also not those that are refused, because they may have been
//     refused for what the same transaction wrote;
//   - after an error that is no *lostError nothing of the batch is in the file or in the caches;
//   - a failed COMMIT or ROLLBACK is a *lostError, whatever the cause: after a failed flush the system may have
//     dropped the pages that it could not write, and a second try would succeed without them.
func (c *committer) transact(batch []*request) error {
	c.nextEnd, c.nextStreams = c.end, c.streams
	if err := c.tx.begin(); err != nil {
		return c.undo(fmt.Errorf("begin: %w", err))
	}
	for _, r := range batch {
		r.result, r.refusal = ledger.Appended{}, nil
		if err := c.apply(r); err != nil {
			return c.undo(err)
		}
	}
	if err := c.tx.commit(); err != nil {
		return &lostError{fmt.Errorf("commit: %w", err)}
	}
	c.end, c.streams = c.nextEnd, c.nextStreams
	return nil
}

// undo rolls back and gives the cause.
func (c *committer) undo(cause error) error {
	c.stats.rolledBack()
	c.heads.clear()
	if err := c.tx.rollback(); err != nil {
		return &lostError{fmt.Errorf("rollback: %w", errors.Join(err, cause))}
	}
	return cause
}

// apply writes one request into the open transaction or sets why not. An error is the database's.
func (c *committer) apply(r *request) error {
	h, err := c.head(r.stream)
	if err != nil {
		return err
	}
	if h.rev != r.expected {
		return c.repeat(h, r)
	}
	if r.refusal = r.broken; r.refusal == nil {
		r.refusal = follows(&r.events[0], h.hash)
	}
	if r.refusal != nil {
		return nil
	}
	return c.write(h, r)
}

// head finds the end of a stream in the cache or in the table. That of a stream that does not exist is not in the cache.
func (c *committer) head(stream string) (*head, error) {
	if h := c.heads.get(stream); h != nil {
		return h, nil
	}
	h, err := c.db.head(stream)
	if err != nil {
		return nil, err
	}
	if h.rev != ledger.NoStream {
		c.heads.put(h)
	}
	return h, nil
}

// repeat tells whether the events of a request stand already where they would have been written.
func (c *committer) repeat(h *head, r *request) error {
	r.refusal = &ledger.ConflictError{Stream: r.stream, Expected: r.expected, Actual: h.rev}
	last := r.expected + ledger.Revision(len(r.events))
	if last > h.rev {
		return nil
	}
	refs, found := h.refs(r.expected+1, last)
	if !found {
		var err error
		if refs, err = c.db.refs(h.no, r.expected+1, last); err != nil {
			return err
		}
	}
	if len(refs) != len(r.events) {
		return fmt.Errorf("%s has %d events from %d to %d: %w", r.stream, len(refs), r.expected+1, last, errDamaged)
	}
	for i := range refs {
		if refs[i].id != r.events[i].ID {
			return nil
		}
	}
	r.refusal = nil
	r.result = ledger.Appended{Revision: last, Position: refs[len(refs)-1].pos, Repeated: true}
	return nil
}

// write inserts the events after the head and moves it.
func (c *committer) write(h *head, r *request) error {
	if h.rev == ledger.NoStream {
		c.nextStreams++
		h.no = c.nextStreams
	}
	for i := range r.events {
		c.nextEnd++
		r.events[i].Position = c.nextEnd
	}
	if err := c.tx.insert(h.no, r.events); err != nil {
		return err
	}
	if h.rev == ledger.NoStream {
		c.heads.put(h)
	}
	h.advance(r.events)
	r.result = ledger.Appended{Revision: h.rev, Position: c.nextEnd}
	return nil
}

// publish shows a committed batch to the readers and answers it.
func (c *committer) publish(batch []*request, took time.Duration) {
	c.feed.publish(c.end, batch)
	c.stats.committed(batch, took)
	for _, r := range batch {
		r.answer()
	}
}

// fail ends the log. Nobody hears of it before Options.Fatal, which ends the process, so that nobody acts on it.
func (c *committer) fail(batch []*request, cause error) {
	c.fatal(fmt.Errorf("ledger/sqlite: %w", cause))
	c.feed.end(fmt.Errorf("%w: it has failed: %w", ledger.ErrClosed, cause))
	for _, r := range batch {
		select {
		case <-r.done:
		default:
			r.result, r.refusal = ledger.Appended{}, fmt.Errorf("%w: append to %s: %w", ErrOutcomeUnknown, r.stream, cause)
			r.answer()
		}
	}
}
