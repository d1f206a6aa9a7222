package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/ledgertest"
	"github.com/hovedbok/hovedbok/ledger/sqlite"
)

// file is a store that knows where it lives.
type file struct {
	*sqlite.Store
	path string
}

func openFile(t testing.TB, path string) file {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Options{
		Path:  path,
		Fatal: func(err error) { t.Errorf("fatal: %v", err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return file{Store: s, path: path}
}

func reopen(t *testing.T, store ledger.Store) ledger.Store {
	t.Helper()
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return openFile(t, store.(file).path)
}

func TestConformance(t *testing.T) {
	t.Parallel()
	features := ledgertest.Features{Reopen: reopen, Dense: true, VerifiesChain: true, TellsHead: true}
	ledgertest.Run(t, features, func(t *testing.T) ledger.Store {
		return openFile(t, filepath.Join(t.TempDir(), "ledger.db"))
	})
}
