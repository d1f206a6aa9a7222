package record

import (
	"strings"

	"github.com/google/uuid"
)

// Prefixes of stream names.
const (
	InstancePrefix = "instance-"
	ChainPrefix    = "chain-"
)

// InstanceStream names the stream of an instance.
func InstanceStream(id uuid.UUID) string { return InstancePrefix + id.String() }

// ChainStream names the stream of a chain.
func ChainStream(id uuid.UUID) string { return ChainPrefix + id.String() }

// InstanceID takes the instance out of a stream name.
func InstanceID(stream string) (uuid.UUID, bool) { return cut(stream, InstancePrefix) }

// ChainID takes the chain out of a stream name.
func ChainID(stream string) (uuid.UUID, bool) { return cut(stream, ChainPrefix) }

func cut(stream, prefix string) (uuid.UUID, bool) {
	rest, ok := strings.CutPrefix(stream, prefix)
	if !ok || len(rest) != 36 {
		return uuid.Nil, false
	}
	id, err := uuid.Parse(rest)
	return id, err == nil
}

// Namespaces of derived ids (RFC 9562 version 5). They are part of the format and never change.
var (
	nsEvent   = uuid.MustParse("5f1b7a0e-6f0c-5c8e-9c36-0d1d6c7f2a01")
	nsDerived = uuid.MustParse("5f1b7a0e-6f0c-5c8e-9c36-0d1d6c7f2a02")
)

// EventID derives the id of a command's event from its index.
func EventID(command uuid.UUID, index int) uuid.UUID {
	return uuid.NewSHA1(nsEvent, append(command[:], byte(index>>8), byte(index)))
}

// Derive makes an id from parts, such as a command id from caller and idempotency key. The parts are told apart by their length.
func Derive(parts ...string) uuid.UUID {
	var b strings.Builder
	for _, p := range parts {
		b.WriteByte(byte(len(p) >> 8))
		b.WriteByte(byte(len(p)))
		b.WriteString(p)
	}
	return uuid.NewSHA1(nsDerived, []byte(b.String()))
}
