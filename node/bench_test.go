package node_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/hovedbok/hovedbok/node"
)

// rig is a node that serves on loopback, with an applicant's token.
type rig struct {
	b     *testing.B
	node  *node.Node
	base  string
	http  *http.Client
	token string
}

func newRig(b *testing.B) *rig {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	n, err := node.Open(ctx, node.Config{
		Listen: l.Addr().String(), Data: b.TempDir(), Development: true,
		Apps: []string{filepath.Join("..", "examples", "apps")}, Register: filepath.Join("..", "examples", "register.json"),
	}, node.Options{Logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		b.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- n.Serve(ctx, l) }()
	r := &rig{b: b, node: n, base: "http://" + l.Addr().String(), http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}}
	b.Cleanup(func() {
		r.http.CloseIdleConnections()
		stop()
		if err := <-served; err != nil {
			b.Error(err)
		}
		if err := n.Close(); err != nil {
			b.Error(err)
		}
	})
	var token struct {
		AccessToken string `json:"access_token"`
	}
	form := url.Values{"userId": {"20001"}, "acr": {"idporten-loa-high"}}
	r.send(http.MethodPost, "/idporten/test-token", "application/x-www-form-urlencoded", []byte(form.Encode()), &token)
	r.token = token.AccessToken
	return r
}

func (r *rig) send(method, path, contentType string, body []byte, out any) {
	req, err := http.NewRequest(method, r.base+path, bytes.NewReader(body))
	if err != nil {
		r.b.Error(err)
		return
	}
	req.Header.Set("Content-Type", contentType)
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	res, err := r.http.Do(req)
	if err != nil {
		r.b.Error(err)
		return
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		r.b.Errorf("%s %s: %d %s %v", method, path, res.StatusCode, answer, err)
		return
	}
	if out != nil {
		if err := json.Unmarshal(answer, out); err != nil {
			r.b.Error(err)
		}
	}
}

type created struct {
	ID   string `json:"id"`
	Data []struct {
		ID       string `json:"id"`
		DataType string `json:"dataType"`
	} `json:"data"`
}

// application is the multipart request of a complete application.
func application(b *testing.B) (contentType string, body []byte) {
	b.Helper()
	var buf bytes.Buffer
	m := multipart.NewWriter(&buf)
	add := func(name, filename, contentType string, content []byte) {
		d := fmt.Sprintf(`form-data; name=%q`, name)
		if filename != "" {
			d += fmt.Sprintf(`; filename=%q`, filename)
		}
		w, err := m.CreatePart(textproto.MIMEHeader{"Content-Disposition": {d}, "Content-Type": {contentType}})
		if err != nil {
			b.Fatal(err)
		}
		_, _ = w.Write(content)
	}
	read := func(name string) []byte {
		content, err := os.ReadFile(filepath.Join("..", "examples", "data", name))
		if err != nil {
			b.Fatal(err)
		}
		return content
	}
	add("instance", "", "application/json", []byte(`{"instanceOwner":{"organisationNumber":"310000418"}}`))
	add("skjenkebevilling", "", "application/json", read("skjenkebevilling.json"))
	add("tegning", "tegning.pdf", "application/pdf", read("tegning.pdf"))
	add("leiekontrakt", "leiekontrakt.pdf", "application/pdf", read("leiekontrakt.pdf"))
	_ = m.Close()
	return m.FormDataContentType(), buf.Bytes()
}

// BenchmarkCommand patches instances durably through HTTP on loopback, client and server in one process.
func BenchmarkCommand(b *testing.B) {
	r := newRig(b)
	contentType, body := application(b)
	const writers = 64
	var instances []created
	for range writers {
		var c created
		r.send(http.MethodPost, "/nordvik/skjenkebevilling/instances", contentType, body, &c)
		instances = append(instances, c)
	}
	var next, value atomic.Int64
	b.SetParallelism(writers / 2)
	cpu := meter(b)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		c := instances[int(next.Add(1)-1)%writers]
		for pb.Next() {
			patch := fmt.Sprintf(`{"patches":[{"dataElementId":%q,"patch":[{"op":"replace","path":"/lokale/antallGjester","value":%d}]}],"ignoredValidators":["DataAnnotations"]}`, c.Data[0].ID, value.Add(1))
			r.send(http.MethodPatch, "/nordvik/skjenkebevilling/instances/"+c.ID+"/data", "application/json", []byte(patch), nil)
		}
	})
	cpu(float64(b.N)/b.Elapsed().Seconds(), "commands/s")
}

// BenchmarkChain submits applications and waits until every one is a case.
func BenchmarkChain(b *testing.B) {
	r := newRig(b)
	contentType, body := application(b)
	b.SetParallelism(16)
	cpu := meter(b)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			var c created
			r.send(http.MethodPost, "/nordvik/skjenkebevilling/instances", contentType, body, &c)
			r.send(http.MethodPut, "/nordvik/skjenkebevilling/instances/"+c.ID+"/process/next", "application/json", nil, nil)
			r.send(http.MethodPut, "/nordvik/skjenkebevilling/instances/"+c.ID+"/process/next", "application/json", []byte(`{"action":"confirm"}`), nil)
		}
	})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	head, err := r.node.Store.Head(ctx)
	if err == nil {
		err = r.node.Sagas.Wait(ctx, head)
	}
	if err != nil {
		b.Fatal(err)
	}
	cpu(float64(b.N)/b.Elapsed().Seconds(), "chains/s")
}

// meter measures the processor time of the whole process, client and server, which other load on the machine hardly changes.
func meter(b *testing.B) (report func(rate float64, unit string)) {
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	return func(rate float64, unit string) {
		b.ReportMetric(rate, unit)
		b.ReportMetric(float64((used()-before).Microseconds())/float64(b.N), "cpu-µs/op")
	}
}
