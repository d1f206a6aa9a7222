package inbox

import "github.com/hovedbok/hovedbok/projections/store"

const table = "inbox"

// Schema is one table. Times are microseconds, 0 for none. id, party_id, app_id and slot are what policies.Condition asks for.
func (Projection) Schema() []store.Table {
	text := func(name string) store.Column { return store.Column{Name: name, Type: store.Text} }
	number := func(name string) store.Column { return store.Column{Name: name, Type: store.Integer} }
	return []store.Table{{
		Name: table,
		Columns: []store.Column{
			text("id"), text("party_id"), text("app_id"), text("slot"),
			text("org"), text("app"), // app is "org/app"
			text("task"), text("task_name"), text("task_type"), number("flow"), number("task_started"),
			number("created"), text("created_by_kind"), text("created_by"),
			number("changed"), text("changed_by_kind"), text("changed_by"), // by anything but Read
			number("due"), number("visible_after"),
			number("submitted"), number("ended"), text("end_event"), number("deleted"), number("confirmed"),
			text("presentation"), text("search"), // joined texts, and the same in lower case
			text("texts"), text("data_values"), // JSON objects of strings
			text("substatus"), text("substatus_description"), text("chain"),
			number("changed_revision"),                                // of the last event that was not Read
			{Name: "seen_revision", Type: store.Integer, Default: -1}, // last read or made by anybody but the service owner
			number("revision"), number("pos"),                         // of the last event
		},
		Key: []string{"id"},
		Indexes: []store.Index{
			{Name: "party", Columns: []string{"party_id", "changed", "id"}},
			{Name: "app", Columns: []string{"app", "changed", "id"}},
			{Name: "org", Columns: []string{"org", "changed", "id"}},
		},
	}}
}
