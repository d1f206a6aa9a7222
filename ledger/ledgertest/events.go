package ledgertest

import (
	"crypto/rand"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/ledger"
)

// Epoch is the time of the event with revision 0 that NewEvents makes; each later revision is one second younger.
var Epoch = time.Date(2026, time.May, 17, 12, 0, 0, 123456000, time.UTC)

// App is the app that the events of NewEvents name.
const App = "nordvik/skjenkebevilling"

// facts are given to the events of NewEvents by revision, the last one for ever.
var facts = []string{"Created", "TaskStarted", "DataElementAdded", "FormDataPatched", "FormDataReplaced", "TaskCompleted", "Submitted"}

// FactAt is the fact of the event with this revision that NewEvents makes.
func FactAt(rev ledger.Revision) string { return facts[int(rev)%len(facts)] }

// NewEvents makes n events that follow the event of the stream with revision from-1 and hash prev (from 0 and the zero
// hash begin a stream). They carry new ids, random payloads of size bytes, and hashes chained from prev.
func NewEvents(stream string, from ledger.Revision, prev ledger.Hash, n, size int) []ledger.Event {
	events := make([]ledger.Event, n)
	for i := range events {
		rev := from + ledger.Revision(i)
		id := uuid.New()
		events[i] = ledger.Event{
			Stream:   stream,
			Revision: rev,
			ID:       id,
			Type:     App + "." + FactAt(rev),
			Schema:   1 + uint16(rev%3),
			Time:     Epoch.Add(time.Duration(rev) * time.Second),
			Metadata: metadata(id),
			Payload:  randomBytes(size),
		}
	}
	Rechain(stream, from, prev, events)
	return events
}

// Rechain fills in the hashes of events as they must be if the first one has revision from and follows an event with
// hash prev. It gives the hash of the last event, or prev if there is none.
func Rechain(stream string, from ledger.Revision, prev ledger.Hash, events []ledger.Event) ledger.Hash {
	for i := range events {
		events[i].Hash = ledger.Chain(prev, stream, from+ledger.Revision(i), &events[i])
		prev = events[i].Hash
	}
	return prev
}

func metadata(id uuid.UUID) []byte {
	b, err := json.Marshal(ledger.Meta{
		Org:     "nordvik",
		App:     "skjenkebevilling",
		Version: "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
		Task:    "Task_1",
		Actor:   ledger.Actor{Kind: ledger.ActorUser, ID: "50012345", Level: 3},
		Command: id,
	})
	if err != nil {
		panic(err) // a struct of strings and numbers always marshals
	}
	return b
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return b
}
