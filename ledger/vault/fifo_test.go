//go:build unix

package vault

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"
)

func TestLoadMaster_DoesNotWaitForANamedPipe(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "master.key")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip("no named pipes here: ", err)
	}
	if _, err := LoadOrCreateMaster(path); !errors.Is(err, ErrMasterFile) {
		t.Errorf("named pipe: %v", err)
	}
}
