package blob

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/hovedbok/hovedbok/ledger/vault/durable"
)

// Keep implements Writer. It is written with the next group of writes, and at Close.
func (s *SQLite) Keep(ctx context.Context, refs ...Ref) error {
	var pending []Ref
	for _, ref := range refs {
		state, err := s.state(ctx, ref)
		if err != nil {
			return fmt.Errorf("blob: keep %s: %w", ref, err)
		}
		if state != stateKept {
			pending = append(pending, ref)
		}
	}
	if len(pending) == 0 {
		return nil
	}
	err := s.file.Later(ctx, func(tx *durable.Tx) error {
		for _, ref := range pending {
			if _, err := tx.Exec("UPDATE blobs SET state = 3 WHERE stream = ? AND id = ? AND state = 2", ref.Stream, ref.ID[:]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("blob: keep: %w", err)
	}
	return nil
}

func (s *SQLite) state(ctx context.Context, ref Ref) (state int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	err = s.exists.QueryRow(ref.Stream, ref.ID[:]).Scan(&state)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, ErrNotFound
	}
	return state, s.file.Explain(err)
}

// Drop implements Writer. All refs are dropped in one transaction; chunks of large blobs are then deleted in further ones.
func (s *SQLite) Drop(ctx context.Context, refs ...Ref) error {
	err := s.file.Do(ctx, 0, func(tx *durable.Tx) error {
		for _, ref := range refs {
			var no int64
			err := tx.Get("SELECT no FROM blobs WHERE stream = ? AND id = ?", []any{ref.Stream, ref.ID[:]}, &no)
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err := errors.Join(err, discard(tx, no)); err != nil {
				return fmt.Errorf("%s: %w", ref, err)
			}
		}
		_, err := sweepSome(tx)
		return err
	})
	if err = errors.Join(err, s.sweepAfter(ctx, err)); err != nil {
		return fmt.Errorf("blob: drop: %w", err)
	}
	return nil
}

// DropStream implements Cleaner.
func (s *SQLite) DropStream(ctx context.Context, stream string) error {
	err := s.file.Do(ctx, 0, func(tx *durable.Tx) error {
		if _, err := tx.Exec("INSERT INTO trash (no) SELECT no FROM blobs WHERE stream = ?", stream); err != nil {
			return err
		}
		_, err := tx.Exec("DELETE FROM blobs WHERE stream = ?", stream)
		return err
	})
	if err = errors.Join(err, s.sweepAfter(ctx, err)); err == nil {
		err = s.file.Truncate(ctx)
	}
	if err != nil {
		return fmt.Errorf("blob: drop all of %s: %w", stream, err)
	}
	return nil
}

// Pending implements Cleaner.
func (s *SQLite) Pending(ctx context.Context) (refs []Ref, err error) {
	rows, err := s.pending.QueryContext(ctx, s.earlier)
	if err != nil {
		return nil, fmt.Errorf("blob: list pending: %w", s.file.Explain(err))
	}
	defer rows.Close()
	for rows.Next() {
		var ref Ref
		if err := rows.Scan(&ref.Stream, &ref.ID); err != nil {
			return nil, fmt.Errorf("blob: list pending: %w", err)
		}
		refs = append(refs, ref)
	}
	return refs, rows.Err()
}

// discard takes a blob away and leaves its chunks to sweep.
func discard(tx *durable.Tx, no int64) error {
	changed, err := tx.Exec("DELETE FROM blobs WHERE no = ?", no)
	if err != nil || changed == 0 {
		return err
	}
	_, err = tx.Exec("INSERT INTO trash (no) VALUES (?)", no)
	return err
}

func (s *SQLite) sweepAfter(ctx context.Context, err error) error {
	if err != nil {
		return nil
	}
	return s.sweep(ctx)
}

// sweep deletes the chunks of all blobs in the trash, a bounded number in one transaction.
func (s *SQLite) sweep(ctx context.Context) error {
	for {
		var empty bool
		err := s.file.Do(ctx, sweepBudget*ChunkSize, func(tx *durable.Tx) (err error) {
			empty, err = sweepSome(tx)
			return err
		})
		if err != nil || empty {
			return err
		}
	}
}

func sweepSome(tx *durable.Tx) (empty bool, err error) {
	for budget := int64(sweepBudget); budget > 0; {
		var no int64
		err := tx.Get("SELECT no FROM trash LIMIT 1", nil, &no)
		if errors.Is(err, sql.ErrNoRows) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		deleted, err := tx.Exec("DELETE FROM chunks WHERE no IN (SELECT no FROM chunks WHERE no >= ? AND no < ? LIMIT ?)",
			no<<chunkBits, (no+1)<<chunkBits, budget)
		if err != nil {
			return false, err
		}
		if deleted < budget {
			if _, err := tx.Exec("DELETE FROM trash WHERE no = ?", no); err != nil {
				return false, err
			}
		}
		budget -= max(deleted, 1)
	}
	return false, nil
}
