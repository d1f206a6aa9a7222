package devidp

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strings"

	"github.com/hovedbok/hovedbok/identity"
)

// route is one path; a last segment of "*" takes anything and is handed to the handler.
type route struct {
	method string
	path   string
	serve  func(w http.ResponseWriter, r *http.Request, last string)
}

func (s *Server) table() []route {
	const altinn = "/authentication/api/v1"
	return []route{
		{"GET", "/idporten/.well-known/openid-configuration", s.metadata(IDPorten)},
		{"GET", "/idporten/jwks", s.jwks(IDPorten)},
		{"POST", "/idporten/test-token", s.testToken},
		{"GET", "/maskinporten/.well-known/oauth-authorization-server", s.metadata(Maskinporten)},
		{"GET", "/maskinporten/jwks", s.jwks(Maskinporten)},
		{"POST", "/maskinporten/token", s.token},
		{"GET", altinn + "/openid/.well-known/openid-configuration", s.metadata(Altinn)},
		{"GET", altinn + "/openid/.well-known/openid-configuration/jwks", s.jwks(Altinn)},
		{"GET", altinn + "/exchange/*", s.exchange},
		{"GET", "/Home/GetTestUserToken/*", s.getUserToken},
		{"GET", "/Home/GetTestOrgToken/*", s.getOrgToken},
		{"GET", "/Home/GetTestSystemUserToken", s.getSystemUserToken},
		{"GET", "/Home/Tokens", s.tokensPage},
	}
}

// match reports whether a path is the route's, in any case and with or without a last slash.
func (t route) match(path string) (last string, ok bool) {
	path = strings.TrimSuffix(path, "/")
	prefix, open := strings.CutSuffix(t.path, "*")
	if !open {
		return "", strings.EqualFold(path, t.path)
	}
	if len(path) <= len(prefix) || !strings.EqualFold(path[:len(prefix)], prefix) {
		return "", false
	}
	last = path[len(prefix):]
	return last, !strings.Contains(last, "/")
}

// ServeHTTP answers the routes of the package comment. Requests to a foreign Host are answered 421.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if !s.ours(r.Host) {
		writeProblem(w, http.StatusMisdirectedRequest, "the development issuer answers at its own address and on this machine only")
		return
	}
	s.faults.serve(w, r, http.HandlerFunc(s.dispatch))
}

func (s *Server) dispatch(w http.ResponseWriter, r *http.Request) {
	for _, t := range s.routes {
		last, ok := t.match(r.URL.Path)
		switch {
		case !ok:
		case r.Method == t.method || r.Method == http.MethodHead && t.method == http.MethodGet:
			t.serve(w, r, last)
			return
		default:
			w.Header().Set("Allow", t.method)
			writeProblem(w, http.StatusMethodNotAllowed, "use "+t.method)
			return
		}
	}
	writeProblem(w, http.StatusNotFound, "the development issuer has no such route")
}

// ours reports whether a Host is the base URL's or this machine.
func (s *Server) ours(host string) bool {
	if s.opts.Exposed || strings.EqualFold(host, s.host) {
		return true
	}
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	return identity.IsLoopback(name)
}

// query gives a query parameter whose name is read in any case, else otherwise.
func query(r *http.Request, name, otherwise string) string {
	for key, values := range r.URL.Query() {
		if strings.EqualFold(key, name) && values[0] != "" {
			return values[0]
		}
	}
	return otherwise
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client is gone when this fails
}

// writeProblem answers a problem document (RFC 9457).
func writeProblem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"status": status, "title": http.StatusText(status), "detail": detail})
}

// writeToken answers a bare token, quoted only when the client asks for JSON.
func writeToken(w http.ResponseWriter, r *http.Request, token string, err error) {
	switch {
	case err != nil:
		writeProblem(w, http.StatusInternalServerError, "the token could not be signed")
	case strings.Contains(r.Header.Get("Accept"), "application/json"):
		writeJSON(w, http.StatusOK, token)
	default:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte(token))
	}
}

// metadata answers the issuer's metadata. It names no endpoint that the server does not have.
func (s *Server) metadata(issuer Issuer) func(http.ResponseWriter, *http.Request, string) {
	document := map[string]any{"issuer": s.IssuerURL(issuer), "jwks_uri": s.jwksURL(issuer)}
	signing := []string{"RS256"}
	switch issuer {
	case Maskinporten:
		document["token_endpoint"] = s.opts.BaseURL + "/maskinporten/token"
		document["grant_types_supported"] = []string{grantType}
		document["token_endpoint_auth_methods_supported"] = []string{"private_key_jwt"}
		document["token_endpoint_auth_signing_alg_values_supported"] = grantAlgorithms
	case IDPorten:
		document["acr_values_supported"] = acrValues
		document["subject_types_supported"] = []string{"pairwise"}
		document["id_token_signing_alg_values_supported"] = signing
	case Altinn:
		document["subject_types_supported"] = []string{"public"}
		document["id_token_signing_alg_values_supported"] = signing
	}
	return func(w http.ResponseWriter, _ *http.Request, _ string) { writeJSON(w, http.StatusOK, document) }
}

func (s *Server) jwks(issuer Issuer) func(http.ResponseWriter, *http.Request, string) {
	return func(w http.ResponseWriter, _ *http.Request, _ string) {
		writeJSON(w, http.StatusOK, s.rings[issuer].public())
	}
}

// owner gives the service owner's code of an organisation number, "" when it owns no service.
func (s *Server) owner(ctx context.Context, number string) string {
	owner, err := s.opts.Register.ServiceOwnerByNumber(ctx, number)
	if err != nil {
		return ""
	}
	return owner.Code
}
