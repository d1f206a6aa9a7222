package appkit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hovedbok/hovedbok/apps"
)

// ErrNoApp says that a folder is no app folder and holds none.
var ErrNoApp = errors.New("no app folder")

// Folder is an app folder on disk.
type Folder struct {
	Dir string // as it was given, or below it
	// Expected are the org and the name that the place of the folder promises: those of <org>/<app> in a
	// tree, as a node publishes it, and none for a folder that was named itself.
	Expected apps.Options
}

// Find gives the app folders that a folder stands for: itself when it is one, otherwise those in it, as
// <app> or as <org>/<app>, in the order of their paths. The error is ErrNoApp when there is none.
func Find(dir string) ([]Folder, error) {
	if isApp(dir) {
		return []Folder{{Dir: dir}}, nil
	}
	names, err := subfolders(dir)
	if err != nil {
		return nil, err
	}
	var found []Folder
	for _, name := range names {
		below := filepath.Join(dir, name)
		if isApp(below) {
			found = append(found, Folder{Dir: below})
			continue
		}
		inside, err := ofOrg(below, name)
		if err != nil {
			return nil, err
		}
		found = append(found, inside...)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%w in %s: give the folder that holds App/, or a tree of <org>/<app>", ErrNoApp, filepath.ToSlash(dir))
	}
	return found, nil
}

func ofOrg(dir, org string) ([]Folder, error) {
	names, err := subfolders(dir)
	if err != nil {
		return nil, err
	}
	var found []Folder
	for _, name := range names {
		if below := filepath.Join(dir, name); isApp(below) {
			found = append(found, Folder{Dir: below, Expected: apps.Options{Org: org, Name: name}})
		}
	}
	return found, nil
}

// isApp reports whether a folder holds App/config, or is App/ itself. A folder of that shape is an app also
// when its files are missing, so that they are reported as such.
func isApp(dir string) bool {
	return isDir(filepath.Join(dir, "App")) || isDir(filepath.Join(dir, "config"))
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func subfolders(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.ToSlash(dir), cause(err))
	}
	var names []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && isDir(filepath.Join(dir, e.Name())) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// cause gives what went wrong without the path, which the caller has said.
func cause(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// Load reads and checks an app folder on disk as apps.Load does. Symbolic links cannot lead out of it. Where
// the place of the folder promises no names, those of a template that Studio has not filled in yet are made up.
func Load(f Folder) (*apps.App, apps.Faults, error) {
	root, err := os.OpenRoot(f.Dir)
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", filepath.ToSlash(f.Dir), cause(err))
	}
	opt := f.Expected
	if opt == (apps.Options{}) {
		opt = templateNames(appFS(root.FS()), f.Dir)
	}
	app, faults := apps.Load(root.FS(), opt)
	if err := root.Close(); err != nil {
		return nil, nil, fmt.Errorf("close %s: %w", filepath.ToSlash(f.Dir), cause(err))
	}
	return app, faults, nil
}

// appFS gives the files under App/, or the files themselves where App/ was given.
func appFS(fsys fs.FS) fs.FS {
	if info, err := fs.Stat(fsys, "App"); err == nil && info.IsDir() {
		if sub, err := fs.Sub(fsys, "App"); err == nil {
			return sub
		}
	}
	return fsys
}

// appDir is the path of App/ on disk.
func appDir(dir string) string {
	if inside := filepath.Join(dir, "App"); isDir(inside) {
		return inside
	}
	return dir
}

// templateNames fills in what a template leaves open: the metadata of one says "[ORG]/[APP]".
func templateNames(fsys fs.FS, dir string) apps.Options {
	text, err := fs.ReadFile(fsys, metadataFile)
	if err != nil || !strings.Contains(string(text), "[ORG]") && !strings.Contains(string(text), "[APP]") {
		return apps.Options{}
	}
	opt := apps.Options{Org: "org", Name: "app"}
	if abs, err := filepath.Abs(dir); err == nil && validName(filepath.Base(abs)) {
		opt.Name = filepath.Base(abs)
	}
	return opt
}
