// Package vault keeps one key for each stream of the log, so that payloads are sealed and a person can be erased by
// destroying the key.
//
// # Keys
//
//	master key   32 bytes in a file of its own        LoadOrCreateMaster
//	  └ org key     one per service owner, in keys.db   wrapped by the master key
//	      └ stream key  one per instance or chain, in keys.db   wrapped by the org's key
//	          └ payloads and files, sealed wherever they are stored   Key.Seal, Key.Open
//
// Every key is 256 random bits; none is derived from anything that survives. From a key's bytes HKDF-SHA-256 (RFC 5869)
// makes two values under labels that name its purpose: the AES key that works, and a commitment. The commitment is stored with the
// wrapped key and checked on every unwrap, because AES-GCM alone would let whoever holds keys craft a text that opens
// under two of them. [Key.Commitment] lets the stream's first event record it.
//
// # Sealed format
//
//	version (1 byte, 1) ‖ nonce (12 random bytes) ‖ ciphertext ‖ tag (16 bytes)
//
// AES-256-GCM (NIST SP 800-38D). A key may seal 2³² times, the limit of that standard for random nonces; an instance
// stays many orders below. Additional data binds a text to its place: [AAD] for events.
//
// # Durability
//
// [Vault.Create] returns when the key is on disk (WAL, synchronous=FULL), so a payload is never sealed under a key that a crash may
// take away. Waiting creates share one flush. When a flush fails nobody is acknowledged, everything later gives
// [ErrFailed], and [Vault.Failed] is closed: stop the process and start again.
//
// # Erasure
//
// [Vault.Erase] overwrites the wrapped key in place with a tombstone that holds the time, then empties the write-ahead log,
// so that when it returns no file of the vault holds the old bytes. It is for ever: Create and Key give [ErrErased] from
// then on. Two things are outside its reach:
//
//   - A [Key] that a caller already holds works until it is dropped. Whoever keeps keys must drop theirs.
//   - Back-ups of keys.db, and flash memory that keeps old blocks, hold the wrapped key still. Keep back-ups of keys.db apart
//     from those of the log and for a short, stated time. [Vault.Rewrap] makes older copies worthless once the old
//     master key's file is destroyed.
//
// # Rotation
//
// [Vault.Rewrap] makes new org keys, wraps every stream key anew and puts everything under another master key, in one
// transaction. Payloads are untouched.
//
// # Files
//
//	keys.db  keys.db-wal  keys.db-shm   SQLite, secure_delete, owner only; application id "HvKy", format 1
//	keys.db.lock                        locked while a vault is open; a second vault is refused
//	master.key                          wherever the operator wants it, see LoadMaster for the format
//
// Losing the master key, or keys.db, loses every payload. Neither is any use without the other.
package vault
