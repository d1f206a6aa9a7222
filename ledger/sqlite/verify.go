package sqlite

import (
	"context"
	"fmt"

	"github.com/hovedbok/hovedbok/ledger"
)

// tailEvents is how many of the newest events are verified when a log is opened: more than one transaction usually holds.
const tailEvents = 1024

// verifyTail reads the newest events again: positions and revisions are dense, every hash follows from the event before it,
// and no stream has events that the log does not.
func (p *readers) verifyTail(ctx context.Context, head ledger.Position) error {
	after := head - min(head, tailEvents)
	return p.with(ctx, func(r *reader) error {
		t := tail{reader: r, streams: map[string]*ledger.Event{}}
		for after < head {
			pg, err := r.whole(after, head)
			if err != nil {
				return err
			}
			if len(pg.events) == 0 {
				return missing(after + 1)
			}
			for i := range pg.events {
				after++
				if err := t.check(&pg.events[i], after); err != nil {
					return err
				}
			}
		}
		return t.checkEnds()
	})
}

func missing(pos ledger.Position) error {
	return fmt.Errorf("position %d is missing: %w", pos, errDamaged)
}

// tail is the newest part of the log while it is verified.
type tail struct {
	reader  *reader
	streams map[string]*ledger.Event // the last event of each stream so far
}

// check verifies the event that must be at a position.
func (t *tail) check(e *ledger.Event, at ledger.Position) error {
	if e.Position != at {
		return missing(at)
	}
	prev, err := t.before(e)
	if err != nil {
		return err
	}
	if ledger.Chain(prev, e.Stream, e.Revision, e) != e.Hash {
		return fmt.Errorf("the hash of %s@%d at position %d does not follow from the event before it: %w", e.Stream, e.Revision, at, errDamaged)
	}
	t.streams[e.Stream] = e
	return nil
}

// before gives the hash of the event before e in its stream.
func (t *tail) before(e *ledger.Event) (ledger.Hash, error) {
	if last := t.streams[e.Stream]; last != nil {
		if last.Revision+1 != e.Revision {
			return ledger.Hash{}, fmt.Errorf("%s@%d at position %d comes after revision %d: %w", e.Stream, e.Revision, e.Position, last.Revision, errDamaged)
		}
		return last.Hash, nil
	}
	if e.Revision == 0 {
		return ledger.Hash{}, nil
	}
	return t.reader.hash(e.Stream, e.Revision-1)
}

// checkEnds verifies that the last event of a stream in the log is the last one in the index of streams.
func (t *tail) checkEnds() error {
	for name, e := range t.streams {
		no, err := t.reader.number(name)
		if err != nil {
			return err
		}
		row, err := t.reader.lastRevision.one(no)
		if err != nil {
			return wrap(err, "last revision of %s", name)
		}
		d := decoder{row: row}
		if last := ledger.Revision(d.int(0)); d.err != nil || last != e.Revision {
			return fmt.Errorf("%s ends at revision %d, the log at revision %d: %w", name, last, e.Revision, errDamaged)
		}
	}
	return nil
}

// hash reads the hash of an event that must be there.
func (r *reader) hash(stream string, rev ledger.Revision) (ledger.Hash, error) {
	no, err := r.number(stream)
	if err != nil {
		return ledger.Hash{}, err
	}
	row, err := r.eventHash.one(no, int64(rev))
	if err != nil {
		return ledger.Hash{}, wrap(err, "hash of %s@%d", stream, rev)
	}
	if row == nil {
		return ledger.Hash{}, fmt.Errorf("%s@%d is missing: %w", stream, rev, errDamaged)
	}
	d := decoder{row: row}
	hash := ledger.Hash(d.bytes(0, len(ledger.Hash{})))
	return hash, wrap(d.err, "hash of %s@%d", stream, rev)
}
