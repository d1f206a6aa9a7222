package blob

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"

	"github.com/hovedbok/hovedbok/ledger/vault"
)

// ChunkSize is how many bytes of content are sealed together.
const ChunkSize = 128 << 10

// putID tells the puts of one ref apart.
type putID [16]byte

// head is what a blob's row says about its chunks, in sealed form.
type head struct {
	Info
	put putID
}

const headSize = 8 + 32 + 16

func newPutID() (id putID) {
	rand.Read(id[:]) // never fails: it ends the process instead
	return id
}

// chunks tells how many chunks a content of this size has. An empty one has one, which is empty.
func chunks(size int64) int64 { return max(1, (size+ChunkSize-1)/ChunkSize) }

// chunkLen tells how long chunk n of a content of this size is.
func chunkLen(size, n int64) int { return int(min(ChunkSize, size-n*ChunkSize)) }

func sealHead(key vault.Key, ref Ref, h head) []byte {
	plain := make([]byte, 0, headSize)
	plain = binary.BigEndian.AppendUint64(plain, uint64(h.Size))
	plain = append(plain, h.SHA256[:]...)
	plain = append(plain, h.put[:]...)
	return key.Seal(nil, plain, place("hovedbok/blob/head/v1", ref))
}

func openHead(key vault.Key, ref Ref, sealed []byte) (head, error) {
	plain, err := key.Open(nil, sealed, place("hovedbok/blob/head/v1", ref))
	if err != nil {
		return head{}, fmt.Errorf("head: %w", err)
	}
	if len(plain) != headSize {
		return head{}, fmt.Errorf("head of %d bytes: %w", len(plain), ErrTampered)
	}
	size := int64(binary.BigEndian.Uint64(plain))
	return head{Info{size, [32]byte(plain[8:40])}, putID(plain[40:])}, nil
}

func sealChunk(key vault.Key, ref Ref, put putID, n int64, last bool, plain []byte) []byte {
	return key.Seal(make([]byte, 0, len(plain)+vault.Overhead), plain, chunkPlace(ref, put, n, last))
}

// openChunk appends the plaintext of chunk n to dst.
func openChunk(key vault.Key, ref Ref, h *head, n int64, dst, sealed []byte) ([]byte, error) {
	before := len(dst)
	out, err := key.Open(dst, sealed, chunkPlace(ref, h.put, n, n == chunks(h.Size)-1))
	if err != nil {
		return nil, fmt.Errorf("chunk %d: %w", n, err)
	}
	if len(out)-before != chunkLen(h.Size, n) {
		return nil, fmt.Errorf("chunk %d of %d bytes: %w", n, len(out)-before, ErrTampered)
	}
	return out, nil
}

// place is the additional data of a blob's parts. All fields are of fixed length or preceded by their length.
func place(label string, ref Ref) []byte {
	out := make([]byte, 0, 128)
	for _, field := range []string{label, ref.Stream} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(field)))
		out = append(out, field...)
	}
	return append(out, ref.ID[:]...)
}

func chunkPlace(ref Ref, put putID, n int64, last bool) []byte {
	out := append(place("hovedbok/blob/chunk/v1", ref), put[:]...)
	out = binary.BigEndian.AppendUint64(out, uint64(n))
	if last {
		return append(out, 1)
	}
	return append(out, 0)
}
