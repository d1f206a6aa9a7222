package hammer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/hovedbok/hovedbok/examples"
)

// How long nothing may move before the node counts as quiet: longer than any pause between two attempts of a saga.
const (
	quietFor  = 2 * time.Second
	quietRest = 200 * time.Millisecond
)

// Run does a whole run. What it finds is in the Result. An error means that the run itself could not be done; the Result then holds no more than
// where to look, or is nil when the options were refused.
// When ctx ends, the node is stopped and the error is ctx's.
func Run(ctx context.Context, o Options) (*Result, error) {
	if err := o.Complete(); err != nil {
		return nil, err
	}
	data, err := fs.Sub(examples.FS, "data")
	if err != nil {
		return nil, fmt.Errorf("sample data: %w", err)
	}
	m, err := newMaterial(data)
	if err != nil {
		return nil, err
	}
	r := &Result{Mix: o.Mix, Writers: o.Writers, ChainsPS: o.Rate, Seed: o.Seed, CPUs: runtime.NumCPU()}
	if o.URL != "" {
		return r, against(ctx, &o, m, r)
	}
	return r, own(ctx, &o, m, r)
}

// against loads a node that runs already.
func against(ctx context.Context, o *Options, m *material, r *Result) error {
	g := newGate()
	g.open()
	l := newLoad(o, newClient(strings.TrimRight(o.URL, "/"), connections(o), newMeter(), g, o.Settle), m)
	if err := l.ready(ctx); err != nil {
		return err
	}
	return l.all(ctx, r, nil)
}

// connections is how many connections clients keep: one each, and one for the watcher.
func connections(o *Options) int { return o.Writers + 1 + int(min(o.Rate*2, mostInFlight)) }

// own starts a node, loads it, stops it and verifies what it has left.
func own(ctx context.Context, o *Options, m *material, r *Result) (err error) {
	work, err := os.MkdirTemp("", "hovedbok-hammer-")
	if err != nil {
		return fmt.Errorf("temporary folder: %w", err)
	}
	defer func() {
		if err == nil && r.OK() {
			err = os.RemoveAll(work)
		} else {
			r.Kept = work
		}
	}()
	s, data, err := prepare(o, work)
	if err != nil {
		return err
	}
	took, err := s.start(ctx)
	if err != nil {
		return err
	}
	r.StartSeconds = took.Seconds()
	l := newLoad(o, newClient(s.url, connections(o), newMeter(), s.gate, o.Settle), m)
	if err := guarded(ctx, s, l, r); err != nil {
		return errors.Join(err, s.kill())
	}
	if err := s.stop(); err != nil {
		return err
	}
	return verified(ctx, o, data, l.journal, r)
}

// prepare puts the apps and the configuration in place.
func prepare(o *Options, work string) (s *server, data string, err error) {
	sample := filepath.Join(work, "examples")
	if err := examples.Extract(sample); err != nil {
		return nil, "", err
	}
	paths := []string{o.Data, o.Apps, o.Register}
	for i, otherwise := range []string{filepath.Join(work, "data"), filepath.Join(sample, "apps"), filepath.Join(sample, "register.json")} {
		if paths[i] == "" {
			paths[i] = otherwise
		}
		if paths[i], err = filepath.Abs(paths[i]); err != nil {
			return nil, "", err
		}
	}
	s, err = newServer(o, work, paths[0], paths[1], paths[2], newGate())
	return s, paths[0], err
}

// guarded loads a node of our own. That the node ends by itself ends the load.
func guarded(ctx context.Context, s *server, l *load, r *Result) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case err := <-s.died:
			cancel(err)
		case <-ctx.Done():
		}
	}()
	err := l.ready(ctx)
	if err == nil {
		err = l.all(ctx, r, s)
	}
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// ready fetches everybody's token, so that the load begins with a node that has done everything once.
func (l *load) ready(ctx context.Context) error {
	for _, u := range append([]*user{caseWorker}, applicants...) {
		if _, err := l.client.tokens.of(ctx, u); err != nil {
			return fmt.Errorf("the node gives no token; is it a development node with the sample register? %w", err)
		}
	}
	return nil
}

// all is the load with everything beside it, until the node is quiet. s is nil when the node is not ours.
func (l *load) all(ctx context.Context, r *Result, s *server) error {
	beside, end := context.WithCancel(ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer end()
	group.Go(func() { l.watcher.run(beside) })
	samples := &sampler{pid: func() int { return 0 }}
	if s != nil {
		samples.pid = s.pid
	}
	samples.idle()
	fmt.Fprintf(l.options.Progress, "load begins: %d clients, %s\n", l.options.Writers, l.options.Mix)
	took, err := l.loaded(ctx, samples, r, s)
	if err := errors.Join(err, ctx.Err()); err != nil {
		return err
	}
	r.Memory = samples.memory()
	r.measured(l.client.meter, took)
	err = l.settle(ctx, r)
	l.mu.Lock()
	defer l.mu.Unlock()
	r.Failed, r.Faults = l.failed, l.faults
	return err
}

// loaded runs the clients, the kills and the samples of memory, and returns when all have ended.
func (l *load) loaded(ctx context.Context, samples *sampler, r *Result, s *server) (time.Duration, error) {
	loading, loaded := context.WithCancel(ctx)
	var group sync.WaitGroup
	var directed error
	l.began = time.Now()
	group.Go(func() { samples.run(loading) })
	group.Go(func() {
		defer l.stop()
		directed = l.direct(ctx, loading, s, r)
	})
	l.work(ctx)
	took := time.Since(l.began)
	loaded()
	group.Wait()
	return took, directed
}

// direct kills the node as often as wanted and ends the load when its time is over. loading ends when the clients have ended by themselves.
func (l *load) direct(ctx, loading context.Context, s *server, r *Result) (err error) {
	if l.options.Kill {
		if r.Restarts, err = killer(ctx, loading, s, l.options, l.far); err != nil {
			return err
		}
		if missed := l.options.Kills - len(r.Restarts); missed > 0 && ctx.Err() == nil {
			l.fault(fmt.Errorf("the load ended before %d of %d kills", missed, l.options.Kills))
		}
	}
	if l.options.Duration == 0 {
		<-loading.Done()
		return nil
	}
	_ = sleep(loading, time.Until(l.began.Add(l.options.Duration))) // the end of the clients ends it as well
	return nil
}

// settle waits until all Bs are in the inbox and nothing moves any longer.
func (l *load) settle(ctx context.Context, r *Result) error {
	began := time.Now()
	fmt.Fprintf(l.options.Progress, "load ends: %d commands acknowledged; waiting until the node is quiet\n", r.Commands)
	limited, cancel := context.WithTimeout(ctx, l.options.Settle)
	defer cancel()
	for n := 1; n > 0; {
		if n, _ = l.watcher.outstanding(); n > 0 && sleep(limited, quietRest) != nil {
			l.fault(fmt.Errorf("%d submissions have no B in the inbox after %s", n, l.options.Settle))
			break
		}
	}
	if err := l.quiet(limited); err != nil {
		l.fault(fmt.Errorf("the node is not quiet after %s: %w", l.options.Settle, err))
	}
	r.SettleSeconds = time.Since(began).Seconds()
	return ctx.Err()
}

// quiet waits until the views have known the same end of the log for a while.
func (l *load) quiet(ctx context.Context) error {
	var buf bytes.Buffer
	var last uint64
	for since := time.Now(); time.Since(since) < l.quietFor; {
		p, err := l.watcher.page(ctx, 1, "", 0, &buf)
		if err != nil {
			return err
		}
		if p.Position != last {
			last, since = p.Position, time.Now()
		}
		if err := sleep(ctx, quietRest); err != nil {
			return err
		}
	}
	return nil
}

// verified counts what is in the data folder.
func verified(ctx context.Context, o *Options, data string, j *Journal, r *Result) error {
	began := time.Now()
	fmt.Fprintln(o.Progress, "the node has stopped; counting")
	report, err := Verify(ctx, data, j)
	if err != nil {
		return err
	}
	r.Verification, r.VerifySeconds = &report, time.Since(began).Seconds()
	return nil
}
