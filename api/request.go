package api

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/commands"
	"github.com/hovedbok/hovedbok/identity"
)

// literals are the fixed parts of our addresses that clients write in any case (Altinn's router ignores it).
var literals = map[string]string{}

func init() {
	for _, l := range []string{
		"instances", "create", "active", "complete", "substatus", "validate", "data", "type", "process", "next", "history", "api", "v1",
		"applicationmetadata", "meta", "jsonschema", "storage", "sbl", "undelete", "ledger", "inbox", "status", "chains", "events", "state", "diff", "links",
	} {
		literals[l] = l
	}
}

// canonical writes the fixed parts of a path in lower case and drops a slash at the end, before the router sees it.
func canonical(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		if len(path) > 1 && path[len(path)-1] == '/' {
			path = strings.TrimRight(path, "/")
		}
		if strings.ContainsFunc(path, func(c rune) bool { return c >= 'A' && c <= 'Z' }) {
			path = lowerLiterals(path)
		}
		if path != r.URL.Path {
			r = r.Clone(r.Context())
			r.URL.Path, r.URL.RawPath = path, ""
		}
		next.ServeHTTP(w, r)
	})
}

func lowerLiterals(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if l, ok := literals[strings.ToLower(p)]; ok && !named(parts, i) {
			parts[i] = l
		}
	}
	return strings.Join(parts, "/")
}

// named tells whether a part of a path is a name that an app has given, such as a data type's, and not a literal. The parts before it
// are in lower case where they are literals.
func named(parts []string, i int) bool {
	if i == 0 {
		return false
	}
	if i > 4 && slices.Contains(namesAfter, parts[i-1]) { // after /{org}/{app}/api at least
		return true
	}
	switch parts[i-1] {
	case "data":
		return !strings.EqualFold(parts[i], "type") || i == len(parts)-1 // …/data/type/{name}, but …/data/{name}
	case "type":
		return i > 1 && parts[i-2] == "data"
	}
	return false
}

// developmentPath tells whether a path is one that the development server may have.
func developmentPath(path string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch strings.ToLower(first) {
	case "home", "idporten", "maskinporten", "authentication":
		return true
	}
	return false
}

// query gives a query parameter; names count in any case.
func query(c *gin.Context, name string) string {
	if c.Request.URL.RawQuery == "" {
		return ""
	}
	for key, values := range c.Request.URL.Query() {
		if strings.EqualFold(key, name) {
			return values[0]
		}
	}
	return ""
}

// queries gives all values of a query parameter; names count in any case.
func queries(c *gin.Context, name string) []string {
	var out []string
	for key, values := range c.Request.URL.Query() {
		if strings.EqualFold(key, name) {
			out = append(out, values...)
		}
	}
	return out
}

// hasQuery tells whether a parameter is there, even if empty.
func hasQuery(c *gin.Context, name string) bool {
	for key := range c.Request.URL.Query() {
		if strings.EqualFold(key, name) {
			return true
		}
	}
	return false
}

// limited is a body that fails with body_too_large when it is longer than allowed, and with body_incomplete when it is cut off.
type limited struct {
	r    io.Reader
	left int64
	max  int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, tooLarge(l.max)
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, tooLarge(l.max)
	}
	if err != nil && err != io.EOF {
		err = &commands.Error{Kind: commands.Invalid, Code: commands.CodeBodyIncomplete, Message: "the request ended too early", Err: err}
	}
	return n, err
}

func tooLarge(max int64) error {
	return &commands.Error{Kind: commands.TooLarge, Code: commands.CodeTooLarge, Message: "the request can be at most " + formatBytes(max)}
}

func formatBytes(n int64) string {
	switch {
	case n >= 1<<20:
		return formatInt(n>>20) + " MiB"
	case n >= 1<<10:
		return formatInt(n>>10) + " KiB"
	}
	return formatInt(n) + " bytes"
}

// readBody reads a whole body of at most max bytes.
func readBody(c *gin.Context, max int64) ([]byte, error) {
	return io.ReadAll(&limited{c.Request.Body, max, max})
}

// readOptional reads a JSON body into v, if there is a body.
func (s *Server) readOptional(c *gin.Context, v any) ([]byte, bool) {
	if c.Request.ContentLength < 0 { // chunked: nobody knows before it has been read
		start := bufio.NewReader(c.Request.Body)
		if _, err := start.Peek(1); err == io.EOF {
			return nil, true
		}
		c.Request.Body = io.NopCloser(start)
	}
	if c.Request.ContentLength == 0 {
		return nil, true
	}
	return s.readJSON(c, v)
}

// readJSON reads a JSON body into v. Unknown members are ignored, as in Altinn. A body that says that it is something else is refused.
func (s *Server) readJSON(c *gin.Context, v any) ([]byte, bool) {
	if media, _, _ := mime.ParseMediaType(c.GetHeader("Content-Type")); c.GetHeader("Content-Type") != "" && !isJSON(media) {
		s.fail(c, &commands.Error{Kind: commands.UnsupportedMedia, Code: "content_type_unsupported", Message: "send application/json"})
		return nil, false
	}
	body, err := readBody(c, MaxJSON)
	if err != nil {
		s.fail(c, err)
		return nil, false
	}
	if err := json.Unmarshal(body, v); err != nil {
		s.fail(c, &commands.Error{Kind: commands.Invalid, Code: "json_malformed", Message: "the body is not the JSON that this address takes: " + jsonFault(err)})
		return nil, false
	}
	return body, true
}

func isJSON(media string) bool {
	return media == "application/json" || media == "text/json" || strings.HasSuffix(media, "+json")
}

// jsonFault tells what is wrong without repeating what was sent.
func jsonFault(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return "syntax error after byte " + formatInt(syntax.Offset)
	case errors.As(err, &kind):
		return "member " + kind.Field + " has the wrong type"
	}
	return "it ends too early or has a value of the wrong form"
}

// fingerprint is a digest of what makes a request the same request: method, address, content type and body.
func fingerprint(r *http.Request, body []byte) string {
	h := startFingerprint(r)
	h.Write(body)
	return sum(h)
}

func startFingerprint(r *http.Request) hash.Hash {
	h := sha256.New()
	media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";") // a repeat may have another multipart boundary
	for _, part := range []string{r.Method, r.URL.Path, r.URL.RawQuery, media} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return h
}

func sum(h hash.Hash) string { return base64.RawURLEncoding.EncodeToString(h.Sum(nil)) }

// traceID takes the W3C trace id of the request, if it has one.
func traceID(r *http.Request) string {
	parts := strings.Split(r.Header.Get("Traceparent"), "-")
	if len(parts) < 4 || len(parts[1]) != 32 || strings.Trim(parts[1], "0123456789abcdef") != "" {
		return "" // it goes into the clear part of events, so that nothing else may stand there
	}
	return parts[1]
}

// causation takes the event that made a saga send the request. Sagas act as organisations; nobody else can name a cause.
func causation(r *http.Request, c *identity.Caller) uuid.UUID {
	if c.Kind != identity.KindOrg {
		return uuid.Nil
	}
	id, _ := uuid.Parse(r.Header.Get(HeaderCausation))
	return id
}
