package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger"
)

// transaction is how the committer changes the database, one transaction at a time. After an error of begin or insert the
// caller rolls back; after an error of commit nobody knows.
type transaction interface {
	begin() error
	// insert adds events, with all fields set, to the stream with this number. The event with revision 0 creates it.
	insert(stream int64, events []ledger.Event) error
	commit() error
	rollback() error
}

// database is the transaction on the writing connection, and what the committer reads through it.
type database struct {
	beginStmt, commitStmt, rollbackStmt *statement

	insertEvent, insertStream *statement
	streamHead, eventRefs     *statement
	logEnd                    *statement

	row [10]driver.Value // scratch for insertEvent
}

func prepareDatabase(c *conn) (*database, error) {
	db := &database{}
	err := c.prepareAll(map[string]**statement{
		"BEGIN IMMEDIATE": &db.beginStmt,
		"COMMIT":          &db.commitStmt,
		"ROLLBACK":        &db.rollbackStmt,
		insertEventSQL:    &db.insertEvent,
		insertStreamSQL:   &db.insertStream,
		streamHeadSQL:     &db.streamHead,
		eventRefsSQL:      &db.eventRefs,
		logEndSQL:         &db.logEnd,
	})
	return db, err
}

func (db *database) begin() error    { return db.beginStmt.exec() }
func (db *database) commit() error   { return db.commitStmt.exec() }
func (db *database) rollback() error { return ignoreNoTransaction(db.rollbackStmt.exec()) }

func (db *database) insert(stream int64, events []ledger.Event) error {
	if events[0].Revision == 0 {
		if err := db.insertStream.exec(stream, events[0].Stream); err != nil {
			return fmt.Errorf("insert stream %s: %w", events[0].Stream, err)
		}
	}
	for i := range events {
		e := &events[i]
		db.row = [...]driver.Value{
			int64(e.Position), stream, int64(e.Revision), e.ID[:], e.Type, int64(e.Schema), e.Time.UnixMicro(), e.Hash[:], e.Metadata, e.Payload,
		}
		if err := db.insertEvent.exec(db.row[:]...); err != nil {
			return fmt.Errorf("insert %s@%d: %w", e.Stream, e.Revision, err)
		}
	}
	return nil
}

// head reads the end of a stream; a stream that does not exist ends at ledger.NoStream.
func (db *database) head(stream string) (*head, error) {
	h := &head{name: stream, rev: ledger.NoStream}
	row, err := db.streamHead.one(stream)
	if err != nil || row == nil {
		return h, wrap(err, "head of %s", stream)
	}
	d := decoder{row: row}
	h.no, h.rev, h.hash = d.int(0), ledger.Revision(d.int(1)), ledger.Hash(d.bytes(2, len(ledger.Hash{})))
	return h, wrap(d.err, "head of %s", stream)
}

// refs reads the ids and positions of the events with revisions from to last, without those that are not there.
func (db *database) refs(stream int64, from, last ledger.Revision) ([]ref, error) {
	var refs []ref
	err := db.eventRefs.each(func(row []driver.Value) (bool, error) {
		d := decoder{row: row}
		refs = append(refs, ref{id: uuid.UUID(d.bytes(0, len(uuid.UUID{}))), pos: ledger.Position(d.int(1))})
		return true, d.err
	}, stream, int64(from), int64(last))
	return refs, wrap(err, "ids of stream %d", stream)
}

// end reads the last position and the highest stream number.
func (db *database) end() (ledger.Position, int64, error) {
	row, err := db.logEnd.one()
	if err != nil {
		return 0, 0, wrap(err, "end of the log")
	}
	d := decoder{row: row}
	pos, no := ledger.Position(d.int(0)), d.int(1)
	return pos, no, wrap(d.err, "end of the log")
}

func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}

var errDamaged = errors.New("the log has been damaged or changed by another program; restore it from a backup")
