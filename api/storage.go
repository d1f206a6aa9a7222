package api

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/commands"
	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/identity"
	"github.com/hovedbok/hovedbok/integrations/register"
	"github.com/hovedbok/hovedbok/projections/inbox"
)

// listInstances is GET /storage/api/v1/instances, as service owners and end users' systems call it. Unlike Altinn, the policy is part of
// the query, so that a page is full as long as there is more.
func (s *Server) listInstances(c *gin.Context) {
	q, err := s.storageQuery(c)
	if err == nil {
		q.Access, err = s.access(c, "")
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	if _, _, ok := s.wait(c); !ok {
		return
	}
	page, err := s.Views.Inbox(c.Request.Context(), q)
	if err != nil {
		s.fail(c, queryError(err))
		return
	}
	list, err := s.storedInstances(c, page.Rows)
	if err != nil {
		s.fail(c, err)
		return
	}
	self := "https://platform." + c.Request.Host + "/storage/api/v1/instances"
	out := gin.H{"count": len(list), "self": self + "?" + c.Request.URL.RawQuery, "instances": list}
	if page.Next != "" {
		out["next"] = self + "?" + continued(c.Request.URL.Query(), page.Next)
	}
	write(c, http.StatusOK, out)
}

// continued gives the query of the page that begins at a token.
func continued(q url.Values, token string) string {
	for name := range q {
		if strings.EqualFold(name, "continuationToken") {
			q.Del(name)
		}
	}
	q.Set("continuationToken", token)
	return q.Encode()
}

// storedInstances gives the instances of rows as they are in the log now. A row that the caller may no longer read is left out.
func (s *Server) storedInstances(c *gin.Context, rows []inbox.Row) ([]*document.Node, error) {
	out := []*document.Node{}
	req := &commands.Request{Caller: commandCaller(caller(c))}
	for i := range rows {
		res, err := s.Commands.PeekInstance(c.Request.Context(), req, commands.Ref{ID: rows[i].ID})
		if err != nil {
			if known, ok := err.(*commands.Error); ok && known.Kind != commands.Internal {
				continue
			}
			return nil, err
		}
		in, err := s.instance(c.Request.Context(), c.Request, res.State, false)
		if err != nil {
			return nil, err
		}
		if strings.EqualFold(query(c, "includeDataElements"), "false") {
			in.Data = nil
		}
		n, err := stored(in)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// storageQuery reads the parameters of altinn-storage's InstancesController.
func (s *Server) storageQuery(c *gin.Context) (q inbox.Query, err error) {
	me := caller(c)
	q = inbox.Query{
		Org: query(c, "org"), Task: query(c, "process.currentTask"), EndEvent: query(c, "process.endEvent"), Search: query(c, "searchString"),
		After: query(c, "continuationToken"), Size: inbox.DefaultSize,
	}
	q.Apps, q.SearchApps = queries(c, "appId"), s.titled(q.Search)
	if q.Parties, err = s.storageParty(c); err != nil {
		return q, err
	}
	switch {
	case me.Kind == identity.KindOrg && me.Org != "" && q.Org == "" && len(q.Apps) == 0:
		return q, &commands.Error{Kind: commands.Invalid, Code: "query_invalid", Message: "a service owner must give org or appId"}
	case me.Kind != identity.KindOrg && len(q.Parties) == 0:
		return q, &commands.Error{Kind: commands.Invalid, Code: "query_invalid", Message: "give the instance owner's party id"}
	}
	if q.Ended, err = boolQuery(c, "process.isComplete"); err != nil {
		return q, err
	}
	if q.Confirmed, err = boolQuery(c, "confirmed"); err != nil {
		return q, err
	}
	if org := query(c, "excludeConfirmedBy"); org != "" && org == q.Org {
		no := false
		q.Confirmed = &no
	}
	if err := storageStates(c, &q); err != nil {
		return q, err
	}
	if err := storageTimes(c, &q); err != nil {
		return q, err
	}
	return q, storagePage(c, &q)
}

func storagePage(c *gin.Context, q *inbox.Query) error {
	switch query(c, "order") {
	case "", "desc:lastChanged":
	case "asc:lastChanged":
		q.Order = inbox.OldestFirst
	default:
		return badQuery("order")
	}
	if text := query(c, "size"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return badQuery("size")
		}
		q.Size = min(n, inbox.MaxSize)
	}
	return nil
}

// storageParty reads the owner: a party id, or a number in a header.
func (s *Server) storageParty(c *gin.Context) ([]int, error) {
	text, header := query(c, "instanceOwner.partyId"), c.GetHeader("X-Ai-InstanceOwnerIdentifier")
	switch {
	case text != "" && header != "":
		return nil, &commands.Error{Kind: commands.Invalid, Code: "query_invalid", Message: "name the instance owner by party id or by number, not both"}
	case text != "":
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, badQuery("instanceOwner.partyId")
		}
		return []int{n}, nil
	case header == "":
		return nil, nil
	}
	kind, number, _ := strings.Cut(header, ":")
	var p register.Party
	var err error
	switch strings.ToLower(kind) {
	case "person":
		p, err = s.Register.PartyByPersonNumber(c.Request.Context(), number)
	case "organisation":
		p, err = s.Register.PartyByOrganisationNumber(c.Request.Context(), number)
	default:
		return nil, badQuery("X-Ai-InstanceOwnerIdentifier")
	}
	if err != nil {
		return nil, &commands.Error{Kind: commands.NotFound, Code: commands.CodePartyUnknown, Message: "the instance owner is not in the register"}
	}
	return []int{p.ID}, nil
}

func boolQuery(c *gin.Context, name string) (*bool, error) {
	text := query(c, name)
	if text == "" {
		return nil, nil
	}
	b, err := strconv.ParseBool(text)
	if err != nil {
		return nil, badQuery(name)
	}
	return &b, nil
}

// storageStates reads the status filters; without any, also what is in the bin is shown, as in Altinn. What has been deleted for good is
// in no list.
func storageStates(c *gin.Context, q *inbox.Query) error {
	archived, err := boolQuery(c, "status.isArchived")
	if err != nil {
		return err
	}
	deleted, err := boolQuery(c, "status.isSoftDeleted")
	if err != nil {
		return err
	}
	erased, err := boolQuery(c, "status.isHardDeleted")
	if err != nil {
		return err
	}
	if archived != nil {
		if q.Ended != nil && *q.Ended != *archived {
			nothing(q)
		}
		q.Ended = archived
	}
	if erased != nil && *erased {
		nothing(q)
	}
	switch {
	case deleted == nil:
	case *deleted:
		q.States = []inbox.State{inbox.Deleted}
	default:
		q.States = []inbox.State{inbox.Active, inbox.Archived}
	}
	return nil
}

// nothing makes a query that no row answers.
func nothing(q *inbox.Query) { q.Instances = []uuid.UUID{uuid.Nil} }

func storageTimes(c *gin.Context, q *inbox.Query) error {
	for name, into := range map[string]*inbox.Interval{
		"lastChanged": &q.Changed, "created": &q.Created, "dueBefore": &q.Due, "visibleAfter": &q.VisibleAfter, "process.ended": &q.EndedAt,
	} {
		for _, v := range queries(c, name) {
			if err := limitBy(into, v); err != nil {
				return badQuery(name)
			}
		}
		if !into.From.IsZero() && !into.To.IsZero() && into.From.After(into.To) {
			nothing(q)
		}
	}
	return nil
}

// limitBy reads a date expression, op:time. Several limit together.
func limitBy(in *inbox.Interval, text string) error {
	op, value, _ := strings.Cut(text, ":")
	t, err := time.Parse(time.RFC3339Nano, value)
	if err != nil {
		if t, err = time.Parse(time.DateOnly, value); err != nil {
			return err
		}
	}
	from, to := t, t
	switch op {
	case "gt":
		from, to = t.Add(time.Microsecond), time.Time{}
	case "gte":
		to = time.Time{}
	case "lt":
		from, to = time.Time{}, t.Add(-time.Microsecond)
	case "lte":
		from = time.Time{}
	case "eq":
	default:
		return strconv.ErrSyntax
	}
	if from.After(in.From) {
		in.From = from
	}
	if in.To.IsZero() || !to.IsZero() && to.Before(in.To) {
		in.To = to
	}
	return nil
}

// activeInstances is GET {org}/{app}/instances/{party}/active.
func (s *Server) activeInstances(c *gin.Context) {
	party, ok := partyParam(c)
	if !ok {
		s.fail(c, &commands.Error{Kind: commands.NotFound, Code: "party_id_invalid", Message: "a party is named by its id, a number"})
		return
	}
	app, ok := s.app(c)
	if !ok {
		return
	}
	access, err := s.access(c, "")
	if err != nil {
		s.fail(c, err)
		return
	}
	if _, _, ok := s.wait(c); !ok {
		return
	}
	page, err := s.Views.Inbox(c.Request.Context(), inbox.Query{
		Access: access, Apps: []string{app.ID}, Parties: []int{party}, States: []inbox.State{inbox.Active}, Size: inbox.MaxSize,
	})
	if err != nil {
		s.fail(c, queryError(err))
		return
	}
	out := []gin.H{}
	for _, r := range page.Rows {
		out = append(out, gin.H{
			"id": strconv.Itoa(r.Party) + "/" + r.ID.String(), "presentationTexts": r.Texts, "dueBefore": at(r.Due), "lastChanged": at(r.Changed),
			"lastChangedBy": s.nameOf(c, r.ChangedBy),
		})
	}
	write(c, http.StatusOK, out)
}

// nameOf is the name of who changed an instance, as the selection page shows it.
func (s *Server) nameOf(c *gin.Context, a inbox.Actor) string {
	if a.Kind == "org" {
		if o, err := s.Register.ServiceOwner(c.Request.Context(), a.ID); err == nil {
			return o.Name["nb"]
		}
		return a.ID
	}
	id, _ := strconv.Atoi(a.ID)
	if p, err := s.Register.Party(c.Request.Context(), id); err == nil {
		return p.Name
	}
	return ""
}
