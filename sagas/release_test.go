package sagas_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

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
