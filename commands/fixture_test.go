package commands_test

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/commands"
	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/integrations/register"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/blob"
	"github.com/hovedbok/hovedbok/policies"
	"github.com/hovedbok/hovedbok/record"
	"github.com/hovedbok/hovedbok/record/recordtest"
)

// The sample people; see examples/README.md.
var (
	applicant = commands.Caller{Kind: commands.KindUser, PartyID: 510001, UserID: 20001, Level: 3}
	stranger  = commands.Caller{Kind: commands.KindUser, PartyID: 510011, UserID: 20011, Level: 4}
	nordvik   = commands.Caller{Kind: commands.KindOrg, Org: "nordvik", OrgNumber: "310000000", Level: 3, Scopes: []string{"altinn:serviceowner/instances.read", "altinn:serviceowner/instances.write"}}
	politiet  = commands.Caller{Kind: commands.KindOrg, Org: "politiet", OrgNumber: "310000140", Level: 3, Scopes: nordvik.Scopes}
)

const (
	appA     = "nordvik/skjenkebevilling"
	appB     = "nordvik/skjenkesak"
	fjordkro = 500100
)

// world is a service over the sample apps, with a log in memory that faults can be put into.
type world struct {
	*testing.T
	recordtest.Bundle
	ctx   context.Context
	svc   *commands.Service
	blobs *blob.SQLite
	log   *faultyStore

	mu  sync.Mutex
	now time.Time // under mu; a second later every time it is asked
}

// clock is the time of the world.
func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(time.Second)
	return w.now
}

// samples are opened once; they never change.
var samples = struct {
	catalogue *apps.Catalogue
	engine    *policies.Engine
	register  *register.File
}{}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "commands")
	if err != nil {
		panic(err)
	}
	if err := openSamples(dir); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func openSamples(dir string) (err error) {
	ctx := context.Background()
	if samples.catalogue, err = apps.OpenCatalogue(dir); err != nil {
		return err
	}
	done, err := samples.catalogue.PublishTree(ctx, filepath.Join("..", "examples", "apps"))
	if err != nil {
		return err
	}
	var all []policies.App
	for _, p := range done {
		if p.App == nil {
			return errors.Join(errors.New(p.ID), errors.New(p.Faults[0].Error()))
		}
		all = append(all, policies.App{Key: p.App.Key(), Policy: p.App.Policy})
	}
	if samples.engine, err = policies.NewEngine(ctx); err != nil {
		return err
	}
	if samples.register, err = register.Load(filepath.Join("..", "examples", "register.json")); err != nil {
		return err
	}
	return samples.engine.Publish(ctx, all)
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, Bundle: recordtest.New(t), ctx: context.Background(), now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	var err error
	if w.blobs, err = blob.OpenSQLite(w.ctx, blob.Options{Path: filepath.Join(t.TempDir(), "blobs.db"), Keys: w.Vault}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.blobs.Close() })
	w.log = &faultyStore{Store: w.Store}
	w.Log = record.NewLog(w.log, w.Vault)
	w.restart()
	return w
}

// restart makes a new service, with nothing in its cache.
func (w *world) restart() {
	w.Helper()
	svc, err := commands.New(commands.Options{
		Log: w.Log, Apps: samples.catalogue, Parties: parties{samples.register}, Policies: samples.engine, Blobs: w.blobs, Eraser: eraser{w},
		Clock: w.clock,
	})
	if err != nil {
		w.Fatal(err)
	}
	w.svc = svc
}

type eraser struct{ w *world }

func (e eraser) EraseInstance(ctx context.Context, id uuid.UUID) error {
	stream := record.InstanceStream(id)
	return errors.Join(e.w.Vault.Erase(ctx, stream), e.w.blobs.DropStream(ctx, stream))
}

type parties struct{ *register.File }

func (p parties) Party(ctx context.Context, id int) (commands.Party, error) {
	return party(p.File.Party(ctx, id))
}
func (p parties) ByOrganisationNumber(ctx context.Context, n string) (commands.Party, error) {
	return party(p.PartyByOrganisationNumber(ctx, n))
}
func (p parties) ByPersonNumber(ctx context.Context, n string) (commands.Party, error) {
	return party(p.PartyByPersonNumber(ctx, n))
}

func party(p register.Party, err error) (commands.Party, error) {
	if err != nil {
		return commands.Party{}, commands.ErrUnknownParty
	}
	return commands.Party{ID: p.ID, Person: p.Kind == register.Person, UnitType: p.UnitType}, nil
}

// faultyStore fails the next append, with or without doing it.
type faultyStore struct {
	ledger.Store
	fault func(do func() (ledger.Appended, error)) (ledger.Appended, error)
}

func (f *faultyStore) Append(ctx context.Context, stream string, expected ledger.Revision, events []ledger.Event) (ledger.Appended, error) {
	do := func() (ledger.Appended, error) { return f.Store.Append(ctx, stream, expected, events) }
	if fault := f.fault; fault != nil {
		f.fault = nil
		return fault(do)
	}
	return do()
}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "examples", "data", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func formPart(t testing.TB) commands.Part {
	return commands.Part{DataType: "skjenkebevilling", ContentType: "application/json", Body: bytes.NewReader(sample(t, "skjenkebevilling.json"))}
}

func filePart(t testing.TB, dataType string) commands.Part {
	return commands.Part{DataType: dataType, ContentType: "application/pdf", Filename: dataType + ".pdf", Body: bytes.NewReader(sample(t, dataType+".pdf"))}
}

func sequence(parts ...commands.Part) iter.Seq2[commands.Part, error] {
	return func(yield func(commands.Part, error) bool) {
		for _, p := range parts {
			if !yield(p, nil) {
				return
			}
		}
	}
}

func by(c commands.Caller) *commands.Request { return &commands.Request{Caller: c} }

func keyed(c commands.Caller, key, fingerprint string) *commands.Request {
	print := (fingerprint + "-------------------------------------------")[:record.FingerprintLength]
	return &commands.Request{Caller: c, Key: commands.Key{Value: key, Fingerprint: print}}
}

// application is the complete wish for an instance of A.
func application(t testing.TB) commands.CreateInstance {
	return commands.CreateInstance{App: appA, Owner: commands.Owner{OrganisationNumber: "310000418"}, Parts: sequence(formPart(t), filePart(t, "tegning"), filePart(t, "leiekontrakt"))}
}

// applied creates a complete instance of A.
func (w *world) applied() commands.Result {
	w.Helper()
	res, err := w.svc.Create(w.ctx, by(applicant), application(w.T))
	if err != nil {
		w.Fatal(err)
	}
	return res
}

func refOf(r commands.Result) commands.Ref {
	return commands.Ref{App: r.State.AppID(), Party: r.State.Owner, ID: r.State.ID}
}

func (w *world) form(r commands.Result) *instance.Element {
	w.Helper()
	forms := r.State.OfType("skjenkebevilling")
	if len(forms) != 1 {
		w.Fatalf("%d forms", len(forms))
	}
	return forms[0]
}

func patchOf(t testing.TB, element uuid.UUID, src string) []commands.FormPatch {
	t.Helper()
	p, err := document.ParsePatch([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return []commands.FormPatch{{Element: element, Patch: p}}
}

// refused expects an error with a code and kind, and that nothing has been recorded since before.
func (w *world) refused(err error, kind commands.Kind, code string) {
	w.Helper()
	var e *commands.Error
	if !errors.As(err, &e) || e.Code != code || e.Kind != kind {
		w.Errorf("got %v, want code %s of kind %d", err, code, kind)
	}
}

// events counts the events of the whole log.
func (w *world) events() int {
	w.Helper()
	n := 0
	for _, err := range w.Store.ReadAll(w.ctx, 0, ledger.Filter{}) {
		if err != nil {
			w.Fatal(err)
		}
		n++
	}
	return n
}

// facts gives the facts of an instance's stream.
func (w *world) facts(id uuid.UUID) []string {
	w.Helper()
	var out []string
	for e, err := range w.Store.ReadStream(w.ctx, record.InstanceStream(id), 0) {
		if err != nil {
			w.Fatal(err)
		}
		out = append(out, e.Fact())
	}
	return out
}

// noOrphans fails when a file is left that no event names.
func (w *world) noOrphans() {
	w.Helper()
	pending, err := w.blobs.Pending(w.ctx)
	if err != nil || len(pending) > 0 {
		w.Errorf("files left behind: %v, %v", pending, err)
	}
}

func same(a, b []string) bool { return slices.Equal(a, b) }
