package multiapp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/sagas"
)

// Tokens gives a service owner's access tokens.
type Tokens interface {
	// Token gives a token of the org for the scopes.
	Token(ctx context.Context, org string, scopes ...string) (string, error)
	// Invalidate says that the receiver did not accept a token.
	Invalidate(org, token string)
}

// Scopes that handovers need.
const (
	scopeRead  = "altinn:serviceowner/instances.read"
	scopeWrite = "altinn:serviceowner/instances.write"
)

// HTTPDoor is the Door to apps over HTTP. Base gives the base address of an org's apps; Client may answer in process. Redirects are
// not followed: what a write was redirected to would be asked by GET, and its answer taken for the write's.
type HTTPDoor struct {
	Tokens Tokens
	Base   func(org string) string
	Client *http.Client
}

// AnswerError is an answer that was not a success.
type AnswerError struct {
	Status  int
	Code    string // of the problem, if there was one
	Message string // as the receiver says it; without personal data when the receiver is Hovedbok
}

func (e *AnswerError) Error() string {
	return fmt.Sprintf("answer %d %s: %s", e.Status, e.Code, e.Message)
}

// answered tells failures that pass from those that somebody must mend.
func answered(err error) error {
	var a *AnswerError
	if !errors.As(err, &a) || a.passes() {
		return err
	}
	return sagas.Permanent("the receiver refuses", a)
}

// passes tells whether the same request may succeed later. A conflict with others who wrote at the same time is one that does.
func (e *AnswerError) passes() bool {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return e.Status >= 500 || e.Code == "concurrent_change"
}

// gone tells that the instance in question has been erased.
func gone(err error) bool {
	var a *AnswerError
	return errors.As(err, &a) && a.Status == http.StatusGone
}

type request struct {
	org, method, url, contentType, key string
	causation                          uuid.UUID
	body                               func() io.Reader // nil: none; a *source says why it could not be read to its end
	scope                              string
}

// do sends a request with the org's token. A token that is not accepted is fetched anew once.
func (d *HTTPDoor) do(ctx context.Context, r request, read func(io.Reader) error) error {
	err := d.send(ctx, r, read)
	var a *AnswerError
	if errors.As(err, &a) && a.Status == http.StatusUnauthorized {
		err = d.send(ctx, r, read)
	}
	return err
}

func (d *HTTPDoor) send(ctx context.Context, r request, read func(io.Reader) error) error {
	token, err := d.Tokens.Token(ctx, r.org, r.scope)
	if err != nil {
		return fmt.Errorf("token of %s: %w", r.org, err)
	}
	req, err := r.build(ctx, token)
	if err != nil {
		return err
	}
	res, err := d.client().Do(req)
	if s, ok := req.Body.(*source); ok && s.failure() != nil {
		err = errors.Join(s.failure(), closed(res)) // whatever was answered to half a request
	}
	if err != nil {
		return err
	}
	defer closed(res)
	if res.StatusCode == http.StatusUnauthorized {
		d.Tokens.Invalidate(r.org, token)
	}
	if res.StatusCode >= 300 {
		return problemOf(res)
	}
	if read == nil {
		return nil
	}
	return read(io.LimitReader(res.Body, 16<<20))
}

func (r *request) build(ctx context.Context, token string) (*http.Request, error) {
	if _, err := url.Parse(r.url); err != nil {
		return nil, fmt.Errorf("address of the apps of %s: %w", r.org, err) // before a body is begun that nobody would close
	}
	var body io.Reader
	if r.body != nil {
		body = r.body()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "application/json")
	setIf(req.Header, "Content-Type", r.contentType)
	setIf(req.Header, "Idempotency-Key", r.key)
	if r.causation != uuid.Nil {
		req.Header.Set("Hovedbok-Causation", r.causation.String())
	}
	return req, nil
}

func (d *HTTPDoor) client() *http.Client {
	c := *d.Client
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// closed reads what is left of an answer, so that the connection can be used again, and closes it.
func closed(res *http.Response) error {
	if res == nil {
		return nil
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	return res.Body.Close()
}

func setIf(h http.Header, name, value string) {
	if value != "" {
		h.Set(name, value)
	}
}

// ownProblems is how the types of Hovedbok's own problems begin.
const ownProblems = "https://hovedbok.no/problem/"

func problemOf(res *http.Response) error {
	var p struct {
		Type   string `json:"type"`
		Code   string `json:"code"`
		Title  string `json:"title"`
		Detail string `json:"detail"`
	}
	out := &AnswerError{Status: res.StatusCode, Message: http.StatusText(res.StatusCode)}
	b, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil || json.Unmarshal(b, &p) != nil {
		return out
	}
	out.Code = p.Code
	if p.Detail != "" && strings.HasPrefix(p.Type, ownProblems) { // what others say may name people
		out.Message = p.Detail
	} else if p.Title != "" {
		out.Message = p.Title
	}
	return out
}

// Create makes an instance with its form and files in one request.
func (d *HTTPDoor) Create(ctx context.Context, org string, c Creation) (Created, error) {
	boundary := multipart.NewWriter(io.Discard).Boundary()
	r := request{
		org: org, method: http.MethodPost, url: d.app(c.App) + "/instances", contentType: "multipart/form-data; boundary=" + boundary,
		key: c.Key, causation: c.Causation, scope: scopeWrite,
		body: func() io.Reader { return c.stream(ctx, boundary) },
	}
	var made Created
	err := d.do(ctx, r, func(body io.Reader) (err error) {
		made, err = readCreated(body)
		return err
	})
	return made, err
}

// readCreated takes the instance out of the answer to a creation. The answer itself is not told: it may hold personal data.
func readCreated(body io.Reader) (Created, error) {
	var in struct {
		ID string `json:"id"`
	}
	if err := json.NewDecoder(body).Decode(&in); err != nil {
		return Created{}, fmt.Errorf("the answer to a creation cannot be read: %w", err)
	}
	owner, guid, _ := strings.Cut(in.ID, "/")
	party, err := strconv.Atoi(owner)
	id, err2 := uuid.Parse(guid)
	if err != nil || err2 != nil || party <= 0 {
		return Created{}, errors.New("the answer to a creation is not an instance: its id is not {party}/{uuid}")
	}
	return Created{Instance: id, Party: party}, nil
}

func (d *HTTPDoor) app(id string) string {
	org, _, _ := strings.Cut(id, "/")
	return strings.TrimRight(d.Base(org), "/") + "/" + id
}

func (d *HTTPDoor) instance(r Ref) string {
	return d.app(r.App) + "/instances/" + strconv.Itoa(r.Party) + "/" + r.Instance.String()
}

// jsonBody makes a body that can be sent again.
func jsonBody(v any) (func() io.Reader, error) {
	b, err := json.Marshal(v)
	return func() io.Reader { return bytes.NewReader(b) }, err
}

// Link ties the source to its target. It is an address of our own: the source is always an instance of ours.
func (d *HTTPDoor) Link(ctx context.Context, org string, source Ref, l LinkBody, key string) error {
	body, err := jsonBody(l)
	if err != nil {
		return err
	}
	base := strings.TrimRight(d.Base(org), "/")
	u := base + "/ledger/instances/" + strconv.Itoa(source.Party) + "/" + source.Instance.String() + "/links"
	return d.do(ctx, request{org: org, method: http.MethodPost, url: u, contentType: "application/json", key: key, body: body, scope: scopeWrite}, nil)
}

// Read gets the forms of an instance.
func (d *HTTPDoor) Read(ctx context.Context, org string, target Ref) (Contents, error) {
	var in struct {
		Data []struct {
			ID          string  `json:"id"`
			DataType    string  `json:"dataType"`
			Filename    *string `json:"filename"`
			ContentType string  `json:"contentType"`
		} `json:"data"`
	}
	at := d.instance(target)
	get := func(u string, read func(io.Reader) error) error {
		return d.do(ctx, request{org: org, method: http.MethodGet, url: u, scope: scopeRead}, read)
	}
	err := get(at, func(body io.Reader) error { return json.NewDecoder(body).Decode(&in) })
	out := Contents{Forms: map[string]*document.Node{}}
	for _, e := range in.Data {
		if err != nil {
			break
		}
		if e.Filename != nil || out.Forms[e.DataType] != nil {
			continue
		}
		err = get(at+"/data/"+url.PathEscape(e.ID), func(body io.Reader) error {
			b, err := io.ReadAll(body)
			if err == nil {
				out.Forms[e.DataType], err = document.Parse(b)
			}
			return err
		})
	}
	return out, err
}

// Patch changes a form of the source.
func (d *HTTPDoor) Patch(ctx context.Context, org string, source Ref, p FormPatch, key string) error {
	body, err := jsonBody(map[string]any{"patches": []any{
		map[string]any{"dataElementId": p.Element, "patch": json.RawMessage(p.Patch.AppendJSON(nil))},
	}})
	if err != nil {
		return err
	}
	return d.do(ctx, request{org: org, method: http.MethodPatch, url: d.instance(source) + "/data", contentType: "application/json", key: key, body: body, scope: scopeWrite}, nil)
}

// Substatus tells the owner of the source where the case stands.
func (d *HTTPDoor) Substatus(ctx context.Context, org string, source Ref, label, description, key string) error {
	body, err := jsonBody(map[string]string{"label": label, "description": description})
	if err != nil {
		return err
	}
	return d.do(ctx, request{org: org, method: http.MethodPut, url: d.instance(source) + "/substatus", contentType: "application/json", key: key, body: body, scope: scopeWrite}, nil)
}
