package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/hovedbok/hovedbok/ledger/vault/durable"
)

// Create gives the key of a stream and makes it if it is absent; the key is on disk when Create returns. Creating the
// same stream again gives the same key. Concurrent creates share one flush. Errors: ErrOtherOrg if the stream belongs to
// another org, ErrErased if it has been erased, ErrInvalid for an empty, long or unprintable name, ErrFailed.
func (v *Vault) Create(ctx context.Context, org, stream string) (Key, error) {
	if err := errors.Join(checkName("org", org), checkName("stream", stream)); err != nil {
		return Key{}, err
	}
	k, err := v.create(ctx, org, stream)
	if err != nil {
		return Key{}, err
	}
	if k.org != org {
		return Key{}, fmt.Errorf("%w: %s is %s's, not %s's", ErrOtherOrg, stream, k.org, org)
	}
	return Key{k}, nil
}

func (v *Vault) create(ctx context.Context, org, stream string) (*streamKey, error) {
	if k, ok := v.cached(stream); ok {
		return k, nil
	}
	seen := v.erasures()
	fresh := newSecret()
	k := &streamKey{org: org, stream: stream, cryptor: derive(&fresh, purposeStream)}
	var found *row
	err := v.write(ctx, func(tx *durable.Tx) (err error) {
		found, err = v.insert(tx, k, &fresh)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("vault: create the key of %s: %w", stream, err)
	}
	if found != nil {
		if k, err = v.unwrap(found); err != nil {
			return nil, err
		}
	}
	v.remember(k, seen)
	return k, nil
}

// write runs a change of the database. When one fails, what the committer knows of orgs may have been rolled back with it.
func (v *Vault) write(ctx context.Context, change func(*durable.Tx) error) error {
	return v.file.Do(ctx, wrappedSize, func(tx *durable.Tx) error {
		err := change(tx)
		if err != nil {
			clear(v.orgs)
		}
		return err
	})
}

// insert stores a new key, unless the stream has one: then it gives that. It runs on the committer.
func (v *Vault) insert(tx *durable.Tx, k *streamKey, fresh *secret) (found *row, err error) {
	r := &row{stream: k.stream}
	err = tx.Get(`SELECT s.wrapped, o.no, o.name, o.wrapped FROM streams s JOIN orgs o ON o.no = s.org WHERE s.name = ?`,
		[]any{k.stream}, &r.wrapped, &r.orgNo, &r.org, &r.orgWrapped)
	if err == nil {
		return r, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	org, err := v.org(tx, k.org)
	if err != nil {
		return nil, err
	}
	wrapped := org.wrap(&wrapping{purpose: purposeStream, org: k.org, stream: k.stream}, fresh, k.commit)
	_, err = tx.Exec("INSERT INTO streams (name, org, created, wrapped) VALUES (?, ?, ?, ?)", k.stream, org.no, v.now().UnixMicro(), wrapped)
	return nil, err
}

// org gives an org's key, making it if the org is new. It runs on the committer.
func (v *Vault) org(tx *durable.Tx, name string) (*orgKey, error) {
	if org, ok := v.orgs[name]; ok {
		return org, nil
	}
	var no int64
	var wrapped []byte
	err := tx.Get("SELECT no, wrapped FROM orgs WHERE name = ?", []any{name}, &no, &wrapped)
	var org *orgKey
	switch {
	case err == nil:
		org, err = v.unwrapOrg(no, name, wrapped)
	case errors.Is(err, sql.ErrNoRows):
		org, err = v.insertOrg(tx, name)
	}
	if err != nil {
		return nil, err
	}
	v.orgs[name] = org
	return org, nil
}

// insertOrg makes an org's key and wraps it by the master key that the transaction sees.
func (v *Vault) insertOrg(tx *durable.Tx, name string) (*orgKey, error) {
	var id []byte
	if err := tx.Get("SELECT id FROM master", nil, &id); err != nil {
		return nil, err
	}
	fresh := newSecret()
	org := &orgKey{name: name, cryptor: derive(&fresh, purposeOrg)}
	no, err := tx.Insert("INSERT INTO orgs (name, created, wrapped) VALUES (?, ?, ?)", name, v.now().UnixMicro(),
		wrapOrg(v.master(masterID(id)), name, &fresh, org.cryptor))
	org.no = no
	return org, err
}

func wrapOrg(m *Master, name string, key *secret, ready *cryptor) []byte {
	return m.wrap(&wrapping{purpose: purposeOrg, org: name, master: m.id}, key, ready.commit)
}
