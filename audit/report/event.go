package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/hovedbok/hovedbok/audit"
)

// Timeline writes one line for each event: when, who, on whose behalf, at which task, and what.
func Timeline(w io.Writer, events []audit.Event, o Options) error {
	p := newPage(o)
	rows := [][]string{{
		p.word(wRevision), p.word(wTime), p.word(wWho), p.word(wOnBehalf), p.word(wLevel), p.word(wTask), p.word(wWhat),
	}}
	for i := range events {
		e := &events[i]
		a := &e.Actor
		rows = append(rows, []string{
			strconv.FormatInt(e.Revision, 10), p.time(e.Time), p.who(a.Kind, a.ID), party(a.OnBehalf), strconv.Itoa(a.Level), e.Task, e.Summary.In(p.Language),
		})
	}
	p.table("", true, rows)
	return p.to(w)
}

// Events writes all that is known of each event, its contents as indented JSON.
func Events(w io.Writer, events []audit.Event, o Options) error {
	p := newPage(o)
	for i := range events {
		if i > 0 {
			p.line("")
		}
		if err := p.event(&events[i]); err != nil {
			return err
		}
	}
	return p.to(w)
}

func (p *page) event(e *audit.Event) error {
	p.heading(fmt.Sprintf("%s %d, %s, "+p.word(wPosition), p.word(wRevisionLong), e.Revision, p.exact(e.Time), e.Position))
	p.table("  ", false, filled([][]string{
		{p.word(wWhat), e.Summary.In(p.Language)},
		{p.word(wType), fmt.Sprintf("%s, %s %d", e.Type, p.word(wVersion), e.Schema)},
		{p.word(wWho), p.actor(e.Actor)},
		{p.word(wTask), e.Task},
		{p.word(wAppVersion), e.AppVersion},
		{p.word(wEvent), e.ID.String()},
		{p.word(wCommand), e.CommandID.String()},
		{p.word(wCorrelation), id(e.CorrelationID)},
		{p.word(wCausation), id(e.CausationID)},
		{p.word(wTrace), e.TraceID},
		{p.word(wDecision), e.DecisionID},
		{p.word(wRequest), e.Request},
		{p.word(wHash), e.Hash},
		{p.word(wPrevious), e.PreviousHash},
	}))
	return p.data(e)
}

// actor names who did it, with client and level.
func (p *page) actor(a audit.Actor) string {
	s := p.by(audit.Who{Kind: a.Kind, ID: a.ID, OnBehalf: a.OnBehalf}) + ", " + strings.ToLower(p.word(wLevel)) + " " + strconv.Itoa(a.Level)
	if a.Client != "" {
		s += ", " + p.word(wClient) + " " + a.Client
	}
	return s
}

func (p *page) data(e *audit.Event) error {
	if e.Erased {
		p.line("  %s: %s", p.word(wData), p.word(wErasedText))
		return nil
	}
	if len(e.Data) == 0 || string(e.Data) == "{}" {
		return nil
	}
	var b bytes.Buffer
	if err := json.Indent(&b, e.Data, "", "  "); err != nil {
		return fmt.Errorf("data of revision %d: %w", e.Revision, err)
	}
	p.line("  %s", p.word(wData))
	for line := range strings.Lines(b.String()) {
		p.line("    %s", safe(strings.TrimSuffix(line, "\n")))
	}
	return nil
}

// filled leaves out rows whose last cell is empty.
func filled(rows [][]string) [][]string {
	out := rows[:0]
	for _, r := range rows {
		if r[len(r)-1] != "" {
			out = append(out, r)
		}
	}
	return out
}

// id writes an id, and nothing for none.
func id[T interface {
	comparable
	String() string
}](v T) string {
	var none T
	if v == none {
		return ""
	}
	return v.String()
}
