package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"

	"github.com/hovedbok/hovedbok/ledger"
)

const (
	readerCount = 4       // connections that read
	pageEvents  = 500     // events that are looked at in one page
	pageBytes   = 4 << 20 // after which no further event joins a page
)

// readers is the pool of connections that read. A connection is out of the pool for one page only.
type readers struct {
	pool    chan *reader
	opened  int             // how many there are; set by openReaders
	closing <-chan struct{} // of the store
	names   names
}

// reader is one connection that reads.
type reader struct {
	conn  *conn
	names *names

	readLog, readStream, readEvent, scanLog           *statement
	streamNumber, streamName, eventHash, lastRevision *statement
}

// openReaders gives a pool that is to be closed also after an error.
func openReaders(ctx context.Context, path string, closing <-chan struct{}) (*readers, error) {
	p := &readers{pool: make(chan *reader, readerCount), closing: closing}
	for range readerCount {
		r := &reader{names: &p.names}
		var err error
		if r.conn, err = connect(ctx, path, readerPragmas); err != nil {
			return p, err
		}
		p.pool <- r
		p.opened++
		if err := r.prepare(); err != nil {
			return p, err
		}
	}
	return p, nil
}

func (r *reader) prepare() error {
	return r.conn.prepareAll(map[string]**statement{
		readLogSQL:      &r.readLog,
		readStreamSQL:   &r.readStream,
		readEventSQL:    &r.readEvent,
		scanLogSQL:      &r.scanLog,
		streamNumberSQL: &r.streamNumber,
		streamNameSQL:   &r.streamName,
		eventHashSQL:    &r.eventHash,
		lastRevisionSQL: &r.lastRevision,
	})
}

// with lends a connection to do. It waits for one as long as ctx allows.
func (p *readers) with(ctx context.Context, do func(*reader) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-p.closing:
		return ledger.ErrClosed
	default:
	}
	select {
	case r := <-p.pool:
		defer func() { p.pool <- r }()
		return do(r)
	case <-ctx.Done():
		return ctx.Err()
	case <-p.closing:
		return ledger.ErrClosed
	}
}

// close waits until all connections are back. The caller has closed p.closing, or has not yet shared p.
func (p *readers) close() error {
	var errs []error
	for range p.opened {
		r := <-p.pool
		errs = append(errs, r.conn.close())
	}
	return errors.Join(errs...)
}

// page is a run of the log as a reader wants it.
type page struct {
	events []ledger.Event  // what has passed the filter, in order
	upTo   ledger.Position // everything to here has been looked at
	bytes  int
}

// log reads the page after a position, up to head.
func (r *reader) log(after, head ledger.Position, filter ledger.Filter) (page, error) {
	if filter.StreamPrefix == "" && len(filter.Facts) == 0 {
		return r.whole(after, head)
	}
	return r.filtered(after, head, filter)
}

// whole reads a page without a filter.
func (r *reader) whole(after, head ledger.Position) (page, error) {
	p := page{events: make([]ledger.Event, 0, min(pageEvents, head-after)), upTo: after}
	numbers := make([]int64, 0, cap(p.events))
	err := r.readLog.each(func(row []driver.Value) (bool, error) {
		no, err := p.add(row)
		numbers = append(numbers, no)
		return p.bytes < pageBytes, err
	}, int64(after), int64(head), int64(pageEvents))
	if err != nil {
		return p, wrap(err, "events after %d", after)
	}
	return p, r.nameAll(p.events, numbers)
}

// filtered finds out first which events of a page pass, and reads only those.
func (r *reader) filtered(after, head ledger.Position, filter ledger.Filter) (page, error) {
	hits, upTo, err := r.scan(after, head, filter)
	if err != nil {
		return page{}, wrap(err, "scan after %d", after)
	}
	p := page{upTo: after}
	for _, pos := range hits {
		if err := r.event(&p, pos); err != nil {
			return p, wrap(err, "event at %d", pos)
		}
		if p.bytes >= pageBytes {
			return p, nil
		}
	}
	p.upTo = upTo
	return p, nil
}

// scan gives the positions of the events of a page that pass, and how far it has looked.
func (r *reader) scan(after, head ledger.Position, filter ledger.Filter) (hits []ledger.Position, upTo ledger.Position, err error) {
	type row struct {
		pos    ledger.Position
		stream int64
		typ    string
	}
	upTo = after
	var rows []row
	err = r.scanLog.each(func(cols []driver.Value) (bool, error) {
		d := decoder{row: cols}
		rows = append(rows, row{ledger.Position(d.int(0)), d.int(1), d.text(2)})
		return true, d.err
	}, int64(after), int64(head), int64(pageEvents))
	for i := 0; err == nil && i < len(rows); i++ {
		var name string
		if filter.StreamPrefix != "" {
			name, err = r.name(rows[i].stream)
		}
		upTo = rows[i].pos
		if err == nil && filter.Pass(name, rows[i].typ) {
			hits = append(hits, upTo)
		}
	}
	return hits, upTo, err
}

// event reads one event that must be there.
func (r *reader) event(p *page, pos ledger.Position) error {
	row, err := r.readEvent.one(int64(pos))
	if err != nil {
		return err
	}
	if row == nil {
		return errDamaged
	}
	no, err := p.add(row)
	if err != nil {
		return err
	}
	e := &p.events[len(p.events)-1]
	e.Stream, err = r.name(no)
	return err
}

// add decodes a row into the page and gives the number of its stream.
func (p *page) add(row []driver.Value) (stream int64, err error) {
	d := decoder{row: row}
	p.events = append(p.events, ledger.Event{})
	e := &p.events[len(p.events)-1]
	stream = d.event(e)
	p.upTo = e.Position
	p.bytes += size(e)
	return stream, d.err
}

func (r *reader) nameAll(events []ledger.Event, numbers []int64) error {
	for i := range events {
		name, err := r.name(numbers[i])
		if err != nil {
			return err
		}
		events[i].Stream = name
	}
	return nil
}

// name gives the name of a stream by its number.
func (r *reader) name(no int64) (string, error) {
	if name, ok := r.names.get(no); ok {
		return name, nil
	}
	row, err := r.streamName.one(no)
	if err != nil {
		return "", wrap(err, "name of stream %d", no)
	}
	if row == nil {
		return "", wrap(errDamaged, "stream %d has no name", no)
	}
	d := decoder{row: row}
	name := d.text(0)
	if d.err == nil {
		r.names.put(no, name)
	}
	return name, wrap(d.err, "name of stream %d", no)
}

// number gives the number of a stream by its name.
func (r *reader) number(stream string) (int64, error) {
	row, err := r.streamNumber.one(stream)
	if err != nil {
		return 0, wrap(err, "number of %s", stream)
	}
	if row == nil {
		return 0, fmt.Errorf("%w: %s", ledger.ErrStreamNotFound, stream)
	}
	d := decoder{row: row}
	return d.int(0), wrap(d.err, "number of %s", stream)
}

// stream reads the page of a stream from a revision on. more says that there may be another.
func (r *reader) stream(name string, from ledger.Revision) (p page, more bool, err error) {
	no, err := r.number(name)
	if err != nil {
		return p, false, err
	}
	err = r.readStream.each(func(row []driver.Value) (bool, error) {
		_, err := p.add(row)
		p.events[len(p.events)-1].Stream = name
		return p.bytes < pageBytes, err
	}, no, int64(from), int64(pageEvents))
	more = p.bytes >= pageBytes || len(p.events) == pageEvents
	return p, more, wrap(err, "events of %s from %d", name, from)
}

const maxNames = 65536 // about 10 MB

// names keeps the names of streams by number, for all connections. When it is full it begins anew.
type names struct {
	mu   sync.RWMutex
	byNo map[int64]string // guarded by mu
}

func (n *names) get(no int64) (string, bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	name, ok := n.byNo[no]
	return name, ok
}

func (n *names) put(no int64, name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.byNo == nil || len(n.byNo) == maxNames {
		n.byNo = map[int64]string{}
	}
	n.byNo[no] = name
}
