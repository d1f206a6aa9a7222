package devidp

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/hovedbok/hovedbok/integrations/register"
)

// acrValues are the acr values that a login can have.
var acrValues = []string{"idporten-loa-low", "idporten-loa-substantial", "idporten-loa-high"}

const (
	defaultACR    = "idporten-loa-high"
	personScopes  = "openid profile altinn:portal/enduser"
	maxForm       = 64 << 10
	unspecified   = "unspecified"
	personsClient = "devidp"
)

// PersonToken issues an ID-porten access token for a person in the register. acr is one of
// idporten-loa-low, -substantial and -high.
func (s *Server) PersonToken(person register.Party, acr, scopes string) (string, error) {
	if person.Kind != register.Person || !slices.Contains(acrValues, acr) {
		return "", fmt.Errorf("issue a token for %v with acr %q: it must be a person and one of %v", person, acr, acrValues)
	}
	claims := s.standard(IDPorten, s.lifetime(idportenLifetime))
	claims["sub"] = subject(person)
	claims["pid"] = person.PersonNumber
	claims["acr"] = acr
	claims["amr"] = []string{methodOf(acr)}
	claims["aud"] = unspecified
	claims["client_id"] = personsClient
	claims["scope"] = scopes
	return s.Sign(IDPorten, claims)
}

// subject gives a stable name of the person that tells nothing about who it is.
func subject(person register.Party) string {
	sum := sha256.Sum256(append([]byte("idporten subject "), person.UUID[:]...))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// methodOf gives a way of logging in that an acr may come from.
func methodOf(acr string) string {
	if acr == "idporten-loa-high" {
		return "BankID"
	}
	return "MinID"
}

// testToken answers POST /idporten/test-token.
func (s *Server) testToken(w http.ResponseWriter, r *http.Request, _ string) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		writeOAuth(w, &oauthError{status: http.StatusBadRequest, code: "invalid_request", text: "the form cannot be read"})
		return
	}
	person, err := s.formPerson(r.Context(), r.PostForm.Get("pid"), r.PostForm.Get("userId"))
	if err != nil {
		writeOAuth(w, &oauthError{status: http.StatusBadRequest, code: "invalid_request", text: err.Error()})
		return
	}
	token, err := s.PersonToken(person, orElse(r.PostForm.Get("acr"), defaultACR), orElse(r.PostForm.Get("scope"), personScopes))
	if err != nil {
		writeOAuth(w, &oauthError{status: http.StatusBadRequest, code: "invalid_request", text: fmt.Sprintf("acr must be one of %v", acrValues)})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"access_token": token, "token_type": "Bearer", "expires_in": int(s.lifetime(idportenLifetime).Seconds()),
	})
}

// formPerson finds the person that a form names. Errors do not repeat the number.
func (s *Server) formPerson(ctx context.Context, pid, userID string) (register.Party, error) {
	if (pid == "") == (userID == "") {
		return register.Party{}, errors.New("give either pid or userId")
	}
	if pid != "" {
		if !register.IsSyntheticPersonNumber(pid) {
			return register.Party{}, errors.New("pid is not a synthetic national identity number (80 added to the month)")
		}
		return s.opts.Register.PartyByPersonNumber(ctx, pid)
	}
	id, err := strconv.Atoi(userID)
	if err != nil {
		return register.Party{}, errors.New("userId is not a number")
	}
	return s.opts.Register.User(ctx, id)
}

func orElse(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
