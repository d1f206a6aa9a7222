package ledger

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// The quick reader gives what encoding/json gives, or leaves it to it.
func TestQuickMeta_AgreesWithJSON(t *testing.T) {
	t.Parallel()
	id := rapid.Custom(func(t *rapid.T) uuid.UUID {
		return uuid.NewSHA1(uuid.Nil, []byte{rapid.Byte().Draw(t, "id")})
	})
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.StringMatching(`[a-z0-9/-]{0,8}`), rapid.String())
		m := Meta{
			Org: text.Draw(t, "org"), App: text.Draw(t, "app"), Version: text.Draw(t, "version"), Instance: id.Draw(t, "instance"),
			Task: text.Draw(t, "task"), Command: id.Draw(t, "command"), Trace: text.Draw(t, "trace"), Decision: text.Draw(t, "decision"),
			Actor: Actor{Kind: text.Draw(t, "kind"), ID: text.Draw(t, "actor"), Level: rapid.IntRange(-1, 4).Draw(t, "level"), OnBehalf: rapid.IntRange(0, 9).Draw(t, "behalf")},
		}
		if rapid.Bool().Draw(t, "linked") {
			m.Correlation, m.Causation = id.Draw(t, "correlation"), id.Draw(t, "causation")
		}
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var want, quick Meta
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatal(err)
		}
		if quickMeta(b, &quick) && quick != want {
			t.Fatalf("%s\n got %+v\nwant %+v", b, quick, want)
		}
		got, err := (&Event{Metadata: b}).Meta()
		if err != nil || got != want {
			t.Fatalf("%s: got %+v, %v", b, got, err)
		}
	})
}

func TestQuickMeta_TakesTheUsualForm(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(Meta{Org: "nordvik", App: "skjenkesak", Actor: Actor{Kind: ActorUser, ID: "510001", Level: 3, OnBehalf: 500100}, Command: uuid.New()})
	if err != nil {
		t.Fatal(err)
	}
	var m Meta
	if !quickMeta(b, &m) || m.Actor.OnBehalf != 500100 {
		t.Errorf("%s: %+v", b, m)
	}
}

func FuzzQuickMeta(f *testing.F) {
	f.Add([]byte(`{"org":"a","app":"b","actor":{"kind":"user","id":"1","level":3},"command":"10000000-0000-4000-8000-000000000001"}`))
	f.Add([]byte(`{"org":"a","actor":{"level":{}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var quick, want Meta
		if !quickMeta(b, &quick) {
			return
		}
		if err := json.Unmarshal(b, &want); err == nil && quick != want {
			t.Errorf("%s\n got %+v\nwant %+v", b, quick, want)
		}
	})
}
