// Package erasure finishes erasures: whatever is stopped between the record that an instance is erased and the destruction of its key, the
// key and the files are gone after the next start.
package erasure

import (
	"context"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
)

// Eraser destroys what makes an instance readable. Doing it again is no error.
type Eraser interface {
	EraseInstance(ctx context.Context, id uuid.UUID) error
}

// Saga is the handler.
type Saga struct{ eraser Eraser }

// New makes a Saga.
func New(e Eraser) *Saga { return &Saga{e} }

// Name is the handler's name in checkpoints and in the parked list.
func (s *Saga) Name() string { return "erasure" }

// Filter is what the handler reacts to.
func (s *Saga) Filter() ledger.Filter {
	return ledger.Filter{StreamPrefix: record.InstancePrefix, Facts: []string{instance.FactErased}}
}

// Handle destroys the key and the files of the instance.
func (s *Saga) Handle(ctx context.Context, e *record.Entry) error {
	id, _ := record.InstanceID(e.Stream)
	return s.eraser.EraseInstance(ctx, id)
}
