package api

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/hovedbok/hovedbok/commands"
	"github.com/hovedbok/hovedbok/identity"
	"github.com/hovedbok/hovedbok/ledger"
)

// Headers of our own.
const (
	HeaderPosition       = "Hovedbok-Position" // of the last event of a write; on a list: how far it must have come
	HeaderIdempotencyKey = "Idempotency-Key"
	HeaderCausation      = "Hovedbok-Causation" // event id that made a saga send the request
)

const callerKey = "caller"

// headers sets what Altinn's apps set on every answer.
func headers(c *gin.Context) {
	h := c.Writer.Header()
	h["X-Frame-Options"] = deny
	h["X-Content-Type-Options"] = nosniff
	h["X-Xss-Protection"] = zero
	h["Referrer-Policy"] = noReferrer
	h["Cache-Control"] = noStore
}

// Header values, shared by all answers.
var (
	deny       = []string{"deny"}
	nosniff    = []string{"nosniff"}
	zero       = []string{"0"}
	noReferrer = []string{"no-referrer"}
	noStore    = []string{"no-store, no-cache"}
)

// recovered answers 500 when a handler panics, and logs it once.
func (s *Server) recovered(c *gin.Context) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(v)
		}
		s.Logger.Error("handler panicked", "route", c.FullPath(), "trace", traceID(c.Request), "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
		if !c.Writer.Written() {
			s.problem(c, internal)
		}
		c.Abort()
	}()
	c.Next()
}

// authenticated verifies the token and keeps the caller. Without a token, or with a bad one, the answer is 401.
func (s *Server) authenticated(c *gin.Context) {
	caller, err := s.Verifier.Verify(c.Request.Context(), token(c.Request))
	if err != nil {
		s.unauthenticated(c, err)
		return
	}
	c.Set(callerKey, &caller)
}

func (s *Server) unauthenticated(c *gin.Context, err error) {
	p := problem{Status: http.StatusUnauthorized, Code: string(identity.CodeOf(err)), Title: "Unauthorized"}
	var refused *identity.TokenError
	switch {
	case !errors.As(err, &refused):
		s.fail(c, err)
		return
	case refused.Temporary():
		p.Status, p.Title = http.StatusServiceUnavailable, "Service Unavailable"
		c.Header("Retry-After", "2")
	case refused.Code == identity.TokenMissing:
		c.Header("WWW-Authenticate", "Bearer") // RFC 6750 section 3.1: no error when there was no attempt
	default:
		c.Header("WWW-Authenticate", `Bearer error="invalid_token"`)
	}
	p.Detail = refused.Message
	s.problem(c, p)
}

// token finds the caller's token: in the header, and for reading also in the cookies that Altinn's apps accept.
func token(r *http.Request) string {
	if h := r.Header.Get("Authorization"); h != "" {
		scheme, value, _ := strings.Cut(h, " ")
		if strings.EqualFold(scheme, "Bearer") {
			return strings.TrimSpace(value)
		}
		return ""
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return "" // a browser sends cookies with requests that other sites make, and there is no anti-forgery token yet
	}
	for _, name := range []string{"AltinnToken", "AltinnStudioRuntime"} {
		if k, err := r.Cookie(name); err == nil {
			return k.Value
		}
	}
	return ""
}

// caller gives who makes the request; the route must be behind authenticated.
func caller(c *gin.Context) *identity.Caller { return c.MustGet(callerKey).(*identity.Caller) }

// request makes what every command carries. fingerprint is of the whole request; it counts only when there is a key.
func (s *Server) request(c *gin.Context, body []byte) (*commands.Request, error) {
	r := &commands.Request{Caller: commandCaller(caller(c)), Trace: traceID(c.Request), Causation: causation(c.Request, caller(c))}
	if key := c.GetHeader(HeaderIdempotencyKey); key != "" {
		if len(key) > 255 {
			return nil, &commands.Error{Kind: commands.Invalid, Code: "idempotency_key_invalid", Message: "an Idempotency-Key has at most 255 characters"}
		}
		r.Key = commands.Key{Value: key, Fingerprint: fingerprint(c.Request, body)}
	}
	if tag := c.GetHeader("If-Match"); tag != "" && tag != "*" {
		n, err := strconv.ParseInt(strings.Trim(tag, `"`), 10, 64)
		if err != nil || n < 0 {
			return nil, &commands.Error{Kind: commands.Invalid, Code: "if_match_invalid", Message: `If-Match must be a revision in quotes, such as "7"`}
		}
		r.IfRevision = &n
	}
	return r, nil
}

func commandCaller(c *identity.Caller) commands.Caller {
	return commands.Caller{
		Kind: string(c.Kind), PartyID: c.PartyID, UserID: c.UserID, PartyUUID: c.PartyUUID, Org: c.Org, OrgNumber: c.OrgNumber,
		ClientID: c.ClientID, SystemUser: c.SystemUser, Level: c.Level, Scopes: c.Scopes,
	}
}

func formatPosition(p ledger.Position) string { return strconv.FormatUint(uint64(p), 10) }

func partyParam(c *gin.Context) (int, bool) {
	n, err := strconv.Atoi(c.Param("party"))
	return n, err == nil && n > 0
}
