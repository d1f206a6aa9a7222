package xacml

import (
	"os"
	"path/filepath"
	"testing"
)

// policyFile is a policy and the app that it belongs to.
type policyFile struct {
	name string
	src  []byte
}

// sharedPolicies reads the policies of the shared sample apps, or skips the test.
func sharedPolicies(t testing.TB) []policyFile {
	t.Helper()
	dir, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Skip("no go.mod above this folder, so the shared apps can not be found")
		}
	}
	root := filepath.Join(dir, "..", "shared", "testdata", "altinn", "apps")
	files, err := filepath.Glob(filepath.Join(root, "*", "App", "config", "authorization", "policy.xml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("the shared apps are absent: no policy.xml under ../shared/testdata/altinn/apps")
	}
	var out []policyFile
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, policyFile{filepath.Base(filepath.Join(file, "..", "..", "..", "..")), src})
	}
	return out
}

func TestTranslate_SharedApps(t *testing.T) {
	t.Parallel()
	for _, f := range sharedPolicies(t) {
		p, warnings, err := Translate(f.src, Options{Org: "ttd", App: f.name})
		if err != nil {
			t.Errorf("%s: %v", f.name, err)
			continue
		}
		for _, action := range []string{"read", "instantiate"} {
			if len(p.Grant[action]["*"]) == 0 {
				t.Errorf("%s: nobody may %s", f.name, action)
			}
		}
		for _, w := range warnings {
			if w.Line == 0 || w.Message == "" {
				t.Errorf("%s: warning without line or message: %v", f.name, w)
			}
		}
	}
}
