package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/commands"
	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
)

func unmarshal(b []byte, v any) error { return json.Unmarshal(b, v) }

// elementParam takes a data element id out of the path.
func (s *Server) elementParam(c *gin.Context) (uuid.UUID, bool) {
	id, err := uuid.Parse(c.Param("element"))
	if err != nil {
		s.fail(c, &commands.Error{Kind: commands.NotFound, Code: string(instance.CodeElementNotFound), Message: "a data element is named by its id"})
	}
	return id, err == nil
}

// part makes a part of the request's own body. The body's digest is part of the request's fingerprint, so that with an
// idempotency key the body is read whole first; without one it is passed on as it comes.
func (s *Server) part(c *gin.Context, dataType string) (commands.Part, []byte, error) {
	p := commands.Part{DataType: dataType, ContentType: c.GetHeader("Content-Type"), Filename: filename(c.GetHeader("Content-Disposition"))}
	p.Body = &limited{c.Request.Body, s.MaxBody, s.MaxBody}
	if c.GetHeader(HeaderIdempotencyKey) == "" {
		return p, nil, nil
	}
	body, err := readBody(c, min(s.MaxBody, MaxKeyed))
	p.Body = strings.NewReader(string(body))
	return p, body, err
}

// MaxKeyed is the largest body that can be sent with an idempotency key outside multipart, in bytes.
const MaxKeyed = 64 << 20

// filename reads the name of an upload. The encoded form wins over the plain one, and percent signs are decoded, as in Altinn.
func filename(disposition string) string {
	_, params, err := mime.ParseMediaType(disposition)
	if err != nil {
		return ""
	}
	name := params["filename"]
	if strings.Contains(name, "%") {
		if decoded, err := percentDecoded(name); err == nil {
			name = decoded
		}
	}
	return name
}

// addDataByQuery is the older POST …/data?dataType=.
func (s *Server) addDataByQuery(c *gin.Context) { s.add(c, query(c, "dataType"), true) }

// addData is POST …/data/{dataType} and …/data/type/{dataType}.
func (s *Server) addData(c *gin.Context) {
	dataType := c.Param("dataType")
	if dataType == "" {
		dataType = c.Param("element")
	}
	s.add(c, dataType, false)
}

func (s *Server) add(c *gin.Context, dataType string, older bool) {
	p, body, err := s.part(c, dataType)
	if err != nil {
		s.fail(c, err)
		return
	}
	res, ok := s.commanded(c, body, func(ctx context.Context, r *commands.Request, ref commands.Ref) (commands.Result, error) {
		return s.Commands.AddData(ctx, r, ref, p)
	})
	if ok {
		s.added(c, res, older)
	}
}

func (s *Server) added(c *gin.Context, res commands.Result, older bool) {
	out, err := s.instance(c.Request.Context(), c.Request, res.State, false)
	if err != nil || len(res.Elements) == 0 {
		s.fail(c, orMissing(err))
		return
	}
	id := res.Elements[len(res.Elements)-1].String()
	if older {
		for _, e := range out.Data {
			if e.ID == id {
				c.Header("Location", e.SelfLinks.Apps)
				write(c, http.StatusCreated, e)
				return
			}
		}
	}
	write(c, http.StatusOK, gin.H{"newDataElementId": id, "instance": out, "validationIssues": askedIssues(c, res), "newDataModels": []any{}})
}

// askedIssues gives the issues after a command. As in Altinn they are worked out only for clients that say which they see to
// themselves, be it none.
func askedIssues(c *gin.Context, res commands.Result) []sourceIssues {
	if !hasQuery(c, "ignoredValidators") {
		return []sourceIssues{}
	}
	return bySource(issues(res.Issues(splitList(query(c, "ignoredValidators")))))
}

func orMissing(err error) error {
	if err == nil {
		err = fmt.Errorf("api: the command added no element")
	}
	return err
}

// getData is GET …/data/{id}: a form as JSON or XML, a file as it was sent.
func (s *Server) getData(c *gin.Context) {
	ref, ok := s.ref(c)
	if !ok {
		return
	}
	id, ok := s.elementParam(c)
	if !ok {
		return
	}
	req := &commands.Request{Caller: commandCaller(caller(c)), Trace: traceID(c.Request)}
	data, err := s.Commands.ReadData(c.Request.Context(), req, ref, id)
	if err != nil {
		s.fail(c, err)
		return
	}
	if data.Content == nil {
		s.writeForm(c, data)
		return
	}
	defer data.Content.Close()
	c.Header("Content-Type", data.Element.ContentType)
	c.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": data.Element.Filename}))
	c.Header("Content-Length", formatInt(data.Element.Size))
	c.Status(http.StatusOK)
	if _, err := io.Copy(c.Writer, data.Content); err != nil {
		panic(http.ErrAbortHandler) // the status is out; a cut connection is the only way left to say it
	}
}

// putData is PUT …/data/{id}.
func (s *Server) putData(c *gin.Context) {
	id, ok := s.elementParam(c)
	if !ok {
		return
	}
	p, body, err := s.part(c, "")
	if err != nil {
		s.fail(c, err)
		return
	}
	res, ok := s.commanded(c, body, func(ctx context.Context, r *commands.Request, ref commands.Ref) (commands.Result, error) {
		return s.Commands.ReplaceData(ctx, r, ref, id, p)
	})
	if ok {
		res.Elements = []uuid.UUID{id}
		s.added(c, res, true)
	}
}

// deleteData is DELETE …/data/{id}.
func (s *Server) deleteData(c *gin.Context) {
	id, ok := s.elementParam(c)
	if !ok {
		return
	}
	res, ok := s.commanded(c, nil, func(ctx context.Context, r *commands.Request, ref commands.Ref) (commands.Result, error) {
		return s.Commands.DeleteData(ctx, r, ref, id)
	})
	if !ok {
		return
	}
	out, err := s.instance(c.Request.Context(), c.Request, res.State, false)
	if err != nil {
		s.fail(c, err)
		return
	}
	write(c, http.StatusOK, gin.H{"newDataElementId": uuid.Nil, "instance": out, "validationIssues": askedIssues(c, res), "newDataModels": []any{}})
}

type patchBody struct {
	Patches []struct {
		DataElementID uuid.UUID       `json:"dataElementId"`
		Patch         json.RawMessage `json:"patch"`
	} `json:"patches"`
	Patch             json.RawMessage `json:"patch"` // of the older address for one element
	IgnoredValidators []string        `json:"ignoredValidators"`
}

// patchData is PATCH …/data: patches of several forms, all or none.
func (s *Server) patchData(c *gin.Context) {
	var b patchBody
	body, ok := s.readJSON(c, &b)
	if !ok {
		return
	}
	var patches []commands.FormPatch
	for _, p := range b.Patches {
		patch, err := document.ParsePatch(p.Patch)
		if err != nil {
			s.fail(c, malformedPatch(p.DataElementID, err))
			return
		}
		patches = append(patches, commands.FormPatch{Element: p.DataElementID, Patch: patch})
	}
	s.patch(c, body, patches, b.IgnoredValidators, false)
}

// patchOne is the older PATCH …/data/{id}.
func (s *Server) patchOne(c *gin.Context) {
	id, ok := s.elementParam(c)
	if !ok {
		return
	}
	var b patchBody
	body, ok := s.readJSON(c, &b)
	if !ok {
		return
	}
	patch, err := document.ParsePatch(b.Patch)
	if err != nil {
		s.fail(c, malformedPatch(id, err))
		return
	}
	s.patch(c, body, []commands.FormPatch{{Element: id, Patch: patch}}, b.IgnoredValidators, true)
}

func malformedPatch(element uuid.UUID, err error) error {
	out := &commands.Error{Kind: commands.Invalid, Code: commands.CodePatchMalformed, Message: "the patch is not an RFC 6902 patch: " + err.Error()}
	if pe, ok := err.(*document.PatchError); ok {
		out.Patch = &commands.Failing{Element: element, Operation: pe.Index}
	}
	return out
}

func (s *Server) patch(c *gin.Context, body []byte, patches []commands.FormPatch, ignored []string, older bool) {
	res, ok := s.commanded(c, body, func(ctx context.Context, r *commands.Request, ref commands.Ref) (commands.Result, error) {
		return s.Commands.PatchData(ctx, r, ref, patches)
	})
	if !ok {
		return
	}
	out, err := s.instance(c.Request.Context(), c.Request, res.State, false)
	if err != nil {
		s.fail(c, err)
		return
	}
	sources := bySource(issues(res.Issues(ignored)))
	if older {
		write(c, http.StatusOK, olderPatchAnswer(res, patches, out, sources))
		return
	}
	write(c, http.StatusOK, gin.H{"validationIssues": sources, "newDataModels": models(res, patches), "instance": out})
}

type sourceIssues struct {
	Source string  `json:"source"`
	Issues []issue `json:"issues"`
}

// bySource groups the issues of the model validator. An empty list tells the client to clear what it shows.
func bySource(in []issue) []sourceIssues {
	out := sourceIssues{Source: commands.SourceModel, Issues: []issue{}}
	for _, i := range in {
		if i.Source == commands.SourceModel {
			out.Issues = append(out.Issues, i)
		}
	}
	return []sourceIssues{out}
}

type newModel struct {
	DataElementID uuid.UUID      `json:"dataElementId"`
	Data          *document.Node `json:"data"`
}

func models(res commands.Result, patches []commands.FormPatch) []newModel {
	out := []newModel{}
	seen := map[uuid.UUID]bool{}
	for _, p := range patches {
		if el, ok := res.State.Element(p.Element); ok && !seen[p.Element] {
			out = append(out, newModel{p.Element, el.Form})
			seen[p.Element] = true
		}
	}
	return out
}

func olderPatchAnswer(res commands.Result, patches []commands.FormPatch, out *instanceJSON, sources []sourceIssues) gin.H {
	byName := map[string][]issue{}
	for _, s := range sources {
		byName[s.Source] = s.Issues
	}
	el, _ := res.State.Element(patches[0].Element)
	return gin.H{"validationIssues": byName, "newDataModel": el.Form, "instance": out}
}
