package multiapp_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/record"
)

var errCut = errors.New("the connection was cut")

// failing fails the n-th call of an operation, counted from 0, with or without effect.
func failing(op string, n int, applied bool) func(context.Context, string, func() error) error {
	seen := 0
	return func(_ context.Context, now string, apply func() error) error {
		if now != op {
			return apply()
		}
		if seen++; seen != n+1 {
			return apply()
		}
		if applied {
			return errors.Join(errCut, apply())
		}
		return errCut
	}
}

// story plays A → B → C → B → A, with what people do done once what they need is there. handle gets each event of the handler, in order.
type story struct {
	*world
	handle  func(*record.Entry)
	next    int
	a, b, c uuid.UUID
}

// drain hands over every new event.
func (s *story) drain() {
	for {
		list := s.entries()
		if s.next == len(list) {
			return
		}
		s.next++
		s.handle(list[s.next-1])
	}
}

func (s *story) play() {
	s.Helper()
	s.a = s.applied()
	s.drain()
	s.b, s.c = s.only(appB).ID, s.only(appC).ID
	s.answered(s.c)
	s.drain()
	s.fill(s.b, "vedtak", `{"resultat":"innvilget"}`)
	s.move(s.b, toTask("Task_Vedtak"))
	s.submit(s.b)
	s.drain()
}

// check says that there is exactly one of everything.
func (s *story) check() {
	s.Helper()
	s.wantChain(map[string]int{"HandoverIntended": 2, "TargetCreated": 2, "SourceLinked": 2, "ResultReturned": 2})
	a, b, c := s.state(s.a), s.only(appB), s.only(appC)
	for name, n := range map[string]int{
		"A to B": len(tied(a, instance.SideSource)), "B from A": len(tied(b, instance.SideTarget)),
		"B to C": len(tied(b, instance.SideSource)), "C from B": len(tied(c, instance.SideTarget)), "of A": len(s.of(appA)),
	} {
		if n != 1 {
			s.Errorf("%s: %d, want 1", name, n)
		}
	}
	if a.Substatus == nil || a.Substatus.Label != "innvilget" || s.at(b.ID, "vandel.konklusjon") != "ingenMerknad" {
		s.Errorf("A is %+v, B has %q", a.Substatus, s.at(b.ID, "vandel.konklusjon"))
	}
	if got := s.facts(); got["FormDataPatched"] != 3 || got["SubstatusSet"] != 1 || got["Linked"] != 4 {
		s.Errorf("facts %v", got)
	}
}

func (s *story) facts() map[string]int {
	out := map[string]int{}
	for e, err := range s.Log.ReadAll(s.ctx, 0, s.everything()) {
		if err != nil {
			s.Fatal(err)
		}
		out[e.Fact()]++
	}
	return out
}

// again handles an event until it succeeds, as the runner does.
func (w *world) again(e *record.Entry) {
	w.Helper()
	for range 10 {
		err := w.handler().Handle(w.ctx, e)
		if err == nil {
			return
		}
		if !errors.Is(err, errCut) && !errors.Is(err, context.Canceled) {
			w.Fatalf("%s: %v", e.Type, err)
		}
	}
	w.Fatalf("%s never succeeds", e.Type)
}

// Every write to the outside, four ways: as it should; failed and not applied; failed but applied; slow, until the attempt's context
// ends, with and without effect.
func TestFaults_LeaveExactlyOneOfEverything(t *testing.T) {
	t.Parallel()
	calls := map[string]int{}
	for _, op := range playAndKill(t, 0, false) {
		calls[op]++
	}
	if calls["create"] != 2 || calls["link"] != 2 || calls["read"] != 2 || calls["patch"] != 1 || calls["substatus"] != 1 || calls["append"] == 0 {
		t.Fatalf("calls %v", calls)
	}
	for op, times := range calls {
		for n := range times {
			for _, how := range []string{"ok", "failed, not applied", "failed, applied", "slow, not applied", "slow, applied"} {
				t.Run(fmt.Sprintf("%s %d %s", op, n, how), func(t *testing.T) {
					t.Parallel()
					playWithFault(t, op, n, how)
				})
			}
		}
	}
}

func playWithFault(t *testing.T, op string, n int, how string) {
	w := newWorld(t)
	s := &story{world: w}
	hit := false
	var cancel context.CancelFunc
	seen := 0
	fault := func(ctx context.Context, now string, apply func() error) error {
		if now != op {
			return apply()
		}
		if seen++; seen != n+1 {
			return apply()
		}
		hit = true
		switch how {
		case "failed, not applied":
			return errCut
		case "failed, applied":
			return errors.Join(errCut, apply())
		case "slow, not applied":
			cancel()
			<-ctx.Done()
			return ctx.Err()
		case "slow, applied":
			err := apply()
			cancel()
			<-ctx.Done()
			return errors.Join(ctx.Err(), err)
		}
		return apply()
	}
	var attempt context.Context
	w.door.fault = fault
	w.store.fault = func(now string, apply func() error) error { return fault(attempt, now, apply) }
	s.handle = func(e *record.Entry) {
		for range 10 {
			attempt, cancel = context.WithCancel(w.ctx)
			err := w.handler().Handle(attempt, e)
			cancel()
			if err == nil {
				return
			}
			if !errors.Is(err, errCut) && !errors.Is(err, context.Canceled) {
				t.Fatalf("%s: %v", e.Type, err)
			}
		}
		t.Fatalf("%s never succeeds", e.Type)
	}
	s.play()
	if !hit {
		t.Fatalf("there is no call %d of %s", n, op)
	}
	s.check()
}

// killed is the end of the process.
type killed struct{}

// A process may be killed before and after every step that leaves a trace: each append and each call. What comes next begins from the
// beginning, with nothing in memory.
func TestKill_AtEveryStep(t *testing.T) {
	t.Parallel()
	steps := playAndKill(t, 0, false)
	for k := range steps {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d %s after=%v", k+1, steps[k], after), func(t *testing.T) {
				t.Parallel()
				if again := playAndKill(t, k+1, after); len(again) < len(steps) {
					t.Errorf("only %d steps", len(again))
				}
			})
		}
	}
}

// playAndKill plays the story, kills at step k, counted from 1, and gives the steps that there were.
func playAndKill(t *testing.T, k int, after bool) (steps []string) {
	t.Helper()
	w := newWorld(t)
	s := &story{world: w}
	fault := func(op string, apply func() error) error {
		if steps = append(steps, op); len(steps) != k {
			return apply()
		}
		if after {
			if err := apply(); err != nil {
				return err
			}
		}
		panic(killed{})
	}
	w.door.fault = func(_ context.Context, op string, apply func() error) error { return fault(op, apply) }
	w.store.fault = fault
	s.handle = func(e *record.Entry) {
		if w.dies(e) {
			s.next = 0 // its checkpoint was not saved either
			w.again(e)
		}
	}
	s.play()
	s.check()
	return steps
}

// dies tells whether the process was killed while it handled an event.
func (w *world) dies(e *record.Entry) (dead bool) {
	w.Helper()
	defer func() {
		if v := recover(); v != nil {
			if _, ok := v.(killed); !ok {
				panic(v)
			}
			dead = true
		}
	}()
	w.again(e)
	return false
}

// Two runners may have the same event for a while, when a lease changes hands.
func TestTwoRunners_AtOnce(t *testing.T) {
	t.Parallel()
	for range 8 {
		w := newWorld(t)
		s := &story{world: w}
		s.handle = func(e *record.Entry) {
			begin, failures := make(chan struct{}), make(chan error, 4)
			var all sync.WaitGroup
			for range 4 {
				h := w.handler()
				all.Go(func() {
					<-begin
					failures <- h.Handle(w.ctx, e)
				})
			}
			close(begin)
			all.Wait()
			close(failures)
			for err := range failures {
				if err != nil {
					t.Errorf("%s: %v", e.Type, err)
				}
			}
		}
		s.play()
		s.check()
	}
}

// Another runner records the very same, just before: what stands in the log then is not what this one wrote.
func TestTwoRunners_RecordTheSameIntention(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.last(w.applied(), instance.FactSubmitted)
	var other error
	w.store.fault = func(_ string, apply func() error) error {
		w.store.fault = nil
		w.door.fault = failing("create", 0, false)
		other = w.handler().Handle(w.ctx, e)
		return apply()
	}
	if err := w.saga.Handle(w.ctx, e); err != nil || !errors.Is(other, errCut) {
		t.Fatalf("%v; the other: %v", err, other)
	}
	w.only(appB)
	w.wantChain(map[string]int{"HandoverIntended": 1, "TargetCreated": 1, "SourceLinked": 1})
}
