package lint

import (
	"regexp"
	"strings"
	"testing"
)

const dependenciesDoc = "docs/dependencies.md"

var requirement = regexp.MustCompile(`(?m)^\t([^\s/]+\.[^\s]+) v`)

// modules gives the modules that go.mod requires.
func modules(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, m := range requirement.FindAllStringSubmatch(read(t, "go.mod"), -1) {
		all = append(all, m[1])
	}
	return all
}

// direct gives the modules that our code imports, and for each a file that does.
func direct(t *testing.T) map[string]string {
	t.Helper()
	all := modules(t)
	found := map[string]string{}
	for _, f := range sources(t) {
		for _, p := range f.imports() {
			if m := moduleOf(p, all); m != "" {
				found[m] = f.path
			} else if library(p) {
				t.Errorf("%s imports %s, which no module in go.mod has", f.path, p)
			}
		}
	}
	return found
}

// moduleOf gives the module of a package: the longest one that its path begins with.
func moduleOf(p string, all []string) string {
	best := ""
	for _, m := range all {
		if within(p, m) && len(m) > len(best) {
			best = m
		}
	}
	return best
}

var dependencyRow = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| [^|]+ \\| [^|]+ \\| [^|]+ \\|$")

// tools are run by the build and imported by nothing.
var tools = regexp.MustCompile(`(?m)^tool (\S+)$`)

func TestDependencies_AreAccountedFor(t *testing.T) {
	t.Parallel()
	documented := map[string]bool{}
	for _, row := range dependencyRow.FindAllStringSubmatch(read(t, dependenciesDoc), -1) {
		documented[row[1]] = true
	}
	needed := direct(t)
	for _, tool := range tools.FindAllStringSubmatch(read(t, "go.mod"), -1) {
		needed[moduleOf(tool[1], modules(t))] = "go.mod"
	}
	for m, user := range needed {
		if !documented[m] {
			t.Errorf("%s imports %s, which has no row in %s: module, licence, reason, what was considered instead", user, m, dependenciesDoc)
		}
	}
	for m := range documented {
		if needed[m] == "" {
			t.Errorf("%s has %s, which nothing imports", dependenciesDoc, m)
		}
	}
	if strings.Contains(read(t, "go.mod"), "\nreplace ") {
		t.Error("go.mod replaces a module, so that others cannot install the program with go install")
	}
}
