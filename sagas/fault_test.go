package sagas_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/sagas"
)

var errDisk = errors.New("disk I/O error")

// kinds are the four ways in which a write can go.
var kinds = map[string]func(commit func() error) error{
	"ok":                 func(commit func() error) error { return commit() },
	"failed":             func(func() error) error { return errDisk },
	"failed but applied": func(commit func() error) error { return errors.Join(commit(), errDisk) },
	"slow":               func(commit func() error) error { time.Sleep(3 * time.Second); return commit() },
}

// faults makes the first writes of one operation go wrong.
type faults struct {
	mu   sync.Mutex
	op   string // the operation's first word
	kind func(func() error) error
	left int // under mu
	hit  int // under mu
}

func (f *faults) commit(op string, commit func() error) error {
	f.mu.Lock()
	var word, second string
	_, _ = fmt.Sscan(op, &word, &second)
	if word == "park" && second == "again" {
		word = "again"
	}
	wrong := word == f.op && f.left > 0
	if wrong {
		f.left--
		f.hit++
	}
	f.mu.Unlock()
	if wrong {
		return f.kind(commit)
	}
	return commit()
}

// Each write of the runner in each way: everything is handled, in order, and the list is empty at the end.
func TestFaults_OfEveryWrite(t *testing.T) {
	for _, op := range []string{"park", "again", "release", "save"} {
		for kind, do := range kinds {
			t.Run(op+" "+kind, func(t *testing.T) {
				bubble(t, func(t *testing.T, b *bundle) {
					f := &faults{op: op, kind: do, left: 3}
					sagas.SetCommit(b.store, f.commit)
					p := &probe{do: failing(at(1, 1), 8, errDown)}
					for range 4 {
						b.add(1)
						b.add(2)
					}
					r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
					r.reach(b.last)
					time.Sleep(time.Hour)
					synctest.Wait()
					if list := b.parked(sagas.ParkedFilter{}); len(list) != 0 || sagas.Held(r.Runner, "probe") != 0 {
						t.Errorf("parked: %+v", list)
					}
					r.stop()
					for _, n := range []int{1, 2} {
						got := p.revisions(n)
						if !slices.IsSorted(got) || len(slices.Compact(got)) != 4 {
							t.Errorf("stream %d was handled in the order %v", n, got)
						}
					}
					if f.hit == 0 || p.clash || b.checkpoint("probe") != b.last {
						t.Errorf("%d faults, two at a time %v, checkpoint %d", f.hit, p.clash, b.checkpoint("probe"))
					}
				})
			})
		}
	}
}

func TestFaults_AtTheStart(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		sagas.SetCommit(b.store, func(string, func() error) error { return errDisk })
		r := b.start(sagas.Options{Handlers: []sagas.Handler{&probe{}}})
		if err := <-r.done; !errors.Is(err, errDisk) {
			t.Errorf("ended with %v", err)
		}
	})
}

// plan is a random history: what is in the log at first, and the processes that follow each other.
type plan struct {
	seed   uint64
	events []int // streams
	lives  []life
}

type life struct {
	writes  int // until it is killed; 0: it is not
	events  []int
	seconds int
}

func drawPlan(rt *rapid.T) plan {
	streams := rapid.SliceOfN(rapid.IntRange(0, 5), 0, 15)
	lives := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) life {
		return life{rapid.IntRange(1, 40).Draw(rt, "writes"), streams.Draw(rt, "live"), rapid.IntRange(0, 200).Draw(rt, "seconds")}
	}), 1, 4)
	return plan{rapid.Uint64().Draw(rt, "seed"), streams.Draw(rt, "events"), append(lives.Draw(rt, "lives"), life{})}
}

// world is what outlives a process that is killed: the log, the store's file, and what the handlers have done.
type world struct {
	*bundle

	mu     sync.Mutex
	rand   *rand.Rand                 // under mu
	dead   bool                       // under mu: the process that runs now has been killed
	writes int                        // under mu: commits until it is
	done   map[seen]bool              // under mu
	last   map[string]ledger.Revision // under mu; the newest that is done, by stream
	faults []string                   // under mu; what must not be
}

func (w *world) fault(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults = append(w.faults, fmt.Sprintf(format, args...))
}

// commit fails as a disk does, and kills the process at its time: before or after what it writes then.
func (w *world) commit(_ string, commit func() error) error {
	w.mu.Lock()
	killed := !w.dead && w.writes == 1
	w.writes--
	dead, dice := w.dead, w.rand.IntN(20)
	w.dead = w.dead || killed
	w.mu.Unlock()
	switch {
	case dead || dice == 0 || killed && dice < 10:
		return errDisk
	case dice == 1 || killed:
		return errors.Join(commit(), errDisk)
	}
	return commit()
}

// handle does its work, or fails before or after it, in all the ways that a handler can.
func (w *world) handle(_ context.Context, s seen, _ int) error {
	w.mu.Lock()
	if w.dead {
		w.mu.Unlock()
		return errDown
	}
	fault := w.rand.IntN(30)
	early := false
	if fault >= 8 || fault%2 == 0 {
		last, ok := w.last[s.stream]
		early = s.rev > 0 && (!ok || last < s.rev-1)
		w.done[s] = true
		w.last[s.stream] = max(last, s.rev)
	}
	w.mu.Unlock()
	if early {
		w.fault("%v was handled before the event before it was", s)
	}
	switch fault / 2 {
	case 0:
		return errDown
	case 1:
		return sagas.Permanent("somebody must act", nil)
	case 2:
		return sagas.Waiting("not yet", time.Minute)
	case 3:
		panic("a bug")
	}
	return nil
}

// live is one process: it runs until it is killed, or until all is done, and leaves the file as it was then.
func (w *world) live(l life) {
	w.mu.Lock()
	w.dead, w.writes = false, l.writes
	w.mu.Unlock()
	store := w.open()
	sagas.SetCommit(store, w.commit)
	p := &probe{do: w.handle}
	r := w.start(sagas.Options{Handlers: []sagas.Handler{p}, Store: store, Partitions: 3, Retry: sagas.RetryPolicy{Attempts: 2}})
	for _, n := range l.events {
		w.add(n)
		time.Sleep(100 * time.Millisecond)
	}
	time.Sleep(time.Duration(l.seconds) * time.Second)
	if l.writes == 0 {
		w.mend(r)
	}
	synctest.Wait()
	w.mu.Lock()
	w.dead = w.dead || l.writes > 0
	w.mu.Unlock()
	r.end()
	if err := <-r.done; err != nil && !errors.Is(err, errDisk) {
		w.fault("ended with %v", err)
	}
	if p.clash {
		w.fault("two events of a stream were handled at the same time")
	}
	_ = store.Close()
	w.check()
}

// mend asks for everything again until nothing is left.
func (w *world) mend(r *run) {
	synctest.Wait()
	if len(r.done) > 0 { // the disk failed at the start
		return
	}
	r.reach(w.bundle.last)
	for range 1000 {
		if len(w.parked(sagas.ParkedFilter{})) == 0 {
			return
		}
		if _, err := w.store.RequestRetry(context.Background()); err != nil {
			w.t.Fatal(err)
		}
		time.Sleep(time.Minute)
	}
	w.fault("still parked: %+v", w.parked(sagas.ParkedFilter{}))
}

// check is what holds at every moment: what the checkpoint has passed is done or on the list.
func (w *world) check() {
	listed := map[seen]bool{}
	for _, p := range w.parked(sagas.ParkedFilter{}) {
		listed[seen{p.Stream, p.Revision}] = true
	}
	mark := w.checkpoint("probe")
	for e, err := range w.log.Store().ReadAll(context.Background(), 0, ledger.Filter{}) {
		if err != nil {
			w.t.Fatal(err)
		}
		if s := (seen{e.Stream, e.Revision}); e.Position <= mark && !w.done[s] && !listed[s] {
			w.fault("the checkpoint %d has passed %v at %d, which is neither done nor parked", mark, s, e.Position)
		}
	}
}

// run is a whole history; it gives what went wrong.
func (p plan) run(t *testing.T) []string {
	w := &world{bundle: newBundle(t), done: map[seen]bool{}, last: map[string]ledger.Revision{}, rand: rand.New(rand.NewPCG(p.seed, 1))}
	for _, n := range p.events {
		w.add(n)
	}
	for _, l := range p.lives {
		w.live(l)
	}
	for range 100 {
		if w.checkpoint("probe") == w.bundle.last && len(w.parked(sagas.ParkedFilter{})) == 0 {
			break
		}
		w.live(life{})
	}
	for n, h := range w.heads {
		for rev := range h.Revision + 1 {
			if !w.done[at(n, rev)] {
				w.fault("stream %d revision %d was never handled", n, rev)
			}
		}
	}
	return w.faults
}

// Processes are killed at any write, with any of the handler's failures and the disk's: nothing is skipped, nothing comes out of
// order, and at the end everything is done.
func TestKill_AnywhereLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		p := drawPlan(rt)
		var faults []string
		synctest.Test(t, func(t *testing.T) { faults = p.run(t) })
		for _, f := range faults {
			rt.Error(f)
		}
	})
}
