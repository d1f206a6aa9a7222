package hammer

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// Operations that are measured. All but those of chains are one request; their time is from the first attempt until the answer that
// acknowledges, waits for a killed node included.
const (
	OpCreate   = "create"          // an empty instance
	OpComplete = "create complete" // an instance with its form and attachments in one request
	OpPatch    = "patch"
	OpAttach   = "attach"
	OpGet      = "get"
	OpValidate = "validate"
	OpNext     = "next"        // to the task that confirms
	OpSubmit   = "submit"      // from that task to the end
	OpInbox    = "inbox"       // a page of the case worker's inbox
	OpToken    = "token"       // of the development issuer
	OpHandover = "submit to B" // from the answer to the submission until B is in the inbox
	OpChain    = "chain"       // from when it was due until B is in the inbox
)

// operations in the order of reports.
var operations = []string{OpCreate, OpComplete, OpPatch, OpAttach, OpGet, OpValidate, OpNext, OpSubmit, OpHandover, OpChain, OpInbox, OpToken}

// meter counts and times operations. It may be used from any goroutine.
type meter struct {
	ops map[string]*operation // never changed after newMeter
}

// operation is what is known of one kind of operation. All fields but mu are guarded by it.
type operation struct {
	mu     sync.Mutex
	times  Histogram
	errors map[string]uint64
}

func newMeter() *meter {
	m := &meter{ops: map[string]*operation{}}
	for _, name := range operations {
		m.ops[name] = &operation{errors: map[string]uint64{}}
	}
	return m
}

// done notes a success.
func (m *meter) done(op string, took time.Duration) {
	o := m.ops[op]
	o.mu.Lock()
	defer o.mu.Unlock()
	o.times.Add(took)
}

// failed notes an attempt that was no success.
func (m *meter) failed(op, code string) {
	o := m.ops[op]
	o.mu.Lock()
	defer o.mu.Unlock()
	o.errors[code]++
}

// Operation is what was measured of one kind of operation. Times are in milliseconds.
type Operation struct {
	Name   string            `json:"name"`
	Count  uint64            `json:"count"`
	Rate   float64           `json:"ratePerSecond"`
	P50    float64           `json:"p50Milliseconds"`
	P95    float64           `json:"p95Milliseconds"`
	P99    float64           `json:"p99Milliseconds"`
	Max    float64           `json:"maxMilliseconds"`
	Errors map[string]uint64 `json:"errors,omitempty"` // attempts by code
}

// report gives the operations that there were, over the time of the load.
func (m *meter) report(load time.Duration) []Operation {
	var out []Operation
	for _, name := range operations {
		o := m.ops[name]
		o.mu.Lock()
		if o.times.Count() > 0 || len(o.errors) > 0 {
			out = append(out, o.report(name, load))
		}
		o.mu.Unlock()
	}
	return out
}

func (o *operation) report(name string, load time.Duration) Operation {
	out := Operation{Name: name, Count: o.times.Count(), Max: milliseconds(o.times.Max()), Errors: maps.Clone(o.errors)}
	out.P50, out.P95, out.P99 = milliseconds(o.times.Quantile(0.50)), milliseconds(o.times.Quantile(0.95)), milliseconds(o.times.Quantile(0.99))
	if load > 0 {
		out.Rate = float64(out.Count) / load.Seconds()
	}
	return out
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// count is how many operations of the kinds were done.
func (m *meter) count(ops ...string) (n uint64) {
	for _, name := range ops {
		o := m.ops[name]
		o.mu.Lock()
		n += o.times.Count()
		o.mu.Unlock()
	}
	return n
}

// codes lists the codes of errors in their order.
func codes(errors map[string]uint64) []string { return slices.Sorted(maps.Keys(errors)) }
