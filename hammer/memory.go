package hammer

import (
	"bytes"
	"context"
	"os"
	"strconv"
	"sync"
	"time"
)

// Memory is the resident memory of the node's process, in MiB; 0 where the system does not tell (/proc/<pid>/status on Linux).
type Memory struct {
	Idle float64 `json:"idleMiB"` // after the start, before the load
	Mean float64 `json:"meanMiB"` // of samples under load
	Peak float64 `json:"peakMiB"` // highest sample under load
}

// sampler looks at the memory of a process while it is under load.
type sampler struct {
	pid func() int

	mu  sync.Mutex
	n   int     // guarded by mu
	sum float64 // guarded by mu
	out Memory  // guarded by mu
}

const sampleRest = 250 * time.Millisecond

// idle notes the memory before the load.
func (s *sampler) idle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out.Idle = residentMiB(s.pid())
}

// run samples until ctx ends.
func (s *sampler) run(ctx context.Context) {
	for sleep(ctx, sampleRest) == nil {
		s.sample(residentMiB(s.pid()))
	}
}

func (s *sampler) sample(now float64) {
	if now == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	s.sum += now
	s.out.Mean, s.out.Peak = s.sum/float64(s.n), max(s.out.Peak, now)
}

func (s *sampler) memory() Memory {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out
}

// residentMiB reads VmRSS of a process, 0 if it cannot be read.
func residentMiB(pid int) float64 {
	if pid == 0 {
		return 0
	}
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	return parseResident(b)
}

func parseResident(status []byte) float64 {
	_, rest, ok := bytes.Cut(status, []byte("VmRSS:"))
	if !ok {
		return 0
	}
	fields := bytes.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kib, err := strconv.ParseFloat(string(fields[0]), 64)
	if err != nil {
		return 0
	}
	return kib / 1024
}
