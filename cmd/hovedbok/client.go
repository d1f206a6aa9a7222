package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// person is one of the synthetic people.
type person struct {
	Name  string
	User  int
	Party int
}

// client speaks to the HTTP API as people would. It belongs to one goroutine.
type client struct {
	base   string
	http   *http.Client
	tokens map[int]string // by user id, of those who have logged in
}

func newClient(base string) *client {
	return &client{base: base, http: &http.Client{Timeout: 20 * time.Second}, tokens: map[int]string{}}
}

// answerError is an answer that was not the one asked for.
type answerError struct {
	Status int
	Code   string
	Detail string
}

func (e *answerError) Error() string { return fmt.Sprintf("%d %s %s", e.Status, e.Code, e.Detail) }

// login gets an ID-porten token for a person from the development issuer.
func (c *client) login(ctx context.Context, p *person) error {
	form := url.Values{"userId": {strconv.Itoa(p.User)}, "acr": {"idporten-loa-high"}}
	var out struct {
		AccessToken string `json:"access_token"`
	}
	err := c.do(ctx, nil, http.MethodPost, "/idporten/test-token", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), &out)
	c.tokens[p.User] = out.AccessToken
	return err
}

// call sends JSON (or nothing) and reads JSON.
func (c *client) call(ctx context.Context, p *person, method, path string, body, out any) error {
	if body == nil {
		return c.do(ctx, p, method, path, "", nil, out)
	}
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return c.do(ctx, p, method, path, "application/json", bytes.NewReader(b), out)
}

func (c *client) do(ctx context.Context, p *person, method, path, contentType string, body io.Reader, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return err
	}
	if p != nil {
		req.Header.Set("Authorization", "Bearer "+c.tokens[p.User])
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 16<<20))
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		e := &answerError{Status: res.StatusCode}
		_ = json.Unmarshal(b, e) // an answer without a problem has only its status
		return e
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(b, out)
}

// upload is a part of a multipart request.
type upload struct {
	name, filename, contentType string
	body                        []byte
}

// multipart sends parts in one request.
func (c *client) multipart(ctx context.Context, p *person, path string, parts []upload, out any) error {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, u := range parts {
		disposition := fmt.Sprintf(`form-data; name=%q`, u.name)
		if u.filename != "" {
			disposition += fmt.Sprintf(`; filename=%q`, u.filename)
		}
		w, err := m.CreatePart(textproto.MIMEHeader{"Content-Disposition": {disposition}, "Content-Type": {u.contentType}})
		if err != nil {
			return err
		}
		if _, err := w.Write(u.body); err != nil {
			return err
		}
	}
	if err := m.Close(); err != nil {
		return err
	}
	return c.do(ctx, p, http.MethodPost, path, m.FormDataContentType(), &b, out)
}
