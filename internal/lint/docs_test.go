package lint

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/examples"
)

// quoted is a block that says where it is taken from:
//
//	<!-- from examples/…/links.json -->
//	```json
//	…
//	```
var quoted = regexp.MustCompile("(?ms)^<!-- from (\\S+) -->\n```[a-z]*\n(.*?)\n```$")

func TestDocs_QuoteWhatIsThere(t *testing.T) {
	t.Parallel()
	found := 0
	for _, doc := range texts(t, ".md") {
		for _, q := range quoted.FindAllStringSubmatch(read(t, doc), -1) {
			found++
			if !strings.Contains(flat(read(t, q[1])), flat(q[2])) {
				t.Errorf("%s quotes this from %s, where it does not stand:\n%s", doc, q[1], q[2])
			}
		}
	}
	if found < 5 {
		t.Errorf("only %d quotations were found in the documents", found)
	}
}

// flat makes all white space one space, so that a quotation may be indented otherwise.
func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

var reference = regexp.MustCompile(`\]\(([^)\s]+)\)`)

func TestDocs_LinkToWhatIsThere(t *testing.T) {
	t.Parallel()
	for _, doc := range texts(t, ".md") {
		for _, m := range reference.FindAllStringSubmatch(read(t, doc), -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root(), filepath.FromSlash(path.Join(path.Dir(doc), target)))); err != nil {
				t.Errorf("%s links to %s, which is not there", doc, m[1])
			}
		}
	}
}

func TestReadme_IsShortAndHasEveryFolder(t *testing.T) {
	t.Parallel()
	text := read(t, "README.md")
	if n := strings.Count(text, "\n"); n > 150 {
		t.Errorf("README.md has %d lines, at most 150", n)
	}
	for _, f := range sources(t) {
		top, _, ok := strings.Cut(f.path, "/")
		if ok && top != "internal" && !strings.Contains(text, "| `"+top+"/` |") {
			t.Errorf("README.md does not say what `%s/` holds", top)
		}
	}
}

// A link is declared in at most fifteen lines: that is a promise to service owners.
func TestExamples_DeclareALinkInFifteenLines(t *testing.T) {
	t.Parallel()
	const file = "examples/apps/nordvik/skjenkebevilling/App/config/links.json"
	if n := strings.Count(strings.TrimSpace(read(t, file)), "\n") + 1; n > 15 {
		t.Errorf("%s has %d lines", file, n)
	}
}

// edit is one change of a sample app that the guide shows the fault of.
type edit struct{ file, old, new string }

const (
	sourceLinks = "apps/nordvik/skjenkebevilling/App/config/links.json"
	editedApp   = "nordvik/skjenkebevilling"
)

// shownFaults are the edits behind the section "What publishing finds" of docs/link-apps.md, which quotes the faults in this order.
var shownFaults = []edit{
	{sourceLinks, `"sak.type": "skjenkebevilling"`, `"sak.slag": "skjenkebevilling"`},
	{sourceLinks, `["dataModel", "omsetning"]`, `["dataModel", "omsettning"]`},
	{sourceLinks, `"create": "nordvik/skjenkesak"`, `"create": "nordvik/skjenkesaker"`},
	{sourceLinks, `"owner": {"organisationNumber": "310000000"}`, `"owner": {"organisationNumber": "31000000"}`},
	{sourceLinks, `"on": "Submitted"`, `"on": "TaskCompleted:Task_9"`},
	{sourceLinks, `{"tegning": "tegning",`, `{"tegning": "tegninger",`},
}

func TestLinkGuide_ShowsTheFaultsThatPublishingFinds(t *testing.T) {
	t.Parallel()
	guide := section(t, "docs/link-apps.md", "## What publishing finds")
	for _, e := range shownFaults {
		fault := faultOf(t, e)
		if !strings.Contains(guide, fault) {
			t.Errorf("docs/link-apps.md does not show the fault of writing %s in place of %s:\n%s", e.new, e.old, fault)
		}
	}
}

// faultOf publishes the sample services with an edit and gives the first error of the app that was changed.
func faultOf(t *testing.T, e edit) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "examples")
	if err := examples.Extract(dir); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, filepath.FromSlash(e.file))
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	after := strings.Replace(string(before), e.old, e.new, 1)
	if after == string(before) {
		t.Fatalf("%s does not hold %s", e.file, e.old)
	}
	if err := os.WriteFile(file, []byte(after), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := apps.OpenCatalogue(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	published, err := c.PublishTree(context.Background(), filepath.Join(dir, "apps"))
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(published, func(p apps.Publication) bool { return p.ID == editedApp })
	if i < 0 || published[i].App != nil || !published[i].Faults.Failed() {
		t.Fatalf("the sample services are published in spite of %s", e.new)
	}
	return published[i].Faults.Errors()[0].Error()
}

func TestExamples_PublishWithoutErrors(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "examples")
	if err := examples.Extract(dir); err != nil {
		t.Fatal(err)
	}
	c, err := apps.OpenCatalogue(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	published, err := c.PublishTree(context.Background(), filepath.Join(dir, "apps"))
	if err == nil {
		err = apps.Err(published)
	}
	if err != nil || len(published) == 0 {
		t.Errorf("%d apps: %v", len(published), err)
	}
}
