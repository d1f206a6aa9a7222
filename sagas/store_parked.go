package sagas

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger"
)

// Of the parked events of one handler and stream, the one with the lowest position is the head. Only a head is ever due;
// those behind it have no time of their own until it is gone. Every transaction here keeps that.

const columns = `p.id, p.handler, p.stream, p.revision, p.event, p.position, p.type, p.class,
	CASE WHEN p.class = 'behind' AND p.next IS NULL AND p.discarded IS NULL THEN coalesce('waits for ' || (SELECT id FROM parked q
		WHERE q.handler = p.handler AND q.stream = p.stream AND q.discarded IS NULL AND q.position < p.position ORDER BY q.position LIMIT 1), p.reason) ELSE p.reason END,
	p.attempts, p.rounds, p.first, p.last, p.next, p.requested, p.discarded, p.by, p.why`

// ListParked gives the parked events that the filter asks for, the oldest first.
func (s *Store) ListParked(ctx context.Context, f ParkedFilter) ([]Parked, error) {
	var after int64
	if f.After != "" {
		var err error
		if after, err = rowOf(f.After); err != nil {
			return nil, err
		}
	}
	limit := -1
	if f.Limit > 0 {
		limit = f.Limit
	}
	return s.list(ctx, `WHERE (p.discarded IS NOT NULL) = ? AND (? = '' OR p.handler = ?) AND (? = '' OR p.stream = ?)
		AND (? = '' OR p.class = ?) AND p.id > ? ORDER BY p.id LIMIT ?`,
		f.Discarded, f.Handler, f.Handler, f.Stream, f.Stream, string(f.Class), string(f.Class), after, limit)
}

// due gives the heads that may be tried now, those that have waited longest first.
func (s *Store) due(ctx context.Context, handler string, now time.Time, limit int) ([]Parked, error) {
	return s.list(ctx, "WHERE p.handler = ? AND p.discarded IS NULL AND p.next <= ? ORDER BY p.next, p.position LIMIT ?",
		handler, now.UnixMicro(), limit)
}

// nextDue gives the time when the next head after now is due, zero if there is none.
func (s *Store) nextDue(ctx context.Context, handler string, now time.Time) (time.Time, error) {
	var next sql.NullInt64
	err := s.reads.QueryRowContext(ctx, "SELECT min(next) FROM parked WHERE handler = ? AND discarded IS NULL AND next > ?",
		handler, now.UnixMicro()).Scan(&next)
	if err != nil {
		err = fmt.Errorf("sagas: next parked event of %s: %w", handler, err)
	}
	return moment(next), err
}

func (s *Store) list(ctx context.Context, where string, args ...any) ([]Parked, error) {
	rows, err := s.reads.QueryContext(ctx, "SELECT "+columns+" FROM parked p "+where, args...)
	if err != nil {
		return nil, fmt.Errorf("sagas: list parked events: %w", err)
	}
	defer rows.Close()
	list := []Parked{}
	for rows.Next() {
		p, err := scanParked(rows)
		if err != nil {
			return nil, fmt.Errorf("sagas: list parked events: %w", err)
		}
		list = append(list, p)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("sagas: list parked events: %w", err)
	}
	return list, nil
}

func scanParked(rows *sql.Rows) (Parked, error) {
	var p Parked
	var event []byte
	var first, last, next, discarded sql.NullInt64
	err := rows.Scan(&p.row, &p.Handler, &p.Stream, &p.Revision, &event, &p.Position, &p.Type, &p.Class, &p.Reason,
		&p.Attempts, &p.rounds, &first, &last, &next, &p.Requested, &discarded, &p.DiscardedBy, &p.DiscardedWhy)
	if err != nil {
		return p, err
	}
	p.ID = strconv.FormatInt(p.row, 10)
	p.First, p.Last, p.Next, p.Discarded = moment(first), moment(last), moment(next), moment(discarded)
	p.EventID, err = uuid.FromBytes(event)
	return p, err
}

// count gives how many are parked, and how many of them only wait.
func (s *Store) count(ctx context.Context, handler string) (all, waiting int, err error) {
	err = s.reads.QueryRowContext(ctx, "SELECT count(*), coalesce(sum(class = 'waiting'), 0) FROM parked WHERE handler = ? AND discarded IS NULL",
		handler).Scan(&all, &waiting)
	if err != nil {
		err = fmt.Errorf("sagas: count parked events of %s: %w", handler, err)
	}
	return all, waiting, err
}

// held gives the streams that have a parked event of the handler.
func (s *Store) held(ctx context.Context, handler string) ([]string, error) {
	rows, err := s.reads.QueryContext(ctx, "SELECT DISTINCT stream FROM parked WHERE handler = ? AND discarded IS NULL", handler)
	if err != nil {
		return nil, fmt.Errorf("sagas: streams held for %s: %w", handler, err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var stream string
		if err := rows.Scan(&stream); err != nil {
			return nil, fmt.Errorf("sagas: streams held for %s: %w", handler, err)
		}
		list = append(list, stream)
	}
	return list, rows.Err()
}

// dealt gives, for each stream with parked or discarded events after a position, the position of the last of them. All
// events of the stream up to there have been dealt with before.
func (s *Store) dealt(ctx context.Context, handler string, after ledger.Position) (map[string]ledger.Position, error) {
	rows, err := s.reads.QueryContext(ctx, "SELECT stream, max(position) FROM parked WHERE handler = ? AND position > ? GROUP BY stream",
		handler, int64(after))
	if err != nil {
		return nil, fmt.Errorf("sagas: what %s has dealt with: %w", handler, err)
	}
	defer rows.Close()
	list := map[string]ledger.Position{}
	for rows.Next() {
		var stream string
		var at ledger.Position
		if err := rows.Scan(&stream, &at); err != nil {
			return nil, fmt.Errorf("sagas: what %s has dealt with: %w", handler, err)
		}
		list[stream] = at
	}
	return list, rows.Err()
}

// park puts an event on the list. If an earlier one of its stream is there it is behind that, whatever its class says, and one that is to
// be behind but has nobody before it is due at once. Parking it again changes nothing.
func (s *Store) park(ctx context.Context, p Parked) error {
	return s.write(ctx, "park "+p.EventID.String(), func(tx *sql.Tx) error {
		var behind bool
		err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM parked WHERE handler = ? AND stream = ? AND discarded IS NULL AND position < ?)",
			p.Handler, p.Stream, int64(p.Position)).Scan(&behind)
		if err != nil {
			return err
		}
		next := micros(p.Next)
		switch {
		case behind:
			p.Class, next = ClassBehind, nil
		case p.Class == ClassBehind:
			next = int64(0)
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO parked (handler, stream, revision, event, position, type, class, reason, attempts, rounds, first, last, next, requested)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (handler, event) DO NOTHING`,
			p.Handler, p.Stream, int64(p.Revision), p.EventID[:], int64(p.Position), p.Type, string(p.Class), cutReason(p.Reason),
			p.Attempts, p.rounds, p.First.UnixMicro(), p.Last.UnixMicro(), next)
		return err
	})
}

// again keeps an event parked after another try, unless it was discarded meanwhile. p has the new class, reason, attempts, rounds, Last and Next.
func (s *Store) again(ctx context.Context, p Parked) error {
	return s.write(ctx, "park again "+p.EventID.String(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE parked SET class = ?, reason = ?, attempts = ?, rounds = ?, last = ?, next = ?, requested = 0
			WHERE id = ? AND discarded IS NULL`,
			string(p.Class), cutReason(p.Reason), p.Attempts, p.rounds, p.Last.UnixMicro(), micros(p.Next), p.row)
		return err
	})
}

// resolve takes an event that is done off the list and makes the next of its stream due. held tells whether there is one.
func (s *Store) resolve(ctx context.Context, p Parked) (held bool, err error) {
	err = s.write(ctx, "release "+p.EventID.String(), func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM parked WHERE id = ? AND discarded IS NULL", p.row); err != nil {
			return err
		}
		held, err = promote(ctx, tx, p.Handler, p.Stream)
		return err
	})
	return held, err
}

// promote makes the head of a stream due if it was behind another until now.
func promote(ctx context.Context, tx *sql.Tx, handler, stream string) (held bool, err error) {
	var head int64
	var class Class
	err = tx.QueryRowContext(ctx, "SELECT id, class FROM parked WHERE handler = ? AND stream = ? AND discarded IS NULL ORDER BY position LIMIT 1",
		handler, stream).Scan(&head, &class)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err == nil && class == ClassBehind {
		_, err = tx.ExecContext(ctx, "UPDATE parked SET next = 0 WHERE id = ?", head)
	}
	return true, err
}

// holds tells whether a stream has a parked event of the handler.
func (s *Store) holds(ctx context.Context, handler, stream string) (held bool, err error) {
	err = s.reads.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM parked WHERE handler = ? AND stream = ? AND discarded IS NULL)", handler, stream).Scan(&held)
	if err != nil {
		err = fmt.Errorf("sagas: %s of %s: %w", stream, handler, err)
	}
	return held, err
}

// isParked tells whether a row is on the list and was not discarded.
func (s *Store) isParked(ctx context.Context, row int64) (is bool, err error) {
	err = s.reads.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM parked WHERE id = ? AND discarded IS NULL)", row).Scan(&is)
	if err != nil {
		err = fmt.Errorf("sagas: parked event %d: %w", row, err)
	}
	return is, err
}
