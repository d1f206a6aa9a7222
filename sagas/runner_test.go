package sagas_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/sagas"
)

func TestRun_KeepsOrderInAStreamAndRunsStreamsInParallel(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		const streams, each = 40, 10
		for range each {
			for n := range streams {
				b.add(n)
			}
		}
		p := &probe{do: func(ctx context.Context, _ seen, _ int) error {
			select {
			case <-time.After(time.Millisecond): // all that can run at the same time do
			case <-ctx.Done():
			}
			return nil
		}}
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
		r.reach(b.last)
		r.stop()
		for n := range streams {
			if got := p.revisions(n); len(got) != each || !slices.IsSorted(got) {
				t.Errorf("stream %d was handled in the order %v", n, got)
			}
		}
		if p.clash || p.most != 8 {
			t.Errorf("%d at the same time, want 8, one in each partition; two of one stream: %v", p.most, p.clash)
		}
		if at := b.checkpoint("probe"); at != b.last {
			t.Errorf("checkpoint %d, want %d", at, b.last)
		}
	})
}

func TestRun_FollowsTheLogLive(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		p := &probe{}
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
		for n := range 5 {
			r.reach(b.add(n))
			if got := p.called(); len(got) != n+1 || got[n] != at(n, 0) {
				t.Fatalf("after event %d: %v", n, got)
			}
		}
		r.stop()
	})
}

func TestRun_GoesOnWhereItEnded(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		b.add(1)
		first := &probe{}
		r := b.start(sagas.Options{Handlers: []sagas.Handler{first}})
		r.reach(b.last)
		r.stop()
		b.add(1)
		second := &probe{}
		r = b.start(sagas.Options{Handlers: []sagas.Handler{second}})
		r.reach(b.last)
		r.stop()
		if got := second.called(); !slices.Equal(got, []seen{at(1, 1)}) {
			t.Errorf("the second run handled %v", got)
		}
	})
}

func TestRun_EachHandlerHasItsOwnFilterAndPace(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		for range 3 {
			b.add(1)
		}
		created := &probe{name: "created", filter: ledger.Filter{Facts: []string{instance.FactCreated}}}
		stuck := &probe{name: "stuck", do: func(ctx context.Context, _ seen, _ int) error { <-ctx.Done(); return ctx.Err() }}
		r := b.start(sagas.Options{Handlers: []sagas.Handler{created, stuck}})
		synctest.Wait()
		time.Sleep(sagas.SaveEvery)
		synctest.Wait()
		if got := created.called(); !slices.Equal(got, []seen{at(1, 0)}) {
			t.Errorf("created handled %v", got)
		}
		if done, not := b.checkpoint("created"), b.checkpoint("stuck"); done != b.last || not != 0 {
			t.Errorf("checkpoints %d and %d, want %d and 0", done, not, b.last)
		}
		st := r.Status()
		if st[0].Reached != b.last || st[0].InFlight != 0 || st[1].Reached != 0 || st[1].InFlight != 3 || st[1].Head != b.last {
			t.Errorf("status %+v", st)
		}
		r.stop()
		if len(b.parked(sagas.ParkedFilter{})) != 0 {
			t.Error("what the end of the program has interrupted was parked")
		}
	})
}

func TestRun_SavesTheCheckpointOverAFilteredStretch(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		p := &probe{filter: ledger.Filter{StreamPrefix: "nothing-"}}
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
		for range 2500 {
			b.add(1)
		}
		synctest.Wait()
		time.Sleep(sagas.SaveEvery)
		synctest.Wait()
		if at := b.checkpoint("probe"); at != b.last {
			t.Errorf("checkpoint %d, want %d", at, b.last)
		}
		r.stop()
	})
}

func TestRun_SavesAtMostEvery200ms(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		saves := 0
		sagas.SetCommit(b.store, func(op string, commit func() error) error {
			if op == "save checkpoints" {
				saves++
			}
			return commit()
		})
		r := b.start(sagas.Options{Handlers: []sagas.Handler{&probe{}}})
		for range 100 {
			r.reach(b.add(1))
			time.Sleep(10 * time.Millisecond)
		}
		r.stop()
		if saves < 5 || saves > 7 {
			t.Errorf("%d saves in a second of steady work, want about 5", saves)
		}
	})
}

func TestRun_HoldsNoMoreThanTheWindow(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		for n := range sagas.WindowEvents + 500 {
			b.add(n % 10)
		}
		gate := make(chan struct{})
		p := &probe{do: func(context.Context, seen, int) error { <-gate; return nil }}
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
		synctest.Wait()
		if n := r.Status()[0].InFlight; n != sagas.WindowEvents {
			t.Errorf("%d events in memory, want %d", n, sagas.WindowEvents)
		}
		close(gate)
		r.reach(b.last)
		r.stop()
		if n := len(p.called()); n != sagas.WindowEvents+500 {
			t.Errorf("%d were handled", n)
		}
	})
}

func TestRun_ATakenOverHandlerEndsTheOldRunner(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		old := b.start(sagas.Options{Handlers: []sagas.Handler{&probe{}}})
		old.reach(b.add(1))
		synctest.Wait()
		young := b.start(sagas.Options{Handlers: []sagas.Handler{&probe{}}, Store: b.open()})
		synctest.Wait()
		young.reach(b.add(1))
		if err := <-old.done; !errors.Is(err, sagas.ErrTaken) {
			t.Errorf("the old runner ended with %v", err)
		}
		young.stop()
	})
}

func TestRun_OnlyOnce(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		r := b.start(sagas.Options{Handlers: []sagas.Handler{&probe{}}})
		synctest.Wait()
		if err := r.Run(t.Context()); err == nil {
			t.Error("a second run was let through")
		}
		r.stop()
	})
}

func TestRun_EndsWhenTheLogIsClosed(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		r := b.start(sagas.Options{Handlers: []sagas.Handler{&probe{}}})
		synctest.Wait()
		_ = b.log.Store().Close()
		if err := <-r.done; !errors.Is(err, ledger.ErrClosed) {
			t.Errorf("ended with %v", err)
		}
	})
}

type late struct{ probe }

func (*late) Start(head ledger.Position) ledger.Position { return head }

func TestStarter_BeginsWhereItSaysAndOnlyOnce(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		b.add(1)
		h := &late{}
		r := b.start(sagas.Options{Handlers: []sagas.Handler{h}})
		synctest.Wait()
		r.stop()
		b.add(1)
		r = b.start(sagas.Options{Handlers: []sagas.Handler{h}})
		r.reach(b.last)
		r.stop()
		if got := h.called(); !slices.Equal(got, []seen{at(1, 1)}) {
			t.Errorf("handled %v, want only what came after the first start", got)
		}
	})
}

func TestWait_EndsWithItsContext(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		r := b.start(sagas.Options{Handlers: []sagas.Handler{&probe{}}})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.Wait(ctx, 99); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting for what never comes: %v", err)
		}
		r.stop()
	})
}

func TestNew_RefusesWhatCannotRun(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	good := sagas.Options{Log: b.log, Store: b.store, Handlers: []sagas.Handler{&probe{}}}
	if _, err := sagas.New(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*sagas.Options){
		"no log":             func(o *sagas.Options) { o.Log = nil },
		"no store":           func(o *sagas.Options) { o.Store = nil },
		"no handlers":        func(o *sagas.Options) { o.Handlers = nil },
		"two of a name":      func(o *sagas.Options) { o.Handlers = []sagas.Handler{&probe{}, &probe{}} },
		"slash in a name":    func(o *sagas.Options) { o.Handlers = []sagas.Handler{&probe{name: "a/b"}} },
		"negative partition": func(o *sagas.Options) { o.Partitions = -1 },
		"negative attempts":  func(o *sagas.Options) { o.Retry.Attempts = -1 },
		"negative time":      func(o *sagas.Options) { o.Grace = -1 },
	} {
		o := good
		change(&o)
		if _, err := sagas.New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
