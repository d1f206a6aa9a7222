// Package filelock makes one process the only user of a file.
package filelock

import (
	"errors"
	"os"
)

// ErrLocked is the error of Take while somebody else holds the lock, be it this process.
var ErrLocked = errors.New("filelock: the lock is held")

// Lock is a lock that is held. It ends with Release, or with the process however that ends.
type Lock struct {
	file *os.File
}

// Take takes the lock on the file at path, which it makes if it is absent. The file stays when the lock ends: removing it would let
// two in. The error is ErrLocked while it is held.
func Take(path string) (*Lock, error) {
	file, err := take(path)
	if err != nil {
		return nil, err
	}
	return &Lock{file}, nil
}

// Write replaces the contents of the lock file, which tell others who holds it.
func (l *Lock) Write(contents string) error {
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err := l.file.WriteAt([]byte(contents), 0)
	return err
}

// Release gives the lock back.
func (l *Lock) Release() error { return errors.Join(unlock(l.file), l.file.Close()) }
