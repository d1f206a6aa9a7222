package chain

import (
	"strconv"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/chain"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/projections/store"
	"github.com/hovedbok/hovedbok/record"
)

// Handle gives the changes of a handover, or of an instance's membership; see projections.Projection.
func (Projection) Handle(e *record.Entry) ([]store.Change, error) {
	if id, ok := record.ChainID(e.Stream); ok {
		return handover(e, id.String()), nil
	}
	if id, ok := record.InstanceID(e.Stream); ok {
		return member(e, id.String()), nil
	}
	return nil, nil
}

func member(e *record.Entry, id string) []store.Change {
	if _, erased := e.Instance.(instance.Erased); erased || e.Erased {
		return []store.Change{{Table: memberTable, Key: []any{id}, Delete: true}}
	}
	f, ok := e.Instance.(instance.Linked)
	if !ok {
		return nil
	}
	set := make(store.Values, 0, 1)
	set.Time("linked", e.Time)
	return []store.Change{{Table: memberTable, Key: []any{id, f.Chain.String()}, Set: set}}
}

func handover(e *record.Entry, id string) []store.Change {
	if e.Erased {
		return []store.Change{{Table: handoverTable, Key: []any{id}, Delete: true}}
	}
	set := make(store.Values, 0, 10)
	handover := describe(&set, e)
	if handover == uuid.Nil {
		return nil
	}
	set.Int("pos", int64(e.Position))
	return []store.Change{{Table: handoverTable, Key: []any{id, handover.String()}, Set: set}}
}

// describe sets what the event says and gives the handover that it speaks of.
func describe(set *store.Values, e *record.Entry) uuid.UUID {
	switch f := e.Chain.(type) {
	case chain.HandoverIntended:
		set.Text("link", f.Link)
		set.Text("source", f.Source.String())
		set.Text("source_app", f.SourceApp)
		set.Text("source_party", strconv.Itoa(f.SourceOwner))
		set.Int("submission", int64(f.Submission))
		set.Text("target_app", f.TargetApp)
		set.Time("intended", e.Time)
		return f.Handover
	case chain.TargetCreated:
		set.Text("target", f.Target.String())
		set.Text("target_party", strconv.Itoa(f.TargetOwner))
		set.Time("created", e.Time)
		return f.Handover
	case chain.SourceLinked:
		set.Time("linked", e.Time)
		return f.Handover
	case chain.ResultReturned:
		set.Time("returned", e.Time)
		return f.Handover
	}
	return uuid.Nil
}
