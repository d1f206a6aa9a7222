package audit

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
)

// Beginning is the point before the first event of every instance. Diff takes it as its first point: everything is new then.
func Beginning() record.Until {
	before := ledger.NoStream
	return record.Until{Revision: &before}
}

// At is the point of a revision.
func At(revision ledger.Revision) record.Until { return record.Until{Revision: &revision} }

// ParsePoint reads a point in the history of an instance: a revision (7), a time as [ParseTime] takes it, or now. The error
// matches ErrPoint.
func ParsePoint(text string, zone *time.Location) (record.Until, error) {
	if text == "now" {
		return record.Until{}, nil
	}
	if isDigits(text) {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return record.Until{}, fmt.Errorf("%w: revision %s is too large", ErrPoint, text)
		}
		return At(ledger.Revision(n)), nil
	}
	at, err := ParseTime(text, zone)
	return record.Until{Time: at}, err
}

// ParseSpan reads FROM..TO, each a point. An empty FROM is the point before the first event, an empty TO is now. The
// error matches ErrPoint.
func ParseSpan(text string, zone *time.Location) (from, to record.Until, err error) {
	first, last, ok := strings.Cut(text, "..")
	if !ok {
		return from, to, fmt.Errorf("%w: a span is FROM..TO, such as 3..7 or 2026-01-05T10:00..now, not %q", ErrPoint, text)
	}
	from = Beginning()
	if first != "" {
		if from, err = ParsePoint(first, zone); err != nil {
			return from, to, err
		}
	}
	if last != "" {
		to, err = ParsePoint(last, zone)
	}
	return from, to, err
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// Layouts of times with an offset, and of local ones.
var (
	offsetLayouts = []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04Z07:00"}
	localLayouts  = []string{
		"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02",
		"02.01.2006 15:04:05", "02.01.2006 15:04", "02.01.2006", "2.1.2006 15:04:05", "2.1.2006 15:04", "2.1.2006",
	}
)

// ParseTime reads an instant: RFC 3339 (seconds may be left out), or a local form such as 2026-01-05 10:00, 2026-01-05
// or 05.01.2026 10:00, which is taken in zone. A date alone is the beginning of that day. A local time that the change to or from
// summer time has twice or not at all is refused. The error matches ErrPoint.
func ParseTime(text string, zone *time.Location) (time.Time, error) {
	for _, layout := range offsetLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	for _, layout := range localLayouts {
		t, err := time.ParseInLocation(layout, text, zone)
		if err != nil {
			continue
		}
		if fault := clockFault(t, text, layout); fault != "" {
			return time.Time{}, fmt.Errorf("%w: %s %s in %s; give the offset, such as %s", ErrPoint, text, fault, zone, t.Format(time.RFC3339))
		}
		return t.UTC(), nil
	}
	return time.Time{}, fmt.Errorf("%w: %q; write 2026-01-05T10:00:00+01:00, 2026-01-05 10:00 or 05.01.2026 10:00", ErrPoint, text)
}

// clockFault tells whether a local time is missing or comes twice because the clocks were moved by up to two hours.
func clockFault(t time.Time, text, layout string) string {
	const fraction = ".999999999" // a parsed text may have one where the layout has none
	want, wantErr := time.Parse(layout, text)
	if wantErr == nil && t.Format(time.DateTime+fraction) != want.Format(time.DateTime+fraction) {
		return "does not exist"
	}
	for _, d := range []time.Duration{-2 * time.Hour, -time.Hour, -30 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour} {
		if t.Add(d).Format(time.DateTime+fraction) == t.Format(time.DateTime+fraction) {
			return "comes twice"
		}
	}
	return ""
}
