package apps_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hovedbok/hovedbok/apps"
)

func open(t testing.TB, dir string) *apps.Catalogue {
	t.Helper()
	c, err := apps.OpenCatalogue(dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func publish(t testing.TB, c *apps.Catalogue, f files) *apps.App {
	t.Helper()
	app, faults := c.Publish(t.Context(), f.fs(), apps.Options{})
	if app == nil {
		t.Fatalf("not published:\n%v", faults)
	}
	return app
}

// changed is the application with another text, so another version.
func changed(t testing.TB, title string) files {
	t.Helper()
	return application.edit(t, meta, `"nb": "Skjenkebevilling"`, `"nb": "`+title+`"`)
}

func TestCatalogue_KeepsEveryVersion(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "catalogue")
	c := open(t, dir)
	first := publish(t, c, changed(t, "En"))
	second := publish(t, c, changed(t, "To"))
	if first.Version == second.Version || c.Current(first.ID).Version != second.Version {
		t.Fatal("the second version is not in service")
	}
	for _, c := range []*apps.Catalogue{c, open(t, dir)} {
		if got := c.Current(first.ID); got == nil || got.Version != second.Version || got.Metadata.Title["nb"] != "To" {
			t.Errorf("in service is %v", got)
		}
		old, err := c.Version(first.ID, first.Version)
		if err != nil || old.Metadata.Title["nb"] != "En" || old.Models["soknad"] == nil {
			t.Errorf("the first version is %v, %v", old, err)
		}
		if versions, err := c.Versions(first.ID); err != nil || !slices.Equal(versions, sorted([]string{first.Version, second.Version})) {
			t.Errorf("versions are %q, %v", versions, err)
		}
		if all := c.All(); len(all) != 1 || all[0].ID != first.ID {
			t.Errorf("all are %v", all)
		}
	}
	if again := publish(t, c, changed(t, "En")); again.Version != first.Version || open(t, dir).Current(first.ID).Version != first.Version {
		t.Error("the first version does not come back in service")
	}
}

func TestCatalogue_RefusesAndKeepsWhatIsInService(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := open(t, dir)
	good := publish(t, c, application)
	before := listing(t, dir)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c2 := range map[string]struct {
		f    files
		ctx  context.Context
		code string
	}{
		"fault":     {application.with(files{soknad: "{"}), t.Context(), apps.FaultJSON},
		"link":      {linked(), t.Context(), apps.FaultLinkTargetUnknown},
		"cancelled": {changed(t, "Ny"), cancelled, apps.FaultCancelled},
		"no app":    {files{"x": ""}, t.Context(), apps.FaultFolder},
	} {
		app, faults := c.Publish(c2.ctx, c2.f.fs(), apps.Options{})
		if app != nil || !slices.ContainsFunc(faults, func(f apps.Fault) bool { return f.Code == c2.code && !f.Warning }) {
			t.Errorf("%s: %v, %v", name, app, faults)
		}
	}
	if c.Current(good.ID).Version != good.Version || !slices.Equal(listing(t, dir), before) {
		t.Error("a refused version has left something behind")
	}
	if _, err := c.Version(good.ID, strings.Repeat("0", 64)); !errors.Is(err, apps.ErrVersionNotFound) {
		t.Errorf("an unknown version: %v", err)
	}
	if _, err := c.Version("../x", "y"); !errors.Is(err, apps.ErrVersionNotFound) {
		t.Errorf("a version that leads out of the folder: %v", err)
	}
	if c.Current("nordvik/annen") != nil || c.Hosts("sorvik") || !c.Hosts("nordvik") {
		t.Error("unknown apps are known")
	}
	if versions, err := c.Versions("../x"); versions != nil || err != nil {
		t.Error("a folder outside is listed")
	}
}

func listing(t testing.TB, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		names = append(names, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestCatalogue_TellsWhenItCannotWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := open(t, dir)
	// A file stands where the folder of the app should be.
	if err := os.Mkdir(filepath.Join(dir, "nordvik"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "nordvik", "skjenkebevilling"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	app, faults := c.Publish(t.Context(), application.fs(), apps.Options{})
	if app != nil || !faults.Failed() || faults.Errors()[0].Code != apps.FaultStore || c.Current("nordvik/skjenkebevilling") != nil {
		t.Errorf("got %v, %v", app, faults)
	}
}

func TestOpenCatalogue_RefusesDamage(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(folder, digest string) error{
		"pointer to nothing": func(folder, _ string) error {
			return os.WriteFile(filepath.Join(folder, "current"), []byte(strings.Repeat("0", 64)), 0o600)
		},
		"pointer of nonsense": func(folder, _ string) error {
			return os.WriteFile(filepath.Join(folder, "current"), []byte("../x"), 0o600)
		},
		"half an archive": func(folder, digest string) error { return os.Truncate(filepath.Join(folder, digest+".zip"), 100) },
		"another archive": func(folder, digest string) error {
			other := strings.Repeat("1", 64)
			if err := os.Rename(filepath.Join(folder, digest+".zip"), filepath.Join(folder, other+".zip")); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(folder, "current"), []byte(other+"\n"), 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			app := publish(t, open(t, dir), application)
			if err := damage(filepath.Join(dir, "nordvik", "skjenkebevilling"), app.Version); err != nil {
				t.Fatal(err)
			}
			if _, err := apps.OpenCatalogue(dir); err == nil || !strings.Contains(err.Error(), app.ID) {
				t.Errorf("got %v", err)
			}
		})
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := apps.OpenCatalogue(filepath.Join(file, "x")); err == nil {
		t.Error("a catalogue opens under a file")
	}
}

// What a crash leaves of a file that was being written is not a version.
func TestOpenCatalogue_IgnoresUnfinishedFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	app := publish(t, open(t, dir), application)
	folder := filepath.Join(dir, "nordvik", "skjenkebevilling")
	if err := os.WriteFile(filepath.Join(folder, ".tmp-1"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := open(t, dir)
	if versions, err := c.Versions(app.ID); err != nil || len(versions) != 1 || c.Current(app.ID) == nil {
		t.Errorf("versions are %q, %v", versions, err)
	}
}

func TestCatalogue_ReloadSeesWhatAnotherHasPublished(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	here, there := open(t, dir), open(t, dir)
	app := publish(t, there, application)
	if here.Current(app.ID) != nil {
		t.Fatal("the version is seen before the reload")
	}
	if got, err := here.Version(app.ID, app.Version); err != nil || got.Version != app.Version {
		t.Errorf("a pinned version is not found: %v", err)
	}
	if err := here.Reload(); err != nil || here.Current(app.ID) == nil || len(here.Faults(app.ID)) != 0 {
		t.Errorf("after the reload: %v", err)
	}
}

func TestPublish_WarnsOfLinksThatItBreaks(t *testing.T) {
	t.Parallel()
	c := open(t, t.TempDir())
	publish(t, c, caseApp)
	publish(t, c, linked())
	app, faults := c.Publish(t.Context(), caseApp.edit(t, "models/sak.schema.json", `"kilde": {"type": "string"}, `, ``).fs(), apps.Options{})
	if app == nil || !slices.Contains(brief(faults), linkf+":11: ?"+apps.FaultLinkBrokenByPublish) || !strings.Contains(faults.Error(), "nordvik/skjenkebevilling") {
		t.Errorf("got %v, %v", app, faults)
	}
}

func TestCatalogue_ManyAtOnce(t *testing.T) {
	t.Parallel()
	c := open(t, t.TempDir())
	app := publish(t, c, application)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			published, faults := c.Publish(context.Background(), changed(t, strings.Repeat("x", i%3+1)).fs(), apps.Options{})
			if published == nil {
				t.Error(faults)
			}
		})
		all.Go(func() {
			if got, err := c.Version(app.ID, app.Version); err != nil || got.Version != app.Version {
				t.Error(err)
			}
			if c.Current(app.ID) == nil || len(c.All()) != 1 {
				t.Error("no version is in service")
			}
		})
	}
	all.Wait()
	if versions, err := c.Versions(app.ID); err != nil || len(versions) != 4 {
		t.Errorf("versions are %q, %v", versions, err)
	}
}

// writeTree writes app folders to disk: by org/app.
func writeTree(t testing.TB, tree map[string]files) string {
	t.Helper()
	root := t.TempDir()
	for id, app := range tree {
		for name, content := range app {
			path := filepath.Join(root, filepath.FromSlash(id), "App", filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return root
}

func TestPublishTree(t *testing.T) {
	t.Parallel()
	broken := application.with(files{soknad: "{"}).edit(t, meta, `"nordvik/skjenkebevilling"`, `"nordvik/ledig"`)
	dependent := linked().edit(t, linkf, "nordvik/skjenkesak", "nordvik/ledig").edit(t, meta, `"nordvik/skjenkebevilling"`, `"nordvik/avhengig"`)
	root := writeTree(t, map[string]files{
		"nordvik/avhengig":         dependent,
		"nordvik/ledig":            broken,
		"nordvik/skjenkebevilling": linked(),
		"nordvik/skjenkesak":       caseApp,
		"sorvik/mal":               application.edit(t, meta, `"nordvik/skjenkebevilling"`, `"[ORG]/[APP]"`).edit(t, meta, `"org": "nordvik"`, `"org": "[ORG]"`),
		"sorvik/feil":              application,
	})
	if err := os.WriteFile(filepath.Join(root, "README.md"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c := open(t, t.TempDir())
	published, err := c.PublishTree(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, p := range published {
		got[p.ID] = "published"
		if p.App == nil {
			got[p.ID] = p.Faults.Errors()[0].Code
		}
	}
	want := map[string]string{
		"nordvik/avhengig": apps.FaultLinkTargetUnknown, "nordvik/ledig": apps.FaultJSON, "nordvik/skjenkebevilling": "published",
		"nordvik/skjenkesak": "published", "sorvik/mal": "published", "sorvik/feil": apps.FaultOtherApp,
	}
	for id, outcome := range want {
		if got[id] != outcome {
			t.Errorf("%s: got %s, want %s", id, got[id], outcome)
		}
	}
	if len(got) != len(want) || len(c.All()) != 3 || c.Current("sorvik/mal") == nil || c.Current("sorvik/mal").Org != "sorvik" {
		t.Errorf("got %v", got)
	}
	if err := apps.Err(published); err == nil || !strings.Contains(err.Error(), "nordvik/ledig") || strings.Contains(err.Error(), "skjenkesak is not") {
		t.Errorf("the error is %v", err)
	}
	if _, err := c.PublishTree(t.Context(), filepath.Join(root, "nothing")); err == nil {
		t.Error("a tree that is not there is published")
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.PublishTree(cancelled, root); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A link cannot read files outside of the app's folder.
func TestPublishTree_FollowsNoLinkOutOfTheFolder(t *testing.T) {
	t.Parallel()
	root := writeTree(t, map[string]files{"nordvik/skjenkebevilling": application})
	secret := filepath.Join(t.TempDir(), "secret.json")
	if err := os.WriteFile(secret, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(root, "nordvik", "skjenkebevilling", "App", "options", "secret.json")); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	published, err := open(t, t.TempDir()).PublishTree(t.Context(), root)
	if err != nil || len(published) != 1 || published[0].App != nil || published[0].Faults.Errors()[0].Code != apps.FaultFolder {
		t.Errorf("got %+v, %v", published, err)
	}
}
