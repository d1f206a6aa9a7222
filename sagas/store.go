package sagas

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Errors that callers act on. Compare with errors.Is.
var (
	ErrNotParked = errors.New("sagas: no such parked event")
	ErrTaken     = errors.New("sagas: another runner has taken over the handler")
	ErrFormat    = errors.New("sagas: the file has another format")
)

// application and format mark a file as ours (SQLite's application_id and user_version).
const (
	application = 0x48625367 // "HbSg"
	format      = 1
)

//go:embed schema.sql
var schema string

// Store keeps checkpoints and the parked list in one SQLite file. Several processes may have it open: a runner and the
// command line, for instance. What a method has written is on disk when it returns nil. When it returns an error from a commit, the
// outcome is unknown, and everything may be done again. All methods may be called from any goroutine.
type Store struct {
	writes *sql.DB // one connection
	reads  *sql.DB
	now    func() time.Time

	// commit is called in place of each COMMIT with the name of the operation and the real one. Tests inject faults here.
	commit func(op string, commit func() error) error

	mu    sync.Mutex
	asked chan struct{} // under mu; closed and replaced when this Store has recorded what a person asked for
}

// OpenStore opens the file, and makes it if it is absent; its folder must exist. The error is ErrFormat if the file is something else.
func OpenStore(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("sagas: open %s: %w", path, err)
	}
	s := &Store{now: time.Now, asked: make(chan struct{}), commit: func(_ string, commit func() error) error { return commit() }}
	if err := s.open(ctx, path); err != nil {
		return nil, errors.Join(fmt.Errorf("sagas: open %s: %w", path, err), s.Close())
	}
	return s, nil
}

// OpenExisting opens a file that must be there; the error is fs.ErrNotExist if it is not.
func OpenExisting(ctx context.Context, path string) (*Store, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("sagas: open %s: %w", path, err)
	}
	return OpenStore(ctx, path)
}

func (s *Store) open(ctx context.Context, path string) (err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) // SQLite gives the files beside it the same permissions
	if err == nil {
		err = file.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if s.writes, err = sql.Open("sqlite", dsn(path, "_txlock=immediate")); err != nil {
		return err
	}
	s.writes.SetMaxOpenConns(1)
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if s.reads, err = sql.Open("sqlite", dsn(path, "_pragma=query_only(1)")); err != nil {
		return err
	}
	s.reads.SetMaxOpenConns(2)
	s.reads.SetMaxIdleConns(2)
	return nil
}

func dsn(path, more string) string {
	name := filepath.ToSlash(path)
	if !strings.HasPrefix(name, "/") {
		name = "/" + name // a drive letter
	}
	return "file://" + (&url.URL{Path: name}).EscapedPath() + "?" + strings.Join([]string{
		"_pragma=busy_timeout(10000)", "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)", "_pragma=temp_store(MEMORY)",
		"_pragma=secure_delete(ON)", "_pragma=trusted_schema(OFF)", more,
	}, "&")
}

// prepare makes an empty file current, and refuses one of another kind or format.
func (s *Store) prepare(ctx context.Context) error {
	tx, err := s.writes.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // nothing to roll back after the commit
	var app, version, tables int64
	row := tx.QueryRowContext(ctx,
		"SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)")
	if err := row.Scan(&app, &version, &tables); err != nil {
		return err
	}
	switch {
	case app == application && version == format:
		return nil
	case app != 0 || version != 0 || tables != 0:
		return fmt.Errorf("%w: application id %#x and version %d, this program reads %#x and %d", ErrFormat, app, version, application, format)
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf("%s; PRAGMA application_id=%d; PRAGMA user_version=%d", schema, application, format))
	if err != nil {
		return fmt.Errorf("create the tables: %w", err)
	}
	return tx.Commit()
}

// Close closes the file. A Runner that uses it must have ended.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*sql.DB{s.reads, s.writes} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// write runs a function in a transaction.
func (s *Store) write(ctx context.Context, op string, do func(tx *sql.Tx) error) error {
	tx, err := s.writes.BeginTx(ctx, nil)
	if err == nil {
		defer tx.Rollback() //nolint:errcheck // nothing to roll back after the commit
		if err = do(tx); err == nil {
			err = s.commit(op, tx.Commit)
		}
	}
	if err != nil {
		return fmt.Errorf("sagas: %s: %w", op, err)
	}
	return nil
}

// changed is closed when this Store has recorded what a person asked for.
func (s *Store) changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func (s *Store) tellChanged() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.asked)
	s.asked = make(chan struct{})
}

// askedNumber changes whenever anybody, also in another process, has asked for something.
func (s *Store) askedNumber(ctx context.Context) (n int64, err error) {
	if err = s.reads.QueryRowContext(ctx, "SELECT number FROM asked").Scan(&n); err != nil {
		err = fmt.Errorf("sagas: look for requests: %w", err)
	}
	return n, err
}

// micros and moment turn times into what the file holds and back; the zero time is NULL.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

func moment(n sql.NullInt64) time.Time {
	if !n.Valid || n.Int64 == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n.Int64).UTC()
}
