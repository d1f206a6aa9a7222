package record_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/chain"
	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/vault"
	"github.com/hovedbok/hovedbok/record"
	"github.com/hovedbok/hovedbok/record/recordtest"
)

var update = flag.Bool("update", false, "write the golden samples of event shapes")

func parse(src string) *document.Node {
	n, err := document.Parse([]byte(src))
	if err != nil {
		panic(err)
	}
	return n
}

var (
	id    = uuid.MustParse("10000000-0000-4000-8000-000000000001")
	other = uuid.MustParse("10000000-0000-4000-8000-000000000002")
	when  = time.Date(2026, 1, 5, 8, 0, 0, 123456000, time.UTC)
)

func samplePatch() document.Patch {
	p, err := document.ParsePatch([]byte(`[{"op":"replace","path":"/navn","value":"Kari"},{"op":"remove","path":"/x"}]`))
	if err != nil {
		panic(err)
	}
	return p
}

// instanceSamples has one of every event of an instance, with every member set.
var instanceSamples = []instance.Event{
	instance.Created{Owner: 500100, DueBefore: when, VisibleAfter: when, StartEvent: "StartEvent_1"},
	instance.DataElementAdded{Element: id, DataType: "soknad", Task: "Task_1", ContentType: "application/xml", Form: parse(`{"navn":"Per","x":1.10}`)},
	instance.DataElementAdded{Element: other, DataType: "tegning", Task: "Task_1", ContentType: "application/pdf", Filename: "tegning.pdf", Size: 12, Blob: other},
	instance.FormDataPatched{Element: id, Patch: samplePatch()},
	instance.FormDataReplaced{Element: id, Form: parse(`{"navn":"Ola"}`)},
	instance.FileReplaced{Element: other, ContentType: "image/png", Filename: "t.png", Size: 3, Blob: id},
	instance.DataElementDeleted{Element: other},
	instance.TaskStarted{Task: "Task_1", Name: "Fyll ut", TaskType: "data", Flow: 2},
	instance.ActionPerformed{Task: "Task_2", Action: "confirm"},
	instance.TaskCompleted{Task: "Task_2", Abandoned: true},
	instance.ProcessEnded{EndEvent: "EndEvent_1"},
	instance.Submitted{Number: 1},
	instance.SubstatusSet{Label: "Innvilget", Description: "Se vedtaket"},
	instance.PresentationSet{Texts: map[string]string{"lokale": "Fjordkroa"}, Values: map[string]string{"type": "A"}},
	instance.Linked{Chain: id, Handover: other, Link: "til-sak", Side: instance.SideSource, App: "nordvik/skjenkesak", Instance: other, Party: 500001},
	instance.Read{}, instance.SoftDeleted{}, instance.Undeleted{}, instance.Erased{},
	instance.CompletionConfirmed{Org: "nordvik"},
}

var chainSamples = []chain.Event{
	chain.HandoverIntended{Handover: other, Link: "til-sak", SourceApp: "nordvik/a", Source: id, SourceOwner: 500100, Submission: 1, TargetApp: "nordvik/b"},
	chain.TargetCreated{Handover: other, Target: other, TargetOwner: 500001},
	chain.SourceLinked{Handover: other},
	chain.ResultReturned{Handover: other},
}

// Every event comes back as it was written, and every shape has a golden sample that never changes.
func TestShapes_RoundTripAndStayAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	for i, e := range instanceSamples {
		for _, request := range []string{"", strings.Repeat("r", record.FingerprintLength)} {
			plain, err := record.EncodeInstance(e, request)
			if err != nil {
				t.Fatal(err)
			}
			back, gotRequest, err := record.DecodeInstance(e.Fact(), record.Schema, plain)
			if err != nil || gotRequest != request || !sameEvent(back, e) {
				t.Errorf("%s with request %q: %v\n got %#v\nwant %#v", e.Fact(), request, err, back, e)
			}
			if shown, err := record.Payload(e); err != nil || request == "" && string(shown) != string(plain) {
				t.Errorf("%s is shown as %s, %v", e.Fact(), shown, err)
			}
			if request == "" {
				golden(t, fmt.Sprintf("%d-%s.v%d.json", i, e.Fact(), record.Schema), plain)
			}
		}
	}
	for i, e := range chainSamples {
		plain, err := record.EncodeChain(e)
		if err != nil {
			t.Fatal(err)
		}
		back, err := record.DecodeChain(e.Fact(), record.Schema, plain)
		if err != nil || !reflect.DeepEqual(back, e) {
			t.Errorf("%s: %v\n got %#v\nwant %#v", e.Fact(), err, back, e)
		}
		golden(t, fmt.Sprintf("chain-%d-%s.v%d.json", i, e.Fact(), record.Schema), plain)
	}
}

func sameEvent(a, b instance.Event) bool {
	return fmt.Sprintf("%+v", dump(a)) == fmt.Sprintf("%+v", dump(b))
}

// dump makes documents comparable.
func dump(e instance.Event) any {
	b, err := record.EncodeInstance(e, "")
	if err != nil {
		return err
	}
	return fmt.Sprintf("%T %s", e, b)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", "events", name)
	if *update {
		if err := os.WriteFile(file, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("no golden sample: %v (run with -update for a new event, never for an old one)", err)
	}
	if string(want) != string(got)+"\n" {
		t.Errorf("%s has changed\n got %s\nwant %s", name, got, want)
	}
}

// Every golden sample ever written can still be read.
func TestShapes_OldSamplesAreReadForEver(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/events/*.json")
	if err != nil || len(files) < len(instanceSamples) {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var n int
		var schema uint16
		var fact string
		base := strings.TrimSuffix(filepath.Base(f), ".json")
		if rest, ok := strings.CutPrefix(base, "chain-"); ok {
			scan(t, rest, &n, &fact, &schema)
			_, err = record.DecodeChain(fact, schema, b[:len(b)-1])
		} else {
			scan(t, base, &n, &fact, &schema)
			_, _, err = record.DecodeInstance(fact, schema, b[:len(b)-1])
		}
		if err != nil {
			t.Errorf("%s: %v", f, err)
		}
	}
}

func scan(t *testing.T, name string, n *int, fact *string, schema *uint16) {
	t.Helper()
	name = strings.NewReplacer("-", " ", ".v", " ").Replace(name)
	if _, err := fmt.Sscan(name, n, fact, schema); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func TestDecode_RefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	if _, _, err := record.DecodeInstance("Teleported", 1, []byte(`{}`)); !errors.Is(err, record.ErrUnknownShape) {
		t.Errorf("unknown fact: %v", err)
	}
	if _, _, err := record.DecodeInstance("Submitted", 99, []byte(`{}`)); !errors.Is(err, record.ErrUnknownShape) {
		t.Errorf("newer version: %v", err)
	}
	if _, _, err := record.DecodeInstance("Submitted", 1, []byte(`{"number":"x"}`)); err == nil {
		t.Error("a payload of the wrong type was read")
	}
}

func envelope(command uuid.UUID) record.Envelope {
	return record.Envelope{Org: "nordvik", App: "skjenkebevilling", Version: "v1", Instance: id, Actor: record.UserActor(510001, 500100, 3, ""), Command: command, At: when}
}

func TestLog_AppendsSealedChainedAndFoldsBack(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	b := recordtest.New(t)
	log, store := b.Log, b.Store
	env := envelope(uuid.New())
	env.Request = strings.Repeat("f", record.FingerprintLength)
	first := []instance.Event{instanceSamples[0], instanceSamples[1], instanceSamples[7]}
	done, err := log.AppendInstance(ctx, record.Empty, env, first)
	if err != nil {
		t.Fatal(err)
	}
	again, err := log.AppendInstance(ctx, record.Empty, env, first)
	if err != nil || !again.Repeated {
		t.Errorf("the same command again: %+v, %v", again, err)
	}
	second, err := log.AppendInstance(ctx, done.Head, envelope(uuid.New()), []instance.Event{instanceSamples[3]})
	if err != nil {
		t.Fatal(err)
	}
	st, head, err := log.FoldInstance(ctx, id, record.Until{})
	if err != nil || st.Owner != 500100 || st.TaskID() != "Task_1" || head != second.Head {
		t.Fatalf("state %+v head %v, %v", st, head, err)
	}
	if o, ok := st.Outcome(env.Command); !ok || o.Request != env.Request || o.Revision != 2 {
		t.Errorf("outcome %+v %v", o, ok)
	}
	for e, err := range store.ReadAll(ctx, 0, ledger.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(e.Payload)+string(e.Metadata), "Per") {
			t.Error("a name stands in the clear")
		}
		meta, err := e.Meta()
		if err != nil || meta.Actor.ID != "510001" || meta.Actor.OnBehalf != 500100 {
			t.Errorf("meta %+v, %v", meta, err)
		}
	}
}

func TestLog_TellsWhenAnEventWasTamperedWithOrErased(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	b := recordtest.New(t)
	log, store := b.Log, b.Store
	if _, err := log.AppendInstance(ctx, record.Empty, envelope(uuid.New()), instanceSamples[:2]); err != nil {
		t.Fatal(err)
	}
	var e ledger.Event
	for e = range store.ReadAll(ctx, 0, ledger.Filter{}) {
		break
	}
	moved := e
	moved.Type = "nordvik/skjenkebevilling.Read"
	if _, err := log.Open(ctx, moved); !errors.Is(err, vault.ErrTampered) {
		t.Errorf("an event with another type opened: %v", err)
	}
	if err := b.Vault.Erase(ctx, record.InstanceStream(id)); err != nil {
		t.Fatal(err)
	}
	entry, err := log.Open(ctx, e)
	if err != nil || !entry.Erased || entry.Instance != nil {
		t.Errorf("entry %+v, %v", entry, err)
	}
	st, head, err := log.FoldInstance(ctx, id, record.Until{})
	if err != nil || st.Erased.IsZero() || st.Owner != 0 || head.Revision != 1 {
		t.Errorf("state %+v head %+v, %v", st, head, err)
	}
}

func TestChain_FoldsHandovers(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	log := recordtest.New(t).Log
	head := record.Empty
	for i, e := range chainSamples {
		env := envelope(record.Derive("step", fmt.Sprint(i)))
		env.At = when.Add(time.Duration(i) * time.Minute)
		done, err := log.AppendChain(ctx, id, head, env, []chain.Event{e})
		if err != nil {
			t.Fatal(err)
		}
		head = done.Head
	}
	st, got, err := log.FoldChain(ctx, id)
	if err != nil || got != head || len(st.Handovers) != 1 {
		t.Fatalf("%+v %v %v", st, got, err)
	}
	h := st.Handovers[0]
	if h.Target != other || !h.Returned.Equal(when.Add(3*time.Minute)) {
		t.Errorf("handover %+v", h)
	}
	if st, _, err := log.FoldChain(ctx, other); err != nil || st.Revision != -1 {
		t.Errorf("a chain without events: %+v, %v", st, err)
	}
}

func TestDerive_TellsPartsApart(t *testing.T) {
	t.Parallel()
	if record.Derive("ab", "c") == record.Derive("a", "bc") {
		t.Error("parts run together")
	}
	if record.EventID(id, 0) == record.EventID(id, 1) || record.EventID(id, 1) == record.EventID(other, 1) {
		t.Error("event ids")
	}
}

func BenchmarkFold10000(b *testing.B) {
	ctx := context.Background()
	log := recordtest.New(b).Log
	head := record.Empty
	events := []instance.Event{instanceSamples[0], instanceSamples[1], instanceSamples[7]}
	for i := 3; ; i++ {
		done, err := log.AppendInstance(ctx, head, envelope(record.Derive("b", fmt.Sprint(i))), events)
		if err != nil {
			b.Fatal(err)
		}
		if head = done.Head; head.Revision >= 9999 {
			break
		}
		events = events[:0]
		for range 100 {
			p, _ := document.ParsePatch([]byte(fmt.Sprintf(`[{"op":"add","path":"/felt%d","value":"verdi %d"}]`, i%40, i)))
			events = append(events, instance.FormDataPatched{Element: id, Patch: p})
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := log.FoldInstance(ctx, id, record.Until{}); err != nil {
			b.Fatal(err)
		}
	}
}
