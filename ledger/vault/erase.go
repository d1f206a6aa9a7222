package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/hovedbok/hovedbok/ledger/vault/durable"
)

// Erase destroys the key of a stream for ever. When it returns nil, a tombstone with the time is on disk, no file of
// the vault holds the wrapped key any longer, and Key and Create give ErrErased. Erasing again is a success and keeps
// the first time; do so after any error, since the key may be gone while its old bytes are still in the write-ahead
// log. The error is ErrNoKey if the stream never had a key.
//
// It reaches neither a Key that somebody holds, nor back-ups; see the package's notes on erasure.
func (v *Vault) Erase(ctx context.Context, stream string) error {
	if err := v.bury(ctx, stream); err != nil {
		return fmt.Errorf("vault: erase %s: %w", stream, err)
	}
	v.forget(stream)
	if err := v.file.Truncate(ctx); err != nil {
		return fmt.Errorf("vault: erase %s: the key is destroyed, but its old bytes are still in the write-ahead log; erase again: %w", stream, err)
	}
	return nil
}

// bury replaces the wrapped key by a tombstone of the same size.
func (v *Vault) bury(ctx context.Context, stream string) error {
	return v.write(ctx, func(tx *durable.Tx) error {
		var no int64
		var wrapped []byte
		err := tx.Get("SELECT no, wrapped FROM streams WHERE name = ?", []any{stream}, &no, &wrapped)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoKey
		}
		if _, erased := erasedAt(wrapped); erased || err != nil {
			return err
		}
		_, err = tx.Exec("UPDATE streams SET wrapped = ? WHERE no = ?", tombstone(v.now()), no)
		return err
	})
}
