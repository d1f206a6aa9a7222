package api_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hovedbok/hovedbok/api"
	"github.com/hovedbok/hovedbok/node"
)

// base is the address of the node under test. Nothing listens there: requests are handed over in process.
const base = "http://hovedbok.localhost"

// The sample people (by user id), organisations (by party id) and services; see examples/README.md.
const (
	ingrid = 20001 // DAGL of Fjordkroa: the applicant
	amina  = 20005 // DAGL of Havnebaren: another applicant
	kari   = 20006 // SKJENKESAKSBEHANDLER for Nordvik kommune
	silje  = 20008 // BYGGESAKSBEHANDLER for Nordvik kommune
	thomas = 20009 // POLITIVANDEL
	nina   = 20010 // POLITIPATRULJE
	per    = 20011 // nothing
	hanne  = 20012 // REGNA of Fjordkroa

	fjordkroa  = 500100
	havnebaren = 500102
	nordvik    = 500001

	appA = "/nordvik/skjenkebevilling"
	appB = "/nordvik/skjenkesak"
	appC = "/politiet/vandelsvurdering"
)

// apitest is a node with the sample services, whose projections and sagas run, and a client that knows it by its HTTP API only.
type apitest struct {
	node   *node.Node
	client *http.Client
	clock  *clock

	mu     sync.Mutex
	tokens map[string]string // by how they were asked for; guarded by mu
}

// clock is the time of day plus what a test has added.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// shared is the node of tests that look only at instances of their own.
var shared struct {
	once sync.Once
	api  *apitest
	stop func() error
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.stop != nil {
		if err := shared.stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stop the shared node:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// common gives the shared node.
func common(t testing.TB) *apitest {
	t.Helper()
	shared.once.Do(func() {
		var dir string
		if dir, shared.err = os.MkdirTemp("", "hovedbok-api"); shared.err != nil {
			return
		}
		var stop func() error
		shared.api, stop, shared.err = start(dir)
		shared.stop = func() error {
			defer os.RemoveAll(dir)
			if stop == nil {
				return nil
			}
			return stop()
		}
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.api
}

// alone gives a node of the test's own, for tests that count what is in it or turn its knobs.
func alone(t testing.TB) *apitest {
	t.Helper()
	a, stop, err := start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("stop the node: %v", err)
		}
	})
	return a
}

// start opens a node and runs it until stop is called.
func start(dir string) (*apitest, func() error, error) {
	clock, alarms := &clock{}, &alarms{}
	n, err := node.Open(context.Background(), node.Config{
		Listen: "127.0.0.1:0", PublicURL: base, Data: dir, Development: true,
		Apps: []string{filepath.Join("..", "examples", "apps")}, Register: filepath.Join("..", "examples", "register.json"),
	}, node.Options{Clock: clock.Now, Logger: slog.New(alarms)})
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	a := &apitest{node: n, clock: clock, tokens: map[string]string{}, client: &http.Client{Transport: api.Local{Handler: n.Handler()}}}
	return a, func() error {
		cancel()
		return errors.Join(<-ended, n.Close(), alarms.err())
	}, nil
}

// alarms keeps what a node logs as errors: an answer 500, a panic, a saga that gave up. There is to be nothing.
type alarms struct {
	mu    sync.Mutex
	heard []string
}

// Enabled lets errors through only.
func (a *alarms) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelError }

// Handle keeps a record, unless it is the way in which Watermill's router says that it has been stopped.
func (a *alarms) Handle(_ context.Context, r slog.Record) error {
	if strings.Contains(r.Message, "All handlers stopped, closing router") {
		return nil
	}
	text := r.Message
	r.Attrs(func(x slog.Attr) bool { text += " " + x.String(); return true })
	a.mu.Lock()
	defer a.mu.Unlock()
	a.heard = append(a.heard, text)
	return nil
}

// WithAttrs is the same handler.
func (a *alarms) WithAttrs([]slog.Attr) slog.Handler { return a }

// WithGroup is the same handler.
func (a *alarms) WithGroup(string) slog.Handler { return a }

func (a *alarms) err() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.heard) == 0 {
		return nil
	}
	return fmt.Errorf("the node has logged errors: %s", strings.Join(a.heard, "; "))
}
