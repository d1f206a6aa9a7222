package report_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The examples of the guide are what the program writes: each stands in the golden file that it names.
func TestGuide_ExamplesAreWhatTheProgramWrites(t *testing.T) {
	t.Parallel()
	const root = "../.."
	guide, err := os.ReadFile(filepath.Join(root, "docs", "audit.md"))
	must(t, err)
	blocks := regexp.MustCompile("(?s)<!-- from (\\S+) -->\n```text\n(.*?)\n```").FindAllStringSubmatch(string(guide), -1)
	if len(blocks) < 5 {
		t.Fatalf("the guide has %d examples", len(blocks))
	}
	for _, b := range blocks {
		golden, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(b[1])))
		must(t, err)
		if !strings.Contains(string(golden), b[2]) {
			t.Errorf("an example is not in %s any more:\n%s", b[1], b[2])
		}
	}
}
