package blob

import (
	"bytes"
	"database/sql"
	"errors"
	"io"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger/vault"
)

// bundle is a store with its vault, which can be closed and opened again.
type bundle struct {
	*SQLite
	o     Options
	vault *vault.Vault
	t     testing.TB
}

func setup(t testing.TB) *bundle {
	t.Helper()
	return setupIn(t, t.TempDir(), nil)
}

func setupIn(t testing.TB, dir string, commit func(func() error) error) *bundle {
	t.Helper()
	m, err := vault.LoadOrCreateMaster(filepath.Join(dir, "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(t.Context(), vault.Options{Path: filepath.Join(dir, vault.DatabaseName), Master: m})
	if err != nil {
		t.Fatal(err)
	}
	b := &bundle{o: Options{Path: filepath.Join(dir, "blobs.db"), Keys: v, commit: commit}, vault: v, t: t}
	b.open()
	t.Cleanup(func() {
		b.Close()
		v.Close()
	})
	return b
}

func (b *bundle) open() {
	b.t.Helper()
	s, err := OpenSQLite(b.t.Context(), b.o)
	if err != nil {
		b.t.Fatal(err)
	}
	b.SQLite = s
}

func (b *bundle) reopen() {
	b.t.Helper()
	if err := b.Close(); err != nil {
		b.t.Fatal(err)
	}
	b.open()
}

func (b *bundle) put(ref Ref, content []byte) Info {
	b.t.Helper()
	info, err := b.Put(b.t.Context(), "nordvik", ref, bytes.NewReader(content), int64(len(content)))
	if err != nil {
		b.t.Fatal(err)
	}
	return info
}

// read gives a blob's content, or the first error on the way.
func (b *bundle) read(ref Ref) ([]byte, Info, error) {
	r, info, err := b.Open(b.t.Context(), ref)
	if err != nil {
		return nil, Info{}, err
	}
	content, err := io.ReadAll(struct{ io.Reader }{r})
	return content, info, errors.Join(err, r.Close())
}

// count gives the number that a query answers.
func (b *bundle) count(query string) (n int) {
	b.t.Helper()
	st, err := b.file.Prepare(b.t.Context(), query)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := st.QueryRow().Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

// checkEmpty tells whether anything of any blob is left.
func (b *bundle) checkEmpty() {
	b.t.Helper()
	for _, table := range []string{"blobs", "chunks", "trash"} {
		if n := b.count("SELECT count(*) FROM " + table); n != 0 {
			b.t.Errorf("%d rows left in %s", n, table)
		}
	}
}

// execute changes the closed store behind its back.
func execute(t testing.TB, path, change string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(change)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func newRef() Ref { return Ref{Stream: "instance-" + uuid.NewString(), ID: uuid.New()} }

// random gives content that is the same for the same seed.
func random(seed uint64, n int) []byte {
	var key [32]byte
	key[0], key[1] = byte(seed), byte(seed>>8)
	out := make([]byte, n)
	rand.NewChaCha8(key).Read(out)
	return out
}
