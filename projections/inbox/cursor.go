package inbox

import (
	"encoding/base64"
	"encoding/binary"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/projections/store"
)

const cursorSize = 1 + 8 + 16 // order, changed, id

// cursor names the place after a row, in an order.
func cursor(o Order, r *Row) string {
	b := make([]byte, 0, cursorSize)
	b = append(b, byte(o))
	b = binary.BigEndian.AppendUint64(b, uint64(store.Micros(r.Changed)))
	b = append(b, r.ID[:]...)
	return base64.RawURLEncoding.EncodeToString(b)
}

// parseCursor reads what cursor has written for the same order.
func parseCursor(o Order, text string) (changed int64, id uuid.UUID, err error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != cursorSize || b[0] != byte(o) {
		return 0, uuid.Nil, ErrCursor
	}
	return int64(binary.BigEndian.Uint64(b[1:9])), uuid.UUID(b[9:]), nil
}

// after writes the condition that leaves out the pages before.
func (q *Query) after(b *store.Builder) error {
	if q.After == "" {
		return nil
	}
	changed, id, err := parseCursor(q.Order, q.After)
	if err != nil {
		return err
	}
	sign := "<"
	if q.Order == OldestFirst {
		sign = ">"
	}
	b.Add(" AND (i.changed, i.id) "+sign+" (?, ?)", changed, id.String())
	return nil
}
