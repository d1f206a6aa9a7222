package vault

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"strings"
)

const masterIDSize = 16

// masterID names a master key. It is the beginning of the key's commitment, so two keys never share one.
type masterID [masterIDSize]byte

// Master is the key that wraps the keys of the orgs. Its bytes cannot be printed.
type Master struct {
	id  masterID
	key secret
	*cryptor
}

func newMaster(key secret) *Master {
	ready := derive(&key, purposeMaster)
	return &Master{id: masterID(ready.commit[:masterIDSize]), key: key, cryptor: ready}
}

// ID names the key: 32 hexadecimal digits. It tells nothing about the key and may be logged.
func (m *Master) ID() string { return hex.EncodeToString(m.id[:]) }

// Format prints the id, whatever the verb, and never the key.
func (m *Master) Format(f fmt.State, _ rune) {
	if m == nil {
		fmt.Fprint(f, "vault.Master()")
		return
	}
	fmt.Fprintf(f, "vault.Master(%s)", m.ID())
}

const masterTitle = "hovedbok master key 1"

// text gives the content of the key's file.
func (m *Master) text() string {
	body := masterTitle + "\nid:    " + m.ID() + "\nkey:   " + hex.EncodeToString(m.key[:]) + "\n"
	return body + "check: " + checksum(body) + "\n"
}

func checksum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// masterTextSize is the exact length of a key file.
const masterTextSize = len(masterTitle) + 1 + 7 + 2*masterIDSize + 1 + 7 + 64 + 1 + 7 + 16 + 1

// parseMaster reads the content of a key file. Its errors never quote the content.
func parseMaster(text string) (*Master, error) {
	if !strings.HasPrefix(text, masterTitle+"\n") {
		return nil, fmt.Errorf("%w: the first line is not %q", ErrMasterFile, masterTitle)
	}
	if len(text) != masterTextSize {
		return nil, fmt.Errorf("%w: %d bytes, must be %d: it is cut off or was edited", ErrMasterFile, len(text), masterTextSize)
	}
	lines := strings.Split(text, "\n")
	key, okKey := decodeLine(lines[2], "key:   ", len(secret{}))
	id, okID := decodeLine(lines[1], "id:    ", masterIDSize)
	if !okKey || !okID {
		return nil, fmt.Errorf("%w: lines 2 and 3 must be \"id:\" and \"key:\" with 32 and 64 hexadecimal digits", ErrMasterFile)
	}
	m := newMaster(secret(key))
	if subtle.ConstantTimeCompare([]byte(m.text()), []byte(text)) != 1 || masterID(id) != m.id {
		return nil, fmt.Errorf("%w: id, key and check do not belong together: it was damaged or edited", ErrMasterFile)
	}
	return m, nil
}

func decodeLine(line, label string, size int) ([]byte, bool) {
	digits, found := strings.CutPrefix(line, label)
	raw, err := hex.DecodeString(digits)
	return raw, found && err == nil && len(raw) == size
}
