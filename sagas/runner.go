package sagas

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger"
)

const (
	saveEvery = 200 * time.Millisecond // while checkpoints move
	lookEvery = time.Second            // for what was asked for in another process
)

// Runner runs handlers over a log. Make it with New.
type Runner struct {
	Options
	owner   string        // of the checkpoints, for this run
	lanes   []*lane       // one a handler; the slice never changes
	dirty   chan struct{} // holds a token when a checkpoint has moved
	storage RetryPolicy   // of the log and the store, and of messages that were refused
	started atomic.Bool

	stop context.Context // set by Run before anything starts: ends when nothing new may begin
}

// New makes a Runner. It reads and writes nothing yet.
func New(o Options) (*Runner, error) {
	o = o.complete()
	if err := o.check(); err != nil {
		return nil, err
	}
	r := &Runner{
		Options: o, owner: uuid.NewString(), dirty: make(chan struct{}, 1),
		storage: RetryPolicy{First: 100 * time.Millisecond, Max: 30 * time.Second},
	}
	for _, h := range o.Handlers {
		r.lanes = append(r.lanes, newLane(r, h))
	}
	return r, nil
}

// Run carries events to the handlers until ctx ends, and returns nil when what was in flight has ended and the checkpoints are
// saved. It takes over the checkpoints of its handlers: a runner that had them before ends with ErrTaken. Other errors: the store's, when it
// cannot be read at the start; the log's, when it is closed. A Runner runs once.
//
// When ctx ends, no further event is begun and no retry is waited for. Handlers in flight may go on for Options.Grace; then
// their contexts end. If one does not return within another grace, Run gives up waiting and says so; its event comes again.
func (r *Runner) Run(ctx context.Context) error {
	if r.started.Swap(true) {
		return errors.New("sagas: the runner has been run before")
	}
	for _, l := range r.lanes {
		if err := l.load(ctx); err != nil {
			return unlessEnded(ctx, err)
		}
	}
	stop, end := context.WithCancel(ctx)
	defer end()
	r.stop = stop
	handling, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	routed, err := r.route(handling)
	if err != nil {
		return err
	}
	wait := r.work(stop, end)
	<-stop.Done()
	return errors.Join(r.drain(routed, cancel), wait(), r.finalSave(ctx))
}

func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// route starts the router. The channel gives its end.
func (r *Runner) route(handling context.Context) (<-chan error, error) {
	router, err := message.NewRouter(message.RouterConfig{CloseTimeout: time.Minute}, logger{r.Logger})
	if err != nil {
		return nil, fmt.Errorf("sagas: router: %w", err)
	}
	for _, l := range r.lanes {
		sub := &subscriber{lane: l, stopping: r.stop.Done(), handling: handling}
		for n := range l.partitions() {
			router.AddConsumerHandler(l.topic(n), l.topic(n), sub, l.handle).AddMiddleware(l.middlewares()...)
		}
	}
	done := make(chan error, 1)
	go func() { done <- router.Run(r.stop) }()
	return done, nil
}

// work starts what feeds the router and looks after it. The first failure ends the run; wait gives the failures.
func (r *Runner) work(stop context.Context, end context.CancelFunc) (wait func() error) {
	var own sync.WaitGroup
	failures := make(chan error, len(r.lanes)+1)
	run := func(do func(context.Context) error) {
		own.Go(func() {
			if err := do(stop); err != nil {
				failures <- err
				end()
			}
		})
	}
	for _, l := range r.lanes {
		run(l.feed)
		own.Go(func() { l.schedule(stop) })
	}
	run(r.saveLoop)
	own.Go(func() { r.lookLoop(stop) })
	return func() error {
		own.Wait()
		close(failures)
		var errs []error
		for err := range failures {
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	}
}

// drain waits for what is in flight: first for the grace, then as long again after its contexts have ended.
func (r *Runner) drain(routed <-chan error, cancel context.CancelFunc) error {
	over, quit := context.WithCancel(context.Background())
	defer quit()
	timer := make(chan struct{}, 2)
	go func() {
		for range 2 {
			if r.Sleep(over, r.Grace) != nil {
				return
			}
			timer <- struct{}{}
		}
	}()
	for range 2 {
		select {
		case err := <-routed:
			return err
		case <-timer:
			cancel()
		}
	}
	return errors.New("sagas: a handler did not end when its context did; its event will come again")
}

// saveLoop saves checkpoints as they move, until ctx ends. The only error is ErrTaken.
func (r *Runner) saveLoop(ctx context.Context) error {
	for {
		select {
		case <-r.dirty:
		case <-ctx.Done():
			return nil
		}
		err := r.save(ctx)
		if errors.Is(err, ErrTaken) {
			return err
		}
		if err != nil && ctx.Err() == nil {
			for _, l := range r.lanes {
				l.fail(err)
			}
			nudge(r.dirty)
		}
		if r.Sleep(ctx, saveEvery) != nil {
			return nil
		}
	}
}

// save writes the checkpoints that have moved.
func (r *Runner) save(ctx context.Context) error {
	marks := map[string]ledger.Position{}
	for _, l := range r.lanes {
		if low, saved := l.low(); low != saved {
			marks[l.name] = low
		}
	}
	if len(marks) == 0 {
		return nil
	}
	if err := r.Store.save(ctx, r.owner, marks); err != nil {
		return err
	}
	for _, l := range r.lanes {
		if at, ok := marks[l.name]; ok {
			l.setSaved(at)
		}
	}
	return nil
}

// finalSave is the last save, when nothing is in flight. It has a few seconds, whatever has become of ctx.
func (r *Runner) finalSave(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := r.save(ctx); err != nil && !errors.Is(err, ErrTaken) {
		return err
	}
	return nil
}

// lookLoop acts on what people have asked for, until ctx ends.
func (r *Runner) lookLoop(ctx context.Context) {
	var seen int64 = -1
	for ctx.Err() == nil {
		changed := r.Store.changed()
		number, err := r.Store.askedNumber(ctx)
		if err == nil && number != seen {
			if err = r.recheck(ctx); err == nil {
				seen = number
			}
		}
		if err != nil && ctx.Err() == nil {
			r.Logger.Warn("look for requests about parked events", "error", err.Error())
		}
		r.wait(ctx, changed, lookEvery)
	}
}

// recheck makes every lane look at its parked list.
func (r *Runner) recheck(ctx context.Context) error {
	for _, l := range r.lanes {
		if err := l.recheck(ctx); err != nil {
			return err
		}
		nudge(l.wakeup)
	}
	return nil
}

// wait sleeps for d, or until the channel is closed or ctx ends.
func (r *Runner) wait(ctx context.Context, early <-chan struct{}, d time.Duration) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	timer := make(chan struct{})
	go func() {
		defer close(timer)
		_ = r.Sleep(ctx, d)
	}()
	select {
	case <-early:
	case <-timer:
	}
}
