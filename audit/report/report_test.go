package report_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/hovedbok/hovedbok/audit"
	"github.com/hovedbok/hovedbok/audit/audittest"
	"github.com/hovedbok/hovedbok/audit/report"
	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/record"
	"github.com/hovedbok/hovedbok/record/recordtest"
)

var update = flag.Bool("update", false, "write the golden files")

func options(t testing.TB, language string) report.Options {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	return report.Options{Language: language, Zone: zone}
}

// told is what package audit tells of the story.
type told struct {
	events  []audit.Event
	state   audit.StateDoc
	changes []audit.Change
}

func tell(t testing.TB, erased bool) told {
	t.Helper()
	b := recordtest.New(t)
	head := audittest.Tell(t, b.Log)
	var out told
	var err error
	if !erased {
		out.changes, err = audit.Diff(t.Context(), b.Log, audittest.Instance, audit.At(3), record.Until{})
		must(t, err)
	} else {
		audittest.Append(t, b.Log, head, len(audittest.Story()), audittest.Erasure())
	}
	out.events, err = audit.Events(t.Context(), b.Log, audittest.Instance, audit.Options{})
	must(t, err)
	out.state, err = audit.State(t.Context(), b.Log, audittest.Instance, record.Until{})
	must(t, err)
	return out
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// golden compares a text with a file. Hashes depend on the key and are written as the revision that they belong to.
func (d *told) golden(t *testing.T, name, got string) {
	t.Helper()
	for _, e := range d.events {
		got = strings.ReplaceAll(got, e.Hash, fmt.Sprintf("hash of revision %d", e.Revision))
	}
	file := filepath.Join("testdata", name)
	if *update {
		must(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("no golden file: %v (run with -update)", err)
	}
	if got != string(want) {
		t.Errorf("%s differs\n got\n%s\nwant\n%s", file, got, want)
	}
}

func TestReports_GoldenInEveryLanguage(t *testing.T) {
	t.Parallel()
	story, gone := tell(t, false), tell(t, true)
	for _, language := range audit.Languages {
		o := options(t, language)
		var timeline, events, state, changes, erased strings.Builder
		must(t, report.Timeline(&timeline, story.events, o))
		must(t, report.Events(&events, story.events, o))
		must(t, report.State(&state, story.state, o))
		must(t, report.Changes(&changes, story.changes, o))
		must(t, report.Timeline(&erased, gone.events, o))
		must(t, report.State(&erased, gone.state, o))
		must(t, report.Chain(&erased, len(gone.events), true, o))
		must(t, report.Chain(&erased, len(gone.events), false, o))
		story.golden(t, "timeline."+language+".txt", timeline.String())
		story.golden(t, "state."+language+".txt", state.String())
		story.golden(t, "changes."+language+".txt", changes.String())
		gone.golden(t, "erased."+language+".txt", erased.String())
		if language == "en" {
			story.golden(t, "events."+language+".txt", events.String())
		}
	}
}

func TestChanges_OfNothing(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	must(t, report.Changes(&b, nil, options(t, "nb")))
	if b.String() != "Ingen forskjell.\n" {
		t.Errorf("got %q", b.String())
	}
}

// What people write into forms cannot reach the terminal as control sequences, and cannot turn the reading direction.
func TestReports_MakeTextsHarmless(t *testing.T) {
	t.Parallel()
	const bad = "a\x1b[2Jb\u202ec\u009bd\x00e\u2028f\ng"
	doc := audit.StateDoc{
		Org: bad, AppVersion: bad, Substatus: &audit.Substatus{Label: bad},
		Elements:     []audit.Element{{DataType: "soknad", Filename: bad, Form: document.NewObject().Set(bad, document.String(bad))}, {Filename: bad}},
		Presentation: map[string]string{bad: bad},
	}
	event := audit.Event{Type: bad, Task: bad, Actor: audit.Actor{Kind: bad, ID: bad}, Data: []byte(`{"x":"` + "\u202e\u009b" + `"}`)}
	change := audit.Change{Subject: bad, Path: bad, From: document.String(bad), To: document.String(bad), Revisions: []int64{1}}
	var b strings.Builder
	o := options(t, "en")
	must(t, report.State(&b, doc, o))
	must(t, report.Timeline(&b, []audit.Event{event}, o))
	must(t, report.Events(&b, []audit.Event{event}, o))
	must(t, report.Changes(&b, []audit.Change{change}, o))
	if at := strings.IndexAny(b.String(), "\x1b\u202e\u009b\x00\u2028"); at >= 0 {
		t.Errorf("a harmful character at %d: %q", at, b.String()[max(0, at-40):at+10])
	}
	if !strings.Contains(b.String(), `a\x1b[2Jb\u202ec\u009bd\x00e\u2028f\ng`) {
		t.Errorf("the text is not shown with escapes:\n%s", b.String())
	}
}

func TestTable_AlignsAndShortens(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("æ", 100)
	changes := []audit.Change{
		{Subject: audit.SubjectForm, DataType: "s", Path: "æøå", From: document.String(long), To: document.String("x"), Revisions: []int64{1, 2, 3, 4, 5, 6, 7}},
		{Subject: audit.SubjectForm, DataType: "s", Path: "a", From: document.Int(1), To: document.Int(2), Revisions: []int64{1}},
	}
	var b strings.Builder
	must(t, report.Changes(&b, changes, options(t, "en")))
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	at := func(line, cell string) int { return len([]rune(line[:strings.Index(line, cell)])) }
	if len(lines) != 3 || at(lines[0], "To") != at(lines[1], `"x"`) || at(lines[0], "To") != at(lines[2], "2") {
		t.Errorf("columns are not aligned:\n%s", b.String())
	}
	if strings.Contains(lines[1], long) || !strings.Contains(lines[1], "…") || !strings.Contains(lines[1], "… 3 4 5 6 7") {
		t.Errorf("long cells are not shortened: %s", lines[1])
	}
	for _, l := range lines {
		if strings.HasSuffix(l, " ") {
			t.Errorf("spaces at the end of %q", l)
		}
	}
}

func TestBold_OnlyHeadings(t *testing.T) {
	t.Parallel()
	d := tell(t, false)
	plain, bold := options(t, "en"), options(t, "en")
	bold.Bold = true
	var a, b strings.Builder
	must(t, report.Timeline(&a, d.events, plain))
	must(t, report.Timeline(&b, d.events, bold))
	if strings.Contains(a.String(), "\x1b") {
		t.Error("bold though it was not asked for")
	}
	if stripped := strings.NewReplacer("\x1b[1m", "", "\x1b[0m", "").Replace(b.String()); stripped != a.String() || stripped == b.String() {
		t.Errorf("bold changes more than the heading:\n%s", b.String())
	}
}

// full is a device without room.
type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestReports_TellWhenTheyCannotBeWritten(t *testing.T) {
	t.Parallel()
	o := options(t, "en")
	for name, err := range map[string]error{
		"timeline": report.Timeline(full{}, nil, o),
		"events":   report.Events(full{}, nil, o),
		"state":    report.State(full{}, audit.StateDoc{}, o),
		"changes":  report.Changes(full{}, nil, o),
		"chain":    report.Chain(full{}, 1, true, o),
	} {
		if !errors.Is(err, errFull) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := report.Events(&strings.Builder{}, []audit.Event{{Data: []byte("{")}}, o); err == nil {
		t.Error("contents that are no JSON were written")
	}
}
