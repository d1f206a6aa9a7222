package hammer

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// Restart is one kill of the node: how long after the begin of the load, and how long it took from the signal until the node answered
// again.
type Restart struct {
	After time.Duration `json:"afterNanoseconds"`
	Down  time.Duration `json:"downNanoseconds"`
}

// progress tells how far the load is, from 0 to 1.
type progress func() float64

// killRest is how often the killer looks how far the load is.
const killRest = 2 * time.Millisecond

// schedule gives the moments of kills as shares of the load: one at random in each of as many equal parts, without the first and last
// twentieth of the whole.
func schedule(kills int, r *rand.Rand) []float64 {
	out := make([]float64, kills)
	for i := range out {
		out[i] = 0.05 + 0.9*(float64(i)+r.Float64())/float64(kills)
	}
	return out
}

// killer kills the node at the moments of the schedule and starts it again. It returns when all kills are done or the load has ended,
// with the node up.
func killer(ctx, loading context.Context, s *server, o *Options, far progress) ([]Restart, error) {
	r := rand.New(rand.NewPCG(o.Seed, 0x6b696c6c))
	began := time.Now()
	var out []Restart
	for i, moment := range schedule(o.Kills, r) {
		for far() < moment {
			if sleep(loading, killRest) != nil {
				return out, nil
			}
		}
		if sleep(loading, time.Duration(r.Int64N(int64(20*time.Millisecond)))) != nil { // anywhere between two commands
			return out, nil
		}
		after, killed := time.Since(began), time.Now()
		if err := s.kill(); err != nil {
			return out, err
		}
		if _, err := s.start(ctx); err != nil {
			return out, fmt.Errorf("start after kill %d: %w", i+1, err)
		}
		out = append(out, Restart{after, time.Since(killed)})
		fmt.Fprintf(o.Progress, "kill %d of %d after %.1f s, up again in %d ms\n", i+1, o.Kills, after.Seconds(), out[i].Down.Milliseconds())
	}
	return out, nil
}
