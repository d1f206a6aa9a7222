package sqlite

import (
	"context"
	"errors"
	"fmt"

	"github.com/hovedbok/hovedbok/projections/store"
)

// Write does all parts in one transaction; see store.Writer. Rows are upserted one by one with prepared statements, which on this engine is
// as fast as statements of many rows.
func (s *Store) Write(ctx context.Context, parts []store.Part) error {
	err := s.transact(ctx, func(c *conn) error {
		for i := range parts {
			if err := writePart(c, &parts[i]); err != nil {
				return fmt.Errorf("%s: %w", parts[i].Build, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("projections/store/sqlite: write: %w", err)
	}
	return nil
}

func writePart(c *conn, p *store.Part) error {
	moved, err := c.exec(store.MovePosition, int64(p.To), p.Build.Name, int64(p.Build.Version), int64(p.Build.Number), int64(p.From))
	if err != nil {
		return err
	}
	if moved != 1 {
		return store.ErrFenced
	}
	for i := range p.Deletes {
		if err := deleteRows(c, &p.Deletes[i]); err != nil {
			return err
		}
	}
	for i := range p.Upserts {
		if err := upsertRows(c, &p.Upserts[i]); err != nil {
			return err
		}
	}
	return nil
}

func deleteRows(c *conn, d *store.Deletes) error {
	s, err := c.prepare(store.DeleteText(&d.Table, len(d.Keys[0])))
	if err != nil {
		return err
	}
	for _, key := range d.Keys {
		if _, err := s.exec(key...); err != nil {
			return fmt.Errorf("delete from %s: %w", d.Table.Physical(), err)
		}
	}
	return nil
}

func upsertRows(c *conn, u *store.Upserts) error {
	s, err := c.prepare(store.UpsertText(&u.Table, u.Set))
	if err != nil {
		return err
	}
	for _, row := range u.Rows {
		if _, err := s.exec(row...); err != nil {
			return fmt.Errorf("upsert into %s: %w", u.Table.Physical(), err)
		}
	}
	return nil
}

// errBusy means that readers kept the write-ahead log from being emptied.
var errBusy = errors.New("readers hold the write-ahead log")

// Scrub empties the write-ahead log into the file, where deleted content is overwritten already; see store.Writer.
func (s *Store) Scrub(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return store.ErrClosed
	}
	if err := s.emptyLog(); err != nil {
		return fmt.Errorf("projections/store/sqlite: scrub: %w", err)
	}
	return nil
}

// emptyLog does not wait long for readers, since whoever writes waits for it.
func (s *Store) emptyLog() (err error) {
	if err := s.writer.script("PRAGMA busy_timeout = 50"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.writer.script(busyTimeout)) }()
	busy := int64(1)
	err = s.writer.query(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)", nil, func(row []any) error {
		busy, _ = row[0].(int64)
		return nil
	})
	if err == nil && busy != 0 {
		err = errBusy
	}
	return err
}
