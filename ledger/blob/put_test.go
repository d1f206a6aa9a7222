package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/hovedbok/hovedbok/ledger/vault"
)

var sizes = []int{0, 1, 20 << 10, ChunkSize - 1, ChunkSize, ChunkSize + 1, 2 * ChunkSize, (window+1)*ChunkSize - 1, (window + 1) * ChunkSize,
	(window+2)*ChunkSize + 1, 10 << 20}

func TestPut_OpensAsItWas(t *testing.T) {
	t.Parallel()
	b := setup(t)
	refs := map[int]Ref{}
	for _, size := range sizes {
		refs[size] = newRef()
		content := random(uint64(size), size)
		want := Info{int64(size), sha256.Sum256(content)}
		if info := b.put(refs[size], content); info != want {
			t.Errorf("%d bytes: Put tells %v", size, info)
		}
	}
	check := func(when string) {
		for _, size := range sizes {
			content := random(uint64(size), size)
			got, info, err := b.read(refs[size])
			if err != nil || !bytes.Equal(got, content) || info != (Info{int64(size), sha256.Sum256(content)}) {
				t.Errorf("%s, %d bytes: got %d, %v, %v", when, size, len(got), info.Size, err)
			}
		}
	}
	check("pending")
	for _, ref := range refs {
		if err := b.Keep(t.Context(), ref); err != nil {
			t.Fatal(err)
		}
	}
	check("kept")
	b.reopen()
	check("reopened")
}

func TestPut_AnyReaderAnySize(t *testing.T) {
	t.Parallel()
	b := setup(t)
	readers := []func(io.Reader) io.Reader{
		func(r io.Reader) io.Reader { return r }, iotest.HalfReader, iotest.DataErrReader,
		func(r io.Reader) io.Reader { return &hesitant{r: r} },
	}
	rapid.Check(t, func(rt *rapid.T) {
		size := rapid.OneOf(rapid.IntRange(0, 3*ChunkSize+2), rapid.SampledFrom(sizes[:6])).Draw(rt, "size")
		kind := rapid.IntRange(0, len(readers)-1).Draw(rt, "reader")
		slack := rapid.Int64Range(0, 2).Draw(rt, "slack")
		content, ref := random(uint64(size), size), newRef()
		info, err := b.Put(t.Context(), "nordvik", ref, readers[kind](bytes.NewReader(content)), int64(size)+slack)
		if err != nil || info.Size != int64(size) {
			rt.Fatalf("Put: %v, %v", info.Size, err)
		}
		got, _, err := b.read(ref)
		if err != nil || !bytes.Equal(got, content) {
			rt.Fatalf("read: %d bytes, %v", len(got), err)
		}
		r, _, err := b.Open(t.Context(), ref)
		if err != nil {
			rt.Fatal(err)
		}
		defer r.Close()
		var w bytes.Buffer
		if n, err := io.Copy(&w, r); err != nil || n != int64(size) || !bytes.Equal(w.Bytes(), content) {
			rt.Fatalf("copy: %d bytes, %v", n, err)
		}
		if err := b.Drop(t.Context(), ref); err != nil {
			rt.Fatal(err)
		}
	})
	b.checkEmpty()
}

// hesitant gives nothing every other time.
type hesitant struct {
	r   io.Reader
	now bool
}

func (h *hesitant) Read(p []byte) (int, error) {
	if h.now = !h.now; h.now {
		return 0, nil
	}
	return h.r.Read(p)
}

func TestPut_StopsAtTheLimit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, limit := range []int{0, 1, ChunkSize - 1, ChunkSize, ChunkSize + 1, 3 * ChunkSize, 20 * ChunkSize} {
		ref := newRef()
		if _, err := b.Put(t.Context(), "nordvik", ref, bytes.NewReader(random(1, limit+1)), int64(limit)); !errors.Is(err, ErrTooLarge) {
			t.Errorf("limit %d, one byte more: %v", limit, err)
		}
		endless := &counting{}
		if _, err := b.Put(t.Context(), "nordvik", ref, endless, int64(limit)); !errors.Is(err, ErrTooLarge) {
			t.Errorf("limit %d, endless: %v", limit, err)
		}
		if endless.n > limit+ChunkSize+1 {
			t.Errorf("limit %d: %d bytes were read", limit, endless.n)
		}
		if _, _, err := b.Open(t.Context(), ref); !errors.Is(err, ErrNotFound) {
			t.Errorf("limit %d: something can be opened: %v", limit, err)
		}
	}
	b.checkEmpty()
}

// counting is an endless reader that counts what is read.
type counting struct{ n int }

func (c *counting) Read(p []byte) (int, error) {
	c.n += len(p)
	return len(p), nil
}

// A reader that breaks in the middle leaves nothing. io.ErrUnexpectedEOF is what an upload gives whose sender has gone away.
func TestPut_BrokenReaderLeavesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, broken := range []error{io.ErrUnexpectedEOF, errors.New("connection reset"), io.ErrClosedPipe} {
		for _, size := range []int{0, 1, ChunkSize - 1, ChunkSize, ChunkSize + 1, 2 * ChunkSize, 20*ChunkSize + 5} {
			r := io.MultiReader(bytes.NewReader(random(1, size)), iotest.ErrReader(broken))
			ref := newRef()
			if _, err := b.Put(t.Context(), "nordvik", ref, r, 1<<30); !errors.Is(err, broken) {
				t.Errorf("%v after %d bytes: %v", broken, size, err)
			}
			if _, _, err := b.Open(t.Context(), ref); !errors.Is(err, ErrNotFound) {
				t.Errorf("%v after %d bytes: something can be opened: %v", broken, size, err)
			}
		}
	}
	if _, err := b.Put(t.Context(), "nordvik", newRef(), idle{}, 10); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("a reader that gives nothing: %v", err)
	}
	b.checkEmpty()
}

type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

func TestPut_EndedContextLeavesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, before := range []int{0, ChunkSize / 2, 3 * ChunkSize, 20 * ChunkSize} {
		ctx, cancel := context.WithCancel(t.Context())
		r := io.MultiReader(bytes.NewReader(random(1, before)), cancelling{cancel}, &counting{})
		if _, err := b.Put(ctx, "nordvik", newRef(), r, 1<<30); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled after %d bytes: %v", before, err)
		}
	}
	b.checkEmpty()
}

type cancelling struct{ cancel context.CancelFunc }

func (c cancelling) Read([]byte) (int, error) {
	c.cancel()
	return 0, io.EOF
}

func TestPut_Refuses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	taken := newRef()
	b.put(taken, []byte("x"))
	erased := newRef()
	b.put(erased, []byte("x"))
	if err := b.vault.Erase(t.Context(), erased.Stream); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		org   string
		ref   Ref
		limit int64
		want  error
	}{
		"negative limit": {"nordvik", newRef(), -1, ErrInvalid},
		"no id":          {"nordvik", Ref{Stream: "s"}, 10, ErrInvalid},
		"no stream":      {"nordvik", Ref{ID: uuid.New()}, 10, vault.ErrInvalid},
		"no org":         {"", newRef(), 10, vault.ErrInvalid},
		"other org":      {"sorvik", Ref{taken.Stream, uuid.New()}, 10, vault.ErrOtherOrg},
		"erased stream":  {"nordvik", Ref{erased.Stream, uuid.New()}, 10, vault.ErrErased},
	} {
		if _, err := b.Put(t.Context(), c.org, c.ref, bytes.NewReader([]byte("abc")), c.limit); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := b.Open(t.Context(), erased); !errors.Is(err, vault.ErrErased) {
		t.Errorf("Open of an erased stream: %v", err)
	}
}

func TestPut_AgainIsASuccessWithTheSameContentOnly(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 100, ChunkSize + 1, 2 * ChunkSize, 30 * ChunkSize} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			ref, content := newRef(), random(1, size)
			first := b.put(ref, content)
			if again := b.put(ref, content); again != first {
				t.Errorf("the same content: %v, want %v", again, first)
			}
			for name, other := range map[string][]byte{
				"longer": append(bytes.Clone(content), 0), "other": random(2, size+2), "much longer": random(2, size+3*ChunkSize),
			} {
				if _, err := b.Put(t.Context(), "nordvik", ref, bytes.NewReader(other), 1<<30); !errors.Is(err, ErrExists) {
					t.Errorf("%s content: %v", name, err)
				}
			}
			if got, _, err := b.read(ref); err != nil || !bytes.Equal(got, content) {
				t.Errorf("the first content was changed: %v", err)
			}
			if n := b.count("SELECT count(*) FROM chunks"); n != int(chunks(int64(size))) {
				t.Errorf("%d chunks", n)
			}
		})
	}
}

func TestPut_SameRefAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, size := range []int{100, 12 * ChunkSize} {
		ref := newRef()
		var wg sync.WaitGroup
		results := make([]error, 8)
		for i := range results {
			wg.Go(func() {
				_, results[i] = b.Put(t.Context(), "nordvik", ref, bytes.NewReader(random(uint64(i%2), size)), 1<<30)
			})
		}
		wg.Wait()
		got, _, err := b.read(ref)
		if err != nil {
			t.Fatal(err)
		}
		for i, err := range results {
			same := bytes.Equal(got, random(uint64(i%2), size))
			if err == nil && !same || err != nil && !errors.Is(err, ErrExists) {
				t.Errorf("%d bytes, put %d, same content %v: %v", size, i, same, err)
			}
		}
	}
}

func TestPut_ManyAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var wg sync.WaitGroup
	stream := newRef().Stream
	ids := make([]uuid.UUID, 64)
	for i := range ids {
		ids[i] = uuid.New()
		wg.Go(func() {
			ref, size := Ref{stream, ids[i]}, i%16*ChunkSize/4
			if _, err := b.Put(t.Context(), "nordvik", ref, bytes.NewReader(random(uint64(i), size)), 1<<30); err != nil {
				t.Error(err)
			}
			switch i % 3 {
			case 0:
				if err := b.Keep(t.Context(), ref); err != nil {
					t.Error(err)
				}
			case 1:
				if err := b.Drop(t.Context(), ref); err != nil {
					t.Error(err)
				}
			}
			got, _, err := b.read(ref)
			if i%3 == 1 && !errors.Is(err, ErrNotFound) || i%3 != 1 && (err != nil || len(got) != size) {
				t.Errorf("blob %d: %d bytes, %v", i, len(got), err)
			}
		})
	}
	wg.Wait()
	b.reopen()
	for i, id := range ids {
		got, _, err := b.read(Ref{stream, id})
		if i%3 == 1 && !errors.Is(err, ErrNotFound) || i%3 != 1 && (err != nil || !bytes.Equal(got, random(uint64(i), len(got)))) {
			t.Errorf("after reopening, blob %d: %v", i, err)
		}
	}
}

func TestOpen_ReaderAnswersAfterClose(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ref := newRef()
	b.put(ref, random(1, 3*ChunkSize))
	r, _, err := b.Open(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read(make([]byte, 10)); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Read after Close: %v", err)
	}
	open, _, err := b.Open(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(open); !errors.Is(err, ErrClosed) {
		t.Errorf("Read after the store was closed: %v", err)
	}
	_, _, openErr := b.Open(t.Context(), ref)
	_, putErr := b.Put(t.Context(), "nordvik", ref, bytes.NewReader(nil), 1)
	_, pendErr := b.Pending(t.Context())
	for what, err := range map[string]error{"Open": openErr, "Put": putErr, "Pending": pendErr, "Keep": b.Keep(t.Context(), ref), "Drop": b.Drop(t.Context(), ref)} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s after Close: %v", what, err)
		}
	}
}

func TestOpenSQLite_Refuses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if _, err := OpenSQLite(t.Context(), b.o); !errors.Is(err, ErrLocked) {
		t.Errorf("second store: %v", err)
	}
	if _, err := OpenSQLite(t.Context(), Options{Path: b.o.Path}); !errors.Is(err, ErrInvalid) {
		t.Errorf("no keys: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	execute(t, b.o.Path, "PRAGMA user_version=9")
	if _, err := OpenSQLite(t.Context(), b.o); !errors.Is(err, ErrFormat) {
		t.Errorf("other format: %v", err)
	}
}
