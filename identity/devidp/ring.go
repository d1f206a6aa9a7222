package devidp

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/hovedbok/hovedbok/identity/internal/keyfile"
)

// ring is one issuer's signing keys: the first signs, all are published.
type ring struct {
	path   string // "" when kept in memory
	newKey func() (jose.JSONWebKey, error)

	mu     sync.RWMutex // guards the fields below
	keys   []jose.JSONWebKey
	signer jose.Signer // of keys[0]
}

// openRings loads or makes the keys of all issuers.
func openRings(opts Options) (map[Issuer]*ring, error) {
	if opts.KeyDir != "" {
		if err := os.MkdirAll(opts.KeyDir, 0o700); err != nil {
			return nil, fmt.Errorf("make the folder of keys: %w", err)
		}
	}
	rings := map[Issuer]*ring{}
	for _, issuer := range []Issuer{IDPorten, Maskinporten, Altinn} {
		r := &ring{newKey: opts.NewKey}
		if opts.KeyDir != "" {
			r.path = filepath.Join(opts.KeyDir, string(issuer)+".jwk.json")
		}
		if err := r.open(); err != nil {
			return nil, err
		}
		rings[issuer] = r
	}
	return rings, nil
}

func (r *ring) open() error {
	if r.path != "" {
		keys, err := keyfile.LoadOrCreate(r.path, r.newKey)
		if err != nil {
			return err
		}
		return r.use(keys)
	}
	key, err := r.newKey()
	if err != nil {
		return err
	}
	return r.use([]jose.JSONWebKey{key})
}

// use takes keys into use, the first for signing.
func (r *ring) use(keys []jose.JSONWebKey) error {
	signing := jose.SigningKey{Algorithm: jose.RS256, Key: keys[0]}
	signer, err := jose.NewSigner(signing, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return fmt.Errorf("use a signing key: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys, r.signer = keys, signer
	return nil
}

// rotate makes a new signing key. With keep the older ones stay published.
func (r *ring) rotate(keep bool) error {
	key, err := r.newKey()
	if err != nil {
		return err
	}
	keys := []jose.JSONWebKey{key}
	if keep {
		r.mu.RLock()
		keys = append(keys, r.keys...)
		r.mu.RUnlock()
	}
	if r.path != "" {
		if err := keyfile.Replace(r.path, keys); err != nil {
			return err
		}
	}
	return r.use(keys)
}

// public gives the keys to publish.
func (r *ring) public() jose.JSONWebKeySet {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var set jose.JSONWebKeySet
	for _, key := range r.keys {
		set.Keys = append(set.Keys, key.Public())
	}
	return set
}

func (r *ring) sign(claims map[string]any) (string, error) {
	r.mu.RLock()
	signer := r.signer
	r.mu.RUnlock()
	return jwt.Signed(signer).Claims(claims).Serialize()
}

var errNotOurs = errors.New("the token is not valid")

// read verifies a token that this ring signed, and gives its claims. Tokens of another issuer and tokens
// that have ended are errors.
func (r *ring) read(raw, issuer string, now time.Time) (map[string]any, error) {
	signed, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return nil, errNotOurs
	}
	set := r.public()
	for _, key := range set.Key(signed.Signatures[0].Header.KeyID) {
		payload, err := signed.Verify(key.Key.(*rsa.PublicKey))
		if err != nil {
			continue
		}
		return readClaims(payload, issuer, now)
	}
	return nil, errNotOurs
}

func readClaims(payload []byte, issuer string, now time.Time) (map[string]any, error) {
	var standard jwt.Claims
	var all map[string]any
	if err := errors.Join(json.Unmarshal(payload, &standard), json.Unmarshal(payload, &all)); err != nil {
		return nil, errNotOurs
	}
	if standard.Expiry == nil || standard.Validate(jwt.Expected{Issuer: issuer, Time: now}) != nil {
		return nil, errNotOurs
	}
	return all, nil
}

// Rotate makes a new signing key for an issuer. With keep the older keys stay published, so that tokens
// that they signed remain good; without it those tokens are refused from now on.
func (s *Server) Rotate(issuer Issuer, keep bool) error {
	if err := s.rings[issuer].rotate(keep); err != nil {
		return fmt.Errorf("rotate the key of %s: %w", issuer, err)
	}
	return nil
}

// Sign signs any claims with an issuer's key, for tests of what must be refused. Nothing is added and
// nothing is checked.
func (s *Server) Sign(issuer Issuer, claims map[string]any) (string, error) {
	return s.rings[issuer].sign(claims)
}
