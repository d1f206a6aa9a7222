package sagas

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// head is the condition that a row is the head of its stream.
const head = `NOT EXISTS (SELECT 1 FROM parked q WHERE q.handler = parked.handler AND q.stream = parked.stream
	AND q.discarded IS NULL AND q.position < parked.position)`

// RequestRetry asks for the parked events with these ids to be tried again at once, or for all if none is given, and tells how many
// will be. For an event behind another it is the first one of the stream that is tried; the others follow it. A
// runner in this process acts at once, one in another process within a second. ErrNotParked if an id is unknown or discarded; then
// nothing is asked for.
func (s *Store) RequestRetry(ctx context.Context, ids ...string) (n int, err error) {
	err = s.ask(ctx, "request retry", func(tx *sql.Tx) error {
		if len(ids) == 0 {
			n, err = changed(tx.ExecContext(ctx, "UPDATE parked SET next = 0, requested = 1 WHERE discarded IS NULL AND "+head))
			return err
		}
		n, err = s.requestEach(ctx, tx, ids)
		return err
	})
	return n, err
}

func (s *Store) requestEach(ctx context.Context, tx *sql.Tx, ids []string) (int, error) {
	heads := map[int64]bool{}
	for _, id := range ids {
		_, handler, stream, err := find(ctx, tx, id)
		if err != nil {
			return 0, err
		}
		var first int64
		err = tx.QueryRowContext(ctx, "SELECT id FROM parked WHERE handler = ? AND stream = ? AND discarded IS NULL ORDER BY position LIMIT 1",
			handler, stream).Scan(&first)
		if err == nil {
			_, err = tx.ExecContext(ctx, "UPDATE parked SET next = 0, requested = 1 WHERE id = ?", first)
		}
		if err != nil {
			return 0, err
		}
		heads[first] = true
	}
	return len(heads), nil
}

// Discard gives an event up: it will never be handled, and those behind it go on. Who (not a name or a national identity number) and why are
// recorded, and the row is kept. ErrNotParked if the id is unknown or was discarded before.
func (s *Store) Discard(ctx context.Context, id, who, why string) error {
	if strings.TrimSpace(who) == "" || strings.TrimSpace(why) == "" {
		return errors.New("sagas: discard: who and why must be given")
	}
	return s.ask(ctx, "discard", func(tx *sql.Tx) error {
		row, handler, stream, err := find(ctx, tx, id)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "UPDATE parked SET discarded = ?, by = ?, why = ?, next = NULL, requested = 0 WHERE id = ?",
			s.now().UnixMicro(), who, cutReason(why), row)
		if err == nil {
			_, err = promote(ctx, tx, handler, stream)
		}
		return err
	})
}

// ask is write for what a person wants; runners notice.
func (s *Store) ask(ctx context.Context, op string, do func(tx *sql.Tx) error) error {
	err := s.write(ctx, op, func(tx *sql.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE asked SET number = number + 1")
		return err
	})
	s.tellChanged()
	return err
}

func find(ctx context.Context, tx *sql.Tx, id string) (row int64, handler, stream string, err error) {
	if row, err = rowOf(id); err != nil {
		return 0, "", "", err
	}
	err = tx.QueryRowContext(ctx, "SELECT handler, stream FROM parked WHERE id = ? AND discarded IS NULL", row).Scan(&handler, &stream)
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("%w: %s", ErrNotParked, id)
	}
	return row, handler, stream, err
}

func rowOf(id string) (int64, error) {
	row, err := strconv.ParseInt(id, 10, 64)
	if err != nil || row < 1 {
		return 0, fmt.Errorf("%w: %q is not an id of the list", ErrNotParked, id)
	}
	return row, nil
}

func changed(res sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}
