package commands

import (
	"context"
	"fmt"
	"strconv"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/policies"
)

// need is the right that a command takes: any one of the actions.
type need struct {
	actions []string
	mode    policies.Mode
}

var (
	needRead   = need{[]string{"read"}, policies.Read}
	needWrite  = need{[]string{"write"}, policies.Write}
	needDelete = need{[]string{"delete"}, policies.Write}
)

// Subject makes the caller a subject of the policies, with the keys that it holds for a party.
func (s *Service) Subject(ctx context.Context, c *Caller, party int) (policies.Subject, error) {
	sub := policies.Subject{Kind: c.Kind, Level: c.Level, Scopes: c.Scopes}
	switch c.Kind {
	case KindUser:
		roles, err := s.Parties.Roles(ctx, c.PartyID, party)
		if err != nil {
			return sub, fmt.Errorf("commands: roles for party %d: %w", party, err)
		}
		sub.ID = fmt.Sprintf("user:%d", c.UserID)
		if len(roles) > 0 {
			sub.Keys = policies.UserKeys(c.UserID, c.PartyUUID.String(), roles, nil)
		}
	case KindOrg:
		sub.ID, sub.Org = "org:"+c.actorID(), c.Org
		if c.Org == "" { // an organisation that owns no services decides as a user
			sub.Kind = policies.KindUser
		}
		sub.Keys = policies.OrgKeys(c.Org, c.OrgNumber)
	case KindSystemUser:
		sub.ID = "sysuser:" + c.SystemUser.String()
		sub.Keys = policies.SystemUserKeys(c.SystemUser.String(), nil)
	}
	return sub, nil
}

// resource is what is decided about: a new instance of the app (st does not exist) or an instance at its step.
func resource(app *apps.App, party int, st *instance.State) policies.Resource {
	r := policies.Resource{App: app.Key(), Party: party}
	if st != nil && st.Exists() {
		r.Instance, r.Task, r.EndEvent = st.ID.String(), st.TaskID(), st.Process.EndEvent
	}
	return r
}

// authorise decides whether the caller may. It gives the id of the decision that permits it, or an *Error.
func (s *Service) authorise(ctx context.Context, c *Caller, n need, app *apps.App, party int, st *instance.State) (string, error) {
	sub, err := s.Subject(ctx, c, party)
	if err != nil {
		return "", err
	}
	req := policies.Request{Mode: n.mode, Subject: sub, Resource: resource(app, party, st), Now: s.Clock()}
	var first policies.Decision
	for i, action := range n.actions {
		req.Action = action
		d, err := s.Policies.Decide(ctx, req)
		if err != nil {
			return "", err
		}
		if d.Allow {
			return d.ID.String(), nil
		}
		if i == 0 {
			first = d
		}
	}
	return "", denied(first)
}

// denied makes an error of a denial.
func denied(d policies.Decision) *Error {
	switch d.Code {
	case policies.CodeLevel:
		return &Error{Kind: Forbidden, Code: CodeAuthLevel, Message: "log in at a higher level", Level: strconv.Itoa(d.Need.Level)}
	case policies.CodeScope:
		return fail(Forbidden, CodeScope, "the token lacks a scope; one of these is needed: %v", d.Need.Scopes)
	}
	return fail(Forbidden, CodeForbidden, "the caller has no right to do this on this instance (%s)", d.Code)
}

// Actions tells which of an instance's actions the caller may perform now.
func (s *Service) Actions(ctx context.Context, c *Caller, app *apps.App, st *instance.State, wanted map[string]policies.Mode) (map[string]bool, error) {
	sub, err := s.Subject(ctx, c, st.Owner)
	if err != nil {
		return nil, err
	}
	req := policies.Request{Action: "read", Mode: policies.Read, Subject: sub, Resource: resource(app, st.Owner, st), Now: s.Clock()}
	return s.Policies.DecideActions(ctx, req, wanted)
}
