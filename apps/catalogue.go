package apps

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
)

// Catalogue is the registry of published versions. Every version is kept for ever, since instances are
// pinned to the one that they were made with. It is safe for concurrent use.
type Catalogue struct {
	store store

	publishing sync.Mutex // held while a version is checked against the others and put in service

	mu      sync.RWMutex // owns the fields below
	current map[string]*App
	faults  map[string]Faults // of the versions in service

	versions Cache[loaded] // that instances are pinned to
}

// OpenCatalogue opens the registry in the folder, which is made if it is not there, and loads the
// versions in service. It fails when one of them is damaged or cannot be read.
func OpenCatalogue(dir string) (*Catalogue, error) {
	if err := makeFolders(dir); err != nil {
		return nil, fmt.Errorf("apps: open the catalogue: %w", err)
	}
	c := &Catalogue{store: store{dir: dir}}
	return c, c.Reload()
}

// loaded is a version as it was read, and what was found then.
type loaded struct {
	app    *App
	faults Faults
}

func (c *Catalogue) load(id, digest string) (loaded, error) {
	return c.versions.Get(id+"@"+digest, func() (l loaded, err error) {
		l.app, l.faults, err = c.store.read(id, digest)
		return l, err
	})
}

// Reload reads again which versions are in service, as when another process has published one. When it
// fails, what was in service stays.
func (c *Catalogue) Reload() error {
	c.publishing.Lock()
	defer c.publishing.Unlock()
	ids, err := c.store.apps()
	if err != nil {
		return err
	}
	current, faults := map[string]*App{}, map[string]Faults{}
	for _, id := range ids {
		digest, err := c.store.current(id)
		if err != nil {
			return err
		}
		l, err := c.load(id, digest)
		if err != nil {
			return err
		}
		current[id], faults[id] = l.app, l.faults
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current, c.faults = current, faults
	return nil
}

// Current gives the version of an app that new instances get, or nil.
func (c *Catalogue) Current(id string) *App {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.current[id]
}

// Version gives a published version. The error is ErrVersionNotFound for one that never was, and
// otherwise says why the version cannot be read.
func (c *Catalogue) Version(id, digest string) (*App, error) {
	if app := c.Current(id); app != nil && app.Version == digest {
		return app, nil
	}
	l, err := c.load(id, digest)
	return l.app, err
}

// Versions gives the digests of all published versions of an app, sorted; none for an unknown app.
func (c *Catalogue) Versions(id string) ([]string, error) {
	if !appIDPattern.MatchString(id) {
		return nil, nil
	}
	return c.store.versions(id)
}

// All gives the version in service of every app, sorted by id.
func (c *Catalogue) All() []*App {
	c.mu.RLock()
	defer c.mu.RUnlock()
	all := make([]*App, 0, len(c.current))
	for _, app := range c.current {
		all = append(all, app)
	}
	slices.SortFunc(all, func(a, b *App) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// Faults gives what was found when the version in service was loaded. After an upgrade of the program
// there can be errors among them: the version was published under older rules and stays in service.
func (c *Catalogue) Faults(id string) Faults {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return slices.Clone(c.faults[id])
}

// Hosts reports whether any app of the org is in the catalogue.
func (c *Catalogue) Hosts(org string) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for id := range c.current {
		if strings.HasPrefix(id, org+"/") {
			return true
		}
	}
	return false
}

// Publish loads an app, checks its links against the versions in service, keeps it and puts it in
// service. With a fault that is no warning it gives no app and changes nothing. The same files again
// are the same version; publishing an older version's files puts that version back in service.
func (c *Catalogue) Publish(ctx context.Context, fsys fs.FS, opt Options) (*App, Faults) {
	c.publishing.Lock()
	defer c.publishing.Unlock()
	app, faults := Load(fsys, opt)
	if app == nil {
		return nil, faults
	}
	together := map[string]*App{app.ID: app}
	faults = append(faults, CheckLinks(app, c.resolve(together), c.hosts(together))...)
	faults = append(faults, c.broken(together)...)
	if err := ctx.Err(); err != nil {
		faults = append(faults, Fault{File: "App", Code: FaultCancelled, Message: "publishing was given up: " + err.Error()})
	}
	if !faults.Failed() {
		faults = append(faults, c.put(app, faults)...)
	}
	faults.sort()
	if faults.Failed() {
		return nil, faults
	}
	return app, faults
}

// resolve looks an app up among those that are published together, and then in service.
func (c *Catalogue) resolve(together map[string]*App) func(id string) *App {
	return func(id string) *App {
		if app := together[id]; app != nil {
			return app
		}
		return c.Current(id)
	}
}

func (c *Catalogue) hosts(together map[string]*App) func(org string) bool {
	return func(org string) bool {
		for _, app := range together {
			if app.Org == org {
				return true
			}
		}
		return c.Hosts(org)
	}
}

// broken warns of links of other apps that new versions break. They stay in service: their owner may
// be another org, and the new version may be right.
func (c *Catalogue) broken(together map[string]*App) Faults {
	var found Faults
	for _, other := range c.All() {
		if together[other.ID] != nil {
			continue
		}
		before := CheckLinks(other, c.Current, c.Hosts)
		for _, fault := range CheckLinks(other, c.resolve(together), c.hosts(together)).Errors() {
			if !slices.Contains(before, fault) {
				found = append(found, Fault{File: fault.File, Line: fault.Line, Code: FaultLinkBrokenByPublish, Warning: true,
					Message: "this version breaks a link of " + other.ID + ": " + fault.Message, Hint: "publish " + other.ID + " anew"})
			}
		}
	}
	return found
}

// put keeps a version and puts it in service. The order matters: the pointer never names a version that
// is not on disk.
func (c *Catalogue) put(app *App, faults Faults) Faults {
	if err := c.store.keep(app); err != nil {
		return Faults{{File: "App", Code: FaultStore, Message: err.Error()}}
	}
	if err := c.store.serve(app.ID, app.Version); err != nil {
		return Faults{{File: "App", Code: FaultStore, Message: err.Error()}}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current[app.ID], c.faults[app.ID] = app, slices.Clone(faults)
	return nil
}

// isFolder reports whether a path is a folder.
func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
