package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

var errLocked = errors.New("locked")

// lock makes this store the only one on the database. The committer keeps the heads of streams in memory, so a second
// writer would break the log. The lock file stays when the store closes; removing it would let two in.
func lock(path string) (*os.File, error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // one lock, whatever name the database is opened by
	}
	name := path + ".lock"
	f, err := lockFile(name)
	if errors.Is(err, errLocked) {
		return nil, fmt.Errorf("the log is in use by %s; stop it first (lock file %s)", holder(name), name)
	}
	if err != nil {
		return nil, fmt.Errorf("lock file: %w", err)
	}
	if err := sign(f); err != nil {
		return nil, errors.Join(fmt.Errorf("lock file: %w", err), f.Close())
	}
	return f, nil
}

// sign writes the process number into the lock file, for the message that the next one gets.
func sign(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// holder names the process that holds the lock, as far as the file tells.
func holder(name string) string {
	b, err := os.ReadFile(name)
	pid := strings.TrimSpace(string(b))
	switch {
	case err != nil || pid == "":
		return "another process"
	case pid == strconv.Itoa(os.Getpid()):
		return "this process"
	}
	return "process " + pid
}
