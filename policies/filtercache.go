package policies

import (
	"container/list"
	"sync"
)

// maxTemplates bounds the cache of compiled filters of one snapshot.
const maxTemplates = 1024

// filterCache keeps the most recently used templates. It belongs to one snapshot, so a
// publish starts with an empty one.
type filterCache struct {
	mu     sync.Mutex
	byName map[string]*list.Element // guarded by mu
	recent list.List                // newest first; guarded by mu
}

// cached is a template and the name by which it leaves the map.
type cached struct {
	name string
	tree *node
}

func newFilterCache() *filterCache { return &filterCache{byName: map[string]*list.Element{}} }

func (c *filterCache) get(name string) (*node, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byName[name]
	if !ok {
		return nil, false
	}
	c.recent.MoveToFront(e)
	return e.Value.(cached).tree, true
}

func (c *filterCache) put(name string, tree *node) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byName[name]; ok {
		return
	}
	c.byName[name] = c.recent.PushFront(cached{name, tree})
	if c.recent.Len() > maxTemplates {
		oldest := c.recent.Back()
		delete(c.byName, c.recent.Remove(oldest).(cached).name)
	}
}

func (c *filterCache) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.recent.Len()
}
