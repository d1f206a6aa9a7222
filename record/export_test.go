package record

import (
	"github.com/hovedbok/hovedbok/domain/chain"
	"github.com/hovedbok/hovedbok/domain/instance"
)

// EncodeInstance gives the plain payload of an event.
func EncodeInstance(e instance.Event, request string) ([]byte, error) {
	s, err := shapeOf(e)
	if err != nil {
		return nil, err
	}
	return encode(s, request)
}

// EncodeChain gives the plain payload of a chain event.
func EncodeChain(e chain.Event) ([]byte, error) {
	s, err := chainShapeOf(e)
	if err != nil {
		return nil, err
	}
	return encode(s, "")
}

// Readers of plain payloads.
var (
	DecodeInstance = decodeInstance
	DecodeChain    = decodeChain
)
