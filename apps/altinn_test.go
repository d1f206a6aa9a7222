package apps_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/hovedbok/hovedbok/apps"
)

// Every app of Altinn's loads as it is.
func TestLoad_AltinnAppsUnmodified(t *testing.T) {
	t.Parallel()
	root := altinnData(t, "apps")
	folders, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		t.Run(folder.Name(), func(t *testing.T) {
			t.Parallel()
			app, faults := apps.Load(os.DirFS(filepath.Join(root, folder.Name())), apps.Options{Org: "ttd", Name: folder.Name()})
			for _, fault := range faults {
				t.Log(fault)
			}
			if app == nil {
				t.Fatal("the app does not load")
			}
		})
	}
}
