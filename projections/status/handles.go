package status

import (
	"strconv"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/projections/store"
	"github.com/hovedbok/hovedbok/record"
)

// Handle gives the changes of the case's rows; see projections.Projection.
func (Projection) Handle(e *record.Entry) ([]store.Change, error) {
	id, ok := record.InstanceID(e.Stream)
	if !ok {
		return nil, nil
	}
	if _, erased := e.Instance.(instance.Erased); erased || e.Erased {
		return forget(id.String()), nil
	}
	changes := make([]store.Change, 1, 2)
	changes[0] = store.Change{Table: CaseTable, Key: []any{id.String()}, Set: describe(e)}
	if s, ok := step(e); ok {
		key := []any{id.String(), int64(e.Revision)}
		changes = append(changes, store.Change{Table: stepTable, Key: key, Set: s})
	}
	if f, ok := e.Instance.(instance.Linked); ok {
		key := []any{id.String(), f.Handover.String()}
		changes = append(changes, store.Change{Table: relationTable, Key: key, Set: relation(e, f)})
	}
	return changes, nil
}

// forget deletes what is known of an instance.
func forget(id string) []store.Change {
	key := []any{id}
	return []store.Change{
		{Table: CaseTable, Key: key, Delete: true},
		{Table: stepTable, Key: key, Delete: true},
		{Table: relationTable, Key: key, Delete: true},
	}
}

func describe(e *record.Entry) store.Values {
	set := make(store.Values, 0, 20)
	set.Int("revision", int64(e.Revision))
	set.Int("pos", int64(e.Position))
	if _, read := e.Instance.(instance.Read); !read {
		set.Time("changed", e.Time)
	}
	switch f := e.Instance.(type) {
	case instance.Created:
		created(&set, e, f)
	case instance.TaskStarted:
		atTask(&set, f.Task, f.Name, f.TaskType, "task:"+f.Task)
		set.Time("task_started", e.Time)
	case instance.TaskCompleted:
		atTask(&set, "", "", "", "-")
		set.Int("task_started", 0)
	case instance.ProcessEnded:
		set.Time("ended", e.Time)
		set.Text("end_event", f.EndEvent)
		set.Text("slot", "end:"+f.EndEvent)
	case instance.Submitted:
		set.Time("submitted", e.Time)
		set.Int("submissions", int64(f.Number))
	case instance.SubstatusSet:
		set.Text("substatus", f.Label)
		set.Text("substatus_description", f.Description)
		set.Time("substatus_set", e.Time)
	case instance.Linked:
		set.Text("chain", f.Chain.String())
	case instance.SoftDeleted:
		set.Time("deleted", e.Time)
	case instance.Undeleted:
		set.Int("deleted", 0)
	case instance.CompletionConfirmed:
		set.Time("confirmed", e.Time)
	}
	return set
}

func created(set *store.Values, e *record.Entry, f instance.Created) {
	app := e.Meta.Org + "/" + e.Meta.App
	key := app
	if e.Meta.Version != "" {
		key += "@" + e.Meta.Version
	}
	set.Text("party_id", strconv.Itoa(f.Owner))
	set.Text("app_id", key)
	set.Text("slot", "-")
	set.Text("org", e.Meta.Org)
	set.Text("app", app)
	set.Text("version", e.Meta.Version)
	set.Time("created", e.Time)
	set.Time("due", f.DueBefore)
	set.Time("visible_after", f.VisibleAfter)
}

func atTask(set *store.Values, task, name, taskType, slot string) {
	set.Text("task", task)
	set.Text("task_name", name)
	set.Text("task_type", taskType)
	set.Text("slot", slot)
}

// step gives the row of an event of the process. The history is folded from these rows when it is asked for, so that no handler has to
// know what was before.
func step(e *record.Entry) (store.Values, bool) {
	set := make(store.Values, 0, 8)
	switch f := e.Instance.(type) {
	case instance.TaskStarted:
		set.Text("kind", stepStarted)
		set.Text("task", f.Task)
		set.Text("name", f.Name)
		set.Text("task_type", f.TaskType)
	case instance.ActionPerformed:
		set.Text("kind", stepAction)
		set.Text("task", f.Task)
		set.Text("action", f.Action)
	case instance.TaskCompleted:
		set.Text("kind", stepCompleted)
		if f.Abandoned {
			set.Text("kind", stepAbandoned)
		}
		set.Text("task", f.Task)
	default:
		return nil, false
	}
	set.Time("at", e.Time)
	set.Text("by_kind", e.Meta.Actor.Kind)
	set.Text("by_id", e.Meta.Actor.ID)
	return set, true
}

// Kinds of rows of the process.
const (
	stepStarted   = "started"
	stepAction    = "action"
	stepCompleted = "completed"
	stepAbandoned = "abandoned"
)

func relation(e *record.Entry, f instance.Linked) store.Values {
	set := make(store.Values, 0, 7)
	set.Text("chain", f.Chain.String())
	set.Text("link", f.Link)
	set.Text("side", string(f.Side))
	set.Text("other", f.Instance.String())
	set.Text("other_app", f.App)
	set.Text("other_party", strconv.Itoa(f.Party))
	set.Time("linked", e.Time)
	return set
}
