package vault

import (
	"crypto/sha256"
	"fmt"

	"github.com/google/uuid"
)

// Key seals and opens what belongs to one stream. It is a small value, made by a Vault, and may be used from any
// goroutine. Its bytes cannot be printed. The zero Key must not be used.
type Key struct {
	k *streamKey
}

type streamKey struct {
	org, stream string
	*cryptor
}

// Stream gives the name of the stream that the key is for.
func (k Key) Stream() string { return k.k.stream }

// Org gives the org that the stream belongs to.
func (k Key) Org() string { return k.k.org }

// Commitment gives a value that only this key has and that tells nothing about it: HKDF-SHA-256 of the key under a
// label of its own. Record it in the stream's first event to prove later that no other key was meant.
func (k Key) Commitment() [sha256.Size]byte { return k.k.commit }

// Seal encrypts plaintext, binds it to aad, appends the result to dst and returns the whole. The result is Overhead bytes longer
// than plaintext. dst must not overlap plaintext.
func (k Key) Seal(dst, plaintext, aad []byte) []byte {
	return k.k.seal(dst, plaintext, aad)
}

// Open decrypts what Seal made with the same key and aad, appends the plaintext to dst and returns the whole. dst must not overlap
// sealed. The error is ErrTampered if a bit of sealed or aad differs or the key is another.
func (k Key) Open(dst, sealed, aad []byte) ([]byte, error) {
	return k.k.open(dst, sealed, aad)
}

// Format prints the stream's name, whatever the verb, and never a key.
func (k Key) Format(f fmt.State, _ rune) {
	if k.k == nil {
		fmt.Fprint(f, "vault.Key()")
		return
	}
	fmt.Fprintf(f, "vault.Key(%s)", k.k.stream)
}

// AAD gives the additional data that binds a sealed payload to its stream, event and type, so that it opens nowhere else. Every
// field is preceded by its length.
func AAD(stream string, event uuid.UUID, eventType string) []byte {
	const label = "hovedbok/event/v1"
	dst := make([]byte, 0, 4*4+len(label)+len(stream)+len(event)+len(eventType))
	return appendFields(dst, label, stream, string(event[:]), eventType)
}
