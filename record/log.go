package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/chain"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/vault"
)

// Keys is what the log needs of the vault.
type Keys interface {
	// Create gives the key of a stream and makes it first if there is none; it is durable on return.
	Create(ctx context.Context, org, stream string) (vault.Key, error)
	// Key gives the key of a stream, vault.ErrNoKey or vault.ErrErased.
	Key(ctx context.Context, stream string) (vault.Key, error)
}

// Log appends and reads events of the domain. It may be used from any goroutine.
type Log struct {
	store ledger.Store
	keys  Keys
}

// NewLog makes a Log of a store and the keys of its streams.
func NewLog(store ledger.Store, keys Keys) *Log { return &Log{store, keys} }

// Store gives the log itself, for subscriptions.
func (l *Log) Store() ledger.Store { return l.store }

// Head is the end of a stream: what the next append builds on.
type Head struct {
	Revision ledger.Revision
	Hash     ledger.Hash
}

// Empty is the head of a stream that does not exist.
var Empty = Head{Revision: ledger.NoStream}

// Appended is what an append has made. When it was Repeated, only the Position is known: whoever goes on must fold the stream.
type Appended struct {
	Head     Head
	Position ledger.Position
	Repeated bool
	Records  []instance.Record // as a reader of the stream will see them; of instances only
}

// Entry is an event with its contents. Exactly one of Instance and Chain is set, unless the key is gone (Erased).
type Entry struct {
	ledger.Event
	Meta     ledger.Meta
	Instance instance.Event
	Chain    chain.Event
	Request  string
	Erased   bool
}

// Record is the entry as the domain sees it.
func (e *Entry) Record() instance.Record {
	return instance.Record{
		Event: e.Instance, Revision: int64(e.Revision), At: e.Time, By: actorOf(e.Meta.Actor),
		Org: e.Meta.Org, App: e.Meta.App, Version: e.Meta.Version, Command: e.Meta.Command, Request: e.Request,
	}
}

// AppendInstance appends what a command has decided to the stream of env.Instance. Errors are those of ledger.Store and of the vault.
func (l *Log) AppendInstance(ctx context.Context, head Head, env Envelope, events []instance.Event) (Appended, error) {
	stream := InstanceStream(env.Instance)
	plain := make([]plain, len(events))
	for i, e := range events {
		shape, err := shapeOf(e)
		if err != nil {
			return Appended{}, err
		}
		plain[i].fact, plain[i].shape = e.Fact(), shape
	}
	out, err := l.append(ctx, stream, head, env, plain)
	if err != nil || out.Repeated {
		return out, err
	}
	by := actorOf(env.Actor)
	for i, e := range events {
		r := instance.Record{
			Event: e, Revision: int64(head.Revision) + int64(i) + 1, At: ledger.Now(env.At), By: by,
			Org: env.Org, App: env.App, Version: env.Version, Command: env.Command,
		}
		if i == 0 {
			r.Request = env.Request
		}
		out.Records = append(out.Records, r)
	}
	return out, nil
}

// AppendChain appends to the stream of a chain. env.Org and env.App are those of the app that declares the link.
func (l *Log) AppendChain(ctx context.Context, id uuid.UUID, head Head, env Envelope, events []chain.Event) (Appended, error) {
	plain := make([]plain, len(events))
	for i, e := range events {
		shape, err := chainShapeOf(e)
		if err != nil {
			return Appended{}, err
		}
		plain[i].fact, plain[i].shape = e.Fact(), shape
	}
	return l.append(ctx, ChainStream(id), head, env, plain)
}

type plain struct {
	fact  string
	shape any
}

// append seals, chains and appends.
func (l *Log) append(ctx context.Context, stream string, head Head, env Envelope, plain []plain) (Appended, error) {
	key, err := l.key(ctx, env.Org, stream, head)
	if err != nil {
		return Appended{}, fmt.Errorf("record: key of %s: %w", stream, err)
	}
	meta, err := json.Marshal(env.meta())
	if err != nil {
		return Appended{}, fmt.Errorf("record: metadata of %s: %w", stream, err)
	}
	prefix := env.Org + "/" + env.App + "."
	events := make([]ledger.Event, len(plain))
	hash := head.Hash
	for i, p := range plain {
		e := &events[i]
		e.ID, e.Type, e.Schema, e.Time, e.Metadata = EventID(env.Command, i), prefix+p.fact, Schema, ledger.Now(env.At), meta
		request := ""
		if i == 0 {
			request = env.Request
		}
		payload, err := encode(p.shape, request)
		if err != nil {
			return Appended{}, fmt.Errorf("record: %s: %w", e.Type, err)
		}
		e.Payload = key.Seal(nil, payload, vault.AAD(stream, e.ID, e.Type))
		hash = ledger.Chain(hash, stream, head.Revision+1+ledger.Revision(i), e)
		e.Hash = hash
	}
	done, err := l.store.Append(ctx, stream, head.Revision, events)
	if err != nil {
		return Appended{}, err
	}
	if done.Repeated { // what is there was sealed by another attempt, so that its hash is another one
		return Appended{Position: done.Position, Repeated: true}, nil
	}
	return Appended{Head: Head{done.Revision, hash}, Position: done.Position}, nil
}

// key gives the key to seal with. Only the first append of a stream makes one.
func (l *Log) key(ctx context.Context, org, stream string, head Head) (vault.Key, error) {
	if head.Revision == ledger.NoStream {
		return l.keys.Create(ctx, org, stream)
	}
	return l.keys.Key(ctx, stream)
}

// Open unseals an event.
func (l *Log) Open(ctx context.Context, e ledger.Event) (Entry, error) {
	out := Entry{Event: e}
	var err error
	if out.Meta, err = e.Meta(); err != nil {
		return out, err
	}
	key, err := l.keys.Key(ctx, e.Stream)
	if errors.Is(err, vault.ErrErased) {
		out.Erased = true
		return out, nil
	}
	if err != nil {
		return out, fmt.Errorf("record: key of %s: %w", e.Stream, err)
	}
	return out, l.open(key, &out)
}

func (l *Log) open(key vault.Key, out *Entry) error {
	payload, err := key.Open(nil, out.Payload, vault.AAD(out.Stream, out.ID, out.Type))
	if err != nil {
		return fmt.Errorf("record: %s@%d: %w", out.Stream, out.Revision, err)
	}
	if _, ok := ChainID(out.Stream); ok {
		out.Chain, err = decodeChain(out.Fact(), out.Schema, payload)
	} else {
		out.Instance, out.Request, err = decodeInstance(out.Fact(), out.Schema, payload)
	}
	if err != nil {
		return fmt.Errorf("record: %s@%d: %w", out.Stream, out.Revision, err)
	}
	return nil
}

// Read yields the events of a stream from a revision on, opened.
func (l *Log) Read(ctx context.Context, stream string, from ledger.Revision) iter.Seq2[Entry, error] {
	return l.openAll(ctx, l.store.ReadStream(ctx, stream, from))
}

// ReadAll yields the events of the whole log after a position, opened.
func (l *Log) ReadAll(ctx context.Context, after ledger.Position, f ledger.Filter) iter.Seq2[Entry, error] {
	return l.openAll(ctx, l.store.ReadAll(ctx, after, f))
}

func (l *Log) openAll(ctx context.Context, events iter.Seq2[ledger.Event, error]) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for e, err := range events {
			if err != nil {
				yield(Entry{}, err)
				return
			}
			entry, err := l.Open(ctx, e)
			if !yield(entry, err) || err != nil {
				return
			}
		}
	}
}
