package audit_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/audit"
	"github.com/hovedbok/hovedbok/audit/audittest"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/record"
	"github.com/hovedbok/hovedbok/record/recordtest"
)

var update = flag.Bool("update", false, "write the golden files")

// bundle is a log in which the story has been told.
type bundle struct {
	recordtest.Bundle
	stream string
	head   record.Head
}

func setup(t testing.TB) bundle {
	t.Helper()
	b := bundle{Bundle: recordtest.New(t), stream: record.InstanceStream(audittest.Instance)}
	b.head = audittest.Tell(t, b.Log)
	return b
}

// events gives all events of the story.
func (b *bundle) events(t testing.TB, o audit.Options) []audit.Event {
	t.Helper()
	events, err := audit.Events(t.Context(), b.Log, audittest.Instance, o)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

func (b *bundle) state(t testing.TB, until record.Until) audit.StateDoc {
	t.Helper()
	doc, err := audit.State(t.Context(), b.Log, audittest.Instance, until)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func (b *bundle) diff(t testing.TB, from, to record.Until) []audit.Change {
	t.Helper()
	changes, err := audit.Diff(t.Context(), b.Log, audittest.Instance, from, to)
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

// erase records the erasure and destroys the key.
func (b *bundle) erase(t testing.TB) {
	t.Helper()
	b.recordErasure(t)
	if err := b.Vault.Erase(t.Context(), b.stream); err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) recordErasure(t testing.TB) {
	t.Helper()
	b.head = audittest.Append(t, b.Log, b.head, len(audittest.Story()), audittest.Erasure())
}

// golden compares JSON with a file. Hashes depend on the key and are written as the revision that they belong to.
func (b *bundle) golden(t *testing.T, name string, v any) {
	t.Helper()
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	got := text.String()
	for e, err := range b.Store.ReadStream(t.Context(), b.stream, 0) {
		if err != nil {
			t.Fatal(err)
		}
		got = strings.ReplaceAll(got, e.Hash.String(), fmt.Sprintf("hash of revision %d", e.Revision))
	}
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("no golden file: %v (run with -update)", err)
	}
	if got != string(want) {
		t.Errorf("%s differs; see what has changed with -update and the version control\n%s", file, firstDifference(got, string(want)))
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d\n got %s\nwant %s", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

var factsOfInstances = []string{
	instance.FactCreated, instance.FactDataElementAdded, instance.FactFormDataPatched, instance.FactFormDataReplaced, instance.FactFileReplaced,
	instance.FactDataElementDeleted, instance.FactTaskStarted, instance.FactActionPerformed, instance.FactTaskCompleted, instance.FactProcessEnded,
	instance.FactSubmitted, instance.FactSubstatusSet, instance.FactPresentationSet, instance.FactLinked, instance.FactRead, instance.FactSoftDeleted,
	instance.FactUndeleted, instance.FactErased, instance.FactCompletionConfirmed,
}
