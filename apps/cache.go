package apps

import (
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"
)

// maxCached is how many things a Cache keeps.
const maxCached = 256

// Cache keeps what is made of versions of apps; a version never changes, so that what is kept stays true. The 256 used last are kept.
// The zero Cache is ready, and safe for concurrent use.
type Cache[T any] struct {
	once sync.Once
	kept *lru.Cache[string, func() (T, error)]
}

// Get gives what was made for the key, or makes it: once, also when many ask at the same time. What fails is made anew the next time.
// The key begins with Key of the app.
func (c *Cache[T]) Get(key string, build func() (T, error)) (T, error) {
	c.once.Do(func() { c.kept, _ = lru.New[string, func() (T, error)](maxCached) }) // it fails for no size above 0
	get, there := c.kept.Get(key)
	if !there {
		get = sync.OnceValues(build)
		if earlier, there, _ := c.kept.PeekOrAdd(key, get); there {
			get = earlier
		}
	}
	value, err := get()
	if err != nil {
		c.kept.Remove(key)
	}
	return value, err
}

// Key names the version of the app, also in the policies: "org/app@version".
func (a *App) Key() string { return a.ID + "@" + a.Version }
