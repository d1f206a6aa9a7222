package multiapp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/sagas"
	"github.com/hovedbok/hovedbok/sagas/multiapp"
)

// tokens gives "token-1", "token-2" …, a new one after each that was not accepted.
type tokens struct {
	mu      sync.Mutex
	n       int
	scopes  []string
	failure error
}

func (t *tokens) Token(_ context.Context, org string, scopes ...string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.scopes = append(t.scopes, scopes...)
	return fmt.Sprintf("%s-token-%d", org, t.n+1), t.failure
}

func (t *tokens) Invalidate(org, token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if token == fmt.Sprintf("%s-token-%d", org, t.n+1) {
		t.n++
	}
}

// receiver is another agency's server, and a door to it.
type receiver struct {
	*multiapp.HTTPDoor
	tokens *tokens
	server *httptest.Server
}

func newReceiver(t *testing.T, h http.HandlerFunc) *receiver {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	r := &receiver{tokens: &tokens{}, server: s}
	r.HTTPDoor = &multiapp.HTTPDoor{Tokens: r.tokens, Base: func(string) string { return s.URL + "/" }, Client: s.Client()}
	return r
}

var (
	targetID = uuid.MustParse("0b1f7e0a-8d2c-4c77-9a51-2f6a3b0c9d11")
	sourceID = uuid.MustParse("7d0a7a52-51bb-4a36-8c6c-55f8d4d7b8a1")
	madeBody = `{"id":"500001/` + targetID.String() + `","appId":"nordvik/skjenkesak"}`
)

func source() multiapp.Ref { return multiapp.Ref{App: appA, Party: fjordkro, Instance: sourceID} }

func creation(files ...multiapp.File) multiapp.Creation {
	return multiapp.Creation{
		App: appB, Owner: multiapp.OwnerBody{OrganisationNumber: "310000000"}, Key: "handover/1", Causation: sourceID, DataType: "sak",
		Link:  multiapp.LinkBody{Chain: uuid.New(), Handover: uuid.New(), Link: "til-saksbehandling", App: appA, Instance: sourceID, Party: fjordkro},
		Form:  document.NewObject(),
		Files: files,
	}
}

func textFile(name, body string) multiapp.File {
	return multiapp.File{DataType: "tegning", ContentType: "application/pdf", Filename: name, Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(body)), nil
	}}
}

// writes are the calls that change something.
func (r *receiver) writes() map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"create": func(ctx context.Context) error {
			_, err := r.Create(ctx, "nordvik", creation(textFile("a.pdf", "a")))
			return err
		},
		"link": func(ctx context.Context) error { return r.Link(ctx, "nordvik", source(), multiapp.LinkBody{}, "tie/1") },
		"patch": func(ctx context.Context) error {
			return r.Patch(ctx, "nordvik", source(), multiapp.FormPatch{}, "data/1")
		},
		"substatus": func(ctx context.Context) error { return r.Substatus(ctx, "nordvik", source(), "a", "b", "status/1") },
	}
}

func TestDoor_SendsWhatTheAPITakes(t *testing.T) {
	t.Parallel()
	type seen struct{ line, token, key, body string }
	var got []seen
	r := newReceiver(t, func(w http.ResponseWriter, req *http.Request) {
		b, _ := io.ReadAll(req.Body)
		got = append(got, seen{req.Method + " " + req.URL.Path, req.Header.Get("Authorization"), req.Header.Get("Idempotency-Key"), string(b)})
		_, _ = io.WriteString(w, madeBody)
	})
	patch, err := document.ParsePatch([]byte(`[{"op":"add","path":"/a","value":1}]`))
	if err != nil {
		t.Fatal(err)
	}
	l := multiapp.LinkBody{Chain: targetID, Handover: sourceID, Link: "l", App: appB, Instance: targetID, Party: 500001}
	err = errors.Join(
		r.Link(t.Context(), "nordvik", source(), l, "tie/1"),
		r.Patch(t.Context(), "nordvik", source(), multiapp.FormPatch{Element: "e", Patch: patch}, "data/1"),
		r.Substatus(t.Context(), "nordvik", source(), "innvilget", "så", "status/1"),
	)
	if err != nil {
		t.Fatal(err)
	}
	const bearer = "Bearer nordvik-token-1"
	at := "/nordvik/skjenkebevilling/instances/500100/" + sourceID.String()
	want := []seen{
		{"POST /ledger/instances/500100/" + sourceID.String() + "/links", bearer, "tie/1", `{"chain":"` + targetID.String() + `","handover":"` + sourceID.String() + `","link":"l","app":"nordvik/skjenkesak","instance":"` + targetID.String() + `","party":500001}`},
		{"PATCH " + at + "/data", bearer, "data/1", `{"patches":[{"dataElementId":"e","patch":[{"op":"add","path":"/a","value":1}]}]}`},
		{"PUT " + at + "/substatus", bearer, "status/1", `{"description":"så","label":"innvilget"}`},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %v\nwant %v", got, want)
	}
}

// parts reads a multipart request as any server does.
func parts(t *testing.T, req *http.Request) (out []file) {
	media, params, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if err != nil || media != "multipart/form-data" {
		t.Errorf("content type %s, %v", media, err)
		return nil
	}
	m := multipart.NewReader(req.Body, params["boundary"])
	for {
		p, err := m.NextPart()
		if err != nil {
			if err != io.EOF {
				t.Error(err)
			}
			return out
		}
		b, err := io.ReadAll(p)
		if err != nil {
			t.Error(err)
		}
		out = append(out, file{p.FormName(), p.FileName(), p.Header.Get("Content-Type"), string(b)})
	}
}

func TestDoor_CreatesInOneRequest(t *testing.T) {
	t.Parallel()
	var got []file
	var head http.Header
	r := newReceiver(t, func(w http.ResponseWriter, req *http.Request) {
		got, head = parts(t, req), req.Header
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, madeBody)
	})
	c := creation(textFile(`tegning æøå "1" \2.pdf`, "%PDF"), textFile("b.pdf", ""))
	c.Form = parsed(t, `{"a":"æ","tall":1.50}`)
	made, err := r.Create(t.Context(), "nordvik", c)
	if err != nil || made != (multiapp.Created{Instance: targetID, Party: 500001}) {
		t.Errorf("%+v, %v", made, err)
	}
	link, _ := json.Marshal(c.Link)
	want := []file{
		{"instance", "", "application/json", `{"instanceOwner":{"organisationNumber":"310000000"},"link":` + string(link) + `}`},
		{"sak", "", "application/json", `{"a":"æ","tall":1.50}`},
		{"tegning", `tegning æøå "1" \2.pdf`, "application/pdf", "%PDF"},
		{"tegning", "b.pdf", "application/pdf", ""},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
	if head.Get("Idempotency-Key") != "handover/1" || head.Get("Hovedbok-Causation") != sourceID.String() || !reflect.DeepEqual(r.tokens.scopes, []string{"altinn:serviceowner/instances.write"}) {
		t.Errorf("headers %v, scopes %v", head, r.tokens.scopes)
	}
}

// A file comes from a person, who knows the ids of the instance. It must not be able to end its part and begin others in the
// service owner's name.
func TestDoor_FilesCannotForgeParts(t *testing.T) {
	t.Parallel()
	boundaries := map[string]bool{}
	r := newReceiver(t, func(w http.ResponseWriter, req *http.Request) {
		_, params, _ := mime.ParseMediaType(req.Header.Get("Content-Type"))
		boundaries[params["boundary"]] = true
		_, _ = io.Copy(io.Discard, req.Body)
		_, _ = io.WriteString(w, madeBody)
	})
	c := creation(textFile("a.pdf", "a"))
	for range 3 {
		if _, err := r.Create(t.Context(), "nordvik", c); err != nil {
			t.Fatal(err)
		}
	}
	if len(boundaries) != 3 {
		t.Errorf("three requests have %d boundaries", len(boundaries))
	}
	for b := range boundaries {
		if len(b) < 32 || strings.Contains(b, strings.ReplaceAll(c.Link.Handover.String(), "-", "")) {
			t.Errorf("boundary %q can be foreseen", b)
		}
	}
}

func TestDoor_RenewsATokenOnce(t *testing.T) {
	t.Parallel()
	for accepted, calls := range map[string]int{"Bearer nordvik-token-1": 1, "Bearer nordvik-token-2": 2, "Bearer nordvik-token-3": 2} {
		var bodies []string
		r := newReceiver(t, func(w http.ResponseWriter, req *http.Request) {
			var b bytes.Buffer
			for _, p := range parts(t, req) {
				fmt.Fprintf(&b, "%q", p)
			}
			if bodies = append(bodies, b.String()); req.Header.Get("Authorization") != accepted {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			_, _ = io.WriteString(w, madeBody)
		})
		_, err := r.Create(t.Context(), "nordvik", creation(textFile("a.pdf", strings.Repeat("a", 100_000))))
		var a *multiapp.AnswerError
		if refused := errors.As(err, &a) && a.Status == http.StatusUnauthorized; refused != (accepted == "Bearer nordvik-token-3") || !refused && err != nil {
			t.Errorf("%s: %v", accepted, err)
		}
		if len(bodies) != calls || bodies[0] != bodies[len(bodies)-1] {
			t.Errorf("%s: %d requests, want %d of the same", accepted, len(bodies), calls)
		}
	}
}

// problems are answers to a creation, and whether trying again helps.
func TestDoor_TellsWhatPassesFromWhatMustBeMended(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status    int
		body      string
		permanent bool
		says      string
	}{
		{400, `{"type":"https://hovedbok.no/problem/data_type_unknown","code":"data_type_unknown","detail":"the app has no data type"}`, true, "data_type_unknown: the app has no data type"},
		{401, ``, false, "401"},
		{403, `{"code":"not_authorized","title":"Forbidden"}`, true, "not_authorized: Forbidden"},
		{404, `{"code":"app_unknown"}`, true, "404 app_unknown"},
		{404, `<html>not here</html>`, true, "404 : Not Found"},
		{409, `{"code":"instance_exists"}`, true, "instance_exists"},
		{409, `{"code":"concurrent_change"}`, false, "concurrent_change"},
		{410, `{"code":"instance_erased"}`, true, "instance_erased"},
		{422, `{"code":"idempotency_key_reused"}`, true, "idempotency_key_reused"},
		{408, ``, false, "408"}, {425, ``, false, "425"}, {429, `{"code":"rate"}`, false, "rate"},
		{500, `{"code":"internal"}`, false, "internal"}, {502, `<html>`, false, "502"}, {503, `{"code":"busy"}`, false, "busy"}, {504, ``, false, "504"},
		{301, ``, true, "301"}, {302, ``, true, "302"}, {307, ``, true, "307"},
		{200, `<html>`, false, "cannot be read"}, {200, ``, false, "cannot be read"}, {200, `{}`, false, "is not an instance"},
		{201, `{"id":"x/` + targetID.String() + `"}`, false, "is not an instance"}, {201, `{"id":"500001/x"}`, false, "is not an instance"},
		{201, `{"id":"-1/` + targetID.String() + `"}`, false, "is not an instance"}, {201, `{"id":"` + targetID.String() + `"}`, false, "is not an instance"},
	} {
		t.Run(fmt.Sprintf("%d %s", c.status, c.body), func(t *testing.T) {
			t.Parallel()
			r := newReceiver(t, func(w http.ResponseWriter, req *http.Request) {
				if req.URL.Path == "/elsewhere" {
					_, _ = io.WriteString(w, madeBody)
					return
				}
				_, _ = io.Copy(io.Discard, req.Body)
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			})
			w := newWorld(t)
			err := w.through(r).Handle(w.ctx, w.last(w.applied(), instance.FactSubmitted))
			if err == nil || sagas.IsPermanent(err) != c.permanent || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, permanent %v", err, sagas.IsPermanent(err))
			}
			w.wantChain(map[string]int{"HandoverIntended": 1})
		})
	}
}

// through is a handler that speaks to a receiver.
func (w *world) through(r *receiver) *multiapp.Saga {
	w.Helper()
	s, err := multiapp.New(multiapp.Options{Log: w.Log, Apps: w.apps, Blobs: w.blobs, Door: r, Clock: w.clock})
	if err != nil {
		w.Fatal(err)
	}
	return s
}

func TestDoor_RedirectsOfWritesAreNotFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		followed := false
		r := newReceiver(t, func(w http.ResponseWriter, req *http.Request) {
			if req.URL.Path == "/login" {
				followed = true
				return
			}
			http.Redirect(w, req, "/login", status)
		})
		for name, write := range r.writes() {
			var a *multiapp.AnswerError
			if err := write(t.Context()); !errors.As(err, &a) || a.Status != status || followed {
				t.Errorf("%s: %v, followed %v", name, err, followed)
			}
		}
	}
}

func TestDoor_NobodyAnswers(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, func(http.ResponseWriter, *http.Request) {})
	r.server.Close()
	for name, write := range r.writes() {
		var a *multiapp.AnswerError
		if err := write(t.Context()); err == nil || sagas.IsPermanent(err) || errors.As(err, &a) {
			t.Errorf("%s: %v", name, err)
		}
	}
	cut := newReceiver(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	for name, write := range cut.writes() {
		if err := write(t.Context()); err == nil || sagas.IsPermanent(err) {
			t.Errorf("%s, cut: %v", name, err)
		}
	}
}

func TestDoor_WithoutATokenNothingIsSent(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	r.tokens.failure = errCut
	for name, write := range r.writes() {
		if err := write(t.Context()); !errors.Is(err, errCut) || sagas.IsPermanent(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDoor_SlowAnswersEndWithTheAttempt(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	r := newReceiver(t, func(_ http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
		arrived <- struct{}{}
		<-req.Context().Done()
	})
	for name, write := range r.writes() {
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-arrived
			cancel()
		}()
		if err := write(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
	}
}

// endless is a file without end. closed tells that whoever read it has let go.
type endless struct{ closed chan struct{} }

func (e *endless) Read(p []byte) (int, error) { return len(p), nil }
func (e *endless) Close() error               { close(e.closed); return nil }

func TestDoor_LetsGoOfFilesWhenTheAnswerComesEarly(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusForbidden, http.StatusRequestEntityTooLarge, http.StatusInternalServerError} {
		r := newReceiver(t, func(w http.ResponseWriter, req *http.Request) {
			_, _ = io.CopyN(io.Discard, req.Body, 1000)
			w.Header().Set("Connection", "close")
			w.WriteHeader(status)
		})
		f := &endless{make(chan struct{})}
		_, err := r.Create(t.Context(), "nordvik", creation(multiapp.File{DataType: "tegning", Filename: "a.pdf", Open: func(context.Context) (io.ReadCloser, error) { return f, nil }}))
		if err == nil || sagas.IsPermanent(err) {
			t.Errorf("%d: %v", status, err)
		}
		<-f.closed // or the test never ends
	}
}

func TestDoor_TellsOfFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	broken := func(context.Context) (io.ReadCloser, error) { return nil, errCut }
	halfway := func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(strings.Repeat("a", 100_000)), failingReader{})), nil
	}
	for name, open := range map[string]func(context.Context) (io.ReadCloser, error){"at once": broken, "halfway": halfway} {
		r := newReceiver(t, func(w http.ResponseWriter, req *http.Request) {
			_, _ = io.Copy(io.Discard, req.Body)
			w.WriteHeader(http.StatusBadRequest) // as any server answers to half a body
		})
		_, err := r.Create(t.Context(), "nordvik", creation(multiapp.File{DataType: "tegning", Filename: "a.pdf", Open: open}))
		var a *multiapp.AnswerError
		if !errors.Is(err, errCut) || errors.As(err, &a) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errCut }

func TestDoor_ReadsTheFormsOfAnInstance(t *testing.T) {
	t.Parallel()
	at := "/nordvik/skjenkesak/instances/500001/" + targetID.String()
	answers := map[string]string{
		at:             `{"data":[{"id":"1","dataType":"sak","filename":null},{"id":"2","dataType":"tegning","filename":"a.pdf"},{"id":"3","dataType":"tillegg"},{"id":"4","dataType":"tillegg"}]}`,
		at + "/data/1": `{"vedtak":{"resultat":"innvilget"}}`, at + "/data/3": `{"n":1}`,
	}
	r := newReceiver(t, func(w http.ResponseWriter, req *http.Request) {
		body, ok := answers[req.URL.Path]
		if !ok {
			t.Errorf("asked for %s", req.URL.Path)
		}
		_, _ = io.WriteString(w, body)
	})
	got, err := r.Read(t.Context(), "nordvik", multiapp.Ref{App: appB, Party: 500001, Instance: targetID})
	if err != nil || len(got.Forms) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	for dataType, want := range map[string]string{"sak": `{"vedtak":{"resultat":"innvilget"}}`, "tillegg": `{"n":1}`} {
		if form := got.Forms[dataType]; string(form.AppendJSON(nil)) != want {
			t.Errorf("%s is %s", dataType, form.AppendJSON(nil))
		}
	}
	if !reflect.DeepEqual(r.tokens.scopes, []string{"altinn:serviceowner/instances.read", "altinn:serviceowner/instances.read", "altinn:serviceowner/instances.read"}) {
		t.Errorf("scopes %v", r.tokens.scopes)
	}
}

func TestDoor_ReadFails(t *testing.T) {
	t.Parallel()
	for name, answers := range map[string][2]string{
		"the instance is not JSON": {`<html>`, `{}`}, "the form is not JSON": {`{"data":[{"id":"1","dataType":"sak"}]}`, `<xml/>`}, "the form is cut": {`{"data":[{"id":"1","dataType":"sak"}]}`, `{"a":`},
	} {
		r := newReceiver(t, func(w http.ResponseWriter, req *http.Request) {
			if strings.HasSuffix(req.URL.Path, "/data/1") {
				_, _ = io.WriteString(w, answers[1])
				return
			}
			_, _ = io.WriteString(w, answers[0])
		})
		if got, err := r.Read(t.Context(), "nordvik", multiapp.Ref{App: appB, Party: 1, Instance: targetID}); err == nil || sagas.IsPermanent(err) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
