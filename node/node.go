// Package node is one process with all parts of Hovedbok: it opens the stores, publishes the apps, wires commands, projections,
// sagas and the API together, and runs them until it is told to stop.
package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hovedbok/hovedbok/api"
	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/commands"
	"github.com/hovedbok/hovedbok/identity/devidp"
	"github.com/hovedbok/hovedbok/integrations/register"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/blob"
	"github.com/hovedbok/hovedbok/ledger/sqlite"
	"github.com/hovedbok/hovedbok/ledger/vault"
	"github.com/hovedbok/hovedbok/policies"
	"github.com/hovedbok/hovedbok/projections"
	"github.com/hovedbok/hovedbok/record"
	"github.com/hovedbok/hovedbok/sagas"
)

// Files in the data folder.
const (
	FileLedger = "ledger.db"
	FileKeys   = "keys.db"
	FileBlobs  = "blobs.db"
	FileViews  = "views.db"
	FileSagas  = "sagas.db"
	DirApps    = "apps"
	DirKeys    = "keys"
)

// Options that are not configuration.
type Options struct {
	Logger *slog.Logger     // default: discards
	Clock  func() time.Time // default time.Now
}

// Node is an open node. Its fields may be used while it is open.
type Node struct {
	Config    Config
	Logger    *slog.Logger
	Clock     func() time.Time
	Store     ledger.Store
	Vault     *vault.Vault
	Blobs     blob.Store
	Log       *record.Log
	Catalogue *apps.Catalogue
	Published []apps.Publication // what came of the folders in Config.Apps
	Register  *register.File
	Policies  *policies.Engine
	Commands  *commands.Service
	Issuer    *devidp.Server // nil without Development
	Views     *projections.Views
	Sagas     *sagas.Runner
	Parked    *sagas.Store
	API       *api.Server

	runner      *projections.Runner
	blobsFailed <-chan struct{}
	tokens      *tokenSource
	closes      []func() error // in the order of opening
}

// Open opens everything and publishes the apps, but runs nothing yet. Close must be called, also after Run.
func Open(ctx context.Context, c Config, o Options) (*Node, error) {
	if err := c.Complete(); err != nil {
		return nil, err
	}
	n := &Node{Config: c, Logger: o.Logger, Clock: o.Clock}
	if n.Logger == nil {
		n.Logger = slog.New(slog.DiscardHandler)
	}
	if n.Clock == nil {
		n.Clock = time.Now
	}
	for _, step := range []func(context.Context) error{
		n.openStores, n.publish, n.openIdentity, n.openCommands, n.openViews, n.openAPI, n.openSagas, n.recover,
	} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, n.Close())
		}
	}
	return n, nil
}

// closing keeps what Close must close.
func (n *Node) closing(f func() error) { n.closes = append(n.closes, f) }

// Close closes what Open opened, last things first.
func (n *Node) Close() error {
	var errs []error
	for i := len(n.closes) - 1; i >= 0; i-- {
		errs = append(errs, n.closes[i]())
	}
	n.closes = nil
	return errors.Join(errs...)
}

func (n *Node) path(name string) string { return filepath.Join(n.Config.Data, name) }

func (n *Node) openStores(ctx context.Context) error {
	if err := os.MkdirAll(n.Config.Data, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(n.Config.MasterKey), 0o700); err != nil {
		return fmt.Errorf("make the folder of the master key: %w", err)
	}
	store, err := sqlite.Open(ctx, sqlite.Options{Path: n.path(FileLedger), Logger: n.Logger})
	if err != nil {
		return err
	}
	n.Store = store
	n.closing(store.Close)
	master, err := vault.LoadOrCreateMaster(n.Config.MasterKey, n.path(FileKeys))
	if err != nil {
		return err
	}
	keys, err := vault.Open(ctx, vault.Options{Path: n.path(FileKeys), Master: master, Now: n.Clock})
	if err != nil {
		return err
	}
	n.Vault = keys
	n.closing(keys.Close)
	blobs, err := blob.OpenSQLite(ctx, blob.Options{Path: n.path(FileBlobs), Keys: keys, Now: n.Clock})
	if err != nil {
		return err
	}
	n.Blobs, n.blobsFailed = blobs, blobs.Failed()
	n.closing(blobs.Close)
	n.Log = record.NewLog(store, keys)
	return nil
}

// Handler answers requests in the same process.
func (n *Node) Handler() http.Handler { return n.API }

// Run runs projections and sagas until ctx ends, and returns nil then. Any other end is an error.
func (n *Node) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return n.runner.Run(ctx) })
	g.Go(func() error { return n.Sagas.Run(ctx) })
	g.Go(func() error { return n.watch(ctx) })
	if err := g.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// watch ends the node when the keys or the files can no longer be written: after a failed flush nobody knows what is on the disk.
func (n *Node) watch(ctx context.Context) error {
	select {
	case <-n.Vault.Failed():
		return errors.New("the key database could not be flushed; the node must be started again")
	case <-n.blobsFailed:
		return errors.New("the file database could not be flushed; the node must be started again")
	case <-ctx.Done():
		return nil
	}
}

// Serve runs the node and answers on the listener until ctx ends; requests that are under way may take ten seconds to end.
func (n *Node) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler: n.API, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(n.Logger.Handler(), slog.LevelDebug),
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return n.Run(ctx) })
	g.Go(func() error {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err := srv.Shutdown(stop); err != nil {
			return srv.Close()
		}
		return nil
	})
	return g.Wait()
}
