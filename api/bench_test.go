package api_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkPatch changes one field of a form, durably (every answer is given after a flush), through the whole door: token, policy, command, log,
// answer with the instance. Each client has an instance of its own. Projections and sagas run beside it.
func BenchmarkPatch(b *testing.B) {
	a := alone(b)
	server := httptest.NewServer(a.node.Handler())
	defer server.Close()
	over := server.Client()
	over.Transport.(*http.Transport).MaxIdleConnsPerHost = 256
	for _, x := range []struct {
		name    string
		client  *http.Client
		root    string
		clients int // for each processor
	}{
		{"local/1", a.client, base, 0}, {"local/many", a.client, base, 32}, {"loopback/1", over, server.URL, 0}, {"loopback/many", over, server.URL, 32},
	} {
		b.Run(x.name, func(b *testing.B) { benchmarkPatch(b, a, x.client, x.root, x.clients) })
	}
}

func benchmarkPatch(b *testing.B, a *apitest, client *http.Client, root string, clients int) {
	token := a.person(b, ingrid)
	var times samples
	one := func() func() {
		m := a.applied(b)
		n := 0
		return func() {
			n++
			c := call{method: "PATCH", path: m.path + "/data", token: token, body: multiPatch(m.form, `[{"op":"replace","path":"/lokale/antallGjester","value":`+strconv.Itoa(n%500+1)+`}]`)}
			req := c.request(b, root)
			began := time.Now()
			r := exchange(b, client, req)
			times.add(time.Since(began))
			if r.status != 200 {
				b.Errorf("status %d: %s", r.status, r.body)
			}
		}
	}
	if clients == 0 {
		patch := one()
		for b.Loop() {
			patch()
		}
		times.report(b)
		return
	}
	ready := make([]func(), 256)
	for i := range ready {
		ready[i] = one()
	}
	var next atomic.Int32
	b.SetParallelism(clients)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		patch := ready[int(next.Add(1)-1)%len(ready)]
		for pb.Next() {
			patch()
		}
	})
	times.report(b)
}

// samples are how long requests took.
type samples struct {
	mu  sync.Mutex
	all []time.Duration
}

func (s *samples) add(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, d)
}

// report gives requests a second and the 99th percentile.
func (s *samples) report(b *testing.B) {
	b.Helper()
	slices.Sort(s.all)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
	b.ReportMetric(float64(s.all[len(s.all)*99/100].Microseconds())/1000, "p99-ms")
}
