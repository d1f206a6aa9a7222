package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/projections/store"
	"github.com/hovedbok/hovedbok/projections/store/storetest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Opener {
		path := filepath.Join(t.TempDir(), DatabaseName)
		return func() store.Store { return openAt(t, path) }
	})
}

func openAt(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

var (
	table = store.Table{Name: "t", Columns: []store.Column{{Name: "id", Type: store.Text}}, Key: []string{"id"}}
	build = store.Build{Name: "t", Version: 1}
)

func part(from, to ledger.Position, id string) store.Part {
	return store.Part{Build: build, From: from, To: to, Upserts: []store.Upserts{{Table: table.In(build), Rows: [][]any{{id}}}}}
}

// TestKill_InTheMiddleOfATransactionLeavesTheStateBefore copies the files at every statement of a transaction and opens the copies, as a
// process that is started after a crash would.
func TestKill_InTheMiddleOfATransactionLeavesTheStateBefore(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), DatabaseName)
	s := openAt(t, path)
	if err := s.Create(t.Context(), build, store.Serving, []store.Table{table}); err != nil {
		t.Fatal(err)
	}
	if err := s.Write(t.Context(), []store.Part{part(0, 1, "before")}); err != nil {
		t.Fatal(err)
	}
	stop := errors.New("stop")
	for _, keep := range []bool{false, true} {
		err := s.transact(t.Context(), func(c *conn) error {
			for _, id := range []string{"x", "y", "z"} {
				p := part(1, 2, id)
				if err := upsertRows(c, &p.Upserts[0]); err != nil {
					return err
				}
				if got := crashed(t, path); got != "before" {
					t.Errorf("after a crash the rows are %q", got)
				}
			}
			if keep {
				return nil
			}
			return stop
		})
		if !keep && !errors.Is(err, stop) || keep && err != nil {
			t.Fatal(err)
		}
		want := "before"
		if keep {
			want = "beforexyz"
		}
		if got := crashed(t, path); got != want {
			t.Errorf("after the end of the transaction, kept %v, the rows are %q", keep, got)
		}
	}
}

// crashed gives the ids in a copy of the files as they are now.
func crashed(t *testing.T, path string) (ids string) {
	t.Helper()
	dir := t.TempDir()
	for _, suffix := range []string{"", "-wal"} {
		content, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, DatabaseName+suffix), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := openAt(t, filepath.Join(dir, DatabaseName))
	err := s.Read(t.Context(), func(q store.Snapshot) error {
		return q.Query(t.Context(), "SELECT id FROM t ORDER BY id", nil, func(row []any) error {
			ids += row[0].(string)
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestOpen_SaysWhichFileItCouldNotOpen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), DatabaseName)
	if err := os.WriteFile(path, []byte("this is no database, but long enough to be taken for one at the first look"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(t.Context(), path); err == nil {
		s.Close()
		t.Fatal("want an error")
	}
}

func TestPrepare_KeepsABoundedNumberOfStatements(t *testing.T) {
	t.Parallel()
	s := openAt(t, filepath.Join(t.TempDir(), DatabaseName))
	for i := range 3 * maxStatements {
		text := "SELECT $1, '$2 is no parameter' -- " + string(rune('a'+i%26)) + string(rune('a'+i/26))
		if err := s.writer.query(t.Context(), text, []any{"x"}, func([]any) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if n := len(s.writer.stmts); n > maxStatements {
			t.Fatalf("%d statements", n)
		}
	}
}
