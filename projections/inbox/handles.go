package inbox

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/projections/store"
	"github.com/hovedbok/hovedbok/record"
)

// Handle gives the changes of the instance's row; see projections.Projection.
func (Projection) Handle(e *record.Entry) ([]store.Change, error) {
	id, ok := record.InstanceID(e.Stream)
	if !ok {
		return nil, nil
	}
	key := []any{id.String()}
	if _, erased := e.Instance.(instance.Erased); erased || e.Erased {
		return []store.Change{{Table: table, Key: key, Delete: true}}, nil
	}
	set := make(store.Values, 0, 28)
	if err := describe(&set, e); err != nil {
		return nil, err
	}
	touch(&set, e)
	return []store.Change{{Table: table, Key: key, Set: set}}, nil
}

// touch notes who has changed or seen the instance.
func touch(set *store.Values, e *record.Entry) {
	by := &e.Meta.Actor
	set.Int("revision", int64(e.Revision))
	set.Int("pos", int64(e.Position))
	if by.Kind != ledger.ActorOrg {
		set.Int("seen_revision", int64(e.Revision))
	}
	if _, read := e.Instance.(instance.Read); read {
		return
	}
	set.Int("changed_revision", int64(e.Revision))
	set.Time("changed", e.Time)
	set.Text("changed_by_kind", by.Kind)
	set.Text("changed_by", by.ID)
}

// describe sets what the event says itself.
func describe(set *store.Values, e *record.Entry) error {
	switch f := e.Instance.(type) {
	case instance.Created:
		created(set, e, f)
	case instance.TaskStarted:
		atTask(set, f.Task, f.Name, f.TaskType, int64(f.Flow))
		set.Time("task_started", e.Time)
		set.Text("slot", "task:"+f.Task)
	case instance.TaskCompleted:
		atTask(set, "", "", "", 0)
		set.Int("task_started", 0)
		set.Text("slot", "-")
	case instance.ProcessEnded:
		set.Time("ended", e.Time)
		set.Text("end_event", f.EndEvent)
		set.Text("slot", "end:"+f.EndEvent)
	case instance.Submitted:
		set.Time("submitted", e.Time)
	case instance.SubstatusSet:
		set.Text("substatus", f.Label)
		set.Text("substatus_description", f.Description)
	case instance.PresentationSet:
		return presented(set, f)
	case instance.Linked:
		set.Text("chain", f.Chain.String())
	case instance.SoftDeleted:
		set.Time("deleted", e.Time)
	case instance.Undeleted:
		set.Int("deleted", 0)
	case instance.CompletionConfirmed:
		set.Time("confirmed", e.Time)
	}
	return nil
}

func created(set *store.Values, e *record.Entry, f instance.Created) {
	app := e.Meta.Org + "/" + e.Meta.App
	set.Text("party_id", strconv.Itoa(f.Owner))
	set.Text("app_id", AppKey(app, e.Meta.Version))
	set.Text("slot", "-")
	set.Text("org", e.Meta.Org)
	set.Text("app", app)
	set.Time("created", e.Time)
	set.Text("created_by_kind", e.Meta.Actor.Kind)
	set.Text("created_by", e.Meta.Actor.ID)
	set.Time("due", f.DueBefore)
	set.Time("visible_after", f.VisibleAfter)
}

// AppKey is the key that policies know an app version by: "org/app@version", or "org/app" when the version is empty.
func AppKey(app, version string) string {
	if version == "" {
		return app
	}
	return app + "@" + version
}

func atTask(set *store.Values, task, name, taskType string, flow int64) {
	set.Text("task", task)
	set.Text("task_name", name)
	set.Text("task_type", taskType)
	set.Int("flow", flow)
}

func presented(set *store.Values, f instance.PresentationSet) error {
	texts, err := json.Marshal(f.Texts)
	if err != nil {
		return err
	}
	values, err := json.Marshal(f.Values)
	if err != nil {
		return err
	}
	joined := join(f.Texts)
	set.Text("presentation", joined)
	set.Text("search", strings.ToLower(joined))
	set.Text("texts", string(texts))
	set.Text("data_values", string(values))
	return nil
}

// join writes the texts that are not empty in the order of their keys.
func join(texts map[string]string) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		if texts[key] != "" {
			parts = append(parts, texts[key])
		}
	}
	return strings.Join(parts, ", ")
}
