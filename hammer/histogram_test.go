package hammer

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestHistogram_BucketsFollowEachOther(t *testing.T) {
	t.Parallel()
	if got := bucketOf(math.MaxUint64); got != buckets-1 {
		t.Fatalf("the longest duration is in bucket %d of %d", got, buckets)
	}
	for i := range buckets - 1 {
		last := uint64(upperEnd(i) / time.Microsecond)
		if bucketOf(last) != i || bucketOf(last+1) != i+1 {
			t.Fatalf("bucket %d ends at %d µs, which is in bucket %d, and the next in %d", i, last, bucketOf(last), bucketOf(last+1))
		}
	}
}

// TestHistogram_QuantilesAreThoseOfTheSortedList compares with the exact quantile, of which the histogram may give at most a thirty-second more.
func TestHistogram_QuantilesAreThoseOfTheSortedList(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		micros := rapid.SliceOfN(rapid.Int64Range(0, 1<<35), 1, 200).Draw(t, "micros")
		q := rapid.Float64Range(0, 1).Draw(t, "q")
		var h Histogram
		for _, n := range micros {
			h.Add(time.Duration(n) * time.Microsecond)
		}
		slices.Sort(micros)
		exact := time.Duration(micros[max(int(math.Ceil(q*float64(len(micros))-1e-6)), 1)-1]) * time.Microsecond
		got := h.Quantile(q)
		if got < exact || got > exact+exact/32 {
			t.Fatalf("quantile %v is %v, exactly %v", q, got, exact)
		}
		if h.Max() != time.Duration(micros[len(micros)-1])*time.Microsecond || h.Count() != uint64(len(micros)) {
			t.Fatalf("max %v of %d", h.Max(), h.Count())
		}
	})
}

func TestHistogram_Empty(t *testing.T) {
	t.Parallel()
	var h Histogram
	if h.Quantile(0.99) != 0 || h.Max() != 0 || h.Count() != 0 {
		t.Error("an empty histogram knows something")
	}
}

func TestHistogram_NegativeAndEndlessCount(t *testing.T) {
	t.Parallel()
	var h Histogram
	h.Add(-time.Second)
	h.Add(1000 * time.Hour)
	if h.Quantile(0.5) != 0 || h.Max() != 1000*time.Hour || h.Count() != 2 {
		t.Errorf("median %v, max %v, count %d", h.Quantile(0.5), h.Max(), h.Count())
	}
}
