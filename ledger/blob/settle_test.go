package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
)

func TestPending_IsWhatAnEarlierRunLeft(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var refs []Ref
	for i := range 6 {
		refs = append(refs, newRef())
		b.put(refs[i], random(uint64(i), i*ChunkSize))
	}
	if err := errors.Join(b.Keep(t.Context(), refs[0], refs[1]), b.Keep(t.Context(), refs[0]), b.Drop(t.Context(), refs[2])); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Pending(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("of the present run: %v, %v", got, err)
	}
	b.reopen()
	b.put(newRef(), []byte("under way"))
	got, err := b.Pending(t.Context())
	if err != nil || len(got) != 3 || got[0] != refs[3] || got[1] != refs[4] || got[2] != refs[5] {
		t.Errorf("of the earlier run: %v, %v", got, err)
	}
}

func TestRecover_AsksForEachPending(t *testing.T) {
	t.Parallel()
	b := setup(t)
	named, unnamed, kept := newRef(), newRef(), newRef()
	for i, ref := range []Ref{named, unnamed, kept} {
		b.put(ref, random(uint64(i), 3*ChunkSize))
	}
	if err := b.Keep(t.Context(), kept); err != nil {
		t.Fatal(err)
	}
	b.reopen()
	var asked []Ref
	referenced := func(_ context.Context, ref Ref) (bool, error) {
		asked = append(asked, ref)
		return ref == named, nil
	}
	if k, d, err := Recover(t.Context(), b, referenced); k != 1 || d != 1 || err != nil || len(asked) != 2 {
		t.Fatalf("kept %d, dropped %d, asked %v: %v", k, d, asked, err)
	}
	b.reopen()
	if k, d, err := Recover(t.Context(), b, referenced); k != 0 || d != 0 || err != nil {
		t.Errorf("again: kept %d, dropped %d: %v", k, d, err)
	}
	for ref, want := range map[Ref]error{named: nil, kept: nil, unnamed: ErrNotFound} {
		if _, _, err := b.read(ref); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", ref, err, want)
		}
	}
}

func TestRecover_StopsWhenItCannotAsk(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ref := newRef()
	b.put(ref, []byte("x"))
	b.reopen()
	down := errors.New("the log is down")
	_, _, err := Recover(t.Context(), b, func(context.Context, Ref) (bool, error) { return false, down })
	if !errors.Is(err, down) {
		t.Fatalf("Recover: %v", err)
	}
	if _, _, err := b.read(ref); err != nil {
		t.Errorf("the blob was dropped: %v", err)
	}
}

func TestKeep_OfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ref := newRef()
	b.put(ref, nil)
	if err := b.Keep(t.Context(), ref, newRef()); !errors.Is(err, ErrNotFound) {
		t.Errorf("Keep: %v", err)
	}
	if err := b.Keep(t.Context()); err != nil {
		t.Errorf("Keep of nothing: %v", err)
	}
}

func TestDrop_MayBeRepeated(t *testing.T) {
	t.Parallel()
	b := setup(t)
	refs := []Ref{newRef(), newRef(), newRef()}
	for i, ref := range refs {
		b.put(ref, random(uint64(i), i*100*ChunkSize/2))
	}
	for range 2 {
		if err := b.Drop(t.Context(), append(refs, newRef())...); err != nil {
			t.Fatal(err)
		}
	}
	b.checkEmpty()
	b.put(refs[1], []byte("other content under the same ref"))
	if got, _, err := b.read(refs[1]); err != nil || string(got) != "other content under the same ref" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestDrop_WhileItIsRead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ref := newRef()
	b.put(ref, random(1, 5*ChunkSize))
	r, _, err := b.Open(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Drop(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	b.put(ref, random(2, 5*ChunkSize))
	got, err := io.ReadAll(r)
	if !errors.Is(err, ErrNotFound) || !bytes.Equal(got, random(1, 5*ChunkSize)[:len(got)]) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestDrop_WhileItIsPut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ref := newRef()
	first, rest := io.Pipe()
	result := make(chan error)
	go func() {
		_, err := b.Put(t.Context(), "nordvik", ref, first, 1<<30)
		result <- err
	}()
	// After this many bytes the first window is on disk, since the pipe holds nothing.
	if _, err := rest.Write(random(1, (window+5)*ChunkSize)); err != nil {
		t.Fatal(err)
	}
	if n := b.count("SELECT count(*) FROM blobs"); n != 1 {
		t.Fatalf("the test proves nothing: %d rows while putting", n)
	}
	if _, _, err := b.Open(t.Context(), ref); !errors.Is(err, ErrNotFound) {
		t.Errorf("half a blob can be opened: %v", err)
	}
	if err := b.Keep(t.Context(), ref); !errors.Is(err, ErrNotFound) {
		t.Errorf("half a blob can be kept: %v", err)
	}
	if _, err := b.Put(t.Context(), "nordvik", ref, bytes.NewReader(nil), 1); !errors.Is(err, ErrExists) {
		t.Errorf("put meanwhile: %v", err)
	}
	if err := b.Drop(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	if err := rest.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-result; !errors.Is(err, ErrNotFound) {
		t.Errorf("Put: %v", err)
	}
	b.checkEmpty()
}

func TestDropStream_LeavesNoBytesInAnyFile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	gone, other := newRef(), newRef()
	for i, size := range []int{0, 100, 5000, 20 << 10, 2 * ChunkSize, 40 * ChunkSize} {
		for _, stream := range []string{gone.Stream, other.Stream} {
			b.put(Ref{stream, uuid.UUID{byte(i + 1)}}, random(uint64(i), size))
		}
	}
	marks := b.sealedPieces("SELECT c.data FROM chunks c JOIN blobs b ON b.no = c.no >> 20 WHERE length(c.data) > 8000 AND b.stream = '" + gone.Stream + "'")
	if len(marks) < 40 || !folderHolds(t, filepath.Dir(b.o.Path), marks...) {
		t.Fatalf("the test proves nothing: %d marks, none found", len(marks))
	}
	if err := b.vault.Erase(t.Context(), gone.Stream); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := b.DropStream(t.Context(), gone.Stream); err != nil {
			t.Fatal(err)
		}
	}
	if folderHolds(t, filepath.Dir(b.o.Path), marks...) {
		t.Error("a dropped chunk is still in a file")
	}
	if n := b.count("SELECT count(*) FROM blobs"); n != 6 {
		t.Errorf("%d blobs left, want the other stream's 6", n)
	}
	if _, _, err := b.read(Ref{other.Stream, uuid.UUID{6}}); err != nil {
		t.Errorf("another stream's blob: %v", err)
	}
}

// sealedPieces gives the middles of the sealed chunks that the query answers with.
func (b *bundle) sealedPieces(query string) (marks [][]byte) {
	b.t.Helper()
	st, err := b.file.Prepare(b.t.Context(), query)
	if err != nil {
		b.t.Fatal(err)
	}
	rows, err := st.Query()
	if err != nil {
		b.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var data []byte
		if err := rows.Scan(&data); err != nil {
			b.t.Fatal(err)
		}
		marks = append(marks, data[len(data)/2:len(data)/2+24], data[len(data)-24:])
	}
	return marks
}

func folderHolds(t *testing.T, dir string, marks ...[]byte) bool {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, mark := range marks {
			if bytes.Contains(content, mark) {
				return true
			}
		}
	}
	return false
}
