package hammer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hovedbok/hovedbok/examples"
)

// sampleMaterial is the material of the sample services.
func sampleMaterial(t *testing.T) *material {
	t.Helper()
	data, err := fs.Sub(examples.FS, "data")
	if err != nil {
		t.Fatal(err)
	}
	m, err := newMaterial(data)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// loadOn makes a load on a fake node whose watcher runs until the test ends.
func loadOn(t *testing.T, n *fakeNode, o Options) *load {
	t.Helper()
	o.URL = n.URL
	if err := o.Complete(); err != nil {
		t.Fatal(err)
	}
	g := newGate()
	g.open()
	l := newLoad(&o, newClient(n.URL, connections(&o), newMeter(), g, o.Settle), sampleMaterial(t))
	l.quietFor = 0
	ctx, stop := context.WithCancel(context.Background())
	var watching sync.WaitGroup
	watching.Go(func() { l.watcher.run(ctx) })
	t.Cleanup(func() { stop(); watching.Wait() })
	return l
}

// TestLoad_WhatIsAcknowledgedIsInTheJournalAndDoneOnce lets the first attempts fail in every way.
func TestLoad_WhatIsAcknowledgedIsInTheJournalAndDoneOnce(t *testing.T) {
	t.Parallel()
	n := newFake(t, byKey)
	l := loadOn(t, n, Options{Writers: 8, Chains: 40, Seed: 1})
	l.work(t.Context())
	if l.failed > 0 {
		t.Fatalf("%d pieces of work failed: %v", l.failed, l.faults)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.wrong) > 0 {
		t.Fatalf("the clients were wrong: %v", n.wrong)
	}
	compareJournal(t, l.journal, n.applied)
	_, commands, unknown, submissions := l.journal.Totals()
	if commands != len(n.applied) || unknown != 0 || submissions != 40 || l.client.meter.count(OpHandover) != 40 || l.client.meter.count(durable...) != uint64(commands) {
		t.Errorf("%d commands, %d unknown, %d submissions; the node has %d, the meter %d", commands, unknown, submissions, len(n.applied), l.client.meter.count(durable...))
	}
	for _, code := range []string{"503 planted_1", "401", "connection"} {
		if !slices.ContainsFunc(operations, func(op string) bool { return l.client.meter.ops[op].errors[code] > 0 }) {
			t.Errorf("no attempt has failed with %s", code)
		}
	}
}

// compareJournal demands that journal and node know the same keys, with the same kind of work.
func compareJournal(t *testing.T, j *Journal, applied map[string]string) {
	t.Helper()
	left := maps.Clone(applied)
	for _, in := range j.Instances() {
		for _, c := range in.Commands {
			if !fits(c.Effect, left[c.Key]) {
				t.Errorf("the journal has %s for key %s, the node %q", c.Effect.Kind, c.Key, left[c.Key])
			}
			delete(left, c.Key)
		}
	}
	if len(left) > 0 {
		t.Errorf("the node has done %d commands that are not in the journal", len(left))
	}
}

func fits(e Effect, op string) bool {
	switch op {
	case OpCreate:
		return e.Kind == Created && len(e.Files) == 0
	case OpComplete:
		return e.Kind == Created && len(e.Files) == 2 && e.Value != ""
	case OpPatch:
		return e.Kind == Patched
	case OpAttach:
		return e.Kind == Attached && len(e.Files) == 1
	case OpNext:
		return e.Kind == Completed && e.To == taskSend
	case OpSubmit:
		return e.submits()
	}
	return false
}

func TestLoad_AtARateDoesNotWaitForTheNode(t *testing.T) {
	t.Parallel()
	n := newFake(t, func(string, int) fault { return none })
	l := loadOn(t, n, Options{Writers: 1, Mix: MixChains, Chains: 30, Rate: 1e6})
	l.began = time.Now()
	l.work(t.Context())
	if got := l.client.meter.count(OpChain); got != 30 || l.failed > 0 {
		t.Errorf("%d chains, %d failed: %v", got, l.failed, l.faults)
	}
}

func TestLoad_GivesUpWhenNothingWorks(t *testing.T) {
	t.Parallel()
	n := newFake(t, func(string, int) fault { return conflict })
	l := loadOn(t, n, Options{Writers: 2, Mix: MixCommands, Duration: time.Hour})
	l.work(t.Context())
	if l.failed != 2*mostRefusals || len(l.faults) != 1 || !strings.Contains(l.faults[0], "refused: 409 planted_5") {
		t.Errorf("%d failed: %v", l.failed, l.faults)
	}
	instances, commands, unknown, _ := l.journal.Totals()
	if instances != 2*mostRefusals || commands+unknown != 0 {
		t.Errorf("%d instances, %d commands, %d unknown", instances, commands, unknown)
	}
}

func TestLoad_RecordsWhatWasNeverAcknowledged(t *testing.T) {
	t.Parallel()
	n := newFake(t, func(string, int) fault { return forget })
	l := loadOn(t, n, Options{Writers: 1, Mix: MixCommands, Duration: time.Hour, Settle: time.Nanosecond})
	w := writer{worker: l.worker("w", 0)}
	if err := w.step(t.Context()); !errors.Is(err, errUnknown) {
		t.Fatalf("error %v", err)
	}
	in := l.journal.Instances()[0]
	if len(in.Commands) != 0 || len(in.Unknown) != 1 || in.Unknown[0].Key == "" {
		t.Errorf("journal %+v", in)
	}
}

func TestAll_AgainstARunningNode(t *testing.T) {
	t.Parallel()
	n := newFake(t, byKey)
	l := loadOn(t, n, Options{Writers: 4, Chains: 8})
	var r Result
	if err := errors.Join(l.ready(t.Context()), l.all(t.Context(), &r, nil)); err != nil {
		t.Fatal(err)
	}
	if !r.OK() || r.Chains != 8 || r.Commands == 0 || r.Verification != nil || len(r.Operations) < 5 {
		t.Errorf("result %+v", r)
	}
	var b bytes.Buffer
	if err := r.Write(&b); err != nil || !strings.Contains(b.String(), "not verified") || !strings.Contains(b.String(), "submit to B") {
		t.Errorf("error %v, table\n%s", err, b.String())
	}
}

func TestAll_EndsByTime(t *testing.T) {
	t.Parallel()
	n := newFake(t, func(string, int) fault { return none })
	l := loadOn(t, n, Options{Writers: 2, Duration: time.Nanosecond})
	var r Result
	if err := l.all(t.Context(), &r, nil); err != nil {
		t.Fatal(err)
	}
}

func TestAll_EndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	n := newFake(t, func(_ string, attempt int) fault {
		stop()
		return refuse
	})
	l := loadOn(t, n, Options{Writers: 2, Duration: time.Hour})
	var r Result
	if err := l.all(ctx, &r, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestSettle_NotesBsThatDoNotCome(t *testing.T) {
	t.Parallel()
	n := newFake(t, func(string, int) fault { return none })
	l := loadOn(t, n, Options{Writers: 2})
	l.options.Settle = time.Nanosecond
	l.watcher.expect(targetOf(targetOf([16]byte{1})), time.Now(), time.Now())
	if err := l.settle(t.Context(), &Result{}); err != nil {
		t.Fatal(err)
	}
	if len(l.faults) == 0 || !strings.Contains(l.faults[0], "1 submissions have no B") {
		t.Errorf("faults %v", l.faults)
	}
}

func TestReady_SaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	n := newFake(t, func(string, int) fault { return none })
	l := loadOn(t, n, Options{})
	l.client.base += "/elsewhere"
	if err := l.ready(t.Context()); err == nil || !strings.Contains(err.Error(), "development node") {
		t.Errorf("error %v", err)
	}
}

func TestMaterial_NeedsTheSampleData(t *testing.T) {
	t.Parallel()
	if _, err := newMaterial(emptyFS{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

type emptyFS struct{}

func (emptyFS) Open(string) (fs.File, error) { return nil, fs.ErrNotExist }

func TestMaterial_FilesDifferAndAreDescribedTruly(t *testing.T) {
	t.Parallel()
	m := sampleMaterial(t)
	seen := map[[32]byte]bool{}
	for i := range maxFiles {
		body, f := m.attachment(i, "mark")
		body2, f2 := m.attachment(i, "other")
		if f.Size != int64(len(body)) || f.SHA256 == f2.SHA256 || bytes.Equal(body, body2) || f.Name != f2.Name {
			t.Errorf("file %d: %+v and %+v", i, f, f2)
		}
		seen[f.SHA256] = true
		if want := map[bool]string{true: typePlan, false: typeLease}[i < 5]; f.DataType != want {
			t.Errorf("file %d is of type %s", i, f.DataType)
		}
	}
	if body := m.completeBody(500100, `"quoted" & æøå`); !strings.Contains(string(body), `"navn":"\"quoted\" & æøå"`) {
		t.Error("the name is not in the form as JSON")
	}
}

func TestResult_WriteTellsEverything(t *testing.T) {
	t.Parallel()
	r := Result{
		Restarts: []Restart{{time.Second, 300 * time.Millisecond}, {2 * time.Second, 500 * time.Millisecond}}, Memory: Memory{Idle: 50, Mean: 60, Peak: 70},
		Failed: 2, Faults: []string{"chain: it broke"}, Kept: "/some/folder", Verification: &Report{Unknown: 3, Done: 1},
		Operations: []Operation{{Name: OpPatch, Count: 7, Errors: map[string]uint64{"503": 4}}},
	}
	r.Verification.note(Lost, "instance-1", "something")
	r.Verification.Skipped += 5
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"4 × 503", "2 kills", "300 ms at least", "500 ms at most", "50 MiB idle", "fault: chain: it broke", "2 pieces of work", "lost: instance-1: something",
		"and 5 more", "3 commands were never acknowledged, of which 1 were done", "1 lost, 0 duplicated, 5 skipped", "/some/folder",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
	if r.OK() || (&Result{Verification: &Report{Duplicated: 1}}).OK() || !(&Result{Verification: &Report{}}).OK() {
		t.Error("OK is wrong")
	}
	if err := r.Write(failing{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
