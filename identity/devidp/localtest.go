package devidp

import (
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/integrations/register"
)

// ownerScopes are the scopes of a test token for a service owner unless the request names others.
const ownerScopes = "altinn:serviceowner/instances.read altinn:serviceowner/instances.write"

// getUserToken answers GET /Home/GetTestUserToken/{userId}.
func (s *Server) getUserToken(w http.ResponseWriter, r *http.Request, last string) {
	level, ok := authenticationLevel(w, r, "2")
	if !ok {
		return
	}
	userID, err := strconv.Atoi(last)
	if err != nil {
		writeProblem(w, http.StatusBadRequest, "the user id must be a number")
		return
	}
	token, err := s.UserToken(r.Context(), userID, level)
	if errors.Is(err, register.ErrNotFound) {
		writeProblem(w, http.StatusNotFound, "there is no user "+strconv.Itoa(userID))
		return
	}
	writeToken(w, r, token, err)
}

// getOrgToken answers GET /Home/GetTestOrgToken/{org}. An org that is no service owner needs orgNumber.
func (s *Server) getOrgToken(w http.ResponseWriter, r *http.Request, last string) {
	level, ok := authenticationLevel(w, r, "3")
	if !ok {
		return
	}
	number := query(r, "orgNumber", "")
	owner, err := s.opts.Register.ServiceOwner(r.Context(), last)
	switch {
	case err == nil && number != "" && number != owner.Number:
		writeProblem(w, http.StatusBadRequest, "orgNumber is not that of the service owner")
		return
	case err == nil:
		number = owner.Number
	case s.owner(r.Context(), number) != "":
		writeProblem(w, http.StatusBadRequest, "orgNumber belongs to another service owner")
		return
	}
	scopes := strings.ReplaceAll(query(r, "scopes", ownerScopes), ",", " ")
	token, err := s.OrgToken(r.Context(), number, scopes, level)
	if errors.Is(err, register.ErrNotFound) {
		writeProblem(w, http.StatusNotFound, "there is no such service owner, and no organisation with that orgNumber")
		return
	}
	writeToken(w, r, token, err)
}

// getSystemUserToken answers GET /Home/GetTestSystemUserToken. A system user that is not registered can be
// made up on the spot with a uuid and the number of an organisation in the register.
func (s *Server) getSystemUserToken(w http.ResponseWriter, r *http.Request, _ string) {
	id, err := uuid.Parse(query(r, "systemUserId", ""))
	if err != nil {
		writeProblem(w, http.StatusBadRequest, "systemUserId must be a uuid")
		return
	}
	user := SystemUser{
		ID: id, SystemID: query(r, "systemId", "devidp"),
		OrgNumber: query(r, "systemUserOrgNumber", ""), Supplier: query(r, "supplierOrgNumber", ""),
	}
	for _, registered := range s.opts.SystemUsers {
		if registered.ID == id {
			user = registered
		}
	}
	scopes := query(r, "scope", "altinn:instances.read altinn:instances.write")
	token, err := s.SystemUserToken(r.Context(), user, scopes)
	if errors.Is(err, register.ErrNotFound) {
		writeProblem(w, http.StatusBadRequest, "the system user is unknown; give systemUserOrgNumber of an organisation in the register")
		return
	}
	writeToken(w, r, token, err)
}

// authenticationLevel reads the level of a test token; it answers the request itself when ok is false.
func authenticationLevel(w http.ResponseWriter, r *http.Request, otherwise string) (level int, ok bool) {
	level, err := strconv.Atoi(query(r, "authenticationLevel", otherwise))
	if err != nil || level < 0 || level > 4 {
		writeProblem(w, http.StatusBadRequest, "authenticationLevel must be from 0 to 4")
		return 0, false
	}
	return level, true
}

// tokensPage answers GET /Home/Tokens: links to a token of everybody.
func (s *Server) tokensPage(w http.ResponseWriter, _ *http.Request, _ string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	var people []register.Party
	for _, p := range s.opts.Register.All() {
		if p.Kind == register.Person {
			people = append(people, p)
		}
	}
	_ = page.Execute(w, map[string]any{ // the client is gone when this fails
		"People": people, "Owners": s.opts.Register.ServiceOwners(), "Levels": []int{0, 1, 2, 3, 4},
	})
}

var page = template.Must(template.New("tokens").Parse(`<!doctype html>
<html lang="nb">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Testtokener</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}th,td{text-align:left;padding:.25rem 1rem .25rem 0}</style></head>
<body><main>
<h1>Testtokener</h1>
<p>Syntetiske personer og tjenesteeiere i utviklingsregisteret. Tokenene gjelder bare her.</p>
<table><caption>Personer</caption>
<thead><tr><th scope="col">Navn</th><th scope="col">Bruker</th><th scope="col">Token med sikkerhetsnivå</th></tr></thead>
<tbody>{{range $p := .People}}<tr><th scope="row">{{$p.Name}}</th><td>{{$p.UserID}}</td><td>{{range $.Levels}}
<a href="/Home/GetTestUserToken/{{$p.UserID}}?authenticationLevel={{.}}" aria-label="Token for {{$p.Name}}, nivå {{.}}">{{.}}</a>{{end}}</td></tr>
{{end}}</tbody></table>
<table><caption>Tjenesteeiere</caption>
<thead><tr><th scope="col">Navn</th><th scope="col">Kode</th><th scope="col">Token</th></tr></thead>
<tbody>{{range .Owners}}<tr><th scope="row">{{index .Name "nb"}}</th><td>{{.Code}}</td><td><a href="/Home/GetTestOrgToken/{{.Code}}" aria-label="Token for {{.Code}}">token</a></td></tr>
{{end}}</tbody></table>
</main></body></html>
`))
