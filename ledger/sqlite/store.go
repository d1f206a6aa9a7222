package sqlite

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/hovedbok/hovedbok/internal/filelock"
	"github.com/hovedbok/hovedbok/ledger"
)

// ErrOutcomeUnknown is the error of an append whose COMMIT failed: its events are in the log or not. The store has
// stopped; after it is opened again the append may be repeated with the same events.
var ErrOutcomeUnknown = errors.New("ledger/sqlite: outcome unknown")

// exitFatal is the status of a process that ends because of a failed COMMIT (EX_SOFTWARE of sysexits).
const exitFatal = 70

// Options say where a log is and who hears of its troubles.
type Options struct {
	// Path is the database file; its folder must exist. Beside it stand the files of SQLite, -wal and -shm, and a lock file.
	Path string
	// Logger hears of opening and of the fatal failure. Default slog.Default().
	Logger *slog.Logger
	// Now is the clock that measures commits for Stats. Default time.Now.
	Now func() time.Time
	// Fatal is called once, from the committer, when nobody knows any more what the file holds. It should end the
	// process, and must not wait for Close. If it returns, the store is closed for all but Close. Default: log and
	// os.Exit(70).
	Fatal func(error)

	wrap func(transaction) transaction // tests put faults between the committer and the database
}

func (o *Options) defaults() {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Fatal == nil {
		logger := o.Logger
		o.Fatal = func(err error) {
			logger.Error("the log has failed; the process ends so that the next start reads what is on disk", slog.Any("error", err))
			os.Exit(exitFatal)
		}
	}
	if o.wrap == nil {
		o.wrap = func(tx transaction) transaction { return tx }
	}
}

// Store is a log in one SQLite file. It implements ledger.Store.
type Store struct {
	lock      *filelock.Lock
	writer    *conn // used by the committer only, from Open to the end of its goroutine
	readers   *readers
	feed      *feed
	committer *committer

	queue   chan *request // appends on their way to the committer
	closing chan struct{} // closed by the first Close
	stopped chan struct{} // closed when the committer has ended
	close   func() error  // does Close once
}

var _ ledger.Store = (*Store)(nil)

// Open opens the log, creating it if the file is not there, and verifies its newest events. It fails if another store has
// the log open, in this process or another, if the file belongs to another program or a newer version, or if it is damaged.
// ctx limits the opening only.
func Open(ctx context.Context, o Options) (*Store, error) {
	o.defaults()
	s, err := open(ctx, &o)
	if err != nil {
		return nil, fmt.Errorf("ledger/sqlite: open %s: %w", o.Path, err)
	}
	o.Logger.Debug("log opened", slog.String("path", o.Path), slog.Uint64("position", uint64(s.feed.position())))
	return s, nil
}

func open(ctx context.Context, o *Options) (*Store, error) {
	if o.Path == "" {
		return nil, errors.New("no path")
	}
	f, err := lock(o.Path)
	if err != nil {
		return nil, err
	}
	s := &Store{
		lock:    f,
		queue:   make(chan *request, queueLength),
		closing: make(chan struct{}),
		stopped: make(chan struct{}),
	}
	s.close = sync.OnceValue(s.shutdown)
	if err := s.start(ctx, o); err != nil {
		return nil, errors.Join(err, s.release())
	}
	go s.committer.run(s)
	return s, nil
}

// start opens the connections and reads where the log ends.
func (s *Store) start(ctx context.Context, o *Options) (err error) {
	if s.writer, err = connect(ctx, o.Path, writerPragmas); err != nil {
		return err
	}
	if err := migrate(s.writer); err != nil {
		return err
	}
	if err := syncFolder(filepath.Dir(o.Path)); err != nil {
		return err
	}
	if s.readers, err = openReaders(ctx, o.Path, s.closing); err != nil {
		return err
	}
	if s.committer, err = newCommitter(s.writer, o); err != nil {
		return err
	}
	s.feed = newFeed(s.committer.end)
	s.committer.feed = s.feed
	return s.readers.verifyTail(ctx, s.committer.end)
}

// syncFolder makes the names of new files durable, which SQLite does for its journals but not for the database. Windows
// has no such call and needs none.
func syncFolder(name string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Close refuses appends that the committer has not taken, waits for those that it has, ends all readings and
// subscriptions with ledger.ErrClosed, and closes the file. It may be called more than once.
func (s *Store) Close() error { return s.close() }

func (s *Store) shutdown() error {
	close(s.closing)
	<-s.stopped
	s.feed.end(ledger.ErrClosed)
	if err := s.release(); err != nil {
		return fmt.Errorf("ledger/sqlite: close: %w", err)
	}
	return nil
}

// release closes what start has opened. The writer goes last, so that SQLite folds the journal into the database.
func (s *Store) release() error {
	var errs []error
	if s.readers != nil {
		errs = append(errs, s.readers.close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.close())
	}
	return errors.Join(append(errs, s.lock.Release())...)
}

// Head gives the position of the last event, 0 if there is none.
func (s *Store) Head(ctx context.Context) (ledger.Position, error) {
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("ledger/sqlite: head: %w", err)
	}
	return s.feed.headOrEnd()
}

// endOrClosed is what to tell a caller whom the committer will not answer.
func (s *Store) endOrClosed() error {
	if err := s.feed.ended(); err != nil {
		return err
	}
	return ledger.ErrClosed
}
