package maskinporten

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// Class says what to do about an error.
type Class string

// The classes.
const (
	Transient     Class = "transient"     // may go away by itself; it has been tried three times
	Configuration Class = "configuration" // client, key, scope or address is wrong here; an operator must mend it
	Key           Class = "key"           // the key has expired or is not known; register a new one
	Permission    Class = "permission"    // another organisation must grant, delegate or approve something
	Clock         Class = "clock"         // this machine's clock is wrong
)

// Error is why there is no token. It never holds a token, a grant or what Maskinporten wrote in free text.
type Error struct {
	Code       string // Maskinporten's code, such as "MP-250"; empty when it gave none
	Class      Class
	OAuth      string        // the OAuth error, such as "invalid_grant"; empty when there was no such answer
	Status     int           // HTTP status, 0 when there was no answer
	RetryAfter time.Duration // how long Maskinporten asks to wait, 0 when it does not say
	Hint       string        // what to do
	cause      error
}

// Error gives class, codes and what to do.
func (e *Error) Error() string {
	parts := []string{"maskinporten: " + string(e.Class)}
	if e.Code != "" {
		parts = append(parts, e.Code)
	}
	if e.OAuth != "" {
		parts = append(parts, e.OAuth)
	}
	if e.Status != 0 {
		parts = append(parts, fmt.Sprintf("status %d", e.Status))
	}
	text := strings.Join(parts, ", ") + ": " + e.Hint
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Unwrap gives the cause, if any.
func (e *Error) Unwrap() error { return e.cause }

// Retryable reports whether asking again later may help without anybody doing anything.
func (e *Error) Retryable() bool { return e.Class == Transient }

// ClassOf gives the class of an [*Error] anywhere in err's chain, else "".
func ClassOf(err error) Class {
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	return ""
}

// meaning is what a code of Maskinporten's stands for.
type meaning struct {
	class Class
	hint  string
}

// meanings are Maskinporten's documented codes.
var meanings = map[string]meaning{
	"MP-011": {Configuration, "a parameter of the grant is malformed; check client id, scopes and resource"},
	"MP-012": {Transient, "the grant had been used already"},
	"MP-100": {Configuration, "the client is unknown; check the client id and the environment"},
	"MP-110": {Configuration, "the audience is wrong; check the authority, also its last slash"},
	"MP-120": {Configuration, "the certificate is invalid"},
	"MP-121": {Key, "the key has expired; register a new one"},
	"MP-122": {Configuration, "the certificate belongs to another organisation"},
	"MP-123": {Configuration, "the certificate chain (x5c) cannot be read"},
	"MP-124": {Key, "the key is not registered for the client; a newly registered one needs up to two minutes"},
	"MP-130": {Clock, "the grant had expired on arrival; set this machine's clock"},
	"MP-200": {Configuration, "a scope does not exist"},
	"MP-201": {Configuration, "a scope is not valid"},
	"MP-250": {Permission, "the organisation has not been given the scope; ask the owner of the API"},
	"MP-251": {Permission, "the consumer has not delegated the scope; it must do so in Altinn"},
	"MP-301": {Permission, "the customer has no such system user"},
	"MP-302": {Permission, "the customer has not approved the system user"},
	"MP-303": {Configuration, "the request for a system user is malformed"},
}

var codePattern = regexp.MustCompile(`MP-\d{3}`)

// classify reads an error answer: by Maskinporten's code first, then by the OAuth error, then by status.
func classify(status int, oauth, description string) *Error {
	e := &Error{Code: codePattern.FindString(description), OAuth: oauthName(oauth), Status: status}
	if m, known := meanings[e.Code]; known {
		e.Class, e.Hint = m.class, m.hint
		return e
	}
	switch {
	case transientStatus(status):
		e.Class, e.Hint = Transient, "Maskinporten is busy or down; try again later"
	case status < http.StatusBadRequest:
		e.Class, e.Hint = Configuration, "the address does not answer as a token endpoint does; check the authority"
	case e.OAuth == "invalid_grant" && strings.Contains(description, "iat"):
		e.Class, e.Hint = Clock, "the grant was issued in Maskinporten's future; set this machine's clock"
	case status == http.StatusForbidden:
		e.Class, e.Hint = Permission, "the client may not have the token; ask the owner of the API"
	default:
		e.Class, e.Hint = Configuration, "the grant was refused; check client id, key and scopes"
	}
	return e
}

var oauthPattern = regexp.MustCompile(`^[a-z_]{1,40}$`)

// oauthName keeps the name of an OAuth error, and drops anything else that stands in its place.
func oauthName(name string) string { return oauthPattern.FindString(name) }

func transientStatus(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return status >= http.StatusInternalServerError && status != http.StatusNotImplemented
}

// noAnswer is the error of a call that brought no usable answer.
func noAnswer(cause error) *Error {
	return &Error{Class: Transient, Hint: "no usable answer from Maskinporten; check the network if this lasts", cause: cause}
}
