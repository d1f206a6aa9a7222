package sagas_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
	"github.com/hovedbok/hovedbok/record/recordtest"
	"github.com/hovedbok/hovedbok/sagas"
)

// bubble runs a test with a clock that stands still while anything can go on, and then jumps to the next timer.
func bubble(t *testing.T, test func(t *testing.T, b *bundle)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { test(t, newBundle(t)) })
}

// bundle is a log with streams, and a store.
type bundle struct {
	t     testing.TB
	log   *record.Log
	keys  record.Keys
	path  string
	store *sagas.Store
	heads map[int]record.Head
	last  ledger.Position
}

func newBundle(t testing.TB) *bundle {
	t.Helper()
	l := recordtest.New(t)
	b := &bundle{t: t, log: l.Log, keys: l.Vault, path: filepath.Join(t.TempDir(), "sagas.db"), heads: map[int]record.Head{}}
	b.store = b.open()
	return b
}

// open opens the store's file once more, as another process would.
func (b *bundle) open() *sagas.Store {
	b.t.Helper()
	s, err := sagas.OpenStore(context.Background(), b.path)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = s.Close() })
	return s
}

func streamID(n int) uuid.UUID { return record.Derive("stream", fmt.Sprint(n)) }
func stream(n int) string      { return record.InstanceStream(streamID(n)) }

// add appends an event to a stream and gives its position. The first is Created; the others are Read.
func (b *bundle) add(n int) ledger.Position {
	b.t.Helper()
	head, ok := b.heads[n]
	var e instance.Event = instance.Read{}
	if !ok {
		head, e = record.Empty, instance.Created{Owner: 500100}
	}
	return b.append(n, head, e)
}

func (b *bundle) append(n int, head record.Head, e instance.Event) ledger.Position {
	b.t.Helper()
	env := record.Envelope{
		Org: "nordvik", App: "skjenkebevilling", Version: "v1", Instance: streamID(n), Command: uuid.New(), Correlation: streamID(n),
		Actor: record.UserActor(510001, 510001, 3, ""), At: time.Now(),
	}
	done, err := b.log.AppendInstance(context.Background(), head, env, []instance.Event{e})
	if err != nil {
		b.t.Fatal(err)
	}
	b.heads[n], b.last = done.Head, done.Position
	return done.Position
}

// run is a runner that is going.
type run struct {
	*sagas.Runner
	t    testing.TB
	end  context.CancelFunc
	done chan error
}

func (b *bundle) start(o sagas.Options) *run {
	b.t.Helper()
	if o.Log == nil {
		o.Log = b.log
	}
	if o.Store == nil {
		o.Store = b.store
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Rand == nil {
		o.Rand = func() float64 { return 0.5 }
	}
	if o.Partitions == 0 {
		o.Partitions = 8
	}
	r, err := sagas.New(o)
	if err != nil {
		b.t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	u := &run{Runner: r, t: b.t, end: end, done: make(chan error, 1)}
	go func() { u.done <- r.Run(ctx) }()
	b.t.Cleanup(end)
	return u
}

// stop ends the run, which must go well.
func (r *run) stop() {
	r.t.Helper()
	r.end()
	if err := <-r.done; err != nil {
		r.t.Errorf("the run ended with %v", err)
	}
}

// reach waits until everything up to a position is dealt with.
func (r *run) reach(at ledger.Position) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	if err := r.Wait(ctx, at); err != nil {
		r.t.Fatal(err)
	}
}

// seen is what a handler was called with.
type seen struct {
	stream string
	rev    ledger.Revision
}

func at(n int, rev ledger.Revision) seen { return seen{stream(n), rev} }

// probe is a handler that notes its calls and then does what do says.
type probe struct {
	name   string
	filter ledger.Filter
	do     func(ctx context.Context, s seen, call int) error // call counts from 1 for each event

	mu    sync.Mutex
	calls []seen         // under mu; as they began
	count map[seen]int   // under mu
	done  map[seen]int   // under mu; as they returned nil
	busy  map[string]int // under mu; calls under way, by stream
	most  int            // under mu; calls under way at the same time
	clash bool           // under mu; two calls for one stream at the same time
}

func (p *probe) Name() string {
	if p.name == "" {
		return "probe"
	}
	return p.name
}

func (p *probe) Filter() ledger.Filter { return p.filter }

func (p *probe) Handle(ctx context.Context, e *record.Entry) error {
	s := seen{e.Stream, e.Revision}
	call := p.begin(s)
	ok := false
	defer func() { p.end(s, ok) }()
	if p.do != nil {
		if err := p.do(ctx, s, call); err != nil {
			return err
		}
	}
	ok = true
	return nil
}

func (p *probe) begin(s seen) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.count == nil {
		p.count, p.done, p.busy = map[seen]int{}, map[seen]int{}, map[string]int{}
	}
	p.calls = append(p.calls, s)
	p.count[s]++
	p.busy[s.stream]++
	p.clash = p.clash || p.busy[s.stream] > 1
	now := 0
	for _, n := range p.busy {
		now += n
	}
	p.most = max(p.most, now)
	return p.count[s]
}

func (p *probe) end(s seen, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.busy[s.stream]--
	if ok {
		p.done[s]++
	}
}

// revisions gives the calls for a stream.
func (p *probe) revisions(n int) []ledger.Revision {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []ledger.Revision
	for _, s := range p.calls {
		if s.stream == stream(n) {
			list = append(list, s.rev)
		}
	}
	return list
}

func (p *probe) called() []seen {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]seen(nil), p.calls...)
}

func (b *bundle) parked(f sagas.ParkedFilter) []sagas.Parked {
	b.t.Helper()
	list, err := b.store.ListParked(context.Background(), f)
	if err != nil {
		b.t.Fatal(err)
	}
	return list
}

func (b *bundle) checkpoint(handler string) ledger.Position {
	b.t.Helper()
	list, err := b.store.Checkpoints(context.Background())
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range list {
		if c.Handler == handler {
			return c.Position
		}
	}
	return 0
}
