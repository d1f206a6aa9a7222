package blob

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
)

func BenchmarkPut20KiB(b *testing.B) {
	for _, writers := range []int{1, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			s := setup(b)
			content, stream := random(1, 20<<10), newRef().Stream
			s.put(Ref{stream, uuid.New()}, nil)
			b.SetBytes(int64(len(content)))
			b.ResetTimer()
			var left atomic.Int64
			left.Store(int64(b.N))
			var wg sync.WaitGroup
			for range writers {
				wg.Go(func() {
					for left.Add(-1) >= 0 {
						if _, err := s.Put(b.Context(), "nordvik", Ref{stream, uuid.New()}, bytes.NewReader(content), 1<<20); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "blobs/s")
		})
	}
}

func BenchmarkOpen20KiB(b *testing.B) {
	s := setup(b)
	ref := newRef()
	s.put(ref, random(1, 20<<10))
	b.SetBytes(20 << 10)
	b.ReportAllocs()
	for b.Loop() {
		readAll(b, s, ref)
	}
}

func readAll(b *testing.B, s *bundle, ref Ref) {
	r, _, err := s.Open(b.Context(), ref)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		b.Fatal(err)
	}
	if err := r.Close(); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkPut50MiB(b *testing.B) {
	s := setup(b)
	content := random(1, 50<<20)
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	for b.Loop() {
		s.put(newRef(), content)
	}
}

func BenchmarkOpen50MiB(b *testing.B) {
	s := setup(b)
	ref := newRef()
	s.put(ref, random(1, 50<<20))
	b.SetBytes(50 << 20)
	b.ReportAllocs()
	for b.Loop() {
		readAll(b, s, ref)
	}
}
