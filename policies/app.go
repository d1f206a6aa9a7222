package policies

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hovedbok/hovedbok/policies/xacml"
)

// Scopes are the OAuth scopes of which one is needed, for reading and for writing.
type Scopes struct{ Read, Write []string }

// App is one published app or app version, as the engine knows it.
type App struct {
	// Key is "org/app@version" for a pinned version, "org/app" for new instances. It
	// is what Resource.App names and what the app_id column of a list holds.
	Key string
	// Policy is the translated policy.xml; its ID is the key without version.
	Policy *xacml.Policy
	// UserScopes, from applicationmetadata's apiScopes.users, hold for people, system
	// users and organisations; empty means that none is needed. Where one is needed,
	// altinn:portal/enduser does as well.
	UserScopes Scopes
	// OwnerScopes, from apiScopes.serviceOwners, hold for service owners and apps;
	// empty means altinn:serviceowner/instances.read and .write.
	OwnerScopes Scopes
	// Calls are the declared links: target app, with or without version, to the actions
	// that this app may perform on it in its owner's name.
	Calls map[string][]string
}

const (
	// noScope stands in gates that ask for no scope; every caller is given it.
	noScope = "-"
	// portalScope is in the token of a person who uses a portal.
	portalScope = "altinn:portal/enduser"
)

var (
	defaultOwnerScopes = Scopes{
		Read:  []string{"altinn:serviceowner/instances.read"},
		Write: []string{"altinn:serviceowner/instances.write"},
	}
	appKey = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}/[a-z0-9][a-z0-9-]{0,62}(@[A-Za-z0-9._:+-]{1,128})?$`)
)

// AppID is an app's key without its version: AppID("ttd/demo@v1") is "ttd/demo".
func AppID(key string) string {
	id, _, _ := strings.Cut(key, "@")
	return id
}

// check refuses an app that the engine could misread.
func (a *App) check() error {
	switch {
	case !appKey.MatchString(a.Key):
		return fmt.Errorf("app %q: the key must be org/app or org/app@version", a.Key)
	case a.Policy == nil:
		return fmt.Errorf("app %s: no policy", a.Key)
	case a.Policy.ID != AppID(a.Key) || a.Policy.Org+"/" != a.Key[:strings.Index(a.Key, "/")+1]:
		return fmt.Errorf("app %s: the policy was translated for %q", a.Key, a.Policy.ID)
	case !validLevel(a.Policy.MinUser) || !validLevel(a.Policy.MinOrg):
		return fmt.Errorf("app %s: a minimum level is not 0 to %d", a.Key, maxLevel)
	}
	for _, scope := range slices.Concat(a.UserScopes.Read, a.UserScopes.Write, a.OwnerScopes.Read, a.OwnerScopes.Write) {
		if !validScope(scope) || scope == noScope {
			return fmt.Errorf("app %s: %q is not a scope", a.Key, scope)
		}
	}
	for target, actions := range a.Calls {
		if !appKey.MatchString(target) || len(actions) == 0 {
			return fmt.Errorf("app %s: a call to %q needs an app and at least one action", a.Key, target)
		}
	}
	return a.checkGrants()
}

func (a *App) checkGrants() error {
	for _, grants := range []xacml.Grants{a.Policy.Grant, a.Policy.Deny} {
		for action, slots := range grants {
			for slot, keys := range slots {
				if action == "" || action != strings.ToLower(action) || !validSlot(slot) || len(keys) == 0 {
					return fmt.Errorf("app %s: action %q at %q is not a translated grant", a.Key, action, slot)
				}
			}
		}
	}
	return nil
}

func validSlot(slot string) bool {
	if slot == anySlot {
		return true
	}
	prefix, id, ok := strings.Cut(slot, ":")
	return ok && id != "" && (prefix == "task" || prefix == "end" || prefix == "res")
}

// effective replaces the configured scopes by those that gates hold.
func (a *App) effective() (user, owner Scopes) {
	_, name, _ := strings.Cut(AppID(a.Key), "/")
	none := []string{noScope}
	user = Scopes{
		Read:  scopesOr(a.UserScopes.Read, none, name, portalScope),
		Write: scopesOr(a.UserScopes.Write, none, name, portalScope),
	}
	owner = Scopes{
		Read:  scopesOr(a.OwnerScopes.Read, defaultOwnerScopes.Read, name),
		Write: scopesOr(a.OwnerScopes.Write, defaultOwnerScopes.Write, name),
	}
	return user, owner
}

// scopesOr substitutes [app] in the configured scopes and adds others; without
// configured ones it returns the fallback.
func scopesOr(configured, fallback []string, app string, others ...string) []string {
	if len(configured) == 0 {
		return fallback
	}
	scopes := make([]string, 0, len(configured)+len(others))
	for _, s := range configured {
		scopes = append(scopes, strings.ReplaceAll(s, "[app]", app))
	}
	scopes = append(scopes, others...)
	slices.Sort(scopes)
	return slices.Compact(scopes)
}

// etag is a digest of all that decides: policy, scopes and calls, but not the
// key, so that versions with equal content share one document.
func (a *App) etag() (string, error) {
	content := *a
	content.Key = ""
	b, err := json.Marshal(content)
	if err != nil {
		return "", fmt.Errorf("app %s: digest: %w", a.Key, err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8]), nil
}
