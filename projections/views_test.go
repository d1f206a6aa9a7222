package projections_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/policies"
	"github.com/hovedbok/hovedbok/projections"
	"github.com/hovedbok/hovedbok/projections/chain"
	"github.com/hovedbok/hovedbok/projections/inbox"
	"github.com/hovedbok/hovedbok/projections/projectionstest"
	"github.com/hovedbok/hovedbok/projections/status"
	"github.com/hovedbok/hovedbok/record"
)

// views builds the standard projections of a random log.
func views(t *testing.T, seed uint64, commands int) (*projectionstest.Bundle, []*projectionstest.Life, *projections.Views) {
	t.Helper()
	bundle, s := projectionstest.New(t), projectionstest.Open(t)
	lives := bundle.Random(rand.New(rand.NewPCG(seed, seed)), commands)
	r := open(t, projections.Options{Log: bundle.Log, Store: s, Projections: projections.Standard(), BatchEvents: 50})
	projectionstest.Run(t, r)
	v := projections.NewViews(s, r)
	if _, err := v.Wait(t.Context(), bundle.Last()); err != nil {
		t.Fatal(err)
	}
	return bundle, lives, v
}

// TestViews_SayWhatTheFoldedInstanceSays compares every row with the state that the domain folds from the same events.
func TestViews_SayWhatTheFoldedInstanceSays(t *testing.T) {
	t.Parallel()
	access := everything(t)
	for seed := range uint64(4) {
		bundle, lives, v := views(t, seed, 300)
		for _, l := range lives {
			s, _, err := bundle.Log.FoldInstance(t.Context(), l.By.Instance, record.Until{})
			if err != nil {
				t.Fatal(err)
			}
			checkCase(t, v, s)
			checkRow(t, v, access, s)
		}
	}
}

func checkCase(t *testing.T, v *projections.Views, s *instance.State) {
	t.Helper()
	c, err := v.Case(t.Context(), s.ID)
	if !s.Erased.IsZero() {
		if !errors.Is(err, status.ErrNotFound) {
			t.Errorf("case of the erased %s: %+v, %v", s.ID, c, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	want := status.Case{
		ID: s.ID, Party: s.Owner, AppKey: s.AppID() + "@" + s.Version, Org: s.Org, App: s.AppID(), Version: s.Version, Slot: slotOf(s),
		State: status.StateOf(s.Process.Ended, s.SoftDeleted), Created: s.Created, Changed: s.LastChanged, Due: s.DueBefore,
		Submissions: s.Submissions, Ended: s.Process.Ended, EndEvent: s.Process.EndEvent, SoftDeleted: s.SoftDeleted,
		Revision: c.Revision, Position: c.Position, Chain: c.Chain, ChainID: c.ChainID, Steps: c.Steps,
		Substatus: c.Substatus, Confirmed: c.Confirmed, Submitted: c.Submitted,
	}
	if task := s.Process.Current; task != nil {
		want.Task, want.TaskName, want.TaskType, want.TaskStarted = task.ID, task.Name, task.Type, task.Started
	}
	if got, want := mark(c), mark(want); got != want {
		t.Errorf("case\n%s\nfolded\n%s", got, want)
	}
	checkSteps(t, &c, s)
	if len(s.Relations) > 0 && c.ChainID != s.Relations[len(s.Relations)-1].Chain {
		t.Errorf("case %s is in chain %s", s.ID, c.ChainID)
	}
	if s.Substatus != nil && c.Substatus.Label != s.Substatus.Label || int64(c.Revision) != s.Revision {
		t.Errorf("case %s: substatus %v, revision %d; folded %v, %d", s.ID, c.Substatus, c.Revision, s.Substatus, s.Revision)
	}
}

// checkSteps compares the history that the query folds with the domain's.
func checkSteps(t *testing.T, c *status.Case, s *instance.State) {
	t.Helper()
	var got []instance.Step
	for _, x := range c.Steps {
		got = append(got, instance.Step{
			Task: x.Task, TaskType: x.TaskType, Started: x.Started, Ended: x.Ended, Abandoned: x.Abandoned, Action: x.Action,
			By: instance.Actor{Kind: x.By.Kind, ID: x.By.ID},
		})
	}
	if !slices.Equal(got, s.Process.History) {
		t.Errorf("steps of %s\n%+v\nfolded\n%+v", s.ID, got, s.Process.History)
	}
}

func slotOf(s *instance.State) string {
	switch {
	case s.TaskID() != "":
		return "task:" + s.TaskID()
	case s.Archived():
		return "end:" + s.Process.EndEvent
	}
	return "-"
}

func checkRow(t *testing.T, v *projections.Views, access policies.Condition, s *instance.State) {
	t.Helper()
	page, err := v.Inbox(t.Context(), inbox.Query{Access: access, Instances: []uuid.UUID{s.ID}})
	if err != nil {
		t.Fatal(err)
	}
	if !s.Erased.IsZero() || len(page.Rows) != 1 {
		if len(page.Rows) > 0 || s.Erased.IsZero() {
			t.Errorf("inbox has %d rows of %s, erased %v", len(page.Rows), s.ID, s.Erased)
		}
		return
	}
	r := page.Rows[0]
	ever, now := s.SeenByOwner()
	read := inbox.Unread
	if ever {
		read = inbox.Updated
	}
	if now {
		read = inbox.Seen
	}
	confirmed := len(s.Confirmations) > 0
	if r.Read != read || r.Party != s.Owner || r.Slot != slotOf(s) || !r.Changed.Equal(s.LastChanged) || !r.Created.Equal(s.Created) ||
		r.Task != s.TaskID() || !r.Ended.Equal(s.Process.Ended) || !r.SoftDeleted.Equal(s.SoftDeleted) || r.Confirmed.IsZero() == confirmed ||
		r.ChangedBy != (inbox.Actor{Kind: s.LastChangedBy.Kind, ID: s.LastChangedBy.ID}) || r.CreatedBy.ID != s.CreatedBy.ID ||
		r.Texts["title"] != s.Presentation["title"] || r.DataValues["nr"] != s.DataValues["nr"] || int64(r.Revision) != s.Revision {
		t.Errorf("row %+v\nof %s, read should be %d", r, s.ID, read)
	}
}

// TestInbox_ListsExactlyTheRowsThatTheEngineWouldDecideToShow compares the filter with one decision for each row.
func TestInbox_ListsExactlyTheRowsThatTheEngineWouldDecideToShow(t *testing.T) {
	t.Parallel()
	_, _, v := views(t, 11, 400)
	e := newEngine(t)
	all := list(t, v, inbox.Query{Access: everything(t)})
	rng := rand.New(rand.NewPCG(1, 1))
	shown := 0
	for range 30 {
		subject, profiles := anyCaller(rng)
		delegations := anyDelegations(rng, subject, all)
		c := filter(t, e, policies.ListRequest{Subject: subject, Profiles: profiles, Delegations: delegations})
		got := list(t, v, inbox.Query{Access: c, Size: 1 + rng.IntN(20)})
		var want []uuid.UUID
		for _, row := range all {
			if permitted(t, e, subject, profiles, delegations, &row) {
				want = append(want, row.ID)
			}
		}
		if !slices.Equal(ids(got), want) {
			t.Fatalf("%+v %+v sees %d rows, the engine permits %d", subject, profiles, len(got), len(want))
		}
		shown += len(got)
	}
	if shown == 0 {
		t.Error("nobody saw anything: the test shows nothing")
	}
}

func anyCaller(rng *rand.Rand) (policies.Subject, []policies.Profile) {
	if rng.IntN(4) == 0 {
		org := []string{"ttd", "skd"}[rng.IntN(2)]
		return ownerSubject(org), []policies.Profile{{All: true, Keys: policies.OrgKeys(org, "310000000")}}
	}
	var parties []int
	for p := 510001; p < 510005; p++ {
		if rng.IntN(2) == 0 {
			parties = append(parties, p)
		}
	}
	s := userSubject()
	s.Level = rng.IntN(5)
	s.IDs = []string{"person:00000000-0000-4000-8000-000000000001"}
	return s, []policies.Profile{{Parties: parties, Keys: userKeys()}}
}

func anyDelegations(rng *rand.Rand, s policies.Subject, rows []inbox.Row) []policies.Delegation {
	if len(s.IDs) == 0 || rng.IntN(2) == 0 {
		return nil
	}
	row := rows[rng.IntN(len(rows))]
	d := policies.Delegation{ID: "d1", App: row.AppKey, From: row.Party, To: s.IDs[0], Actions: []string{"read"}}
	if rng.IntN(2) == 0 {
		d.Instance = row.ID.String()
	}
	if rng.IntN(2) == 0 {
		d.Slot = row.Slot
	}
	return []policies.Delegation{d}
}

func permitted(t *testing.T, e *policies.Engine, s policies.Subject, profiles []policies.Profile, d []policies.Delegation, row *inbox.Row) bool {
	t.Helper()
	for _, p := range profiles {
		if p.All || slices.Contains(p.Parties, row.Party) {
			s.Keys = p.Keys
		}
	}
	decision, err := e.Decide(t.Context(), policies.Request{
		Action: "read", Mode: policies.Read, Subject: s, Delegations: d, Now: now,
		Resource: policies.Resource{App: row.AppKey, Party: row.Party, Instance: row.ID.String(), Task: row.Task, EndEvent: row.EndEvent},
	})
	if err != nil {
		t.Fatal(err)
	}
	return decision.Allow
}

func TestInbox_WithoutAccessShowsNothing(t *testing.T) {
	t.Parallel()
	_, _, v := views(t, 12, 50)
	for name, c := range map[string]policies.Condition{"zero": {}, "none": {None: true}} {
		if page, err := v.Inbox(t.Context(), inbox.Query{Access: c}); err != nil || len(page.Rows) > 0 || page.Next != "" {
			t.Errorf("%s: %v, %v", name, page, err)
		}
	}
}

// TestChain_ShowsAllThatTheFoldedChainKnows compares every chain with what the domain folds.
func TestChain_ShowsAllThatTheFoldedChainKnows(t *testing.T) {
	t.Parallel()
	bundle, lives, v := views(t, 13, 400)
	seen := 0
	for _, l := range lives {
		if l.Chain == uuid.Nil {
			continue
		}
		folded, _, err := bundle.Log.FoldChain(t.Context(), l.Chain)
		if err != nil {
			t.Fatal(err)
		}
		g, err := v.Chain(t.Context(), l.Chain)
		if err != nil || len(g.Handovers) != len(folded.Handovers) {
			t.Fatalf("chain %+v, %v; folded %+v", g, err, folded)
		}
		for _, h := range g.Handovers {
			want, ok := folded.Handover(h.ID)
			if !ok || h.Source != want.Source || h.Target != want.Target || h.TargetParty != want.TargetOwner || h.SourceParty != want.SourceOwner ||
				!h.Intended.Equal(want.Intended) || !h.Created.Equal(want.Created) || !h.Linked.Equal(want.Linked) || !h.Returned.Equal(want.Returned) {
				t.Errorf("handover %+v, folded %+v", h, want)
			}
			checkMember(t, &g, lives, h.Source)
			checkMember(t, &g, lives, h.Target)
			seen++
		}
	}
	if seen == 0 {
		t.Error("there was no handover: the test shows nothing")
	}
	if _, err := v.Chain(t.Context(), uuid.New()); !errors.Is(err, chain.ErrNotFound) {
		t.Errorf("an unknown chain: %v", err)
	}
}

// checkMember expects each instance once, and unknown if it has been erased.
func checkMember(t *testing.T, g *chain.Graph, lives []*projectionstest.Life, id uuid.UUID) {
	t.Helper()
	l := lives[slices.IndexFunc(lives, func(l *projectionstest.Life) bool { return l.By.Instance == id })]
	var found []chain.Instance
	for _, i := range g.Instances {
		if i.ID == id {
			found = append(found, i)
		}
	}
	if len(found) != 1 || found[0].Party != l.Owner || (found[0].State == status.Unknown) != l.Gone || found[0].App != l.By.App.Org+"/"+l.By.App.App {
		t.Errorf("instance %s in the chain: %+v, gone %v", id, found, l.Gone)
	}
}
