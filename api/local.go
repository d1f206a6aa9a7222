package api

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// Local is an http.RoundTripper that hands requests to a handler in the same process, through the same authentication and
// policies as any other request.
type Local struct{ Handler http.Handler }

// RoundTrip runs the handler and gives its answer when it is complete.
func (l Local) RoundTrip(req *http.Request) (*http.Response, error) {
	in := req.Clone(req.Context())
	in.RequestURI, in.RemoteAddr = req.URL.RequestURI(), "127.0.0.1:0"
	if in.Host == "" {
		in.Host = req.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	defer in.Body.Close()
	out := &answer{header: http.Header{}}
	if err := out.run(l.Handler, in); err != nil {
		return nil, err
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	return out.response(req), nil
}

// answer keeps what a handler writes. It belongs to the goroutine that runs the handler.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

var errAborted = errors.New("api: the handler cut the connection")

func (a *answer) run(h http.Handler, r *http.Request) (err error) {
	defer func() {
		if v := recover(); v != nil {
			if e, ok := v.(error); !ok || !errors.Is(e, http.ErrAbortHandler) {
				panic(v)
			}
			err = errAborted
		}
	}()
	h.ServeHTTP(a, r)
	return nil
}

// Header is what net/http asks of a response writer.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader keeps the first status.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

func (a *answer) response(req *http.Request) *http.Response {
	a.WriteHeader(http.StatusOK)
	return &http.Response{
		Status: strconv.Itoa(a.status) + " " + http.StatusText(a.status), StatusCode: a.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: a.header, Request: req,
		Body: io.NopCloser(&a.body), ContentLength: int64(a.body.Len()),
	}
}
