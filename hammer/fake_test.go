package hammer

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
)

// fakeNode answers as a node does, as far as clients look, keeps what it was told in memory, and fails when it is asked to.
type fakeNode struct {
	*httptest.Server
	// fault says how an attempt of a command fails. attempt counts from 1 for each key.
	fault func(key string, attempt int) fault

	mu       sync.Mutex // guards all below
	attempts map[string]int
	applied  map[string]string // key -> operation
	bodies   map[string]string // key -> what was sent, to notice a key with another request
	answers  map[string]string // key -> answer
	expired  map[string]bool   // tokens
	tokens   int
	inbox    []fakeRow
	changed  time.Time
	wrong    []string // what no client may do
}

type fakeRow struct {
	ID      string    `json:"id"`
	Changed time.Time `json:"lastChanged"`
}

type fault int

// The ways in which an outside write fails.
const (
	none     fault = iota
	refuse         // 503, not applied
	vanish         // the connection is cut, not applied
	forget         // applied, and then the connection is cut
	expire         // 401: the token is not accepted any longer
	conflict       // 409, for good
)

func newFake(t *testing.T, f func(key string, attempt int) fault) *fakeNode {
	n := &fakeNode{
		fault: f, attempts: map[string]int{}, applied: map[string]string{}, bodies: map[string]string{}, answers: map[string]string{}, expired: map[string]bool{},
		changed: time.Now(),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /Home/GetTestUserToken/{user}", n.token)
	mux.HandleFunc("GET /ledger/inbox", n.listInbox)
	at := "/nordvik/skjenkebevilling/instances"
	mux.HandleFunc("POST "+at, n.command(OpCreate, n.create))
	mux.HandleFunc("PATCH "+at+"/{party}/{id}/data", n.command(OpPatch, nothing))
	mux.HandleFunc("POST "+at+"/{party}/{id}/data/{type}", n.command(OpAttach, nothing))
	mux.HandleFunc("PUT "+at+"/{party}/{id}/process/next", n.command(OpNext, n.next))
	for _, rest := range []string{"", "/validate"} {
		mux.HandleFunc("GET "+at+"/{party}/{id}"+rest, n.read)
	}
	n.Server = httptest.NewServer(mux)
	t.Cleanup(n.Close)
	return n
}

func (n *fakeNode) token(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.tokens++
	claims := fmt.Sprintf(`{"exp":%d,"user":%q,"no":%d}`, time.Now().Add(time.Hour).Unix(), r.PathValue("user"), n.tokens)
	fmt.Fprint(w, "e30."+base64.RawURLEncoding.EncodeToString([]byte(claims))+".x")
}

// authorised must be called under mu.
func (n *fakeNode) authorised(r *http.Request) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer e30.")
	return ok && !n.expired[token]
}

func (n *fakeNode) read(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.authorised(r) {
		w.WriteHeader(http.StatusUnauthorized)
	}
}

// command applies a command once, and answers repeats as the first time.
func (n *fakeNode) command(op string, apply func(r *http.Request, key string, body []byte) string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		n.mu.Lock()
		defer n.mu.Unlock()
		key := r.Header.Get("Idempotency-Key")
		n.attempts[key]++
		f := n.fault(key, n.attempts[key])
		switch {
		case f == expire:
			n.expired[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer e30.")] = true
			w.WriteHeader(http.StatusUnauthorized)
			return
		case !n.authorised(r):
			w.WriteHeader(http.StatusUnauthorized)
			return
		case f == vanish:
			panic(http.ErrAbortHandler)
		case f == refuse || f == conflict:
			w.WriteHeader(map[fault]int{refuse: http.StatusServiceUnavailable, conflict: http.StatusConflict}[f])
			fmt.Fprintf(w, `{"code":"planted_%d"}`, f)
			return
		}
		n.once(r, op, key, body, apply)
		if f == forget {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Hovedbok-Position", strconv.Itoa(len(n.applied)))
		fmt.Fprint(w, n.answers[key])
	}
}

// once must be called under mu.
func (n *fakeNode) once(r *http.Request, op, key string, body []byte, apply func(*http.Request, string, []byte) string) {
	sent := r.Method + r.URL.Path + r.Header.Get("Content-Type") + string(body)
	if _, done := n.applied[key]; !done {
		n.applied[key], n.bodies[key] = op, sent
		n.answers[key] = apply(r, key, body)
	}
	if key == "" || n.bodies[key] != sent {
		n.wrong = append(n.wrong, "key "+key+" was used for another request")
	}
}

func nothing(*http.Request, string, []byte) string { return "{}" }

// create makes an instance and reads the parts that come with it.
func (n *fakeNode) create(r *http.Request, key string, body []byte) string {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		n.applied[key] = OpComplete
		n.parts(body)
	}
	id := instanceID(sourceApp, commandID("user:510001", key, sourceApp))
	return fmt.Sprintf(`{"id":"500100/%s","data":[{"id":%q,"dataType":"tegning"},{"id":%q,"dataType":"skjenkebevilling"}]}`, id, uuid.New(), uuid.New())
}

func (n *fakeNode) parts(body []byte) {
	m := multipart.NewReader(strings.NewReader(string(body)), boundary)
	var names []string
	for {
		p, err := m.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			n.wrong = append(n.wrong, "a multipart body that cannot be read")
			return
		}
		content, _ := io.ReadAll(p) // from memory
		if p.Header.Get("Content-Type") == mediaJSON && !json.Valid(content) {
			n.wrong = append(n.wrong, p.FormName()+" is no JSON")
		}
		names = append(names, p.FormName()+"/"+p.FileName())
	}
	if want := []string{"instance/", "skjenkebevilling/", "tegning/tegning.pdf", "leiekontrakt/leiekontrakt.pdf"}; !slices.Equal(names, want) {
		n.wrong = append(n.wrong, fmt.Sprintf("parts %v", names))
	}
}

// next submits when it is confirmed: B is in the inbox then.
func (n *fakeNode) next(r *http.Request, key string, body []byte) string {
	if string(body) == `{"action":"confirm"}` {
		n.applied[key] = OpSubmit
		n.changed = n.changed.Add(time.Millisecond)
		n.inbox = append(n.inbox, fakeRow{"500001/" + targetOf(uuid.MustParse(r.PathValue("id"))).String(), n.changed})
	}
	return "{}"
}

func (n *fakeNode) listInbox(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	rows := slices.Clone(n.inbox)
	slices.SortFunc(rows, func(a, b fakeRow) int { return cmp.Compare(b.Changed.UnixNano(), a.Changed.UnixNano()) })
	after, _ := strconv.Atoi(r.URL.Query().Get("after")) // absent is 0
	size, err := strconv.Atoi(r.URL.Query().Get("size"))
	if err != nil || r.URL.Query().Get("app") != targetApp {
		n.wrong = append(n.wrong, "inbox "+r.URL.RawQuery)
	}
	out := map[string]any{"items": rows[min(after, len(rows)):min(after+size, len(rows))], "position": len(n.applied)}
	if after+size < len(rows) {
		out["next"] = strconv.Itoa(after + size)
	}
	_ = json.NewEncoder(w).Encode(out) // a client that has gone does not matter
}

// byKey gives each key a fault of its own for its first attempts.
func byKey(key string, attempt int) fault {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key))
	n := h.Sum32() % 12
	if attempt > 1+int(n%3) || n > uint32(expire) {
		return none
	}
	return fault(n)
}
