package api

import (
	"context"
	"errors"
	"hash"
	"io"
	"iter"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/commands"
)

// template is the instance that a client asks for, as far as Altinn heeds it, and our own member "link".
type template struct {
	InstanceOwner ownerBody         `json:"instanceOwner"`
	DueBefore     *time.Time        `json:"dueBefore"`
	VisibleAfter  *time.Time        `json:"visibleAfter"`
	Prefill       map[string]string `json:"prefill"`
	Link          *originBody       `json:"link"`
}

type ownerBody struct {
	PartyID            flexible `json:"partyId"`
	PersonNumber       string   `json:"personNumber"`
	OrganisationNumber string   `json:"organisationNumber"`
}

// originBody says which instance the new one is made from. Other servers ignore it.
type originBody struct {
	Chain    uuid.UUID `json:"chain"`
	Handover uuid.UUID `json:"handover"`
	Link     string    `json:"link"`
	App      string    `json:"app"`
	Instance uuid.UUID `json:"instance"`
	Party    int       `json:"party"`
}

// flexible is a number that clients send as a number or as text.
type flexible int

// UnmarshalJSON reads 501 and "501".
func (f *flexible) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `"`)
	if text == "" || text == "null" {
		return nil
	}
	n, err := strconv.Atoi(text)
	*f = flexible(n)
	return err
}

func (t *template) command(app string) commands.CreateInstance {
	c := commands.CreateInstance{
		App: app, Prefill: t.Prefill,
		Owner: commands.Owner{PartyID: int(t.InstanceOwner.PartyID), PersonNumber: t.InstanceOwner.PersonNumber, OrganisationNumber: t.InstanceOwner.OrganisationNumber},
	}
	if t.DueBefore != nil {
		c.DueBefore = t.DueBefore.UTC()
	}
	if t.VisibleAfter != nil {
		c.VisibleAfter = t.VisibleAfter.UTC()
	}
	if l := t.Link; l != nil {
		c.Origin = &commands.Origin{Chain: l.Chain, Handover: l.Handover, Link: l.Link, App: l.App, Instance: l.Instance, Party: l.Party}
	}
	return c
}

// createInstance is POST {org}/{app}/instances: no body, an instance template, or multipart with forms and files.
func (s *Server) createInstance(c *gin.Context) {
	media, params, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	switch {
	case strings.HasPrefix(media, "multipart/") && err == nil:
		s.createMultipart(c, params["boundary"])
	case media == "" || media == "application/json":
		s.createJSON(c, false)
	default:
		s.fail(c, &commands.Error{Kind: commands.UnsupportedMedia, Code: "content_type_unsupported", Message: "send application/json or multipart/form-data"})
	}
}

// createSimplified is POST {org}/{app}/instances/create.
func (s *Server) createSimplified(c *gin.Context) { s.createJSON(c, true) }

func (s *Server) createJSON(c *gin.Context, bodyNeeded bool) {
	var t template
	read := s.readOptional
	if bodyNeeded {
		read = s.readJSON
	}
	body, ok := read(c, &t)
	if !ok {
		return
	}
	if !s.ownerFromQuery(c, &t) {
		return
	}
	req, err := s.request(c, body)
	if err != nil {
		s.fail(c, err)
		return
	}
	s.create(c, req, t.command(c.Param("org")+"/"+c.Param("app")))
}

// ownerFromQuery takes the owner from the query when the template names none. Both together are refused, as in Altinn.
func (s *Server) ownerFromQuery(c *gin.Context, t *template) bool {
	party := query(c, "instanceOwnerPartyId")
	if party == "" {
		return true
	}
	n, err := strconv.Atoi(party)
	if err != nil || t.InstanceOwner != (ownerBody{}) {
		s.fail(c, &commands.Error{Kind: commands.Invalid, Code: "instance_owner_ambiguous", Message: "name the instance owner once, by a number: in the query or in the instance"})
		return false
	}
	t.InstanceOwner.PartyID = flexible(n)
	return true
}

func (s *Server) create(c *gin.Context, req *commands.Request, cmd commands.CreateInstance) {
	res, err := s.Commands.Create(c.Request.Context(), req, cmd)
	if err != nil {
		s.fail(c, err)
		return
	}
	out, err := s.instance(c.Request.Context(), c.Request, res.State, true)
	if err != nil {
		s.fail(c, err)
		return
	}
	position(c, res.Position)
	c.Header("Location", out.SelfLinks.Apps)
	c.Header("ETag", etag(res))
	write(c, http.StatusCreated, out)
}

func etag(res commands.Result) string { return `"` + formatInt(res.State.Changed()) + `"` }

// createMultipart reads the part "instance", which comes first, and hands the others on as they arrive.
func (s *Server) createMultipart(c *gin.Context, boundary string) {
	form := &parts{r: multipart.NewReader(&limited{c.Request.Body, s.MaxBody, s.MaxBody}, boundary), hash: startFingerprint(c.Request)}
	var t template
	if err := form.template(&t); err != nil {
		s.fail(c, err)
		return
	}
	if !s.ownerFromQuery(c, &t) {
		return
	}
	req, err := s.request(c, nil)
	if err != nil {
		s.fail(c, err)
		return
	}
	if form.ahead != nil && t.InstanceOwner == (ownerBody{}) {
		s.fail(c, notFirst)
		return
	}
	cmd := t.command(c.Param("org") + "/" + c.Param("app"))
	cmd.Parts, cmd.Fingerprint = form.all(), func() string { return sum(form.hash) }
	s.create(c, req, cmd)
}

// parts reads a multipart body part by part and keeps a digest of what it has read.
type parts struct {
	r     *multipart.Reader
	hash  hash.Hash
	ahead *multipart.Part // read already, but not the template
}

// notFirst refuses a template that comes too late: parts are taken in as they come, and for that the owner must be known.
var notFirst = &commands.Error{Kind: commands.Invalid, Code: "multipart_instance_not_first", Message: "the part named instance must be the first"}

func malformed(err error) error {
	var known *commands.Error
	if errors.As(err, &known) {
		return err
	}
	return &commands.Error{Kind: commands.Invalid, Code: "multipart_malformed", Message: "Error reading request: the multipart body is not well-formed", Err: err}
}

// template reads the instance template if the first part holds it.
func (p *parts) template(t *template) error {
	part, err := p.next()
	if err == io.EOF {
		return malformed(err)
	}
	if err != nil {
		return err
	}
	if part.FormName() != "instance" {
		p.ahead = part
		return nil
	}
	body, err := io.ReadAll(&limited{io.TeeReader(part, p.hash), MaxJSON, MaxJSON})
	if err != nil {
		return malformed(err)
	}
	if err := unmarshal(body, t); err != nil {
		return &commands.Error{Kind: commands.Invalid, Code: "json_malformed", Message: "the part named instance is not valid: " + jsonFault(err)}
	}
	return nil
}

func (p *parts) next() (*multipart.Part, error) {
	part, err := p.r.NextPart()
	if err != nil {
		if err == io.EOF {
			return nil, err
		}
		return nil, malformed(err)
	}
	for _, text := range []string{part.FormName(), part.FileName(), part.Header.Get("Content-Type")} {
		p.hash.Write([]byte(text))
		p.hash.Write([]byte{0})
	}
	return part, nil
}

// all yields the parts after the template.
func (p *parts) all() iter.Seq2[commands.Part, error] {
	return func(yield func(commands.Part, error) bool) {
		for {
			part := p.ahead
			p.ahead = nil
			if part == nil {
				var err error
				if part, err = p.next(); err == io.EOF {
					return
				} else if err != nil {
					yield(commands.Part{}, err)
					return
				}
			}
			if part.FormName() == "instance" {
				yield(commands.Part{}, notFirst)
				return
			}
			body := &faulty{io.TeeReader(part, p.hash)}
			if !yield(commands.Part{DataType: part.FormName(), ContentType: part.Header.Get("Content-Type"), Filename: part.FileName(), Body: body}, nil) {
				return
			}
		}
	}
}

// faulty gives errors of a multipart body their code.
type faulty struct{ r io.Reader }

func (f *faulty) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil && err != io.EOF {
		err = malformed(err)
	}
	return n, err
}

// getInstance is GET {org}/{app}/instances/{party}/{guid}. That it was read is recorded.
func (s *Server) getInstance(c *gin.Context) { s.readInstance(c, false) }

// storageInstance is the same through the storage API.
func (s *Server) storageInstance(c *gin.Context) { s.readInstance(c, true) }

func (s *Server) readInstance(c *gin.Context, storage bool) {
	ref, ok := s.ref(c)
	if !ok {
		return
	}
	req := &commands.Request{Caller: commandCaller(caller(c)), Trace: traceID(c.Request)}
	res, err := s.Commands.ReadInstance(c.Request.Context(), req, ref)
	if err != nil {
		s.fail(c, err)
		return
	}
	position(c, res.Position)
	c.Header("ETag", etag(res))
	s.answer(c, http.StatusOK, res, storage)
}

// answer writes an instance in the dialect of the app or the storage API.
func (s *Server) answer(c *gin.Context, status int, res commands.Result, storage bool) {
	out, err := s.instance(c.Request.Context(), c.Request, res.State, !storage)
	if err != nil {
		s.fail(c, err)
		return
	}
	if !storage {
		write(c, status, out)
		return
	}
	n, err := stored(out)
	if err != nil {
		s.fail(c, err)
		return
	}
	write(c, status, n)
}

// changed runs a command that has no body of interest and answers with the instance.
func (s *Server) changed(c *gin.Context, body []byte, run func(*commands.Request, commands.Ref) (commands.Result, error)) {
	res, ok := s.commanded(c, body, func(_ context.Context, r *commands.Request, ref commands.Ref) (commands.Result, error) {
		return run(r, ref)
	})
	if ok {
		s.answer(c, http.StatusOK, res, false)
	}
}

// commanded runs a command on the instance that the path names, and sets the headers of a write.
func (s *Server) commanded(c *gin.Context, body []byte, run func(context.Context, *commands.Request, commands.Ref) (commands.Result, error)) (res commands.Result, ok bool) {
	ref, ok := s.ref(c)
	if !ok {
		return res, false
	}
	req, err := s.request(c, body)
	if err == nil {
		res, err = run(c.Request.Context(), req, ref)
	}
	if err != nil {
		s.fail(c, err)
		return res, false
	}
	position(c, res.Position)
	c.Header("ETag", etag(res))
	return res, true
}

// deleteInstance is DELETE: to the bin, or with hard=true for good.
func (s *Server) deleteInstance(c *gin.Context) {
	hard, err := boolQuery(c, "hard")
	if err != nil {
		s.fail(c, err)
		return
	}
	s.changed(c, nil, func(r *commands.Request, ref commands.Ref) (commands.Result, error) {
		if hard != nil && *hard {
			return s.Commands.EraseInstance(c.Request.Context(), r, ref)
		}
		return s.Commands.DeleteInstance(c.Request.Context(), r, ref)
	})
}

// undeleteInstance takes an instance out of the bin. The answer is true, as of Altinn's message box.
func (s *Server) undeleteInstance(c *gin.Context) {
	if _, ok := s.commanded(c, nil, s.Commands.UndeleteInstance); ok {
		write(c, http.StatusOK, true)
	}
}

// completeInstance is the service owner's receipt.
func (s *Server) completeInstance(c *gin.Context) {
	s.changed(c, nil, func(r *commands.Request, ref commands.Ref) (commands.Result, error) {
		return s.Commands.ConfirmCompletion(c.Request.Context(), r, ref)
	})
}

func (s *Server) setSubstatus(c *gin.Context) {
	var b substatusJSON
	body, ok := s.readJSON(c, &b)
	if !ok {
		return
	}
	s.changed(c, body, func(r *commands.Request, ref commands.Ref) (commands.Result, error) {
		return s.Commands.SetSubstatus(c.Request.Context(), r, ref, b.Label, b.Description)
	})
}
