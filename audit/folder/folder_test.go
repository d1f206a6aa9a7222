package folder_test

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/hovedbok/hovedbok/audit"
	"github.com/hovedbok/hovedbok/audit/audittest"
	"github.com/hovedbok/hovedbok/audit/folder"
	"github.com/hovedbok/hovedbok/ledger/sqlite"
	"github.com/hovedbok/hovedbok/ledger/vault"
	"github.com/hovedbok/hovedbok/record"
)

// files tells the story in new files. hold keeps them open until the test ends.
func files(t *testing.T, hold bool) folder.Files {
	t.Helper()
	dir := t.TempDir()
	f := folder.Files{Ledger: filepath.Join(dir, "ledger.db"), Keys: filepath.Join(dir, "keys.db"), Master: filepath.Join(dir, "master.key")}
	master, err := vault.CreateMaster(f.Master)
	must(t, err)
	keys, err := vault.Open(t.Context(), vault.Options{Path: f.Keys, Master: master})
	must(t, err)
	store, err := sqlite.Open(t.Context(), sqlite.Options{Path: f.Ledger})
	must(t, err)
	audittest.Tell(t, record.NewLog(store, keys))
	done := func() {
		must(t, store.Close())
		must(t, keys.Close())
	}
	if hold {
		t.Cleanup(done)
	} else {
		done()
	}
	return f
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestFolder_AnswersWhatAuditAnswers(t *testing.T) {
	t.Parallel()
	f, err := folder.Open(t.Context(), files(t, false))
	must(t, err)
	in := f.Instance(audittest.Instance)
	n, recomputed, err := in.Verify(t.Context())
	if n != 25 || !recomputed || err != nil {
		t.Errorf("verified %d, recomputed %v, %v", n, recomputed, err)
	}
	events, err := in.Events(t.Context(), audit.Options{From: 3, Until: audit.At(7)})
	if len(events) != 5 || err != nil {
		t.Errorf("%d events, %v", len(events), err)
	}
	doc, err := in.State(t.Context(), audit.At(7))
	if doc.Revision != 7 || err != nil || doc.Hash != events[4].Hash {
		t.Errorf("state %+v, %v", doc, err)
	}
	changes, err := in.Diff(t.Context(), audit.At(6), audit.At(7))
	if len(changes) == 0 || err != nil {
		t.Errorf("%d changes, %v", len(changes), err)
	}
	if err := errors.Join(f.Close(), f.Close()); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

func TestOpen_LeavesTheLogAsItIs(t *testing.T) {
	t.Parallel()
	where := files(t, false)
	for range 2 {
		f, err := folder.Open(t.Context(), where)
		must(t, err)
		if n, _, err := f.Instance(audittest.Instance).Verify(t.Context()); n != 25 || err != nil {
			t.Errorf("%d events, %v", n, err)
		}
		must(t, f.Close())
	}
}

func TestOpen_OfFilesInUse(t *testing.T) {
	t.Parallel()
	if _, err := folder.Open(t.Context(), files(t, true)); !errors.Is(err, folder.ErrInUse) {
		t.Errorf("got %v", err)
	}
}

func TestOpen_MakesNothingThatIsMissing(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"ledger.db", "keys.db", "master.key"} {
		where := files(t, false)
		missing := filepath.Join(filepath.Dir(where.Ledger), name)
		must(t, os.Remove(missing))
		if _, err := folder.Open(t.Context(), where); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("without %s: %v", name, err)
		}
		if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s has been made", name)
		}
	}
}

func TestOpen_OfALogThatWasTamperedWith(t *testing.T) {
	t.Parallel()
	where := files(t, false)
	db, err := sql.Open("sqlite", where.Ledger)
	must(t, err)
	dropTriggers(t, db)
	_, err = db.ExecContext(t.Context(), "UPDATE events SET meta = CAST(replace(CAST(meta AS TEXT), '510001', '510009') AS BLOB) WHERE pos = 6")
	must(t, err)
	must(t, db.Close())
	f, err := folder.Open(t.Context(), where)
	if err == nil {
		_, _, err = f.Instance(audittest.Instance).Verify(t.Context())
		must(t, f.Close())
	}
	if err == nil || !strings.Contains(err.Error(), "does not follow from") {
		t.Errorf("got %v", err)
	}
}

// dropTriggers takes away what keeps honest programs from changing events.
func dropTriggers(t *testing.T, db *sql.DB) {
	t.Helper()
	var names []string
	rows, err := db.QueryContext(t.Context(), "SELECT name FROM sqlite_master WHERE type = 'trigger'")
	must(t, err)
	for rows.Next() {
		var name string
		must(t, rows.Scan(&name))
		names = append(names, name)
	}
	must(t, errors.Join(rows.Err(), rows.Close()))
	for _, name := range names {
		_, err := db.ExecContext(t.Context(), `DROP TRIGGER "`+name+`"`)
		must(t, err)
	}
}
