package projectionstest

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/chain"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/memory"
	"github.com/hovedbok/hovedbok/ledger/vault"
	"github.com/hovedbok/hovedbok/projections"
	"github.com/hovedbok/hovedbok/projections/store"
	"github.com/hovedbok/hovedbok/projections/store/sqlite"
	"github.com/hovedbok/hovedbok/record"
)

// Start is the time of the first event of a bundle.
var Start = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)

// Bundle is a log with its keys. Events may be appended from any goroutine.
type Bundle struct {
	Log   *record.Log
	Vault *vault.Vault
	Dir   string

	t     testing.TB
	mu    sync.Mutex // guards all below
	heads map[string]record.Head
	last  ledger.Position
	steps int
}

// New makes an empty log that ends with the test.
func New(t testing.TB) *Bundle {
	t.Helper()
	return On(t, memory.New())
}

// On makes a bundle on a log that is empty.
func On(t testing.TB, log ledger.Store) *Bundle {
	t.Helper()
	dir := t.TempDir()
	master, err := vault.LoadOrCreateMaster(filepath.Join(dir, "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := vault.Open(t.Context(), vault.Options{Path: filepath.Join(dir, vault.DatabaseName), Master: master})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { keys.Close(); log.Close() })
	return &Bundle{Log: record.NewLog(log, keys), Vault: keys, Dir: dir, t: t, heads: map[string]record.Head{}}
}

// ID gives the id that goes by a name in tests.
func ID(name string) uuid.UUID { return record.Derive("projectionstest", name) }

// App is who offers an instance.
type App struct{ Org, App, Version string }

// By is an actor with an app and an instance.
type By struct {
	App      App
	Instance uuid.UUID
	Actor    ledger.Actor
}

// Instance appends events of one command to an instance, a minute after the command before, and gives the last position.
func (b *Bundle) Instance(by By, events ...instance.Event) ledger.Position {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	stream := record.InstanceStream(by.Instance)
	done, err := b.Log.AppendInstance(context.Background(), b.head(stream), b.envelope(by), events)
	return b.done(stream, done, err)
}

// Chain appends events to a chain.
func (b *Bundle) Chain(id uuid.UUID, by By, events ...chain.Event) ledger.Position {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	stream := record.ChainStream(id)
	done, err := b.Log.AppendChain(context.Background(), id, b.head(stream), b.envelope(by), events)
	return b.done(stream, done, err)
}

func (b *Bundle) head(stream string) record.Head {
	if h, ok := b.heads[stream]; ok {
		return h
	}
	return record.Empty
}

func (b *Bundle) envelope(by By) record.Envelope {
	b.steps++
	return record.Envelope{
		Org: by.App.Org, App: by.App.App, Version: by.App.Version, Instance: by.Instance, Actor: by.Actor,
		Command: uuid.New(), At: Start.Add(time.Duration(b.steps-1) * time.Minute),
	}
}

func (b *Bundle) done(stream string, done record.Appended, err error) ledger.Position {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	b.heads[stream] = done.Head
	b.last = done.Position
	return done.Position
}

// Last is the position of the last event.
func (b *Bundle) Last() ledger.Position {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last
}

// Destroy destroys the key of an instance.
func (b *Bundle) Destroy(id uuid.UUID) {
	b.t.Helper()
	if err := b.Vault.Erase(b.t.Context(), record.InstanceStream(id)); err != nil {
		b.t.Fatal(err)
	}
}

// Open opens a new database for views that is closed with the test.
func Open(t testing.TB) *sqlite.Store {
	t.Helper()
	return OpenAt(t, filepath.Join(t.TempDir(), sqlite.DatabaseName))
}

// OpenAt opens the database at a path.
func OpenAt(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// Run runs a runner in the background and gives a function that stops it and gives what Run gave.
func Run(t testing.TB, r *projections.Runner) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() { stop() })
	return stop
}

// Build brings the standard projections to the end of the bundle's log in a store.
func (b *Bundle) Build(s store.Store) {
	b.t.Helper()
	r, err := projections.Open(b.t.Context(), projections.Options{Log: b.Log, Store: s, Projections: projections.Standard()})
	if err != nil {
		b.t.Fatal(err)
	}
	stop := Run(b.t, r)
	if _, err := r.Wait(b.t.Context(), b.Last()); err != nil {
		b.t.Fatal(err)
	}
	if err := stop(); err != nil {
		b.t.Fatal(err)
	}
}
