package hammer

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Pace of the watcher: how long it rests between looks, and how often it looks through the whole inbox when something is late.
const (
	lookRest  = 5 * time.Millisecond
	lateAfter = 2 * time.Second
	lookSlack = 250 * time.Millisecond // rows may show up this much later than their time says
)

// watcher waits for Bs in the case worker's inbox, for all players. It looks only while something is awaited.
type watcher struct {
	client *client
	wake   chan struct{}

	mu      sync.Mutex
	awaited map[uuid.UUID]awaited // guarded by mu

	newest   time.Time // of the rows seen; owned by run
	reached  uint64    // how much of the log the inbox knew last; owned by run
	lastFull time.Time // when the whole inbox was looked through; owned by run
}

// awaited is a B that is to come.
type awaited struct {
	submitted, due time.Time
	seen           chan struct{}
}

func newWatcher(c *client) *watcher {
	return &watcher{client: c, wake: make(chan struct{}, 1), awaited: map[uuid.UUID]awaited{}, newest: time.Now()}
}

// expect says that a B is to come. What it gives is closed when B is in the inbox.
func (w *watcher) expect(id uuid.UUID, submitted, due time.Time) <-chan struct{} {
	a := awaited{submitted, due, make(chan struct{})}
	w.mu.Lock()
	w.awaited[id] = a
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
	return a.seen
}

// outstanding tells how many are still to come, and when the oldest of them was submitted.
func (w *watcher) outstanding() (n int, oldest time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.awaited {
		if oldest.IsZero() || a.submitted.Before(oldest) {
			oldest = a.submitted
		}
	}
	return len(w.awaited), oldest
}

// run looks until ctx ends.
func (w *watcher) run(ctx context.Context) {
	var buf bytes.Buffer
	for ctx.Err() == nil {
		n, oldest := w.outstanding()
		if n == 0 {
			select {
			case <-w.wake:
			case <-ctx.Done():
			}
			continue
		}
		w.look(ctx, n, time.Since(oldest) > lateAfter && time.Since(w.lastFull) > lateAfter, &buf)
		_ = sleep(ctx, lookRest) // the loop asks ctx
	}
}

// look reads the inbox from its newest row back to what it has seen before, or to the end when full.
func (w *watcher) look(ctx context.Context, n int, full bool, buf *bytes.Buffer) {
	until := w.newest.Add(-lookSlack)
	size := min(max(2*n, 20), 500)
	if full {
		size = 1000
	}
	for after := ""; ; {
		var news uint64 // the first page waits for news, so that a node at rest is left alone
		if after == "" && !full {
			news = w.reached + 1
		}
		page, err := w.page(ctx, size, after, news, buf)
		if err != nil {
			return // counted by the client; the next look tries again
		}
		w.reached = page.Position
		oldest := w.take(page)
		if after = page.Next; after == "" || !full && oldest.Before(until) {
			break
		}
	}
	if full {
		w.lastFull = time.Now()
	}
}

// inboxPage is what the watcher reads of a page of the inbox.
type inboxPage struct {
	Items []struct {
		ID      string    `json:"id"`
		Changed time.Time `json:"lastChanged"`
	} `json:"items"`
	Next     string `json:"next"`
	Position uint64 `json:"position"`
}

// page reads a page of the inbox, when the inbox knows the log up to a position (or does not get there within the node's own limit).
func (w *watcher) page(ctx context.Context, size int, after string, position uint64, buf *bytes.Buffer) (p inboxPage, err error) {
	r := request{op: OpInbox, method: http.MethodGet, user: caseWorker, position: position}
	r.path = "/ledger/inbox?app=" + url.QueryEscape(targetApp) + "&size=" + strconv.Itoa(size)
	if after != "" {
		r.path += "&after=" + url.QueryEscape(after)
	}
	a, err := w.client.acknowledged(ctx, &r, buf)
	if err == nil {
		err = json.Unmarshal(a.body, &p)
	}
	return p, err
}

// take strikes what has come off the list, and gives the time of the oldest row.
func (w *watcher) take(p inboxPage) (oldest time.Time) {
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, row := range p.Items {
		oldest = row.Changed
		if row.Changed.After(w.newest) {
			w.newest = row.Changed
		}
		id, err := uuid.Parse(row.ID[strings.IndexByte(row.ID, '/')+1:])
		if a, ok := w.awaited[id]; err == nil && ok {
			delete(w.awaited, id)
			close(a.seen)
			w.client.meter.done(OpHandover, now.Sub(a.submitted))
			w.client.meter.done(OpChain, now.Sub(a.due))
		}
	}
	return oldest
}
