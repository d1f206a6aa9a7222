package inbox

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/policies"
	"github.com/hovedbok/hovedbok/projections/store"
)

// Errors of queries. They are the caller's fault.
var (
	ErrQuery  = errors.New("inbox: invalid query")
	ErrCursor = errors.New("inbox: the cursor is not one that a page of this order has given")
)

// Sizes of pages.
const (
	DefaultSize = 100
	MaxSize     = 1000
)

// State is where an instance is in its life.
type State string

// The states. An erased instance has no row.
const (
	Active   State = "active"
	Archived State = "archived" // its process has ended
	Deleted  State = "deleted"  // in the bin, whether archived or not
)

// ReadStatus tells whether anybody but the service owner has seen an instance. The values are Altinn's ReadStatus.
type ReadStatus int

// The statuses.
const (
	Unread  ReadStatus = 0 // never seen
	Seen    ReadStatus = 1 // seen as it is now
	Updated ReadStatus = 2 // seen, but changed since
)

// Interval limits a time. Both ends are included and compared by microsecond; a zero end is no limit. An instance that does not have the
// time is in no interval but the zero one.
type Interval struct{ From, To time.Time }

// Order of a page.
type Order int

// The orders, by the time of the last change and then by id.
const (
	NewestFirst Order = iota
	OldestFirst
)

// Query says which rows, in which order. What is left zero does not limit, except Access.
type Query struct {
	// Access is what the caller may see. Required: the zero Condition gives no rows.
	Access policies.Condition

	Instances []uuid.UUID
	Org       string
	Apps      []string // "org/app"
	Parties   []int    // owners, by party id
	Task      string   // BPMN id of the current task
	TaskType  string   // such as "signing"
	EndEvent  string   // BPMN id
	Ended     *bool    // the process has ended, or not
	States    []State
	Read      []ReadStatus
	Confirmed *bool  // the service owner has confirmed completion, or not
	Chain     string // id of a chain
	Search    string // a part of the presentation texts, in any case
	// SearchApps are apps ("org/app") whose title contains Search; their instances are found as well.
	SearchApps []string
	// ArchiveReference is the end of the instance id, as receipts show it.
	ArchiveReference string

	Created, Changed, Due, VisibleAfter, EndedAt Interval
	// VisibleAt leaves out what is to be visible only later.
	VisibleAt time.Time

	Order Order
	After string // Page.Next of the page before
	Size  int    // 1 to MaxSize; 0 is DefaultSize
}

func (q *Query) check() error {
	if q.Size < 0 || q.Size > MaxSize {
		return fmt.Errorf("%w: size %d is not 1 to %d", ErrQuery, q.Size, MaxSize)
	}
	if q.Order != NewestFirst && q.Order != OldestFirst {
		return fmt.Errorf("%w: order %d", ErrQuery, q.Order)
	}
	return nil
}

func (q *Query) size() int {
	if q.Size == 0 {
		return DefaultSize
	}
	return q.Size
}

// render writes the query for one row more than the page has.
func (q *Query) render(d store.Dialect) (string, []any, error) {
	b := store.NewBuilder(d)
	b.Add("SELECT " + columns + " FROM " + table + " i WHERE ")
	access, args, err := q.Access.WithColumns(nil).Render(policies.Dialect(d), b.NextArg())
	if err != nil {
		return "", nil, err
	}
	b.AddRendered(access, args)
	if err := errors.Join(q.lists(b), q.after(b)); err != nil {
		return "", nil, err
	}
	q.process(b)
	q.times(b)
	q.text(b)
	direction := " DESC"
	if q.Order == OldestFirst {
		direction = ""
	}
	b.Add(" ORDER BY i.changed"+direction+", i.id"+direction+" LIMIT ?", int64(q.size()+1))
	sql, all := b.Query()
	return sql, all, nil
}

// lists writes the conditions that take one of several values.
func (q *Query) lists(b *store.Builder) error {
	ids := make([]string, len(q.Instances))
	for i, id := range q.Instances {
		ids[i] = id.String()
	}
	parties := make([]string, len(q.Parties))
	for i, p := range q.Parties {
		parties[i] = strconv.Itoa(p)
	}
	return errors.Join(in(b, "i.id", ids), in(b, "i.party_id", parties), in(b, "i.app", q.Apps))
}

func in(b *store.Builder, column string, values []string) error {
	if len(values) == 0 {
		return nil
	}
	b.Add(" AND ")
	return b.AddIn(column, values)
}

// process writes the conditions on where the instance stands.
func (q *Query) process(b *store.Builder) {
	equal(b, "i.org", q.Org)
	equal(b, "i.task", q.Task)
	equal(b, "i.task_type", q.TaskType)
	equal(b, "i.end_event", q.EndEvent)
	equal(b, "i.chain", q.Chain)
	given(b, "i.ended", q.Ended)
	given(b, "i.confirmed", q.Confirmed)
	anyOf(b, q.States, map[State]string{
		Active: "i.ended = 0 AND i.deleted = 0", Archived: "i.ended > 0 AND i.deleted = 0", Deleted: "i.deleted > 0",
	})
	anyOf(b, q.Read, map[ReadStatus]string{
		Unread: "i.seen_revision < 0", Seen: "i.seen_revision >= i.changed_revision",
		Updated: "i.seen_revision >= 0 AND i.seen_revision < i.changed_revision",
	})
}

func equal(b *store.Builder, column, value string) {
	if value != "" {
		b.Add(" AND "+column+" = ?", value)
	}
}

// given asks whether a time is set.
func given(b *store.Builder, column string, want *bool) {
	switch {
	case want == nil:
	case *want:
		b.Add(" AND " + column + " > 0")
	default:
		b.Add(" AND " + column + " = 0")
	}
}

// anyOf joins the conditions of the wanted values; a value without one admits nothing.
func anyOf[T comparable](b *store.Builder, wanted []T, conditions map[T]string) {
	if len(wanted) == 0 {
		return
	}
	terms := make([]string, len(wanted))
	for i, w := range wanted {
		terms[i] = "1 = 0"
		if c, ok := conditions[w]; ok {
			terms[i] = c
		}
	}
	b.Add(" AND (" + strings.Join(terms, " OR ") + ")")
}

func (q *Query) times(b *store.Builder) {
	q.Created.render(b, "i.created")
	q.Changed.render(b, "i.changed")
	q.Due.render(b, "i.due")
	q.VisibleAfter.render(b, "i.visible_after")
	q.EndedAt.render(b, "i.ended")
	if !q.VisibleAt.IsZero() {
		b.Add(" AND i.visible_after <= ?", q.VisibleAt.UnixMicro())
	}
}

func (i Interval) render(b *store.Builder, column string) {
	if i.From.IsZero() && i.To.IsZero() {
		return
	}
	b.Add(" AND " + column + " > 0")
	if !i.From.IsZero() {
		b.Add(" AND "+column+" >= ?", i.From.Add(time.Microsecond-1).UnixMicro())
	}
	if !i.To.IsZero() {
		b.Add(" AND "+column+" <= ?", i.To.UnixMicro())
	}
}

// text writes the conditions on what a person types.
func (q *Query) text(b *store.Builder) {
	if q.ArchiveReference != "" {
		b.Add(` AND i.id LIKE ? ESCAPE '\'`, strings.TrimSuffix(store.Like(strings.ToLower(q.ArchiveReference)), "%"))
	}
	if q.Search == "" {
		return
	}
	b.Add(` AND (i.search LIKE ? ESCAPE '\'`, store.Like(strings.ToLower(q.Search)))
	for _, app := range q.SearchApps {
		b.Add(" OR i.app = ?", app)
	}
	b.Add(")")
}
