package apps

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// ErrVersionNotFound says that a version was never published here.
var ErrVersionNotFound = errors.New("apps: the version is not in the catalogue")

var digestPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

// store keeps versions on disk: <dir>/<org>/<app>/<digest>.zip, and beside them the file current, which
// holds the digest in service. A file, once there, never changes.
type store struct{ dir string }

func (s store) folder(id string) string { return filepath.Join(s.dir, filepath.FromSlash(id)) }

func (s store) archive(id, digest string) string { return filepath.Join(s.folder(id), digest+".zip") }

func (s store) pointer(id string) string { return filepath.Join(s.folder(id), "current") }

// keep writes a version unless it is there already.
func (s store) keep(app *App) error {
	name := s.archive(app.ID, app.Version)
	if _, err := os.Stat(name); err == nil {
		return nil
	}
	if err := writeDurably(name, func(w io.Writer) error { return writeArchive(w, app.Files) }); err != nil {
		return fmt.Errorf("apps: keep version %s of %s: %w", app.Version, app.ID, err)
	}
	return nil
}

// writeArchive writes the files in the order of their paths, without times, so that a version always
// gives the same archive.
func writeArchive(w io.Writer, files *Files) error {
	archive := zip.NewWriter(w)
	for _, name := range files.Names(".") {
		part, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err != nil {
			return err
		}
		content, _ := files.Get(name)
		if _, err := part.Write(content); err != nil {
			return err
		}
	}
	return archive.Close()
}

// serve makes a kept version the current one.
func (s store) serve(id, digest string) error {
	err := writeDurably(s.pointer(id), func(w io.Writer) error {
		_, err := io.WriteString(w, digest+"\n")
		return err
	})
	if err != nil {
		return fmt.Errorf("apps: put version %s of %s in service: %w", digest, id, err)
	}
	return nil
}

// current gives the digest in service.
func (s store) current(id string) (string, error) {
	text, err := os.ReadFile(s.pointer(id))
	if err != nil {
		return "", fmt.Errorf("apps: read the current version of %s: %w", id, err)
	}
	digest := string(bytes.TrimSpace(text))
	if !digestPattern.MatchString(digest) {
		return "", fmt.Errorf("apps: the current version of %s is no digest", id)
	}
	return digest, nil
}

// read loads a version. What was published stays published: faults that newer rules find in it are
// given, and keep it from service only when the app cannot be read at all.
func (s store) read(id, digest string) (*App, Faults, error) {
	if !appIDPattern.MatchString(id) || !digestPattern.MatchString(digest) {
		return nil, nil, fmt.Errorf("%w: %s of %s", ErrVersionNotFound, digest, id)
	}
	archive, err := zip.OpenReader(s.archive(id, digest))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, fmt.Errorf("%w: %s of %s", ErrVersionNotFound, digest, id)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("apps: open version %s of %s: %w", digest, id, err)
	}
	org, name, _ := strings.Cut(id, "/")
	app, faults := load(archive, Options{Org: org, Name: name})
	if err := archive.Close(); err != nil {
		return nil, faults, fmt.Errorf("apps: close version %s of %s: %w", digest, id, err)
	}
	if app == nil {
		return nil, faults, fmt.Errorf("apps: version %s of %s cannot be read: %w", digest, id, faults)
	}
	if app.Version != digest {
		return nil, faults, fmt.Errorf("apps: version %s of %s is damaged: its files give %s", digest, id, app.Version)
	}
	return app, faults, nil
}

// apps gives the ids of all apps that have a current version, sorted.
func (s store) apps() ([]string, error) {
	pointers, err := filepath.Glob(filepath.Join(globEscape(s.dir), "*", "*", "current"))
	if err != nil {
		return nil, fmt.Errorf("apps: list the catalogue: %w", err)
	}
	var ids []string
	for _, pointer := range pointers {
		rel, err := filepath.Rel(s.dir, filepath.Dir(pointer))
		if err != nil {
			return nil, fmt.Errorf("apps: list the catalogue: %w", err)
		}
		if id := filepath.ToSlash(rel); appIDPattern.MatchString(id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// versions gives the digests of all kept versions of an app, sorted.
func (s store) versions(id string) ([]string, error) {
	entries, err := os.ReadDir(s.folder(id))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("apps: list the versions of %s: %w", id, err)
	}
	var digests []string
	for _, entry := range entries {
		if digest, ok := strings.CutSuffix(entry.Name(), ".zip"); ok && digestPattern.MatchString(digest) {
			digests = append(digests, digest)
		}
	}
	return digests, nil
}

var globEscaper = strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`, `\`, `\\`)

func globEscape(path string) string { return globEscaper.Replace(path) }
