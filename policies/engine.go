package policies

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	regofiles "github.com/hovedbok/hovedbok/policies/rego"
)

// Defaults of the engine's options.
const (
	// DefaultDecisionLimit is how long one evaluation may take; it usually takes 20 µs.
	DefaultDecisionLimit = 50 * time.Millisecond
	// DefaultFilterLimit is how long one filter may take; it usually takes some milliseconds.
	DefaultFilterLimit = 250 * time.Millisecond
	// DefaultHistory is the number of earlier snapshots kept for explanations.
	DefaultHistory = 16
)

// Engine decides. It is safe for use by any number of goroutines.
type Engine struct {
	compiler      *ast.Compiler
	policyDigest  string
	decisionLimit time.Duration
	filterLimit   time.Duration
	keep          int
	subjects      *subjectCache

	current atomic.Pointer[snapshot] // stored by Publish only

	publishing sync.Mutex // serialises Publish
	kept       sync.RWMutex
	history    []*snapshot // newest last; guarded by kept
}

// Option changes a default of the engine.
type Option func(*Engine)

// WithDecisionLimit sets how long one decision or report may take; it must be above 0.
func WithDecisionLimit(d time.Duration) Option { return func(e *Engine) { e.decisionLimit = d } }

// WithFilterLimit sets how long one list filter may take; it must be above 0.
func WithFilterLimit(d time.Duration) Option { return func(e *Engine) { e.filterLimit = d } }

// WithHistory sets how many earlier snapshots ExplainAt can use; they share most memory.
func WithHistory(n int) Option { return func(e *Engine) { e.keep = n } }

// NewEngine compiles the embedded policy. Until the first Publish every decision is a
// denial with ErrNotReady. It fails only when the binary's own policy or an option is wrong.
func NewEngine(ctx context.Context, options ...Option) (*Engine, error) {
	modules, err := regofiles.Modules()
	if err != nil {
		return nil, err
	}
	return newEngine(ctx, modules, options...)
}

func newEngine(ctx context.Context, modules map[string]string, options ...Option) (*Engine, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("start policy engine: %w", err)
	}
	compiler, err := compileModules(modules)
	if err != nil {
		return nil, fmt.Errorf("compile policy: %w", err)
	}
	e := &Engine{
		compiler:      compiler,
		decisionLimit: DefaultDecisionLimit,
		filterLimit:   DefaultFilterLimit,
		keep:          DefaultHistory,
		subjects:      newSubjectCache(),
	}
	for _, o := range options {
		o(e)
	}
	if e.decisionLimit <= 0 || e.filterLimit <= 0 || e.keep < 0 {
		return nil, errors.New("policy engine: limits must be above 0 and history not below 0")
	}
	for _, name := range slices.Sorted(maps.Keys(modules)) {
		e.policyDigest = digest(e.policyDigest + name + "\n" + modules[name])
	}
	return e, nil
}

// Publish replaces all apps. It builds a snapshot aside, checks it (see selfCheck) and swaps
// it in at once: a decision uses the old one or the new one, never a mixture. When anything is wrong
// the old snapshot stays in service and the error joins all faults. Versions with equal
// content share their document, so many versions of an app cost little.
func (e *Engine) Publish(ctx context.Context, apps []App) error {
	e.publishing.Lock()
	defer e.publishing.Unlock()
	before := e.current.Load()
	s, err := newSnapshot(ctx, e.compiler, e.policyDigest, apps, before)
	if err != nil {
		return fmt.Errorf("publish policies: %w", err)
	}
	if err := e.selfCheck(ctx, s, before, apps); err != nil {
		return fmt.Errorf("publish policies: self-check: %w", err)
	}
	e.remember(s)
	e.current.Store(s)
	return nil
}

// remember keeps the snapshot and as many earlier ones as the options ask.
func (e *Engine) remember(s *snapshot) {
	e.kept.Lock()
	defer e.kept.Unlock()
	e.history = slices.DeleteFunc(e.history, func(old *snapshot) bool { return old.revision == s.revision })
	e.history = append(e.history, s)
	if extra := len(e.history) - 1 - e.keep; extra > 0 {
		e.history = slices.Delete(e.history, 0, extra)
	}
}

func (e *Engine) find(revision string) (*snapshot, error) {
	e.kept.RLock()
	defer e.kept.RUnlock()
	for _, s := range e.history {
		if s.revision == revision {
			return s, nil
		}
	}
	return nil, fmt.Errorf("%w: %q", ErrUnknownRevision, revision)
}

// Revision names the snapshot in service, or is empty before the first Publish. Equal policies
// have equal revisions on every node.
func (e *Engine) Revision() string {
	if s := e.current.Load(); s != nil {
		return s.revision
	}
	return ""
}

// Unfiltered lists the keys of apps with Deny rules. Filter leaves out their instances;
// list those by a second query and decide each.
func (e *Engine) Unfiltered() []string {
	if s := e.current.Load(); s != nil {
		return s.unfiltered()
	}
	return nil
}
