package api

import (
	"context"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/hovedbok/hovedbok/commands"
	"github.com/hovedbok/hovedbok/policies"
)

// access compiles what the caller may see in lists. role, when given, leaves only what the caller sees through that role.
func (s *Server) access(c *gin.Context, role string) (policies.Condition, error) {
	me := commandCaller(caller(c))
	sub, err := s.Commands.Subject(c.Request.Context(), &me, me.PartyID)
	if err != nil {
		return policies.Condition{None: true}, err
	}
	keys := sub.Keys
	sub.Keys = nil
	req := policies.ListRequest{Subject: sub, Now: s.Clock()}
	if me.Kind == commands.KindUser {
		req.Profiles, err = s.mandates(c.Request.Context(), &me, role)
	} else if role == "" && len(keys) > 0 {
		req.Profiles = []policies.Profile{{All: sub.Kind == policies.KindOrg, Keys: keys}}
		if sub.Kind != policies.KindOrg {
			req.Profiles[0].Parties = []int{me.PartyID}
		}
	}
	if err != nil || len(req.Profiles) == 0 {
		return policies.Condition{None: true}, err
	}
	return s.Filters.Filter(c.Request.Context(), req)
}

// mandates gives the parties that a person may act for, with the person's keys for each.
func (s *Server) mandates(ctx context.Context, me *commands.Caller, role string) ([]policies.Profile, error) {
	list, err := s.Register.Mandates(ctx, me.PartyID)
	if err != nil {
		return nil, err
	}
	var out []policies.Profile
	for _, m := range list {
		roles := m.Roles
		if role != "" {
			roles = slices.DeleteFunc(slices.Clone(roles), func(r string) bool { return !strings.EqualFold(r, role) })
		}
		if len(roles) > 0 {
			out = append(out, policies.Profile{Parties: []int{m.Party.ID}, Keys: policies.UserKeys(me.UserID, me.PartyUUID.String(), roles, nil)})
		}
	}
	return out, nil
}
