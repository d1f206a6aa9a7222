package apps

import "sync"

// maxCached is how many versions that are not in service are kept in memory.
const maxCached = 128

// versionCache keeps versions that instances are pinned to. Each is read once, also when many ask at
// the same time.
type versionCache struct {
	read func(id, digest string) (*App, Faults, error)

	mu      sync.Mutex // owns the fields below
	entries map[string]*cacheEntry
	order   []string // keys, oldest first
}

// cacheEntry is filled by whoever comes first.
type cacheEntry struct {
	once   sync.Once
	app    *App
	faults Faults
	err    error
}

func (c *versionCache) get(id, digest string) (*App, Faults, error) {
	key := id + "@" + digest
	entry := c.entry(key)
	entry.once.Do(func() { entry.app, entry.faults, entry.err = c.read(id, digest) })
	if entry.err != nil {
		c.forget(key, entry)
	}
	return entry.app, entry.faults, entry.err
}

func (c *versionCache) entry(key string) *cacheEntry {
	c.mu.Lock()
	defer c.mu.Unlock()
	if entry := c.entries[key]; entry != nil {
		return entry
	}
	if c.entries == nil {
		c.entries = map[string]*cacheEntry{}
	}
	if len(c.order) >= maxCached {
		delete(c.entries, c.order[0])
		c.order = c.order[1:]
	}
	entry := &cacheEntry{}
	c.entries[key] = entry
	c.order = append(c.order, key)
	return entry
}

// forget drops a version that could not be read, so that it is tried again.
func (c *versionCache) forget(key string, entry *cacheEntry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[key] != entry {
		return
	}
	delete(c.entries, key)
	for i, known := range c.order {
		if known == key {
			c.order = append(c.order[:i:i], c.order[i+1:]...)
			return
		}
	}
}
