package lint

import (
	"slices"
	"strings"
	"testing"
)

// arrow says which of our folders a folder may import, besides itself.
type arrow struct {
	from string
	to   []string // "*" for all
	not  []string // that "*" leaves out
}

// arrows is the direction of the whole: towards the pure model, and never back. The longest folder that fits a package counts.
var arrows = []arrow{
	{from: "domain"},
	{from: "internal/filelock"},
	{from: "ledger", to: []string{"internal/filelock"}},
	{from: "policies"},
	{from: "integrations"},
	{from: "examples"},
	{from: "record", to: []string{"domain", "ledger"}},
	{from: "apps", to: []string{"domain", "policies/xacml"}},
	{from: "identity", to: []string{"integrations/register"}},
	{from: "commands", to: []string{"domain", "ledger", "record", "apps", "policies"}},
	{from: "projections", to: []string{"domain", "ledger", "record", "policies"}},
	{from: "sagas", to: []string{"domain", "ledger", "record", "apps"}}, // commands are reached over HTTP only
	{from: "audit", to: []string{"domain", "ledger", "record"}},
	{from: "api", to: []string{"*"}, not: []string{"node", "hammer", "cmd", "sagas"}},
	{from: "node", to: []string{"*"}, not: []string{"hammer", "cmd"}},
	{from: "hammer", to: []string{"*"}, not: []string{"cmd"}},
	{from: "cmd", to: []string{"*"}},
}

// arrowExceptions are arrows that stand although the table has no place for them, as "from -> to".
var arrowExceptions = map[string]string{}

func TestImports_FollowTheTableOfFolders(t *testing.T) {
	t.Parallel()
	exceptions := except(arrowExceptions)
	for _, f := range sources(t) {
		if f.forTests() {
			continue
		}
		rule := ruleFor(f.folder())
		if rule == nil {
			t.Errorf("%s: folder %q has no rule in internal/lint/imports_test.go", f.path, f.folder())
			continue
		}
		for _, to := range ours(f) {
			if !rule.allows(to) && !exceptions.has(f.folder()+" -> "+to) {
				t.Errorf("%s imports %s, but %s may import only itself and %v", f.path, to, rule.from, rule.to)
			}
		}
	}
	exceptions.check(t)
}

// ours gives the folders of this module that a file imports.
func ours(f *goFile) []string {
	var all []string
	for _, p := range f.imports() {
		if folder, ok := strings.CutPrefix(p, module+"/"); ok {
			all = append(all, folder)
		}
	}
	return all
}

func ruleFor(folder string) *arrow {
	var found *arrow
	for i := range arrows {
		if a := &arrows[i]; within(folder, a.from) && (found == nil || len(a.from) > len(found.from)) {
			found = a
		}
	}
	return found
}

func (a *arrow) allows(to string) bool {
	in := func(folder string) bool { return within(to, folder) }
	if in(a.from) || slices.ContainsFunc(a.to, in) {
		return true
	}
	return slices.Contains(a.to, "*") && !slices.ContainsFunc(a.not, in)
}

func TestImports_TestPackagesServeTestsOnly(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		for _, to := range ours(f) {
			if testPackage(to) && !f.forTests() {
				t.Errorf("%s imports %s, which is for tests only", f.path, to)
			}
		}
	}
}

// outward are packages of the standard library that reach out of the program, or that give another answer each time. The pure model
// may have none of them: the same events must give the same state for ever.
var outward = []string{"os", "net", "syscall", "log", "database", "crypto/rand", "math/rand", "io/fs", "os/exec", "runtime/debug"}

// modelLibraries are the libraries that the pure model may use.
var modelLibraries = map[string]string{
	"github.com/google/uuid": "ids, as values; the model derives ids and never draws them",
}

func TestDomain_IsPure(t *testing.T) {
	t.Parallel()
	libraries := except(modelLibraries)
	for _, f := range sources(t) {
		if !within(f.folder(), "domain") || f.forTests() {
			continue
		}
		for _, p := range f.imports() {
			if slices.ContainsFunc(outward, func(o string) bool { return within(p, o) }) {
				t.Errorf("%s imports %s, which reaches out of the pure model", f.path, p)
			}
			if library(p) && !libraries.has(p) {
				t.Errorf("%s imports %s, which the pure model may not use", f.path, p)
			}
		}
		for _, clock := range []string{"Now", "Since", "Until", "After", "Tick", "NewTimer", "NewTicker", "Sleep"} {
			for _, at := range uses(f, "time", clock) {
				t.Errorf("%s: time.%s reads the clock; times come in as arguments", at, clock)
			}
		}
	}
	libraries.check(t)
}

// library tells whether an import path is neither ours nor of the standard library.
func library(p string) bool {
	first, _, _ := strings.Cut(p, "/")
	return strings.Contains(first, ".") && !within(p, module)
}

// home is the only place where a library may be used, so that exchanging it is the work of one folder.
type home struct {
	library string
	folders []string
	reason  string
}

var homes = []home{
	{"github.com/gin-gonic", []string{"api"}, "HTTP is the business of the API; elsewhere net/http does"},
	{"github.com/gin-contrib", []string{"api"}, "as gin"},
	{"modernc.org/sqlite", []string{"ledger", "projections", "sagas"}, "the stores; nobody else speaks SQL"},
	{"github.com/jackc/pgx", []string{"ledger", "projections", "sagas"}, "the stores; nobody else speaks SQL"},
	{"github.com/open-policy-agent", []string{"policies"}, "others ask policies.Engine"},
	{"github.com/ThreeDotsLabs/watermill", []string{"sagas"}, "handlers see sagas.Handler only"},
	{"github.com/santhosh-tekuri/jsonschema", []string{"apps"}, "others see apps.Model"},
	{"github.com/go-jose", []string{"identity", "node"}, "nothing else knows about tokens; node hands keys on"},
	{"github.com/goccy/go-yaml", []string{"node"}, "the configuration file is the only YAML"},
}

func TestLibraries_StayAtHome(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		if f.forTests() {
			continue
		}
		for _, p := range f.imports() {
			for _, h := range homes {
				if within(p, h.library) && !slices.ContainsFunc(h.folders, func(folder string) bool { return within(f.folder(), folder) }) {
					t.Errorf("%s imports %s, which belongs in %v only: %s", f.path, p, h.folders, h.reason)
				}
			}
			if within(p, "pgregory.net/rapid") || p == "testing" {
				t.Errorf("%s imports %s, which is for tests", f.path, p)
			}
		}
	}
}
