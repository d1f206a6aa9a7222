// Package ledger is the contract of the append-only log that everything else is derived from.
//
// The log is made of streams: one for each instance and one for each chain. An event has a revision in its stream
// and a position in the whole log. Stores differ (SQLite in one process, KurrentDB in a cluster); what they promise
// is the same and is proved by one suite, package ledgertest.
//
// The clear part of an event (its envelope) never holds a national identity number, a name or a token. Everything
// that a person has said is in the payload, which is sealed before it gets here.
package ledger

import (
	"context"
	"iter"
	"time"

	"github.com/google/uuid"
)

// Position is an event's place in the whole log. Zero is the place before the first event. Positions may be compared
// and handed back to the store; they are dense on some stores and sparse on others, so never compute with them.
type Position uint64

// Revision is an event's number in its stream, counted from zero.
type Revision int64

// NoStream is the expected revision of a stream that must not exist yet.
const NoStream Revision = -1

// Limits that every store enforces; see Event.Check.
const (
	MaxStreamName = 128              // bytes
	MaxEventType  = 256              // bytes
	MaxMetadata   = 8 << 10          // bytes
	MaxPayload    = 1 << 20          // bytes; larger things belong in the blob store
	MaxAppend     = 1024             // events in one append
	TimeGrain     = time.Microsecond // the precision that every store keeps
)

// Event is one recorded fact, or one that is about to be recorded. The appender fills ID, Type, Schema, Time, Metadata,
// Payload and Hash; the store fills Stream, Revision and Position.
type Event struct {
	Stream   string
	Revision Revision
	Position Position

	ID       uuid.UUID
	Type     string    // "<org>/<app>.<Fact>"
	Schema   uint16    // version of the payload's shape
	Time     time.Time // UTC, a whole number of TimeGrain
	Metadata []byte    // JSON of Meta, in clear; kept to the byte
	Payload  []byte    // sealed; kept to the byte
	Hash     Hash      // chained to the hash of the event before it in the stream, see Chain
}

// Appended tells where an append ended up.
type Appended struct {
	Revision Revision // of the last event
	Position Position // of the last event
	Repeated bool     // the same events were there already, nothing was written
}

// Message is one step of a subscription.
type Message struct {
	Event    *Event   // nil for the two other kinds
	Position Position // how far the subscription has read, always set
	CaughtUp bool     // everything that was in the log when the subscription last looked has been delivered
}

// Filter limits what a subscription or ReadAll delivers. The zero value lets everything through.
type Filter struct {
	StreamPrefix string   // such as "instance-"
	Facts        []string // the part of the type after the last dot, such as "Submitted"
}

// Store is a log. All methods may be called from any goroutine.
//
// Append is atomic and durable on return: either all events of the call are in the log, next to each other and in
// order, or none is. expected is the revision of the stream's last event, or NoStream. If the stream is elsewhere, Append
// compares event ids: the same ids at exactly the place where they would have been written make the call a
// success with Repeated set; anything else is a *ConflictError that tells the current revision. An append whose
// outcome is not known (context ended, connection lost) may be repeated with the same events.
//
// ReadStream yields the events of a stream from a revision on, in order, and ErrStreamNotFound if there is no such stream.
// ReadAll yields events after a position, in order, up to the head at the time of the call.
//
// Subscribe yields every event after a position that the filter lets through, then CaughtUp, then goes on live. It never
// skips and never reorders. Between events it yields Messages with only a Position at least every 1,000 scanned events, so
// that a reader with a narrow filter can move its checkpoint. It ends with ctx's error, or with the store's.
//
// The byte slices of a yielded event may be kept but not changed.
type Store interface {
	Append(ctx context.Context, stream string, expected Revision, events []Event) (Appended, error)
	ReadStream(ctx context.Context, stream string, from Revision) iter.Seq2[Event, error]
	ReadAll(ctx context.Context, after Position, filter Filter) iter.Seq2[Event, error]
	Subscribe(ctx context.Context, after Position, filter Filter) iter.Seq2[Message, error]
	Head(ctx context.Context) (Position, error)
	Close() error
}
