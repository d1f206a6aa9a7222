package blob

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"time"

	"github.com/hovedbok/hovedbok/ledger/vault"
	"github.com/hovedbok/hovedbok/ledger/vault/durable"
)

//go:embed schema.sql
var schema string

const (
	applicationID = 0x4876426c // "HvBl"
	formatVersion = 1

	chunkBits = 20 // of chunks.no
	maxSize   = ChunkSize << chunkBits

	window      = 8  // chunks of a large blob in one transaction
	sweepBudget = 32 // chunks deleted in one transaction

	pageSize = 16 << 10 // for contents of tens of kilobytes 8 and 16 KiB measured alike; 32 KiB was slower
)

// States of a blob.
const (
	stateUploading = 1
	statePending   = 2
	stateKept      = 3
)

// Keys gives the keys that contents are sealed with; *vault.Vault does. Create makes a key if the stream has none.
type Keys interface {
	Create(ctx context.Context, org, stream string) (vault.Key, error)
	Key(ctx context.Context, stream string) (vault.Key, error)
}

// Options say where the blobs are. Path and Keys must be set.
type Options struct {
	Path string           // the database, usually "blobs.db" in the data folder; made if absent
	Keys Keys             // must outlive the store
	Now  func() time.Time // the clock of creation times; time.Now if nil

	commit func(commit func() error) error // faults of tests
}

// SQLite is a Store in one SQLite file. All methods may be called from any goroutine.
type SQLite struct {
	file *durable.File
	keys Keys
	now  func() time.Time

	find, chunk, alive, exists, pending *sql.Stmt

	earlier int64 // highest number that an earlier run may have used
	next    int64 // number of the next blob; owned by the committer
}

var _ Store = (*SQLite)(nil)

// OpenSQLite opens the store, makes it if it is absent, and removes what a crash has left half put or half dropped. Errors: ErrLocked
// if another process has it open, ErrFormat if the file is something else.
func OpenSQLite(ctx context.Context, o Options) (*SQLite, error) {
	if o.Keys == nil {
		return nil, fmt.Errorf("%w: open %s: no keys given", ErrInvalid, o.Path)
	}
	file, err := durable.Open(ctx, durable.Options{
		Path: o.Path, Schema: schema, Application: applicationID, Version: formatVersion, PageSize: pageSize, Commit: o.commit,
	})
	if err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	s := &SQLite{file: file, keys: o.Keys, now: o.Now}
	if s.now == nil {
		s.now = time.Now
	}
	if err := errors.Join(s.prepare(ctx), s.start(ctx)); err != nil {
		return nil, errors.Join(fmt.Errorf("blob: open %s: %w", o.Path, err), file.Close())
	}
	return s, nil
}

func (s *SQLite) prepare(ctx context.Context) error {
	for st, query := range map[**sql.Stmt]string{
		&s.find: `SELECT b.no, b.head, c.data FROM blobs b LEFT JOIN chunks c ON c.no = b.no << 20
			WHERE b.stream = ? AND b.id = ? AND b.state > 1`,
		&s.chunk:   `SELECT data FROM chunks WHERE no = ?`,
		&s.alive:   `SELECT state FROM blobs WHERE no = ?`,
		&s.exists:  `SELECT state FROM blobs WHERE stream = ? AND id = ? AND state > 1`,
		&s.pending: `SELECT stream, id FROM blobs WHERE state < 3 AND state = 2 AND no <= ? ORDER BY no`,
	} {
		var err error
		if *st, err = s.file.Prepare(ctx, query); err != nil {
			return err
		}
	}
	return nil
}

// start finds the numbers that are in use and clears away what a crash has left.
func (s *SQLite) start(ctx context.Context) error {
	err := s.file.Do(ctx, 0, func(tx *durable.Tx) error {
		if _, err := tx.Exec("INSERT INTO trash (no) SELECT no FROM blobs WHERE state < 3 AND state = 1"); err != nil {
			return err
		}
		if _, err := tx.Exec("DELETE FROM blobs WHERE state < 3 AND state = 1"); err != nil {
			return err
		}
		err := tx.Get(`SELECT max((SELECT coalesce(max(no), 0) FROM blobs), (SELECT coalesce(max(no), 0) FROM trash),
			(SELECT coalesce(max(no), 0) >> 20 FROM chunks))`, nil, &s.earlier)
		s.next = s.earlier + 1
		return err
	})
	if err != nil {
		return err
	}
	return s.sweep(ctx)
}

// Failed is closed when a flush has failed. The process should then stop.
func (s *SQLite) Failed() <-chan struct{} { return s.file.Failed() }

// Close writes what waits and closes the file. Readers that are open fail from then on. It gives the failure that stopped
// the store earlier, if any.
func (s *SQLite) Close() error { return s.file.Close() }
