package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"runtime"
)

// Tx is the transaction that a write runs in. It is valid only inside the function that was given it.
type Tx struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt // by text; kept for the life of the connection
}

// Exec runs a statement that gives no rows and tells how many rows it changed. Statements are prepared once and kept, so
// the set of texts must be small.
func (t *Tx) Exec(query string, args ...any) (changed int64, err error) {
	st, err := t.stmt(query)
	if err != nil {
		return 0, err
	}
	res, err := st.Exec(args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Insert runs an INSERT and gives the number of the new row.
func (t *Tx) Insert(query string, args ...any) (row int64, err error) {
	st, err := t.stmt(query)
	if err != nil {
		return 0, err
	}
	res, err := st.Exec(args...)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// Get reads one row into dest. The error is sql.ErrNoRows if there is none.
func (t *Tx) Get(query string, args []any, dest ...any) error {
	st, err := t.stmt(query)
	if err != nil {
		return err
	}
	return st.QueryRow(args...).Scan(dest...)
}

func (t *Tx) stmt(query string) (*sql.Stmt, error) {
	if st, ok := t.stmts[query]; ok {
		return st, nil
	}
	st, err := t.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", query, err)
	}
	t.stmts[query] = st
	return st, nil
}

func (t *Tx) close() error {
	var errs []error
	for _, st := range t.stmts {
		errs = append(errs, st.Close())
	}
	return errors.Join(append(errs, t.conn.Close())...)
}

// prepareFile makes an empty file current, and refuses one of another kind or format.
func (t *Tx) prepareFile(ctx context.Context, o Options) error {
	var app, version, tables int64
	row := t.conn.QueryRowContext(ctx,
		"SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)")
	if err := row.Scan(&app, &version, &tables); err != nil {
		return err
	}
	switch {
	case app == 0 && version == 0 && tables == 0:
		return t.create(ctx, o)
	case app != int64(o.Application):
		return fmt.Errorf("%w: application id %#x, wanted %#x", ErrFormat, app, o.Application)
	case version != int64(o.Version):
		return fmt.Errorf("%w: version %d, this program reads version %d", ErrFormat, version, o.Version)
	}
	return nil
}

func (t *Tx) create(ctx context.Context, o Options) error {
	script := fmt.Sprintf("BEGIN IMMEDIATE;\n%s\n;PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT", o.Schema, o.Application, o.Version)
	if _, err := t.conn.ExecContext(ctx, script); err != nil {
		return fmt.Errorf("create schema: %w", err)
	}
	return nil
}

// SyncFolder flushes a folder, so that names made, linked or removed in it survive a power cut.
func SyncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil // folders cannot be flushed there; NTFS logs its names itself
	}
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
