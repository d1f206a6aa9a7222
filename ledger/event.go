package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Hash is the SHA-256 of an event, chained to the event before it.
type Hash [sha256.Size]byte

// String gives the hash as lower-case hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Meta is the clear part of an event. It names parties by their number in the register and never by a national
// identity number or a name.
type Meta struct {
	Org         string    `json:"org"`
	App         string    `json:"app"`
	Version     string    `json:"version,omitempty"` // digest of the app folder that the instance is pinned to
	Instance    uuid.UUID `json:"instance,omitzero"`
	Task        string    `json:"task,omitempty"` // the task that the instance was at before the command
	Actor       Actor     `json:"actor"`
	Command     uuid.UUID `json:"command"`              // the command that caused the event
	Correlation uuid.UUID `json:"correlation,omitzero"` // the chain, or the command that began it all
	Causation   uuid.UUID `json:"causation,omitzero"`   // the event that made a saga send the command
	Trace       string    `json:"trace,omitempty"`      // W3C trace id
	Decision    string    `json:"decision,omitempty"`   // id of the policy decision that permitted the command
}

// Kinds of actor.
const (
	ActorUser       = "user"       // a person; ID is the person's party id
	ActorOrg        = "org"        // a service owner; ID is its code, such as "nordvik"
	ActorSystemUser = "systemuser" // ID is the system user's uuid
	ActorPlatform   = "platform"   // our own bookkeeping
)

// Actor is who did it.
type Actor struct {
	Kind     string `json:"kind"`
	ID       string `json:"id"`
	Client   string `json:"client,omitempty"`   // OAuth client id, if a machine was used
	Level    int    `json:"level"`              // authentication level 0–4
	OnBehalf int    `json:"onBehalf,omitempty"` // party id, when it is not the actor's own
}

// Fact is the part of the type after the last dot: "Submitted" in "nordvik/skjenkebevilling.Submitted".
func (e *Event) Fact() string {
	return e.Type[strings.LastIndexByte(e.Type, '.')+1:]
}

// Meta decodes the clear part.
func (e *Event) Meta() (Meta, error) {
	var m Meta
	if quickMeta(e.Metadata, &m) {
		return m, nil
	}
	m = Meta{}
	if err := json.Unmarshal(e.Metadata, &m); err != nil {
		return Meta{}, fmt.Errorf("ledger: metadata of %s@%d: %w", e.Stream, e.Revision, err)
	}
	return m, nil
}

// Check tells whether a store may accept the event in the stream; the error matches ErrInvalid.
func (e *Event) Check(stream string) error {
	switch {
	case stream == "" || len(stream) > MaxStreamName || !printable(stream):
		return fmt.Errorf("%w: stream name %q", ErrInvalid, stream)
	case e.Type == "" || len(e.Type) > MaxEventType || !printable(e.Type):
		return fmt.Errorf("%w: type %q", ErrInvalid, e.Type)
	case e.ID == uuid.Nil:
		return fmt.Errorf("%w: no event id", ErrInvalid)
	case e.Time.IsZero() || !e.Time.Equal(e.Time.Truncate(TimeGrain)):
		return fmt.Errorf("%w: time %v is not a whole number of %v", ErrInvalid, e.Time, TimeGrain)
	case len(e.Metadata) > MaxMetadata:
		return fmt.Errorf("%w: metadata of %d bytes, at most %d", ErrInvalid, len(e.Metadata), MaxMetadata)
	case len(e.Payload) > MaxPayload:
		return fmt.Errorf("%w: payload of %d bytes, at most %d", ErrInvalid, len(e.Payload), MaxPayload)
	}
	return nil
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// Chain gives the hash of an event that follows the event with hash prev (the zero Hash for the first of a stream). It
// covers the stream, the revision, the whole clear part and the sealed payload, but not the position: every store gives the
// same chain, and destroying a key breaks none. All variable parts are preceded by their length.
func Chain(prev Hash, stream string, rev Revision, e *Event) Hash {
	h := sha256.New()
	var num [8]byte
	field := func(b []byte) {
		binary.BigEndian.PutUint64(num[:], uint64(len(b)))
		h.Write(num[:])
		h.Write(b)
	}
	number := func(n int64) {
		binary.BigEndian.PutUint64(num[:], uint64(n))
		h.Write(num[:])
	}
	h.Write([]byte("hovedbok/event/v1\n"))
	h.Write(prev[:])
	field([]byte(stream))
	number(int64(rev))
	h.Write(e.ID[:])
	field([]byte(e.Type))
	number(int64(e.Schema))
	number(e.Time.UnixMicro())
	field(e.Metadata)
	field(e.Payload)
	var out Hash
	h.Sum(out[:0])
	return out
}

// Now rounds a time to what every store keeps.
func Now(t time.Time) time.Time { return t.UTC().Truncate(TimeGrain) }

// Pass tells whether the filter lets an event of this stream and type through.
func (f Filter) Pass(stream, eventType string) bool {
	if !strings.HasPrefix(stream, f.StreamPrefix) {
		return false
	}
	if len(f.Facts) == 0 {
		return true
	}
	fact := eventType[strings.LastIndexByte(eventType, '.')+1:]
	for _, want := range f.Facts {
		if fact == want {
			return true
		}
	}
	return false
}
