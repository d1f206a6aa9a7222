package projectionstest

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/chain"
	"github.com/hovedbok/hovedbok/domain/document"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/domain/link"
	"github.com/hovedbok/hovedbok/ledger"
)

// Apps of generated histories.
var Apps = []App{{"ttd", "demo", "v1"}, {"ttd", "demo", "v2"}, {"ttd", "signing", "v1"}, {"skd", "tax", "v1"}}

// Life is one instance of a generated history. It belongs to the goroutine that uses it.
type Life struct {
	By    By
	Owner int
	Form  uuid.UUID
	Ended bool
	Gone  bool
	Chain uuid.UUID // the last one that it is in
	tasks int
	made  int // handovers
}

// User is a person who acts for a party.
func User(party int) ledger.Actor {
	return ledger.Actor{Kind: ledger.ActorUser, ID: strconv.Itoa(party), Level: 3}
}

// Owner is the service owner of an app.
func Owner(a App) ledger.Actor { return ledger.Actor{Kind: ledger.ActorOrg, ID: a.Org, Level: 3} }

// Born makes an instance with a form at its first task.
func (b *Bundle) Born(app App, party, no int) *Life {
	b.t.Helper()
	l := &Life{By: By{app, uuid.New(), User(party)}, Owner: party, Form: uuid.New()}
	form, err := document.Parse([]byte(fmt.Sprintf(`{"sak":{"nr":%d,"navn":"Kari Nordmann","adresse":{"gate":"Storgata %d","postnr":"8800"}}}`, no, no)))
	if err != nil {
		b.t.Fatal(err)
	}
	b.Instance(l.By,
		instance.Created{Owner: party, StartEvent: "StartEvent_1", DueBefore: Start.AddDate(0, 1, no%5)},
		instance.DataElementAdded{Element: l.Form, DataType: "model", Task: "Task_1", ContentType: "application/json", Form: form},
		presentation(no),
		instance.TaskStarted{Task: "Task_1", Name: "Utfylling", TaskType: "data", Flow: 2},
	)
	l.tasks = 1
	return l
}

func presentation(no int) instance.PresentationSet {
	return instance.PresentationSet{
		Texts:  map[string]string{"title": "Sak " + strconv.Itoa(no), "name": "Kari Ærlig"},
		Values: map[string]string{"nr": strconv.Itoa(no)},
	}
}

// Patch changes the form.
func (b *Bundle) Patch(l *Life, value string) ledger.Position {
	b.t.Helper()
	patch, err := document.ParsePatch([]byte(`[{"op":"replace","path":"/sak/navn","value":` + strconv.Quote(value) + `}]`))
	if err != nil {
		b.t.Fatal(err)
	}
	return b.Instance(l.By, instance.FormDataPatched{Element: l.Form, Patch: patch})
}

// Advance completes the task and enters the next, or ends the process when last is set.
func (b *Bundle) Advance(l *Life, last bool) ledger.Position {
	b.t.Helper()
	done := []instance.Event{
		instance.ActionPerformed{Task: l.task(), Action: "confirm"},
		instance.TaskCompleted{Task: l.task()},
	}
	if last {
		l.Ended = true
		return b.Instance(l.By, append(done, instance.ProcessEnded{EndEvent: "EndEvent_1"}, instance.Submitted{Number: 1})...)
	}
	l.tasks++
	return b.Instance(l.By, append(done, instance.TaskStarted{Task: l.task(), Name: "Bekreft", TaskType: "confirmation", Flow: l.tasks + 1})...)
}

func (l *Life) task() string { return "Task_" + strconv.Itoa(l.tasks) }

// Typical makes one instance with the twelve events that most have: created with a form, patched four times, handed in.
func (b *Bundle) Typical(app App, party, no int) *Life {
	b.t.Helper()
	l := b.Born(app, party, no)
	for i := range 4 {
		b.Patch(l, "Navn "+strconv.Itoa(i))
	}
	b.Advance(l, true)
	return l
}

// Random appends n commands of random instances that live side by side. Some are handed over, deleted, read, or erased, with or without
// the destruction of their key.
func (b *Bundle) Random(rng *rand.Rand, n int) []*Life {
	b.t.Helper()
	var all []*Life
	for no := range n {
		if len(all) == 0 || rng.IntN(6) == 0 {
			all = append(all, b.Born(Apps[rng.IntN(len(Apps))], 510001+rng.IntN(4), no))
			continue
		}
		if l := all[rng.IntN(len(all))]; !l.Gone {
			b.mutate(rng, l, all)
		}
	}
	return all
}

// mutate appends one random command of an instance.
func (b *Bundle) mutate(rng *rand.Rand, l *Life, all []*Life) {
	b.t.Helper()
	owner := l.By
	owner.Actor = Owner(l.By.App)
	switch k := rng.IntN(20); {
	case k < 6 && !l.Ended:
		b.Patch(l, "Navn "+strconv.Itoa(rng.IntN(100)))
	case k < 8 && !l.Ended:
		b.Advance(l, rng.IntN(2) == 0)
	case k < 10:
		b.Instance(l.By, instance.Read{})
	case k == 10:
		b.Instance(owner, instance.Read{})
	case k == 11:
		b.Instance(owner, instance.SubstatusSet{Label: "Under behandling", Description: "Steg " + strconv.Itoa(rng.IntN(3))})
	case k == 12:
		b.Instance(l.By, instance.SoftDeleted{})
	case k == 13:
		b.Instance(l.By, instance.Undeleted{})
	case k == 14:
		b.Instance(owner, instance.CompletionConfirmed{Org: l.By.App.Org})
	case k == 15:
		b.erase(rng, l)
	case k < 18:
		b.Handover(l, all[rng.IntN(len(all))])
	default:
		b.Instance(owner, presentation(rng.IntN(50)))
	}
}

func (b *Bundle) erase(rng *rand.Rand, l *Life) {
	l.Gone = true
	b.Instance(l.By, instance.Erased{})
	if rng.IntN(2) == 0 {
		b.Destroy(l.By.Instance)
	}
}

// Handover ties an instance to a target, as the saga does.
func (b *Bundle) Handover(source, target *Life) uuid.UUID {
	b.t.Helper()
	id := link.ChainID(source.By.Instance)
	if source == target || target.Gone || source.Gone {
		return id
	}
	source.made++
	handover := link.HandoverID(source.By.Instance, source.made, "videre")
	app := func(l *Life) string { return l.By.App.Org + "/" + l.By.App.App }
	by := source.By
	by.Actor = ledger.Actor{Kind: ledger.ActorPlatform, ID: "saga"}
	b.Chain(id, by, chain.HandoverIntended{
		Handover: handover, Link: "videre", SourceApp: app(source), Source: source.By.Instance, SourceOwner: source.Owner, Submission: source.made, TargetApp: app(target),
	})
	owner := target.By
	owner.Actor = Owner(source.By.App)
	b.Instance(owner, instance.Linked{
		Chain: id, Handover: handover, Link: "videre", Side: instance.SideTarget, App: app(source), Instance: source.By.Instance, Party: source.Owner,
	})
	b.Chain(id, by, chain.TargetCreated{Handover: handover, Target: target.By.Instance, TargetOwner: target.Owner})
	owner = source.By
	owner.Actor = Owner(source.By.App)
	b.Instance(owner, instance.Linked{
		Chain: id, Handover: handover, Link: "videre", Side: instance.SideSource, App: app(target), Instance: target.By.Instance, Party: target.Owner,
	})
	b.Chain(id, by, chain.SourceLinked{Handover: handover})
	if target.Ended {
		b.Chain(id, by, chain.ResultReturned{Handover: handover})
	}
	source.Chain, target.Chain = id, id
	return id
}
