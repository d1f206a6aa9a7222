package options

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/hovedbok/hovedbok/apps"
)

// Request asks for a list.
type Request struct {
	App        *apps.App         // the version of the app whose list it is
	ID         string            // of the list
	Language   string            // of the reader, such as nb; empty when it is not known
	Parameters map[string]string // what the component or the client sends along
	Instance   string            // {party}/{uuid}; empty outside instances
}

// Provider gives a list from code or from another service.
type Provider interface {
	// Options gives the list for a request. ErrNotFound says that there is none. It must be safe for concurrent use.
	Options(ctx context.Context, r Request) (List, error)
}

// ProviderFunc is a function as a Provider.
type ProviderFunc func(ctx context.Context, r Request) (List, error)

// Options calls the function.
func (f ProviderFunc) Options(ctx context.Context, r Request) (List, error) { return f(ctx, r) }

// ErrRegistered is returned for an id that has a provider already.
var ErrRegistered = errors.New("the id has a provider already")

// libraryPrefix begins the ids of lists in Altinn's library: lib**{org}**{list}**{version}.
const libraryPrefix = "lib**"

// Registry finds lists. Register providers before it is used; from then on it is safe for concurrent use. The zero Registry is ready and knows
// files and predefined lists.
type Registry struct {
	open, secure map[string]Provider // by id in lower case; written while providers are registered only
	library      Provider
	files        apps.Cache[*Static]
}

// Register adds a provider of a list that anybody may read.
func (r *Registry) Register(id string, p Provider) error { return register(&r.open, id, p) }

// RegisterSecure adds a provider of a list for those who may read the instance that asks, such as the parties of its owner.
func (r *Registry) RegisterSecure(id string, p Provider) error { return register(&r.secure, id, p) }

// RegisterLibrary sets the provider of the lists in Altinn's library; their ids are lib**{org}**{list}**{version}.
func (r *Registry) RegisterLibrary(p Provider) { r.library = p }

func register(all *map[string]Provider, id string, p Provider) error {
	key := strings.ToLower(id)
	if (*all)[key] != nil {
		return fmt.Errorf("options: register %q: %w", id, ErrRegistered)
	}
	if *all == nil {
		*all = map[string]Provider{}
	}
	(*all)[key] = p
	return nil
}

// Options gives a list that anybody may read. The error is a NotFoundError when there is none, also when there is one for instances only.
// The options must not be changed.
func (r *Registry) Options(ctx context.Context, q Request) (List, error) {
	list, err := r.find(ctx, q)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return List{}, fmt.Errorf("options: list %q of %s: %w", q.ID, q.App.ID, err)
	}
	return list, err
}

func (r *Registry) find(ctx context.Context, q Request) (List, error) {
	if p := r.open[strings.ToLower(q.ID)]; p != nil {
		return p.Options(ctx, q)
	}
	files, err := r.files.Get(q.App.Key(), func() (*Static, error) { return ReadStatic(q.App), nil })
	if err != nil {
		return List{}, err
	}
	file, err := files.List(q.ID)
	if err == nil || !errors.Is(err, ErrNotFound) {
		return List{Options: file}, err
	}
	if strings.HasPrefix(q.ID, libraryPrefix) && r.library != nil {
		return r.library.Options(ctx, q)
	}
	if list, ok := predefined(q.ID, q.Language); ok {
		return List{Options: list}, nil
	}
	return List{}, &NotFoundError{ID: q.ID, Hint: r.hint(q.ID)}
}

func (r *Registry) hint(id string) string {
	switch {
	case r.secure[strings.ToLower(id)] != nil:
		return `there is one for instances: set "secure" on the component, or ask under the instance`
	case strings.HasPrefix(id, libraryPrefix):
		return "lists of Altinn's library are not available here; copy the list to App/options"
	}
	return ""
}

// InstanceOptions gives a list for those who may read the instance: that of a provider for instances, otherwise the one that anybody may
// read. The caller has checked that the person may.
func (r *Registry) InstanceOptions(ctx context.Context, q Request) (List, error) {
	p := r.secure[strings.ToLower(q.ID)]
	if p == nil {
		return r.Options(ctx, q)
	}
	list, err := p.Options(ctx, q)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return List{}, fmt.Errorf("options: list %q of an instance of %s: %w", q.ID, q.App.ID, err)
	}
	return list, err
}

// Load gets lists for expressions, which cannot wait for providers. Lists that there are none of are left out.
func (r *Registry) Load(ctx context.Context, q Request, ids ...string) (Known, error) {
	known := Known{}
	for _, id := range ids {
		q := q
		q.ID, q.Parameters = id, maps.Clone(q.Parameters)
		list, err := r.Options(ctx, q)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		known[id] = list.Options
	}
	return known, nil
}
