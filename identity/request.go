package identity

import (
	"net/http"
	"strings"
)

// tokenCookies are the cookies that carry a token, in the order that Altinn apps look at them.
var tokenCookies = [...]string{"AltinnToken", "AltinnStudioRuntime"}

// RawToken gives the token of a request: the bearer token of the Authorization header, else the cookie
// AltinnToken, else AltinnStudioRuntime (the order of Altinn apps). It is empty when the request has none.
func RawToken(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") && strings.TrimSpace(token) != "" {
		return strings.TrimSpace(token)
	}
	for _, name := range tokenCookies {
		if cookie, err := r.Cookie(name); err == nil && cookie.Value != "" {
			return cookie.Value
		}
	}
	return ""
}

// FromCookie reports whether the token that [RawToken] gives comes from a cookie. Such requests need
// protection against forgery across sites, which requests with a bearer token do not.
func FromCookie(r *http.Request) bool {
	token := RawToken(r)
	bare := &http.Request{Header: http.Header{"Authorization": r.Header["Authorization"]}}
	return token != "" && RawToken(bare) == ""
}
