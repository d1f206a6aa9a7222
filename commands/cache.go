package commands

import (
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/record"
)

// folded is an instance that has been folded. All fields belong to the holder of mu. A nil state has not been loaded.
type folded struct {
	mu    sync.Mutex
	state *instance.State
	head  record.Head
}

// drop forgets the state, so that the next command folds again.
func (f *folded) drop() { f.state, f.head = nil, record.Empty }

// cache keeps the instances that were used last. Commands on one instance in this process come one after the other;
// between processes the expected revision decides. An entry that was evicted while in use is only a lost saving.
type cache struct {
	mu      sync.Mutex // serialises lookup and insertion
	entries *lru.Cache[uuid.UUID, *folded]
}

func newCache(size int) (*cache, error) {
	entries, err := lru.New[uuid.UUID, *folded](size)
	return &cache{entries: entries}, err
}

// lock gives the entry of an instance, locked.
func (c *cache) lock(id uuid.UUID) *folded {
	c.mu.Lock()
	f, ok := c.entries.Get(id)
	if !ok {
		f = &folded{}
		c.entries.Add(id, f)
	}
	c.mu.Unlock()
	f.mu.Lock()
	return f
}
