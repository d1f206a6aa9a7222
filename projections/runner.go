package projections

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/projections/store"
	"github.com/hovedbok/hovedbok/record"
)

// Defaults of Options.
const (
	DefaultBatchEvents = 1000
	DefaultBatchBytes  = 16 << 20
	firstPause         = 100 * time.Millisecond
	longestPause       = 30 * time.Second
	scrubPause         = time.Second
)

// Options say what a runner runs. Log, Store and Projections must be set.
type Options struct {
	Log         *record.Log
	Store       store.Store
	Projections []Projection // several versions of one name may be given; the highest is built, lower ones are kept up while they serve

	BatchEvents int // at most in one transaction; DefaultBatchEvents if zero
	BatchBytes  int // of sealed payloads and envelopes in one transaction, unless one event is larger; DefaultBatchBytes if zero

	// Pause gives how long to wait after the nth failure in a row, counted from 1; by default 100 ms, doubled each time, at most 30 s.
	Pause func(attempt int) time.Duration
	// After is the clock of pauses; time.After if nil.
	After func(time.Duration) <-chan time.Time
}

// Runner moves projections along the log. All its methods may be called from any goroutine.
type Runner struct {
	options Options
	running atomic.Bool
	review  chan struct{} // a token: the crew, or who needs a follower, may have changed
	deleted chan struct{} // a token: rows have been deleted and not yet scrubbed

	building sync.Mutex // held while a build is begun

	mu      sync.Mutex // guards all below, and the marked fields of each lane
	lanes   []*lane
	moved   chan struct{} // closed and replaced when a lane changes
	stopped bool          // Run has ended
	scrub   error         // of the last try, while another is due
}

// Open makes the tables of projections that are new, so that queries find them, and gives a runner that stands where the last one
// stopped. Builds that nothing needs any longer are dropped.
func Open(ctx context.Context, o Options) (*Runner, error) {
	if err := checkAll(o.Projections); err != nil {
		return nil, err
	}
	o.fill()
	r := &Runner{options: o, review: make(chan struct{}, 1), deleted: make(chan struct{}, 1), moved: make(chan struct{})}
	found, err := o.Store.Checkpoints(ctx)
	if err != nil {
		return nil, fmt.Errorf("projections: open: %w", err)
	}
	for _, name := range o.names() {
		if err := r.adopt(ctx, name, found); err != nil {
			return nil, fmt.Errorf("projections: open %s: %w", name, err)
		}
	}
	return r, nil
}

func (o *Options) fill() {
	if o.BatchEvents <= 0 {
		o.BatchEvents = DefaultBatchEvents
	}
	if o.BatchBytes <= 0 {
		o.BatchBytes = DefaultBatchBytes
	}
	if o.Pause == nil {
		o.Pause = func(attempt int) time.Duration { return min(longestPause, firstPause<<min(attempt-1, 10)) }
	}
	if o.After == nil {
		o.After = time.After
	}
}

// names lists the projections' names once each, in their order.
func (o *Options) names() []string {
	var out []string
	for _, p := range o.Projections {
		if !slices.Contains(out, p.Name()) {
			out = append(out, p.Name())
		}
	}
	return out
}

// find gives a version of a projection, nil if the program does not have it.
func (o *Options) find(name string, version int) Projection {
	for _, p := range o.Projections {
		if p.Name() == name && p.Version() == version {
			return p
		}
	}
	return nil
}

// newest gives the highest version of a projection.
func (o *Options) newest(name string) Projection {
	var best Projection
	for _, p := range o.Projections {
		if p.Name() == name && (best == nil || p.Version() > best.Version()) {
			best = p
		}
	}
	return best
}

// adopt makes lanes of the builds of one name that are there, and begins the one that is wanted.
func (r *Runner) adopt(ctx context.Context, name string, found []store.Checkpoint) error {
	want := r.options.newest(name)
	served, built := false, false
	for _, c := range found {
		if c.Build.Name != name {
			continue
		}
		wanted := c.Build.Version == want.Version() && c.Role != store.Scratch
		if c.Role != store.Serving && !wanted {
			if err := r.options.Store.Drop(ctx, c.Build); err != nil {
				return err
			}
			continue
		}
		served, built = served || c.Role == store.Serving, built || wanted
		r.lanes = append(r.lanes, newLane(r.options.find(name, c.Build.Version), c))
	}
	if built {
		return nil
	}
	role := store.Serving
	if served {
		role = store.Building
	}
	return r.begin(ctx, newLane(want, store.Checkpoint{Build: store.Build{Name: name, Version: want.Version()}, Role: role}))
}

// begin makes the tables of a new lane and adds it.
func (r *Runner) begin(ctx context.Context, l *lane) error {
	if err := r.options.Store.Create(ctx, l.build, l.role, l.tables); err != nil {
		return err
	}
	r.change(func() { r.lanes = append(r.lanes, l) })
	signal(r.review)
	return nil
}

// change does something to the lanes under the lock and tells everyone who waits for a change.
func (r *Runner) change(do func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	do()
	close(r.moved)
	r.moved = make(chan struct{})
}

// ErrRunning means that Run has been called before.
var ErrRunning = errors.New("projections: the runner has been run before")

// Run moves the projections until ctx ends, which is no error. It gives store.ErrFenced when another runner works on the same tables,
// and ledger.ErrClosed or store.ErrClosed when one of them has been closed. What a single projection cannot do stops only that one; see Status.
func (r *Runner) Run(ctx context.Context) error {
	if !r.running.CompareAndSwap(false, true) {
		return ErrRunning
	}
	ctx, cancel := context.WithCancelCause(ctx)
	s := supervisor{Runner: r, fail: cancel}
	s.workers.Go(func() { s.scrubLoop(ctx) })
	s.supervise(ctx)
	cancel(nil)
	s.workers.Wait()
	r.change(func() { r.stopped = true })
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// fatal tells the errors that stop the whole runner.
func fatal(err error) bool {
	return errors.Is(err, store.ErrFenced) || errors.Is(err, store.ErrClosed) || errors.Is(err, ledger.ErrClosed)
}

// supervisor is one Run.
type supervisor struct {
	*Runner
	fail    context.CancelCauseFunc
	workers sync.WaitGroup
}

// supervise forms the crew again whenever that is asked for, and moves it in between.
func (s *supervisor) supervise(ctx context.Context) {
	for ctx.Err() == nil {
		if crew := s.muster(ctx); len(crew) > 0 {
			s.session(ctx, crew)
			continue
		}
		select {
		case <-s.review:
		case <-ctx.Done():
		}
	}
}

// muster sends a follower with each lane that needs one and gives those that are to move together.
func (s *supervisor) muster(ctx context.Context) (crew []*lane) {
	s.change(func() {
		s.lanes = slices.DeleteFunc(s.lanes, func(l *lane) bool { return l.retired && !l.working && l.role == store.Scratch })
		head := s.front()
		for _, l := range s.lanes {
			if l.state == joining || l.state == CatchingUp && !l.working && l.attempts == 0 && l.position == head && l.role == store.Serving {
				l.state = Live
			}
			switch {
			case l.retired || l.state == Frozen:
			case l.state == Live:
				crew = append(crew, l)
			case !l.working:
				l.working = true
				s.workers.Go(func() { s.follow(ctx, l) })
			}
		}
	})
	return crew
}

// front is the highest position of a lane that serves: whoever is there at the start, needs nobody to follow.
func (s *supervisor) front() ledger.Position {
	var front ledger.Position
	for _, l := range s.lanes {
		if l.role == store.Serving && l.state != Frozen {
			front = max(front, l.position)
		}
	}
	return front
}

// scrubLoop makes the store forget what was deleted, soon after it was.
func (s *supervisor) scrubLoop(ctx context.Context) {
	for {
		select {
		case <-s.deleted:
		case <-ctx.Done():
			return
		}
		select {
		case <-s.options.After(scrubPause):
		case <-ctx.Done():
			return
		}
		err := s.options.Store.Scrub(ctx)
		if err != nil {
			signal(s.deleted) // readers were in the way: once more
		}
		s.change(func() { s.scrub = err })
	}
}

// Unscrubbed tells why rows that have been deleted may still be in the store's files. It is tried again every second; nil when the last
// try did it.
func (r *Runner) Unscrubbed() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.scrub
}
