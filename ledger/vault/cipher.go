package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"time"
)

// secret is the bytes of a key of any kind.
type secret [32]byte

// cryptor is a key made ready for use.
type cryptor struct {
	aead   cipher.AEAD
	commit [sha256.Size]byte
}

// Purposes of keys. They keep a key from being used as another kind.
const (
	purposeMaster = "master"
	purposeOrg    = "org"
	purposeStream = "stream"
)

const (
	sealVersion = 1
	nonceSize   = 12
	tagSize     = 16

	// Overhead is how many bytes longer sealed data is than its plaintext.
	Overhead = 1 + nonceSize + tagSize
)

func newSecret() (s secret) {
	rand.Read(s[:]) // never fails: it ends the process instead
	return s
}

// derive makes the working key and the commitment of a secret. The two are different outputs of one HKDF, so the commitment
// tells nothing of the key, and no other secret has the same one.
func derive(s *secret, purpose string) *cryptor {
	out, err := hkdf.Key(sha256.New, s[:], nil, "hovedbok/vault/"+purpose+"/v1", 64)
	if err != nil {
		panic("vault: hkdf: " + err.Error()) // only for a length out of range
	}
	block, err := aes.NewCipher(out[:32])
	if err != nil {
		panic("vault: aes: " + err.Error()) // only for a key of the wrong size
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("vault: gcm: " + err.Error()) // only for another block size
	}
	return &cryptor{aead: aead, commit: [32]byte(out[32:])}
}

func (c *cryptor) seal(dst, plaintext, aad []byte) []byte {
	return c.aead.Seal(append(dst, sealVersion), nil, plaintext, aad)
}

func (c *cryptor) open(dst, sealed, aad []byte) ([]byte, error) {
	if len(sealed) < Overhead || sealed[0] != sealVersion {
		return nil, ErrTampered
	}
	out, err := c.aead.Open(dst, nil, sealed[1:], aad)
	if err != nil {
		return nil, ErrTampered
	}
	return out, nil
}

// A wrapped key is always wrappedSize bytes, so that SQLite overwrites it in place:
//
//	kind (1) ‖ id of the wrapping master key, zero for streams (16) ‖ commitment (32) ‖ sealed key (61)
//
// A tombstone has the same size: kind ‖ zeros ‖ time of erasure in its last 8 bytes, microseconds since 1970.
const (
	kindKey       = 1
	kindTombstone = 2

	commitAt    = 1 + masterIDSize
	sealedAt    = commitAt + sha256.Size
	wrappedSize = sealedAt + Overhead + len(secret{})
)

// wrapping says what a wrapped key is for. It is bound to the wrapped bytes.
type wrapping struct {
	purpose, org, stream string
	master               masterID // zero for streams
}

func (w *wrapping) aad(commit []byte) []byte {
	aad := appendFields(nil, "hovedbok/vault/wrap/v1", w.purpose, w.org, w.stream, string(w.master[:]))
	return append(aad, commit...)
}

// wrap seals a secret, whose commitment is given, under another key.
func (c *cryptor) wrap(w *wrapping, s *secret, commit [sha256.Size]byte) []byte {
	out := make([]byte, 0, wrappedSize)
	out = append(out, kindKey)
	out = append(out, w.master[:]...)
	out = append(out, commit[:]...)
	return c.seal(out, s[:], w.aad(commit[:]))
}

// unwrap gives the secret and its cryptor. The error is ErrTampered when anything about it does not fit.
func (c *cryptor) unwrap(w *wrapping, wrapped []byte) (secret, *cryptor, error) {
	if len(wrapped) != wrappedSize || wrapped[0] != kindKey || masterID(wrapped[1:commitAt]) != w.master {
		return secret{}, nil, fmt.Errorf("unwrap the key of %s %s%s: %w", w.purpose, w.org, w.stream, ErrTampered)
	}
	commit := wrapped[commitAt:sealedAt]
	plain, err := c.open(nil, wrapped[sealedAt:], w.aad(commit))
	if err != nil {
		return secret{}, nil, fmt.Errorf("unwrap the key of %s %s%s: %w", w.purpose, w.org, w.stream, err)
	}
	s := secret(plain)
	ready := derive(&s, w.purpose)
	if subtle.ConstantTimeCompare(ready.commit[:], commit) != 1 {
		return secret{}, nil, fmt.Errorf("commitment of the key of %s %s%s: %w", w.purpose, w.org, w.stream, ErrTampered)
	}
	return s, ready, nil
}

func tombstone(at time.Time) []byte {
	out := make([]byte, wrappedSize)
	out[0] = kindTombstone
	binary.BigEndian.PutUint64(out[wrappedSize-8:], uint64(at.UnixMicro()))
	return out
}

// erasedAt tells whether wrapped is a tombstone, and of when.
func erasedAt(wrapped []byte) (time.Time, bool) {
	if len(wrapped) != wrappedSize || wrapped[0] != kindTombstone {
		return time.Time{}, false
	}
	return time.UnixMicro(int64(binary.BigEndian.Uint64(wrapped[wrappedSize-8:]))).UTC(), true
}

// appendFields appends each field after its length (4 bytes, big-endian), so that no two lists give the same bytes.
func appendFields(dst []byte, fields ...string) []byte {
	for _, field := range fields {
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(field)))
		dst = append(dst, field...)
	}
	return dst
}
