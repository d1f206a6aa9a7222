package sagas

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/hovedbok/hovedbok/ledger"
)

// Checkpoint is how far a handler has come: every event up to Position is done or on the parked list.
type Checkpoint struct {
	Handler  string          `json:"handler"`
	Position ledger.Position `json:"position"`
	Saved    time.Time       `json:"saved"`
}

// Checkpoints gives the checkpoints of all handlers that have ever run on this file, by name.
func (s *Store) Checkpoints(ctx context.Context) ([]Checkpoint, error) {
	rows, err := s.reads.QueryContext(ctx, "SELECT handler, position, saved FROM checkpoints ORDER BY handler")
	if err != nil {
		return nil, fmt.Errorf("sagas: checkpoints: %w", err)
	}
	defer rows.Close()
	var list []Checkpoint
	for rows.Next() {
		var c Checkpoint
		var saved sql.NullInt64
		if err := rows.Scan(&c.Handler, &c.Position, &saved); err != nil {
			return nil, fmt.Errorf("sagas: checkpoints: %w", err)
		}
		c.Saved = moment(saved)
		list = append(list, c)
	}
	return list, rows.Err()
}

// claim makes owner the only one that may move the handler's checkpoint, and gives it. A handler without one gets start's.
func (s *Store) claim(ctx context.Context, handler, owner string, start func() (ledger.Position, error)) (at ledger.Position, err error) {
	err = s.write(ctx, "take over "+handler, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, "SELECT position FROM checkpoints WHERE handler = ?", handler).Scan(&at)
		if errors.Is(err, sql.ErrNoRows) {
			at, err = start()
		}
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO checkpoints (handler, position, owner, saved) VALUES (?, ?, ?, ?)
			ON CONFLICT (handler) DO UPDATE SET owner = excluded.owner`, handler, int64(at), owner, s.now().UnixMicro())
		return err
	})
	return at, err
}

// save moves checkpoints on. ErrTaken if one of them belongs to another owner; then none is moved.
func (s *Store) save(ctx context.Context, owner string, marks map[string]ledger.Position) error {
	return s.write(ctx, "save checkpoints", func(tx *sql.Tx) error {
		for handler, at := range marks {
			res, err := tx.ExecContext(ctx, "UPDATE checkpoints SET position = max(position, ?), saved = ? WHERE handler = ? AND owner = ?",
				int64(at), s.now().UnixMicro(), handler, owner)
			if err != nil {
				return err
			}
			if n, err := res.RowsAffected(); err != nil || n == 0 {
				return errors.Join(err, fmt.Errorf("%w: %s", ErrTaken, handler))
			}
		}
		return nil
	})
}
