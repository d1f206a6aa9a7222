package policies

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
)

// Profile is a set of parties on which the caller has equal keys.
type Profile struct {
	// Parties are party ids above 0. Leave them out when All is set.
	Parties []int
	// All means every party; only a service owner has such a profile.
	All  bool
	Keys []string
}

// ListRequest asks which instances the subject may read.
type ListRequest struct {
	// Subject is the caller; its Keys stay empty, Profiles hold them.
	Subject  Subject
	Profiles []Profile
	// Apps limits the list to app keys, or to apps with all their versions when named
	// without one. Nil means no limit; empty but not nil means nothing.
	Apps        []string
	Delegations []Delegation
	// Now ends delegations.
	Now time.Time
}

// Filter gives the condition under which the subject may read a row: exactly those rows for which
// Decide permits read, except the rows of apps with Deny rules (see Unfiltered), which it
// leaves out. On an error the condition admits nothing; the error is as in Decide.
func (e *Engine) Filter(ctx context.Context, r ListRequest) (Condition, error) {
	c, err := e.filter(ctx, &r)
	if err != nil {
		return Condition{None: true}, fmt.Errorf("filter: %w", err)
	}
	return c, nil
}

func (e *Engine) filter(ctx context.Context, r *ListRequest) (Condition, error) {
	s := e.current.Load()
	if s == nil {
		return Condition{}, ErrNotReady
	}
	if err := r.check(); err != nil {
		return Condition{}, err
	}
	byKeys, err := s.byKeys(ctx, r, e.filterLimit)
	if err != nil {
		return Condition{}, err
	}
	byRecord, err := s.byRecord(ctx, r, e.filterLimit)
	if err != nil {
		return Condition{}, err
	}
	root := anyOf(append(byRecord, byKeys)...)
	return Condition{None: root == nil, Revision: s.revision, root: root}, nil
}

func (r *ListRequest) check() error {
	if len(r.Subject.Keys) > 0 {
		return invalid("subject.keys", "a list takes its keys from the profiles")
	}
	if err := r.Subject.checkIdentity(); err != nil {
		return err
	}
	if err := checkNow(r.Now); err != nil {
		return err
	}
	if err := r.checkProfiles(); err != nil {
		return err
	}
	for i, app := range r.Apps {
		if !appKey.MatchString(app) {
			return invalid("apps", "value %d is not org/app or org/app@version", i)
		}
	}
	return checkDelegations(r.Delegations)
}

func (r *ListRequest) checkProfiles() error {
	if len(r.Profiles) > MaxProfiles {
		return invalid("profiles", "%d profiles, the limit is %d", len(r.Profiles), MaxProfiles)
	}
	parties := 0
	for i, p := range r.Profiles {
		if err := checkKeys(r.Subject.Kind, p.Keys); err != nil {
			return err
		}
		if p.All && (r.Subject.Kind != KindOrg || len(p.Parties) > 0) {
			return invalid("profiles", "profile %d: only a service owner has all parties, and then names none", i)
		}
		if slices.ContainsFunc(p.Parties, func(party int) bool { return party <= 0 }) {
			return invalid("profiles", "profile %d has a party id that is not above 0", i)
		}
		if parties += len(p.Parties); parties > MaxParties {
			return invalid("profiles", "more than %d parties", MaxParties)
		}
	}
	return nil
}

// keep tells whether the request's own app limit lets an app through; nil means all.
func (r *ListRequest) keep() func(app string) bool {
	if r.Apps == nil {
		return nil
	}
	named := make(map[string]bool, len(r.Apps))
	for _, app := range r.Apps {
		named[app] = true
	}
	return func(app string) bool { return named[app] || named[AppID(app)] }
}

// profile is a Profile reduced to the keys that can read anything here.
type profile struct {
	keys    []string
	parties []string
	all     bool
}

// profiles merges profiles that are equal in what they can read, in a fixed order.
func (s *snapshot) profiles(given []Profile) []profile {
	merged := map[string]*profile{}
	for _, g := range given {
		keys := slices.DeleteFunc(slices.Clone(g.Keys), func(key string) bool { return !s.readers[key] })
		slices.Sort(keys)
		keys = slices.Compact(keys)
		if len(keys) == 0 || !g.All && len(g.Parties) == 0 {
			continue
		}
		name := strconv.FormatBool(g.All) + strings.Join(keys, "\x00")
		p := merged[name]
		if p == nil {
			p = &profile{keys: keys, all: g.All}
			merged[name] = p
		}
		for _, party := range g.Parties {
			p.parties = append(p.parties, decimal(party))
		}
	}
	out := make([]profile, 0, len(merged))
	for _, name := range slices.Sorted(maps.Keys(merged)) {
		p := merged[name]
		slices.Sort(p.parties)
		p.parties = slices.Compact(p.parties)
		out = append(out, *p)
	}
	return out
}

// byKeys is what the caller's keys let it read; nil when nothing.
func (s *snapshot) byKeys(ctx context.Context, r *ListRequest, limit time.Duration) (*node, error) {
	profiles := s.profiles(r.Profiles)
	if len(profiles) == 0 {
		return nil, nil
	}
	template, err := s.template(ctx, &r.Subject, profiles, limit)
	if err != nil {
		return nil, err
	}
	keep := r.keep()
	return template.replace(func(column string, values []string) []string {
		switch column {
		case columnApp:
			return s.expand(values, keep)
		case columnParty:
			return partiesOf(values, profiles)
		}
		return values
	}), nil
}

// partiesOf replaces the symbols of profiles by their parties.
func partiesOf(symbols []string, profiles []profile) []string {
	if len(symbols) == 1 { // the usual case needs no merging
		if i := profileIndex(symbols[0], len(profiles)); i >= 0 {
			return profiles[i].parties
		}
	}
	var parties []string
	for _, name := range symbols {
		if i := profileIndex(name, len(profiles)); i >= 0 {
			parties = append(parties, profiles[i].parties...)
		}
	}
	slices.Sort(parties)
	return slices.Compact(parties)
}

// profileIndex is the number in a party symbol, or -1, which no row matches.
func profileIndex(name string, n int) int {
	digits, ok := strings.CutPrefix(name, symbolParty)
	i, err := strconv.Atoi(digits)
	if !ok || err != nil || i < 0 || i >= n {
		return -1
	}
	return i
}

// template compiles the filter with symbols in place of parties and apps, or takes it from
// the cache. It depends only on the kind, level, scopes and key sets.
func (s *snapshot) template(ctx context.Context, subject *Subject, profiles []profile, limit time.Duration) (*node, error) {
	relevant := *subject
	relevant.ID, relevant.IDs, relevant.Org, relevant.App = "", nil, "", ""
	relevant.Scopes = slices.DeleteFunc(slices.Clone(subject.Scopes), func(scope string) bool { return !s.scopes[scope] })
	slices.Sort(relevant.Scopes)
	name := templateName(&relevant, profiles)
	if n, ok := s.filters.get(name); ok {
		return n, nil
	}
	n, err := s.compileTemplate(ctx, templateInput(&relevant, profiles), limit)
	if err != nil {
		return nil, err
	}
	if err := checkBounds(n, slices.ContainsFunc(profiles, func(p profile) bool { return p.all })); err != nil {
		return nil, err
	}
	s.filters.put(name, n)
	return n, nil
}

func templateName(subject *Subject, profiles []profile) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q %d %q", subject.Kind, subject.Level, subject.Scopes)
	for _, p := range profiles {
		fmt.Fprintf(&b, " %t %q", p.all, p.keys)
	}
	return b.String()
}

func templateInput(subject *Subject, profiles []profile) ast.Value {
	terms := make([]*ast.Term, len(profiles))
	for i, p := range profiles {
		where := ast.Item(fieldParties, ast.ArrayTerm(ast.StringTerm(symbolParty+decimal(i))))
		if p.all {
			where = ast.Item(fieldAll, termTrue)
		}
		terms[i] = ast.ObjectTerm(ast.Item(fieldKeys, array(p.keys)), where)
	}
	identity := append(identityItems(subject), ast.Item(fieldProfiles, ast.ArrayTerm(terms...)))
	return ast.NewObject(ast.Item(fieldSubject, ast.ObjectTerm(identity...)))
}

func (s *snapshot) compileTemplate(ctx context.Context, input ast.Value, limit time.Duration) (*node, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	filters, err := s.include.Compile(ctx, rego.EvalParsedInput(input), rego.EvalTransaction(s.txn))
	if ctx.Err() != nil {
		return nil, fmt.Errorf("%w: %w", ErrTimeout, context.Cause(ctx))
	}
	if err != nil {
		return nil, evaluationError(err)
	}
	n, err := parseTree(filters.For("ucast", "all").Query)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEvaluation, err)
	}
	return n, nil
}

// checkBounds refuses a filter that would admit rows of every app or, unless the caller has
// keys on all parties, of every party.
func checkBounds(n *node, all bool) error {
	if n == nil || n.constrains(columnApp) && (all || n.constrains(columnParty)) {
		return nil
	}
	return fmt.Errorf("%w: the filter admits every row", ErrEvaluation)
}

// record is one result of altinn.filters.rows.
type record struct {
	Party    string `json:"party"`
	Apps     string `json:"apps"`
	Instance string `json:"instance"`
	Slot     string `json:"slot"`
}

// byRecord is what delegations and declared calls let the caller read.
func (s *snapshot) byRecord(ctx context.Context, r *ListRequest, limit time.Duration) ([]*node, error) {
	if len(r.Delegations) == 0 && r.Subject.Kind != KindApp {
		return nil, nil
	}
	input := ast.NewObject(
		ast.Item(fieldSubject, ast.ObjectTerm(identityItems(&r.Subject)...)),
		ast.Item(fieldNow, integer(int(r.Now.Unix()))),
		delegationsItem(r.Delegations),
	)
	value, ok, err := s.eval(ctx, &s.rows, input, limit)
	if err != nil || !ok {
		return nil, errors.Join(err, undefinedRows(ok))
	}
	var records []record
	if err := decode(value, &records); err != nil {
		return nil, err
	}
	return s.recordNodes(records, r)
}

func undefinedRows(ok bool) error {
	if ok {
		return nil
	}
	return fmt.Errorf("%w: the rows are undefined", ErrEvaluation)
}

// recordNodes joins records that differ in the instance only, or, without a party, in
// the app only.
func (s *snapshot) recordNodes(records []record, r *ListRequest) ([]*node, error) {
	keep := r.keep()
	instances, apps := map[record][]string{}, map[record][]string{}
	for _, row := range records {
		if row.Apps == "" || row.Party == "" && r.Subject.Kind != KindApp {
			return nil, fmt.Errorf("%w: a row without app or party", ErrEvaluation)
		}
		group := row
		group.Instance = ""
		if row.Party == "" {
			group.Apps = ""
		}
		apps[group] = append(apps[group], row.Apps)
		instances[group] = append(instances[group], row.Instance)
	}
	var nodes []*node
	for _, group := range slices.SortedFunc(maps.Keys(apps), compareRecords) {
		nodes = append(nodes, recordNode(group, s.expand(apps[group], keep), instances[group]))
	}
	return nodes, nil
}

func compareRecords(a, b record) int {
	return slices.Compare([]string{a.Party, a.Apps, a.Slot}, []string{b.Party, b.Apps, b.Slot})
}

// recordNode is nil when no app is left. A record without instance covers all of them.
func recordNode(group record, apps, instances []string) *node {
	kids := []*node{in(columnApp, apps)}
	if group.Party != "" {
		kids = append(kids, in(columnParty, []string{group.Party}))
	}
	if !slices.Contains(instances, "") {
		slices.Sort(instances)
		kids = append(kids, in(columnID, slices.Compact(instances)))
	}
	if group.Slot != "" && group.Slot != anySlot {
		kids = append(kids, in(columnSlot, []string{group.Slot}))
	}
	return allOf(kids...)
}
