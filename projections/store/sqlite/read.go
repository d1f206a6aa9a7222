package sqlite

import (
	"context"
	"errors"
	"fmt"

	"github.com/hovedbok/hovedbok/projections/store"
)

// Read lends a snapshot; see store.Reader. It waits for a free connection as long as ctx allows.
func (s *Store) Read(ctx context.Context, do func(store.Snapshot) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-s.closing:
		return store.ErrClosed
	default:
	}
	select {
	case c := <-s.readers:
		defer func() { s.readers <- c }()
		return snapshot{c}.lend(do)
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closing:
		return store.ErrClosed
	}
}

// snapshot is a read transaction of one connection.
type snapshot struct{ conn *conn }

func (s snapshot) lend(do func(store.Snapshot) error) (err error) {
	if _, err := s.conn.exec("BEGIN"); err != nil {
		return fmt.Errorf("projections/store/sqlite: begin to read: %w", err)
	}
	defer func() {
		_, end := s.conn.exec("ROLLBACK")
		err = errors.Join(err, end)
	}()
	return do(s)
}

// Query runs a query; see store.Snapshot.
func (s snapshot) Query(ctx context.Context, sql string, args []any, each func(row []any) error) error {
	if err := s.conn.query(ctx, sql, args, each); err != nil {
		return fmt.Errorf("projections/store/sqlite: query: %w", err)
	}
	return nil
}
