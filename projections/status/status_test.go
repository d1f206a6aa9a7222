package status_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/projections/projectionstest"
	"github.com/hovedbok/hovedbok/projections/status"
)

func TestGet_ShowsTheWholeChainWithoutItsContents(t *testing.T) {
	t.Parallel()
	bundle, s := projectionstest.New(t), projectionstest.Open(t)
	a := bundle.Typical(projectionstest.Apps[0], 510001, 1)
	b := bundle.Born(projectionstest.Apps[2], 510002, 2)
	c := bundle.Typical(projectionstest.Apps[3], 510003, 3)
	chain := bundle.Handover(a, b)
	agency := b.By
	agency.Actor = projectionstest.Owner(b.By.App)
	bundle.Instance(agency, instance.SubstatusSet{Label: "Under behandling", Description: "Vi ser på saken"})
	// C is in the same chain, but B made it; D is with another agency.
	bundle.Instance(c.By, instance.Linked{Chain: chain, Handover: uuid.New(), Link: "skatt", Side: instance.SideTarget, App: "ttd/signing", Instance: b.By.Instance, Party: 510002})
	elsewhere := uuid.New()
	bundle.Instance(a.By, instance.Linked{Chain: chain, Handover: uuid.New(), Link: "fylke", Side: instance.SideSource, App: "fylke/sak", Instance: elsewhere, Party: 7})
	bundle.Build(s)

	got, err := status.Get(t.Context(), s, a.By.Instance)
	if err != nil || got.ChainID != chain || got.State != status.Archived || len(got.Chain) != 3 {
		t.Fatalf("case %+v, %v", got, err)
	}
	for i, want := range []status.Related{
		{Instance: b.By.Instance, App: "ttd/signing", Party: 510002, State: status.Active, Side: instance.SideSource, Link: "videre", Task: "Utfylling"},
		{Instance: c.By.Instance, App: "skd/tax", Party: 510003, State: status.Archived},
		{Instance: elsewhere, App: "fylke/sak", Party: 7, State: status.Unknown, Side: instance.SideSource, Link: "fylke"},
	} {
		r := got.Chain[i]
		if r.Since.IsZero() || i > 0 && r.Since.Before(got.Chain[i-1].Since) {
			t.Errorf("related %d is since %v", i, r.Since)
		}
		if i == 0 && (r.Substatus.Label != "Under behandling" || r.Substatus.Set.IsZero()) {
			t.Errorf("substatus of B: %+v", r.Substatus)
		}
		r.Since, r.Substatus = time.Time{}, status.Substatus{}
		if r != want {
			t.Errorf("related %d is %+v, want %+v", i, r, want)
		}
	}
}

func TestGet_ACaseThatIsErasedOrUnknownIsNotFound(t *testing.T) {
	t.Parallel()
	bundle, s := projectionstest.New(t), projectionstest.Open(t)
	a, b := bundle.Typical(projectionstest.Apps[0], 510001, 1), bundle.Born(projectionstest.Apps[2], 510002, 2)
	bundle.Handover(a, b)
	bundle.Instance(b.By, instance.Erased{})
	bundle.Destroy(b.By.Instance)
	bundle.Build(s)
	for _, id := range []uuid.UUID{b.By.Instance, uuid.New()} {
		if _, err := status.Get(t.Context(), s, id); !errors.Is(err, status.ErrNotFound) {
			t.Errorf("%s: %v", id, err)
		}
	}
	got, err := status.Get(t.Context(), s, a.By.Instance)
	if err != nil || len(got.Chain) != 1 || got.Chain[0].State != status.Unknown || got.Chain[0].Substatus != (status.Substatus{}) {
		t.Errorf("the case that is left: %+v, %v", got, err)
	}
	if n := len(got.Steps); n != 1 || got.Steps[0].Action != "confirm" || got.Steps[0].Name != "Utfylling" || got.Steps[0].Ended.IsZero() {
		t.Errorf("steps %+v", got.Steps)
	}
}
