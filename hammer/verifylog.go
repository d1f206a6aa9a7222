package hammer

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
)

// contents is what the log holds, as far as later steps need it.
type contents struct {
	sources []uuid.UUID // instances of A that have been submitted, in the order of their first submission
	targets []uuid.UUID // instances of B
	chains  []uuid.UUID
}

// scanned is what one reading of the whole log keeps.
type scanned struct {
	contents
	ids       map[uuid.UUID]struct{}
	ends      map[string]end
	submitted map[uuid.UUID]bool
	position  ledger.Position
}

type end struct {
	revision ledger.Revision
	hash     ledger.Hash
}

// scan reads the log from its begin to its end: positions grow, event ids are unique, revisions are dense, and every hash follows from the event and
// the hash before it.
func (v *verifier) scan(ctx context.Context) (*contents, error) {
	s := &scanned{ids: map[uuid.UUID]struct{}{}, ends: map[string]end{}, submitted: map[uuid.UUID]bool{}}
	for e, err := range v.store.ReadAll(ctx, 0, ledger.Filter{}) {
		if err != nil {
			return nil, err
		}
		v.report.Events++
		s.check(v.report, &e)
		s.sort(&e)
	}
	v.report.Streams, v.report.Submissions, v.report.Targets = len(s.ends), len(s.sources), len(s.targets)
	return &s.contents, nil
}

// check holds an event against those before it.
func (s *scanned) check(r *Report, e *ledger.Event) {
	if e.Position <= s.position {
		r.note(Duplicated, e.Stream, "position %d comes after position %d", e.Position, s.position)
	}
	s.position = e.Position
	if _, again := s.ids[e.ID]; again {
		r.note(Duplicated, e.Stream, "event id %s at revision %d is there already", e.ID, e.Revision)
	}
	s.ids[e.ID] = struct{}{}
	last, known := s.ends[e.Stream]
	if !known {
		last.revision = ledger.NoStream
	}
	switch {
	case e.Revision <= last.revision:
		r.note(Duplicated, e.Stream, "revision %d comes after revision %d", e.Revision, last.revision)
	case e.Revision > last.revision+1:
		r.note(Lost, e.Stream, "revision %d comes after revision %d", e.Revision, last.revision)
	case ledger.Chain(last.hash, e.Stream, e.Revision, e) != e.Hash:
		r.note(Lost, e.Stream, "the hash of revision %d does not follow from the event and the hash before it", e.Revision)
	}
	s.ends[e.Stream] = end{e.Revision, e.Hash}
}

// sort notes streams and submissions that later steps look at.
func (s *scanned) sort(e *ledger.Event) {
	app := e.Type[:strings.LastIndexByte(e.Type, '.')]
	id, ok := record.InstanceID(e.Stream)
	if !ok {
		if id, ok := record.ChainID(e.Stream); ok && e.Revision == 0 {
			s.chains = append(s.chains, id)
		}
		return
	}
	if app == targetApp && e.Revision == 0 {
		s.targets = append(s.targets, id)
	}
	if app == sourceApp && e.Fact() == instance.FactSubmitted && !s.submitted[id] {
		s.submitted[id] = true
		s.sources = append(s.sources, id)
	}
}
