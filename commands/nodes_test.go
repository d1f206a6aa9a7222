package commands_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/commands"
	"github.com/hovedbok/hovedbok/ledger"
)

// Two processes on one log: the same creation through both, at the same time, makes one instance, and both answer with it. What comes
// after is recorded on top of what the other process wrote.
func TestProcesses_OneLogOneInstance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	services := []*commands.Service{w.svc}
	w.restart()
	services = append(services, w.svc)
	var mu sync.Mutex
	made := map[uuid.UUID]int{}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			res, err := services[i%2].Create(w.ctx, keyed(applicant, "same", "f"), application(t))
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			made[res.State.ID]++
			if len(res.State.Elements) != 3 || res.State.TaskID() != "Task_1" {
				t.Errorf("state %+v", res.State)
			}
		})
	}
	wg.Wait()
	if len(made) != 1 || w.events() != 6 {
		t.Fatalf("%d instances, %d events", len(made), w.events())
	}
	w.noOrphans()
	res, err := services[0].ReadInstance(w.ctx, by(applicant), commands.Ref{ID: only(made)})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 6 {
		res, err = services[i%2].PatchData(w.ctx, by(applicant), refOf(res), patchOf(t, w.form(res).ID, `[{"op":"replace","path":"/lokale/antallGjester","value":`+string(rune('1'+i))+`}]`))
		if err != nil {
			t.Fatalf("patch %d: %v", i, err)
		}
	}
}

func only(m map[uuid.UUID]int) (id uuid.UUID) {
	for id = range m {
		break
	}
	return id
}

// A key belongs to what it is used for: the same one on two instances names two commands, with events of different ids.
func TestKey_OnTwoInstancesNamesTwoCommands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := map[uuid.UUID]bool{}
	for range 2 {
		res := w.applied()
		if _, err := w.svc.DeleteInstance(w.ctx, keyed(applicant, "k", "f"), refOf(res)); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for e, err := range w.Store.ReadAll(w.ctx, 0, ledger.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		ids[e.ID] = true
		n++
	}
	if len(ids) != n {
		t.Errorf("%d event ids for %d events", len(ids), n)
	}
}
