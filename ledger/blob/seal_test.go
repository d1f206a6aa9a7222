package blob

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
)

func TestOpenChunk_RefusesAnotherPlaceOrLength(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ref := newRef()
	key, err := b.vault.Create(t.Context(), "nordvik", ref.Stream)
	if err != nil {
		t.Fatal(err)
	}
	h := head{Info{Size: ChunkSize + 5}, newPutID()}
	sibling := Ref{ref.Stream, uuid.New()}
	for name, sealed := range map[string][]byte{
		"not marked as last": sealChunk(key, ref, h.put, 1, false, []byte("hello")),
		"other number":       sealChunk(key, ref, h.put, 0, true, []byte("hello")),
		"other put":          sealChunk(key, ref, newPutID(), 1, true, []byte("hello")),
		"other blob":         sealChunk(key, sibling, h.put, 1, true, []byte("hello")),
		"shorter":            sealChunk(key, ref, h.put, 1, true, []byte("hell")),
		"longer":             sealChunk(key, ref, h.put, 1, true, []byte("hello!")),
	} {
		if _, err := openChunk(key, ref, &h, 1, nil, sealed); !errors.Is(err, ErrTampered) {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, err := openChunk(key, ref, &h, 1, []byte("> "), sealChunk(key, ref, h.put, 1, true, []byte("hello")))
	if err != nil || string(got) != "> hello" {
		t.Errorf("the right one: %q, %v", got, err)
	}
	if _, err := openChunk(key, ref, &h, 0, nil, sealChunk(key, ref, h.put, 0, true, bytes.Repeat([]byte{1}, ChunkSize))); !errors.Is(err, ErrTampered) {
		t.Errorf("an inner chunk marked as last: %v", err)
	}
}

func TestOpenHead_RefusesAnotherLength(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ref := newRef()
	key, err := b.vault.Create(t.Context(), "nordvik", ref.Stream)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openHead(key, ref, key.Seal(nil, make([]byte, headSize+1), place("hovedbok/blob/head/v1", ref))); !errors.Is(err, ErrTampered) {
		t.Errorf("openHead: %v", err)
	}
}

// These bytes are in sealed contents for ever: they may not change.
func TestPlace_KeepsItsBytes(t *testing.T) {
	t.Parallel()
	ref, put := Ref{"s", uuid.UUID{1}}, putID{2}
	id := func(b string) string { return b + strings.Repeat("\x00", 15) }
	want := "\x00\x00\x00\x15hovedbok/blob/head/v1\x00\x00\x00\x01s" + id("\x01")
	if got := string(place("hovedbok/blob/head/v1", ref)); got != want {
		t.Errorf("head: %q", got)
	}
	want = "\x00\x00\x00\x16hovedbok/blob/chunk/v1\x00\x00\x00\x01s" + id("\x01") + id("\x02") + "\x00\x00\x00\x00\x00\x00\x01\x03\x01"
	if got := string(chunkPlace(ref, put, 259, true)); got != want {
		t.Errorf("chunk: %q", got)
	}
}

func TestChunks(t *testing.T) {
	t.Parallel()
	for size, want := range map[int64]string{
		0: "1 0", 1: "1 1", ChunkSize - 1: "1 131071", ChunkSize: "1 131072", ChunkSize + 1: "2 1", 3 * ChunkSize: "3 131072",
	} {
		n := chunks(size)
		if got := fmt.Sprint(n, " ", chunkLen(size, n-1)); got != want {
			t.Errorf("%d bytes: %s, want %s", size, got, want)
		}
	}
}
