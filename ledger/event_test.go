package ledger_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/hovedbok/hovedbok/ledger"
)

func sample() ledger.Event {
	return ledger.Event{
		ID:       uuid.MustParse("00112233-4455-6677-8899-aabbccddeeff"),
		Type:     "nordvik/skjenkebevilling.Submitted",
		Schema:   2,
		Time:     time.Date(2026, 5, 17, 12, 0, 0, 123456000, time.UTC),
		Metadata: []byte(`{"org":"nordvik"}`),
		Payload:  []byte("sealed"),
	}
}

// TestChain_NeverChanges: the value was computed once, from the format's description; logs depend on it.
func TestChain_NeverChanges(t *testing.T) {
	t.Parallel()
	e := sample()
	first := ledger.Chain(ledger.Hash{}, "instance-1", 0, &e)
	second := ledger.Chain(first, "instance-1", 1, &e)
	for _, c := range []struct {
		got  ledger.Hash
		want string
	}{
		{first, "75ffd39696371045877ab789ac568d98e21b13e230c08be29a3249f2a632fe2f"},
		{second, "fbd8d88913490e0d8d67893ba211a68df089826fa766334a5bd855759446bb1b"},
	} {
		if c.got.String() != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
		if _, err := hex.DecodeString(c.got.String()); err != nil {
			t.Error(err)
		}
	}
}

func TestChain_CoversEverything(t *testing.T) {
	t.Parallel()
	e := sample()
	want := ledger.Chain(ledger.Hash{}, "instance-1", 0, &e)
	seen := map[ledger.Hash]string{want: "unchanged"}
	record := func(name string, h ledger.Hash) {
		if other, found := seen[h]; found {
			t.Errorf("%s has the same hash as %s", name, other)
		}
		seen[h] = name
	}
	for name, change := range map[string]func(e *ledger.Event){
		"id":               func(e *ledger.Event) { e.ID[0]++ },
		"type":             func(e *ledger.Event) { e.Type += "x" },
		"schema":           func(e *ledger.Event) { e.Schema++ },
		"time":             func(e *ledger.Event) { e.Time = e.Time.Add(time.Microsecond) },
		"metadata":         func(e *ledger.Event) { e.Metadata = append(e.Metadata, ' ') },
		"payload":          func(e *ledger.Event) { e.Payload = nil },
		"metadata, moved":  func(e *ledger.Event) { e.Metadata, e.Payload = append(e.Metadata, 's'), e.Payload[1:] },
		"metadata, switch": func(e *ledger.Event) { e.Metadata, e.Payload = e.Payload, e.Metadata },
	} {
		c := sample()
		change(&c)
		record(name, ledger.Chain(ledger.Hash{}, "instance-1", 0, &c))
	}
	record("stream", ledger.Chain(ledger.Hash{}, "instance-2", 0, &e))
	record("revision", ledger.Chain(ledger.Hash{}, "instance-1", 1, &e))
	record("previous", ledger.Chain(want, "instance-1", 0, &e))
}

// TestChain_LeavesOutWhereTheStoreIs: the position and the zone of the time are no part of the hash.
func TestChain_LeavesOutWhereTheStoreIs(t *testing.T) {
	t.Parallel()
	e := sample()
	want := ledger.Chain(ledger.Hash{}, "instance-1", 0, &e)
	e.Position, e.Revision, e.Stream = 77, 5, "elsewhere"
	e.Time = e.Time.In(time.FixedZone("CEST", 7200))
	if got := ledger.Chain(ledger.Hash{}, "instance-1", 0, &e); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestFact(t *testing.T) {
	t.Parallel()
	for typ, want := range map[string]string{
		"nordvik/skjenkebevilling.Submitted": "Submitted",
		"nordvik/app.v2.Created":             "Created",
		"Bare":                               "Bare",
		"ends.":                              "",
	} {
		if got := (&ledger.Event{Type: typ}).Fact(); got != want {
			t.Errorf("fact of %q is %q, want %q", typ, got, want)
		}
	}
}

func TestMeta(t *testing.T) {
	t.Parallel()
	e := sample()
	if m, err := e.Meta(); err != nil || m.Org != "nordvik" {
		t.Errorf("%+v, error %v", m, err)
	}
	e.Stream, e.Revision, e.Metadata = "instance-1", 4, []byte("{")
	if _, err := e.Meta(); err == nil || !strings.Contains(err.Error(), "instance-1@4") {
		t.Errorf("error %v, want one that names the event", err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	e := sample()
	for _, stream := range []string{"instance-1", strings.Repeat("x", ledger.MaxStreamName), "søknad 🏔️"} {
		if err := e.Check(stream); err != nil {
			t.Errorf("stream %q: %v", stream, err)
		}
	}
	for _, stream := range []string{"", strings.Repeat("x", ledger.MaxStreamName+1), "a\nb", "\xff", "a\x7f"} {
		if err := e.Check(stream); !errors.Is(err, ledger.ErrInvalid) {
			t.Errorf("stream %q: error %v, want ErrInvalid", stream, err)
		}
	}
}

// TestFilter_AgreesWithFact: a filter by fact lets through exactly the events with that fact.
func TestFilter_AgreesWithFact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := ledger.Event{Type: rapid.StringMatching(`[a-c./]{0,6}`).Draw(t, "type")}
		facts := rapid.SliceOfN(rapid.StringMatching(`[a-c/]{0,2}`), 0, 3).Draw(t, "facts")
		want := len(facts) == 0
		for _, f := range facts {
			want = want || f == e.Fact()
		}
		if got := (ledger.Filter{Facts: facts}).Pass("instance-1", e.Type); got != want {
			t.Fatalf("%q through %q: %v, want %v", e.Type, facts, got, want)
		}
	})
	if (ledger.Filter{StreamPrefix: "chain-"}).Pass("instance-1", "a.B") {
		t.Error("a stream passes the prefix of another kind")
	}
}

func TestNow(t *testing.T) {
	t.Parallel()
	got := ledger.Now(time.Date(2026, 1, 2, 4, 4, 5, 123456789, time.FixedZone("CET", 3600)))
	if want := time.Date(2026, 1, 2, 3, 4, 5, 123456000, time.UTC); got != want {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestConflictError(t *testing.T) {
	t.Parallel()
	err := error(&ledger.ConflictError{Stream: "instance-1", Expected: 4, Actual: 6})
	if !errors.Is(err, ledger.ErrConflict) || errors.Is(err, ledger.ErrBusy) {
		t.Errorf("%v does not match ErrConflict alone", err)
	}
	if want := "ledger: instance-1 is at revision 6, expected 4"; err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
}
