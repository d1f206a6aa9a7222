package status

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/projections/store"
)

const (
	caseSQL = `SELECT id, party_id, app_id, slot, org, app, version, task, task_name, task_type, task_started,
 created, changed, due, visible_after, submitted, submissions, ended, end_event, deleted, confirmed,
 substatus, substatus_description, substatus_set, chain, revision, pos FROM status_case WHERE id = $1`

	stepsSQL = `SELECT kind, task, name, task_type, action, at, by_kind, by_id FROM status_step WHERE instance = $1 ORDER BY revision`

	// The instances of the chain that are in this log, and how the case is tied to them if it is.
	chainSQL = `SELECT c.id, c.app, c.party_id, c.created, c.ended, c.deleted, c.task_name, c.substatus, c.substatus_description, c.substatus_set,
 COALESCE(r.side, ''), COALESCE(r.link, '')
 FROM status_case c LEFT JOIN status_relation r ON r.instance = $1 AND r.other = c.id
 WHERE c.chain = $2 AND c.id <> $1 ORDER BY c.created, c.id`

	// The linked instances that are not.
	elsewhereSQL = `SELECT r.other, r.other_app, r.other_party, r.linked, r.side, r.link FROM status_relation r
 WHERE r.instance = $1 AND NOT EXISTS (SELECT 1 FROM status_case c WHERE c.id = r.other) ORDER BY r.linked, r.other`
)

// Get gives a case. Who may see it, the caller decides, with Party, AppKey and Slot as the resource. Errors: ErrNotFound, the store's,
// ctx's.
func Get(ctx context.Context, from store.Reader, id uuid.UUID) (Case, error) {
	var c Case
	err := from.Read(ctx, func(s store.Snapshot) error {
		q := query{ctx, s, &c}
		return q.run(id.String())
	})
	if err != nil {
		return Case{}, fmt.Errorf("status: case %s: %w", id, err)
	}
	return c, nil
}

// query reads one case.
type query struct {
	ctx  context.Context
	from store.Snapshot
	into *Case
}

func (q *query) run(id string) error {
	if err := q.from.Query(q.ctx, caseSQL, []any{id}, q.scan); err != nil {
		return err
	}
	if q.into.ID == uuid.Nil {
		return ErrNotFound
	}
	if err := q.from.Query(q.ctx, stepsSQL, []any{id}, q.step); err != nil {
		return err
	}
	if q.into.ChainID == uuid.Nil {
		return nil
	}
	if err := q.from.Query(q.ctx, chainSQL, []any{id, q.into.ChainID.String()}, q.related); err != nil {
		return err
	}
	if err := q.from.Query(q.ctx, elsewhereSQL, []any{id}, q.elsewhere); err != nil {
		return err
	}
	slices.SortStableFunc(q.into.Chain, func(a, b Related) int { return a.Since.Compare(b.Since) })
	return nil
}

func (q *query) scan(values []any) (err error) {
	v, c := store.Row(values), q.into
	if c.ID, err = uuid.Parse(v.Text(0)); err != nil {
		return err
	}
	if c.Party, err = strconv.Atoi(v.Text(1)); err != nil {
		return fmt.Errorf("its party: %w", err)
	}
	c.AppKey, c.Slot, c.Org, c.App, c.Version = v.Text(2), v.Text(3), v.Text(4), v.Text(5), v.Text(6)
	c.Task, c.TaskName, c.TaskType, c.TaskStarted = v.Text(7), v.Text(8), v.Text(9), v.Time(10)
	c.Created, c.Changed, c.Due, c.VisibleAfter = v.Time(11), v.Time(12), v.Time(13), v.Time(14)
	c.Submitted, c.Submissions, c.Ended, c.EndEvent = v.Time(15), int(v.Int(16)), v.Time(17), v.Text(18)
	c.SoftDeleted, c.Confirmed, c.Substatus = v.Time(19), v.Time(20), Substatus{v.Text(21), v.Text(22), v.Time(23)}
	c.Revision, c.Position = ledger.Revision(v.Int(25)), ledger.Position(v.Int(26))
	c.State = StateOf(c.Ended, c.SoftDeleted)
	if chain := v.Text(24); chain != "" {
		c.ChainID, err = uuid.Parse(chain)
	}
	return err
}

// step folds the events of the process into steps, as the domain does.
func (q *query) step(values []any) error {
	v, steps := store.Row(values), q.into.Steps
	if v.Text(0) == stepStarted {
		q.into.Steps = append(steps, Step{Task: v.Text(1), Name: v.Text(2), TaskType: v.Text(3), Started: v.Time(5)})
		return nil
	}
	if len(steps) == 0 {
		return nil
	}
	last := &steps[len(steps)-1]
	switch v.Text(0) {
	case stepAction:
		last.Action = v.Text(4)
	case stepCompleted, stepAbandoned:
		last.Ended, last.By, last.Abandoned = v.Time(5), Actor{v.Text(6), v.Text(7)}, v.Text(0) == stepAbandoned
	}
	return nil
}

func (q *query) related(values []any) (err error) {
	v := store.Row(values)
	r := Related{
		App: v.Text(1), Since: v.Time(3), State: StateOf(v.Time(4), v.Time(5)), Task: v.Text(6),
		Substatus: Substatus{v.Text(7), v.Text(8), v.Time(9)}, Side: instance.Side(v.Text(10)), Link: v.Text(11),
	}
	return q.add(r, v.Text(0), v.Text(2))
}

func (q *query) elsewhere(values []any) (err error) {
	v := store.Row(values)
	r := Related{App: v.Text(1), Since: v.Time(3), State: Unknown, Side: instance.Side(v.Text(4)), Link: v.Text(5)}
	return q.add(r, v.Text(0), v.Text(2))
}

func (q *query) add(r Related, id, party string) (err error) {
	if r.Instance, err = uuid.Parse(id); err != nil {
		return fmt.Errorf("a related instance: %w", err)
	}
	if r.Party, err = strconv.Atoi(party); err != nil {
		return fmt.Errorf("party of the related instance %s: %w", r.Instance, err)
	}
	q.into.Chain = append(q.into.Chain, r)
	return nil
}
