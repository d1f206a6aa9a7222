package vault

import (
	"context"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/vault/durable"
)

//go:embed schema.sql
var schema string

const (
	applicationID = 0x48764b79 // "HvKy"
	formatVersion = 1
	defaultCache  = 16384
	orgCache      = 1024
)

// Options say where the keys are. Path and Master must be set.
type Options struct {
	Path      string           // the key database, usually DatabaseName in the data folder; made if absent
	Master    *Master          // see LoadOrCreateMaster
	CacheSize int              // keys kept ready in memory; 16,384 if zero
	Now       func() time.Time // the clock of creation and erasure times; time.Now if nil

	commit func(commit func() error) error // faults of tests
}

// Vault keeps the keys. All methods may be called from any goroutine.
type Vault struct {
	file *durable.File
	now  func() time.Time
	find *sql.Stmt

	mu      sync.Mutex
	keys    *lru.Cache[string, *streamKey]         // by stream; under mu
	erasure uint64                                 // counts erasures; under mu
	masters map[masterID]*Master                   // that may unwrap: the one of Open and those of Rewrap; under mu
	ready   *lru.Cache[[sha256.Size]byte, *orgKey] // unwrapped org keys by hash of their wrapped form; locks itself

	orgs map[string]*orgKey // by name, as in the transaction under way; owned by the committer
}

// orgKey is an org's key, ready to wrap.
type orgKey struct {
	no   int64
	name string
	*cryptor
}

// Open opens the key database and makes it if it is absent. Errors: ErrWrongMaster if its keys are wrapped by another
// master key, ErrLocked if another process has it open, ErrFormat if it is something else.
func Open(ctx context.Context, o Options) (*Vault, error) {
	if o.Master == nil {
		return nil, fmt.Errorf("vault: open %s: no master key given", o.Path)
	}
	v := &Vault{now: o.Now, masters: map[masterID]*Master{o.Master.id: o.Master}, orgs: map[string]*orgKey{}}
	if v.now == nil {
		v.now = time.Now
	}
	if err := v.makeCaches(o.CacheSize); err != nil {
		return nil, err
	}
	file, err := durable.Open(ctx, durable.Options{
		Path: o.Path, Schema: schema, Application: applicationID, Version: formatVersion, Commit: o.commit,
	})
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	v.file = file
	if err := v.start(ctx, o.Master); err != nil {
		return nil, errors.Join(fmt.Errorf("vault: open %s: %w", o.Path, err), v.Close())
	}
	return v, nil
}

func (v *Vault) makeCaches(size int) (err error) {
	if size == 0 {
		size = defaultCache
	}
	if v.keys, err = lru.New[string, *streamKey](size); err != nil {
		return fmt.Errorf("vault: cache of %d keys: %w", size, err)
	}
	v.ready, err = lru.New[[sha256.Size]byte, *orgKey](orgCache)
	return err
}

func (v *Vault) start(ctx context.Context, m *Master) (err error) {
	if err := v.file.Do(ctx, 0, func(tx *durable.Tx) error { return checkMaster(tx, m) }); err != nil {
		return err
	}
	v.find, err = v.file.Prepare(ctx, `SELECT s.wrapped, o.no, o.name, o.wrapped FROM streams s JOIN orgs o ON o.no = s.org WHERE s.name = ?`)
	return err
}

// checkMaster compares the master key with the one that the database was made with, and records it in a new one.
func checkMaster(tx *durable.Tx, m *Master) error {
	var id []byte
	err := tx.Get("SELECT id FROM master", nil, &id)
	if errors.Is(err, sql.ErrNoRows) {
		_, err := tx.Exec("INSERT INTO master (one, id) VALUES (1, ?)", m.id[:])
		return err
	}
	if err != nil {
		return err
	}
	if string(id) != string(m.id[:]) {
		return fmt.Errorf("%w: %x, given was %s", ErrWrongMaster, id, m.ID())
	}
	return nil
}

// Failed is closed when a flush has failed. The process should then stop.
func (v *Vault) Failed() <-chan struct{} { return v.file.Failed() }

// Close writes what waits and closes the files. It gives the failure that stopped the vault earlier, if any.
func (v *Vault) Close() error {
	return v.file.Close()
}

// Key gives the key of a stream. Errors: ErrNoKey, ErrErased (as *ErasedError), ErrTampered if the database was changed.
func (v *Vault) Key(ctx context.Context, stream string) (Key, error) {
	if k, ok := v.cached(stream); ok {
		return Key{k}, nil
	}
	seen := v.erasures()
	k, err := v.load(ctx, stream)
	if err != nil {
		return Key{}, err
	}
	v.remember(k, seen)
	return Key{k}, nil
}

func (v *Vault) cached(stream string) (*streamKey, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.keys.Get(stream)
}

func (v *Vault) erasures() uint64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.erasure
}

// remember puts a key that was read when the count of erasures was seen into the cache, unless one has happened since: it may
// have been this stream's.
func (v *Vault) remember(k *streamKey, seen uint64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.erasure == seen {
		v.keys.Add(k.stream, k)
	}
}

func (v *Vault) forget(stream string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.erasure++
	v.keys.Remove(stream)
}

// load reads a stream's key from the database. It does not pass ctx on, since the query takes microseconds and watching a
// context costs more.
func (v *Vault) load(ctx context.Context, stream string) (*streamKey, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var r row
	err := v.find.QueryRow(stream).Scan(&r.wrapped, &r.orgNo, &r.org, &r.orgWrapped)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("%w: %s", ErrNoKey, stream)
	}
	if err != nil {
		return nil, fmt.Errorf("vault: read the key of %s: %w", stream, v.file.Explain(err))
	}
	r.stream = stream
	return v.unwrap(&r)
}

// row is a stream's key as it is stored, with its org's.
type row struct {
	stream     string
	wrapped    []byte
	orgNo      int64
	org        string
	orgWrapped []byte
}

func (v *Vault) unwrap(r *row) (*streamKey, error) {
	if at, erased := erasedAt(r.wrapped); erased {
		return nil, &ErasedError{Stream: r.stream, At: at}
	}
	org, err := v.unwrapOrg(r.orgNo, r.org, r.orgWrapped)
	if err != nil {
		return nil, err
	}
	_, ready, err := org.unwrap(&wrapping{purpose: purposeStream, org: r.org, stream: r.stream}, r.wrapped)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	return &streamKey{org: r.org, stream: r.stream, cryptor: ready}, nil
}

// unwrapOrg makes an org's key ready. What it has unwrapped once it finds again by the wrapped bytes, so a rewrap cannot leave it with a
// stale key.
func (v *Vault) unwrapOrg(no int64, name string, wrapped []byte) (*orgKey, error) {
	sum := sha256.Sum256(appendFields(nil, name, string(wrapped)))
	if org, ok := v.ready.Get(sum); ok && org.no == no {
		return org, nil
	}
	if len(wrapped) != wrappedSize {
		return nil, fmt.Errorf("vault: key of org %s: %w", name, ErrTampered)
	}
	id := masterID(wrapped[1:commitAt])
	m := v.master(id)
	if m == nil {
		return nil, fmt.Errorf("%w: the key of org %s, by %x", ErrWrongMaster, name, id)
	}
	_, ready, err := m.unwrap(&wrapping{purpose: purposeOrg, org: name, master: id}, wrapped)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	org := &orgKey{no: no, name: name, cryptor: ready}
	v.ready.Add(sum, org)
	return org, nil
}

func (v *Vault) master(id masterID) *Master {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.masters[id]
}

// checkName tells whether a stream or org may have this name.
func checkName(what, name string) error {
	if name == "" || len(name) > ledger.MaxStreamName || !utf8.ValidString(name) ||
		strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return fmt.Errorf("%w: %s %q", ErrInvalid, what, name)
	}
	return nil
}
