package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/ledgertest"
)

// edit changes the database file behind the back of the store.
func edit(t *testing.T, path, sql string) {
	t.Helper()
	c, err := connect(t.Context(), path, sql)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
}

// wantRefused opens a log that must not open, and expects the words in the error.
func wantRefused(t *testing.T, path string, words ...string) {
	t.Helper()
	s, err := Open(context.Background(), Options{Path: path})
	if err == nil {
		s.Close()
		t.Fatalf("the log opened, want an error with %q", words)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q does not say %q", err, w)
		}
	}
}

func TestOpen_RefusesASecondStoreInThisProcess(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openAt(t, path, nil)
	wantRefused(t, path, "in use by this process", path+".lock")
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, link, "in use")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	openAt(t, path, nil)
}

func TestOpen_RefusesWhatIsNoLog(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sql  string
		want string
	}{
		"another program":      {"PRAGMA application_id = 7; CREATE TABLE events (pos)", "another program"},
		"a database of nobody": {"CREATE TABLE events (pos)", "another program"},
		"a newer version":      {fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = 99", applicationID), "format 99"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := newPath(t)
			edit(t, path, c.sql)
			wantRefused(t, path, c.want, path)
		})
	}
	text := newPath(t)
	if err := os.WriteFile(text, []byte(strings.Repeat("this is no database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, text, "not a database")
	wantRefused(t, filepath.Join(t.TempDir(), "missing", "ledger.db"), "no such file or directory")
	wantRefused(t, "", "no path")
}

func TestOpen_RecordsTheFormat(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openAt(t, path, nil)
	all, err := steps()
	if err != nil {
		t.Fatal(err)
	}
	for pragma, want := range map[string]int64{
		"application_id": applicationID, "user_version": int64(len(all)), "synchronous": 2, "page_size": 8192,
	} {
		if got, err := s.writer.number("PRAGMA " + pragma); err != nil || got != want {
			t.Errorf("%s is %d (error %v), want %d", pragma, got, err, want)
		}
	}
	if _, err := os.Stat(path + "-wal"); err != nil {
		t.Errorf("no write-ahead log: %v", err)
	}
}

func TestMigrate_FailedStepLeavesNothing(t *testing.T) {
	t.Parallel()
	c, err := connect(t.Context(), newPath(t), writerPragmas)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	bad := step{version: 1, sql: "CREATE TABLE half (x); CREATE TABLE half (x);"}
	if err := bad.apply(c); err == nil {
		t.Fatal("no error")
	}
	for _, sql := range []string{"SELECT count(*) FROM sqlite_schema", "PRAGMA user_version", "PRAGMA application_id"} {
		if n, err := c.number(sql); err != nil || n != 0 {
			t.Errorf("%s: %d, error %v, want 0", sql, n, err)
		}
	}
	if err := migrate(c); err != nil {
		t.Errorf("migration after a failed one: %v", err)
	}
}

func TestOpen_RefusesADamagedTail(t *testing.T) {
	t.Parallel()
	const unlock = "DROP TRIGGER events_are_never_changed; DROP TRIGGER events_are_never_deleted;"
	for name, c := range map[string]struct{ sql, want string }{
		"payload changed":      {"UPDATE events SET data = x'00' WHERE pos = 12", "instance-b@1 at position 12"},
		"metadata changed":     {"UPDATE events SET meta = CAST(meta || ' ' AS BLOB) WHERE pos = 3", "at position 3"},
		"time changed":         {"UPDATE events SET time = time + 1 WHERE pos = 14", "at position 14"},
		"hash changed":         {"UPDATE events SET hash = zeroblob(32) WHERE pos = 4", "at position 4"},
		"hash cut":             {"UPDATE events SET hash = x'00' WHERE pos = 4", "blob of 32 bytes"},
		"id cut":               {"UPDATE events SET id = x'00' WHERE pos = 4", "blob of 16 bytes"},
		"event in the middle":  {"DELETE FROM events WHERE pos = 7", "position 7 is missing"},
		"first event":          {"DELETE FROM events WHERE pos = 1", "position 1 is missing"},
		"gap before the last":  {"UPDATE events SET pos = 99 WHERE pos = 16", "position 16 is missing"},
		"revision skipped":     {"UPDATE events SET rev = 9 WHERE pos = 16", "comes after revision"},
		"stream without name":  {"DELETE FROM streams WHERE name = 'instance-b'", "has no name"},
		"stream of other name": {"UPDATE streams SET name = 'x' WHERE name = 'instance-b'", "does not follow"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := newPath(t)
			s := openAt(t, path, nil)
			fill(t, s, "instance-a", 10)
			fill(t, s, "instance-b", 6)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			edit(t, path, unlock+c.sql)
			wantRefused(t, path, c.want, "restore it from a backup")
		})
	}
}

// TestOpen_VerifiesAcrossTheEdgeOfTheTail: the chain of the first verified event is checked against one that is not.
func TestOpen_VerifiesAcrossTheEdgeOfTheTail(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openAt(t, path, nil)
	all := fill(t, s, "instance-a", ledger.MaxAppend)
	more := ledgertest.NewEvents("instance-a", ledger.MaxAppend, all[len(all)-1].Hash, 100, 8)
	if _, err := s.Append(t.Context(), "instance-a", ledger.MaxAppend-1, more); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := openAt(t, path, nil).Close(); err != nil {
		t.Fatal(err)
	}
	edit(t, path, "DROP TRIGGER events_are_never_changed; UPDATE events SET hash = zeroblob(32) WHERE pos = 100")
	wantRefused(t, path, "instance-a@100 at position 101")
}

func TestDatabase_RefusesChanges(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openAt(t, path, nil)
	fill(t, s, "instance-a", 3)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"UPDATE events SET type = 'x'", "DELETE FROM events WHERE pos = 3"} {
		if _, err := connect(t.Context(), path, sql); err == nil || !strings.Contains(err.Error(), "events are never") {
			t.Errorf("%s: error %v, want a refusal", sql, err)
		}
	}
	ledgertest.CheckLedger(t, openAt(t, path, nil))
}

func TestOpen_FollowsItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	path := newPath(t)
	if s, err := Open(ctx, Options{Path: path}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, error %v, want %v", s, err, context.Canceled)
	}
	openAt(t, path, nil) // and has left no lock behind
}

func TestOpen_PathWithOddCharacters(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "Ærlig talt? 100% #1 & mer.db")
	s := openAt(t, path, nil)
	fill(t, s, "instance-a", 1)
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}
