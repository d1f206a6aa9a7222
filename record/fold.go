package record

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/chain"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
)

// Until says where a fold stops. The zero value folds everything.
type Until struct {
	Revision *ledger.Revision // the last revision that counts
	Time     time.Time        // events after it do not count
}

func (u Until) past(e *Entry) bool {
	return u.Revision != nil && e.Revision > *u.Revision || !u.Time.IsZero() && e.Time.After(u.Time)
}

// FoldInstance gives the state of an instance; one without events does not exist. Of an erased instance only its being erased is
// known.
func (l *Log) FoldInstance(ctx context.Context, id uuid.UUID, until Until) (*instance.State, Head, error) {
	s, head := instance.Initial(id), Empty
	for e, err := range l.Read(ctx, InstanceStream(id), 0) {
		if errors.Is(err, ledger.ErrStreamNotFound) {
			return s, head, nil
		}
		if err != nil {
			return nil, Empty, err
		}
		if until.past(&e) {
			break
		}
		if err := take(s, &e, s.Fold); err != nil {
			return nil, Empty, err
		}
		head = Head{e.Revision, e.Hash}
	}
	return s, head, nil
}

// CatchUp takes the events after head into a state that has been folded before.
func (l *Log) CatchUp(ctx context.Context, s *instance.State, head Head) (Head, error) {
	for e, err := range l.Read(ctx, InstanceStream(s.ID), head.Revision+1) {
		if errors.Is(err, ledger.ErrStreamNotFound) {
			return head, nil
		}
		if err != nil {
			return head, err
		}
		if err := take(s, &e, s.Evolve); err != nil {
			return head, err
		}
		head = Head{e.Revision, e.Hash}
	}
	return head, nil
}

func take(s *instance.State, e *Entry, evolve func(instance.Record) error) error {
	if e.Erased {
		s.Forget(e.Record())
		return nil
	}
	return evolve(e.Record())
}

// FoldChain gives the state of a chain; one without events has revision -1.
func (l *Log) FoldChain(ctx context.Context, id uuid.UUID) (*chain.State, Head, error) {
	s, head := chain.Initial(id), Empty
	for e, err := range l.Read(ctx, ChainStream(id), 0) {
		if errors.Is(err, ledger.ErrStreamNotFound) {
			return s, head, nil
		}
		if err != nil {
			return nil, Empty, err
		}
		if e.Erased {
			return nil, Empty, fmt.Errorf("record: chain %s has been erased", id)
		}
		if err := s.Evolve(e.Chain, int64(e.Revision), e.Time); err != nil {
			return nil, Empty, err
		}
		head = Head{e.Revision, e.Hash}
	}
	return s, head, nil
}
