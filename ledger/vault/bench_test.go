package vault

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
)

func BenchmarkCreate(b *testing.B) {
	for _, writers := range []int{1, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			v := openVault(b, testOptions(b))
			var left atomic.Int64
			left.Store(int64(b.N))
			var wg sync.WaitGroup
			for range writers {
				wg.Go(func() {
					for left.Add(-1) >= 0 {
						if _, err := v.Create(b.Context(), "nordvik", "instance-"+uuid.NewString()); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "keys/s")
		})
	}
}

func BenchmarkKeyHit(b *testing.B) {
	v := openVault(b, testOptions(b))
	k := create(b, v, "nordvik", newStream())
	for b.Loop() {
		if _, err := v.Key(b.Context(), k.Stream()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkKeyMiss(b *testing.B) {
	o := testOptions(b)
	o.CacheSize = 1
	v := openVault(b, o)
	streams := []string{create(b, v, "nordvik", newStream()).Stream(), create(b, v, "nordvik", newStream()).Stream()}
	i := 0
	for b.Loop() {
		i++
		if _, err := v.Key(b.Context(), streams[i%2]); err != nil {
			b.Fatal(err)
		}
	}
}
