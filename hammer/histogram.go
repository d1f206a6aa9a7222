package hammer

import (
	"math/bits"
	"time"
)

// Histogram counts durations in buckets whose width grows with their value: exact below 64 µs, and above that at most 3.2 % wide. It
// takes any duration up to 19 hours; longer ones count as that. The zero value is empty. It belongs to one goroutine or lock.
type Histogram struct {
	counts   [buckets]uint64
	count    uint64
	min, max time.Duration
}

const (
	fineBits = 5             // 32 buckets for each power of two
	exact    = 2 << fineBits // values below have a bucket of their own
	topBits  = 36            // 2^36 µs are 19 hours
	buckets  = exact + (topBits-fineBits-1)<<fineBits
)

// Add counts a duration; a negative one counts as 0.
func (h *Histogram) Add(d time.Duration) {
	d = max(d, 0)
	h.counts[bucketOf(uint64(d/time.Microsecond))]++
	if h.count == 0 || d < h.min {
		h.min = d
	}
	h.max = max(h.max, d)
	h.count++
}

// Count is the number of durations.
func (h *Histogram) Count() uint64 { return h.count }

// Max is the longest duration, exactly.
func (h *Histogram) Max() time.Duration { return h.max }

// Quantile gives a duration that the share q (0 to 1) of all durations does not exceed, to the upper end of its bucket. Of an empty
// histogram it is 0.
func (h *Histogram) Quantile(q float64) time.Duration {
	if h.count == 0 {
		return 0
	}
	rank := max(uint64(q*float64(h.count)+0.999999), 1)
	var seen uint64
	for i, n := range h.counts {
		if seen += n; seen >= rank {
			return min(max(upperEnd(i), h.min), h.max)
		}
	}
	return h.max
}

// bucketOf gives the bucket of a number of microseconds.
func bucketOf(v uint64) int {
	v = min(v, 1<<topBits-1)
	if v < exact {
		return int(v)
	}
	shift := bits.Len64(v) - fineBits - 1 // at least 1
	return exact + (shift-1)<<fineBits + int(v>>shift) - 1<<fineBits
}

// upperEnd is the longest duration of a bucket, in whole microseconds.
func upperEnd(i int) time.Duration {
	if i < exact {
		return time.Duration(i) * time.Microsecond
	}
	i -= exact
	shift := i>>fineBits + 1
	low := uint64(i&(1<<fineBits-1)+1<<fineBits) << shift
	return time.Duration(low+1<<shift-1) * time.Microsecond
}
