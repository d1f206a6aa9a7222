package api

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/commands"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/projections/chain"
)

type (
	chainJSON struct {
		ID        uuid.UUID           `json:"id"`
		Instances []chainInstanceJSON `json:"instances"`
		Handovers []handoverJSON      `json:"handovers"`
	}
	chainInstanceJSON struct {
		ID      uuid.UUID `json:"id"`
		AppID   string    `json:"appId"`
		Title   string    `json:"title,omitempty"`
		State   string    `json:"state"`
		Created *stamp    `json:"created"`
		// What follows is there for instances that the caller may read.
		Party       int    `json:"party,omitempty"`
		Task        string `json:"task,omitempty"`
		LastChanged *stamp `json:"lastChanged,omitempty"`
		Readable    bool   `json:"readable"`
	}
	handoverJSON struct {
		ID       uuid.UUID  `json:"id"`
		Link     string     `json:"link"`
		Source   uuid.UUID  `json:"source"`
		Target   *uuid.UUID `json:"target,omitempty"`
		From     string     `json:"sourceApp"`
		To       string     `json:"targetApp"`
		Intended *stamp     `json:"intended"`
		Created  *stamp     `json:"created,omitempty"`
		Linked   *stamp     `json:"linked,omitempty"`
		Returned *stamp     `json:"returned,omitempty"`
	}
)

// getChain is GET /ledger/chains/{id}. Whoever may read one instance of a chain sees which others there are and how far they have
// come; more than that only of those that the caller may read.
func (s *Server) getChain(c *gin.Context) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		s.fail(c, noChain)
		return
	}
	if _, _, ok := s.wait(c); !ok {
		return
	}
	g, err := s.Views.Chain(c.Request.Context(), id)
	if errors.Is(err, chain.ErrNotFound) {
		err = noChain
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	out := chainJSON{ID: g.ID, Instances: []chainInstanceJSON{}, Handovers: []handoverJSON{}}
	readable := false
	for i := range g.Instances {
		in, err := s.chainInstance(c, &g.Instances[i])
		if err != nil {
			s.fail(c, err)
			return
		}
		readable = readable || in.Readable
		out.Instances = append(out.Instances, in)
	}
	if !readable {
		s.fail(c, &commands.Error{Kind: commands.Forbidden, Code: commands.CodeForbidden, Message: "the caller may read no instance of this chain"})
		return
	}
	for _, h := range g.Handovers {
		out.Handovers = append(out.Handovers, handoverOf(h))
	}
	write(c, http.StatusOK, out)
}

var noChain = &commands.Error{Kind: commands.NotFound, Code: "chain_not_found", Message: "there is no such chain"}

func (s *Server) chainInstance(c *gin.Context, in *chain.Instance) (chainInstanceJSON, error) {
	out := chainInstanceJSON{ID: in.ID, AppID: in.App, Title: s.title(c, in.App), State: string(in.State), Created: at(in.Created)}
	req := &commands.Request{Caller: commandCaller(caller(c))}
	_, err := s.Commands.PeekInstance(c.Request.Context(), req, commands.Ref{ID: in.ID})
	var known *commands.Error
	switch {
	case err == nil:
		out.Readable, out.Party, out.Task, out.LastChanged = true, in.Party, in.Task, at(in.Changed)
	case !errors.As(err, &known) || known.Kind == commands.Internal:
		return out, err
	}
	return out, nil
}

func handoverOf(h chain.Handover) handoverJSON {
	out := handoverJSON{
		ID: h.ID, Link: h.Link, Source: h.Source, From: h.SourceApp, To: h.TargetApp,
		Intended: at(h.Intended), Created: at(h.Created), Linked: at(h.Linked), Returned: at(h.Returned),
	}
	if h.Target != uuid.Nil {
		out.Target = &h.Target
	}
	return out
}

// linkInstance is POST /ledger/instances/{party}/{guid}/links: the service owner's saga tells a source which instance was made from it.
func (s *Server) linkInstance(c *gin.Context) {
	var b originBody
	body, ok := s.readJSON(c, &b)
	if !ok {
		return
	}
	if b.Chain == uuid.Nil || b.Handover == uuid.Nil || b.Instance == uuid.Nil || b.Link == "" || b.App == "" || b.Party <= 0 {
		s.fail(c, &commands.Error{Kind: commands.Invalid, Code: "link_incomplete", Message: "a link needs chain, handover, link, app, instance and party"})
		return
	}
	s.changed(c, body, func(r *commands.Request, ref commands.Ref) (commands.Result, error) {
		return s.Commands.LinkInstance(c.Request.Context(), r, ref, instance.Linked{
			Chain: b.Chain, Handover: b.Handover, Link: b.Link, Side: instance.SideSource, App: b.App, Instance: b.Instance, Party: b.Party,
		})
	})
}
