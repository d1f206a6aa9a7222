package apps

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Publication is the outcome of publishing one folder of a tree.
type Publication struct {
	ID     string // org/app, from the names of the folders
	App    *App   // nil when it was not published
	Faults Faults
}

// PublishTree publishes every app folder <root>/<org>/<app>, sorted by id. The apps may link to each
// other in any order. Those with faults are left out, and so are those whose links need them; the
// others are published. The error is about the tree itself, or the context's.
func (c *Catalogue) PublishTree(ctx context.Context, root string) ([]Publication, error) {
	ids, err := appFolders(root)
	if err != nil {
		return nil, err
	}
	c.publishing.Lock()
	defer c.publishing.Unlock()
	t := treePublisher{catalogue: c, good: map[string]*App{}, orgs: map[string]bool{}}
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("apps: publish the tree: %w", err)
		}
		t.load(root, id)
	}
	t.checkLinks()
	t.put()
	return t.results, nil
}

// appFolders gives the ids of the app folders of a tree.
func appFolders(root string) ([]string, error) {
	orgs, err := os.ReadDir(root)
	if err != nil {
		return nil, fmt.Errorf("apps: read the tree: %w", err)
	}
	var ids []string
	for _, org := range orgs {
		entries, err := os.ReadDir(filepath.Join(root, org.Name()))
		if err != nil || strings.HasPrefix(org.Name(), ".") {
			continue // a file beside the folders of orgs
		}
		for _, app := range entries {
			dir := filepath.Join(root, org.Name(), app.Name())
			if isFolder(filepath.Join(dir, "App")) || isFolder(filepath.Join(dir, "config")) {
				ids = append(ids, org.Name()+"/"+app.Name())
			}
		}
	}
	return ids, nil
}

// treePublisher publishes apps that may link to each other.
type treePublisher struct {
	catalogue *Catalogue
	results   []Publication
	good      map[string]*App // without faults so far
	orgs      map[string]bool // of the tree
}

func (t *treePublisher) load(root, id string) {
	org, name, _ := strings.Cut(id, "/")
	t.orgs[org] = true
	app, faults := loadDir(filepath.Join(root, org, name), Options{Org: org, Name: name})
	t.results = append(t.results, Publication{ID: id, App: app, Faults: faults})
	if app != nil {
		t.good[id] = app
	}
}

// loadDir loads a folder on disk. Symbolic links cannot lead out of it.
func loadDir(dir string, opt Options) (*App, Faults) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, Faults{{File: "App", Code: FaultFolder, Message: "the folder cannot be opened: " + err.Error()}}
	}
	app, faults := Load(root.FS(), opt)
	if err := root.Close(); err != nil {
		return nil, append(faults, Fault{File: "App", Code: FaultFolder, Message: "the folder cannot be closed: " + err.Error()})
	}
	return app, faults
}

// checkLinks takes out apps whose links do not hold, until all that are left do: an app that is taken
// out can be the target of another.
func (t *treePublisher) checkLinks() {
	resolve := t.catalogue.resolve(t.good)
	hosted := func(org string) bool { return t.orgs[org] || t.catalogue.Hosts(org) }
	for again := true; again; {
		again = false
		for i := range t.results {
			p := &t.results[i]
			if t.good[p.ID] == nil {
				continue
			}
			if faults := CheckLinks(p.App, resolve, hosted); faults.Failed() {
				p.Faults, p.App = append(p.Faults, faults...), nil
				delete(t.good, p.ID)
				again = true
			}
		}
	}
	broken := t.catalogue.broken(t.good)
	for i := range t.results {
		if p := &t.results[i]; p.App != nil {
			p.Faults = append(p.Faults, CheckLinks(p.App, resolve, hosted)...)
			p.Faults = append(p.Faults, broken...)
			broken = nil
			p.Faults.sort()
		}
	}
}

func (t *treePublisher) put() {
	for i := range t.results {
		p := &t.results[i]
		if p.App == nil {
			continue
		}
		if faults := t.catalogue.put(p.App, p.Faults); faults.Failed() {
			p.App, p.Faults = nil, append(p.Faults, faults...)
		}
	}
}

// Err gives the faults of all folders that were not published as one error, or nil.
func Err(publications []Publication) error {
	var errs []error
	for _, p := range publications {
		if err := p.Faults.Err(); err != nil {
			errs = append(errs, fmt.Errorf("apps: %s is not published:\n%w", p.ID, err))
		}
	}
	return errors.Join(errs...)
}
