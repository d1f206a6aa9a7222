package audit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
)

// history is the whole stream of an instance, still sealed. events[i] has revision i.
type history struct {
	log     *record.Log
	id      uuid.UUID
	events  []ledger.Event
	erasure int // index of the event that says that the instance is erased, or -1
}

// load reads the stream of an instance. The error is ErrNotFound if there is none.
func load(ctx context.Context, log *record.Log, id uuid.UUID) (*history, error) {
	h := &history{log: log, id: id, erasure: -1}
	for e, err := range log.Store().ReadStream(ctx, record.InstanceStream(id), 0) {
		if errors.Is(err, ledger.ErrStreamNotFound) {
			return nil, fmt.Errorf("%w: %s", ErrNotFound, id)
		}
		if err != nil {
			return nil, fmt.Errorf("audit: read the events of instance %s: %w", id, err)
		}
		if e.Fact() == instance.FactErased {
			h.erasure = len(h.events)
		}
		h.events = append(h.events, e)
	}
	if len(h.events) == 0 {
		return nil, fmt.Errorf("%w: %s", ErrNotFound, id)
	}
	return h, nil
}

// upTo gives the index of the last event that counts, -1 for a point before the first one.
func (h *history) upTo(until record.Until) (int, error) {
	last, err := upTo(len(h.events), until, func(i int) time.Time { return h.events[i].Time })
	if err != nil {
		return 0, fmt.Errorf("%w: instance %s", err, h.id)
	}
	return last, nil
}

// upTo finds the last of n events that counts. Like record.FoldInstance it stops at the first event after the time.
func upTo(n int, until record.Until, timeOf func(i int) time.Time) (int, error) {
	last := n - 1
	if r := until.Revision; r != nil {
		if *r < -1 || *r > ledger.Revision(last) {
			return 0, fmt.Errorf("%w: it has 0 to %d, not %d", ErrNoSuchRevision, last, *r)
		}
		last = int(*r)
	}
	if until.Time.IsZero() {
		return last, nil
	}
	for i := 0; i <= last; i++ {
		if timeOf(i).After(until.Time) {
			return i - 1, nil
		}
	}
	return last, nil
}

// Window gives those of an instance's events, from revision 0 on, that Events gives for the point. Errors: ErrNoSuchRevision and
// ErrBeforeCreation.
func Window(events []Event, until record.Until) ([]Event, error) {
	last, err := upTo(len(events), until, func(i int) time.Time { return events[i].Time })
	if err == nil && last < 0 {
		err = ErrBeforeCreation
	}
	if err != nil {
		return nil, err
	}
	return events[:last+1], nil
}

// at is upTo for questions that need an event.
func (h *history) at(until record.Until) (int, error) {
	last, err := h.upTo(until)
	switch {
	case err != nil:
		return 0, err
	case last < 0 && until.Revision != nil && *until.Revision < 0:
		return 0, fmt.Errorf("%w: the first revision is 0", ErrNoSuchRevision)
	case last < 0:
		return 0, fmt.Errorf("%w: instance %s begins at %s", ErrBeforeCreation, h.id, h.events[0].Time.Format(timeFormat))
	}
	return last, nil
}

// timeFormat writes a time in UTC with all digits that the log keeps.
const timeFormat = "2006-01-02T15:04:05.999999Z07:00"

// open unseals event i, or only its envelope when the instance has been erased.
func (h *history) open(ctx context.Context, i int) (record.Entry, error) {
	if h.erasure < 0 {
		entry, err := h.log.Open(ctx, h.events[i])
		if err != nil {
			return entry, fmt.Errorf("audit: open revision %d of instance %s: %w", i, h.id, err)
		}
		return entry, nil
	}
	entry := record.Entry{Event: h.events[i], Erased: true}
	var err error
	if entry.Meta, err = entry.Event.Meta(); err != nil {
		return entry, fmt.Errorf("audit: envelope of revision %d of instance %s: %w", i, h.id, err)
	}
	return entry, nil
}

// each opens the events from first to last, one after the other.
func (h *history) each(ctx context.Context, first, last int, take func(*record.Entry) error) error {
	for i := first; i <= last; i++ {
		entry, err := h.open(ctx, i)
		if err != nil {
			return err
		}
		if err := take(&entry); err != nil {
			return err
		}
	}
	return nil
}

// previous gives the hash that event i is chained to; zero for the first one.
func (h *history) previous(i int) ledger.Hash {
	if i == 0 {
		return ledger.Hash{}
	}
	return h.events[i-1].Hash
}

// evolve takes an event into a state whose forms somebody else may hold.
func evolve(s *instance.State, e *record.Entry) error { return take(s, e, s.Evolve) }

// fold takes an event into a state that nobody else has seen; it is faster.
func fold(s *instance.State, e *record.Entry) error { return take(s, e, s.Fold) }

// take does what record.FoldInstance does with an event.
func take(s *instance.State, e *record.Entry, into func(instance.Record) error) error {
	if e.Erased {
		s.Forget(e.Record())
		return nil
	}
	return into(e.Record())
}
