package chain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/projections/status"
	"github.com/hovedbok/hovedbok/projections/store"
)

// ErrNotFound means that there is no such chain, or that the view has not got so far.
var ErrNotFound = errors.New("chain: no such chain")

// Handover is one pass from a source to its target. A zero time means: not yet.
type Handover struct {
	ID                                  uuid.UUID
	Link                                string // id of the declaration in the source app
	Submission                          int    // of the source, from 1
	Source                              uuid.UUID
	SourceApp                           string    // "org/app"
	SourceParty                         int       // owner
	Target                              uuid.UUID // uuid.Nil until created
	TargetApp                           string
	TargetParty                         int // 0 until created
	Intended, Created, Linked, Returned time.Time
}

// Instance is a member of the chain.
type Instance struct {
	ID     uuid.UUID
	App    string // "org/app"
	AppKey string // "org/app@version"; empty when Unknown
	Slot   string // "task:<id>", "end:<id>" or "-"; empty when Unknown
	Party  int    // owner
	State  status.State
	Task   string // name of the current task
	// Created and Changed are zero when the state is Unknown.
	Created, Changed time.Time
}

// Graph is a chain: instances, oldest first, and the handovers between them in the order in which they were intended.
type Graph struct {
	ID        uuid.UUID
	Handovers []Handover
	Instances []Instance
}

const (
	handoversSQL = `SELECT handover, link, submission, source, source_app, source_party, target, target_app, target_party,
 intended, created, linked, returned FROM chain_handover WHERE chain = $1 ORDER BY intended, handover`

	instancesSQL = `SELECT c.id, c.app, c.app_id, c.slot, c.party_id, c.task_name, c.created, c.changed, c.ended, c.deleted FROM status_case c
 WHERE c.id IN (SELECT instance FROM instance_chain WHERE chain = $1 UNION SELECT source FROM chain_handover WHERE chain = $1
 UNION SELECT target FROM chain_handover WHERE chain = $1) ORDER BY c.created, c.id`
)

// Get gives a chain. What of it the caller may see, the caller's own question for each instance decides. Instances that are
// not in this log, or have been erased, are Unknown and known only by their handovers. Errors: ErrNotFound, the store's, ctx's.
func Get(ctx context.Context, from store.Reader, id uuid.UUID) (Graph, error) {
	g := Graph{ID: id}
	args := []any{id.String()}
	err := from.Read(ctx, func(s store.Snapshot) error {
		return errors.Join(s.Query(ctx, handoversSQL, args, g.handover), s.Query(ctx, instancesSQL, args, g.instance))
	})
	if err == nil && len(g.Handovers) == 0 && len(g.Instances) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Graph{}, fmt.Errorf("chain: graph of %s: %w", id, err)
	}
	g.addUnknown()
	return g, nil
}

func (g *Graph) handover(values []any) (err error) {
	v := store.Row(values)
	h := Handover{
		Link: v.Text(1), Submission: int(v.Int(2)), SourceApp: v.Text(4), TargetApp: v.Text(7),
		Intended: v.Time(9), Created: v.Time(10), Linked: v.Time(11), Returned: v.Time(12),
	}
	h.SourceParty, h.TargetParty = party(v.Text(5)), party(v.Text(8))
	if h.ID, err = uuid.Parse(v.Text(0)); err != nil {
		return err
	}
	if h.Source, err = uuid.Parse(v.Text(3)); err != nil {
		return fmt.Errorf("source of handover %s: %w", h.ID, err)
	}
	if target := v.Text(6); target != "" {
		if h.Target, err = uuid.Parse(target); err != nil {
			return fmt.Errorf("target of handover %s: %w", h.ID, err)
		}
	}
	g.Handovers = append(g.Handovers, h)
	return nil
}

// party reads a party id; there is none until the event that tells it.
func party(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}

func (g *Graph) instance(values []any) (err error) {
	v := store.Row(values)
	i := Instance{
		App: v.Text(1), AppKey: v.Text(2), Slot: v.Text(3), Party: party(v.Text(4)), Task: v.Text(5), Created: v.Time(6), Changed: v.Time(7),
		State: status.StateOf(v.Time(8), v.Time(9)),
	}
	if i.ID, err = uuid.Parse(v.Text(0)); err != nil {
		return err
	}
	g.Instances = append(g.Instances, i)
	return nil
}

// addUnknown adds the instances that only handovers tell of.
func (g *Graph) addUnknown() {
	add := func(id uuid.UUID, app string, party int) {
		known := slices.ContainsFunc(g.Instances, func(i Instance) bool { return i.ID == id })
		if id != uuid.Nil && !known {
			g.Instances = append(g.Instances, Instance{ID: id, App: app, Party: party, State: status.Unknown})
		}
	}
	for _, h := range g.Handovers {
		add(h.Source, h.SourceApp, h.SourceParty)
		add(h.Target, h.TargetApp, h.TargetParty)
	}
}
