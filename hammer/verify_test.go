package hammer

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/blob"
	"github.com/hovedbok/hovedbok/record"
)

func TestVerify_FindsNothingInAHealthyFolder(t *testing.T) {
	t.Parallel()
	f, _, _ := healthy(t)
	got := f.verify()
	if !got.OK() || len(got.Discrepancies) > 0 {
		t.Fatalf("found %v", got.Discrepancies)
	}
	want := Report{
		Commands: 4 + 2*3, Instances: 3, Files: 1 + 2*2, FileBytes: 8 + 2*(6+7), Submissions: 2, Targets: 2,
		Events: got.Events, Streams: 1 + 2*3, Tables: got.Tables, Rows: got.Rows, Handlers: 2,
	}
	if got.Tables == 0 || got.Rows < 5 || got.Events < 40 {
		t.Errorf("counted %d tables, %d rows, %d events", got.Tables, got.Rows, got.Events)
	}
	if !sameCounts(got, want) {
		t.Errorf("counted %+v, want %+v", got, want)
	}
}

// sameCounts compares reports without their discrepancies.
func sameCounts(a, b Report) bool {
	a.Discrepancies, b.Discrepancies = nil, nil
	var x, y strings.Builder
	a.write(&x)
	b.write(&y)
	return x.String() == y.String()
}

// TestVerify_FindsPlantedDamage plants one kind of damage at a time in a healthy folder. Each must be found as what it is; what else it entails
// may be found too.
func TestVerify_FindsPlantedDamage(t *testing.T) {
	t.Parallel()
	for name, c := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, single, chains := healthy(t)
			subject := c.plant(f, single, chains[0])
			got := f.verify()
			for _, d := range got.Discrepancies {
				if d.Trouble == c.want && d.Subject == subject && strings.Contains(d.Text, c.says) {
					return
				}
			}
			t.Errorf("want %s: %s: …%s…, found %d: %v", c.want, subject, c.says, len(got.Discrepancies), got.Discrepancies)
		})
	}
}

// damage plants something and gives the subject of what must be found.
type damage struct {
	plant func(f *folder, single, chained *Instance) string
	want  Trouble
	says  string
}

func streamOf(in *Instance) string { return record.InstanceStream(in.ID) }

var damages = map[string]damage{
	"a command that was acknowledged is not in the log": {func(_ *folder, in, _ *Instance) string {
		in.Commands = append(in.Commands, Command{Key: "lost", Effect: Effect{Kind: Patched, Pointer: contact, Value: "gone"}})
		return streamOf(in)
	}, Lost, "patched with key lost was acknowledged and is not in the log"},
	"an instance that was acknowledged is not in the log": {func(f *folder, _, _ *Instance) string {
		in := &Instance{App: sourceApp, Caller: "user:510001", ID: uuid.New(), Commands: []Command{{Key: "lost", Effect: Effect{Kind: Created}}}}
		f.journal.Add(in)
		return streamOf(in)
	}, Lost, "there is no such instance"},
	"a patch has another value than was acknowledged": {func(_ *folder, in, _ *Instance) string {
		in.Commands[len(in.Commands)-1].Effect.Value = "other"
		return streamOf(in)
	}, Lost, "has not given /soeker/kontaktperson its value"},
	"the form ends with an older value": {func(f *folder, in, _ *Instance) string {
		f.append(in.App, in.ID, uuid.New(), owner, patchEvent(in, contact, "older"))
		return streamOf(in)
	}, Lost, "/soeker/kontaktperson does not hold what was written last"},
	"a command was done again under another id": {func(f *folder, in, _ *Instance) string {
		f.append(in.App, in.ID, uuid.New(), applicant, patchEvent(in, contact, "second"))
		return streamOf(in)
	}, Duplicated, "which was never sent"},
	"a value was given a second time": {func(f *folder, in, _ *Instance) string {
		f.append(in.App, in.ID, uuid.New(), owner, patchEvent(in, contact, "between"), patchEvent(in, contact, "second"))
		return streamOf(in)
	}, Duplicated, "its value 2 times"},
	"a submission was recorded twice in one command": {func(f *folder, in, _ *Instance) string {
		f.do(in, Effect{Kind: Completed, Task: taskFill}, instance.TaskCompleted{Task: taskFill},
			instance.ProcessEnded{EndEvent: "EndEvent_1"}, instance.Submitted{Number: 1}, instance.Submitted{Number: 1})
		return streamOf(in)
	}, Duplicated, "2 times Submitted"},
	"an acknowledgement told an earlier position": {func(_ *folder, in, _ *Instance) string {
		in.Commands[1].Position--
		return streamOf(in)
	}, Skipped, "was acknowledged at position"},
	"a file's event is missing": {func(_ *folder, in, _ *Instance) string {
		in.Commands[1].Effect.Files = []File{sentFile(typePlan, "never.pdf", "x")}
		return streamOf(in)
	}, Lost, "file never.pdf of type tegning is not there"},
	"a file has other contents": {func(_ *folder, in, _ *Instance) string {
		in.Commands[2].Effect.Files[0].SHA256[0]++
		return streamOf(in)
	}, Lost, "file tegning-0.pdf has 8 bytes"},
	"a file has another size": {func(_ *folder, in, _ *Instance) string {
		in.Commands[2].Effect.Files[0].Size++
		return streamOf(in)
	}, Lost, "sent were 9 bytes"},
	"a file's contents are gone": {func(f *folder, in, _ *Instance) string {
		st, _, err := f.log.FoldInstance(f.t.Context(), in.ID, record.Until{})
		f.must(err)
		f.must(f.blobs.Drop(f.t.Context(), blob.Ref{Stream: streamOf(in), ID: st.OfType(typePlan)[0].Blob}))
		return streamOf(in)
	}, Lost, "not found"},
	"a file is there twice": {func(f *folder, in, _ *Instance) string {
		f.append(in.App, in.ID, uuid.New(), owner, f.file(in.ID, typePlan, "tegning-0.pdf", "contents"))
		return streamOf(in)
	}, Duplicated, "is there 2 times"},
	"a file was never sent": {func(f *folder, in, _ *Instance) string {
		f.append(in.App, in.ID, uuid.New(), owner, f.file(in.ID, typePlan, "extra.pdf", "extra"))
		return streamOf(in)
	}, Duplicated, "extra.pdf was never sent"},
}

// TestCheck_FindsACommandInTwoPlaces goes round the store, which would refuse such a log.
func TestCheck_FindsACommandInTwoPlaces(t *testing.T) {
	t.Parallel()
	in := &Instance{ID: uuid.New(), App: sourceApp, Caller: "user:510001", Commands: []Command{{Key: "k", Effect: Effect{Kind: Created}}}}
	command := commandID(in.Caller, "k", in.App)
	h := &history{stream: streamOf(in), state: instance.Initial(in.ID), groups: map[uuid.UUID]*group{}, given: map[text]int{}}
	for i, e := range []struct {
		command uuid.UUID
		fact    instance.Event
	}{{command, instance.Created{}}, {uuid.New(), instance.Read{}}, {command, instance.PresentationSet{}}} {
		entry := record.Entry{Event: ledger.Event{Revision: ledger.Revision(i)}, Meta: ledger.Meta{Command: e.command, Actor: applicant}, Instance: e.fact}
		h.take(entry, map[string]string{})
	}
	r := &Report{}
	c := check{r, in, h}
	c.commands()
	wantOnly(t, *r, Duplicated, streamOf(in), "created with key k is in the log in more than one place")
}

func TestVerify_UnknownCommandsMayBeThereOnceOrNotAtAll(t *testing.T) {
	t.Parallel()
	f, single, _ := healthy(t)
	last := len(single.Commands) - 1
	done, never := single.Commands[last], Command{Key: "never", Effect: Effect{Kind: Patched, Pointer: contact, Value: "never"}}
	single.Commands, single.Unknown = single.Commands[:last], []Command{done, never}
	f.journal.Add(&Instance{App: sourceApp, Caller: "user:510001", Unknown: []Command{{Key: "unborn", Effect: Effect{Kind: Created}}}})
	f.journal.Add(&Instance{App: sourceApp, Caller: "user:510001"}) // refused
	got := f.verify()
	if !got.OK() || got.Unknown != 3 || got.Done != 1 {
		t.Errorf("%d unknown, %d of them done, found %v", got.Unknown, got.Done, got.Discrepancies)
	}
}

func TestVerify_RefusesAnErasedInstance(t *testing.T) {
	t.Parallel()
	f, single, _ := healthy(t)
	f.must(f.keys.Erase(t.Context(), streamOf(single)))
	f.finish()
	if _, err := Verify(t.Context(), f.dir, f.journal); err == nil || !strings.Contains(err.Error(), "erased") {
		t.Errorf("error %v", err)
	}
}

func TestVerify_NeedsADataFolder(t *testing.T) {
	t.Parallel()
	if _, err := Verify(t.Context(), t.TempDir(), &Journal{}); err == nil {
		t.Error("an empty folder is not refused")
	}
}
