package hammer

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// load is the work of one run.
type load struct {
	options  *Options
	run      string // unique, begins all keys and values
	client   *client
	journal  *Journal
	material *material
	sent     []File // the attachments of every chain
	watcher  *watcher
	quietFor time.Duration // how long nothing may move before the node counts as quiet

	began    time.Time    // set before the clients begin
	begun    atomic.Int64 // chains
	finished atomic.Int64 // chains, whether they came to an end or not
	over     chan struct{}
	stop     func() // closes over, once

	mu     sync.Mutex
	faults []string // guarded by mu: the first of those that stopped a piece of work
	failed int      // guarded by mu: all of them
}

func newLoad(o *Options, c *client, m *material) *load {
	l := &load{
		options: o, run: "h" + uuid.NewString()[:8], client: c, journal: &Journal{}, material: m, sent: m.sent(), watcher: newWatcher(c), quietFor: quietFor,
		over: make(chan struct{}),
	}
	l.stop = sync.OnceFunc(func() { close(l.over) })
	return l
}

// maxFaults is how many faults are kept with their words.
const maxFaults = 20

// fault notes that a piece of work could not be done.
func (l *load) fault(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed++; len(l.faults) < maxFaults && !slices.Contains(l.faults, err.Error()) {
		l.faults = append(l.faults, err.Error())
	}
}

// ended tells whether no new work is to be begun.
func (l *load) ended(ctx context.Context) bool {
	select {
	case <-l.over:
		return true
	default:
		return ctx.Err() != nil
	}
}

// far tells how far the load is: by chains or by time, whichever is farther.
func (l *load) far() (share float64) {
	if l.options.Chains > 0 {
		share = float64(l.finished.Load()) / float64(l.options.Chains)
	}
	if l.options.Duration > 0 {
		share = max(share, float64(time.Since(l.began))/float64(l.options.Duration))
	}
	return share
}

// work runs all clients until the load is over and what they had begun is done.
func (l *load) work(ctx context.Context) {
	var commands, chains sync.WaitGroup
	for i := range l.options.commandClients() {
		commands.Go(func() { l.writeAll(ctx, i) })
	}
	if l.options.Rate > 0 {
		chains.Go(func() { l.playAtRate(ctx) })
	} else {
		for i := range l.options.chainClients() {
			chains.Go(func() { l.playAll(ctx, i) })
		}
	}
	if l.options.chainClients() > 0 {
		chains.Wait()
		if l.options.Chains > 0 {
			l.stop() // all chains are done
		}
	}
	commands.Wait()
	chains.Wait()
}

// mostRefusals is how many pieces of work in a row a client tries in vain before it gives up.
const mostRefusals = 20

// patient runs pieces of work until the load is over or there are no more, and gives up when nothing works any longer.
func (l *load) patient(ctx context.Context, more func() bool, piece func() error) {
	for refusals := 0; refusals < mostRefusals && !l.ended(ctx) && more(); {
		err := piece()
		if err == nil {
			refusals = 0
			continue
		}
		refusals++
		if ctx.Err() == nil {
			l.fault(err)
		}
	}
}

func (l *load) writeAll(ctx context.Context, n int) {
	w := writer{worker: l.worker("w", n)}
	always := func() bool { return true }
	l.patient(ctx, always, func() error { return w.step(ctx) })
}

// ticket takes a chain of those that are to be begun.
func (l *load) ticket() bool {
	n := l.begun.Add(1)
	return l.options.Chains == 0 || n <= int64(l.options.Chains)
}

// playAll plays one chain after the other: the next one begins when B is there.
func (l *load) playAll(ctx context.Context, n int) {
	p := player{l.worker("c", n)}
	l.patient(ctx, l.ticket, func() error { return l.playOne(ctx, &p, time.Now()) })
}

// playOne plays a chain and waits for its end.
func (l *load) playOne(ctx context.Context, p *player, due time.Time) error {
	defer l.finished.Add(1)
	seen, err := p.play(ctx, due)
	if err != nil {
		return err
	}
	select {
	case <-seen:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(l.options.Settle):
		return fmt.Errorf("chain: B is not in the inbox after %s", l.options.Settle)
	}
}

// mostInFlight bounds the chains that are under way in an open loop; time in the queue counts, because a chain's time runs from when it was due.
const mostInFlight = 4096

// playAtRate begins chains at even intervals, whatever becomes of those before.
func (l *load) playAtRate(ctx context.Context) {
	free := make(chan *player, mostInFlight)
	interval := time.Duration(float64(time.Second) / l.options.Rate)
	var under sync.WaitGroup
	players := 0
	for due := l.began; l.until(ctx, due) && l.ticket(); due = due.Add(interval) {
		var p *player
		select {
		case p = <-free:
		default:
			if players++; players <= mostInFlight {
				p = &player{l.worker("c", players)}
			} else {
				p = <-free
			}
		}
		under.Go(func() {
			if err := l.playOne(ctx, p, due); err != nil && ctx.Err() == nil {
				l.fault(err)
			}
			free <- p
		})
	}
	under.Wait()
}

// until waits for a time, and tells whether the load still goes on then.
func (l *load) until(ctx context.Context, at time.Time) bool {
	t := time.NewTimer(time.Until(at))
	defer t.Stop()
	select {
	case <-t.C:
	case <-l.over:
	case <-ctx.Done():
	}
	return !l.ended(ctx)
}
