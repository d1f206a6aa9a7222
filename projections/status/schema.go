package status

import "github.com/hovedbok/hovedbok/projections/store"

// The tables. CaseTable is also read by the queries of chains.
const (
	CaseTable     = "status_case"     // one row for each instance
	stepTable     = "status_step"     // one row for each event of its process
	relationTable = "status_relation" // one row for each link to another instance
)

func text(name string) store.Column   { return store.Column{Name: name, Type: store.Text} }
func number(name string) store.Column { return store.Column{Name: name, Type: store.Integer} }

// Schema is three tables. Times are microseconds, 0 for none.
func (Projection) Schema() []store.Table {
	return []store.Table{
		{
			Name: CaseTable,
			Columns: []store.Column{
				text("id"), text("party_id"), text("app_id"), text("slot"), text("org"), text("app"), text("version"),
				text("task"), text("task_name"), text("task_type"), number("task_started"),
				number("created"), number("changed"), number("due"), number("visible_after"),
				number("submitted"), number("submissions"), number("ended"), text("end_event"), number("deleted"), number("confirmed"),
				text("substatus"), text("substatus_description"), number("substatus_set"),
				text("chain"), number("revision"), number("pos"),
			},
			Key:     []string{"id"},
			Indexes: []store.Index{{Name: "chain", Columns: []string{"chain", "created", "id"}}},
		},
		{
			Name: stepTable,
			Columns: []store.Column{
				text("instance"), number("revision"), text("kind"), text("task"), text("name"), text("task_type"),
				text("action"), number("at"), text("by_kind"), text("by_id"),
			},
			Key: []string{"instance", "revision"},
		},
		{
			Name: relationTable,
			Columns: []store.Column{
				text("instance"), text("handover"), text("chain"), text("link"), text("side"), text("other"), text("other_app"),
				text("other_party"), number("linked"),
			},
			Key: []string{"instance", "handover"},
		},
	}
}
