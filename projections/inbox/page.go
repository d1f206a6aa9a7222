package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/projections/store"
)

// Actor is who created or changed an instance, without its client and level.
type Actor struct{ Kind, ID string } // see ledger.Actor

// Substatus is the service owner's word on the case; empty when there is none.
type Substatus struct{ Label, Description string }

// Row is one instance. Times that do not apply are zero.
type Row struct {
	ID       uuid.UUID
	Party    int    // owner
	AppKey   string // "org/app@version"
	Slot     string // "task:<id>", "end:<id>" or "-"
	Org, App string // App is "org/app"

	Task, TaskName, TaskType string // empty when at no task
	Flow                     int
	TaskStarted              time.Time

	State                  State
	Read                   ReadStatus
	Created, Changed       time.Time // Changed by anything but being read
	CreatedBy, ChangedBy   Actor
	Due, VisibleAfter      time.Time
	Submitted, Ended       time.Time
	EndEvent               string
	SoftDeleted, Confirmed time.Time
	Presentation           string            // texts joined with ", "
	Texts, DataValues      map[string]string // as the app has set them; nil when it has not
	Substatus              Substatus
	Chain                  uuid.UUID       // uuid.Nil: none
	Revision               ledger.Revision // of the last event
	Position               ledger.Position // of the last event
}

// Page is a part of the answer.
type Page struct {
	Rows []Row
	Next string // for Query.After; empty when there is no more
}

const columns = `i.id, i.party_id, i.app_id, i.slot, i.org, i.app, i.task, i.task_name, i.task_type, i.flow, i.task_started,
 i.created, i.created_by_kind, i.created_by, i.changed, i.changed_by_kind, i.changed_by, i.due, i.visible_after,
 i.submitted, i.ended, i.end_event, i.deleted, i.confirmed, i.presentation, i.texts, i.data_values,
 i.substatus, i.substatus_description, i.chain, i.changed_revision, i.seen_revision, i.revision, i.pos`

// List gives a page of the rows that the query's Access admits. Errors: ErrQuery, ErrCursor, the store's, ctx's.
func List(ctx context.Context, from store.Reader, q Query) (Page, error) {
	if err := q.check(); err != nil {
		return Page{}, err
	}
	sql, args, err := q.render(from.Dialect())
	if err != nil {
		return Page{}, fmt.Errorf("inbox: %w", err)
	}
	if q.Access.None {
		return Page{}, nil
	}
	var page Page
	err = from.Read(ctx, func(s store.Snapshot) error {
		return s.Query(ctx, sql, args, func(values []any) error {
			row, err := scan(store.Row(values))
			page.Rows = append(page.Rows, row)
			return err
		})
	})
	if err != nil {
		return Page{}, fmt.Errorf("inbox: list: %w", err)
	}
	if n := q.size(); len(page.Rows) > n {
		page.Rows = page.Rows[:n]
		page.Next = cursor(q.Order, &page.Rows[n-1])
	}
	return page, nil
}

func scan(v store.Row) (r Row, err error) {
	if r.ID, err = uuid.Parse(v.Text(0)); err != nil {
		return r, fmt.Errorf("id of a row: %w", err)
	}
	if r.Party, err = strconv.Atoi(v.Text(1)); err != nil {
		return r, fmt.Errorf("party of %s: %w", r.ID, err)
	}
	r.AppKey, r.Slot, r.Org, r.App = v.Text(2), v.Text(3), v.Text(4), v.Text(5)
	r.Task, r.TaskName, r.TaskType, r.Flow, r.TaskStarted = v.Text(6), v.Text(7), v.Text(8), int(v.Int(9)), v.Time(10)
	r.Created, r.CreatedBy = v.Time(11), Actor{v.Text(12), v.Text(13)}
	r.Changed, r.ChangedBy = v.Time(14), Actor{v.Text(15), v.Text(16)}
	r.Due, r.VisibleAfter, r.Submitted, r.Ended = v.Time(17), v.Time(18), v.Time(19), v.Time(20)
	r.EndEvent, r.SoftDeleted, r.Confirmed = v.Text(21), v.Time(22), v.Time(23)
	r.Presentation, r.Substatus = v.Text(24), Substatus{v.Text(27), v.Text(28)}
	r.State, r.Read = stateOf(&r), readStatus(v.Int(30), v.Int(31))
	r.Revision, r.Position = ledger.Revision(v.Int(32)), ledger.Position(v.Int(33))
	return r, r.scanContents(v.Text(25), v.Text(26), v.Text(29))
}

// scanContents reads what is text in the table and is not always there.
func (r *Row) scanContents(texts, values, chain string) (err error) {
	if err := errors.Join(unmarshal(texts, &r.Texts), unmarshal(values, &r.DataValues)); err != nil {
		return fmt.Errorf("presentation of %s: %w", r.ID, err)
	}
	if chain != "" {
		if r.Chain, err = uuid.Parse(chain); err != nil {
			return fmt.Errorf("chain of %s: %w", r.ID, err)
		}
	}
	return nil
}

func unmarshal(text string, into *map[string]string) error {
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), into)
}

func stateOf(r *Row) State {
	switch {
	case !r.SoftDeleted.IsZero():
		return Deleted
	case !r.Ended.IsZero():
		return Archived
	}
	return Active
}

func readStatus(changed, seen int64) ReadStatus {
	switch {
	case seen < 0:
		return Unread
	case seen >= changed:
		return Seen
	}
	return Updated
}
