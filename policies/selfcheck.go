package policies

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hovedbok/hovedbok/policies/xacml"
)

const (
	// checkedGrants is how many grants of each new document are tried, spread over it.
	checkedGrants = 12
	// checkedReaders is how many keys the filter of the self-check has.
	checkedReaders = 32
	// checkLimit is how long one evaluation in the self-check may take.
	checkLimit = 5 * time.Second
)

// selfCheck asks the new snapshot questions whose answers the translated policies give:
// grants of every document that is new, with and without the key, on the wrong party
// and below the level. It also compiles a filter for every kind of caller. A snapshot that
// answers wrong is not put into service.
func (e *Engine) selfCheck(ctx context.Context, s, before *snapshot, apps []App) error {
	var errs []error
	seen := map[string]bool{}
	for i := range apps {
		etag := s.documents[apps[i].Key].etag
		if seen[etag] || before != nil && before.byETag[etag] != nil {
			continue
		}
		seen[etag] = true
		if err := s.checkApp(ctx, &apps[i]); err != nil {
			errs = append(errs, fmt.Errorf("app %s: %w", apps[i].Key, err))
		}
	}
	return errors.Join(append(errs, s.checkFilters(ctx))...)
}

// cell is one grant.
type cell struct{ action, slot, key string }

// cells lists up to n cells of the grants, spread evenly over their order.
func cells(grants xacml.Grants, n int) []cell {
	var all []cell
	for _, action := range slices.Sorted(maps.Keys(grants)) {
		for _, slot := range slices.Sorted(maps.Keys(grants[action])) {
			for _, key := range slices.Sorted(maps.Keys(grants[action][slot])) {
				all = append(all, cell{action, slot, key})
			}
		}
	}
	if len(all) <= n {
		return all
	}
	some := make([]cell, n)
	for i := range some {
		some[i] = all[i*len(all)/n]
	}
	return some
}

func (s *snapshot) checkApp(ctx context.Context, a *App) error {
	for _, c := range slices.Concat(cells(a.Policy.Grant, checkedGrants), cells(a.Policy.Deny, checkedGrants)) {
		if err := s.checkCell(ctx, a, c); err != nil {
			return fmt.Errorf("%s at %s: %w", c.action, c.slot, err)
		}
	}
	return nil
}

// checkCell compares decisions about one grant with the translated policy itself.
func (s *snapshot) checkCell(ctx context.Context, a *App, c cell) error {
	r := questionFor(a, c)
	want := a.Policy.Grants(c.action, c.slot, c.key) && !denies(a.Policy, c)
	if err := s.expect(ctx, r, 1, want, "with the key"); err != nil {
		return err
	}
	if err := s.expect(ctx, r, 2, false, "with the key on another party"); err != nil {
		return err
	}
	if least := a.Policy.MinUser; least > 0 {
		r.Subject.Level = least - 1
		if err := s.expect(ctx, r, 1, false, "below the level"); err != nil {
			return err
		}
	}
	r.Subject.Level, r.Subject.Keys = maxLevel, nil
	return s.expect(ctx, r, 1, false, "without keys")
}

func denies(p *xacml.Policy, c cell) bool {
	slots := p.Deny[c.action]
	return len(slots[c.slot][c.key]) > 0 || len(slots[anySlot][c.key]) > 0
}

// questionFor asks as a person with every scope and exactly that key on party 1.
func questionFor(a *App, c cell) *Request {
	user, _ := a.effective()
	r := &Request{Action: c.action, Mode: Write, Now: time.Unix(1, 0)}
	r.Subject = Subject{Kind: KindUser, Level: maxLevel, Scopes: slices.Concat(user.Read, user.Write), Keys: []string{c.key}}
	r.Resource = Resource{App: a.Key, Party: 1}
	prefix, id, _ := strings.Cut(c.slot, ":")
	switch prefix {
	case "task":
		r.Resource.Task = id
	case "end":
		r.Resource.EndEvent = id
	case "res":
		r.Resource.AppResource = id
	}
	return r
}

// expect decides with the keys held on the given party.
func (s *snapshot) expect(ctx context.Context, r *Request, party int, want bool, how string) error {
	got, err := s.permits(ctx, decisionInput(r, subjectTerm(&r.Subject, party)), checkLimit)
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("a caller %s is permitted: %t, want %t", how, got, want)
	}
	return nil
}

// checkFilters compiles a filter for every kind of caller over some of the keys that read.
func (s *snapshot) checkFilters(ctx context.Context) error {
	keys := slices.Sorted(maps.Keys(s.readers))
	keys = keys[:min(len(keys), checkedReaders)]
	scopes := slices.Sorted(maps.Keys(s.scopes))
	for _, kind := range []string{KindUser, KindSystemUser, KindOrg, KindApp, KindAnonymous} {
		subject := Subject{Kind: kind, Level: maxLevel, Scopes: scopes}
		profiles := []profile{{keys: keys, parties: []string{"1"}}}
		if _, err := s.template(ctx, &subject, profiles, checkLimit); err != nil {
			return fmt.Errorf("filter for %s: %w", kind, err)
		}
	}
	return nil
}
