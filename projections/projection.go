package projections

import (
	"errors"
	"fmt"

	"github.com/hovedbok/hovedbok/projections/store"
	"github.com/hovedbok/hovedbok/record"
)

// Change is one change of one row, or the deletion of rows; see store.Change.
type Change = store.Change

// Projection makes rows of events.
type Projection interface {
	// Name is the same in all versions: lower-case letters and underscores.
	Name() string
	// Version is raised when tables or handling change their meaning. The runner then builds the new one beside the old one. A query of
	// the new version meets the old tables until the switch, so columns are added and not renamed.
	Version() int
	// Schema describes the tables. Their names belong to this projection alone.
	Schema() []store.Table
	// Handle gives the changes that an event makes. It is pure: the same entry gives the same changes, and it keeps nothing. It is
	// given every event of the log and answers nothing for those that do not concern it. An entry that has been erased
	// (record.Entry.Erased), like the fact Erased, deletes what is known of its stream. An error stops the projection here.
	Handle(e *record.Entry) ([]Change, error)
}

// checkAll tells whether projections can run together: each (name, version) once, and no table of two projections.
func checkAll(all []Projection) error {
	versions, owners := map[store.Build]bool{}, map[string]string{}
	var errs []error
	for _, p := range all {
		b := store.Build{Name: p.Name(), Version: p.Version()}
		if b.Name == "" || b.Version < 1 || versions[b] {
			errs = append(errs, fmt.Errorf("projections: %s: a projection has a name, a version from 1, and is given once", b))
		}
		versions[b] = true
		for _, t := range p.Schema() {
			errs = append(errs, t.Check())
			if owner, ok := owners[t.Name]; ok && owner != b.Name {
				errs = append(errs, fmt.Errorf("projections: table %s belongs to both %s and %s", t.Name, owner, b.Name))
			}
			owners[t.Name] = b.Name
		}
	}
	return errors.Join(errs...)
}

// handle calls the projection. A panic in it is its error, so that one projection cannot take down the others.
func handle(p Projection, e *record.Entry) (changes []Change, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
		}
	}()
	return p.Handle(e)
}
