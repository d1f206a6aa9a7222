package sagas

import "time"

// SetCommit puts faults into a store: f is called in place of each COMMIT with the name of the operation and the real one.
func SetCommit(s *Store, f func(op string, commit func() error) error) { s.commit = f }

// Limits of the runner, for tests.
const (
	WindowEvents = windowEvents
	SaveEvery    = saveEvery
	LookEvery    = lookEvery
)

// Delays gives the delays of a policy before its first n retries.
func Delays(p RetryPolicy, n int, random float64) (full, upper []time.Duration) {
	for i := 1; i <= n; i++ {
		full, upper = append(full, p.full(i, random)), append(upper, p.upper(i, random))
	}
	return full, upper
}

// Held tells how many streams of a handler are held back.
func Held(r *Runner, handler string) int {
	for _, l := range r.lanes {
		if l.name == handler {
			return len(l.held())
		}
	}
	return -1
}
