package multiapp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/textproto"
	"strings"
	"sync"
)

// source is a body that is written while it is read. It remembers why it could not be written to its end, so that a receiver's
// answer to half a body is not taken for its word on the whole.
type source struct {
	*io.PipeReader
	mu  sync.Mutex
	err error // under mu
}

func (s *source) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// fail keeps an error that is our own. That the receiver reads no further is not.
func (s *source) fail(err error) {
	if err == nil || errors.Is(err, io.ErrClosedPipe) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

// stream writes the multipart body as it is read. The boundary must be one that nobody could foresee: files come from people, and one that
// holds the boundary would end its part and begin others.
func (c *Creation) stream(ctx context.Context, boundary string) io.Reader {
	pr, pw := io.Pipe()
	s := &source{PipeReader: pr}
	go func() {
		err := c.write(ctx, pw, boundary)
		s.fail(err)
		pw.CloseWithError(err)
	}()
	return s
}

func (c *Creation) write(ctx context.Context, w io.Writer, boundary string) error {
	m := multipart.NewWriter(w)
	if err := m.SetBoundary(boundary); err != nil {
		return err
	}
	template, err := json.Marshal(struct {
		InstanceOwner OwnerBody `json:"instanceOwner"`
		Link          LinkBody  `json:"link"`
	}{c.Owner, c.Link})
	if err != nil {
		return err
	}
	if err := part(m, "instance", "", "application/json", bytes.NewReader(template)); err != nil {
		return err
	}
	if c.Form != nil {
		if err := part(m, c.DataType, "", "application/json", bytes.NewReader(c.Form.AppendJSON(nil))); err != nil {
			return err
		}
	}
	for _, f := range c.Files {
		if err := f.write(ctx, m); err != nil {
			return err
		}
	}
	return m.Close()
}

func (f *File) write(ctx context.Context, m *multipart.Writer) error {
	body, err := f.Open(ctx)
	if err != nil {
		return err
	}
	defer body.Close()
	return part(m, f.DataType, f.Filename, f.ContentType, body)
}

var quotes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "_", "\n", "_")

func part(m *multipart.Writer, name, filename, contentType string, body io.Reader) error {
	disposition := `form-data; name="` + quotes.Replace(name) + `"`
	if filename != "" {
		disposition += `; filename="` + quotes.Replace(filename) + `"`
	}
	w, err := m.CreatePart(textproto.MIMEHeader{"Content-Disposition": {disposition}, "Content-Type": {contentType}})
	if err != nil {
		return err
	}
	_, err = io.Copy(w, body)
	return err
}
