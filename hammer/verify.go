package hammer

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger/blob"
	"github.com/hovedbok/hovedbok/ledger/sqlite"
	"github.com/hovedbok/hovedbok/ledger/vault"
	"github.com/hovedbok/hovedbok/projections"
	"github.com/hovedbok/hovedbok/record"
)

// Names in a data folder, as package node writes them; Verify opens the stores without a node.
const (
	fileLedger = "ledger.db"
	fileKeys   = "keys.db"
	fileMaster = "master.key"
	fileBlobs  = "blobs.db"
	fileViews  = "views.db"
	fileSagas  = "sagas.db"
)

// verifier is one verification.
type verifier struct {
	report  *Report
	dir     string
	journal *Journal
	store   *sqlite.Store
	log     *record.Log
	blobs   blob.Store
	views   []projections.Projection
	closes  []func() error // in the order of opening
}

// Verify opens the data folder of a node that has stopped, and compares it with the journal and with itself; see the package's comment for
// what it demands. What is wrong is in the Report. An error means that it could not be told: a store does not open (package sqlite refuses a
// log whose newest events are damaged), or ctx has ended. The folder is not changed, but for what opening settles.
func Verify(ctx context.Context, dataDir string, j *Journal) (Report, error) {
	return verify(ctx, dataDir, j, projections.Standard())
}

func verify(ctx context.Context, dataDir string, j *Journal, views []projections.Projection) (r Report, err error) {
	v := &verifier{report: &r, dir: dataDir, journal: j, views: views}
	defer func() { err = errors.Join(err, v.close()) }()
	if err := v.open(ctx); err != nil {
		return r, fmt.Errorf("verify %s: %w", dataDir, err)
	}
	found, err := v.scan(ctx)
	if err != nil {
		return r, fmt.Errorf("verify the log: %w", err)
	}
	for _, step := range []func(context.Context, *contents) error{v.commands, v.chains, v.compareViews, v.sagas} {
		if err := step(ctx, found); err != nil {
			return r, fmt.Errorf("verify %s: %w", dataDir, err)
		}
	}
	return r, nil
}

func (v *verifier) path(name string) string { return filepath.Join(v.dir, name) }

func (v *verifier) open(ctx context.Context) (err error) {
	master, err := vault.LoadMaster(v.path(fileMaster))
	if err != nil {
		return err
	}
	if v.store, err = sqlite.Open(ctx, sqlite.Options{Path: v.path(fileLedger), Logger: slog.New(slog.DiscardHandler)}); err != nil {
		return err
	}
	v.closes = append(v.closes, v.store.Close)
	keys, err := vault.Open(ctx, vault.Options{Path: v.path(fileKeys), Master: master})
	if err != nil {
		return err
	}
	v.closes = append(v.closes, keys.Close)
	blobs, err := blob.OpenSQLite(ctx, blob.Options{Path: v.path(fileBlobs), Keys: keys})
	if err != nil {
		return err
	}
	v.closes = append(v.closes, blobs.Close)
	v.blobs, v.log = blobs, record.NewLog(v.store, keys)
	return nil
}

func (v *verifier) close() error {
	var errs []error
	for i := len(v.closes) - 1; i >= 0; i-- {
		errs = append(errs, v.closes[i]())
	}
	return errors.Join(errs...)
}

// content is a file that has been read to its end.
type content struct {
	size int64
	hash [sha256.Size]byte
}

// read reads a file to its end and compares it with what the store says of it. A file that is not there, or was changed, is noted as lost; ok
// is then false.
func (v *verifier) read(ctx context.Context, stream string, id uuid.UUID) (c content, ok bool, err error) {
	body, info, err := v.blobs.Open(ctx, blob.Ref{Stream: stream, ID: id})
	if err == nil {
		hash := sha256.New()
		c.size, err = io.Copy(hash, body)
		err = errors.Join(err, body.Close())
		hash.Sum(c.hash[:0])
	}
	switch {
	case errors.Is(err, blob.ErrNotFound) || errors.Is(err, blob.ErrTampered):
		v.report.note(Lost, stream, "file %s: %v", id, err)
		return c, false, nil
	case err != nil:
		return c, false, fmt.Errorf("file %s of %s: %w", id, stream, err)
	case c.size != info.Size || c.hash != info.SHA256:
		v.report.note(Lost, stream, "file %s holds %d bytes %x, but is known as %d bytes %x", id, c.size, c.hash[:4], info.Size, info.SHA256[:4])
		return c, false, nil
	}
	return c, true, nil
}
