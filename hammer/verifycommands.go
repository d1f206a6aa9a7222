package hammer

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
)

// commands looks up every command of the journal in the log.
func (v *verifier) commands(ctx context.Context, _ *contents) error {
	for _, in := range v.journal.Instances() {
		v.report.Commands += len(in.Commands)
		v.report.Unknown += len(in.Unknown)
		if err := v.instance(ctx, in); err != nil {
			return fmt.Errorf("instance %s: %w", in.ID, err)
		}
	}
	return nil
}

// instance holds what the journal says of an instance against its stream.
func (v *verifier) instance(ctx context.Context, in *Instance) error {
	id := in.ID
	if id == uuid.Nil && len(in.Unknown) > 0 { // its creation was never acknowledged
		id = instanceID(in.App, commandID(in.Caller, in.Unknown[0].Key, in.App))
	}
	if id == uuid.Nil {
		return nil // its creation was refused
	}
	h, err := v.replay(ctx, id)
	if err != nil {
		return err
	}
	if h == nil {
		for _, c := range in.Commands {
			v.report.note(Lost, record.InstanceStream(id), "%s with key %s: there is no such instance", c.Effect.Kind, c.Key)
		}
		return nil
	}
	v.report.Instances++
	c := check{v.report, in, h}
	c.commands()
	c.strangers()
	c.values()
	return c.files(ctx, v)
}

// history is the stream of an instance, by commands.
type history struct {
	stream string
	state  *instance.State
	groups map[uuid.UUID]*group
	order  []*group
	given  map[text]int // how often a text of the form was given a value
}

// text is a value at a place of the form.
type text struct{ pointer, value string }

// group is the events of one command.
type group struct {
	command      uuid.UUID
	events       []record.Entry
	apart        bool            // other events are among them
	given        map[string]text // by pointer: what the form had after it
	claimed      bool            // by a command of the journal
	onlyRead     bool
	byUser       bool
	last         ledger.Revision
	lastGlobally ledger.Position
}

// watched are the places of the form that commands change.
var watched = []string{contact, placeName}

// replay folds an instance and sorts its events; nil if there is none.
func (v *verifier) replay(ctx context.Context, id uuid.UUID) (*history, error) {
	h := &history{stream: record.InstanceStream(id), state: instance.Initial(id), groups: map[uuid.UUID]*group{}, given: map[text]int{}}
	before := map[string]string{}
	for e, err := range v.log.Read(ctx, h.stream, 0) {
		if errors.Is(err, ledger.ErrStreamNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if e.Erased {
			return nil, fmt.Errorf("it has been erased, which the hammer never asks for")
		}
		if err := h.state.Fold(e.Record()); err != nil {
			return nil, err
		}
		h.take(e, before)
	}
	return h, nil
}

// take sorts one event and notes which watched texts it has changed; before holds them as they were.
func (h *history) take(e record.Entry, before map[string]string) {
	g := h.groups[e.Meta.Command]
	if g == nil {
		g = &group{command: e.Meta.Command, given: map[string]text{}, onlyRead: true, byUser: e.Meta.Actor.Kind == ledger.ActorUser, last: e.Revision - 1}
		h.groups[e.Meta.Command] = g
		h.order = append(h.order, g)
	}
	g.apart = g.apart || g.last+1 != e.Revision
	g.last, g.lastGlobally = e.Revision, e.Position
	if _, read := e.Instance.(instance.Read); !read {
		g.onlyRead = false
	}
	g.events = append(g.events, e)
	for _, pointer := range watched {
		if now := formText(h.state, pointer); now != before[pointer] {
			before[pointer] = now
			h.given[text{pointer, now}]++
			g.given[pointer] = text{pointer, now}
		}
	}
}

// formText reads a text of the instance's form, empty if it is not there.
func formText(s *instance.State, pointer string) string {
	for i := range s.Elements {
		if s.Elements[i].DataType != formType && s.Elements[i].DataType != targetForm {
			continue
		}
		n, ok := s.Elements[i].Form.At(mustPointer(pointer))
		if ok && n.Kind() == document.KindString {
			return n.Text()
		}
	}
	return ""
}

// check holds an instance of the journal against its history.
type check struct {
	*Report
	in *Instance
	*history
}

// commands demands each acknowledged command once, and each unknown one at most once.
func (c *check) commands() {
	for i := range c.in.Commands {
		cmd := &c.in.Commands[i]
		g := c.groups[commandID(c.in.Caller, cmd.Key, c.in.about(cmd.Effect.Kind))]
		if g == nil {
			c.note(Lost, c.stream, "%s with key %s was acknowledged and is not in the log", cmd.Effect.Kind, cmd.Key)
			continue
		}
		c.command(g, cmd)
		if cmd.Position > 0 && ledger.Position(cmd.Position) < g.lastGlobally {
			c.note(Skipped, c.stream, "%s with key %s was acknowledged at position %d and stands at %d", cmd.Effect.Kind, cmd.Key, cmd.Position, g.lastGlobally)
		}
	}
	for i := range c.in.Unknown {
		cmd := &c.in.Unknown[i]
		if g := c.groups[commandID(c.in.Caller, cmd.Key, c.in.about(cmd.Effect.Kind))]; g != nil {
			c.Done++
			c.command(g, cmd)
		}
	}
}

// command demands that a group has exactly the effect of its command.
func (c *check) command(g *group, cmd *Command) {
	g.claimed = true
	if g.apart {
		c.note(Duplicated, c.stream, "%s with key %s is in the log in more than one place", cmd.Effect.Kind, cmd.Key)
	}
	for _, w := range wanted(&cmd.Effect) {
		n := 0
		for i := range g.events {
			if w.is(g.events[i].Instance) {
				n++
			}
		}
		switch {
		case n < 1:
			c.note(Lost, c.stream, "%s with key %s has no %s", cmd.Effect.Kind, cmd.Key, w.name)
		case n > 1:
			c.note(Duplicated, c.stream, "%s with key %s has %d times %s", cmd.Effect.Kind, cmd.Key, n, w.name)
		}
	}
	c.text(g, cmd)
}

// text demands that the command has given its text, and nobody else has.
func (c *check) text(g *group, cmd *Command) {
	e := &cmd.Effect
	if e.Value == "" {
		return
	}
	if got := g.given[e.Pointer].value; got != e.Value {
		c.note(Lost, c.stream, "%s with key %s has not given %s its value", e.Kind, cmd.Key, e.Pointer)
	}
	if n := c.given[text{e.Pointer, e.Value}]; n > 1 {
		c.note(Duplicated, c.stream, "%s with key %s has given %s its value %d times", e.Kind, cmd.Key, e.Pointer, n)
	}
}

// fact is an event that a command must have, once.
type fact struct {
	name string
	is   func(instance.Event) bool
}

// wanted gives the events that an effect is made of.
func wanted(e *Effect) []fact {
	var out []fact
	switch e.Kind {
	case Created:
		out = append(out, fact{instance.FactCreated, func(x instance.Event) bool { _, ok := x.(instance.Created); return ok }})
	case Patched:
		out = append(out, fact{instance.FactFormDataPatched, func(x instance.Event) bool { _, ok := x.(instance.FormDataPatched); return ok }})
	case Completed:
		out = append(out, fact{"completion of " + e.Task, func(x instance.Event) bool { t, ok := x.(instance.TaskCompleted); return ok && t.Task == e.Task }})
		if e.To != "" {
			out = append(out, fact{"start of " + e.To, func(x instance.Event) bool { t, ok := x.(instance.TaskStarted); return ok && t.Task == e.To }})
			break
		}
		out = append(out, fact{instance.FactSubmitted, func(x instance.Event) bool { _, ok := x.(instance.Submitted); return ok }},
			fact{instance.FactProcessEnded, func(x instance.Event) bool { _, ok := x.(instance.ProcessEnded); return ok }})
	}
	for _, f := range e.Files {
		out = append(out, fact{"file " + f.Name, func(x instance.Event) bool {
			a, ok := x.(instance.DataElementAdded)
			return ok && a.DataType == f.DataType && a.Filename == f.Name
		}})
	}
	return out
}

// strangers are commands of the instance's user that are not in the journal: each is a repeat that was not recognised.
func (c *check) strangers() {
	for _, g := range c.order {
		if g.byUser && !g.claimed && !g.onlyRead {
			c.note(Duplicated, c.stream, "revision %d and before: %s by command %s, which was never sent", g.last, g.events[0].Fact(), g.command)
		}
	}
}

// values demands that the form ends with what was written last.
func (c *check) values() {
	last := map[string]string{}
	for i := range c.in.Commands {
		if e := &c.in.Commands[i].Effect; e.Value != "" {
			last[e.Pointer] = e.Value
		}
	}
	for i := range c.in.Unknown { // nobody knows which came last
		delete(last, c.in.Unknown[i].Effect.Pointer)
	}
	for _, pointer := range watched {
		if want, ok := last[pointer]; ok && formText(c.state, pointer) != want {
			c.note(Lost, c.stream, "%s does not hold what was written last", pointer)
		}
	}
}

// files demands each file that was sent, once and to the byte, and no other.
func (c *check) files(ctx context.Context, v *verifier) error {
	found := map[string][]*instance.Element{}
	for i := range c.state.Elements {
		if el := &c.state.Elements[i]; !el.IsForm() {
			found[el.DataType+"/"+el.Filename] = append(found[el.DataType+"/"+el.Filename], el)
		}
	}
	for i := range c.in.Commands {
		for _, f := range c.in.Commands[i].Effect.Files {
			if err := c.file(ctx, v, f, found[f.DataType+"/"+f.Name]); err != nil {
				return err
			}
			delete(found, f.DataType+"/"+f.Name)
		}
	}
	for i := range c.in.Unknown {
		for _, f := range c.in.Unknown[i].Effect.Files {
			delete(found, f.DataType+"/"+f.Name)
		}
	}
	for name := range found {
		c.note(Duplicated, c.stream, "file %s was never sent", name)
	}
	return nil
}

func (c *check) file(ctx context.Context, v *verifier, want File, found []*instance.Element) error {
	switch {
	case len(found) == 0:
		c.note(Lost, c.stream, "file %s of type %s is not there", want.Name, want.DataType)
		return nil
	case len(found) > 1:
		c.note(Duplicated, c.stream, "file %s of type %s is there %d times", want.Name, want.DataType, len(found))
	}
	got, ok, err := v.read(ctx, c.stream, found[0].Blob)
	if err != nil || !ok {
		return err
	}
	c.Files++
	c.FileBytes += got.size
	if got.size != want.Size || got.hash != want.SHA256 || found[0].Size != want.Size {
		c.note(Lost, c.stream, "file %s has %d bytes %x, sent were %d bytes %x", want.Name, got.size, got.hash[:4], want.Size, want.SHA256[:4])
	}
	return nil
}
