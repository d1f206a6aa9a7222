package sqlite_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/ledgertest"
)

const (
	benchPayload = 1024 // bytes; each event has about 350 bytes of metadata besides
	benchStream  = 20   // events in one stream
)

// BenchmarkAppend measures durable appends of single events of 1 KiB, a new stream every 20 events, hashes verified.
func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 64, 256} {
		b.Run(fmt.Sprint("writers=", writers), func(b *testing.B) { benchAppend(b, writers) })
	}
}

func benchAppend(b *testing.B, writers int) {
	s := openFile(b, filepath.Join(b.TempDir(), "ledger.db"))
	work := make([][]ledger.Event, writers) // made beforehand: making events costs more than appending them
	for i := range work {
		for n := b.N/writers + 1; len(work[i]) < n; {
			stream := fmt.Sprintf("instance-%08d-0000-4000-8000-%012d", i, len(work[i]))
			work[i] = append(work[i], ledgertest.NewEvents(stream, 0, ledger.Hash{}, min(benchStream, n-len(work[i])), benchPayload)...)
		}
	}
	b.ResetTimer()
	var wg sync.WaitGroup
	for _, events := range work {
		wg.Go(func() { appendSingly(b, s, events) })
	}
	wg.Wait()
	b.StopTimer()
	st := s.Stats()
	b.ReportMetric(float64(st.Events)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(st.Appends)/float64(st.Commits), "appends/commit")
}

func appendSingly(b *testing.B, s ledger.Store, events []ledger.Event) {
	for i := range events {
		e := &events[i]
		if _, err := s.Append(context.Background(), e.Stream, e.Revision-1, events[i:i+1]); err != nil {
			b.Error(err)
			return
		}
	}
}

// BenchmarkReadStream measures one whole stream.
func BenchmarkReadStream(b *testing.B) {
	for _, events := range []int{20, 10_000} {
		b.Run(fmt.Sprint("events=", events), func(b *testing.B) {
			s := openFile(b, filepath.Join(b.TempDir(), "ledger.db"))
			fillStream(b, s, "instance-before", 2000)
			fillStream(b, s, "instance", events)
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				for _, err := range s.ReadStream(b.Context(), "instance", 0) {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n != events {
					b.Fatalf("%d events, want %d", n, events)
				}
			}
			b.ReportMetric(float64(b.N*events)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// BenchmarkReadAll measures the replay of the log, whole and through a filter that one event in seven passes.
func BenchmarkReadAll(b *testing.B) {
	const streams = 2500
	s := openFile(b, filepath.Join(b.TempDir(), "ledger.db"))
	for i := range streams {
		fillStream(b, s, fmt.Sprintf("instance-%08d", i), benchStream)
	}
	for name, filter := range map[string]ledger.Filter{
		"whole":    {},
		"filtered": {StreamPrefix: "instance-", Facts: []string{"TaskStarted"}},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, err := range s.ReadAll(b.Context(), 0, filter) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.N*streams*benchStream)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// BenchmarkSubscribe measures the way of one event from Append to a live subscription.
func BenchmarkSubscribe(b *testing.B) {
	s := openFile(b, filepath.Join(b.TempDir(), "ledger.db"))
	got := make(chan ledger.Position)
	go func() {
		defer close(got)
		for m, err := range s.Subscribe(b.Context(), 0, ledger.Filter{}) {
			if err != nil {
				return
			}
			got <- m.Position
		}
	}()
	<-got // caught up
	events := ledgertest.NewEvents("instance", 0, ledger.Hash{}, b.N, benchPayload)
	b.ResetTimer()
	for i := range events {
		go s.Append(b.Context(), "instance", ledger.Revision(i)-1, events[i:i+1])
		<-got
	}
}

func fillStream(b *testing.B, s ledger.Store, stream string, n int) {
	b.Helper()
	events := ledgertest.NewEvents(stream, 0, ledger.Hash{}, n, benchPayload)
	for i := 0; i < n; i += ledger.MaxAppend {
		if _, err := s.Append(b.Context(), stream, ledger.Revision(i)-1, events[i:min(i+ledger.MaxAppend, n)]); err != nil {
			b.Fatal(err)
		}
	}
}
