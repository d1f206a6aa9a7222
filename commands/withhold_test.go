package commands_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/commands"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/policies"
)

// Data of a type that takes a further right to read are in no answer to those who do not have it.
func TestWithheld_DataThatTakeAFurtherRight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := withSecretDrawings(t, w)
	res := w.applied()
	if res.App.Version != app.Version || len(res.State.OfType("tegning")) != 1 {
		t.Fatalf("the instance is of version %s with %d elements", res.App.Version, len(res.State.Elements))
	}
	drawing := res.State.OfType("tegning")[0].ID
	read, err := w.svc.ReadInstance(w.ctx, by(applicant), refOf(res))
	if err != nil {
		t.Fatal(err)
	}
	peek, err := w.svc.PeekInstance(w.ctx, by(applicant), refOf(res))
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]commands.Result{"read": read, "peek": peek} {
		if len(r.State.OfType("tegning")) != 0 || len(r.State.OfType("leiekontrakt")) != 1 || !same(r.Withheld, []string{"tegning"}) {
			t.Errorf("%s shows %d elements, withholds %v", name, len(r.State.Elements), r.Withheld)
		}
	}
	_, err = w.svc.ReadData(w.ctx, by(applicant), refOf(res), drawing)
	w.refused(err, commands.NotFound, string(instance.CodeElementNotFound))
}

// withSecretDrawings lets the service of a world use a version of the application in which drawings take the right "arkivere".
func withSecretDrawings(t *testing.T, w *world) *apps.App {
	t.Helper()
	dir := t.TempDir()
	folder := filepath.Join(dir, "app")
	if err := os.CopyFS(folder, os.DirFS(filepath.Join("..", "examples", "apps", "nordvik", "skjenkebevilling"))); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "App", "config", "applicationmetadata.json")
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(src, []byte(`"id": "tegning",`), []byte(`"id": "tegning", "actionRequiredToRead": "arkivere",`), 1)
	if bytes.Equal(changed, src) {
		t.Fatal("the metadata have no data type tegning")
	}
	if err := os.WriteFile(file, changed, 0o600); err != nil {
		t.Fatal(err)
	}
	app, faults := apps.Load(os.DirFS(folder), apps.Options{Org: "nordvik", Name: "skjenkebevilling"})
	if app == nil {
		t.Fatal(faults)
	}
	engine, err := policies.NewEngine(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.Publish(w.ctx, []policies.App{{Key: app.Key(), Policy: app.Policy}}); err != nil {
		t.Fatal(err)
	}
	o := w.svc.Options
	o.Apps, o.Policies = oneApp{app}, engine
	if w.svc, err = commands.New(o); err != nil {
		t.Fatal(err)
	}
	return app
}

// oneApp is a catalogue with a single app.
type oneApp struct{ app *apps.App }

func (o oneApp) Current(string) *apps.App                  { return o.app }
func (o oneApp) Version(string, string) (*apps.App, error) { return o.app, nil }
