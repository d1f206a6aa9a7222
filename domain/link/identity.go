package link

import (
	"strconv"

	"github.com/google/uuid"
)

// The namespaces of derived ids, UUIDv5 of a URL each. They are part of the format of the log and
// never change.
var (
	handoverSpace = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://hovedbok.no/ns/handover"))
	chainSpace    = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://hovedbok.no/ns/chain"))
)

// HandoverID gives the id of the instance B that a submission of source makes through the link.
// submission counts the times that the source has fired the link's trigger, from 1, so that a source
// that is sent back and handed in again makes a new B. The same arguments give the same id for ever.
func HandoverID(source uuid.UUID, submission int, linkID string) uuid.UUID {
	name := append([]byte{}, source[:]...)
	name = strconv.AppendInt(name, int64(submission), 10)
	name = append(name, '/')
	return uuid.NewSHA1(handoverSpace, append(name, linkID...))
}

// ChainID gives the id of the chain that begins with the instance root: the first A, which no link made.
func ChainID(root uuid.UUID) uuid.UUID { return uuid.NewSHA1(chainSpace, root[:]) }
