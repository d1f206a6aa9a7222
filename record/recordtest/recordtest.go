// Package recordtest makes logs for tests: events in memory, keys in a temporary folder.
package recordtest

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/hovedbok/hovedbok/ledger/memory"
	"github.com/hovedbok/hovedbok/ledger/vault"
	"github.com/hovedbok/hovedbok/record"
)

// Bundle is a log with what it is made of.
type Bundle struct {
	Log   *record.Log
	Store *memory.Store
	Vault *vault.Vault
}

// New makes an empty log that is closed when the test ends.
func New(t testing.TB) Bundle {
	t.Helper()
	dir := t.TempDir()
	master, err := vault.LoadOrCreateMaster(filepath.Join(dir, "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := vault.Open(context.Background(), vault.Options{Path: filepath.Join(dir, "keys.db"), Master: master})
	if err != nil {
		t.Fatal(err)
	}
	store := memory.New()
	t.Cleanup(func() {
		_ = store.Close()
		_ = keys.Close()
	})
	return Bundle{Log: record.NewLog(store, keys), Store: store, Vault: keys}
}
