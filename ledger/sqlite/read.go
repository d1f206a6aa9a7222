package sqlite

import (
	"context"
	"fmt"
	"iter"

	"github.com/hovedbok/hovedbok/ledger"
)

// ReadStream yields the events of a stream from a revision on; see ledger.Store. A revision below 0 means 0. Between pages it
// may see events that were appended meanwhile. Errors: ledger.ErrStreamNotFound, ledger.ErrClosed, ctx's, the database's.
func (s *Store) ReadStream(ctx context.Context, stream string, from ledger.Revision) iter.Seq2[ledger.Event, error] {
	return func(yield func(ledger.Event, error) bool) {
		from := max(from, 0)
		for more := true; more; {
			var p page
			err := s.read(ctx, func(r *reader) (err error) {
				p, more, err = r.stream(stream, from)
				return err
			})
			if err != nil {
				yield(ledger.Event{}, err)
				return
			}
			for i := range p.events {
				if !yield(p.events[i], nil) {
					return
				}
			}
			from += ledger.Revision(len(p.events))
		}
	}
}

// ReadAll yields the events after a position that the filter lets through, up to the head at the time of the call; see
// ledger.Store. Errors: ledger.ErrClosed, ctx's, the database's.
func (s *Store) ReadAll(ctx context.Context, after ledger.Position, filter ledger.Filter) iter.Seq2[ledger.Event, error] {
	head := s.feed.position()
	return func(yield func(ledger.Event, error) bool) {
		if _, err := s.Head(ctx); err != nil {
			yield(ledger.Event{}, err)
			return
		}
		for after := after; after < head; {
			p, err := s.page(ctx, after, head, filter)
			if err != nil {
				yield(ledger.Event{}, err)
				return
			}
			for i := range p.events {
				if !yield(p.events[i], nil) {
					return
				}
			}
			after = p.upTo
		}
	}
}

// page reads a page of the log. It always gets further than after.
func (s *Store) page(ctx context.Context, after, head ledger.Position, filter ledger.Filter) (p page, err error) {
	err = s.read(ctx, func(r *reader) error {
		if p, err = r.log(after, head, filter); err == nil && p.upTo == after {
			err = fmt.Errorf("no events between %d and the head at %d: %w", after, head, errDamaged)
		}
		return err
	})
	return p, err
}

// read lends a connection to do.
func (s *Store) read(ctx context.Context, do func(*reader) error) error {
	if err := s.feed.ended(); err != nil {
		return err
	}
	return wrap(s.readers.with(ctx, do), "ledger/sqlite: read")
}
