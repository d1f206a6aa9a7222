package identity

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Kind is what sort of caller it is.
type Kind string

// The kinds of callers.
const (
	KindUser       Kind = "user"       // a person who has logged in
	KindOrg        Kind = "org"        // an organisation; a service owner when Caller.Org is set
	KindSystemUser Kind = "systemuser" // a system that an organisation has let act for it
	KindAnonymous  Kind = "anonymous"  // nobody: no token
)

// Caller is who makes a request, as the token says. Formatting and logging it show ids only.
type Caller struct {
	Kind Kind
	// PartyID is the caller's own party: the person, the organisation, or of a system user the
	// organisation that it acts for.
	PartyID   int
	PartyUUID uuid.UUID
	UserID    int // people only
	// Org is the service owner's code, such as "nordvik"; empty when the caller is not a service owner.
	Org        string
	OrgNumber  string    // nine digits; organisations and system users
	ClientID   string    // the OAuth client that asked for the token, empty when the token does not tell
	SystemUser uuid.UUID // system users only
	Level      int       // authentication level, 0 (self-identified) to 4
	Scopes     []string  // what the token allows, in the token's order
	Issuer     string    // the token's issuer, exactly as it writes itself
	TokenID    string    // the token's jti, empty when it has none
	Expires    time.Time // when the token ends (UTC)
}

// Anonymous is the caller without a token.
func Anonymous() Caller { return Caller{Kind: KindAnonymous} }

// HasScope reports whether the token carries exactly this scope.
func (c Caller) HasScope(scope string) bool { return slices.Contains(c.Scopes, scope) }

// String tells kind and ids, and nothing that is personal.
func (c Caller) String() string {
	switch {
	case c.Kind == KindUser:
		return fmt.Sprintf("user %d", c.UserID)
	case c.Kind == KindSystemUser:
		return fmt.Sprintf("systemuser %s for party %d", c.SystemUser, c.PartyID)
	case c.Org != "":
		return "org " + c.Org
	case c.Kind == KindOrg:
		return fmt.Sprintf("org of party %d", c.PartyID)
	}
	return string(KindAnonymous)
}

// Format writes what String gives, whatever the verb.
func (c Caller) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue logs ids, level and issuer, and nothing that is personal.
func (c Caller) LogValue() slog.Value {
	return slog.GroupValue(slog.String("who", c.String()), slog.Int("level", c.Level), slog.String("issuer", c.Issuer))
}

type contextKey struct{}

// NewContext gives a context that carries the caller.
func NewContext(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, contextKey{}, c)
}

// FromContext gives the caller that [NewContext] put in, and the anonymous caller when there is none.
func FromContext(ctx context.Context) Caller {
	if c, ok := ctx.Value(contextKey{}).(Caller); ok {
		return c
	}
	return Anonymous()
}

// splitScopes splits a scope text at blanks.
func splitScopes(text string) []string { return strings.Fields(text) }
