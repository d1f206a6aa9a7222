package sagas_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/sagas"
)

// A new event does not overtake those that are being released.
func TestRelease_KeepsNewEventsBehindThoseThatWait(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		gate := make(chan struct{})
		p := &probe{do: func(_ context.Context, s seen, call int) error {
			switch {
			case s == at(1, 0) && call == 1:
				return sagas.Permanent("no", nil)
			case s == at(1, 1):
				<-gate
			}
			return nil
		}}
		b.add(1)
		b.add(1)
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
		r.reach(b.last)
		if _, err := b.store.RequestRetry(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		b.add(1)
		synctest.Wait()
		if got, want := p.revisions(1), []ledger.Revision{0, 0, 1}; !slices.Equal(got, want) {
			t.Errorf("while the second is tried: %v, want %v", got, want)
		}
		close(gate)
		synctest.Wait()
		if got, want := p.revisions(1), []ledger.Revision{0, 0, 1, 2}; !slices.Equal(got, want) || p.clash {
			t.Errorf("at the end: %v, want %v", got, want)
		}
		r.stop()
	})
}

// An event that is discarded while it is queued for another try is not tried.
func TestDiscard_OfWhatIsQueued(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		const streams = 20
		gate := make(chan struct{})
		p := &probe{do: func(_ context.Context, _ seen, call int) error {
			if call == 1 {
				return sagas.Permanent("no", nil)
			}
			<-gate
			return nil
		}}
		for n := range streams {
			b.add(n)
		}
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
		r.reach(b.last)
		if _, err := b.store.RequestRetry(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		tried := len(p.called()) - streams
		if tried < 1 || tried >= streams {
			t.Fatalf("%d are being tried", tried)
		}
		for _, q := range b.parked(sagas.ParkedFilter{}) {
			if n := len(slices.DeleteFunc(p.called(), func(s seen) bool { return s.stream != q.Stream })); n > 1 {
				continue
			}
			if err := b.store.Discard(t.Context(), q.ID, "510009", "not needed"); err != nil {
				t.Fatal(err)
			}
		}
		close(gate)
		synctest.Wait()
		if n := len(p.called()) - streams; n != tried {
			t.Errorf("%d were tried, want %d", n, tried)
		}
		if n := sagas.Held(r.Runner, "probe"); n != 0 || len(b.parked(sagas.ParkedFilter{})) != 0 {
			t.Errorf("%d streams are held", n)
		}
		r.stop()
	})
}

func TestDiscard_IsRecordedAndLetsTheNextOnesGo(t *testing.T) {
	for _, where := range []string{"same process", "another process"} {
		t.Run(where, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bundle) {
				p := &probe{do: failing(at(1, 0), 99, sagas.Permanent("no", nil))}
				b.add(1)
				b.add(1)
				b.add(2)
				r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
				r.reach(b.last)
				store := b.store
				if where == "another process" {
					store = b.open()
				}
				id := b.parked(sagas.ParkedFilter{})[0].ID
				if err := store.Discard(t.Context(), id, "510009", "sent on paper"); err != nil {
					t.Fatal(err)
				}
				time.Sleep(sagas.LookEvery)
				synctest.Wait()
				if got, want := p.revisions(1), []ledger.Revision{0, 1}; !slices.Equal(got, want) {
					t.Errorf("called for %v, want %v", got, want)
				}
				gone := b.parked(sagas.ParkedFilter{Discarded: true})
				if len(gone) != 1 || gone[0].DiscardedBy != "510009" || gone[0].DiscardedWhy != "sent on paper" || gone[0].Discarded.IsZero() || gone[0].Reason != "no" {
					t.Errorf("the record: %+v", gone)
				}
				if err := store.Discard(t.Context(), id, "510009", "again"); !errors.Is(err, sagas.ErrNotParked) {
					t.Errorf("discarding twice: %v", err)
				}
				r.stop()
			})
		})
	}
}

func TestDiscard_OfTheOnlyOneEndsTheHold(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		p := &probe{do: failing(at(1, 0), 99, sagas.Permanent("no", nil))}
		b.add(1)
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
		r.reach(b.last)
		if err := b.open().Discard(t.Context(), b.parked(sagas.ParkedFilter{})[0].ID, "510009", "not needed"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(sagas.LookEvery)
		synctest.Wait()
		if n := sagas.Held(r.Runner, "probe"); n != 0 {
			t.Errorf("%d streams are held", n)
		}
		r.reach(b.add(1))
		if got, want := p.revisions(1), []ledger.Revision{0, 1}; !slices.Equal(got, want) {
			t.Errorf("called for %v, want %v", got, want)
		}
		r.stop()
	})
}

// An event that is discarded while it is being tried keeps its stream until that try has ended.
func TestDiscard_WhileItIsTried(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		gate := make(chan error)
		p := &probe{do: func(_ context.Context, s seen, call int) error {
			if s != at(1, 0) {
				return nil
			}
			if call == 1 {
				return sagas.Permanent("no", nil)
			}
			return <-gate
		}}
		b.add(1)
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
		r.reach(b.last)
		_, err := b.store.RequestRetry(t.Context())
		synctest.Wait()
		if err = errors.Join(err, b.store.Discard(t.Context(), "1", "510009", "not needed")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(sagas.LookEvery)
		synctest.Wait()
		b.add(1)
		synctest.Wait()
		if got := p.revisions(1); len(got) != 2 || p.clash {
			t.Errorf("called for %v while the discarded one is tried", got)
		}
		gate <- errDown
		r.reach(b.last)
		synctest.Wait()
		if got, want := p.revisions(1), []ledger.Revision{0, 0, 1}; !slices.Equal(got, want) || p.clash {
			t.Errorf("called for %v, want %v", got, want)
		}
		if list := b.parked(sagas.ParkedFilter{}); len(list) != 0 || sagas.Held(r.Runner, "probe") != 0 {
			t.Errorf("parked: %+v", list)
		}
		r.stop()
	})
}
