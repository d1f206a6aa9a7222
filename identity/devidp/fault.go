package devidp

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
)

// Fault makes requests fail, for tests of what callers do then.
type Fault struct {
	Path  string // which path fails, such as "/maskinporten/token"
	Times int    // how many requests; 0 means one
	// Status answers with this status instead of serving. Body and RetryAfter go with it.
	Status     int
	Body       string
	RetryAfter string // value of the header Retry-After, if any
	// DropBefore breaks the connection without serving; DropAfter serves and then breaks the connection,
	// so that the caller does not know what has happened.
	DropBefore, DropAfter bool
	// Wait holds the request until the channel is closed or the caller gives up.
	Wait <-chan struct{}
}

// faults holds the faults to come and counts requests.
type faults struct {
	mu     sync.Mutex
	list   []Fault        // guarded by mu
	counts map[string]int // guarded by mu; by path in lower case
}

// Inject adds faults. Those for the same path come in the order in which they were added.
func (s *Server) Inject(list ...Fault) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	for _, f := range list {
		f.Times = max(f.Times, 1)
		s.faults.list = append(s.faults.list, f)
	}
}

// Heal takes away all faults that have not happened yet.
func (s *Server) Heal() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list = nil
}

// Requests tells how many requests have come to a path, those that failed included.
func (s *Server) Requests(path string) int {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	return s.faults.counts[strings.ToLower(path)]
}

// next counts a request and takes the next fault for it.
func (f *faults) next(path string) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.counts == nil {
		f.counts = map[string]int{}
	}
	f.counts[strings.ToLower(path)]++
	for i := range f.list {
		if !strings.EqualFold(f.list[i].Path, path) {
			continue
		}
		fault := f.list[i]
		if f.list[i].Times--; f.list[i].Times == 0 {
			f.list = append(f.list[:i], f.list[i+1:]...)
		}
		return fault, true
	}
	return Fault{}, false
}

// serve serves a request with the next fault, if there is one for its path.
func (f *faults) serve(w http.ResponseWriter, r *http.Request, next http.Handler) {
	fault, failing := f.next(r.URL.Path)
	if !failing {
		next.ServeHTTP(w, r)
		return
	}
	if fault.Wait != nil {
		select {
		case <-fault.Wait:
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
	switch {
	case fault.DropBefore:
		panic(http.ErrAbortHandler) // net/http breaks the connection
	case fault.DropAfter:
		next.ServeHTTP(newRecorder(), r)
		panic(http.ErrAbortHandler)
	case fault.Status != 0:
		if fault.RetryAfter != "" {
			w.Header().Set("Retry-After", fault.RetryAfter)
		}
		w.WriteHeader(fault.Status)
		_, _ = fmt.Fprint(w, fault.Body)
	default:
		next.ServeHTTP(w, r)
	}
}
