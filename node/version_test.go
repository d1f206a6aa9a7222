package node_test

import (
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
)

// same compares two folds of an instance.
func same(t testing.TB, got, want *instance.State) {
	t.Helper()
	if want == nil {
		t.Errorf("%s is new", got.ID)
		return
	}
	g, w := got.Clone(), want.Clone()
	for i := range g.Elements {
		if i < len(w.Elements) && document.Equal(g.Elements[i].Form, w.Elements[i].Form) {
			g.Elements[i].Form = w.Elements[i].Form
		}
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("instance\n got %+v\nwant %+v", g, w)
	}
}

// ownApps gives the site a copy of the sample apps that the test may change.
func (s *site) ownApps() {
	s.Helper()
	dir := s.TempDir()
	if err := os.CopyFS(dir, os.DirFS(s.config.Apps[0])); err != nil {
		s.Fatal(err)
	}
	s.config.Apps = []string{dir}
}

// edit replaces a text in a file of an app, wherever it stands.
func (s *site) edit(app, file, old, new string) {
	s.Helper()
	path := filepath.Join(s.config.Apps[0], filepath.FromSlash(strings.TrimPrefix(app, "/")), "App", filepath.FromSlash(file))
	b, err := os.ReadFile(path)
	if err != nil {
		s.Fatal(err)
	}
	if !strings.Contains(string(b), old) {
		s.Fatalf("%s does not hold %q", file, old)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(b), old, new)), 0o600); err != nil {
		s.Fatal(err)
	}
}

// published gives the faults of the apps that were not published, by id.
func (s *site) published() map[string]string {
	out := map[string]string{}
	for _, p := range s.node.Published {
		if p.App == nil {
			out["/"+p.ID] = p.Faults.Errors()[0].Error()
		}
	}
	return out
}

func TestVersions_OldInstancesStayOnTheirs(t *testing.T) {
	t.Parallel()
	s := &site{T: t, config: configured(t)}
	s.ownApps()
	s.open()
	defer func() { s.close() }()
	old := s.apply(drawings(t)...)
	first := s.state(old.id()).Version

	// The new version has another text, a form field that must be a text, and is for others than the managing director.
	s.edit(appA, "config/texts/resource.nb.json", "Søknad om skjenkebevilling", "Søknad om bevilling, ny utgave")
	s.edit(appA, "config/authorization/policy.xml", ">dagl<", ">annenrolle<")
	s.reopen()
	if faults := s.published(); len(faults) > 0 {
		t.Fatal(faults)
	}
	second := s.node.Catalogue.Current("nordvik/skjenkebevilling").Version
	if second == first {
		t.Fatal("the version is the same")
	}
	versions, err := s.node.Catalogue.Versions("nordvik/skjenkebevilling")
	if err != nil || len(versions) != 2 {
		t.Fatalf("%v, %v", versions, err)
	}
	if got := s.state(old.id()).Version; got != first {
		t.Errorf("the old instance has moved to %s", got)
	}
	s.must(applicant, http.MethodGet, old.path(), "", nil)
	s.patch(applicant, old, "skjenkebevilling", `[{"op":"replace","path":"/lokale/antallGjester","value":10}]`)
	if got := s.ask(applicant, http.MethodPost, appA+"/instances", `{"instanceOwner":{"partyId":"500100"}}`); got.status != http.StatusForbidden {
		t.Errorf("a new one is answered %d %s", got.status, got.body)
	}
	s.submit(old)
	s.start()
	s.settled()
	s.only(old.id())
	s.stop()

	// Back to the first files: the first version is in service again.
	s.edit(appA, "config/texts/resource.nb.json", "Søknad om bevilling, ny utgave", "Søknad om skjenkebevilling")
	s.edit(appA, "config/authorization/policy.xml", ">annenrolle<", ">dagl<")
	s.reopen()
	if got := s.node.Catalogue.Current("nordvik/skjenkebevilling").Version; got != first {
		t.Errorf("in service is %s, want %s", got, first)
	}
	if got := s.state(s.apply(drawings(t)...).id()).Version; got != first {
		t.Errorf("a new instance has %s, want %s", got, first)
	}
}

func TestVersions_NewInstancesGetTheNewOne(t *testing.T) {
	t.Parallel()
	s := &site{T: t, config: configured(t)}
	s.ownApps()
	s.open()
	defer func() { s.close() }()
	old := s.apply(drawings(t)...)
	s.edit(appA, "models/skjenkebevilling.schema.json", `"antallGjester"`, `"antallPlasser"`)
	s.edit(appA, "ui/Task_1/layouts/lokale.json", "lokale.antallGjester", "lokale.antallPlasser")
	s.reopen()
	if faults := s.published(); len(faults) > 0 {
		t.Skipf("the sample cannot be changed like this any more: %v", faults)
	}
	var made shown
	s.must(applicant, http.MethodPost, appA+"/instances", `{"instanceOwner":{"partyId":"500100"}}`, &made)
	if a, b := s.state(old.id()).Version, s.state(made.id()).Version; a == b || b != s.node.Catalogue.Current("nordvik/skjenkebevilling").Version {
		t.Errorf("old %s, new %s", a, b)
	}
	for field, c := range map[string]struct{ old, made int }{"antallGjester": {http.StatusOK, http.StatusUnprocessableEntity}, "antallPlasser": {http.StatusUnprocessableEntity, http.StatusOK}} {
		for v, want := range map[*shown]int{old: c.old, &made: c.made} {
			element := s.state(v.id()).OfType("skjenkebevilling")[0].ID.String()
			body := `{"patches":[{"dataElementId":"` + element + `","patch":[{"op":"add","path":"/lokale","value":{"` + field + `":7}}]}]}`
			if got := s.ask(applicant, http.MethodPatch, v.path()+"/data", body); got.status != want {
				t.Errorf("%s of %s: %d %s, want %d", field, v.ID, got.status, got.body, want)
			}
		}
	}
}

func TestPublish_LeavesOutAnAppWithFaultsOnly(t *testing.T) {
	t.Parallel()
	const app = "/nordvik/serveringsbevilling"
	s := &site{T: t, config: configured(t)}
	s.ownApps()
	s.edit(app, "config/process/process.bpmn", `targetRef="Task_1"`, `targetRef="Task_Borte"`)
	s.open()
	defer func() { s.close() }()
	faults := s.published()
	if len(faults) != 1 || !strings.Contains(faults[app], "process.bpmn") {
		t.Errorf("faults %v", faults)
	}
	if got := s.ask(applicant, http.MethodPost, app+"/instances", `{"instanceOwner":{"partyId":"500100"}}`); got.status != http.StatusNotFound {
		t.Errorf("got %d %s", got.status, got.body)
	}
	s.apply(drawings(t)...)
}

func TestPublish_AFaultLeavesTheVersionInService(t *testing.T) {
	t.Parallel()
	s := &site{T: t, config: configured(t)}
	s.ownApps()
	s.open()
	defer func() { s.close() }()
	a := s.apply(drawings(t)...)
	version := s.state(a.id()).Version
	s.edit(appA, "config/applicationmetadata.json", `"dataTypes": [`, `"dataTypes": [,`)
	s.edit(appB, "config/texts/resource.nb.json", "kommune", "by")
	before := s.node.Catalogue.Current("nordvik/skjenkesak").Version
	s.reopen()
	if faults := s.published(); len(faults) != 1 || !strings.Contains(faults[appA], "applicationmetadata.json") {
		t.Errorf("faults %v", faults)
	}
	if got := s.node.Catalogue.Current("nordvik/skjenkebevilling").Version; got != version {
		t.Errorf("in service is %s, want %s", got, version)
	}
	if got := s.node.Catalogue.Current("nordvik/skjenkesak").Version; got == before {
		t.Error("the other app was not published")
	}
	s.submit(a)
	s.submit(s.apply(drawings(t)...))
}
