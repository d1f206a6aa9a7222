package node_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/api"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/node"
	"github.com/hovedbok/hovedbok/record"
	"github.com/hovedbok/hovedbok/sagas"
)

// The sample people, by user id; see examples/README.md.
const (
	applicant = 20001
	assessor  = 20006
	decider   = 20007
	officer   = 20009
)

const (
	appA = "/nordvik/skjenkebevilling"
	appB = "/nordvik/skjenkesak"
	appC = "/politiet/vandelsvurdering"
)

// site is a data folder with a node that can be stopped and started again.
type site struct {
	*testing.T
	config node.Config
	node   *node.Node

	mu     sync.Mutex
	tokens map[string]string // under mu

	end  context.CancelFunc // of what runs; nil when nothing does
	done chan error
}

func configured(t testing.TB) node.Config {
	t.Helper()
	return node.Config{
		Listen: "127.0.0.1:8080", Data: t.TempDir(), Development: true,
		Apps: []string{filepath.Join("..", "examples", "apps")}, Register: filepath.Join("..", "examples", "register.json"),
	}
}

// newSite opens a node over an empty folder. Nothing runs yet.
func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{T: t, config: configured(t)}
	s.open()
	t.Cleanup(s.close)
	return s
}

func (s *site) open() {
	s.Helper()
	n, err := node.Open(context.Background(), s.config, node.Options{})
	if err != nil {
		s.Fatal(err)
	}
	s.node, s.tokens = n, map[string]string{}
}

func (s *site) close() {
	s.Helper()
	s.stop()
	if err := s.node.Close(); err != nil {
		s.Error(err)
	}
}

// start lets projections and sagas run.
func (s *site) start() {
	ctx, end := context.WithCancel(context.Background())
	s.end, s.done = end, make(chan error, 1)
	go func() { s.done <- s.node.Run(ctx) }()
}

func (s *site) stop() {
	s.Helper()
	if s.end == nil {
		return
	}
	s.end()
	if err := <-s.done; err != nil {
		s.Errorf("the run ended with %v", err)
	}
	s.end = nil
}

// reopen stops the node and opens its folder again.
func (s *site) reopen() {
	s.Helper()
	s.close()
	s.open()
}

// settled waits until the sagas have nothing left to do, and the views show it.
func (s *site) settled() {
	s.Helper()
	for {
		head, err := s.node.Store.Head(s.Context())
		if err == nil {
			err = s.reached(s.node.Sagas, head)
		}
		if err == nil {
			_, err = s.node.Views.Wait(s.Context(), head)
		}
		if err != nil {
			s.Fatal(err)
		}
		if now, err := s.node.Store.Head(s.Context()); err == nil && now == head {
			return
		}
	}
}

// reached waits until the sagas have come to a position. It asks anew from time to time, since the run may not have begun yet.
func (s *site) reached(r *sagas.Runner, head ledger.Position) error {
	for {
		ctx, cancel := context.WithTimeout(s.Context(), 50*time.Millisecond)
		err := r.Wait(ctx, head)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) || s.Context().Err() != nil {
			return err
		}
	}
}

// answer is what came back from the API.
type answer struct {
	status int
	code   string
	body   []byte
}

// token gets a token from the embedded issuer: of a user, or of an org.
func (s *site) token(who any) string {
	s.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	path := fmt.Sprintf("/Home/GetTestUserToken/%v?authenticationLevel=3", who)
	if _, ok := who.(string); ok {
		path = fmt.Sprintf("/Home/GetTestOrgToken/%v", who)
	}
	if s.tokens[path] == "" {
		a := s.send(http.MethodGet, path, "", "", nil)
		if a.status != http.StatusOK {
			s.Fatalf("%s: %d %s", path, a.status, a.body)
		}
		s.tokens[path] = strings.TrimSpace(string(a.body))
	}
	return s.tokens[path]
}

func (s *site) send(method, path, token, contentType string, body []byte) answer {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), method, "http://127.0.0.1:8080"+path, bytes.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := api.Local{Handler: s.node.Handler()}.RoundTrip(req)
	if err != nil {
		s.Fatal(err)
	}
	var problem struct {
		Code string `json:"code"`
	}
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.Fatal(err)
	}
	_ = json.Unmarshal(b, &problem) // only problems have a code
	return answer{res.StatusCode, problem.Code, b}
}

// ask sends a request as somebody, and gives any answer.
func (s *site) ask(who any, method, path, body string) answer {
	s.Helper()
	contentType := ""
	if body != "" {
		contentType = "application/json"
	}
	return s.send(method, path, s.token(who), contentType, []byte(body))
}

// must sends a request that succeeds.
func (s *site) must(who any, method, path, body string, out any) {
	s.Helper()
	s.read(s.ask(who, method, path, body), method+" "+path, out)
}

func (s *site) read(a answer, what string, out any) {
	s.Helper()
	if a.status >= 300 {
		s.Fatalf("%s: %d %s", what, a.status, a.body)
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal(a.body, out); err != nil {
		s.Fatal(err)
	}
}

// upload is a file of an application.
type upload struct{ dataType, name, contentType, body string }

func drawings(t testing.TB) []upload {
	t.Helper()
	return []upload{{"tegning", "tegning.pdf", "application/pdf", example(t, "tegning.pdf")}, {"leiekontrakt", "leiekontrakt.pdf", "application/pdf", example(t, "leiekontrakt.pdf")}}
}

func example(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "examples", "data", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// apply makes a complete application.
func (s *site) apply(files ...upload) *shown {
	s.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	parts := append([]upload{
		{"instance", "", "application/json", `{"instanceOwner":{"organisationNumber":"310000418"}}`}, {"skjenkebevilling", "", "application/json", example(s.T, "skjenkebevilling.json")},
	}, files...)
	for _, p := range parts {
		disposition := fmt.Sprintf(`form-data; name=%q`, p.dataType)
		if p.name != "" {
			disposition += `; filename="` + strings.ReplaceAll(p.name, `"`, `\"`) + `"`
		}
		w, err := m.CreatePart(textproto.MIMEHeader{"Content-Disposition": {disposition}, "Content-Type": {p.contentType}})
		if err != nil {
			s.Fatal(err)
		}
		_, _ = io.WriteString(w, p.body)
	}
	_ = m.Close()
	a := &shown{}
	s.read(s.send(http.MethodPost, appA+"/instances", s.token(applicant), m.FormDataContentType(), b.Bytes()), "apply", a)
	return a
}

// shown is an instance as the API shows it.
type shown struct {
	ID      string `json:"id"`
	AppID   string `json:"appId"`
	Process struct {
		CurrentTask *struct {
			ElementID string `json:"elementId"`
		} `json:"currentTask"`
	} `json:"process"`
	Status struct {
		Substatus *struct {
			Label string `json:"label"`
		} `json:"substatus"`
	} `json:"status"`
	Data []struct {
		ID       string `json:"id"`
		DataType string `json:"dataType"`
		Filename string `json:"filename"`
	} `json:"data"`
}

func (v *shown) path() string  { return "/" + v.AppID + "/instances/" + v.ID }
func (v *shown) id() uuid.UUID { return uuid.MustParse(v.ID[strings.IndexByte(v.ID, '/')+1:]) }

// next goes on in the process.
func (s *site) next(who any, v *shown, action string) {
	s.Helper()
	body := ""
	if action != "" {
		body = `{"action":"` + action + `"}`
	}
	s.must(who, http.MethodPut, v.path()+"/process/next", body, nil)
}

// submit hands an application in.
func (s *site) submit(v *shown) {
	s.Helper()
	s.next(applicant, v, "")
	s.next(applicant, v, "confirm")
}

// see reads an instance.
func (s *site) see(who any, app, id string) *shown {
	s.Helper()
	v := &shown{}
	s.must(who, http.MethodGet, app+"/instances/"+id, "", v)
	return v
}

// patch changes the first form of a type.
func (s *site) patch(who any, v *shown, dataType, patch string) {
	s.Helper()
	for _, d := range v.Data {
		if d.DataType == dataType {
			s.must(who, http.MethodPatch, v.path()+"/data", `{"patches":[{"dataElementId":"`+d.ID+`","patch":`+patch+`}]}`, nil)
			return
		}
	}
	s.Fatalf("%s has no %s", v.ID, dataType)
}

// state folds an instance.
func (s *site) state(id uuid.UUID) *instance.State {
	s.Helper()
	st, _, err := s.node.Log.FoldInstance(s.Context(), id, record.Until{})
	if err != nil {
		s.Fatal(err)
	}
	return st
}

// made gives the instances that links have made from an instance, as the log tells by who was made, not by who knows whom.
func (s *site) made(from uuid.UUID) (out []*instance.State) {
	s.Helper()
	for _, st := range s.all() {
		for _, r := range st.Relations {
			if r.Side == instance.SideTarget && r.Instance == from {
				out = append(out, st)
			}
		}
	}
	return out
}

// all folds every instance of the log.
func (s *site) all() (out []*instance.State) {
	s.Helper()
	for e, err := range s.node.Store.ReadAll(s.Context(), 0, ledger.Filter{Facts: []string{instance.FactCreated}}) {
		if err != nil {
			s.Fatal(err)
		}
		id, _ := record.InstanceID(e.Stream)
		out = append(out, s.state(id))
	}
	return out
}

// shownAs makes the address of a folded instance.
func shownAs(st *instance.State) (app, id string) {
	return "/" + st.AppID(), fmt.Sprintf("%d/%s", st.Owner, st.ID)
}

// only gives the one instance made from another.
func (s *site) only(from uuid.UUID) *instance.State {
	s.Helper()
	made := s.made(from)
	if len(made) != 1 {
		s.Fatalf("%d instances were made from %s, want 1", len(made), from)
	}
	return made[0]
}

// police answers a request.
func (s *site) police(c *instance.State) {
	s.Helper()
	app, id := shownAs(c)
	v := s.see(officer, app, id)
	s.patch(officer, v, "uttalelse", example(s.T, "vandelsvurdering-uttalelse.patch.json"))
	s.next(officer, v, "")
	s.next(officer, v, "confirm")
}

// decide assesses and decides a case.
func (s *site) decide(b *instance.State) {
	s.Helper()
	app, id := shownAs(b)
	v := s.see(assessor, app, id)
	s.patch(assessor, v, "sak", example(s.T, "skjenkesak-vurdering.patch.json"))
	s.next(assessor, v, "")
	s.next(decider, v, "confirm")
}
