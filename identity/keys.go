package identity

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"
)

const (
	// keysFresh is how long a copy of the keys is used without asking whether they have changed.
	keysFresh = time.Hour
	// retryAfterFailure is how long to wait after a failed fetch.
	retryAfterFailure = 2 * time.Second
	// fetchTimeout bounds one fetch of metadata and keys.
	fetchTimeout = 10 * time.Second
	// maxDocument bounds the size of metadata and of keys.
	maxDocument = 1 << 20
	// minModulus is the shortest RSA key that is trusted, in bits (NIST SP 800-131A).
	minModulus = 2048
)

// errUnknownKey: the issuer publishes no key with that id.
var errUnknownKey = errors.New("no such key")

// keySet is one issuer's public keys.
type keySet struct {
	issuer Issuer
	opts   *Options
	flight singleflight.Group // at most one fetch at a time

	mu       sync.Mutex // guards the fields below
	keys     map[string][]jose.JSONWebKey
	fetched  time.Time // when keys were fetched; zero when never
	tried    time.Time // when a fetch last ended
	failed   error     // why the last fetch failed, nil when it did not
	fetching bool      // a fetch is under way
}

// find gives the keys with an id. It fetches when there is no usable copy, when the copy is old, and when
// the id is unknown and the last fetch was long enough ago. Errors: errUnknownKey, or why the issuer's
// keys cannot be had.
func (s *keySet) find(ctx context.Context, kid string) ([]jose.JSONWebKey, error) {
	keys, fetch := s.look(kid)
	if fetch == fetchNo {
		return s.result(keys)
	}
	if fetch == fetchIfIdle && !s.claim() {
		return keys, nil // somebody else is at it; the copy will do meanwhile
	}
	if err := s.refresh(ctx, kid); err != nil {
		if len(keys) > 0 {
			return keys, nil // the caller has no time for a new copy
		}
		return nil, err
	}
	s.mu.Lock()
	keys = s.usable()[kid]
	s.mu.Unlock()
	return s.result(keys)
}

type fetchNeed int

const (
	fetchNo     fetchNeed = iota
	fetchIfIdle           // the copy serves, but is old
	fetchNow              // the copy does not have the key
)

// look gives what the copy has, and whether to fetch.
func (s *keySet) look(kid string) ([]jose.JSONWebKey, fetchNeed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys, now := s.usable()[kid], s.opts.Clock()
	wait := s.opts.RefreshEvery
	if s.failed != nil {
		wait = min(wait, retryAfterFailure)
	}
	switch {
	case !s.tried.IsZero() && now.Sub(s.tried) < wait && !s.fetching:
		return keys, fetchNo
	case len(keys) == 0:
		return nil, fetchNow
	case now.Sub(s.fetched) >= keysFresh:
		return keys, fetchIfIdle
	}
	return keys, fetchNo
}

// usable gives the last good copy unless it is too old. The caller holds the lock.
func (s *keySet) usable() map[string][]jose.JSONWebKey {
	if s.fetched.IsZero() || s.opts.Clock().Sub(s.fetched) > s.opts.KeepKeys {
		return nil
	}
	return s.keys
}

// result explains an empty answer: the issuer has no such key, or the issuer has not been heard.
func (s *keySet) result(keys []jose.JSONWebKey) ([]jose.JSONWebKey, error) {
	if len(keys) > 0 {
		return keys, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.usable() == nil && s.failed != nil {
		return nil, s.failed
	}
	return nil, errUnknownKey
}

// claim takes on the fetch, unless somebody has.
func (s *keySet) claim() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fetching {
		return false
	}
	s.fetching = true
	return true
}

// refresh fetches the keys, together with everybody who asks meanwhile. It returns an error only when
// ctx ends: a failed fetch is recorded for result.
func (s *keySet) refresh(ctx context.Context, kid string) error {
	done := s.flight.DoChan("", func() (any, error) {
		if _, need := s.look(kid); need == fetchNo {
			return nil, nil // another fetch ended between the caller's look and now
		}
		s.claim()
		// The fetch serves all who wait, so it does not end with the first one's request.
		detached, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchTimeout)
		defer cancel()
		s.record(s.fetch(detached))
		return nil, nil
	})
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *keySet) record(keys map[string][]jose.JSONWebKey, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fetching, s.failed, s.tried = false, err, s.opts.Clock()
	if err == nil {
		s.keys, s.fetched = keys, s.tried
	}
}

// fetch reads the keys from the issuer.
func (s *keySet) fetch(ctx context.Context) (map[string][]jose.JSONWebKey, error) {
	address, err := s.address(ctx)
	if err != nil {
		return nil, err
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := s.get(ctx, address, &set); err != nil {
		return nil, fmt.Errorf("fetch keys: %w", err)
	}
	keys := map[string][]jose.JSONWebKey{}
	for _, raw := range set.Keys {
		if key, ok := trusted(raw); ok {
			keys[key.KeyID] = append(keys[key.KeyID], key)
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("fetch keys: the issuer publishes no usable RSA key")
	}
	return keys, nil
}

// trusted reads one published key. Keys that are not for RSA signatures, have no id or are too short are
// passed over, as are members that cannot be read: a new kind of key must not hide the others.
func trusted(raw []byte) (jose.JSONWebKey, bool) {
	var key jose.JSONWebKey
	if err := key.UnmarshalJSON(raw); err != nil {
		return key, false
	}
	public, ok := key.Key.(*rsa.PublicKey)
	use := key.Use == "" || key.Use == "sig"
	return key, ok && use && key.KeyID != "" && public.N.BitLen() >= minModulus
}

// address gives where the keys are, from the configuration or the issuer's metadata.
func (s *keySet) address(ctx context.Context) (string, error) {
	if s.issuer.JWKS != "" {
		return s.issuer.JWKS, nil
	}
	document := "openid-configuration"
	if s.issuer.Kind == Maskinporten {
		document = "oauth-authorization-server"
	}
	metadata, err := url.JoinPath(s.issuer.URL, ".well-known", document)
	if err != nil {
		return "", err
	}
	var m struct {
		Issuer string `json:"issuer"`
		JWKS   string `json:"jwks_uri"`
	}
	if err := s.get(ctx, metadata, &m); err != nil {
		return "", fmt.Errorf("fetch metadata: %w", err)
	}
	if m.Issuer != s.issuer.URL {
		return "", fmt.Errorf("fetch metadata: it is of issuer %q, configured is %q", m.Issuer, s.issuer.URL)
	}
	if err := CheckURL(m.JWKS, s.issuer.AllowInsecure); err != nil {
		return "", fmt.Errorf("fetch metadata: jwks_uri: %w", err)
	}
	return m.JWKS, nil
}

// get reads one JSON document.
func (s *keySet) get(ctx context.Context, address string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "application/json")
	response, err := s.opts.HTTPClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %d", address, response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxDocument+1))
	switch {
	case err != nil:
		return fmt.Errorf("read %s: %w", address, err)
	case len(body) > maxDocument:
		return fmt.Errorf("%s answered more than %d bytes", address, maxDocument)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("%s did not answer JSON: %s", address, strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}
