package multiapp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/domain/link"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/blob"
	"github.com/hovedbok/hovedbok/record"
	"github.com/hovedbok/hovedbok/record/recordtest"
	"github.com/hovedbok/hovedbok/sagas/multiapp"
)

const (
	appA     = "nordvik/skjenkebevilling"
	appB     = "nordvik/skjenkesak"
	appC     = "politiet/vandelsvurdering"
	fjordkro = 500100
	nordvik  = 500001
)

// samples are published once; they never change.
var samples *apps.Catalogue

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "multiapp")
	if err == nil {
		samples, err = apps.OpenCatalogue(dir)
	}
	if err == nil {
		var done []apps.Publication
		done, err = samples.PublishTree(context.Background(), filepath.Join("..", "..", "examples", "apps"))
		err = errors.Join(err, apps.Err(done))
	}
	if err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// catalogue is the samples, with other links where a test says so.
type catalogue struct {
	changed map[string]*apps.App
	gone    map[string]bool
	failure error // of Version
}

func (c *catalogue) Current(id string) *apps.App {
	if c.gone[id] {
		return nil
	}
	if app := c.changed[id]; app != nil {
		return app
	}
	return samples.Current(id)
}

func (c *catalogue) Version(id, digest string) (*apps.App, error) {
	if c.failure != nil {
		return nil, c.failure
	}
	if app := c.Current(id); app != nil && app.Version == digest {
		return app, nil
	}
	return nil, apps.ErrVersionNotFound
}

// world is a log with the handler over it, and apps that answer in memory.
type world struct {
	*testing.T
	recordtest.Bundle
	ctx   context.Context
	apps  *catalogue
	blobs *blobs
	door  *door
	store *steps
	saga  *multiapp.Saga

	mu  sync.Mutex
	now time.Time // under mu
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		T: t, Bundle: recordtest.New(t), ctx: context.Background(), blobs: &blobs{files: map[blob.Ref]string{}},
		apps: &catalogue{changed: map[string]*apps.App{}, gone: map[string]bool{}}, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
	}
	w.door = newDoor(w)
	w.store = &steps{Store: w.Store}
	w.saga = w.handler()
	return w
}

// handler makes the handler anew, as after a restart.
func (w *world) handler() *multiapp.Saga {
	w.Helper()
	s, err := multiapp.New(multiapp.Options{Log: record.NewLog(w.store, w.Vault), Apps: w.apps, Blobs: w.blobs, Door: w.door, Clock: w.clock})
	if err != nil {
		w.Fatal(err)
	}
	return s
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(time.Second)
	return w.now
}

// links gives an app of the samples other links.
func (w *world) links(id string, links ...link.Link) {
	app := *samples.Current(id)
	app.Links = links
	w.apps.changed[id] = &app
}

// linkOf is a link of the samples to start from.
func linkOf(t testing.TB, app, id string) link.Link {
	t.Helper()
	for _, l := range samples.Current(app).Links {
		if l.ID == id {
			return l
		}
	}
	t.Fatalf("%s has no link %s", app, id)
	return link.Link{}
}

func value(t testing.TB, text string) link.Value {
	t.Helper()
	v, err := link.ParseValue([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// blobs are files in memory.
type blobs struct {
	mu      sync.Mutex
	files   map[blob.Ref]string
	failure error
	opened  int
}

func (b *blobs) Open(_ context.Context, ref blob.Ref) (io.ReadCloser, blob.Info, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.opened++
	body, ok := b.files[ref]
	if b.failure != nil || !ok {
		return nil, blob.Info{}, errors.Join(b.failure, blob.ErrNotFound)
	}
	return io.NopCloser(bytes.NewReader([]byte(body))), blob.Info{}, nil
}

// file is an attachment of an instance that a test makes.
type file struct{ dataType, name, contentType, body string }

// begun makes an instance of an app at its first task, with a form and files, in one command.
func (w *world) begun(app string, owner int, form string, files ...file) uuid.UUID {
	w.Helper()
	id := uuid.New()
	a := w.apps.Current(app)
	dataType, _ := a.MainDataType()
	first := a.Process.FirstTasks()[0]
	elements := []instance.DataElementAdded{{
		Element: uuid.New(), DataType: dataType, Task: first.ID, ContentType: "application/xml", Form: parsed(w.T, form),
	}}
	for _, f := range files {
		e := instance.DataElementAdded{
			Element: uuid.New(), DataType: f.dataType, Task: first.ID, ContentType: f.contentType, Filename: f.name, Size: int64(len(f.body)), Blob: uuid.New(),
		}
		w.blobs.files[blob.Ref{Stream: record.InstanceStream(id), ID: e.Blob}] = f.body
		elements = append(elements, e)
	}
	w.act(id, func(s *instance.State) ([]instance.Event, error) {
		s.Org, s.App, s.Version = a.Org, a.Name, a.Version
		return instance.Create(s, instance.Creation{Owner: owner, StartEvent: "StartEvent_1", Elements: elements, First: instance.Target{ID: first.ID, TaskType: "data"}})
	})
	return id
}

func parsed(t testing.TB, src string) *document.Node {
	t.Helper()
	n, err := document.Parse([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// act runs one command on an instance.
func (w *world) act(id uuid.UUID, decide func(*instance.State) ([]instance.Event, error)) {
	w.Helper()
	if err := w.command(id, uuid.New(), decide); err != nil {
		w.Fatal(err)
	}
}

func (w *world) command(id, command uuid.UUID, decide func(*instance.State) ([]instance.Event, error)) error {
	st, head, err := w.Log.FoldInstance(w.ctx, id, record.Until{})
	if err != nil {
		return err
	}
	events, err := decide(st)
	if err != nil || len(events) == 0 {
		return err
	}
	_, err = w.Log.AppendInstance(w.ctx, head, record.Envelope{
		Org: st.Org, App: st.App, Version: st.Version, Instance: id, Command: command, Actor: ledger.Actor{Kind: ledger.ActorUser, ID: "510001"}, At: w.clock(),
	}, events)
	return err
}

// move goes on to a task.
func (w *world) move(id uuid.UUID, m instance.Move) {
	w.Helper()
	w.act(id, func(s *instance.State) ([]instance.Event, error) { return instance.Advance(s, m) })
}

func toTask(id string) instance.Move {
	return instance.Move{To: instance.Target{ID: id, TaskType: "data"}}
}

// submit ends the process.
func (w *world) submit(id uuid.UUID) {
	w.Helper()
	w.move(id, instance.Move{To: instance.Target{ID: "EndEvent_1", End: true}})
}

func (w *world) erase(id uuid.UUID) {
	w.Helper()
	w.act(id, instance.Erase)
	if err := w.Vault.Erase(w.ctx, record.InstanceStream(id)); err != nil {
		w.Fatal(err)
	}
}

func (w *world) state(id uuid.UUID) *instance.State {
	w.Helper()
	st, _, err := w.Log.FoldInstance(w.ctx, id, record.Until{})
	if err != nil {
		w.Fatal(err)
	}
	return st
}

// entries gives what the handler's filter lets through, oldest first.
func (w *world) entries() []*record.Entry {
	w.Helper()
	var out []*record.Entry
	for e, err := range w.Log.ReadAll(w.ctx, 0, w.saga.Filter()) {
		if err != nil {
			w.Fatal(err)
		}
		out = append(out, &e)
	}
	return out
}

// last is the newest event of a stream with a fact.
func (w *world) last(id uuid.UUID, fact string) *record.Entry {
	w.Helper()
	var found *record.Entry
	for _, e := range w.entries() {
		if e.Stream == record.InstanceStream(id) && e.Fact() == fact {
			found = e
		}
	}
	if found == nil {
		w.Fatalf("%s has no event %s", id, fact)
	}
	return found
}

// settle hands the handler every event, in order, until there are no new ones.
func (w *world) settle() {
	w.Helper()
	for n := 0; ; {
		list := w.entries()
		if n == len(list) {
			return
		}
		for ; n < len(list); n++ {
			if err := w.saga.Handle(w.ctx, list[n]); err != nil {
				w.Fatalf("%s: %v", list[n].Type, err)
			}
		}
	}
}

// of gives the instances of an app, in the order of their creation.
func (w *world) of(app string) []*instance.State {
	w.Helper()
	var out []*instance.State
	for e, err := range w.Log.ReadAll(w.ctx, 0, ledger.Filter{Facts: []string{instance.FactCreated}}) {
		if err != nil {
			w.Fatal(err)
		}
		if e.Meta.Org+"/"+e.Meta.App == app {
			id, _ := record.InstanceID(e.Stream)
			out = append(out, w.state(id))
		}
	}
	return out
}

// only gives the one instance of an app.
func (w *world) only(app string) *instance.State {
	w.Helper()
	all := w.of(app)
	if len(all) != 1 {
		w.Fatalf("%d instances of %s, want 1", len(all), app)
	}
	return all[0]
}

// chainFacts counts the facts of all chains.
func (w *world) chainFacts() map[string]int {
	w.Helper()
	out := map[string]int{}
	for e, err := range w.Log.ReadAll(w.ctx, 0, ledger.Filter{StreamPrefix: record.ChainPrefix}) {
		if err != nil {
			w.Fatal(err)
		}
		out[e.Fact()]++
	}
	return out
}

// tied gives the relations of an instance on one side.
func tied(st *instance.State, side instance.Side) (out []instance.Relation) {
	for _, r := range st.Relations {
		if r.Side == side {
			out = append(out, r)
		}
	}
	return out
}

func (w *world) wantChain(want map[string]int) {
	w.Helper()
	if got := w.chainFacts(); fmt.Sprint(got) != fmt.Sprint(want) {
		w.Errorf("chain events %v, want %v", got, want)
	}
}

func sample(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "examples", "data", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// attached are the files of an application.
func attached() []file {
	return []file{{"tegning", "tegning.pdf", "application/pdf", "%PDF tegning"}, {"tegning", "kjeller.png", "image/png", "kjeller"}, {"leiekontrakt", "leie.pdf", "application/pdf", "%PDF leie"}}
}

// applied is a complete application that has been handed in.
func (w *world) applied() uuid.UUID {
	w.Helper()
	id := w.begun(appA, fjordkro, sample(w.T, "skjenkebevilling.json"), attached()...)
	w.move(id, toTask("Task_2"))
	w.submit(id)
	return id
}

func contains(list []string, s string) bool { return slices.Contains(list, s) }

// everything is the filter that lets all events through.
func (w *world) everything() ledger.Filter { return ledger.Filter{} }
