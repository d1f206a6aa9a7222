package sagas_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/sagas"
)

var errDown = errors.New("no answer")

// failing fails an event's first calls.
func failing(s seen, calls int, err error) func(context.Context, seen, int) error {
	return func(_ context.Context, got seen, call int) error {
		if got == s && call <= calls {
			return err
		}
		return nil
	}
}

func TestRetry_BacksOffInPlaceAndTellsNobody(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		p := &probe{do: failing(at(1, 0), 5, errDown)}
		b.add(1)
		b.add(1)
		began := time.Now()
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
		r.reach(b.last)
		if took, want := time.Since(began), (100+200+400+800+1600)*time.Millisecond/2; took != want {
			t.Errorf("took %v, want %v: half of each ceiling", took, want)
		}
		if got, want := p.revisions(1), []ledger.Revision{0, 0, 0, 0, 0, 0, 1}; !slices.Equal(got, want) {
			t.Errorf("called for %v, want %v", got, want)
		}
		if list := b.parked(sagas.ParkedFilter{}); len(list) != 0 {
			t.Errorf("parked: %+v", list)
		}
		if st := r.Status()[0]; st.LastError != errDown.Error() || st.LastAt.IsZero() {
			t.Errorf("status %+v", st)
		}
		r.stop()
	})
}

func TestPark_TransientHoldsItsStreamAndComesBackByItself(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		p := &probe{do: failing(at(1, 1), 7, errDown)}
		for range 4 {
			b.add(1)
			b.add(2)
		}
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
		r.reach(b.last)
		began := time.Now()
		if got := p.revisions(2); len(got) != 4 {
			t.Errorf("the other stream was handled up to %v", got)
		}
		list := b.parked(sagas.ParkedFilter{})
		if len(list) != 3 {
			t.Fatalf("parked: %+v", list)
		}
		first := list[0]
		if first.Class != sagas.ClassTransient || first.Attempts != 6 || first.Reason != errDown.Error() || first.Revision != 1 ||
			first.Stream != stream(1) || first.Handler != "probe" || first.Type != "nordvik/skjenkebevilling.Read" || !first.Next.After(first.Last) {
			t.Errorf("the failed one: %+v", first)
		}
		for _, q := range list[1:] {
			if q.Class != sagas.ClassBehind || q.Reason != "waits for "+first.ID || q.Attempts != 0 || !q.Next.IsZero() {
				t.Errorf("one behind: %+v", q)
			}
		}
		time.Sleep(first.Next.Sub(began) - time.Millisecond)
		synctest.Wait()
		if got := p.revisions(1); len(got) != 7 {
			t.Errorf("before its time: %v", got)
		}
		time.Sleep(5 * time.Minute) // the seventh attempt fails, the eighth does not
		synctest.Wait()
		if got, want := p.revisions(1)[7:], []ledger.Revision{1, 1, 2, 3}; !slices.Equal(got, want) {
			t.Errorf("after the wait: %v, want %v", got, want)
		}
		if list := b.parked(sagas.ParkedFilter{}); len(list) != 0 || sagas.Held(r.Runner, "probe") != 0 {
			t.Errorf("still parked: %+v", list)
		}
		r.reach(b.add(1))
		if got := p.revisions(1); got[len(got)-1] != 4 {
			t.Errorf("the next event was not handled at once: %v", got)
		}
		r.stop()
	})
}

func TestPark_PermanentWaitsForAPersonInAnotherProcess(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		mended := false
		p := &probe{do: func(_ context.Context, s seen, _ int) error {
			if s == at(1, 0) && !mended {
				return fmt.Errorf("link til-sak: %w", sagas.Permanent("the app is not published", errDown))
			}
			return nil
		}}
		b.add(1)
		b.add(1)
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
		r.reach(b.last)
		time.Sleep(48 * time.Hour)
		synctest.Wait()
		if got := p.revisions(1); len(got) != 1 {
			t.Errorf("called for %v, want one call", got)
		}
		list := b.parked(sagas.ParkedFilter{Class: sagas.ClassPermanent})
		if len(list) != 1 || list[0].Reason != "link til-sak: the app is not published: no answer" || list[0].Attempts != 1 || !list[0].Next.IsZero() {
			t.Fatalf("parked: %+v", list)
		}
		mended = true
		other := b.open()
		behind := b.parked(sagas.ParkedFilter{Class: sagas.ClassBehind})[0]
		if n, err := other.RequestRetry(t.Context(), behind.ID, list[0].ID); err != nil || n != 1 {
			t.Errorf("%d requested, %v; want the one that both wait for", n, err)
		}
		if got := b.parked(sagas.ParkedFilter{})[0]; !got.Requested {
			t.Errorf("the request does not show: %+v", got)
		}
		time.Sleep(sagas.LookEvery)
		synctest.Wait()
		if got, want := p.revisions(1), []ledger.Revision{0, 0, 1}; !slices.Equal(got, want) {
			t.Errorf("called for %v, want %v", got, want)
		}
		r.stop()
	})
}

func TestRequestRetry_InTheSameProcessActsAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		p := &probe{do: failing(at(1, 0), 1, sagas.Permanent("no", nil))}
		b.add(1)
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
		r.reach(b.last)
		if n, err := b.store.RequestRetry(t.Context()); err != nil || n != 1 {
			t.Errorf("%d requested, %v", n, err)
		}
		synctest.Wait()
		if got := len(p.called()); got != 2 {
			t.Errorf("%d calls, want 2", got)
		}
		r.stop()
	})
}

func TestRequestRetry_ThatFailsAgainParksAgain(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		p := &probe{do: failing(at(1, 0), 2, sagas.Permanent("no", nil))}
		b.add(1)
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
		r.reach(b.last)
		_, err := b.store.RequestRetry(t.Context())
		synctest.Wait()
		list := b.parked(sagas.ParkedFilter{})
		if err != nil || len(list) != 1 || list[0].Attempts != 2 || list[0].Requested || list[0].Class != sagas.ClassPermanent {
			t.Errorf("parked: %+v, %v", list, err)
		}
		r.stop()
	})
}

func TestAgain_EndsAfterItsAttempts(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		p := &probe{do: failing(at(1, 0), 99, errDown)}
		b.add(1)
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}, Retry: sagas.RetryPolicy{Attempts: 2}, Again: sagas.RetryPolicy{Attempts: 3}})
		r.reach(b.last)
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if list := b.parked(sagas.ParkedFilter{}); len(list) != 1 || list[0].Class != sagas.ClassPermanent || list[0].Attempts != 5 {
			t.Errorf("parked: %+v", list)
		}
		r.stop()
	})
}

func TestWaiting_IsNoAttemptAndDoesNotHoldOthersUp(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		p := &probe{do: failing(at(1, 0), 20, sagas.Waiting("the bank has not answered yet", time.Minute))}
		b.add(1)
		b.add(1)
		b.add(2)
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}, Partitions: 1})
		began := time.Now()
		r.reach(b.last)
		if time.Since(began) != 0 {
			t.Error("others waited too")
		}
		st := r.Status()[0]
		list := b.parked(sagas.ParkedFilter{})
		if len(list) != 2 || list[0].Class != sagas.ClassWaiting || list[0].Attempts != 0 || list[0].Reason != "the bank has not answered yet" ||
			list[0].Next.Sub(began) != 63*time.Second || st.Parked != 2 || st.Waiting != 1 {
			t.Errorf("parked: %+v, status %+v", list, st)
		}
		time.Sleep(20 * 63 * time.Second)
		synctest.Wait()
		if got := p.revisions(1); len(got) != 22 || got[21] != 1 || len(b.parked(sagas.ParkedFilter{})) != 0 {
			t.Errorf("called for %v", got)
		}
		r.stop()
	})
}

func TestWaiting_IsNeverABusyLoop(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		p := &probe{do: failing(at(1, 0), 1<<30, sagas.Waiting("soon", 0))}
		b.add(1)
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := len(p.called()); n > 60 {
			t.Errorf("%d calls in a minute", n)
		}
		r.stop()
	})
}

func TestPanic_IsTriedAgainAndParkedWithoutItsStack(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		p := &probe{do: func(_ context.Context, s seen, _ int) error {
			if s == at(1, 0) {
				panic("index out of range")
			}
			return nil
		}}
		b.add(1)
		b.add(2)
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}, Partitions: 1})
		r.reach(b.last)
		list := b.parked(sagas.ParkedFilter{})
		if len(list) != 1 || list[0].Reason != "panic: index out of range" || list[0].Attempts != 6 || len(p.revisions(2)) != 1 {
			t.Errorf("parked: %+v", list)
		}
		r.stop()
	})
}

func TestGoexit_DoesNotStopThePartition(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		p := &probe{do: func(_ context.Context, s seen, call int) error {
			if s == at(1, 0) && call == 1 {
				runtime.Goexit()
			}
			return nil
		}}
		b.add(1)
		b.add(2)
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}, Partitions: 1})
		r.reach(b.last)
		if got := len(p.called()); got != 3 {
			t.Errorf("%d calls, want 3", got)
		}
		r.stop()
	})
}

func TestTimeout_EndsAnAttemptAndNotTheNext(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		p := &probe{do: func(ctx context.Context, _ seen, call int) error {
			if call == 1 {
				<-ctx.Done()
			}
			return ctx.Err()
		}}
		b.add(1)
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}, Timeout: time.Minute})
		r.reach(b.last)
		if n := len(p.called()); n != 2 || len(b.parked(sagas.ParkedFilter{})) != 0 {
			t.Errorf("%d calls, want 2", n)
		}
		r.stop()
	})
}

func TestPoisonFlood_DoesNotStopOthers(t *testing.T) {
	for name, poison := range map[string]error{"permanent": sagas.Permanent("no", nil), "transient": errDown, "waiting": sagas.Waiting("not yet", time.Hour)} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bundle) {
				const streams = 300
				p := &probe{}
				good := map[string]bool{}
				for n := range streams {
					b.add(n)
					b.add(n)
					if n%10 == 0 {
						good[stream(n)] = true
					}
				}
				p.do = func(_ context.Context, s seen, _ int) error {
					if good[s.stream] {
						return nil
					}
					return poison
				}
				r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
				r.reach(b.last)
				for n := 0; n < streams; n += 10 {
					if got := p.revisions(n); len(got) != 2 {
						t.Errorf("good stream %d was handled up to %v", n, got)
					}
				}
				if n := len(b.parked(sagas.ParkedFilter{})); n != 2*(streams-streams/10) {
					t.Errorf("%d parked", n)
				}
				if at := b.checkpoint("probe"); at == 0 {
					t.Error("the checkpoint has not moved")
				}
				r.stop()
			})
		})
	}
}

func TestReason_IsCut(t *testing.T) {
	bubble(t, func(t *testing.T, b *bundle) {
		p := &probe{do: failing(at(1, 0), 1, sagas.Permanent(strings.Repeat("ø", 2000), nil))}
		b.add(1)
		r := b.start(sagas.Options{Handlers: []sagas.Handler{p}})
		r.reach(b.last)
		if got := []rune(b.parked(sagas.ParkedFilter{})[0].Reason); len(got) != sagas.MaxReason || got[0] != 'ø' {
			t.Errorf("%d characters", len(got))
		}
		r.stop()
	})
}

func TestErrors_TellWhatHelps(t *testing.T) {
	t.Parallel()
	permanent := fmt.Errorf("op: %w", sagas.Permanent("no key", errDown))
	if !sagas.IsPermanent(permanent) || !errors.Is(permanent, errDown) || permanent.Error() != "op: no key: no answer" {
		t.Errorf("%v", permanent)
	}
	if sagas.IsPermanent(errDown) || sagas.Permanent("only a reason", nil).Error() != "only a reason" {
		t.Error("an ordinary error is permanent, or a reason alone is not told")
	}
	waiting := fmt.Errorf("op: %w", sagas.Waiting("not yet", time.Minute))
	if after, ok := sagas.IsWaiting(waiting); !ok || after != time.Minute {
		t.Errorf("waits %v, %v", after, ok)
	}
	if _, ok := sagas.IsWaiting(errors.Join(waiting, permanent)); ok {
		t.Error("what is permanent waits")
	}
	if after, _ := sagas.IsWaiting(sagas.Waiting("now", -time.Minute)); after != time.Second {
		t.Errorf("a wait of %v", after)
	}
}
