package sagas_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/sagas"
)

// again runs a second runner and tells what it was given.
func (b *bundle) again(t *testing.T) []seen {
	t.Helper()
	p := &probe{}
	r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
	r.reach(b.last)
	r.stop()
	return p.called()
}

func TestStop_LetsWhatIsInFlightEnd(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		p := &probe{do: func(ctx context.Context, _ seen, _ int) error { time.Sleep(9 * time.Second); return ctx.Err() }}
		b.add(1)
		b.add(1)
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
		synctest.Wait()
		r.stop()
		if n := len(p.called()); n != 1 || b.checkpoint("probe") != 1 {
			t.Errorf("%d were begun, the checkpoint is %d; want 1 and 1", n, b.checkpoint("probe"))
		}
		if got := b.again(t); !slices.Equal(got, []seen{at(1, 1)}) {
			t.Errorf("after the restart: %v", got)
		}
	})
}

// Whatever a handler makes of the end of its context, the event is not parked and comes again.
func TestStop_ParksNothing(t *testing.T) {
	for name, wrap := range map[string]func(error) error{
		"as it is":  func(err error) error { return err },
		"permanent": func(err error) error { return sagas.Permanent("cannot go on", err) },
		"waiting":   func(error) error { return sagas.Waiting("later", time.Minute) },
		"panic":     func(err error) error { panic(err) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bundle) {
				p := &probe{do: func(ctx context.Context, _ seen, _ int) error { <-ctx.Done(); return wrap(ctx.Err()) }}
				b.add(1)
				r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
				synctest.Wait()
				began := time.Now()
				r.stop()
				if took := time.Since(began); took != 10*time.Second {
					t.Errorf("ended after %v, want the grace", took)
				}
				if list := b.parked(sagas.ParkedFilter{}); len(list) != 0 || b.checkpoint("probe") != 0 {
					t.Errorf("parked: %+v", list)
				}
				if got := b.again(t); !slices.Equal(got, []seen{at(1, 0)}) {
					t.Errorf("after the restart: %v", got)
				}
			})
		})
	}
}

func TestStop_DoesNotWaitForRetries(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		p := &probe{do: failing(at(1, 0), 99, errDown)}
		b.add(1)
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}, Retry: sagas.RetryPolicy{First: time.Hour, Max: time.Hour}})
		synctest.Wait()
		began := time.Now()
		r.stop()
		if time.Since(began) != 0 || len(p.called()) != 1 || len(b.parked(sagas.ParkedFilter{})) != 0 {
			t.Errorf("took %v, %d calls", time.Since(began), len(p.called()))
		}
	})
}

func TestStop_TellsOfAHandlerThatDoesNotEnd(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		gate := make(chan struct{})
		p := &probe{do: func(context.Context, seen, int) error { <-gate; return nil }}
		b.add(1)
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
		synctest.Wait()
		r.end()
		if err := <-r.done; err == nil || !strings.Contains(err.Error(), "did not end") {
			t.Errorf("ended with %v", err)
		}
		if at := b.checkpoint("probe"); at != 0 {
			t.Errorf("the checkpoint %d passes an event that has not ended", at)
		}
		close(gate)
	})
}

func TestStop_BeforeItHasBegun(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		b.add(1)
		r, err := sagas.New(sagas.Options{Log: b.log, Store: b.store, Handlers: []sagas.Handler{&probe{}}})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err != nil || r.Run(ctx) != nil {
			t.Error("a run that is stopped before it begins is no error")
		}
	})
}

// A stream's discarded or parked events do not come again, though the checkpoint has not passed them.
func TestRestart_DoesNotRepeatWhatIsOnTheList(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		p := &probe{do: func(ctx context.Context, s seen, _ int) error {
			if s.stream == stream(9) {
				<-ctx.Done()
				return ctx.Err()
			}
			if s == at(1, 1) || s == at(2, 1) {
				return sagas.Permanent("no", nil)
			}
			return nil
		}}
		b.add(9) // keeps the checkpoint at 0
		for _, n := range []int{1, 1, 2, 2, 2} {
			b.add(n)
		}
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}, Partitions: 64})
		synctest.Wait()
		if err := b.store.Discard(t.Context(), b.parked(sagas.ParkedFilter{Stream: stream(1)})[0].ID, "510009", "not needed"); err != nil {
			t.Fatal(err)
		}
		r.stop()
		if b.checkpoint("probe") != 0 || len(p.called()) != 5 {
			t.Fatalf("the first run: checkpoint %d, %v", b.checkpoint("probe"), p.called())
		}
		b.add(1)
		got := b.again(t)
		slices.SortFunc(got, func(a, b seen) int { return strings.Compare(a.stream, b.stream) })
		want := []seen{at(1, 2), at(9, 0)}
		slices.SortFunc(want, func(a, b seen) int { return strings.Compare(a.stream, b.stream) })
		if !slices.Equal(got, want) {
			t.Errorf("the second run handled %v, want %v", got, want)
		}
		if list := b.parked(sagas.ParkedFilter{}); len(list) != 2 || list[0].Class != sagas.ClassPermanent || list[1].Class != sagas.ClassBehind {
			t.Errorf("parked: %+v", list)
		}
	})
}

func TestRestart_KeepsWhatIsParkedAndItsTime(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		p := &probe{do: failing(at(1, 0), 6, errDown)}
		b.add(1)
		b.add(1)
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
		r.reach(b.last)
		r.stop()
		r = b.start(sagas.Options{Handlers: []sagas.Handler{p}})
		synctest.Wait()
		if n := len(p.called()); n != 6 {
			t.Errorf("the restart made %d calls", n-6)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if got, want := p.revisions(1)[6:], []ledger.Revision{0, 1}; !slices.Equal(got, want) {
			t.Errorf("then %v, want %v", got, want)
		}
		r.stop()
	})
}
