package commands_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/commands"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
)

func TestCreate_TakesFormsAndFilesInOneCommand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	res := w.applied()
	want := []string{"Created", "DataElementAdded", "DataElementAdded", "DataElementAdded", "PresentationSet", "TaskStarted"}
	if got := w.facts(res.State.ID); !same(got, want) {
		t.Errorf("facts %v, want %v", got, want)
	}
	if res.State.TaskID() != "Task_1" || res.State.Owner != fjordkro || len(res.State.Elements) != 3 || res.Position == 0 {
		t.Errorf("state %+v", res.State)
	}
	data, err := w.svc.ReadData(w.ctx, by(applicant), refOf(res), res.State.OfType("tegning")[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	defer data.Content.Close()
	if b, err := io.ReadAll(data.Content); err != nil || !bytes.Equal(b, sample(t, "tegning.pdf")) {
		t.Errorf("%d bytes came back, %v", len(b), err)
	}
}

func TestCreate_MakesTheFormWhenNoneIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	res, err := w.svc.Create(w.ctx, by(applicant), commands.CreateInstance{
		App: appA, Owner: commands.Owner{PartyID: fjordkro}, Prefill: map[string]string{"lokale.navn": "Fjordkroa", "lokale.antallGjester": "85", "ukjent.felt": "x"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := string(w.form(res).Form.AppendJSON(nil)); !strings.Contains(got, `"antallGjester":85`) || !strings.Contains(got, `"navn":"Fjordkroa"`) || strings.Contains(got, "ukjent") {
		t.Errorf("form %s", got)
	}
}

// Everything that a creation can be refused for; none leaves an event or a file behind.
func TestCreate_Refusals(t *testing.T) {
	t.Parallel()
	part := func(dataType, contentType, filename, body string) commands.Part {
		return commands.Part{DataType: dataType, ContentType: contentType, Filename: filename, Body: strings.NewReader(body)}
	}
	owner := commands.Owner{PartyID: fjordkro}
	for name, c := range map[string]struct {
		who  commands.Caller
		cmd  commands.CreateInstance
		kind commands.Kind
		code string
	}{
		"unknown app":           {applicant, commands.CreateInstance{App: "nordvik/finnesikke", Owner: owner}, commands.NotFound, commands.CodeAppUnknown},
		"no owner":              {applicant, commands.CreateInstance{App: appA}, commands.Invalid, commands.CodeOwnerMissing},
		"unknown owner":         {applicant, commands.CreateInstance{App: appA, Owner: commands.Owner{PartyID: 999}}, commands.NotFound, commands.CodePartyUnknown},
		"no role":               {stranger, commands.CreateInstance{App: appA, Owner: owner}, commands.Forbidden, commands.CodeForbidden},
		"low level":             {withLevel(applicant, 1), commands.CreateInstance{App: appA, Owner: owner}, commands.Forbidden, commands.CodeAuthLevel},
		"no scope":              {withScopes(nordvik), commands.CreateInstance{App: appB, Owner: commands.Owner{PartyID: 500001}}, commands.Forbidden, commands.CodeScope},
		"sub-unit":              {applicant, commands.CreateInstance{App: appA, Owner: commands.Owner{PartyID: 500103}}, commands.Forbidden, commands.CodePartyType},
		"user claims an origin": {applicant, commands.CreateInstance{App: appA, Owner: owner, Origin: &commands.Origin{}}, commands.Forbidden, commands.CodeLinkNotAllowed},
		"unknown data type":     {applicant, create(part("finnesikke", "application/pdf", "a.pdf", "x")), commands.Invalid, commands.CodeDataTypeUnknown},
		"malformed form":        {applicant, create(part("skjenkebevilling", "application/json", "", `{"a":`)), commands.Invalid, commands.CodeFormMalformed},
		"form as text":          {applicant, create(part("skjenkebevilling", "text/plain", "", `{}`)), commands.UnsupportedMedia, commands.CodeFormContentType},
		"form with other field": {applicant, create(part("skjenkebevilling", "application/json", "", `{"finnesIkke":1}`)), commands.Unprocessable, commands.CodeFormMismatch},
		"form with wrong type":  {applicant, create(part("skjenkebevilling", "application/json", "", `{"lokale":{"navn":5}}`)), commands.Unprocessable, commands.CodeFormMismatch},
		"huge form":             {applicant, create(part("skjenkebevilling", "application/json", "", `{"lokale":{"navn":"`+strings.Repeat("x", commands.MaxForm)+`"}}`)), commands.TooLarge, commands.CodeEventTooLarge},
		"second of one":         {applicant, create(filePart(t, "tegning"), part("skjenkebevilling", "application/json", "", `{}`), part("skjenkebevilling", "application/json", "", `{}`)), commands.Invalid, string(instance.CodeMaxCount)},
		"file without name":     {applicant, create(part("tegning", "application/pdf", "", "x")), commands.Invalid, commands.CodeFilenameMissing},
		"file without ending":   {applicant, create(part("tegning", "application/pdf", "tegning", "x")), commands.Invalid, commands.CodeFilename},
		"file of no type":       {applicant, create(part("tegning", "", "a.pdf", "x")), commands.Invalid, commands.CodeContentTypeMissing},
		"file of wrong type":    {applicant, create(filePart(t, "tegning"), part("leiekontrakt", "text/html", "a.html", "x")), commands.Invalid, commands.CodeContentType},
		"name says other type":  {applicant, create(part("tegning", "application/pdf", "a.png", "x")), commands.Invalid, commands.CodeFilename},
		"empty file":            {applicant, create(part("tegning", "application/pdf", "a.pdf", "")), commands.Invalid, commands.CodeEmptyFile},
		"cut off":               {applicant, create(filePart(t, "tegning"), commands.Part{DataType: "leiekontrakt", ContentType: "application/pdf", Filename: "a.pdf", Body: io.MultiReader(strings.NewReader("x"), broken{})}), commands.Invalid, commands.CodeBodyIncomplete},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			_, err := w.svc.Create(w.ctx, by(c.who), c.cmd)
			w.refused(err, c.kind, c.code)
			if n := w.events(); n != 0 {
				t.Errorf("%d events were recorded", n)
			}
			w.noOrphans()
		})
	}
}

func create(parts ...commands.Part) commands.CreateInstance {
	return commands.CreateInstance{App: appA, Owner: commands.Owner{PartyID: fjordkro}, Parts: sequence(parts...)}
}

func withLevel(c commands.Caller, level int) commands.Caller {
	c.Level = level
	return c
}

func withScopes(c commands.Caller, scopes ...string) commands.Caller {
	c.Scopes = scopes
	return c
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestProcess_RunsToTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	res := w.applied()
	ref := refOf(res)
	res, err := w.svc.AdvanceProcess(w.ctx, by(applicant), ref, "")
	if err != nil || res.State.TaskID() != "Task_2" || !w.form(res).Locked {
		t.Fatalf("%v %+v", err, res.State)
	}
	if _, err = w.svc.PatchData(w.ctx, by(applicant), ref, patchOf(t, w.form(res).ID, `[{"op":"replace","path":"/lokale/navn","value":"X"}]`)); err == nil {
		t.Error("locked data were changed")
	}
	res, err = w.svc.AdvanceProcess(w.ctx, by(applicant), ref, "confirm")
	if err != nil || !res.State.Archived() || res.State.Submissions != 1 {
		t.Fatalf("%v %+v", err, res.State)
	}
	_, err = w.svc.AdvanceProcess(w.ctx, by(nordvik), ref, "")
	w.refused(err, commands.Conflict, string(instance.CodeProcessEnded))
}

func TestProcess_IsStoppedByInvalidData(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	res, err := w.svc.Create(w.ctx, by(applicant), commands.CreateInstance{App: appA, Owner: commands.Owner{PartyID: fjordkro}})
	if err != nil {
		t.Fatal(err)
	}
	before := w.events()
	_, err = w.svc.AdvanceProcess(w.ctx, by(applicant), refOf(res), "")
	w.refused(err, commands.Conflict, commands.CodeValidation)
	var e *commands.Error
	errors.As(err, &e)
	codes := map[string]bool{}
	for _, i := range e.Issues {
		codes[i.Code] = true
	}
	if !codes["required"] || !codes["TooFewDataElementsOfType"] || w.events() != before {
		t.Errorf("issues %v", e.Issues)
	}
	issues, err := w.svc.Validate(w.ctx, by(applicant), refOf(res))
	if err != nil || len(issues) != len(e.Issues) {
		t.Errorf("validate gives %d issues, %v", len(issues), err)
	}
}

func TestPatch_AllOrNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	res := w.applied()
	ref, form := refOf(res), w.form(res).ID
	before := w.events()
	two := append(patchOf(t, form, `[{"op":"replace","path":"/lokale/navn","value":"Ny"}]`), patchOf(t, form, `[{"op":"test","path":"/lokale/navn","value":"Gammel"}]`)...)
	_, err := w.svc.PatchData(w.ctx, by(applicant), ref, two)
	w.refused(err, commands.Conflict, commands.CodePatchTest)
	for src, want := range map[string]struct {
		kind commands.Kind
		code string
	}{
		`[{"op":"remove","path":"/finnesIkke"}]`:                 {commands.Unprocessable, commands.CodePatchFailed},
		`[{"op":"add","path":"/finnesIkke","value":1}]`:          {commands.Unprocessable, commands.CodeFormMismatch},
		`[{"op":"add","path":"/lokale/navn","value":{"a":"b"}}]`: {commands.Unprocessable, commands.CodeFormMismatch},
		`[{"op":"replace","path":"","value":5}]`:                 {commands.Unprocessable, commands.CodeFormMismatch},
	} {
		_, err := w.svc.PatchData(w.ctx, by(applicant), ref, patchOf(t, form, src))
		w.refused(err, want.kind, want.code)
	}
	_, err = w.svc.PatchData(w.ctx, by(applicant), ref, patchOf(t, uuid.New(), `[]`))
	w.refused(err, commands.NotFound, string(instance.CodeElementNotFound))
	if w.events() != before {
		t.Error("a refused patch was recorded")
	}
	res, err = w.svc.PatchData(w.ctx, by(applicant), ref, patchOf(t, form, `[{"op":"replace","path":"/lokale/navn","value":"Ny"}]`))
	if err != nil || res.State.Presentation["lokale"] == "" && len(res.State.Presentation) == 0 {
		t.Fatalf("%v %v", err, res.State.Presentation)
	}
	if got := w.facts(ref.ID); got[len(got)-2] != "FormDataPatched" || got[len(got)-1] != "PresentationSet" {
		t.Errorf("facts %v", got)
	}
	at := w.events()
	if _, err = w.svc.PatchData(w.ctx, by(applicant), ref, patchOf(t, form, `[{"op":"replace","path":"/lokale/navn","value":"Ny"}]`)); err != nil || w.events() != at {
		t.Errorf("a patch that changes nothing was recorded, %v", err)
	}
}

func TestData_AddReplaceDelete(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	res, err := w.svc.Create(w.ctx, by(applicant), commands.CreateInstance{App: appA, Owner: commands.Owner{PartyID: fjordkro}})
	if err != nil {
		t.Fatal(err)
	}
	ref := refOf(res)
	res, err = w.svc.AddData(w.ctx, by(applicant), ref, filePart(t, "tegning"))
	if err != nil || len(res.Elements) != 1 {
		t.Fatalf("%v %v", err, res.Elements)
	}
	id := res.Elements[0]
	p := filePart(t, "leiekontrakt")
	res, err = w.svc.ReplaceData(w.ctx, by(applicant), ref, id, p)
	if err != nil {
		t.Fatal(err)
	}
	if el, _ := res.State.Element(id); el.Filename != "leiekontrakt.pdf" || el.Size != int64(len(sample(t, "leiekontrakt.pdf"))) {
		t.Errorf("element %+v", el)
	}
	if _, err = w.svc.DeleteData(w.ctx, by(applicant), ref, w.form(res).ID); err == nil {
		t.Error("the mandatory form was deleted")
	}
	res, err = w.svc.DeleteData(w.ctx, by(applicant), ref, id)
	if err != nil || len(res.State.OfType("tegning")) != 0 {
		t.Errorf("%v", err)
	}
	_, err = w.svc.DeleteData(w.ctx, by(applicant), ref, id)
	w.refused(err, commands.NotFound, string(instance.CodeElementNotFound))
	_, err = w.svc.AddData(w.ctx, by(stranger), ref, filePart(t, "tegning"))
	w.refused(err, commands.Forbidden, commands.CodeForbidden)
	w.noOrphans()
}

func TestInstance_MustBeNamedRight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ref := refOf(w.applied())
	for name, wrong := range map[string]commands.Ref{
		"id":    {App: ref.App, Party: ref.Party, ID: uuid.New()},
		"party": {App: ref.App, Party: 500101, ID: ref.ID},
		"app":   {App: appB, Party: ref.Party, ID: ref.ID},
	} {
		_, err := w.svc.ReadInstance(w.ctx, by(applicant), wrong)
		var e *commands.Error
		if !errors.As(err, &e) || e.Code != string(instance.CodeNotFound) {
			t.Errorf("wrong %s: %v", name, err)
		}
	}
}

func TestReading_IsRecordedOncePerReaderAndState(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ref := refOf(w.applied())
	before := w.events()
	for range 3 {
		if _, err := w.svc.ReadInstance(w.ctx, by(nordvik), ref); err != nil {
			t.Fatal(err)
		}
		if _, err := w.svc.ReadInstance(w.ctx, by(applicant), ref); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.events() - before; n != 1 {
		t.Errorf("%d looks were recorded, want 1: who made the instance has seen it", n)
	}
	_, err := w.svc.ReadInstance(w.ctx, by(stranger), ref)
	w.refused(err, commands.Forbidden, commands.CodeForbidden)
	_, err = w.svc.ReadInstance(w.ctx, by(politiet), ref)
	w.refused(err, commands.Forbidden, commands.CodeForbidden)
}

func TestRevision_StaleIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	res := w.applied()
	stale, now := res.State.Changed()-1, res.State.Changed()
	req := by(applicant)
	req.IfRevision = &stale
	_, err := w.svc.DeleteInstance(w.ctx, req, refOf(res))
	w.refused(err, commands.Stale, commands.CodeStaleRevision)
	if _, err := w.svc.ReadInstance(w.ctx, by(nordvik), refOf(res)); err != nil {
		t.Fatal(err)
	}
	req.IfRevision = &now // a look by somebody else does not make it stale
	if _, err := w.svc.DeleteInstance(w.ctx, req, refOf(res)); err != nil {
		t.Error(err)
	}
}

func TestKey_TheSameCommandTwiceIsDoneOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, err := w.svc.Create(w.ctx, keyed(applicant, "k1", "f"), application(t))
	if err != nil {
		t.Fatal(err)
	}
	ref, form := refOf(first), w.form(first).ID
	add := func() (commands.Result, error) {
		return w.svc.AddData(w.ctx, keyed(applicant, "k2", "f"), ref, filePart(t, "leiekontrakt"))
	}
	patch := func() (commands.Result, error) {
		return w.svc.PatchData(w.ctx, keyed(applicant, "k3", "f"), ref, patchOf(t, form, `[{"op":"replace","path":"/lokale/navn","value":"Ny"}]`))
	}
	next := func() (commands.Result, error) {
		return w.svc.AdvanceProcess(w.ctx, keyed(applicant, "k4", "f"), ref, "")
	}
	if _, err := w.svc.DeleteData(w.ctx, by(applicant), ref, first.State.OfType("leiekontrakt")[0].ID); err != nil {
		t.Fatal(err)
	}
	var added, patched, moved commands.Result
	for _, c := range []struct {
		into *commands.Result
		do   func() (commands.Result, error)
	}{{&added, add}, {&patched, patch}, {&moved, next}} {
		if *c.into, err = c.do(); err != nil {
			t.Fatal(err)
		}
	}
	at := w.events()
	for _, fresh := range []bool{false, true} {
		if fresh {
			w.restart()
		}
		again, err := w.svc.Create(w.ctx, keyed(applicant, "k1", "f"), application(t))
		if err != nil || !again.Repeated || again.State.ID != first.State.ID || again.State.Revision != first.State.Revision {
			t.Errorf("create again: %v %+v", err, again)
		}
		for name, c := range map[string]struct {
			first commands.Result
			do    func() (commands.Result, error)
		}{"add": {added, add}, "patch": {patched, patch}, "next": {moved, next}} {
			again, err := c.do()
			if err != nil || !again.Repeated || again.State.Revision != c.first.State.Revision || len(again.Elements) != len(c.first.Elements) {
				t.Errorf("%s again: %v, revision %v, want %d", name, err, again.State, c.first.State.Revision)
			}
		}
	}
	if w.events() != at {
		t.Errorf("%d events came of repeats", w.events()-at)
	}
	_, err = w.svc.PatchData(w.ctx, keyed(applicant, "k3", "other"), ref, patchOf(t, form, `[]`))
	w.refused(err, commands.Unprocessable, commands.CodeKeyReused)
	w.noOrphans()
}

// Every outside write is tried four ways: ok, failed and not applied, failed but applied, and (concurrently) slow.
func TestAppend_FaultTable(t *testing.T) {
	t.Parallel()
	lost := errors.New("connection lost")
	for name, fault := range map[string]func(func() (ledger.Appended, error)) (ledger.Appended, error){
		"failed and not applied": func(func() (ledger.Appended, error)) (ledger.Appended, error) { return ledger.Appended{}, lost },
		"failed but applied": func(do func() (ledger.Appended, error)) (ledger.Appended, error) {
			_, _ = do()
			return ledger.Appended{}, lost
		},
		"conflict": func(func() (ledger.Appended, error)) (ledger.Appended, error) {
			return ledger.Appended{}, ledger.ErrConflict
		},
		"busy": func(func() (ledger.Appended, error)) (ledger.Appended, error) {
			return ledger.Appended{}, ledger.ErrBusy
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			res := w.applied()
			before := w.events()
			w.log.fault = fault
			do := func() (commands.Result, error) {
				return w.svc.AddData(w.ctx, keyed(applicant, "k", "f"), refOf(res), commands.Part{DataType: "tegning", ContentType: "application/pdf", Filename: "b.pdf", Body: strings.NewReader("%PDF")})
			}
			_, err := do()
			if wantErr := name != "conflict"; (err != nil) != wantErr {
				t.Fatalf("got %v", err)
			}
			again, err := do()
			if err != nil || w.events() != before+1 || len(again.State.OfType("tegning")) != 2 {
				t.Errorf("the repeat: %v, %d events", err, w.events()-before)
			}
			added, err := w.svc.ReadData(w.ctx, by(applicant), refOf(res), again.Elements[0])
			if err != nil {
				t.Fatal(err)
			}
			defer added.Content.Close()
			if b, err := io.ReadAll(added.Content); err != nil || string(b) != "%PDF" {
				t.Errorf("contents %q, %v", b, err)
			}
		})
	}
}

func TestConcurrency_SameKeyManyTimesIsDoneOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	res := w.applied()
	before := w.events()
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if _, err := w.svc.PatchData(w.ctx, keyed(applicant, "k", "f"), refOf(res), patchOf(t, w.form(res).ID, `[{"op":"replace","path":"/lokale/antallGjester","value":99}]`)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := w.events() - before; n != 1 {
		t.Errorf("%d events", n)
	}
}

func TestDeletion_AndErasure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	res := w.applied()
	ref := refOf(res)
	if res, err := w.svc.DeleteInstance(w.ctx, by(applicant), ref); err != nil || res.State.SoftDeleted.IsZero() {
		t.Fatalf("%v", err)
	}
	_, err := w.svc.AdvanceProcess(w.ctx, by(applicant), ref, "")
	w.refused(err, commands.Conflict, string(instance.CodeDeleted))
	if res, err := w.svc.UndeleteInstance(w.ctx, by(applicant), ref); err != nil || !res.State.SoftDeleted.IsZero() {
		t.Fatalf("%v", err)
	}
	if _, err := w.svc.EraseInstance(w.ctx, by(applicant), ref); err != nil {
		t.Fatal(err)
	}
	for _, restart := range []bool{false, true} {
		if restart {
			w.restart()
		}
		_, err = w.svc.ReadInstance(w.ctx, by(applicant), ref)
		w.refused(err, commands.Gone, string(instance.CodeErased))
	}
}

func TestOwnersFacts_OnlyByTheOwner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ref := refOf(w.applied())
	if _, err := w.svc.SetSubstatus(w.ctx, by(nordvik), ref, "Mottatt", "Vi ser på den"); err != nil {
		t.Fatal(err)
	}
	for name, who := range map[string]commands.Caller{"applicant": applicant, "other org": politiet} {
		if _, err := w.svc.SetSubstatus(w.ctx, by(who), ref, "x", ""); err == nil {
			t.Errorf("%s set the substatus", name)
		}
		if _, err := w.svc.LinkInstance(w.ctx, by(who), ref, instance.Linked{}); err == nil {
			t.Errorf("%s linked the instance", name)
		}
	}
	_, err := w.svc.SetSubstatus(w.ctx, by(nordvik), ref, "", "")
	w.refused(err, commands.Invalid, string(instance.CodeLabelMissing))
	_, err = w.svc.ConfirmCompletion(w.ctx, by(nordvik), ref)
	w.refused(err, commands.Conflict, string(instance.CodeNotEnded))
}
