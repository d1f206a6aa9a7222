package record

import (
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
)

// Envelope is what a command says about all its events.
type Envelope struct {
	Org, App    string
	Version     string // digest of the app version
	Instance    uuid.UUID
	Task        string // before the command
	Actor       ledger.Actor
	Command     uuid.UUID
	Correlation uuid.UUID
	Causation   uuid.UUID
	Trace       string
	Decision    string
	Request     string // fingerprint of the request, when it carried a key; sealed with the first event
	At          time.Time
}

func (e Envelope) meta() ledger.Meta {
	return ledger.Meta{
		Org: e.Org, App: e.App, Version: e.Version, Instance: e.Instance, Task: e.Task, Actor: e.Actor,
		Command: e.Command, Correlation: e.Correlation, Causation: e.Causation, Trace: e.Trace, Decision: e.Decision,
	}
}

// actorOf tells the domain who it was.
func actorOf(a ledger.Actor) instance.Actor {
	return instance.Actor{Kind: a.Kind, ID: a.ID, OnBehalf: a.OnBehalf}
}

// UserActor is the actor of a person who acts for a party.
func UserActor(person, party, level int, client string) ledger.Actor {
	a := ledger.Actor{Kind: ledger.ActorUser, ID: strconv.Itoa(person), Level: level, Client: client}
	if party != person {
		a.OnBehalf = party
	}
	return a
}
