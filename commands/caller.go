package commands

import (
	"strconv"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
)

// Kinds of caller, as the policies name them.
const (
	KindUser       = "user"
	KindOrg        = "org"
	KindSystemUser = "systemuser"
	KindAnonymous  = "anonymous"
)

// Caller is who sends a command, as the token told.
type Caller struct {
	Kind       string
	PartyID    int // of a user: the person's own party
	UserID     int
	PartyUUID  uuid.UUID
	Org        string // code of a service owner
	OrgNumber  string
	ClientID   string
	SystemUser uuid.UUID
	Level      int
	Scopes     []string
}

// id names the caller without telling who it is; it goes into derived command ids.
func (c *Caller) id() string { return c.Kind + ":" + c.actorID() }

func (c *Caller) actorID() string {
	switch c.Kind {
	case KindUser:
		return strconv.Itoa(c.PartyID)
	case KindOrg:
		if c.Org == "" {
			return c.OrgNumber
		}
		return c.Org
	case KindSystemUser:
		return c.SystemUser.String()
	}
	return ""
}

// actor is the caller as events name it, when it acts for a party.
func (c *Caller) actor(party int) ledger.Actor {
	a := ledger.Actor{Kind: c.Kind, ID: c.actorID(), Client: c.ClientID, Level: c.Level}
	if c.Kind != KindOrg && c.PartyID != party {
		a.OnBehalf = party
	}
	return a
}

// reader is the caller as a reader of instances.
func (c *Caller) reader(party int) instance.Actor {
	a := c.actor(party)
	return instance.Actor{Kind: a.Kind, ID: a.ID, OnBehalf: a.OnBehalf}
}

// owns tells whether the caller is the service owner of the org's apps.
func (c *Caller) owns(org string) bool { return c.Kind == KindOrg && c.Org != "" && c.Org == org }
