package sqlite

import (
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger"
)

// decoder takes the columns of a row apart; err is the first fault.
type decoder struct {
	row []driver.Value
	err error
}

func (d *decoder) int(i int) int64 {
	n, ok := d.row[i].(int64)
	if !ok {
		d.fault(i, "a number")
	}
	return n
}

func (d *decoder) text(i int) string {
	s, ok := d.row[i].(string)
	if !ok {
		d.fault(i, "text")
	}
	return s
}

// blob gives the column's own bytes, which the driver has allocated for this row.
func (d *decoder) blob(i int) []byte {
	b, ok := d.row[i].([]byte)
	if !ok {
		d.fault(i, "a blob")
	}
	return b
}

// bytes gives n bytes also after a fault.
func (d *decoder) bytes(i, n int) []byte {
	b := d.blob(i)
	if len(b) != n {
		d.fault(i, fmt.Sprintf("a blob of %d bytes", n))
		return make([]byte, n)
	}
	return b
}

func (d *decoder) fault(i int, want string) {
	if d.err == nil {
		d.err = fmt.Errorf("column %d is %T, want %s: %w", i, d.row[i], want, errDamaged)
	}
}

// event decodes a row of read_log, read_stream or read_event. It gives the number of the stream, whose name is not in the row.
func (d *decoder) event(e *ledger.Event) (stream int64) {
	e.Position = ledger.Position(d.int(0))
	e.Revision = ledger.Revision(d.int(2))
	e.ID = uuid.UUID(d.bytes(3, len(e.ID)))
	e.Type = d.text(4)
	e.Schema = uint16(d.int(5))
	e.Time = time.UnixMicro(d.int(6)).UTC()
	e.Hash = ledger.Hash(d.bytes(7, len(e.Hash)))
	e.Metadata = d.blob(8)
	e.Payload = d.blob(9)
	return d.int(1)
}
