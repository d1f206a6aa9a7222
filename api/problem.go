package api

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/commands"
	"github.com/hovedbok/hovedbok/domain/document"
)

// problem is an error answer: RFC 9457, with our stable code, and the members that Altinn's clients look for.
type problem struct {
	Type     string  `json:"type"`
	Title    string  `json:"title"`
	Status   int     `json:"status"`
	Detail   string  `json:"detail,omitempty"`
	Instance string  `json:"instance,omitempty"`
	Code     string  `json:"code"`
	TraceID  string  `json:"traceId,omitempty"`
	Issues   []issue `json:"validationIssues,omitempty"`

	UploadIssues []issue `json:"uploadValidationIssues,omitempty"`

	PreviousModel  *document.Node `json:"previousModel,omitempty"`
	DataElementID  *uuid.UUID     `json:"dataElementId,omitempty"`
	OperationIndex *int           `json:"patchOperationIndex,omitempty"`

	RequiredLevel string `json:"RequiredAuthenticationLevel,omitempty"`
}

var internal = problem{Status: http.StatusInternalServerError, Code: "internal", Title: "Internal Server Error", Detail: "something is wrong on our side; nothing was changed unless a repeat with the same Idempotency-Key says so"}

// statuses gives the HTTP status of each kind of error.
var statuses = map[commands.Kind]int{
	commands.Invalid:          http.StatusBadRequest,
	commands.Forbidden:        http.StatusForbidden,
	commands.NotFound:         http.StatusNotFound,
	commands.Conflict:         http.StatusConflict,
	commands.Stale:            http.StatusPreconditionFailed,
	commands.Gone:             http.StatusGone,
	commands.TooLarge:         http.StatusRequestEntityTooLarge,
	commands.UnsupportedMedia: http.StatusUnsupportedMediaType,
	commands.Unprocessable:    http.StatusUnprocessableEntity,
	commands.Unavailable:      http.StatusServiceUnavailable,
}

// titles are the titles that Altinn gives, where clients look at them.
var titles = map[string]string{
	commands.CodeValidation:         "Validation failed for task",
	commands.CodePatchTest:          "Precondition in patch failed",
	commands.CodePatchFailed:        "Patch Operation Failed",
	commands.CodeFormMismatch:       "Patch operation did not deserialize",
	"instance_not_active":           "Instance Not Active",
	"data_type_max_count":           "Max Count Exceeded",
	commands.CodeTooLarge:           "Request too large",
	commands.CodeFilename:           "Common checks failed",
	commands.CodeFilenameMissing:    "Common checks failed",
	commands.CodeContentType:        "Common checks failed",
	"no_current_task":               "No current task",
	commands.CodeContentTypeMissing: "Missing content type",
}

// fail answers with an error. Errors of ours are logged here, and nowhere else.
func (s *Server) fail(c *gin.Context, err error) {
	var known *commands.Error
	if !errors.As(err, &known) || known.Kind == commands.Internal {
		s.Logger.Error("request failed", "method", c.Request.Method, "route", c.FullPath(), "instance", c.Param("guid"), "trace", traceID(c.Request), "error", err)
		s.problem(c, internal)
		return
	}
	status := statuses[known.Kind]
	p := problem{
		Status: status, Code: known.Code, Title: titles[known.Code], Detail: known.Message, Issues: issues(known.Issues), RequiredLevel: known.Level,
	}
	if p.Title == "" {
		p.Title = http.StatusText(status)
	}
	if known.Patch != nil {
		p.Type = "https://datatracker.ietf.org/doc/html/rfc6902/"
		p.PreviousModel, p.DataElementID, p.OperationIndex = known.Patch.Previous, &known.Patch.Element, &known.Patch.Operation
	}
	if code, ok := altinnUploadCode[known.Code]; ok {
		p.UploadIssues = []issue{{Severity: 1, Code: code, Description: known.Message, Source: "DataRestrictionValidation"}}
	}
	if known.Kind == commands.Unavailable {
		c.Header("Retry-After", "1")
	}
	s.problem(c, p)
}

// altinnUploadCode gives the errors that Altinn answers as issues of the upload, and what it calls them.
var altinnUploadCode = map[string]string{
	commands.CodeFilename: "InvalidFileNameFormat", commands.CodeFilenameMissing: "MissingFileName",
	commands.CodeContentType: "ContentTypeNotAllowed", commands.CodeContentTypeMissing: "MissingContentType",
}

func (s *Server) problem(c *gin.Context, p problem) {
	if p.Type == "" {
		p.Type = "https://hovedbok.no/problem/" + p.Code
	}
	p.TraceID = traceID(c.Request)
	c.Header("Content-Type", "application/problem+json; charset=utf-8")
	c.Abort()
	write(c, p.Status, p)
}

// issue is a validation issue in Altinn's shape (ValidationIssueWithSource).
type issue struct {
	Severity             int      `json:"severity"`
	DataElementID        *string  `json:"dataElementId"`
	Field                *string  `json:"field"`
	Code                 string   `json:"code"`
	Description          string   `json:"description"`
	Source               string   `json:"source"`
	NoIncrementalUpdates bool     `json:"noIncrementalUpdates,omitempty"`
	CustomTextKey        *string  `json:"customTextKey,omitempty"`
	CustomTextParams     []string `json:"customTextParams,omitempty"`
}

func issues(in []commands.Issue) []issue {
	var out []issue
	for _, i := range in {
		o := issue{
			Severity: i.Severity, Code: i.Code, Description: i.Text, Source: i.Source, NoIncrementalUpdates: i.OnlyWhole, CustomTextParams: i.Params,
			Field: optional(i.Field), CustomTextKey: optional(i.TextKey),
		}
		if i.Element != uuid.Nil {
			o.DataElementID = optional(i.Element.String())
		}
		out = append(out, o)
	}
	return out
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func formatInt(n int64) string { return strconv.FormatInt(n, 10) }
