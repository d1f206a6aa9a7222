package projections_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/projections"
	"github.com/hovedbok/hovedbok/projections/projectionstest"
	"github.com/hovedbok/hovedbok/projections/store"
	"github.com/hovedbok/hovedbok/record"
)

// journal is a projection with a row for each event.
type journal struct {
	name    string // "journal" if empty
	version int
	handle  func(*record.Entry) error // called before each event, if set
}

func (j journal) Name() string {
	if j.name == "" {
		return "journal"
	}
	return j.name
}

func (j journal) Version() int { return j.version }

func (j journal) Schema() []store.Table {
	t := store.Table{
		Name:    j.Name(),
		Columns: []store.Column{{Name: "pos", Type: store.Integer}, {Name: "fact", Type: store.Text}},
		Key:     []string{"pos"},
	}
	if j.version > 1 {
		t.Columns = append(t.Columns, store.Column{Name: "made_by", Type: store.Text})
	}
	return []store.Table{t}
}

func (j journal) Handle(e *record.Entry) ([]projections.Change, error) {
	if j.handle != nil {
		if err := j.handle(e); err != nil {
			return nil, err
		}
	}
	set := store.Values{}
	set.Text("fact", e.Fact())
	if j.version > 1 {
		set.Text("made_by", e.Meta.Actor.ID)
	}
	return []projections.Change{{Table: j.Name(), Key: []any{int64(e.Position)}, Set: set}}, nil
}

// faulty is a store whose writes a test may change. write does the real thing.
type faulty struct {
	store.Store
	mu sync.Mutex
	// hook is guarded by mu.
	hook func(parts []store.Part, write func() error) error
}

func (f *faulty) Write(ctx context.Context, parts []store.Part) error {
	f.mu.Lock()
	hook := f.hook
	f.mu.Unlock()
	write := func() error { return f.Store.Write(ctx, parts) }
	if hook == nil {
		return write()
	}
	return hook(parts, write)
}

func (f *faulty) set(hook func(parts []store.Part, write func() error) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hook = hook
}

var errDisk = errors.New("the disk is full")

func open(t testing.TB, o projections.Options) *projections.Runner {
	t.Helper()
	r, err := projections.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func wait(t testing.TB, r *projections.Runner, p ledger.Position) {
	t.Helper()
	if _, err := r.Wait(t.Context(), p); err != nil {
		t.Fatal(err)
	}
}

// until waits until the runner's status satisfies a condition.
func until(t testing.TB, r *projections.Runner, holds func([]projections.Status) bool) []projections.Status {
	t.Helper()
	for {
		changed := r.Changed()
		if s := r.Status(); holds(s) {
			return s
		}
		select {
		case <-changed:
		case <-t.Context().Done():
			t.Fatal("the test ended before")
		}
	}
}

// noPause is a clock on which all pauses are over at once.
func noPause(time.Duration) <-chan time.Time {
	c := make(chan time.Time, 1)
	c <- time.Time{}
	return c
}

func count(t testing.TB, from store.Reader, table string) int64 {
	t.Helper()
	var n int64
	err := from.Read(t.Context(), func(s store.Snapshot) error {
		return s.Query(t.Context(), "SELECT count(*) FROM "+table, nil, func(row []any) error {
			n = store.Row(row).Int(0)
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func dump(t testing.TB, from store.Reader) string {
	t.Helper()
	return projectionstest.Dump(t, from, projections.Standard())
}

// clock lets pauses end only when the test says so.
type clock struct{ waiting chan chan time.Time }

func newClock() *clock { return &clock{make(chan chan time.Time, 100)} }

// After gives a channel that fire fills.
func (c *clock) After(time.Duration) <-chan time.Time {
	end := make(chan time.Time, 1)
	c.waiting <- end
	return end
}

// fire ends the pause that has been waiting longest, and waits for one if there is none.
func (c *clock) fire() { (<-c.waiting) <- time.Time{} }
