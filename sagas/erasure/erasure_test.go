package erasure_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/vault"
	"github.com/hovedbok/hovedbok/record"
	"github.com/hovedbok/hovedbok/record/recordtest"
	"github.com/hovedbok/hovedbok/sagas"
	"github.com/hovedbok/hovedbok/sagas/erasure"
)

// eraser destroys keys, and may fail before or after.
type eraser struct {
	keys   *vault.Vault
	before error
	after  error
	asked  []uuid.UUID
}

func (e *eraser) EraseInstance(ctx context.Context, id uuid.UUID) error {
	e.asked = append(e.asked, id)
	if e.before != nil {
		return e.before
	}
	return errors.Join(e.keys.Erase(ctx, record.InstanceStream(id)), e.after)
}

// erased is a log with an instance that is recorded as erased but can still be read, and one that stays.
func erased(t *testing.T) (b recordtest.Bundle, gone, stays uuid.UUID) {
	t.Helper()
	b, gone, stays = recordtest.New(t), uuid.New(), uuid.New()
	for id, events := range map[uuid.UUID][]instance.Event{
		gone: {instance.Created{Owner: 500100}, instance.Erased{}}, stays: {instance.Created{Owner: 500100}},
	} {
		env := record.Envelope{Org: "nordvik", App: "skjenkebevilling", Version: "v1", Instance: id, Command: uuid.New(), At: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
		if _, err := b.Log.AppendInstance(context.Background(), record.Empty, env, events); err != nil {
			t.Fatal(err)
		}
	}
	return b, gone, stays
}

// handle hands over all that the filter lets through.
func handle(t *testing.T, b recordtest.Bundle, s *erasure.Saga) (n int, err error) {
	t.Helper()
	for e, readErr := range b.Log.ReadAll(context.Background(), 0, s.Filter()) {
		if readErr != nil {
			t.Fatal(readErr)
		}
		n, err = n+1, errors.Join(err, s.Handle(context.Background(), &e))
	}
	return n, err
}

func TestFilter_LetsOnlyErasuresThrough(t *testing.T) {
	t.Parallel()
	s := erasure.New(&eraser{})
	want := ledger.Filter{StreamPrefix: record.InstancePrefix, Facts: []string{"Erased"}}
	if got := s.Filter(); !reflect.DeepEqual(got, want) || s.Name() != "erasure" {
		t.Errorf("%s filters %+v", s.Name(), got)
	}
}

func TestHandle_DestroysTheKeyOfTheErasedAndNoOther(t *testing.T) {
	t.Parallel()
	b, gone, stays := erased(t)
	e := &eraser{keys: b.Vault}
	s := erasure.New(e)
	for round := range 2 { // the second time the event can no longer be opened
		if n, err := handle(t, b, s); n != 1 || err != nil {
			t.Fatalf("round %d: %d events, %v", round, n, err)
		}
	}
	if !reflect.DeepEqual(e.asked, []uuid.UUID{gone, gone}) {
		t.Errorf("asked to erase %v", e.asked)
	}
	if _, err := b.Vault.Key(context.Background(), record.InstanceStream(gone)); !errors.Is(err, vault.ErrErased) {
		t.Errorf("the key of the erased: %v", err)
	}
	if _, err := b.Vault.Key(context.Background(), record.InstanceStream(stays)); err != nil {
		t.Errorf("the key of another: %v", err)
	}
}

// Failed and not applied; failed but applied. Slow is the same as one of them when its context has ended.
func TestHandle_IsTriedAgainAfterFaults(t *testing.T) {
	t.Parallel()
	fault := errors.New("the disk is full")
	for name, e := range map[string]*eraser{"not applied": {before: fault}, "applied": {after: fault}, "slow": {after: context.DeadlineExceeded}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, gone, _ := erased(t)
			e := &eraser{keys: b.Vault, before: e.before, after: e.after}
			s := erasure.New(e)
			if _, err := handle(t, b, s); err == nil || sagas.IsPermanent(err) {
				t.Errorf("got %v, want an error that passes", err)
			}
			e.before, e.after = nil, nil
			if _, err := handle(t, b, s); err != nil {
				t.Error(err)
			}
			if _, err := b.Vault.Key(context.Background(), record.InstanceStream(gone)); !errors.Is(err, vault.ErrErased) {
				t.Errorf("the key: %v", err)
			}
		})
	}
}
