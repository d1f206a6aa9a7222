package hammer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/chain"
	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/domain/link"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/blob"
	"github.com/hovedbok/hovedbok/ledger/sqlite"
	"github.com/hovedbok/hovedbok/ledger/vault"
	"github.com/hovedbok/hovedbok/projections"
	views "github.com/hovedbok/hovedbok/projections/store/sqlite"
	"github.com/hovedbok/hovedbok/record"
	"github.com/hovedbok/hovedbok/sagas"
)

// epoch is the time of the first event of a folder.
var epoch = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)

// folder is a data folder that a test fills as a node would, by hand, so that damage can be planted.
type folder struct {
	t       *testing.T
	dir     string
	store   *sqlite.Store
	keys    *vault.Vault
	blobs   *blob.SQLite
	log     *record.Log
	journal *Journal
	steps   int
	views   []projections.Projection // that write the live views
	handler sagaStub                 // that moves the sagas' checkpoints
	lag     bool                     // leaves the sagas' checkpoints at the beginning
}

func newFolder(t *testing.T) *folder {
	t.Helper()
	f := &folder{t: t, dir: t.TempDir(), journal: &Journal{}, views: projections.Standard()}
	ctx := t.Context()
	master, err := vault.LoadOrCreateMaster(filepath.Join(f.dir, fileMaster))
	f.must(err)
	f.store, err = sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(f.dir, fileLedger), Logger: slog.New(slog.DiscardHandler)})
	f.must(err)
	f.keys, err = vault.Open(ctx, vault.Options{Path: filepath.Join(f.dir, fileKeys), Master: master})
	f.must(err)
	f.blobs, err = blob.OpenSQLite(ctx, blob.Options{Path: filepath.Join(f.dir, fileBlobs), Keys: f.keys})
	f.must(err)
	f.log = record.NewLog(f.store, f.keys)
	return f
}

func (f *folder) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// envelope makes the envelope of a command that somebody sends.
func (f *folder) envelope(app string, id, command uuid.UUID, actor ledger.Actor) record.Envelope {
	f.steps++
	return record.Envelope{
		Org: "nordvik", App: app[len("nordvik/"):], Version: "v1", Instance: id, Actor: actor, Command: command,
		At: epoch.Add(time.Duration(f.steps) * time.Second),
	}
}

// append appends the events of a command to an instance and gives the position.
func (f *folder) append(app string, id, command uuid.UUID, actor ledger.Actor, events ...instance.Event) uint64 {
	f.t.Helper()
	_, head, err := f.log.FoldInstance(f.t.Context(), id, record.Until{})
	f.must(err)
	done, err := f.log.AppendInstance(f.t.Context(), head, f.envelope(app, id, command, actor), events)
	f.must(err)
	return uint64(done.Position)
}

// Actors of the tests.
var (
	applicant = ledger.Actor{Kind: ledger.ActorUser, ID: "510001", OnBehalf: 500100, Level: 3}
	owner     = ledger.Actor{Kind: ledger.ActorOrg, ID: "nordvik", Level: 3}
)

// do appends the events of an acknowledged command and writes it into the journal.
func (f *folder) do(in *Instance, e Effect, events ...instance.Event) Command {
	f.t.Helper()
	c := Command{Key: "key-" + strconv.Itoa(f.steps), Effect: e}
	c.Position = f.append(in.App, in.ID, commandID(in.Caller, c.Key, in.about(e.Kind)), applicant, events...)
	in.Commands = append(in.Commands, c)
	return c
}

// file stores contents and gives the event that adds them.
func (f *folder) file(id uuid.UUID, dataType, name, text string) instance.DataElementAdded {
	f.t.Helper()
	ref := blob.Ref{Stream: record.InstanceStream(id), ID: uuid.New()}
	info, err := f.blobs.Put(f.t.Context(), "nordvik", ref, bytes.NewReader([]byte(text)), 1<<20)
	f.must(err)
	f.must(f.blobs.Keep(f.t.Context(), ref))
	return instance.DataElementAdded{
		Element: uuid.New(), DataType: dataType, Task: taskFill, ContentType: mediaPDF, Filename: name, Size: info.Size, Blob: ref.ID,
	}
}

// sentFile is what the journal says of contents.
func sentFile(dataType, name, text string) File {
	return File{dataType, name, int64(len(text)), sha256.Sum256([]byte(text))}
}

// form adds a form whose place has a name.
func form(element uuid.UUID, dataType, place string) instance.DataElementAdded {
	n := document.NewObject().
		Set("lokale", document.NewObject().Set("navn", document.String(place))).
		Set("soeker", document.NewObject().Set("kontaktperson", document.String("")))
	return instance.DataElementAdded{Element: element, DataType: dataType, Task: taskFill, ContentType: mediaJSON, Form: n}
}

// instance makes an instance of A in log and journal, with one file of each type in files.
func (f *folder) instance(place string, files map[string]string) *Instance {
	f.t.Helper()
	in := &Instance{App: sourceApp, Party: 500100, Caller: "user:510001", ID: uuid.New(), Form: uuid.New()}
	f.journal.Add(in)
	e := Effect{Kind: Created, Pointer: placeName, Value: place}
	events := []instance.Event{instance.Created{Owner: in.Party, StartEvent: "StartEvent_1"}, form(in.Form, formType, place)}
	for _, dataType := range []string{typePlan, typeLease} {
		if text, ok := files[dataType]; ok {
			events = append(events, f.file(in.ID, dataType, dataType+".pdf", text))
			e.Files = append(e.Files, sentFile(dataType, dataType+".pdf", text))
		}
	}
	f.do(in, e, append(events, instance.TaskStarted{Task: taskFill, TaskType: "data", Flow: 2})...)
	return in
}

func patchEvent(in *Instance, pointer, value string) instance.FormDataPatched {
	return instance.FormDataPatched{Element: in.Form, Patch: document.Patch{{Op: document.OpReplace, Path: mustPointer(pointer), Value: document.String(value)}}}
}

func (f *folder) patch(in *Instance, value string) {
	f.t.Helper()
	f.do(in, Effect{Kind: Patched, Pointer: contact, Value: value}, patchEvent(in, contact, value))
}

func (f *folder) attach(in *Instance, name, text string) {
	f.t.Helper()
	f.do(in, Effect{Kind: Attached, Files: []File{sentFile(typePlan, name, text)}}, f.file(in.ID, typePlan, name, text))
}

// submit brings an A to its end.
func (f *folder) submit(in *Instance) {
	f.t.Helper()
	f.do(in, Effect{Kind: Completed, Task: taskFill, To: taskSend},
		instance.TaskCompleted{Task: taskFill}, instance.TaskStarted{Task: taskSend, TaskType: "confirmation", Flow: 3})
	f.do(in, Effect{Kind: Completed, Task: taskSend}, instance.ActionPerformed{Task: taskSend, Action: "confirm"},
		instance.TaskCompleted{Task: taskSend}, instance.ProcessEnded{EndEvent: "EndEvent_1"}, instance.Submitted{Number: 1})
}

// files of every chain of the tests.
var chainFiles = map[string]string{typePlan: "a plan", typeLease: "a lease"}

// target makes a B of an A.
func (f *folder) target(in *Instance, id uuid.UUID, files map[string]string) {
	f.t.Helper()
	f.targetWith(in, id, files, f.tie(in, instance.SideTarget, in.ID, sourceApp))
}

func (f *folder) targetWith(in *Instance, id uuid.UUID, files map[string]string, ties ...instance.Event) {
	f.t.Helper()
	place := in.Commands[0].Effect.Value
	events := append([]instance.Event{instance.Created{Owner: 500001, StartEvent: "StartEvent_1"}}, ties...)
	events = append(events, form(uuid.New(), targetForm, place))
	for _, dataType := range []string{typePlan, typeLease} {
		if text, ok := files[dataType]; ok {
			events = append(events, f.file(id, dataType, dataType+".pdf", text))
		}
	}
	f.append(targetApp, id, uuid.New(), owner, append(events, instance.TaskStarted{Task: "Task_Vurder", TaskType: "data", Flow: 2})...)
}

// tie is a Linked of the handover of an A.
func (f *folder) tie(in *Instance, side instance.Side, other uuid.UUID, app string) instance.Linked {
	return instance.Linked{
		Chain: link.ChainID(in.ID), Handover: link.HandoverID(in.ID, 1, sourceLink), Link: sourceLink, Side: side, App: app, Instance: other, Party: 500001,
	}
}

// record appends to the chain's stream.
func (f *folder) record(in *Instance, events ...chain.Event) {
	f.t.Helper()
	id := link.ChainID(in.ID)
	for _, e := range events {
		_, head, err := f.log.FoldChain(f.t.Context(), id)
		f.must(err)
		_, err = f.log.AppendChain(f.t.Context(), id, head, f.envelope(sourceApp, in.ID, uuid.New(), owner), []chain.Event{e})
		f.must(err)
	}
}

// handoverEvents are what the stream of a chain holds.
func handoverEvents(in *Instance, target uuid.UUID) (chain.Event, chain.Event, chain.Event) {
	h := link.HandoverID(in.ID, 1, sourceLink)
	return chain.HandoverIntended{Handover: h, Link: sourceLink, SourceApp: sourceApp, Source: in.ID, SourceOwner: 500100, Submission: 1, TargetApp: targetApp},
		chain.TargetCreated{Handover: h, Target: target, TargetOwner: 500001}, chain.SourceLinked{Handover: h}
}

// chain makes a whole chain.
func (f *folder) chain(place string) *Instance {
	f.t.Helper()
	in := f.instance(place, chainFiles)
	f.submit(in)
	b := targetOf(in.ID)
	intended, created, linked := handoverEvents(in, b)
	f.record(in, intended)
	f.target(in, b, chainFiles)
	f.record(in, created)
	f.append(sourceApp, in.ID, uuid.New(), owner, f.tie(in, instance.SideSource, b, targetApp))
	f.record(in, linked)
	return in
}

// healthy is a folder in which nothing is wrong: an instance with commands, and two chains.
func healthy(t *testing.T) (f *folder, single *Instance, chains []*Instance) {
	f = newFolder(t)
	single = f.instance("Single", nil)
	f.patch(single, "first")
	f.attach(single, "tegning-0.pdf", "contents")
	f.patch(single, "second")
	f.append(sourceApp, single.ID, uuid.New(), applicant, instance.Read{})
	return f, single, []*Instance{f.chain("One"), f.chain("Two")}
}

// finish brings views and sagas to the end of the log and closes everything, as a node does when it stops.
func (f *folder) finish() {
	f.t.Helper()
	ctx := f.t.Context()
	head, err := f.store.Head(ctx)
	f.must(err)
	s, err := views.Open(ctx, filepath.Join(f.dir, fileViews))
	f.must(err)
	v := &verifier{log: f.log, views: f.views}
	f.must(v.catchUp(ctx, s, head))
	f.must(s.Close())
	f.runSagas(head)
	f.must(f.blobs.Close())
	f.must(f.keys.Close())
	f.must(f.store.Close())
}

// sagaStub stands for both sagas: it parks what it is told to, and else does nothing.
type sagaStub struct {
	handler
	parks string // type of events
}

func (s sagaStub) Handle(_ context.Context, e *record.Entry) error {
	if s.parks != "" && e.Type == s.parks {
		return sagas.Permanent("planted", nil)
	}
	return nil
}

func (f *folder) runSagas(head ledger.Position) {
	f.t.Helper()
	s, err := sagas.OpenStore(f.t.Context(), filepath.Join(f.dir, fileSagas))
	f.must(err)
	defer func() { f.must(s.Close()) }()
	if f.lag {
		return
	}
	var list []sagas.Handler
	for _, h := range handlers {
		list = append(list, sagaStub{h, f.handler.parks})
	}
	r, err := sagas.New(sagas.Options{Log: f.log, Store: s, Handlers: list, Logger: slog.New(slog.DiscardHandler)})
	f.must(err)
	ctx, stop := context.WithCancel(f.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	f.must(r.Wait(ctx, head))
	stop()
	f.must(<-ended)
}

// verify finishes the folder and verifies it.
func (f *folder) verify() Report {
	f.t.Helper()
	f.finish()
	return f.report()
}

func (f *folder) report() Report {
	f.t.Helper()
	r, err := Verify(f.t.Context(), f.dir, f.journal)
	f.must(err)
	return r
}

// remove removes a file of the data folder.
func (f *folder) remove(name string) {
	f.t.Helper()
	f.must(os.Remove(filepath.Join(f.dir, name)))
}
