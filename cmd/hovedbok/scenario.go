package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/audit"
	"github.com/hovedbok/hovedbok/node"
	"github.com/hovedbok/hovedbok/record"
)

// The people of the scenario; see examples/README.md.
var (
	applicant  = &person{Name: "Ingrid Solheim, daglig leder i Fjordkroa AS", User: 20001, Party: 510001}
	caféOwner  = &person{Name: "Erik Myhre, innehaver av Kafé Myhre", User: 20004, Party: 510004}
	competitor = &person{Name: "Amina Yusuf, daglig leder i Havnebaren", User: 20005, Party: 510005}
	assessor   = &person{Name: "Kari Nygård, saksbehandler skjenking", User: 20006, Party: 510006}
	decider    = &person{Name: "Olav Hegge, saksbehandler skjenking", User: 20007, Party: 510007}
	builder    = &person{Name: "Silje Dahl, byggesak (uten rollen)", User: 20008, Party: 510008}
	officer    = &person{Name: "Thomas Berg, politiet, vandel", User: 20009, Party: 510009}
	patrol     = &person{Name: "Nina Strand, politiet, patrulje (uten rollen)", User: 20010, Party: 510010}
)

// apps of the scenario.
const (
	appA  = "/nordvik/skjenkebevilling"
	appA2 = "/nordvik/serveringsbevilling"
	appB  = "/nordvik/skjenkesak"
	appC  = "/politiet/vandelsvurdering"
)

// scenario plays a case through the HTTP API and tells each step.
type scenario struct {
	client *client
	node   *node.Node
	out    io.Writer
	data   string // folder with forms and attachments
	began  time.Time
	steps  int
	a, b   *instanceView
	chain  string
}

// instanceView is what the scenario needs of an instance.
type instanceView struct {
	ID            string `json:"id"`
	AppID         string `json:"appId"`
	InstanceOwner struct {
		PartyID string `json:"partyId"`
	} `json:"instanceOwner"`
	Process struct {
		Ended       *time.Time `json:"ended"`
		CurrentTask *struct {
			ElementID string `json:"elementId"`
		} `json:"currentTask"`
	} `json:"process"`
	Status struct {
		Substatus *struct {
			Label       string `json:"label"`
			Description string `json:"description"`
		} `json:"substatus"`
	} `json:"status"`
	Data []struct {
		ID       string `json:"id"`
		DataType string `json:"dataType"`
		Size     int64  `json:"size"`
	} `json:"data"`
}

func (v *instanceView) guid() string { return v.ID[strings.IndexByte(v.ID, '/')+1:] }
func (v *instanceView) path() string { return "/" + v.AppID + "/instances/" + v.ID }

func (v *instanceView) element(dataType string) string {
	for _, d := range v.Data {
		if d.DataType == dataType {
			return d.ID
		}
	}
	return ""
}

func (v *instanceView) task() string {
	if v.Process.CurrentTask == nil {
		return ""
	}
	return v.Process.CurrentTask.ElementID
}

// step runs a part of the scenario and tells it: number, who, what, which instance, how long.
func (s *scenario) step(who *person, what string, do func() (*instanceView, error)) error {
	s.steps++
	start := time.Now()
	v, err := do()
	took := time.Since(start).Round(100 * time.Microsecond)
	name := "Systemet"
	if who != nil {
		name = who.Name
	}
	if err != nil {
		fmt.Fprintf(s.out, "%2d. ✗ %s: %s: %v\n", s.steps, name, what, err)
		return fmt.Errorf("step %d (%s): %w", s.steps, what, err)
	}
	which := ""
	if v != nil {
		which = "  " + v.AppID + " " + v.guid()[:8]
	}
	fmt.Fprintf(s.out, "%2d. ✓ %-46s %s%s  (%v)\n", s.steps, name, what, which, took)
	return nil
}

type part struct {
	who  *person
	what string
	do   func(context.Context) (*instanceView, error)
}

// play runs all steps; the first that fails ends it.
func (s *scenario) play(ctx context.Context) error {
	for _, p := range []part{
		{nil, "tjenestene er publisert, og alle har fått innloggingstoken", s.prepare},
		{applicant, "starter søknaden, med skjema, tegning og leiekontrakt i én forespørsel", s.apply},
		{competitor, "prøver å lese søknaden og blir avvist (403)", s.denied(competitor, func() string { return s.a.path() })},
		{applicant, "retter et felt", s.correct},
		{applicant, "går videre til innsending", s.next(applicant, &s.a, "", "Task_2")},
		{applicant, "sender inn", s.next(applicant, &s.a, "confirm", "")},
		{assessor, "finner saken i innboksen, med alle vedlegg", s.caseArrives},
		{builder, "ser ingen sak i innboksen", s.emptyInbox(builder)},
		{builder, "prøver å lese saken og blir avvist (403)", s.denied(builder, func() string { return s.b.path() })},
		{assessor, "kan ikke fullføre før politiet har svart (409)", s.incomplete},
		{patrol, "ser ingen forespørsel i innboksen", s.emptyInbox(patrol)},
		{officer, "finner forespørselen, skriver uttalelsen og sender den", s.police},
		{nil, "uttalelsen er kommet inn i saken", s.statementReturned},
		{assessor, "vurderer og foreslår vedtak", s.assess},
		{decider, "fatter vedtaket", s.next(decider, &s.b, "confirm", "")},
		{applicant, "ser resultatet i sin egen søknad", s.result},
		{applicant, "ser hele kjeden i status for saken", s.status},
		{caféOwner, "søker om serveringsbevilling, som blir en sak i samme tjeneste", s.secondSource},
		{nil, "hendelsene i søknaden er lest tilbake, og kjeden av hasher stemmer", s.audit},
	} {
		if err := s.step(p.who, p.what, func() (*instanceView, error) { return p.do(ctx) }); err != nil {
			return err
		}
	}
	fmt.Fprintf(s.out, "\n%d steg på %v. A → B → C → B → A er én kjede: %s\n", s.steps, time.Since(s.began).Round(time.Millisecond), s.client.base+"/ledger/chains/"+s.chain)
	return nil
}

func (s *scenario) prepare(ctx context.Context) (*instanceView, error) {
	for _, p := range s.node.Published {
		if p.App == nil {
			return nil, fmt.Errorf("%s is not published: %v", p.ID, p.Faults)
		}
	}
	for _, p := range []*person{applicant, caféOwner, competitor, assessor, decider, builder, officer, patrol} {
		if err := s.client.login(ctx, p); err != nil {
			return nil, fmt.Errorf("token of user %d: %w", p.User, err)
		}
	}
	return nil, nil
}

func (s *scenario) file(name string) []byte {
	b, err := os.ReadFile(filepath.Join(s.data, name))
	if err != nil {
		panic(err) // the examples have just been written
	}
	return b
}

func (s *scenario) apply(ctx context.Context) (*instanceView, error) {
	s.a = &instanceView{}
	err := s.client.multipart(ctx, applicant, appA+"/instances", []upload{
		{"instance", "", "application/json", []byte(`{"instanceOwner":{"organisationNumber":"310000418"}}`)},
		{"skjenkebevilling", "", "application/json", s.file("skjenkebevilling.json")},
		{"tegning", "tegning.pdf", "application/pdf", s.file("tegning.pdf")},
		{"leiekontrakt", "leiekontrakt.pdf", "application/pdf", s.file("leiekontrakt.pdf")},
	}, s.a)
	if err == nil && len(s.a.Data) != 3 {
		err = fmt.Errorf("the instance has %d data elements, want 3", len(s.a.Data))
	}
	return s.a, err
}

// denied expects 403 for a person and an address.
func (s *scenario) denied(p *person, path func() string) func(context.Context) (*instanceView, error) {
	return func(ctx context.Context) (*instanceView, error) {
		var a *answerError
		if err := s.client.call(ctx, p, http.MethodGet, path(), nil, nil); !errors.As(err, &a) || a.Status != http.StatusForbidden {
			return nil, fmt.Errorf("want 403, got %v", err)
		}
		return nil, nil
	}
}

func (s *scenario) patch(ctx context.Context, p *person, v *instanceView, dataType string, patch json.RawMessage) error {
	body := map[string]any{"patches": []any{map[string]any{"dataElementId": v.element(dataType), "patch": patch}}}
	return s.client.call(ctx, p, http.MethodPatch, v.path()+"/data", body, nil)
}

func (s *scenario) correct(ctx context.Context) (*instanceView, error) {
	return s.a, s.patch(ctx, applicant, s.a, "skjenkebevilling", json.RawMessage(`[{"op":"replace","path":"/lokale/antallGjester","value":85}]`))
}

// next goes on in the process and checks where the instance is then; "" means at the end.
func (s *scenario) next(p *person, v **instanceView, action, task string) func(context.Context) (*instanceView, error) {
	return func(ctx context.Context) (*instanceView, error) {
		var body any
		if action != "" {
			body = map[string]string{"action": action}
		}
		if err := s.client.call(ctx, p, http.MethodPut, (*v).path()+"/process/next", body, nil); err != nil {
			return *v, err
		}
		now := &instanceView{}
		if err := s.client.call(ctx, p, http.MethodGet, (*v).path(), nil, now); err != nil {
			return *v, err
		}
		*v = now
		if now.task() != task {
			return now, fmt.Errorf("the instance is at %q, want %q", now.task(), task)
		}
		return now, nil
	}
}

type inboxView struct {
	Items []struct {
		ID    string `json:"id"` // "{party}/{guid}"
		AppID string `json:"appId"`
	} `json:"items"`
}

// patience is how long the scenario waits for what happens by itself.
const patience = 5 * time.Second

// until asks again and again, until it is so or patience ends.
func until(ctx context.Context, ask func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := ask()
		if err != nil || ok {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("it did not happen within %v", patience)
		}
	}
}

// arrives waits for an instance of an app in a person's inbox that is made from another one, and gets it.
func (s *scenario) arrives(ctx context.Context, p *person, app, source string) (*instanceView, error) {
	v := &instanceView{}
	err := until(ctx, func() (bool, error) {
		var in inboxView
		if err := s.client.call(ctx, p, http.MethodGet, "/ledger/inbox?app="+app[1:], nil, &in); err != nil {
			return false, err
		}
		for _, item := range in.Items {
			if ok, err := s.madeFrom(ctx, p, "/"+item.AppID+"/instances/"+item.ID, source, v); ok || err != nil {
				return ok, err
			}
		}
		return false, nil
	})
	return v, err
}

// madeFrom tells whether an instance was made from another one.
func (s *scenario) madeFrom(ctx context.Context, p *person, path, source string, v *instanceView) (bool, error) {
	if err := s.client.call(ctx, p, http.MethodGet, path, nil, v); err != nil {
		return false, err
	}
	var st stateView
	if err := s.client.call(ctx, p, http.MethodGet, "/ledger/instances/"+v.ID+"/state", nil, &st); err != nil {
		return false, err
	}
	for _, r := range st.Relations {
		if r.Instance == source && r.Side == "target" {
			s.chain = r.Chain
			return true, nil
		}
	}
	return false, nil
}

type stateView struct {
	Relations []struct {
		Chain    string `json:"chain"`
		Side     string `json:"side"`
		Instance string `json:"instance"`
	} `json:"relations"`
}

func (s *scenario) caseArrives(ctx context.Context) (*instanceView, error) {
	var err error
	if s.b, err = s.arrives(ctx, assessor, appB, s.a.guid()); err != nil {
		return nil, err
	}
	for _, dataType := range []string{"tegning", "leiekontrakt"} {
		if s.b.element(dataType) == "" {
			return s.b, fmt.Errorf("the case has no %s", dataType)
		}
	}
	return s.b, nil
}

func (s *scenario) emptyInbox(p *person) func(context.Context) (*instanceView, error) {
	return func(ctx context.Context) (*instanceView, error) {
		var in inboxView
		err := s.client.call(ctx, p, http.MethodGet, "/ledger/inbox", nil, &in)
		if err == nil && len(in.Items) > 0 {
			err = fmt.Errorf("the inbox shows %d cases", len(in.Items))
		}
		return nil, err
	}
}

func (s *scenario) incomplete(ctx context.Context) (*instanceView, error) {
	var a *answerError
	err := s.client.call(ctx, assessor, http.MethodPut, s.b.path()+"/process/next", nil, nil)
	if !errors.As(err, &a) || a.Status != http.StatusConflict || a.Code != "validation_failed" {
		return s.b, fmt.Errorf("want 409 validation_failed, got %v", err)
	}
	return s.b, nil
}

func (s *scenario) police(ctx context.Context) (*instanceView, error) {
	c, err := s.arrives(ctx, officer, appC, s.b.guid())
	if err != nil {
		return nil, err
	}
	if err := s.patch(ctx, officer, c, "uttalelse", s.file("vandelsvurdering-uttalelse.patch.json")); err != nil {
		return c, err
	}
	if c, err = s.next(officer, &c, "", "Task_2")(ctx); err != nil {
		return c, err
	}
	return s.next(officer, &c, "confirm", "")(ctx)
}

func (s *scenario) statementReturned(ctx context.Context) (*instanceView, error) {
	return s.b, until(ctx, func() (bool, error) {
		var form struct {
			Vandel struct {
				Konklusjon string `json:"konklusjon"`
			} `json:"vandel"`
		}
		err := s.client.call(ctx, assessor, http.MethodGet, s.b.path()+"/data/"+s.b.element("sak"), nil, &form)
		return form.Vandel.Konklusjon == "ingenMerknad", err
	})
}

func (s *scenario) assess(ctx context.Context) (*instanceView, error) {
	if err := s.patch(ctx, assessor, s.b, "sak", s.file("skjenkesak-vurdering.patch.json")); err != nil {
		return s.b, err
	}
	return s.next(assessor, &s.b, "", "Task_Vedtak")(ctx)
}

func (s *scenario) result(ctx context.Context) (*instanceView, error) {
	return s.a, until(ctx, func() (bool, error) {
		err := s.client.call(ctx, applicant, http.MethodGet, s.a.path(), nil, s.a)
		return s.a.Status.Substatus != nil && s.a.Status.Substatus.Label == "innvilget", err
	})
}

func (s *scenario) status(ctx context.Context) (*instanceView, error) {
	return s.a, until(ctx, func() (bool, error) {
		var st struct {
			Chain []struct {
				App   string `json:"app"`
				State string `json:"state"`
			} `json:"chain"`
		}
		err := s.client.call(ctx, applicant, http.MethodGet, "/ledger/status/"+s.a.ID, nil, &st)
		ended := 0
		for _, c := range st.Chain {
			if c.State == "archived" {
				ended++
			}
		}
		return len(st.Chain) >= 2 && ended == len(st.Chain), err
	})
}

func (s *scenario) secondSource(ctx context.Context) (*instanceView, error) {
	second := &instanceView{}
	err := s.client.multipart(ctx, caféOwner, appA2+"/instances", []upload{
		{"instance", "", "application/json", []byte(`{"instanceOwner":{"organisationNumber":"310000817"}}`)},
		{"serveringsbevilling", "", "application/json", s.file("serveringsbevilling.json")},
		{"firmaattest", "firmaattest.pdf", "application/pdf", s.file("firmaattest.pdf")},
	}, second)
	if err != nil {
		return nil, err
	}
	for _, step := range []struct{ action, task string }{{"", "Task_2"}, {"confirm", ""}} {
		if second, err = s.next(caféOwner, &second, step.action, step.task)(ctx); err != nil {
			return second, err
		}
	}
	chain := s.chain
	defer func() { s.chain = chain }()
	return s.arrives(ctx, assessor, appB, second.guid())
}

func (s *scenario) audit(ctx context.Context) (*instanceView, error) {
	var events struct {
		Events []struct {
			Fact string `json:"fact"`
		} `json:"events"`
	}
	if err := s.client.call(ctx, applicant, http.MethodGet, "/ledger/instances/"+s.a.ID+"/events", nil, &events); err != nil {
		return s.a, err
	}
	n, err := verifyStream(ctx, s.node, s.a.guid())
	if err == nil && (n != len(events.Events) || n < 10) {
		err = fmt.Errorf("%d events verified, %d told", n, len(events.Events))
	}
	return s.a, err
}

// addresses tells what to try next.
func (s *scenario) addresses() {
	fmt.Fprintf(s.out, `
Serving on %[1]s until Ctrl-C. To try, with a token of your own (users are listed in examples/README.md):

  TOKEN=$(curl -s '%[1]s/Home/GetTestUserToken/20006?authenticationLevel=3')
  curl -s -H "Authorization: Bearer $TOKEN" '%[1]s/ledger/inbox'
  curl -s -H "Authorization: Bearer $TOKEN" '%[1]s%[2]s'
  curl -s -H "Authorization: Bearer $TOKEN" '%[1]s/ledger/instances/%[3]s/events'
  curl -s -H "Authorization: Bearer $TOKEN" '%[1]s/ledger/chains/%[4]s'
`, s.client.base, s.b.path(), s.b.ID, s.chain)
}

// verifyStream recomputes the hash chain of an instance and tells how many events it has.
func verifyStream(ctx context.Context, n *node.Node, guid string) (int, error) {
	id, err := uuid.Parse(guid)
	if err != nil {
		return 0, err
	}
	return audit.VerifyStream(ctx, n.Store, record.InstanceStream(id))
}
