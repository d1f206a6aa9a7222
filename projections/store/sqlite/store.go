package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"github.com/hovedbok/hovedbok/projections/store"
)

// DatabaseName is what the file is called unless the operator says otherwise.
const DatabaseName = "views.db"

const busyTimeout = "PRAGMA busy_timeout = 10000"

const commonPragmas = busyTimeout + `;
PRAGMA temp_store = MEMORY;
PRAGMA mmap_size = 1073741824;
`

const writerPragmas = commonPragmas + `
PRAGMA cache_size = -65536;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA secure_delete = ON;
PRAGMA wal_autocheckpoint = 8000;
`

const readerPragmas = commonPragmas + `
PRAGMA cache_size = -16384;
PRAGMA query_only = ON;
`

// Store is a database file. All methods may be called from any goroutine.
type Store struct {
	path string

	mu     sync.Mutex // held by whoever writes; guards writer and closed
	writer *conn
	closed bool

	readers chan *conn // a connection is out of the pool while a snapshot is lent
	count   int        // of readers
	closing chan struct{}
}

var _ store.Store = (*Store)(nil)

// Open opens the file and makes it if it is absent. What earlier deletions left in the write-ahead log is gone on return.
func Open(ctx context.Context, path string) (*Store, error) {
	s := &Store{path: path, count: max(4, 2*runtime.GOMAXPROCS(0)), closing: make(chan struct{})}
	s.readers = make(chan *conn, s.count)
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("projections/store/sqlite: open %s: %w", path, err), s.abandon())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) (err error) {
	if s.writer, err = connect(ctx, s.path, writerPragmas); err != nil {
		return err
	}
	if err := s.writer.script(store.CheckpointTable + "; PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return err
	}
	for range s.count {
		c, err := connect(ctx, s.path, readerPragmas)
		if err != nil {
			return err
		}
		s.readers <- c
	}
	return nil
}

// abandon closes what a failed open has opened.
func (s *Store) abandon() error {
	var errs []error
	for len(s.readers) > 0 {
		errs = append(errs, (<-s.readers).close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.close())
	}
	return errors.Join(errs...)
}

// Close waits for what is under way and closes the file. Closing again does nothing.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	close(s.closing)
	var errs []error
	for range s.count {
		errs = append(errs, (<-s.readers).close())
	}
	return errors.Join(append(errs, s.writer.close())...)
}

// Dialect is store.SQLite.
func (s *Store) Dialect() store.Dialect { return store.SQLite }

// transact runs do in one transaction of the writing connection.
func (s *Store) transact(ctx context.Context, do func(*conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return store.ErrClosed
	}
	if _, err := s.writer.exec("BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := do(s.writer); err != nil {
		return errors.Join(err, s.rollback())
	}
	if _, err := s.writer.exec("COMMIT"); err != nil {
		return errors.Join(fmt.Errorf("commit: %w", err), s.rollback())
	}
	return nil
}

// rollback ends a transaction that SQLite may have ended already by itself, as it does when the disk is full.
func (s *Store) rollback() error {
	_, err := s.writer.exec("ROLLBACK")
	if err != nil && strings.Contains(err.Error(), "no transaction is active") {
		return nil
	}
	return err
}
