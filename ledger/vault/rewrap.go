package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/hovedbok/hovedbok/ledger/vault/durable"
)

// Rewrap puts all keys under another master key: every org gets a new key, every stream key is wrapped by its org's new
// key, and the new org keys are wrapped by next. It happens in one transaction, all or nothing; meanwhile Create waits
// and Key goes on. It takes roughly a minute per million streams. Payloads are untouched.
//
// Afterwards the vault opens with next only. Destroying the file of the old master key then makes every older copy of the
// key database worthless, back-ups and unerased flash blocks included. Before that, make a back-up of the new pair.
//
// If it fails, all stays as it was, except after ErrFailed: then the database tells on the next Open, which takes either the old master
// key or the new one and gives ErrWrongMaster for the other.
func (v *Vault) Rewrap(ctx context.Context, next *Master) error {
	v.admit(next)
	err := v.write(ctx, func(tx *durable.Tx) error { return v.rewrap(tx, next) })
	if err != nil {
		return fmt.Errorf("vault: rewrap under %s: %w", next.ID(), err)
	}
	if err := v.file.Truncate(ctx); err != nil {
		return fmt.Errorf("vault: rewrapped under %s, but old bytes are still in the write-ahead log; rewrap again: %w", next.ID(), err)
	}
	return nil
}

// admit lets keys that are wrapped by next be unwrapped. Earlier master keys stay admitted, for reads that began before.
func (v *Vault) admit(next *Master) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.masters[next.id] = next
}

// renewal is an org's key before and after.
type renewal struct{ from, to *orgKey }

func (v *Vault) rewrap(tx *durable.Tx, next *Master) error {
	clear(v.orgs)
	orgs, err := v.renewOrgs(tx, next)
	if err != nil {
		return err
	}
	if err := renewStreams(tx, orgs); err != nil {
		return err
	}
	_, err = tx.Exec("UPDATE master SET id = ?", next.id[:])
	return err
}

// renewOrgs gives every org a new key. It answers with both keys by the org's number.
func (v *Vault) renewOrgs(tx *durable.Tx, next *Master) (map[int64]renewal, error) {
	orgs := map[int64]renewal{}
	for no := int64(0); ; {
		var name string
		var wrapped []byte
		err := tx.Get("SELECT no, name, wrapped FROM orgs WHERE no > ? ORDER BY no LIMIT 1", []any{no}, &no, &name, &wrapped)
		if errors.Is(err, sql.ErrNoRows) {
			return orgs, nil
		}
		if err != nil {
			return nil, err
		}
		from, err := v.unwrapOrg(no, name, wrapped)
		if err != nil {
			return nil, err
		}
		fresh := newSecret()
		to := &orgKey{no: no, name: name, cryptor: derive(&fresh, purposeOrg)}
		if _, err := tx.Exec("UPDATE orgs SET wrapped = ? WHERE no = ?", wrapOrg(next, name, &fresh, to.cryptor), no); err != nil {
			return nil, err
		}
		orgs[no] = renewal{from, to}
	}
}

// renewStreams wraps every stream's key by its org's new one.
func renewStreams(tx *durable.Tx, orgs map[int64]renewal) error {
	for no := int64(0); ; {
		var org int64
		var stream string
		var wrapped []byte
		err := tx.Get("SELECT no, name, org, wrapped FROM streams WHERE no > ? ORDER BY no LIMIT 1", []any{no}, &no, &stream, &org, &wrapped)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, erased := erasedAt(wrapped); erased {
			continue
		}
		keys, known := orgs[org]
		if !known {
			return fmt.Errorf("%s belongs to no org: %w", stream, ErrTampered)
		}
		if wrapped, err = keys.rewrap(stream, wrapped); err != nil {
			return err
		}
		if _, err := tx.Exec("UPDATE streams SET wrapped = ? WHERE no = ?", wrapped, no); err != nil {
			return err
		}
	}
}

func (r renewal) rewrap(stream string, wrapped []byte) ([]byte, error) {
	w := &wrapping{purpose: purposeStream, org: r.from.name, stream: stream}
	key, ready, err := r.from.unwrap(w, wrapped)
	if err != nil {
		return nil, err
	}
	return r.to.wrap(w, &key, ready.commit), nil
}
