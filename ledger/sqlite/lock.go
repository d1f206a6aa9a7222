package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/hovedbok/hovedbok/internal/filelock"
)

// lock makes this store the only one on the database. The committer keeps the heads of streams in memory, so a second
// writer would break the log.
func lock(path string) (*filelock.Lock, error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // one lock, whatever name the database is opened by
	}
	name := path + ".lock"
	l, err := filelock.Take(name)
	if errors.Is(err, filelock.ErrLocked) {
		return nil, fmt.Errorf("the log is in use by %s; stop it first (lock file %s)", holder(name), name)
	}
	if err != nil {
		return nil, fmt.Errorf("lock file: %w", err)
	}
	if err := l.Write(strconv.Itoa(os.Getpid()) + "\n"); err != nil { // for the message that the next one gets
		return nil, errors.Join(fmt.Errorf("lock file: %w", err), l.Release())
	}
	return l, nil
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
