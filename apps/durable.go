package apps

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// tempPrefix begins the names of files that are being written.
const tempPrefix = ".tmp-"

// writeDurably makes a file whole or not at all: it is written beside its place, forced to disk, renamed
// into place, and its folder forced to disk. Folders are made as needed.
func writeDurably(name string, write func(io.Writer) error) error {
	if err := makeFolders(filepath.Dir(name)); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(name), tempPrefix+"*")
	if err != nil {
		return fmt.Errorf("create: %w", err)
	}
	defer func() { _ = os.Remove(temp.Name()) }() // gone already when it has been renamed
	if err := errors.Join(write(temp), temp.Sync(), temp.Close()); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if err := os.Rename(temp.Name(), name); err != nil {
		return fmt.Errorf("rename: %w", err)
	}
	return syncFolder(filepath.Dir(name))
}

// makeFolders makes a folder and those above it, and forces each new name to disk.
func makeFolders(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	if err := makeFolders(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("make folder: %w", err)
	}
	return syncFolder(filepath.Dir(dir))
}

func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open folder: %w", err)
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}
