package apps

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"
)

// Limits of an app folder. They are far above what real apps need.
const (
	maxFileSize   = 16 << 20
	maxFolderSize = 128 << 20
	maxFiles      = 10_000
)

// Files are the files of an app that count, by their path under App/, such as
// "ui/Task_1/layouts/page.json". They are immutable, and an fs.FS with fs.ReadFileFS and
// fs.ReadDirFS. The bytes that Get gives are shared: do not change them.
type Files struct {
	content map[string][]byte
	dirs    map[string][]fs.DirEntry
}

func newFiles(content map[string][]byte) *Files {
	f := &Files{content: content, dirs: map[string][]fs.DirEntry{".": nil}}
	for _, name := range slices.Sorted(maps.Keys(content)) {
		f.addEntry(name, fileInfo{name: path.Base(name), size: int64(len(content[name]))})
	}
	for dir := range f.dirs {
		slices.SortFunc(f.dirs[dir], func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	}
	return f
}

// addEntry lists the file in its folder, and its folder in the one above.
func (f *Files) addEntry(name string, info fileInfo) {
	dir := path.Dir(name)
	if _, known := f.dirs[dir]; !known {
		f.dirs[dir] = nil
		f.addEntry(dir, fileInfo{name: path.Base(dir), dir: true})
	}
	f.dirs[dir] = append(f.dirs[dir], fs.FileInfoToDirEntry(info))
}

// Get gives the content of a file.
func (f *Files) Get(name string) ([]byte, bool) {
	content, ok := f.content[name]
	return content, ok
}

// Has reports whether the file exists.
func (f *Files) Has(name string) bool {
	_, ok := f.content[name]
	return ok
}

// Names gives the paths of all files under a folder, sorted; "." gives all.
func (f *Files) Names(dir string) []string {
	var names []string
	for name := range f.content {
		if dir == "." || strings.HasPrefix(name, dir+"/") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// ReadFile gives a copy of a file's content.
func (f *Files) ReadFile(name string) ([]byte, error) {
	content, ok := f.content[name]
	if !ok {
		return nil, &fs.PathError{Op: "readfile", Path: name, Err: fs.ErrNotExist}
	}
	return bytes.Clone(content), nil
}

// ReadDir lists a folder.
func (f *Files) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, ok := f.dirs[name]
	if !ok {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	return slices.Clone(entries), nil
}

// Open opens a file or a folder.
func (f *Files) Open(name string) (fs.File, error) {
	if content, ok := f.content[name]; ok {
		info := fileInfo{name: path.Base(name), size: int64(len(content))}
		return &openFile{Reader: bytes.NewReader(content), info: info}, nil
	}
	if entries, ok := f.dirs[name]; ok {
		return &openDir{info: fileInfo{name: path.Base(name), dir: true}, entries: entries}, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// digest is the version of the app: SHA-256 over every path, length and content in the order of paths.
func (f *Files) digest() string {
	h := sha256.New()
	for _, name := range f.Names(".") {
		content := f.content[name]
		fmt.Fprintf(h, "%d:%s\n%d\n", len(name), name, len(content))
		h.Write(content)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// fileInfo is both what Stat and what a folder tells.
type fileInfo struct {
	name string
	size int64
	dir  bool
}

func (i fileInfo) Name() string       { return i.name }
func (i fileInfo) Size() int64        { return i.size }
func (i fileInfo) ModTime() time.Time { return time.Time{} }
func (i fileInfo) IsDir() bool        { return i.dir }
func (i fileInfo) Sys() any           { return nil }

func (i fileInfo) Mode() fs.FileMode {
	if i.dir {
		return fs.ModeDir | 0o555
	}
	return 0o444
}
