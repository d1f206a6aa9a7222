package node_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/api"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/domain/link"
	"github.com/hovedbok/hovedbok/record"
	"github.com/hovedbok/hovedbok/sagas"
	"github.com/hovedbok/hovedbok/sagas/multiapp"
)

func TestHandover_FilesArriveWithTheirNames(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.start()
	names := []string{`tegning æøå "1".pdf`, "plan; filename=x.pdf", "日本 – 100 %.pdf", "a'b&c=d?e#f.pdf"}
	var files []upload
	for i, name := range names {
		files = append(files, upload{"tegning", name, "application/pdf", fmt.Sprintf("%%PDF %d\r\n--", i)})
	}
	a := s.apply(append(files, drawings(t)[1])...)
	s.submit(a)
	s.settled()
	app, id := shownAs(s.only(a.id()))
	b := s.see(assessor, app, id)
	got := map[string]string{}
	for _, d := range b.Data {
		if d.DataType == "tegning" {
			x := s.ask(assessor, http.MethodGet, b.path()+"/data/"+d.ID, "")
			s.read(x, "file", nil)
			got[d.Filename] = string(x.body)
		}
	}
	for i, name := range names {
		if got[name] != files[i].body {
			t.Errorf("%s holds %q; there are %q", name, got[name], got)
		}
	}
}

// An applicant knows the ids from which those of the handover follow. A file must not be able to pose as parts of the service owner's request.
func TestHandover_FilesCannotPoseAsParts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.apply(drawings(t)...)
	boundary := "--hovedbok-" + strings.ReplaceAll(link.HandoverID(a.id(), 1, "til-saksbehandling").String(), "-", "")
	body := "%PDF\r\n" + boundary + "\r\nContent-Disposition: form-data; name=\"leiekontrakt\"; filename=\"b.pdf\"\r\nContent-Type: application/pdf\r\n\r\nx\r\n" + boundary + "--\r\n"
	res := s.uploadFile(a, "tegning", "falsk.pdf", body)
	if res.status >= 300 {
		t.Fatalf("%d %s", res.status, res.body)
	}
	s.submit(a)
	s.start()
	s.settled()
	b := s.only(a.id())
	app, id := shownAs(b)
	v := s.see(assessor, app, id)
	for _, d := range v.Data {
		if d.Filename == "falsk.pdf" {
			if got := s.ask(assessor, http.MethodGet, v.path()+"/data/"+d.ID, ""); string(got.body) != body {
				t.Errorf("the file is %q", got.body)
			}
			return
		}
	}
	t.Errorf("the file is missing: %+v", v.Data)
}

// uploadFile adds a file to an instance.
func (s *site) uploadFile(v *shown, dataType, name, body string) answer {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), http.MethodPost, "http://127.0.0.1:8080"+v.path()+"/data/"+dataType, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token(applicant))
	req.Header.Set("Content-Type", "application/pdf")
	req.Header.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	res, err := api.Local{Handler: s.node.Handler()}.RoundTrip(req)
	if err != nil {
		s.Fatal(err)
	}
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.Fatal(err)
	}
	return answer{status: res.StatusCode, body: b}
}

var errCut = errors.New("the connection was cut")

// wire is the way from a handler to the API, with one fault in it: in the call of an operation that comes at a turn.
type wire struct {
	s    *site
	next http.RoundTripper

	mu   sync.Mutex
	op   string // under mu
	how  string // under mu
	turn int    // under mu; calls of op until the fault, this one included
	stop context.CancelFunc
	hit  bool // under mu
}

// operation names the write that a request makes, or gives nothing.
func operation(r *http.Request) string {
	switch {
	case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/instances"):
		return "create"
	case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/links"):
		return "link"
	case r.Method == http.MethodPatch:
		return "patch"
	case strings.HasSuffix(r.URL.Path, "/substatus"):
		return "substatus"
	}
	return ""
}

// fault tells whether the fault is now, and how it is.
func (w *wire) fault(op string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if op != w.op {
		return ""
	}
	if w.turn--; w.turn != 0 {
		return ""
	}
	w.hit = true
	return w.how
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	how := w.fault(operation(r))
	if strings.Contains(how, "not applied") {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, w.fail(r.Context(), how)
	}
	res, err := w.next.RoundTrip(r)
	if how == "" || how == "ok" || err != nil {
		return res, err
	}
	_ = res.Body.Close()
	return nil, w.fail(r.Context(), how)
}

// fail is how a call ends that fails or is slow.
func (w *wire) fail(ctx context.Context, how string) error {
	if !strings.HasPrefix(how, "slow") {
		return errCut
	}
	w.stop()
	<-ctx.Done()
	return ctx.Err()
}

// Token gives the org's token, by the wire.
func (w *wire) Token(ctx context.Context, org string, _ ...string) (string, error) {
	if how := w.fault("token"); how != "" && how != "ok" {
		return "", w.fail(ctx, how)
	}
	return w.s.token(org), nil
}

// Invalidate has nothing to forget.
func (w *wire) Invalidate(string, string) {}

// Every write that a handover makes through the real API, four ways: as it should; failed and not applied; failed but applied; slow, until the
// attempt's context ends.
func TestHandover_FaultsLeaveExactlyOneOfEverything(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for op, turns := range map[string]int{"create": 2, "link": 2, "patch": 1, "substatus": 1, "token": 8} {
		for turn := 1; turn <= turns; turn++ {
			for _, how := range []string{"ok", "failed, not applied", "failed, applied", "slow, not applied", "slow, applied"} {
				if op == "token" && strings.Contains(how, ", applied") {
					continue // to get a token changes nothing
				}
				name := fmt.Sprintf("%s %d %s", op, turn, how)
				w := &wire{s: s, next: api.Local{Handler: s.node.Handler()}, op: op, how: how, turn: turn}
				c := s.playByHand(name, w)
				if !w.hit {
					t.Errorf("%s: there is no such call", name)
				}
				s.exactlyOne(name, c)
			}
		}
	}
}

// story is what a chain is made of.
type story struct{ a, b, c uuid.UUID }

// playByHand plays A → B → C → B → A, where the handler is called by the test and its requests go by the wire.
func (s *site) playByHand(name string, w *wire) story {
	s.Helper()
	door := &multiapp.HTTPDoor{Tokens: w, Base: func(string) string { return "http://127.0.0.1:8080" }, Client: &http.Client{Transport: w}}
	saga, err := multiapp.New(multiapp.Options{Log: s.node.Log, Apps: s.node.Catalogue, Blobs: s.node.Blobs, Door: door})
	if err != nil {
		s.Fatal(err)
	}
	after, err := s.node.Store.Head(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	drain := func() {
		for again := true; again; {
			again = false
			for e, err := range s.node.Log.ReadAll(s.Context(), after, saga.Filter()) {
				if err != nil {
					s.Fatal(err)
				}
				after, again = e.Position, true
				s.handle(name, w, saga, &e)
			}
		}
	}
	a := s.apply(drawings(s.T)...)
	s.submit(a)
	drain()
	b := s.only(a.id())
	c := s.only(b.ID)
	s.police(c)
	drain()
	s.decide(s.state(b.ID))
	drain()
	return story{a.id(), b.ID, c.ID}
}

// handle tries an event until it succeeds, as the runner does.
func (s *site) handle(name string, w *wire, saga *multiapp.Saga, e *record.Entry) {
	s.Helper()
	for range 5 {
		ctx, cancel := context.WithCancel(s.Context())
		w.stop = cancel
		err := saga.Handle(ctx, e)
		cancel()
		if err == nil {
			return
		}
		if sagas.IsPermanent(err) || !errors.Is(err, errCut) && !errors.Is(err, context.Canceled) {
			s.Fatalf("%s: %s: %v", name, e.Type, err)
		}
	}
	s.Fatalf("%s: %s never succeeds", name, e.Type)
}

// exactlyOne says that a chain is complete and has nothing twice.
func (s *site) exactlyOne(name string, c story) {
	s.Helper()
	a := s.state(c.a)
	b := s.only(c.a)
	want := map[string]int{
		"B from A": 1, "C from B": 1, "A's ties": 1, "B's ties": 2, "C's ties": 1, "substatus of A": 1,
		"HandoverIntended": 2, "TargetCreated": 2, "SourceLinked": 2, "ResultReturned": 2,
	}
	got := map[string]int{
		"B from A": len(s.made(c.a)), "C from B": len(s.made(b.ID)), "A's ties": len(a.Relations), "B's ties": len(b.Relations), "C's ties": len(s.only(b.ID).Relations),
		"substatus of A": s.count(record.InstanceStream(c.a), instance.FactSubstatusSet),
	}
	if len(a.Relations) == 1 {
		for _, fact := range []string{"HandoverIntended", "TargetCreated", "SourceLinked", "ResultReturned"} {
			got[fact] = s.count(record.ChainStream(a.Relations[0].Chain), fact)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		s.Errorf("%s:\n got %v\nwant %v", name, got, want)
	}
	if a.Substatus == nil || a.Substatus.Label != "innvilget" || len(b.OfType("tegning")) != 1 || len(b.OfType("leiekontrakt")) != 1 {
		s.Errorf("%s: substatus %+v, %d elements", name, a.Substatus, len(b.Elements))
	}
}

// count counts a fact in a stream.
func (s *site) count(stream, fact string) (n int) {
	s.Helper()
	for e, err := range s.node.Store.ReadStream(s.Context(), stream, 0) {
		if err != nil {
			s.Fatal(err)
		}
		if e.Fact() == fact {
			n++
		}
	}
	return n
}

// Twenty chains at a time, their people acting whenever they can, while the sagas stop and start again wherever they are, and now and then
// the whole node. At the end there is exactly one B for each A and one C for each B.
func TestChains_InterleavedWithRestarts(t *testing.T) {
	t.Parallel()
	const chains = 20
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	s := newSite(t)
	run := s.runSagas()
	defer func() { run.stop() }()
	var sources []*shown
	begun := map[uuid.UUID]int{} // how far the people of a chain have come
	for len(sources) < chains || !s.finished(sources, begun, random) {
		if len(sources) < chains && random.IntN(2) == 0 {
			sources = append(sources, s.apply(drawings(t)...))
		}
		switch random.IntN(12) {
		case 0, 1, 2:
			run.stop()
			run = s.runSagas()
		case 3:
			run.stop()
			s.reopen()
			run = s.runSagas()
		}
	}
	head, err := s.node.Store.Head(t.Context())
	if err == nil {
		err = s.reached(run.Runner, head)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range sources {
		b := s.only(a.id())
		s.exactlyOne(a.ID, story{a.id(), b.ID, s.only(b.ID).ID})
	}
	if n := len(s.all()); n != 3*chains {
		t.Errorf("%d instances, want %d", n, 3*chains)
	}
	if parked, err := s.node.Parked.ListParked(t.Context(), sagas.ParkedFilter{}); err != nil || len(parked) > 0 {
		t.Errorf("parked: %+v, %v", parked, err)
	}
}

// finished lets the people of one chain act, if they can, and tells whether all are done.
func (s *site) finished(sources []*shown, begun map[uuid.UUID]int, random *rand.Rand) bool {
	s.Helper()
	var open []*shown
	for _, a := range sources {
		if begun[a.id()] < 3 {
			open = append(open, a)
		}
	}
	if len(open) == 0 {
		return true
	}
	a := open[random.IntN(len(open))]
	switch begun[a.id()] {
	case 0:
		s.submit(a)
	case 1:
		b := s.made(a.id())
		if len(b) == 0 {
			return false
		}
		c := s.made(b[0].ID)
		if len(c) == 0 {
			return false
		}
		s.police(c[0])
	case 2:
		b := s.only(a.id())
		if s.count(record.ChainStream(s.state(b.ID).Relations[0].Chain), "ResultReturned") == 0 {
			return false
		}
		s.decide(b)
	}
	begun[a.id()]++
	return false
}

// running is a run of the sagas alone.
type running struct {
	*sagas.Runner
	t    *testing.T
	end  context.CancelFunc
	done chan error
	once sync.Once
}

func (s *site) runSagas() *running {
	s.Helper()
	r, err := sagas.New(s.node.Sagas.Options)
	if err != nil {
		s.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	u := &running{Runner: r, t: s.T, end: end, done: make(chan error, 1)}
	go func() { u.done <- r.Run(ctx) }()
	return u
}

func (r *running) stop() {
	r.t.Helper()
	r.once.Do(func() {
		r.end()
		if err := <-r.done; err != nil {
			r.t.Errorf("the run ended with %v", err)
		}
	})
}
