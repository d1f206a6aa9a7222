package identity

import (
	"errors"
	"fmt"
)

// Code says why a token was refused. The codes are stable: clients may rely on them.
type Code string

// The codes. All but IssuerUnavailable and DirectoryUnavailable are the caller's to mend (HTTP 401).
const (
	TokenMissing     Code = "token_missing"       // there is no token
	TokenMalformed   Code = "token_malformed"     // it is not a signed JSON Web Token
	TokenExpired     Code = "token_expired"       // exp has passed
	TokenNotYetValid Code = "token_not_yet_valid" // nbf or iat is in the future
	TokenSignature   Code = "token_signature"     // the issuer did not sign it with a key that it publishes
	TokenIssuer      Code = "token_issuer"        // the issuer is not one that is trusted
	TokenAudience    Code = "token_audience"      // it is meant for somebody else
	TokenAlgorithm   Code = "token_algorithm"     // it is signed in a way that is not allowed
	TokenClaims      Code = "token_claims"        // a claim is missing or impossible
	CallerUnknown    Code = "caller_unknown"      // the person or organisation is not in the register

	// IssuerUnavailable: the issuer's keys cannot be had, so nothing is known about the token. Try again later.
	IssuerUnavailable Code = "issuer_unavailable"
	// DirectoryUnavailable: the register did not answer. Try again later.
	DirectoryUnavailable Code = "directory_unavailable"
)

// TokenError is why [Verifier.Verify] refused a token. It never holds any part of the token, nor a number
// of a person.
type TokenError struct {
	Code    Code
	Message string // something that the caller, or the operator, can act on
	cause   error
}

// Error gives code, message and cause.
func (e *TokenError) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.cause)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Message)
}

// Unwrap gives the cause, if any.
func (e *TokenError) Unwrap() error { return e.cause }

// Temporary reports whether the same token may be accepted later, without anything being wrong with it.
func (e *TokenError) Temporary() bool {
	return e.Code == IssuerUnavailable || e.Code == DirectoryUnavailable
}

// CodeOf gives the code of a [*TokenError] anywhere in err's chain, else "".
func CodeOf(err error) Code {
	var refused *TokenError
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}

func refuse(code Code, format string, args ...any) *TokenError {
	return &TokenError{Code: code, Message: fmt.Sprintf(format, args...)}
}

// because adds the cause of an error.
func (e *TokenError) because(cause error) *TokenError {
	e.cause = cause
	return e
}
