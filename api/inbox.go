package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/commands"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/projections/inbox"
	"github.com/hovedbok/hovedbok/projections/status"
)

type (
	inboxJSON struct {
		Items    []inboxItemJSON `json:"items"`
		Next     string          `json:"next,omitempty"`
		Position ledger.Position `json:"position"` // how much of the log the list knows
		Behind   bool            `json:"behind,omitempty"`
	}
	inboxItemJSON struct {
		ID           string         `json:"id"` // "{party}/{guid}"
		AppID        string         `json:"appId"`
		Org          string         `json:"org"`
		Party        int            `json:"party"`
		Title        string         `json:"title,omitempty"` // of the app
		Presentation string         `json:"presentation,omitempty"`
		State        string         `json:"state"`
		Task         string         `json:"task,omitempty"`
		TaskName     string         `json:"taskName,omitempty"`
		TaskType     string         `json:"taskType,omitempty"`
		Since        *stamp         `json:"since,omitempty"` // when the task was entered
		ReadStatus   string         `json:"readStatus"`
		Substatus    *substatusJSON `json:"substatus,omitempty"`
		DueBefore    *stamp         `json:"dueBefore,omitempty"`
		Created      *stamp         `json:"created"`
		LastChanged  *stamp         `json:"lastChanged"`
		Chain        *uuid.UUID     `json:"chain,omitempty"`
	}
)

// inbox is GET /ledger/inbox: what the caller has to do and may see, newest first.
func (s *Server) inbox(c *gin.Context) {
	q, err := s.inboxQuery(c)
	if err != nil {
		s.fail(c, err)
		return
	}
	if q.Access, err = s.access(c, query(c, "role")); err != nil {
		s.fail(c, err)
		return
	}
	reached, behind, ok := s.wait(c)
	if !ok {
		return
	}
	page, err := s.Views.Inbox(c.Request.Context(), q)
	if err != nil {
		s.fail(c, queryError(err))
		return
	}
	out := inboxJSON{Items: []inboxItemJSON{}, Next: page.Next, Position: reached, Behind: behind}
	for i := range page.Rows {
		out.Items = append(out.Items, s.inboxItem(c, &page.Rows[i]))
	}
	write(c, http.StatusOK, out)
}

func queryError(err error) error {
	switch {
	case errors.Is(err, inbox.ErrQuery), errors.Is(err, inbox.ErrCursor):
		return &commands.Error{Kind: commands.Invalid, Code: "query_invalid", Message: err.Error()}
	case errors.Is(err, status.ErrNotFound):
		return &commands.Error{Kind: commands.NotFound, Code: "instance_not_found", Message: "there is no such instance"}
	}
	return err
}

// wait lets the views come as far as the client has seen. behind says that they have not, and the list shows what they have.
func (s *Server) wait(c *gin.Context) (reached ledger.Position, behind, ok bool) {
	var want uint64
	if text := c.GetHeader(HeaderPosition); text != "" {
		var err error
		if want, err = strconv.ParseUint(text, 10, 64); err != nil {
			s.fail(c, &commands.Error{Kind: commands.Invalid, Code: "position_invalid", Message: HeaderPosition + " must be a number that a write has answered with"})
			return 0, false, false
		}
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), s.WaitForViews)
	defer cancel()
	reached, err := s.Views.Wait(ctx, ledger.Position(want))
	if err != nil && c.Request.Context().Err() != nil {
		s.fail(c, err)
		return 0, false, false
	}
	return reached, err != nil, true
}

func (s *Server) inboxQuery(c *gin.Context) (inbox.Query, error) {
	q := inbox.Query{
		Org: query(c, "org"), Task: query(c, "task"), TaskType: query(c, "taskType"), Search: query(c, "search"), Chain: query(c, "chain"),
		After: query(c, "after"), VisibleAt: s.Clock(),
	}
	q.SearchApps = s.titled(q.Search)
	if app := query(c, "app"); app != "" {
		q.Apps = splitList(app)
	}
	for _, state := range splitList(query(c, "state")) {
		if !slices.Contains([]inbox.State{inbox.Active, inbox.Archived, inbox.Deleted}, inbox.State(state)) {
			return q, badQuery("state")
		}
		q.States = append(q.States, inbox.State(state))
	}
	if len(q.States) == 0 {
		q.States = []inbox.State{inbox.Active, inbox.Archived}
	}
	var err error
	if q.Parties, err = numbers(query(c, "party")); err != nil {
		return q, badQuery("party")
	}
	if text := query(c, "unread"); text != "" {
		unread, err := strconv.ParseBool(text)
		if err != nil {
			return q, badQuery("unread")
		}
		if q.Read = []inbox.ReadStatus{inbox.Seen}; unread {
			q.Read = []inbox.ReadStatus{inbox.Unread, inbox.Updated}
		}
	}
	if text := query(c, "size"); text != "" {
		if q.Size, err = strconv.Atoi(text); err != nil || q.Size < 1 {
			return q, badQuery("size")
		}
	}
	return q, nil
}

func badQuery(name string) error {
	return &commands.Error{Kind: commands.Invalid, Code: "query_invalid", Message: "the query parameter " + name + " has a value that cannot be used"}
}

func numbers(list string) ([]int, error) {
	var out []int
	for _, text := range splitList(list) {
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

func (s *Server) inboxItem(c *gin.Context, r *inbox.Row) inboxItemJSON {
	out := inboxItemJSON{
		ID: strconv.Itoa(r.Party) + "/" + r.ID.String(), AppID: r.App, Org: r.Org, Party: r.Party, Title: s.title(c, r.App), Presentation: r.Presentation,
		State: string(r.State), Task: r.Task, TaskName: r.TaskName, TaskType: r.TaskType, Since: at(r.TaskStarted), ReadStatus: readNames[r.Read],
		DueBefore: at(r.Due), Created: at(r.Created), LastChanged: at(r.Changed),
	}
	if r.Substatus.Label != "" {
		out.Substatus = &substatusJSON{r.Substatus.Label, r.Substatus.Description}
	}
	if r.Chain != uuid.Nil {
		out.Chain = &r.Chain
	}
	return out
}

// title is an app's name in the caller's language, as far as the app has it.
func (s *Server) title(c *gin.Context, app string) string {
	a := s.Apps.Current(app)
	if a == nil {
		return ""
	}
	for _, lang := range []string{query(c, "language"), language(c), "nb"} {
		if t := a.Metadata.Title[lang]; t != "" {
			return t
		}
	}
	return ""
}

// titled gives the apps whose title contains a text, in any language and case; none for no text.
func (s *Server) titled(text string) []string {
	var out []string
	for _, a := range s.Apps.All() {
		for _, title := range a.Metadata.Title {
			if text != "" && strings.Contains(strings.ToLower(title), strings.ToLower(text)) {
				out = append(out, a.ID)
				break
			}
		}
	}
	return out
}

// language is the first language that the client asks for, of those that we have.
func language(c *gin.Context) string {
	for _, part := range strings.Split(c.GetHeader("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		base, _, _ := strings.Cut(strings.ToLower(tag), "-")
		switch base {
		case "nb", "no":
			return "nb"
		case "nn", "en":
			return base
		}
	}
	return "nb"
}

type (
	caseJSON struct {
		ID          string         `json:"id"`
		AppID       string         `json:"appId"`
		Title       string         `json:"title,omitempty"`
		State       string         `json:"state"`
		Task        string         `json:"task,omitempty"`
		TaskName    string         `json:"taskName,omitempty"`
		Created     *stamp         `json:"created"`
		LastChanged *stamp         `json:"lastChanged"`
		Submitted   *stamp         `json:"submitted,omitempty"`
		Ended       *stamp         `json:"ended,omitempty"`
		Substatus   *substatusJSON `json:"substatus,omitempty"`
		Steps       []stepJSON     `json:"steps"`
		ChainID     *uuid.UUID     `json:"chainId,omitempty"`
		Chain       []relatedJSON  `json:"chain"`
	}
	stepJSON struct {
		Task      string `json:"task"`
		Name      string `json:"name,omitempty"`
		TaskType  string `json:"taskType"`
		Started   *stamp `json:"started"`
		Ended     *stamp `json:"ended,omitempty"`
		Abandoned bool   `json:"abandoned,omitempty"`
		Action    string `json:"action,omitempty"`
	}
	// relatedJSON tells that another instance exists and how far it is, and nothing of what it holds.
	relatedJSON struct {
		AppID string `json:"app"`
		Title string `json:"title,omitempty"`
		State string `json:"state"`
		Since *stamp `json:"since"`
		Side  string `json:"side,omitempty"`
	}
)

// status is GET /ledger/status/{party}/{guid}: the own case in plain words, and what became of it in the chain.
func (s *Server) status(c *gin.Context) {
	if _, _, ok := s.wait(c); !ok {
		return
	}
	res, ok := s.peek(c) // the log decides whether the caller may read it now
	if !ok {
		return
	}
	cs, err := s.Views.Case(c.Request.Context(), res.State.ID)
	if err != nil {
		s.fail(c, queryError(err))
		return
	}
	out := caseJSON{
		ID: strconv.Itoa(cs.Party) + "/" + cs.ID.String(), AppID: cs.App, Title: s.title(c, cs.App), State: string(cs.State), Task: cs.Task, TaskName: cs.TaskName,
		Created: at(cs.Created), LastChanged: at(cs.Changed), Submitted: at(cs.Submitted), Ended: at(cs.Ended), Steps: []stepJSON{}, Chain: []relatedJSON{},
	}
	if !cs.Substatus.Set.IsZero() {
		out.Substatus = &substatusJSON{cs.Substatus.Label, cs.Substatus.Description}
	}
	if cs.ChainID != uuid.Nil {
		out.ChainID = &cs.ChainID
	}
	for _, st := range cs.Steps {
		out.Steps = append(out.Steps, stepJSON{st.Task, st.Name, st.TaskType, at(st.Started), at(st.Ended), st.Abandoned, st.Action})
	}
	for _, r := range cs.Chain {
		out.Chain = append(out.Chain, relatedJSON{r.App, s.title(c, r.App), string(r.State), at(r.Since), string(r.Side)})
	}
	write(c, http.StatusOK, out)
}
