package audit_test

import (
	"errors"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/hovedbok/hovedbok/audit"
	"github.com/hovedbok/hovedbok/ledger"
)

func oslo(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestParseTime_TakesWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2026-01-05T09:00:00+01:00":     "2026-01-05T08:00:00Z",
		"2026-01-05T08:00:00.123456Z":   "2026-01-05T08:00:00.123456Z",
		"2026-01-05T08:00Z":             "2026-01-05T08:00:00Z",
		"2026-01-05 09:00+01:00":        "2026-01-05T08:00:00Z",
		"2026-01-05T09:00:00":           "2026-01-05T08:00:00Z",
		"2026-01-05 09:00:00.5":         "2026-01-05T08:00:00.5Z",
		"2026-01-05T09:00":              "2026-01-05T08:00:00Z",
		"2026-01-05 09:00":              "2026-01-05T08:00:00Z",
		"2026-01-05":                    "2026-01-04T23:00:00Z",
		"2026-07-05":                    "2026-07-04T22:00:00Z",
		"05.01.2026":                    "2026-01-04T23:00:00Z",
		"5.1.2026 09:00":                "2026-01-05T08:00:00Z",
		"05.01.2026 09:00:01":           "2026-01-05T08:00:01Z",
		"2026-10-25T02:30:00+02:00":     "2026-10-25T00:30:00Z",
		"2026-10-25 03:00":              "2026-10-25T02:00:00Z",
		"2026-03-29 03:00":              "2026-03-29T01:00:00Z",
		"2026-03-29 01:59:59.999999999": "2026-03-29T00:59:59.999999999Z",
	} {
		got, err := audit.ParseTime(text, oslo(t))
		if err != nil || got.Format(time.RFC3339Nano) != want {
			t.Errorf("%s: %s, %v, want %s", text, got.Format(time.RFC3339Nano), err, want)
		}
	}
}

func TestParseTime_RefusesWhatIsNoInstant(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "now", "7", "yesterday", "2026-13-01", "2026-02-30", "2026-01-05T25:00", "10:00", "2026-01-05T", "05/01/2026", "2026-01-05T09:00:00 +01:00",
		"2026-10-25 02:30", // comes twice
		"2026-10-25 02:00",
		"2026-03-29 02:30", // does not exist
	} {
		if got, err := audit.ParseTime(text, oslo(t)); !errors.Is(err, audit.ErrPoint) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func TestParsePointAndSpan(t *testing.T) {
	t.Parallel()
	zone := oslo(t)
	p, err := audit.ParsePoint("7", zone)
	if err != nil || p.Revision == nil || *p.Revision != 7 || !p.Time.IsZero() {
		t.Errorf("7: %+v, %v", p, err)
	}
	if p, err = audit.ParsePoint("now", zone); err != nil || p.Revision != nil || !p.Time.IsZero() {
		t.Errorf("now: %+v, %v", p, err)
	}
	from, to, err := audit.ParseSpan("2026-01-05T10:00Z..now", zone)
	if err != nil || !from.Time.Equal(time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC)) || to.Revision != nil || !to.Time.IsZero() {
		t.Errorf("time..now: %+v %+v %v", from, to, err)
	}
	from, to, err = audit.ParseSpan("..3", zone)
	if err != nil || *from.Revision != ledger.NoStream || *to.Revision != 3 {
		t.Errorf("..3: %+v %+v %v", from, to, err)
	}
	for _, bad := range []string{"", "3", "3-7", "x..7", "3..y", "-1..7", "3...7", "99999999999999999999..", "..99999999999999999999"} {
		if _, _, err := audit.ParseSpan(bad, zone); !errors.Is(err, audit.ErrPoint) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzParseSpan(f *testing.F) {
	for _, s := range []string{"3..7", "..", "2026-01-05T10:00Z..now", "05.01.2026 10:00..2026-03-29 02:30", "a..b"} {
		f.Add(s)
	}
	zone := oslo(f)
	f.Fuzz(func(t *testing.T, text string) {
		from, to, err := audit.ParseSpan(text, zone)
		if err != nil && !errors.Is(err, audit.ErrPoint) {
			t.Fatalf("%q: %v", text, err)
		}
		for _, p := range []*ledger.Revision{from.Revision, to.Revision} {
			if err == nil && p != nil && *p < ledger.NoStream {
				t.Fatalf("%q gives revision %d", text, *p)
			}
		}
	})
}
