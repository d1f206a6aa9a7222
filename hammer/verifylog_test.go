package hammer

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger"
)

// logOf makes a valid log of streams, one event for each name given.
func logOf(names ...string) []ledger.Event {
	ends := map[string]end{}
	var out []ledger.Event
	for i, name := range names {
		last, ok := ends[name]
		if !ok {
			last.revision = ledger.NoStream
		}
		e := ledger.Event{
			Stream: name, Revision: last.revision + 1, Position: ledger.Position(i + 1), ID: uuid.New(), Type: "nordvik/skjenkebevilling.Read",
			Schema: 1, Time: epoch, Metadata: []byte("{}"), Payload: []byte{byte(i)},
		}
		e.Hash = ledger.Chain(last.hash, name, e.Revision, &e)
		ends[name] = end{e.Revision, e.Hash}
		out = append(out, e)
	}
	return out
}

func TestScan_FindsDamageOfTheLog(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		damage func([]ledger.Event) []ledger.Event
		want   Trouble // empty: none
		says   string
	}{
		"none":             {func(l []ledger.Event) []ledger.Event { return l }, "", ""},
		"changed payload":  {func(l []ledger.Event) []ledger.Event { l[2].Payload = []byte("x"); return l }, Lost, "hash of revision 1"},
		"changed envelope": {func(l []ledger.Event) []ledger.Event { l[2].Type += "s"; return l }, Lost, "hash of revision 1"},
		"lost event":       {func(l []ledger.Event) []ledger.Event { return append(l[:2:2], l[3:]...) }, Lost, "revision 2 comes after revision 0"},
		"lost first event": {func(l []ledger.Event) []ledger.Event { return l[1:] }, Lost, "revision 1 comes after revision -1"},
		"event twice": {func(l []ledger.Event) []ledger.Event {
			again := l[2]
			again.Position = 9
			return append(l, again)
		}, Duplicated, "event id"},
		"revision twice": {func(l []ledger.Event) []ledger.Event {
			again := l[2]
			again.Position, again.ID = 9, uuid.New()
			return append(l, again)
		}, Duplicated, "revision 1 comes after revision 2"},
		"position twice": {func(l []ledger.Event) []ledger.Event { l[2].Position = l[1].Position; return l }, Duplicated, "position 2 comes after position 2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var r Report
			s := &scanned{ids: map[uuid.UUID]struct{}{}, ends: map[string]end{}, submitted: map[uuid.UUID]bool{}}
			for _, e := range c.damage(logOf("instance-a", "instance-b", "instance-a", "instance-a")) {
				s.check(&r, &e)
			}
			if c.want == "" {
				if !r.OK() {
					t.Errorf("found %v", r.Discrepancies)
				}
				return
			}
			for _, d := range r.Discrepancies {
				if d.Trouble == c.want && strings.Contains(d.Text, c.says) {
					return
				}
			}
			t.Errorf("want %s: …%s…, found %v", c.want, c.says, r.Discrepancies)
		})
	}
}

func TestVerify_RefusesALogWhoseEndIsDamaged(t *testing.T) {
	t.Parallel()
	f, _, _ := healthy(t)
	f.finish()
	path := filepath.Join(f.dir, fileLedger)
	b, err := os.ReadFile(path)
	f.must(err)
	at := bytes.LastIndex(b, []byte(`"actor"`))
	if at < 0 {
		t.Fatal("the log holds no metadata in clear")
	}
	b[at+1] ^= 1
	f.must(os.WriteFile(path, b, 0o600))
	r, err := Verify(t.Context(), f.dir, f.journal)
	if err == nil && r.OK() {
		t.Error("the damage was not found")
	}
}
