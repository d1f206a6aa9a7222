// Package folder answers what package audit answers from the files of a node that is not running. It makes no file that is not there, and
// appends nothing: reading a folder leaves no trace in the log.
package folder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/audit"
	"github.com/hovedbok/hovedbok/ledger/sqlite"
	"github.com/hovedbok/hovedbok/ledger/vault"
	"github.com/hovedbok/hovedbok/record"
)

// ErrInUse means that a running node holds the folder.
var ErrInUse = errors.New("audit: a running node holds the data folder")

// Files say where the log and its keys are.
type Files struct {
	Ledger string // SQLite database of the log
	Keys   string // key database
	Master string // file of the master key
}

// Folder is an open log. Close must be called.
type Folder struct {
	log   *record.Log
	close []func() error // in the order of opening
}

// Open opens a log and its keys, and holds both until Close. Errors: ErrInUse, one that matches fs.ErrNotExist when a file is missing,
// and those of the vault and the log.
func Open(ctx context.Context, files Files) (*Folder, error) {
	for _, name := range []string{files.Ledger, files.Keys} {
		if _, err := os.Stat(name); err != nil {
			return nil, fmt.Errorf("%s is no data folder: %w", filepath.Dir(name), err)
		}
	}
	master, err := vault.LoadMaster(files.Master)
	if err != nil {
		return nil, err
	}
	keys, err := vault.Open(ctx, vault.Options{Path: files.Keys, Master: master})
	if errors.Is(err, vault.ErrLocked) {
		return nil, fmt.Errorf("%w %s", ErrInUse, filepath.Dir(files.Keys))
	}
	if err != nil {
		return nil, err
	}
	f := &Folder{close: []func() error{keys.Close}}
	store, err := sqlite.Open(ctx, sqlite.Options{Path: files.Ledger, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	f.close = append(f.close, store.Close)
	f.log = record.NewLog(store, keys)
	return f, nil
}

// Close closes the files.
func (f *Folder) Close() error {
	var errs []error
	for _, c := range slices.Backward(f.close) {
		errs = append(errs, c())
	}
	f.close = nil
	return errors.Join(errs...)
}

// Instance gives an instance of the log. It is good until Close.
func (f *Folder) Instance(id uuid.UUID) *Instance { return &Instance{f.log, id} }

// Instance is an instance of an open log.
type Instance struct {
	log *record.Log
	id  uuid.UUID
}

// Verify recomputes the hash chain, see audit.VerifyStream; recomputed is always true.
func (i *Instance) Verify(ctx context.Context) (n int, recomputed bool, err error) {
	n, err = audit.VerifyStream(ctx, i.log.Store(), record.InstanceStream(i.id))
	return n, true, err
}

// Events is audit.Events.
func (i *Instance) Events(ctx context.Context, o audit.Options) ([]audit.Event, error) {
	return audit.Events(ctx, i.log, i.id, o)
}

// State is audit.State.
func (i *Instance) State(ctx context.Context, until record.Until) (audit.StateDoc, error) {
	return audit.State(ctx, i.log, i.id, until)
}

// Diff is audit.Diff.
func (i *Instance) Diff(ctx context.Context, from, to record.Until) ([]audit.Change, error) {
	return audit.Diff(ctx, i.log, i.id, from, to)
}
