package sagas

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"

	"github.com/hovedbok/hovedbok/ledger"
)

// park is the outermost middleware that decides: it puts what cannot be handled now on the parked list, and acknowledges a
// message only when the list is on disk.
func (l *lane) park(next message.HandlerFunc) message.HandlerFunc {
	return func(m *message.Message) ([]*message.Message, error) {
		if itemOf(m).parked != nil {
			return nil, l.tryParked(m, next)
		}
		return nil, l.tryLive(m, next)
	}
}

// tryLive handles an event of the subscription.
func (l *lane) tryLive(m *message.Message, next message.HandlerFunc) error {
	ctx, e := m.Context(), itemOf(m).event
	if e.Position <= l.dealt[e.Stream] {
		return nil
	}
	if h := l.lockHold(e.Stream); h != nil {
		defer h.unlock()
		now := l.Clock()
		return l.insist(ctx, func() error {
			return l.Store.park(ctx, l.parkedOf(e, Parked{Class: ClassBehind, Reason: "its turn has come", First: now, Last: now}))
		})
	}
	_, err := next(m)
	if err == nil || errors.Is(err, errStopping) || ctx.Err() != nil {
		return orStopping(ctx, err)
	}
	p := l.parkedOf(e, l.judge(err, itemOf(m).attempts, 1))
	l.fail(err, append(whatOf(m), "class", p.Class)...)
	h := l.hold(e.Stream)
	defer h.unlock()
	if err := l.insist(ctx, func() error { return l.Store.park(ctx, p) }); err != nil {
		return err // the hold stays: the row may be there
	}
	nudge(l.wakeup)
	return nil
}

// tryParked handles an event of the parked list.
func (l *lane) tryParked(m *message.Message, next message.HandlerFunc) error {
	ctx, i := m.Context(), itemOf(m)
	still, err := l.Store.isParked(ctx, i.parked.row)
	if err != nil {
		return l.refused(err)
	}
	if still {
		_, err = next(m)
	}
	if errors.Is(err, errStopping) || ctx.Err() != nil {
		return errStopping
	}
	if err == nil {
		return l.release(ctx, i.parked)
	}
	p := *i.parked
	verdict := l.judge(err, p.Attempts+i.attempts, p.rounds+1)
	p.Class, p.Reason, p.Attempts, p.rounds, p.Last, p.Next = verdict.Class, verdict.Reason, verdict.Attempts, verdict.rounds, verdict.Last, verdict.Next
	l.fail(err, append(whatOf(m), "class", p.Class)...)
	return l.insist(ctx, func() error { return l.Store.again(ctx, p) })
}

// release takes an event off the list, lets the next one of its stream go on, and ends the hold if there is none.
func (l *lane) release(ctx context.Context, p *Parked) error {
	h := l.lockHold(p.Stream)
	if h != nil {
		defer h.unlock()
	}
	return l.insist(ctx, func() error {
		held, err := l.Store.resolve(ctx, *p)
		if err == nil && !held && h != nil {
			l.end(p.Stream, h)
		}
		return err
	})
}

// insist repeats a write of the store until it succeeds or the runner stops. Meanwhile the partition stands still, as it must.
func (l *lane) insist(ctx context.Context, write func() error) error {
	for n := 1; ; n++ {
		err := write()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return errStopping
		}
		l.fail(err)
		if l.Sleep(l.stop, l.storage.full(n, l.Rand())) != nil {
			return errStopping
		}
	}
}

func (l *lane) refused(err error) error {
	l.fail(err)
	return err
}

func orStopping(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return errStopping
	}
	return err
}

// judge tells how to park an event after an error. round counts from 1 how often it has been parked.
func (l *lane) judge(err error, attempts, round int) Parked {
	now := l.Clock()
	p := Parked{Class: ClassTransient, Reason: reasonOf(err), Attempts: attempts, First: now, Last: now, rounds: round}
	after, waits := IsWaiting(err)
	switch {
	case waits:
		p.Class, p.rounds = ClassWaiting, round-1
		p.Next = now.Add(after + time.Duration(l.Rand()*float64(after)/10)) // so that not all come at once
	case IsPermanent(err) || l.Again.Attempts > 0 && round > l.Again.Attempts:
		p.Class = ClassPermanent
	default:
		p.Next = now.Add(l.Again.upper(round, l.Rand()))
	}
	return p
}

// reasonOf is what the parked list says. A panic is told without its stack.
func reasonOf(err error) string {
	var p middleware.RecoveredPanicError
	if errors.As(err, &p) {
		return cutReason(fmt.Sprintf("panic: %v", p.V))
	}
	return cutReason(err.Error())
}

func (l *lane) parkedOf(e *ledger.Event, p Parked) Parked {
	p.Handler, p.Stream, p.Revision, p.EventID, p.Position, p.Type = l.name, e.Stream, e.Revision, e.ID, e.Position, e.Type
	return p
}
