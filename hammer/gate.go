package hammer

import (
	"context"
	"sync"
)

// gate holds clients back while the node is known to be down, so that they neither burn processor time nor count refusals that tell
// nothing.
type gate struct {
	mu sync.Mutex
	up chan struct{} // closed while the node is up; replaced under mu
}

// newGate gives a gate that is shut.
func newGate() *gate { return &gate{up: make(chan struct{})} }

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.up:
	default:
		close(g.up)
	}
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.up:
		g.up = make(chan struct{})
	default:
	}
}

// pass waits until the gate is open. Its error is ctx's.
func (g *gate) pass(ctx context.Context) error {
	g.mu.Lock()
	up := g.up
	g.mu.Unlock()
	select {
	case <-up:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}
