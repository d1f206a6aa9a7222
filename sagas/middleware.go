package sagas

import (
	"context"
	"errors"
	"fmt"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/vault"
	"github.com/hovedbok/hovedbok/record"
)

// errStopping refuses a message because the runner stops. The router does not log what wraps context.Canceled.
var errStopping = fmt.Errorf("sagas: stopping: %w", context.Canceled)

// middlewares are what stands around a handler, outermost first. park must be outside retry, or retry would never see an
// error; the recoverer must be inside retry, so that a panic is tried again like an error.
func (l *lane) middlewares() []message.HandlerMiddleware {
	return []message.HandlerMiddleware{l.answer, l.park, l.retry, middleware.Recoverer, l.limit, middleware.CorrelationID}
}

// answer refuses a message whose handler has ended its goroutine (runtime.Goexit), which the router would never answer.
func (l *lane) answer(next message.HandlerFunc) message.HandlerFunc {
	return func(m *message.Message) ([]*message.Message, error) {
		ended := true
		defer func() {
			if ended {
				l.fail(errors.New("the handler has ended its goroutine"), whatOf(m)...)
				m.Nack()
			}
		}()
		out, err := next(m)
		ended = false
		return out, err
	}
}

// retry calls the handler until it succeeds, its attempts are used up, or trying again does not help. A parked event that
// has been tried before gets one attempt, since its backoff is that of the parked list.
func (l *lane) retry(next message.HandlerFunc) message.HandlerFunc {
	return func(m *message.Message) ([]*message.Message, error) {
		i, ctx := itemOf(m), m.Context()
		attempts := l.Retry.Attempts
		if i.parked != nil && i.parked.Attempts > 0 {
			attempts = 1
		}
		for {
			_, err := next(m)
			m.SetContext(ctx)
			if err == nil {
				return nil, nil
			}
			if ctx.Err() != nil {
				return nil, errStopping
			}
			if _, waits := IsWaiting(err); waits {
				return nil, err
			}
			if i.attempts++; i.attempts >= attempts || IsPermanent(err) {
				return nil, err
			}
			l.fail(err, whatOf(m)...)
			if l.Sleep(l.stop, l.Retry.full(i.attempts, l.Rand())) != nil {
				return nil, errStopping
			}
		}
	}
}

// limit ends an attempt that takes too long. Every attempt has a context of its own.
func (l *lane) limit(next message.HandlerFunc) message.HandlerFunc {
	return func(m *message.Message) ([]*message.Message, error) {
		ctx, cancel := context.WithTimeout(m.Context(), l.Timeout)
		defer cancel()
		m.SetContext(ctx)
		return next(m)
	}
}

// handle is the innermost: it opens the event and calls the handler.
func (l *lane) handle(m *message.Message) error {
	ctx, i := m.Context(), itemOf(m)
	if i.event == nil {
		e, err := l.read(ctx, i.parked)
		if err != nil {
			return err
		}
		i.event = e
	}
	entry, err := l.Log.Open(ctx, *i.event)
	switch {
	case errors.Is(err, vault.ErrTampered):
		return Permanent("the event has been tampered with", err)
	case errors.Is(err, record.ErrUnknownShape):
		return Permanent("the event was written by a newer version of the program", err)
	case err != nil:
		return err
	}
	middleware.SetCorrelationID(entry.Meta.Correlation.String(), m)
	return l.handler.Handle(ctx, &entry)
}

// read fetches the event of a parked one from the log.
func (l *lane) read(ctx context.Context, p *Parked) (*ledger.Event, error) {
	for e, err := range l.Log.Store().ReadStream(ctx, p.Stream, p.Revision) {
		if errors.Is(err, ledger.ErrStreamNotFound) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read the parked event: %w", err)
		}
		if e.ID != p.EventID {
			break
		}
		return &e, nil
	}
	return nil, Permanent("the parked event is not in the log any more", nil)
}

// whatOf describes a message for logs.
func whatOf(m *message.Message) []any {
	return []any{"stream", m.Metadata[metaStream], "position", m.Metadata[metaPosition], "type", m.Metadata[metaType],
		"correlation", middleware.MessageCorrelationID(m)}
}
