package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/api"
	"github.com/hovedbok/hovedbok/domain/chain"
	"github.com/hovedbok/hovedbok/identity/devidp"
	"github.com/hovedbok/hovedbok/identity/maskinporten"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/node"
	"github.com/hovedbok/hovedbok/record"
)

// base is the address of the node under test. Nothing listens there: requests are handed over in process.
const base = "http://hovedbok.localhost"

// The sample people (by user id), organisations (by party id) and services; see examples/README.md.
const (
	ingrid = 20001 // DAGL of Fjordkroa: the applicant
	amina  = 20005 // DAGL of Havnebaren: another applicant
	kari   = 20006 // SKJENKESAKSBEHANDLER for Nordvik kommune
	silje  = 20008 // BYGGESAKSBEHANDLER for Nordvik kommune
	thomas = 20009 // POLITIVANDEL
	nina   = 20010 // POLITIPATRULJE
	per    = 20011 // nothing
	hanne  = 20012 // REGNA of Fjordkroa

	fjordkroa  = 500100
	havnebaren = 500102
	nordvik    = 500001

	appA = "/nordvik/skjenkebevilling"
	appB = "/nordvik/skjenkesak"
	appC = "/politiet/vandelsvurdering"
)

// apitest is a node with the sample services, whose projections and sagas run, and a client that knows it by its HTTP API only.
type apitest struct {
	node   *node.Node
	client *http.Client
	clock  *clock

	mu     sync.Mutex
	tokens map[string]string // by how they were asked for; guarded by mu
}

// clock is the time of day plus what a test has added.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// shared is the node of tests that look only at instances of their own.
var shared struct {
	once sync.Once
	api  *apitest
	stop func() error
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.stop != nil {
		if err := shared.stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stop the shared node:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// common gives the shared node.
func common(t testing.TB) *apitest {
	t.Helper()
	shared.once.Do(func() {
		var dir string
		if dir, shared.err = os.MkdirTemp("", "hovedbok-api"); shared.err != nil {
			return
		}
		var stop func() error
		shared.api, stop, shared.err = start(dir)
		shared.stop = func() error {
			defer os.RemoveAll(dir)
			if stop == nil {
				return nil
			}
			return stop()
		}
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.api
}

// alone gives a node of the test's own, for tests that count what is in it or turn its knobs.
func alone(t testing.TB) *apitest {
	t.Helper()
	a, stop, err := start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("stop the node: %v", err)
		}
	})
	return a
}

// start opens a node and runs it until stop is called.
func start(dir string) (*apitest, func() error, error) {
	clock, alarms := &clock{}, &alarms{}
	n, err := node.Open(context.Background(), node.Config{
		Listen: "127.0.0.1:0", PublicURL: base, Data: dir, Development: true,
		Apps: []string{filepath.Join("..", "examples", "apps")}, Register: filepath.Join("..", "examples", "register.json"),
	}, node.Options{Clock: clock.Now, Logger: slog.New(alarms)})
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	a := &apitest{node: n, clock: clock, tokens: map[string]string{}, client: &http.Client{Transport: api.Local{Handler: n.Handler()}}}
	return a, func() error {
		cancel()
		return errors.Join(<-ended, n.Close(), alarms.err())
	}, nil
}

// alarms keeps what a node logs as errors: an answer 500, a panic, a saga that gave up. There is to be nothing.
type alarms struct {
	mu    sync.Mutex
	heard []string
}

// Enabled lets errors through only.
func (a *alarms) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelError }

// Handle keeps a record.
func (a *alarms) Handle(_ context.Context, r slog.Record) error {
	text := r.Message
	r.Attrs(func(x slog.Attr) bool { text += " " + x.String(); return true })
	a.mu.Lock()
	defer a.mu.Unlock()
	a.heard = append(a.heard, text)
	return nil
}

// WithAttrs is the same handler.
func (a *alarms) WithAttrs([]slog.Attr) slog.Handler { return a }

// WithGroup is the same handler.
func (a *alarms) WithGroup(string) slog.Handler { return a }

func (a *alarms) err() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.heard) == 0 {
		return nil
	}
	return fmt.Errorf("the node has logged errors: %s", strings.Join(a.heard, "; "))
}

// call is a request. body is sent as it is when it is text or bytes, and as JSON otherwise.
type call struct {
	method, path string
	token        string
	header       map[string]string
	body         any
}

// reply is an answer.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// with gives the call with a header more.
func (c call) with(name, value string) call {
	header := map[string]string{name: value}
	for n, v := range c.header {
		if n != name {
			header[n] = v
		}
	}
	c.header = header
	return c
}

// as gives the call with a token.
func (c call) as(token string) call {
	c.token = token
	return c
}

func (c call) request(t testing.TB, root string) *http.Request {
	t.Helper()
	var body io.Reader
	contentType := ""
	switch b := c.body.(type) {
	case nil:
	case string:
		body = strings.NewReader(b)
	case []byte:
		body = bytes.NewReader(b)
	case io.Reader:
		body = b
	default:
		src, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		body, contentType = bytes.NewReader(src), "application/json"
	}
	req, err := http.NewRequestWithContext(context.Background(), c.method, root+c.path, body)
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for n, v := range c.header {
		req.Header.Set(n, v)
	}
	return req
}

// send makes a request of the node.
func (a *apitest) send(t testing.TB, c call) reply {
	t.Helper()
	return exchange(t, a.client, c.request(t, base))
}

func exchange(t testing.TB, client *http.Client, req *http.Request) reply {
	t.Helper()
	res, err := client.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	return reply{res.StatusCode, res.Header, body}
}

// must sends a request that is to be answered with the status.
func (a *apitest) must(t testing.TB, status int, c call) reply {
	t.Helper()
	r := a.send(t, c)
	if r.status != status {
		t.Fatalf("%s %s: status %d, want %d: %s", c.method, c.path, r.status, status, r.body)
	}
	return r
}

// tree gives the body as maps and lists; numbers stay as they are written.
func (r reply) tree(t testing.TB) map[string]any {
	t.Helper()
	out, ok := parse(t, r.body).(map[string]any)
	if !ok {
		t.Fatalf("the body is no JSON object: %s", r.body)
	}
	return out
}

func (r reply) list(t testing.TB) []any {
	t.Helper()
	out, ok := parse(t, r.body).([]any)
	if !ok {
		t.Fatalf("the body is no JSON list: %s", r.body)
	}
	return out
}

func parse(t testing.TB, body []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return v
}

func (r reply) position() string { return r.header.Get(api.HeaderPosition) }

func (r reply) code(t testing.TB) string {
	t.Helper()
	code, _ := r.tree(t)["code"].(string)
	return code
}

// at walks into maps and lists: a step is the name of a member or the index of an item.
func at(t testing.TB, v any, steps ...any) any {
	t.Helper()
	for i, step := range steps {
		switch s := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			var ok bool
			if v, ok = m[s]; !ok {
				t.Fatalf("there is no %v in %v", steps[:i+1], m)
			}
		case int:
			l, _ := v.([]any)
			if s >= len(l) {
				t.Fatalf("there are %d items at %v", len(l), steps[:i])
			}
			v = l[s]
		}
	}
	return v
}

// person gives an ID-porten token (level 4) from the embedded issuer.
func (a *apitest) person(t testing.TB, user int) string {
	t.Helper()
	return a.token(t, fmt.Sprint("person ", user), func() string {
		form := url.Values{"userId": {strconv.Itoa(user)}}
		r := a.must(t, 200, call{method: "POST", path: "/idporten/test-token", body: form.Encode(), header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}})
		return r.tree(t)["access_token"].(string)
	})
}

// atLevel gives a person's Altinn token as the local test platform does, with an authentication level.
func (a *apitest) atLevel(t testing.TB, user, level int) string {
	t.Helper()
	return a.token(t, fmt.Sprint("level ", user, level), func() string {
		return string(a.must(t, 200, call{method: "GET", path: fmt.Sprintf("/Home/GetTestUserToken/%d?authenticationLevel=%d", user, level)}).body)
	})
}

// owner gives a service owner's Altinn token; without scopes, those that service owners have.
func (a *apitest) owner(t testing.TB, org string, scopes ...string) string {
	t.Helper()
	return a.token(t, fmt.Sprint("owner ", org, scopes), func() string {
		return string(a.must(t, 200, call{method: "GET", path: "/Home/GetTestOrgToken/" + org + "?scopes=" + url.QueryEscape(strings.Join(scopes, " "))}).body)
	})
}

// machine gives a service owner's Maskinporten token, by a grant that is signed with the client's key.
func (a *apitest) machine(t testing.TB, org string) string {
	t.Helper()
	return a.token(t, "machine "+org, func() string {
		for _, c := range a.node.Register.Clients() {
			if c.Org != org {
				continue
			}
			key, err := maskinporten.LoadOrCreateKey(filepath.Join(a.node.Config.Data, node.DirKeys, "client-"+url.PathEscape(c.ID)+".jwk.json"))
			if err != nil {
				t.Fatal(err)
			}
			client, err := maskinporten.New(maskinporten.Config{
				Authority: a.node.Issuer.IssuerURL(devidp.Maskinporten), ClientID: c.ID, Key: key, HTTPClient: a.client, Clock: a.clock.Now, AllowInsecure: true,
			})
			if err != nil {
				t.Fatal(err)
			}
			token, err := client.Token(context.Background(), c.Scopes...)
			if err != nil {
				t.Fatal(err)
			}
			return token.Value
		}
		t.Fatalf("no client of %s", org)
		return ""
	})
}

func (a *apitest) token(t testing.TB, name string, get func() string) string {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.tokens[name] == "" {
		a.tokens[name] = get()
	}
	return a.tokens[name]
}

// made is an instance that a test has created.
type made struct {
	path  string // /org/app/instances/party/guid
	id    string // party/guid
	guid  uuid.UUID
	form  string
	files map[string]string // by data type
	reply reply
}

func madeOf(t testing.TB, app string, r reply) made {
	t.Helper()
	m := made{id: at(t, r.tree(t), "id").(string), files: map[string]string{}, reply: r}
	m.path = app + "/instances/" + m.id
	_, guid, _ := strings.Cut(m.id, "/")
	m.guid = uuid.MustParse(guid)
	for _, d := range at(t, r.tree(t), "data").([]any) {
		id, kind := at(t, d, "id").(string), at(t, d, "dataType").(string)
		if at(t, d, "filename") == nil {
			m.form = id
			continue
		}
		m.files[kind] = id
	}
	return m
}

// draft creates an empty application of Fjordkroa.
func (a *apitest) draft(t testing.TB) made {
	t.Helper()
	return madeOf(t, appA, a.must(t, 201, call{method: "POST", path: appA + "/instances?instanceOwnerPartyId=500100", token: a.person(t, ingrid)}))
}

// applied creates a complete application of Fjordkroa.
func (a *apitest) applied(t testing.TB) made {
	t.Helper()
	c := application(t).call(appA + "/instances")
	return madeOf(t, appA, a.must(t, 201, c.as(a.person(t, ingrid))))
}

// submitted creates an application and hands it in; the case in B and the request in C are there when it returns.
func (a *apitest) submitted(t testing.TB) made {
	t.Helper()
	m := a.applied(t)
	for range 2 {
		a.must(t, 200, call{method: "PUT", path: m.path + "/process/next", token: a.person(t, ingrid)})
	}
	a.settled(t, m.guid)
	return m
}

// part is a part of a multipart body.
type part struct{ name, filename, contentType, body string }

type parts []part

func application(t testing.TB) parts {
	return parts{
		{"instance", "", "application/json", `{"instanceOwner":{"partyId":"500100"}}`},
		{"skjenkebevilling", "", "application/json", sample(t, "skjenkebevilling.json")},
		{"tegning", "tegning.pdf", "application/pdf", sample(t, "tegning.pdf")},
		{"leiekontrakt", "leiekontrakt.pdf", "application/pdf", sample(t, "leiekontrakt.pdf")},
	}
}

// encode gives the body; the boundary is always the same.
func (p parts) encode() string {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	_ = m.SetBoundary(boundary)
	for _, x := range p {
		disposition := fmt.Sprintf(`form-data; name=%q`, x.name)
		if x.filename != "" {
			disposition += fmt.Sprintf(`; filename=%q`, x.filename)
		}
		w, _ := m.CreatePart(textproto.MIMEHeader{"Content-Disposition": {disposition}, "Content-Type": {x.contentType}})
		_, _ = io.WriteString(w, x.body)
	}
	_ = m.Close()
	return b.String()
}

const boundary = "limit-of-a-part"

func (p parts) call(path string) call {
	return call{method: "POST", path: path, body: p.encode(), header: map[string]string{"Content-Type": "multipart/form-data; boundary=" + boundary}}
}

func sample(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "examples", "data", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// events counts the events of the whole log.
func (a *apitest) events(t testing.TB) int {
	t.Helper()
	n := 0
	for _, err := range a.node.Store.ReadAll(context.Background(), 0, ledger.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

// facts gives what has happened to an instance.
func (a *apitest) facts(t testing.TB, id uuid.UUID) []string {
	t.Helper()
	var out []string
	for e, err := range a.node.Store.ReadStream(context.Background(), record.InstanceStream(id), 0) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e.Fact())
	}
	return out
}

// settled waits until the saga has tied an instance to B, and B to C. It gives the two.
func (a *apitest) settled(t testing.TB, source uuid.UUID) (b, c uuid.UUID) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tied := ties{intended: map[uuid.UUID]uuid.UUID{}, made: map[uuid.UUID]uuid.UUID{}, targets: map[uuid.UUID]uuid.UUID{}}
	for m, err := range a.node.Store.Subscribe(ctx, 0, ledger.Filter{StreamPrefix: "chain-"}) {
		if err != nil {
			t.Fatalf("waiting for B and C: %v", err)
		}
		if m.Event == nil {
			continue
		}
		e, err := a.node.Log.Open(ctx, *m.Event)
		if err != nil {
			t.Fatal(err)
		}
		tied.take(e.Chain)
		if b, c = tied.targets[source], tied.targets[tied.targets[source]]; c != uuid.Nil {
			return b, c
		}
	}
	t.Fatal("the log ended")
	return b, c
}

// ties is what the chains say: which source a handover is from, which target it has made, and which source is tied to which target.
type ties struct{ intended, made, targets map[uuid.UUID]uuid.UUID }

func (s ties) take(e chain.Event) {
	switch e := e.(type) {
	case chain.HandoverIntended:
		s.intended[e.Handover] = e.Source
	case chain.TargetCreated:
		s.made[e.Handover] = e.Target
	case chain.SourceLinked:
		s.targets[s.intended[e.Handover]] = s.made[e.Handover]
	}
}

// head is the position of the last event.
func (a *apitest) head() ledger.Position {
	p, err := a.node.Store.Head(context.Background())
	if err != nil {
		panic(err)
	}
	return p
}
