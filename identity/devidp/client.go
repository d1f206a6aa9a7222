package devidp

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Client gives an HTTP client that hands requests for this server straight to it, without a network: the
// program can then verify tokens while, or before, it listens. Requests to other hosts fail.
func (s *Server) Client() *http.Client {
	return &http.Client{Transport: transport{s}, Timeout: 10 * time.Second}
}

// transport calls the server like a network would: answers are whole or broken, never shared.
type transport struct{ server *Server }

// RoundTrip serves one request.
func (t transport) RoundTrip(r *http.Request) (response *http.Response, err error) {
	if r.Body != nil {
		defer func() { _ = r.Body.Close() }()
	}
	if !strings.EqualFold(r.URL.Host, t.server.host) {
		return nil, fmt.Errorf("%s is not served in process, only %s is", r.URL.Host, t.server.host)
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	defer func() {
		if cause := recover(); cause != nil {
			if cause != http.ErrAbortHandler {
				panic(cause)
			}
			response, err = nil, broken(r)
		}
	}()
	incoming := r.Clone(r.Context())
	incoming.RequestURI, incoming.RemoteAddr, incoming.Host = r.URL.RequestURI(), "127.0.0.1:0", r.URL.Host
	if incoming.Body == nil {
		incoming.Body = http.NoBody
	}
	w := newRecorder()
	t.server.ServeHTTP(w, incoming)
	return w.response(r), nil
}

// broken is what a caller sees when the connection breaks before an answer.
func broken(r *http.Request) error {
	if err := r.Context().Err(); err != nil {
		return err
	}
	return io.ErrUnexpectedEOF
}

// recorder keeps an answer in memory. It belongs to one request.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newRecorder() *recorder { return &recorder{header: http.Header{}} }

// Header gives the header to fill in.
func (w *recorder) Header() http.Header { return w.header }

// WriteHeader keeps the first status.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

// Write keeps the body.
func (w *recorder) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

func (w *recorder) response(r *http.Request) *http.Response {
	w.WriteHeader(http.StatusOK)
	return &http.Response{
		Status: fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
	}
}
