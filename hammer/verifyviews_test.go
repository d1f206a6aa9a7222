package hammer

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/projections"
	"github.com/hovedbok/hovedbok/projections/inbox"
	"github.com/hovedbok/hovedbok/projections/store"
	views "github.com/hovedbok/hovedbok/projections/store/sqlite"
	"github.com/hovedbok/hovedbok/record"
)

// skipping is a projection that skips events.
type skipping struct {
	projections.Projection
	skips func(*record.Entry) bool
}

func (s skipping) Handle(e *record.Entry) ([]projections.Change, error) {
	if s.skips(e) {
		return nil, nil
	}
	return s.Projection.Handle(e)
}

// skip lets the live inbox skip events.
func (f *folder) skip(skips func(*record.Entry) bool) {
	for i, p := range f.views {
		if p.Name() == inbox.Name {
			f.views[i] = skipping{p, skips}
		}
	}
}

func TestVerify_FindsASkippedEvent(t *testing.T) {
	t.Parallel()
	f, single, _ := healthy(t)
	f.skip(func(e *record.Entry) bool {
		return e.Stream == streamOf(single) && e.Fact() == instance.FactTaskStarted
	})
	wantOnly(t, f.verify(), Skipped, "inbox "+single.ID.String(), "the row differs from the rebuilt one in")
}

func TestVerify_FindsAMissingRow(t *testing.T) {
	t.Parallel()
	f, single, _ := healthy(t)
	f.skip(func(e *record.Entry) bool { return e.Stream == streamOf(single) })
	wantOnly(t, f.verify(), Skipped, "inbox "+single.ID.String(), "the row is missing")
}

// wantOnly demands one discrepancy.
func wantOnly(t *testing.T, r Report, trouble Trouble, subject, says string) {
	t.Helper()
	if len(r.Discrepancies) != 1 {
		t.Fatalf("found %v", r.Discrepancies)
	}
	d := r.Discrepancies[0]
	if d.Trouble != trouble || d.Subject != subject || !strings.Contains(d.Text, says) {
		t.Errorf("found %v, want %s: %s: …%s…", d, trouble, subject, says)
	}
}

func TestVerify_FindsAnExtraRow(t *testing.T) {
	t.Parallel()
	f, _, _ := healthy(t)
	f.finish()
	s, err := views.Open(t.Context(), filepath.Join(f.dir, fileViews))
	f.must(err)
	id := uuid.NewString()
	f.must(s.Write(t.Context(), []store.Part{extraRow(t, s, id)}))
	f.must(s.Close())
	wantOnly(t, f.report(), Duplicated, "inbox "+id, "the row is not in the rebuilt table")
}

// extraRow is the writing of a row that no event has made, without moving the checkpoint.
func extraRow(t *testing.T, s *views.Store, id string) store.Part {
	t.Helper()
	list, err := s.Checkpoints(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if c.Build.Name == inbox.Name {
			table := inbox.Projection{}.Schema()[0].In(c.Build)
			return store.Part{Build: c.Build, From: c.Position, To: c.Position, Upserts: []store.Upserts{{Table: table, Rows: [][]any{{id}}}}}
		}
	}
	t.Fatal("there is no inbox")
	return store.Part{}
}

func TestVerify_LetsViewsThatAreBehindCatchUp(t *testing.T) {
	t.Parallel()
	f, single, _ := healthy(t)
	s, err := views.Open(t.Context(), filepath.Join(f.dir, fileViews))
	f.must(err)
	v := &verifier{log: f.log, views: f.views}
	f.must(v.catchUp(t.Context(), s, f.head()))
	f.must(s.Close())
	stale, err := copyOf(f)
	f.must(err)
	f.patch(single, "later")
	f.finish()
	f.must(putBack(f, stale))
	if r := f.report(); !r.OK() {
		t.Errorf("found %v", r.Discrepancies)
	}
}

func (f *folder) head() ledger.Position {
	f.t.Helper()
	p, err := f.store.Head(f.t.Context())
	f.must(err)
	return p
}

// copyOf copies the views as they are; putBack puts them back.
func copyOf(f *folder) (string, error) {
	to := filepath.Join(f.t.TempDir(), fileViews)
	return to, copyDatabase(filepath.Join(f.dir, fileViews), to)
}

func putBack(f *folder, from string) error {
	f.remove(fileViews)
	return copyDatabase(from, filepath.Join(f.dir, fileViews))
}

func TestVerify_MissesTheViews(t *testing.T) {
	t.Parallel()
	f, _, _ := healthy(t)
	f.finish()
	f.remove(fileViews)
	wantOnly(t, f.report(), Skipped, fileViews, "there are no views")
}

func TestVerify_MissesTheSagas(t *testing.T) {
	t.Parallel()
	f, _, _ := healthy(t)
	f.finish()
	f.remove(fileSagas)
	wantOnly(t, f.report(), Skipped, fileSagas, "there are no checkpoints")
}

func TestVerify_FindsSagasThatAreBehind(t *testing.T) {
	t.Parallel()
	f, _, chains := healthy(t)
	f.lag = true
	for _, d := range f.verify().Discrepancies {
		if d.Trouble == Skipped && d.Subject == streamOf(chains[0]) && strings.Contains(d.Text, "Submitted") && strings.Contains(d.Text, "after the checkpoint 0 of multiapp") {
			return
		}
	}
	t.Error("the submission that was not dealt with is not found")
}

func TestVerify_FindsParkedEvents(t *testing.T) {
	t.Parallel()
	f, _, chains := healthy(t)
	f.handler.parks = sourceApp + "." + instance.FactSubmitted
	r := f.verify()
	if r.Skipped != 2 || len(r.Discrepancies) != 2 {
		t.Fatalf("found %v", r.Discrepancies)
	}
	for _, in := range chains {
		if !slices.ContainsFunc(r.Discrepancies, func(d Discrepancy) bool {
			return d.Subject == streamOf(in) && strings.Contains(d.Text, "is parked by multiapp after 1 attempts: planted")
		}) {
			t.Errorf("the submission of %s is not among %v", in.ID, r.Discrepancies)
		}
	}
}
