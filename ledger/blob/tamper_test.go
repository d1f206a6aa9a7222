package blob

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
)

// Whoever can write the file can destroy contents, but cannot make a reader take anything for what it is not.
func TestOpen_DetectsChangedRows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ref, old := newRef(), newRef()
	sibling, stranger := Ref{ref.Stream, uuid.New()}, newRef()
	content := random(1, 3*ChunkSize)
	for _, r := range []Ref{ref, sibling, stranger} { // blobs 1, 2, 3
		b.put(r, content)
	}
	b.put(old, content) // blob 4, of the same content as blob 5 but put earlier
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	chunk := func(blob, n int) string { return fmt.Sprint(blob<<chunkBits + n) }
	from := func(blob, n int) string { return "(SELECT data FROM chunks WHERE no = " + chunk(blob, n) + ")" }
	set := func(blob, n int, data string) string {
		return "UPDATE chunks SET data = " + data + " WHERE no = " + chunk(blob, n) + ";"
	}
	cases := map[string]string{
		"chunks swapped": "CREATE TEMP TABLE x AS SELECT data FROM chunks WHERE no = " + chunk(1, 0) + ";" +
			set(1, 0, from(1, 1)) + set(1, 1, "(SELECT data FROM x)"),
		"chunk repeated":               set(1, 1, from(1, 0)),
		"last chunk cut":               "DELETE FROM chunks WHERE no = " + chunk(1, 2),
		"first chunk cut":              "DELETE FROM chunks WHERE no = " + chunk(1, 0),
		"chunk shortened":              set(1, 1, "substr("+from(1, 1)+", 1, 1000)"),
		"chunk emptied":                set(1, 1, "x''"),
		"bit flipped":                  set(1, 2, "CAST(substr("+from(1, 2)+", 1, 5000) || x'00' || substr("+from(1, 2)+", 5002) AS BLOB)"),
		"chunk of a sibling":           set(1, 1, from(2, 1)),
		"chunk of another stream":      set(1, 1, from(3, 1)),
		"all chunks of a sibling":      set(1, 0, from(2, 0)) + set(1, 1, from(2, 1)) + set(1, 2, from(2, 2)),
		"head of a sibling":            "UPDATE blobs SET head = (SELECT head FROM blobs WHERE no = 2) WHERE no = 1",
		"head of another stream":       "UPDATE blobs SET head = (SELECT head FROM blobs WHERE no = 3) WHERE no = 1",
		"head cut":                     "UPDATE blobs SET head = substr(head, 1, 60) WHERE no = 1",
		"no head":                      "UPDATE blobs SET head = NULL WHERE no = 1",
		"sibling in its place":         "UPDATE blobs SET id = x'00000000000000000000000000000001' WHERE no = 1; UPDATE blobs SET id = x'" + fmt.Sprintf("%x", ref.ID[:]) + "' WHERE no = 2",
		"another stream in its place":  "DELETE FROM blobs WHERE no = 1; UPDATE blobs SET id = x'" + fmt.Sprintf("%x", ref.ID[:]) + "', stream = '" + ref.Stream + "' WHERE no = 3",
		"row points to other chunks":   "DELETE FROM blobs WHERE no = 2; UPDATE blobs SET no = 2 WHERE no = 1",
		"row points to no chunks":      "UPDATE blobs SET no = 77 WHERE no = 1",
		"longer: a chunk is put after": set(1, 2, from(1, 1)) + "INSERT INTO chunks SELECT " + chunk(1, 3) + ", data FROM chunks WHERE no = " + chunk(2, 2),
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := b.copy(t)
			execute(t, changed.o.Path, change)
			changed.open()
			defer changed.Close()
			if got, _, err := changed.read(ref); !errors.Is(err, ErrTampered) {
				t.Errorf("read %d bytes: %v", len(got), err)
			}
		})
	}
}

// Chunks of an earlier blob of the same ref, of the same length, do not pass for those of the present one.
func TestOpen_DetectsChunksOfAnEarlierPut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ref := newRef()
	b.put(ref, random(1, 3*ChunkSize))
	st, err := b.file.Prepare(t.Context(), "SELECT data FROM chunks WHERE no & 1048575 = 1")
	if err != nil {
		t.Fatal(err)
	}
	var earlier []byte
	if err := st.QueryRow().Scan(&earlier); err != nil {
		t.Fatal(err)
	}
	if err := b.Drop(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	b.put(ref, random(2, 3*ChunkSize))
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	execute(t, b.o.Path, fmt.Sprintf("UPDATE chunks SET data = x'%x' WHERE no & 1048575 = 1", earlier))
	b.open()
	if got, _, err := b.read(ref); !errors.Is(err, ErrTampered) || len(got) != ChunkSize {
		t.Errorf("read %d bytes: %v", len(got), err)
	}
}

// copy gives a closed copy of a closed store, with the same vault.
func (b *bundle) copy(t *testing.T) *bundle {
	t.Helper()
	content, err := os.ReadFile(b.o.Path)
	if err != nil {
		t.Fatal(err)
	}
	c := *b
	c.t, c.o.Path = t, filepath.Join(t.TempDir(), "blobs.db")
	if err := os.WriteFile(c.o.Path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return &c
}

// Neither plaintext nor its hash stands in the file.
func TestPut_StoresNothingInClear(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i, size := range []int{100, 3 * ChunkSize} {
		content := random(uint64(i), size)
		info := b.put(newRef(), content)
		marks := [][]byte{info.SHA256[:8], info.SHA256[24:], content[:16], content[size-16:], content[size/2 : size/2+16]}
		if folderHolds(t, filepath.Dir(b.o.Path), marks...) {
			t.Errorf("%d bytes: plaintext or hash in clear", size)
		}
	}
}

func FuzzOpenHeadAndChunk(f *testing.F) {
	b := setup(f)
	ref := newRef()
	key, err := b.vault.Create(f.Context(), "nordvik", ref.Stream)
	if err != nil {
		f.Fatal(err)
	}
	h := head{Info{Size: 5}, newPutID()}
	sealed, chunk := sealHead(key, ref, h), sealChunk(key, ref, h.put, 0, true, []byte("hello"))
	f.Add(sealed, chunk)
	f.Add(chunk, sealed)
	f.Add([]byte{}, []byte{1})
	f.Fuzz(func(t *testing.T, headBytes, chunkBytes []byte) {
		got, err := openHead(key, ref, headBytes)
		if (err == nil) != (string(headBytes) == string(sealed)) || err == nil && got != h || err != nil && !errors.Is(err, ErrTampered) {
			t.Fatalf("head: %v", err)
		}
		plain, err := openChunk(key, ref, &h, 0, nil, chunkBytes)
		if (err == nil) != (string(chunkBytes) == string(chunk)) || err == nil && string(plain) != "hello" || err != nil && !errors.Is(err, ErrTampered) {
			t.Fatalf("chunk: %v", err)
		}
	})
}
