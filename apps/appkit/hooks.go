package appkit

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/hovedbok/hovedbok/apps/jsonc"
)

// Hook is a place of an app where C# runs on Altinn, or where something is declared that nothing here
// carries out yet.
type Hook struct {
	File         string // relative to App/
	Line, Column int    // from 1
	Interface    string // of Altinn.App.Core, such as "IDataProcessor"; for Declared a code
	What         string // what it does on Altinn
	Here         string // what stands in for it here, today
	Declared     bool   // no code: a declared thing that is not carried out here
}

const (
	metadataFile = "config/applicationmetadata.json"
	processFile  = "config/process/process.bpmn"

	maxSource = 4 << 20 // bytes of a file that is read for hooks
)

// Hooks gives every place of an app that needs C# on Altinn, in no order that counts: the interfaces that its
// code implements or registers, and what its declared files refer to that only code can give. root is App/
// itself. Files that cannot be parsed give nothing: apps.Load reports them. The error is about reading.
func Hooks(root fs.FS) ([]Hook, error) {
	s := hookScanner{root: root}
	for _, scan := range []func() error{s.code, s.layouts, s.metadata, s.process} {
		if err := scan(); err != nil {
			return nil, err
		}
	}
	return s.hooks, nil
}

// hookScanner collects the hooks of one app.
type hookScanner struct {
	root  fs.FS
	hooks []Hook
}

func (s *hookScanner) add(h Hook) { s.hooks = append(s.hooks, h) }

// need adds a place where a declared file refers to code.
func (s *hookScanner) need(file string, lines *jsonc.Lines, offset int, name, what string) {
	line, column := lines.At(offset)
	s.add(Hook{File: file, Line: line, Column: column, Interface: name, What: what, Here: extensions[name].here})
}

// each visits the files under a folder whose name has the ending. A folder that is not there holds none.
func (s *hookScanner) each(dir, ending string, visit func(name string, src []byte)) error {
	return fs.WalkDir(s.root, dir, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && name == dir:
			return fs.SkipAll
		case err != nil:
			return err
		case entry.IsDir() && ignored(name):
			return fs.SkipDir
		case !entry.Type().IsRegular() || !strings.HasSuffix(name, ending):
			return nil
		}
		info, err := entry.Info()
		if err != nil || info.Size() > maxSource {
			return err
		}
		src, err := fs.ReadFile(s.root, name)
		if err == nil {
			visit(name, src)
		}
		return err
	})
}

// ignored folders hold nothing that an author wrote.
func ignored(name string) bool {
	base := path.Base(name)
	return name != "." && strings.HasPrefix(base, ".") || base == "bin" || base == "obj" || base == "node_modules"
}

// file reads one file, and gives nothing when it is not there.
func (s *hookScanner) file(name string) ([]byte, error) {
	src, err := fs.ReadFile(s.root, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return src, err
}

func (s *hookScanner) exists(name string) bool {
	info, err := fs.Stat(s.root, name)
	return err == nil && info.Mode().IsRegular()
}
