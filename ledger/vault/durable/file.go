package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/hovedbok/hovedbok/internal/filelock"
)

// Errors that callers act on. Compare with errors.Is.
var (
	ErrClosed = errors.New("durable: file is closed")
	ErrFailed = errors.New("durable: a commit failed, restart to recover")
	ErrLocked = errors.New("durable: file is in use by another process")
	ErrFormat = errors.New("durable: file has another format")
)

// Options say which file to open. Path, Schema, Application and Version must be set.
type Options struct {
	Path        string // the main file; its folder must exist
	Schema      string // SQL that makes an empty file into a current one
	Application int32  // SQLite's application_id: what kind of file this is
	Version     int32  // SQLite's user_version: the format of the schema, from 1
	PageSize    int    // bytes, a power of two from 512 to 65,536; SQLite's default if zero; for new files only
	Readers     int    // connections for Prepare; 4 if zero

	// Commit, if set, is called in place of each COMMIT and is given the real one. Tests inject faults here: it
	// may fail before, after or without calling it, or take its time.
	Commit func(commit func() error) error
}

// File is an open file. All methods may be called from any goroutine.
type File struct {
	path   string
	lock   *filelock.Lock
	commit func(func() error) error

	writes *sql.DB // one connection, tx.conn
	reads  *sql.DB
	tx     *Tx // owned by the committer

	readMu sync.Mutex
	stmts  []*sql.Stmt // of Prepare; under readMu

	sendMu sync.RWMutex // held for reading while sending to jobs, for writing to close it
	closed bool         // under sendMu
	jobs   chan *job

	laterMu sync.Mutex
	later   []func(*Tx) error // under laterMu; waiting for the next group

	failMu  sync.Mutex
	failure error         // under failMu; set once
	failed  chan struct{} // closed when failure is set
	stopped chan struct{} // closed when the committer has ended
}

// Open opens the file, makes it if it is absent, and cuts the write-ahead log that a crash may have left. Errors:
// ErrLocked if another process has it open, ErrFormat if it is not a file of this application and version.
func Open(ctx context.Context, o Options) (*File, error) {
	path, err := filepath.Abs(o.Path)
	if err != nil {
		return nil, fmt.Errorf("durable: open %s: %w", o.Path, err)
	}
	f := &File{path: path, commit: o.Commit, jobs: make(chan *job, queue), failed: make(chan struct{}), stopped: make(chan struct{})}
	if f.commit == nil {
		f.commit = func(commit func() error) error { return commit() }
	}
	if err := f.open(ctx, o); err != nil {
		return nil, errors.Join(fmt.Errorf("durable: open %s: %w", path, err), f.release())
	}
	go f.run()
	return f, nil
}

func (f *File) open(ctx context.Context, o Options) (err error) {
	f.lock, err = filelock.Take(f.path + ".lock")
	if errors.Is(err, filelock.ErrLocked) {
		return ErrLocked
	}
	if err != nil {
		return err
	}
	if err := createPrivate(f.path); err != nil {
		return err
	}
	if f.writes, err = sql.Open("sqlite", f.dsn(o, "_pragma=synchronous(FULL)")); err != nil {
		return err
	}
	f.writes.SetMaxOpenConns(1)
	conn, err := f.writes.Conn(ctx)
	if err != nil {
		return err
	}
	f.tx = &Tx{conn: conn, stmts: map[string]*sql.Stmt{}}
	if err := f.tx.prepareFile(ctx, o); err != nil {
		return err
	}
	if err := f.truncate(); err != nil {
		return err
	}
	return f.openReads(o)
}

func (f *File) openReads(o Options) (err error) {
	if f.reads, err = sql.Open("sqlite", f.dsn(o, "_pragma=query_only(1)")); err != nil {
		return err
	}
	n := o.Readers
	if n == 0 {
		n = 4
	}
	f.reads.SetMaxOpenConns(n)
	f.reads.SetMaxIdleConns(n)
	return nil
}

// dsn gives the driver's name of the file. page_size must come before journal_mode: it cannot change in WAL mode.
func (f *File) dsn(o Options, more string) string {
	name := filepath.ToSlash(f.path)
	if !strings.HasPrefix(name, "/") {
		name = "/" + name // a drive letter
	}
	pragmas := []string{"_pragma=busy_timeout(10000)"}
	if o.PageSize != 0 {
		pragmas = append(pragmas, "_pragma=page_size("+strconv.Itoa(o.PageSize)+")")
	}
	pragmas = append(pragmas, "_pragma=journal_mode(WAL)", "_pragma=secure_delete(ON)", "_pragma=temp_store(MEMORY)",
		"_pragma=wal_autocheckpoint(4000)", "_pragma=trusted_schema(OFF)", more)
	return "file://" + (&url.URL{Path: name}).EscapedPath() + "?" + strings.Join(pragmas, "&")
}

// Prepare gives a statement on the reading connections. Close closes it. Rows that it gives must be closed soon: an open
// read keeps Truncate waiting.
func (f *File) Prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	st, err := f.reads.PrepareContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("durable: prepare %q: %w", query, err)
	}
	f.readMu.Lock()
	defer f.readMu.Unlock()
	f.stmts = append(f.stmts, st)
	return st, nil
}

// Explain turns the error of a read that met a closed file into ErrClosed, and gives other errors back.
func (f *File) Explain(err error) error {
	f.sendMu.RLock()
	defer f.sendMu.RUnlock()
	if err != nil && f.closed {
		return ErrClosed
	}
	return err
}

// Failed is closed when a commit has failed; Err then tells why. The process should stop.
func (f *File) Failed() <-chan struct{} { return f.failed }

// Err gives the failure that stopped the file, which matches ErrFailed, or nil.
func (f *File) Err() error {
	f.failMu.Lock()
	defer f.failMu.Unlock()
	return f.failure
}

func (f *File) fail(cause error) error {
	f.failMu.Lock()
	defer f.failMu.Unlock()
	if f.failure == nil {
		f.failure = fmt.Errorf("%w: %s: %w", ErrFailed, f.path, cause)
		close(f.failed)
	}
	return f.failure
}

// Close writes what waits, ends the committer and closes the file. Calls after it give ErrClosed. It gives the failure that
// stopped the file earlier, if any. Closing twice is allowed.
func (f *File) Close() error {
	f.sendMu.Lock()
	again := f.closed
	if !again {
		f.closed = true
		close(f.jobs)
	}
	f.sendMu.Unlock()
	<-f.stopped
	if again {
		return nil
	}
	return errors.Join(f.Err(), f.release())
}

func (f *File) release() error {
	var errs []error
	f.readMu.Lock()
	defer f.readMu.Unlock()
	for _, st := range f.stmts {
		errs = append(errs, st.Close())
	}
	if f.reads != nil {
		errs = append(errs, f.reads.Close())
	}
	if f.tx != nil {
		errs = append(errs, f.tx.close())
	}
	if f.writes != nil {
		errs = append(errs, f.writes.Close())
	}
	if f.lock != nil {
		errs = append(errs, f.lock.Release())
	}
	return errors.Join(errs...)
}

// createPrivate makes an empty file that only its owner may read, and makes its name durable. SQLite gives the files beside
// it the same permissions.
func createPrivate(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), SyncFolder(filepath.Dir(path)))
}
