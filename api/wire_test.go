package api_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/api"
)

// wire is a node that is reached over loopback, as browsers and other agencies reach it.
type wire struct {
	*bench
	server  *httptest.Server
	handled chan int // a status for each request that the node is done with
}

func newWire(t *testing.T) *wire {
	a := alone(t)
	w := &wire{bench: &bench{apitest: a, t: t, token: a.person(t, ingrid)}, handled: make(chan int, 16)}
	w.complete = a.applied(t)
	w.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		seen := &statusWriter{ResponseWriter: rw}
		defer func() { w.handled <- seen.status }()
		a.node.Handler().ServeHTTP(seen, r)
	}))
	t.Cleanup(w.server.Close)
	return w
}

// statusWriter keeps the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader keeps the status.
func (s *statusWriter) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

// over sends a call over loopback.
func (w *wire) over(c call) reply {
	w.t.Helper()
	r := exchange(w.t, w.server.Client(), c.request(w.t, w.server.URL))
	<-w.handled
	return r
}

// raw writes a request to a connection of its own, as it is.
func (w *wire) raw(text string) net.Conn {
	w.t.Helper()
	conn, err := net.Dial("tcp", w.server.Listener.Addr().String())
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := io.WriteString(conn, text); err != nil {
		w.t.Fatal(err)
	}
	return conn
}

func (w *wire) head(c call, extra string) string {
	text := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: hovedbok\r\nAuthorization: Bearer %s\r\n%s\r\n", c.method, c.path, w.token, extra)
	for n, v := range c.header {
		text = strings.TrimSuffix(text, "\r\n") + n + ": " + v + "\r\n\r\n"
	}
	return text
}

// TestWire_StreamedMultipart creates an instance from a body whose length nobody has told.
func TestWire_StreamedMultipart(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	c := application(t).call(appA + "/instances").as(w.token)
	c.body = io.MultiReader(strings.NewReader(c.body.(string)))
	got := w.over(c)
	if got.status != 201 {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	m := madeOf(t, appA, got)
	for kind, id := range m.files {
		file := w.over(call{method: "GET", path: m.path + "/data/" + id, token: w.token})
		if string(file.body) != sample(t, kind+".pdf") || file.header.Get("Content-Type") != "application/pdf" {
			t.Errorf("%s comes back as %d bytes of %s", kind, len(file.body), file.header.Get("Content-Type"))
		}
		if got := file.header.Get("Content-Disposition"); got != "attachment; filename="+kind+".pdf" {
			t.Errorf("Content-Disposition %q", got)
		}
	}
	host := strings.TrimPrefix(w.server.URL, "http://")
	if want := "https://" + host + m.path; got.header.Get("Location") != want {
		t.Errorf("Location %q, want %q", got.header.Get("Location"), want)
	}
}

// TestWire_CutConnections ends the connection in the middle of requests. Nothing of them is kept.
func TestWire_CutConnections(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	form := application(t)
	form[3].body = strings.Repeat("x", 1<<20)
	multi := form.call(appA + "/instances")
	file := upload(t, "POST", w.complete.path+"/data/tegning", "", "tegning.pdf").withBody(strings.Repeat("x", 1<<20))
	patch := call{method: "PATCH", path: w.complete.path + "/data", header: map[string]string{"Content-Type": "application/json"}, body: `{"patches":[{"dataElementId":"` + w.complete.form + `","patch":[` + strings.Repeat(" ", 9000) + `]}]}`}
	keyed := file.with(api.HeaderIdempotencyKey, "cut")
	before := w.footprint()
	for name, c := range map[string]call{"multipart": multi, "file": file, "file with a key": keyed, "replaced file": {method: "PUT", path: w.complete.path + "/data/" + w.complete.files["tegning"], body: file.body, header: file.header}, "patch": patch} {
		body := c.body.(string)
		for _, share := range []int{0, 1, 50, 99} {
			sent := body[:len(body)*share/100]
			for framing, text := range map[string]string{
				"length": w.head(c, fmt.Sprintf("Content-Length: %d\r\n", len(body))) + sent,
				"chunks": w.head(c, "Transfer-Encoding: chunked\r\n") + fmt.Sprintf("%x\r\n%s", len(body), sent),
			} {
				_ = w.raw(text).Close()
				if status := <-w.handled; status != 400 {
					t.Errorf("%s, %d %% by %s: the node answered %d", name, share, framing, status)
				}
				if after := w.footprint(); after != before {
					t.Fatalf("%s, %d %% by %s: something is left behind: %+v, then %+v", name, share, framing, before, after)
				}
			}
		}
	}
}

// TestWire_BodyLimit refuses what is larger than the node takes, whether it says so or not.
func TestWire_BodyLimit(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	w.node.API.MaxBody = 1 << 20
	form := application(t)
	form[3].body = strings.Repeat("x", 1<<20)
	multi := form.call(appA + "/instances").as(w.token)
	file := upload(t, "POST", w.complete.path+"/data/tegning", w.token, "tegning.pdf").withBody(strings.Repeat("x", 1<<20+1))
	put := call{method: "PUT", path: w.complete.path + "/data/" + w.complete.files["tegning"], token: w.token, body: file.body, header: file.header}
	before := w.footprint()
	for name, c := range map[string]call{"multipart": multi, "file": file, "file with a key": file.with(api.HeaderIdempotencyKey, "large"), "replaced file": put} {
		streamed := c.withBody(io.MultiReader(strings.NewReader(c.body.(string))))
		for _, c := range []call{c, streamed} {
			got := w.over(c)
			if got.status != 413 || got.code(t) != "body_too_large" {
				t.Errorf("%s: %d %s", name, got.status, got.body)
			}
			if after := w.footprint(); after != before {
				t.Fatalf("%s: something is left behind: %+v, then %+v", name, before, after)
			}
		}
	}
	fits := file.withBody(strings.Repeat("x", 1<<20))
	if got := w.over(fits); got.status != 200 {
		t.Errorf("a file of exactly the limit: %d %s", got.status, got.body)
	}
}

// TestWire_EmptyChunks takes a chunked body of nothing for no body.
func TestWire_EmptyChunks(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	for path, want := range map[string]int{"PUT " + w.complete.path + "/process/next": 200, "POST " + appA + "/instances?instanceOwnerPartyId=500100": 201} {
		method, path, _ := strings.Cut(path, " ")
		conn := w.raw(w.head(call{method: method, path: path}, "Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n") + "0\r\n\r\n")
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != want {
			body, _ := io.ReadAll(res.Body)
			t.Errorf("%s %s: %d %s", method, path, res.StatusCode, body)
		}
		_ = res.Body.Close()
		_ = conn.Close()
		<-w.handled
	}
}

// TestWire_Headers checks what every answer carries.
func TestWire_Headers(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	for _, c := range []call{
		{method: "GET", path: w.complete.path, token: w.token}, {method: "GET", path: w.complete.path}, {method: "GET", path: "/ukjent"},
		{method: "GET", path: appA + "/api/v1/applicationmetadata"},
	} {
		got := w.over(c)
		for name, want := range map[string]string{
			"X-Frame-Options": "deny", "X-Content-Type-Options": "nosniff", "X-XSS-Protection": "0", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store, no-cache",
		} {
			if v := got.header.Get(name); v != want {
				t.Errorf("%s: %s is %q, want %q", c.path, name, v, want)
			}
		}
	}
	traced := w.over(call{method: "GET", path: "/ukjent", header: map[string]string{"Traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}})
	if id := traced.tree(t)["traceId"]; id != "4bf92f3577b34da6a3ce929d0e0e4736" {
		t.Errorf("traceId %v", id)
	}
	forged := w.over(call{method: "GET", path: "/ukjent", header: map[string]string{"Traceparent": "00-ingrid solheim 14838110062 hemme-00f067aa0ba902b7-01"}})
	if id, there := forged.tree(t)["traceId"]; there {
		t.Errorf("traceId %v of a header that is none", id)
	}
}
