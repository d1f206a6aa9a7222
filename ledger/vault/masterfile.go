package vault

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/hovedbok/hovedbok/ledger/vault/durable"
)

// DatabaseName is what the key database is called unless the operator says otherwise.
const DatabaseName = "keys.db"

// LoadOrCreateMaster reads the master key of a file, or makes one if there is no file. It refuses to make one beside an existing
// key database (DatabaseName in the same folder, or any of databases), since a new key could never open it: the error
// says to restore the old one. Errors match ErrMasterFile; see LoadMaster and CreateMaster.
func LoadOrCreateMaster(path string, databases ...string) (*Master, error) {
	m, err := LoadMaster(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return m, err
	}
	for _, db := range append(databases, filepath.Join(filepath.Dir(path), DatabaseName)) {
		if _, err := os.Lstat(db); !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%w: %s is missing but the key database %s exists; restore the key from its back-up, a new one cannot open it",
				ErrMasterFile, path, db)
		}
	}
	m, err = CreateMaster(path)
	if errors.Is(err, fs.ErrExist) { // another process was first
		return LoadMaster(path)
	}
	return m, err
}

// LoadMaster reads the master key of a file:
//
//	hovedbok master key 1
//	id:    32 hexadecimal digits, see Master.ID
//	key:   64 hexadecimal digits
//	check: the first 16 hexadecimal digits of the SHA-256 of the three lines before, ends of lines included
//
// Lines end with a line feed. The file must be a regular one (or a link to one) that group and others can neither read nor
// write, except on Windows, where access lists decide. Errors match ErrMasterFile, and fs.ErrNotExist if there is no such file.
func LoadMaster(path string) (*Master, error) {
	text, err := readMaster(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMasterFile, err)
	}
	m, err := parseMaster(text)
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", err, path)
	}
	return m, nil
}

func readMaster(path string) (string, error) {
	// Ask before opening: opening a named pipe would wait for its writer.
	if err := checkMasterFile(os.Stat(path)); err != nil {
		return "", err
	}
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	if err := checkMasterFile(file.Stat()); err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(file, int64(masterTextSize)+1))
	return string(text), err
}

func checkMasterFile(info fs.FileInfo, err error) error {
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file", info.Name())
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("%s has mode %#o, group and others must have no access: chmod 600 it", info.Name(), info.Mode().Perm())
	}
	return nil
}

// CreateMaster makes a new random master key and its file, with mode 0600, flushed with its folder before it returns. The file
// appears whole or not at all. The error matches fs.ErrExist if the path is taken.
func CreateMaster(path string) (*Master, error) {
	m := newMaster(newSecret())
	if err := writeMaster(path, m.text()); err != nil {
		return nil, fmt.Errorf("%w: create %s: %w", ErrMasterFile, path, err)
	}
	return m, nil
}

// writeMaster writes a file of another name (opened with O_EXCL and mode 0600) and links it to path, which fails if path exists.
func writeMaster(path, text string) (err error) {
	folder := filepath.Dir(path)
	file, err := os.CreateTemp(folder, ".master-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(file.Name())) }()
	_, err = file.WriteString(text)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Link(file.Name(), path); err != nil {
		return err
	}
	return durable.SyncFolder(folder)
}
