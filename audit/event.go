package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
)

// Actor is who did something, named by number and never by name.
type Actor struct {
	Kind     string `json:"kind"`               // user, org, systemuser or platform
	ID       string `json:"id"`                 // party id of a person, code of a service owner, uuid of a system user
	OnBehalf int    `json:"onBehalf,omitempty"` // party id, when it is not the actor's own
	Client   string `json:"client,omitempty"`   // OAuth client id, when a machine was used
	Level    int    `json:"level"`              // authentication level 0–4
}

// Event is an event as an auditor reads it.
type Event struct {
	Revision      int64           `json:"revision"` // in the stream of the instance, from 0
	Position      uint64          `json:"position"` // in the whole log
	ID            uuid.UUID       `json:"id"`
	Time          time.Time       `json:"time"` // UTC
	Type          string          `json:"type"` // <org>/<app>.<Fact>
	Fact          string          `json:"fact"`
	Schema        uint16          `json:"schema"` // version of the shape of data
	Actor         Actor           `json:"actor"`
	AppVersion    string          `json:"appVersion,omitempty"` // digest of the app folder
	Task          string          `json:"task,omitempty"`       // that the instance was at before the command
	CommandID     uuid.UUID       `json:"commandId"`
	CorrelationID uuid.UUID       `json:"correlationId,omitzero"`
	CausationID   uuid.UUID       `json:"causationId,omitzero"` // the event that made a saga send the command
	TraceID       string          `json:"traceId,omitempty"`
	DecisionID    string          `json:"decisionId,omitempty"` // the policy decision that permitted the command
	Hash          string          `json:"hash"`                 // SHA-256 in hexadecimal, see ledger.Chain
	PreviousHash  string          `json:"previousHash"`         // 64 zeros for the first event
	Data          json.RawMessage `json:"data,omitempty"`       // the opened payload; a patch is a list of RFC 6902 operations
	Request       string          `json:"request,omitempty"`    // SHA-256 of the request, when it carried an Idempotency-Key
	Erased        bool            `json:"erased,omitempty"`     // the contents are gone
	Summary       Summary         `json:"summary"`
	Sealed        *Sealed         `json:"sealed,omitempty"`
}

// Sealed holds the bytes that an event's hash covers beside what Event shows in clear. With them anybody can recompute the hash,
// also after the key is gone.
type Sealed struct {
	Metadata []byte `json:"metadata"` // base64 in JSON; the clear part, to the byte
	Payload  []byte `json:"payload"`  // base64 in JSON; encrypted
}

// Options say which events to give, and how much of each. The zero value gives all.
type Options struct {
	From   ledger.Revision // the first revision to give
	Until  record.Until    // the last one
	Sealed bool            // with the bytes that the hashes cover
}

// Events gives the events of an instance in order. Errors: ErrNotFound, ErrNoSuchRevision for a revision beyond the last,
// ErrBeforeCreation, and those of the store and the vault.
func Events(ctx context.Context, log *record.Log, id uuid.UUID, o Options) ([]Event, error) {
	h, err := load(ctx, log, id)
	if err != nil {
		return nil, err
	}
	last, err := h.at(o.Until)
	if err != nil {
		return nil, err
	}
	out := make([]Event, 0, max(0, last+1-max(0, int(o.From))))
	var s storyteller
	err = h.each(ctx, 0, last, func(entry *record.Entry) error {
		summary := s.tell(entry)
		if entry.Revision < o.From {
			return nil
		}
		e, err := eventOf(entry, h.previous(int(entry.Revision)), o.Sealed)
		if err != nil {
			return fmt.Errorf("audit: revision %d of instance %s: %w", entry.Revision, id, err)
		}
		e.Summary = summary
		out = append(out, e)
		return nil
	})
	return out, err
}

func eventOf(e *record.Entry, previous ledger.Hash, sealed bool) (Event, error) {
	m := &e.Meta
	out := Event{
		Revision: int64(e.Revision), Position: uint64(e.Position), ID: e.ID, Time: e.Time, Type: e.Type, Fact: e.Fact(), Schema: e.Schema,
		Actor: actorOf(m.Actor), AppVersion: m.Version, Task: m.Task,
		CommandID: m.Command, CorrelationID: m.Correlation, CausationID: m.Causation, TraceID: m.Trace, DecisionID: m.Decision,
		Hash: e.Hash.String(), PreviousHash: previous.String(), Request: e.Request, Erased: e.Erased,
	}
	if sealed {
		out.Sealed = &Sealed{Metadata: e.Metadata, Payload: e.Payload}
	}
	if e.Erased {
		return out, nil
	}
	var err error
	out.Data, err = record.Payload(e.Instance)
	return out, err
}

func actorOf(a ledger.Actor) Actor {
	return Actor{Kind: a.Kind, ID: a.ID, OnBehalf: a.OnBehalf, Client: a.Client, Level: a.Level}
}

// meta is the clear part that the event shows.
func (e *Event) meta(instance uuid.UUID) ledger.Meta {
	name, _, _ := cutLast(e.Type, '.')
	org, app, _ := strings.Cut(name, "/")
	a := e.Actor
	return ledger.Meta{
		Org: org, App: app, Version: e.AppVersion, Instance: instance, Task: e.Task,
		Actor:   ledger.Actor{Kind: a.Kind, ID: a.ID, Client: a.Client, Level: a.Level, OnBehalf: a.OnBehalf},
		Command: e.CommandID, Correlation: e.CorrelationID, Causation: e.CausationID, Trace: e.TraceID, Decision: e.DecisionID,
	}
}

func cutLast(s string, sep byte) (before, after string, found bool) {
	i := strings.LastIndexByte(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}
