package chain

import "github.com/hovedbok/hovedbok/projections/store"

const (
	handoverTable = "chain_handover" // one row for each handover
	memberTable   = "instance_chain" // which instances know that they are in a chain
)

// Schema is two tables. Times are microseconds, 0 for not yet.
func (Projection) Schema() []store.Table {
	text := func(name string) store.Column { return store.Column{Name: name, Type: store.Text} }
	number := func(name string) store.Column { return store.Column{Name: name, Type: store.Integer} }
	return []store.Table{
		{
			Name: handoverTable,
			Columns: []store.Column{
				text("chain"), text("handover"), text("link"), text("source"), text("source_app"), text("source_party"), number("submission"),
				text("target"), text("target_app"), text("target_party"),
				number("intended"), number("created"), number("linked"), number("returned"), number("pos"),
			},
			Key: []string{"chain", "handover"},
		},
		{
			Name:    memberTable,
			Columns: []store.Column{text("instance"), text("chain"), number("linked")},
			Key:     []string{"instance", "chain"},
			Indexes: []store.Index{{Name: "chain", Columns: []string{"chain"}}},
		},
	}
}
