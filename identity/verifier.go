package identity

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	lru "github.com/hashicorp/golang-lru/v2"
)

// Verifier verifies tokens. It is safe for use by many goroutines.
type Verifier struct {
	opts     Options
	issuers  map[string]*keySet
	verified *lru.Cache[[sha256.Size]byte, Caller]
}

// NewVerifier makes a verifier. It fetches nothing: keys are fetched when the first token needs them, so
// that the program starts while an issuer is down. The error tells what is wrong in the options.
func NewVerifier(opts Options) (*Verifier, error) {
	if err := opts.complete(); err != nil {
		return nil, err
	}
	cache, err := lru.New[[sha256.Size]byte, Caller](opts.CacheSize)
	if err != nil {
		return nil, fmt.Errorf("make a token verifier: cache size %d: %w", opts.CacheSize, err)
	}
	v := &Verifier{opts: opts, issuers: map[string]*keySet{}, verified: cache}
	for _, issuer := range opts.Issuers {
		if err := issuer.check(); err != nil {
			return nil, fmt.Errorf("make a token verifier: %w", err)
		}
		if v.issuers[issuer.URL] != nil {
			return nil, fmt.Errorf("make a token verifier: issuer %q is configured twice", issuer.URL)
		}
		v.issuers[issuer.URL] = &keySet{issuer: issuer, opts: &v.opts}
	}
	return v, nil
}

// Verify tells who a raw token stands for. The error is a [*TokenError]. A token that was verified before
// is answered from memory until it expires; what the register has learnt since is then not seen.
func (v *Verifier) Verify(ctx context.Context, raw string) (Caller, error) {
	digest := digestOf(raw)
	if caller, known := v.verified.Get(digest); known && v.opts.Clock().Before(caller.Expires) {
		caller.Scopes = slices.Clone(caller.Scopes)
		return caller, nil
	}
	caller, err := v.verify(ctx, raw)
	if err != nil {
		return Caller{}, err
	}
	remembered := caller
	remembered.Scopes = slices.Clone(caller.Scopes)
	v.verified.Add(digest, remembered)
	return caller, nil
}

// buffers are for digestOf: converting the token to bytes anew each time would cost as much as hashing it.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 2048); return &b }}

// digestOf gives the SHA-256 of a raw token.
func digestOf(raw string) [sha256.Size]byte {
	if len(raw) > maxToken {
		return [sha256.Size]byte{} // no such token is ever remembered
	}
	buffer := buffers.Get().(*[]byte)
	*buffer = append((*buffer)[:0], raw...)
	digest := sha256.Sum256(*buffer)
	clear(*buffer) // leave no tokens behind
	buffers.Put(buffer)
	return digest
}

// Forget drops everything that is remembered about tokens, for when an issuer has withdrawn a key.
func (v *Verifier) Forget() { v.verified.Purge() }

// verify takes the steps in an order that tells a forger nothing but that the forgery failed: issuer,
// algorithm and signature first, then times and audience, then who it is.
func (v *Verifier) verify(ctx context.Context, raw string) (Caller, error) {
	t, refused := parse(raw)
	if refused != nil {
		return Caller{}, refused
	}
	keys, known := v.issuers[t.claims.Issuer]
	if !known {
		return Caller{}, refuse(TokenIssuer, "the token's issuer is not trusted here")
	}
	if err := v.signature(ctx, t, keys); err != nil {
		return Caller{}, err
	}
	if err := v.times(t.claims); err != nil {
		return Caller{}, err
	}
	if err := audience(t.claims, keys.issuer); err != nil {
		return Caller{}, err
	}
	caller, refused := v.caller(ctx, &t.claims, keys.issuer)
	if refused != nil {
		return Caller{}, refused
	}
	return caller, nil
}

func (v *Verifier) signature(ctx context.Context, t token, set *keySet) error {
	if !slices.Contains(algorithms[set.issuer.Kind], jose.SignatureAlgorithm(t.header.Algorithm)) {
		return refuse(TokenAlgorithm, "tokens of this issuer must be signed with %v", algorithms[set.issuer.Kind])
	}
	if t.header.KeyID == "" {
		return refuse(TokenSignature, "the token does not name its key (kid)")
	}
	keys, err := set.find(ctx, t.header.KeyID)
	switch {
	case errors.Is(err, errUnknownKey):
		return refuse(TokenSignature, "the issuer publishes no key with the token's key id")
	case err != nil:
		return refuse(IssuerUnavailable, "the keys of issuer %s cannot be had; try again later", set.issuer.URL).because(err)
	case !t.signedBy(keys):
		return refuse(TokenSignature, "the token's signature is not the issuer's")
	}
	return nil
}

func (v *Verifier) times(c claims) error {
	now, leeway := v.opts.Clock(), v.opts.Leeway
	switch {
	case c.Expires == nil:
		return refuse(TokenClaims, "the token has no exp")
	case !now.Before(c.Expires.Time().Add(leeway)):
		return refuse(TokenExpired, "the token expired at %s; get a new one", c.Expires.Time().UTC().Format(time.RFC3339))
	case c.NotBefore != nil && now.Add(leeway).Before(c.NotBefore.Time()):
		return refuse(TokenNotYetValid, "the token is not valid before %s; check the clocks", c.NotBefore.Time().UTC().Format(time.RFC3339))
	case c.IssuedAt != nil && now.Add(leeway).Before(c.IssuedAt.Time()):
		return refuse(TokenNotYetValid, "the token is issued in the future; check the clocks")
	}
	return nil
}

// audience checks that the token is meant for us. See [Issuer.Audience].
func audience(c claims, issuer Issuer) error {
	accepted := issuer.Audience
	if len(accepted) == 0 {
		if issuer.Kind == Altinn || len(c.Audience) == 0 {
			return nil
		}
		accepted = []string{unspecified}
	}
	if !slices.ContainsFunc(accepted, c.Audience.Contains) {
		return refuse(TokenAudience, "the token is meant for another audience")
	}
	return nil
}
