package appkit_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/appkit"
)

func TestNew_LintsClean(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	newApp(t, root, appkit.New{Org: "nordvik", Name: "melding", Title: "Meld fra", LinkTo: "politiet/svar"})
	newApp(t, root, appkit.New{Org: "politiet", Name: "svar"})
	if got := lintText(t, root, root); got != "nordvik/melding: nothing to remark\npolitiet/svar: nothing to remark\n" {
		t.Errorf("got\n%s", got)
	}
}

func TestNew_IsPublished(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	newApp(t, root, appkit.New{Org: "nordvik", Name: "melding", LinkTo: "nordvik/sak"})
	newApp(t, root, appkit.New{Org: "nordvik", Name: "sak"})
	c, err := apps.OpenCatalogue(t.TempDir())
	must(t, err)
	published, err := c.PublishTree(t.Context(), root)
	must(t, err)
	for _, p := range published {
		if p.App == nil || len(p.Faults) > 0 {
			t.Errorf("%s: %v", p.ID, p.Faults)
		}
	}
	if app := c.Current("nordvik/melding"); app == nil || len(app.Links) != 1 || app.Metadata.Title["nb"] != "Melding" {
		t.Errorf("got %+v", app)
	}
}

// Whatever the title, the files are what they say that they are, and the app is without a fault.
func TestNew_AnyTitle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := appkit.New{
			Org: rapid.StringMatching(`[a-z0-9][a-z0-9-]{0,20}`).Draw(t, "org"), Name: rapid.StringMatching(`[a-z][a-z0-9-]{0,20}`).Draw(t, "name"),
			Title: rapid.StringMatching(`[\pL "<>&{}'\\ø]{0,40}`).Draw(t, "title"),
		}
		if rapid.Bool().Draw(t, "link") {
			n.LinkTo = "nordvik/sak"
		}
		files, err := n.Files()
		if err != nil {
			t.Fatal(err)
		}
		fsys := fstest.MapFS{}
		for name, content := range files {
			fsys[name] = &fstest.MapFile{Data: content}
			wellFormed(t, name, content)
		}
		app, faults := apps.Load(fsys, apps.Options{Org: n.Org, Name: n.Name})
		if app == nil || len(faults) > 0 || (len(app.Links) == 1) != (n.LinkTo != "") {
			t.Fatalf("faults: %v", faults)
		}
		if title := strings.TrimSpace(n.Title); title != "" && app.Metadata.Title["en"] != title {
			t.Fatalf("the title is %q, not %q", app.Metadata.Title["en"], title)
		}
	})
}

func wellFormed(t *rapid.T, name string, content []byte) {
	if bytes.Contains(content, []byte("<%")) || bytes.Contains(content, []byte("<no value>")) {
		t.Fatalf("%s has places that are not filled in:\n%s", name, content)
	}
	switch filepath.Ext(name) {
	case ".json":
		if !json.Valid(content) {
			t.Fatalf("%s is no JSON:\n%s", name, content)
		}
	case ".xml", ".bpmn", ".xsd", ".csproj":
		d := xml.NewDecoder(bytes.NewReader(content))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}

func TestNew_RefusesNames(t *testing.T) {
	t.Parallel()
	good := appkit.New{Org: "nordvik", Name: "app", Title: "T", LinkTo: "a/b"}
	for name, change := range map[string]func(*appkit.New){
		"no org":            func(n *appkit.New) { n.Org = "" },
		"no name":           func(n *appkit.New) { n.Name = "" },
		"capitals":          func(n *appkit.New) { n.Org = "Nordvik" },
		"a path":            func(n *appkit.New) { n.Name = "../x" },
		"a slash":           func(n *appkit.New) { n.Name = "a/b" },
		"a hyphen first":    func(n *appkit.New) { n.Name = "-a" },
		"too long":          func(n *appkit.New) { n.Name = strings.Repeat("a", 64) },
		"a link to no app":  func(n *appkit.New) { n.LinkTo = "b" },
		"a title of two":    func(n *appkit.New) { n.Title = "a\nb" },
		"a title not UTF-8": func(n *appkit.New) { n.Title = "a\xff" },
	} {
		n := good
		change(&n)
		dir := filepath.Join(t.TempDir(), "app")
		if _, err := n.Files(); err == nil {
			t.Errorf("%s is accepted", name)
		}
		if err := appkit.Create(dir, n); err == nil {
			t.Errorf("%s: the app is made", name)
		}
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: something was written", name)
		}
	}
	if _, err := good.Files(); err != nil {
		t.Error(err)
	}
}

func TestCreate_ChangesNothingThatIsThere(t *testing.T) {
	t.Parallel()
	n := appkit.New{Org: "nordvik", Name: "app"}
	empty := t.TempDir()
	must(t, appkit.Create(empty, n))
	if err := appkit.Create(empty, n); !errors.Is(err, appkit.ErrNotEmpty) {
		t.Errorf("the second time gives %v", err)
	}
	other := t.TempDir()
	must(t, os.WriteFile(filepath.Join(other, ".keep"), nil, 0o600))
	if err := appkit.Create(other, n); !errors.Is(err, appkit.ErrNotEmpty) {
		t.Errorf("a folder with a hidden file gives %v", err)
	}
	file := filepath.Join(other, ".keep")
	if err := appkit.Create(file, n); err == nil || errors.Is(err, appkit.ErrNotEmpty) {
		t.Errorf("a file gives %v", err)
	}
	if entries, err := os.ReadDir(other); err != nil || len(entries) != 1 {
		t.Errorf("something was written: %v, %v", entries, err)
	}
}

func TestNew_HoldsWhatStudioMakes(t *testing.T) {
	t.Parallel()
	files, err := appkit.New{Org: "nordvik", Name: "app"}.Files()
	must(t, err)
	for _, name := range []string{"App/App.csproj", "App/Program.cs", "App/appsettings.json", "App/config/applicationmetadata.json", "App/config/process/process.bpmn",
		"App/config/authorization/policy.xml", "App/config/texts/resource.nb.json", "App/config/texts/resource.nn.json", "App/config/texts/resource.en.json",
		"App/models/Skjema.cs", "App/models/Skjema.xsd", "App/models/skjema.schema.json", "App/ui/Settings.json", "App/ui/Task_1/Settings.json", "App/ui/Task_2/Settings.json",
		"App.sln", "Dockerfile", "deployment/Chart.yaml", "deployment/values.yaml", ".gitignore", ".dockerignore", "README.md"} {
		if files[name] == nil {
			t.Errorf("%s is missing", name)
		}
	}
	if _, ok := files["App/config/links.json"]; ok {
		t.Error("there are links that nobody asked for")
	}
	sizes := []int{}
	for _, content := range files {
		sizes = append(sizes, len(content))
	}
	if slices.Max(sizes) > 64<<10 {
		t.Error("a file of a small app is large")
	}
}
