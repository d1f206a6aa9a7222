package policies

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/hovedbok/hovedbok/policies/xacml"
)

// levelNames are the levels as keys of gates.
var levelNames = [...]string{"0", "1", "2", "3", "4"}

// document is one app's data, shared by all versions with equal content.
type document struct {
	etag    string
	id      string
	gateset string // empty when the app has Deny rules: no filter covers it
	gate    map[string]any
	scopes  []string // all scopes of the gate for reading
	term    *ast.Term
	readers map[string][]string // key to the slots in which it can read
	group   string              // names all apps with equal gate set and readers
}

// newDocument builds data.altinn.apps[key] for a checked app.
func newDocument(a *App, etag string) (*document, error) {
	user, owner := a.effective()
	d := &document{etag: etag, id: AppID(a.Key), scopes: slices.Concat(user.Read, owner.Read)}
	d.gate = map[string]any{
		KindUser:       gate(user, a.Policy.MinUser),
		KindSystemUser: gate(user, a.Policy.MinUser),
		KindOrg:        gate(owner, a.Policy.MinOrg),
		KindApp:        gate(owner, a.Policy.MinOrg),
	}
	fields := map[string]any{
		"id": d.id, "org": a.Policy.Org, "etag": etag, "gate": d.gate,
		"g": numbered(a.Policy.Grant), "r": ruleInfos(a.Policy.Rules), "calls": calls(a.Calls),
	}
	if len(a.Policy.Deny) > 0 {
		fields["hd"], fields["d"] = keysOnly(a.Policy.Grant), numbered(a.Policy.Deny)
	} else {
		d.gateset = gatesetName(a.Policy, user, owner)
		d.readers = readersOf(a.Policy.Grant)
		d.group = groupName(d)
		fields["h"], fields["gateset"] = keysOnly(a.Policy.Grant), d.gateset
	}
	value, err := ast.InterfaceToValue(fields)
	if err != nil {
		return nil, fmt.Errorf("app %s: build document: %w", a.Key, err)
	}
	d.term = ast.NewTerm(value)
	return d, nil
}

// gate is mode → level → scopes of which one is needed; levels below least are absent.
func gate(s Scopes, least int) map[string]any {
	read, write := map[string]any{}, map[string]any{}
	for level := least; level <= maxLevel; level++ {
		read[levelNames[level]], write[levelNames[level]] = s.Read, s.Write
	}
	return map[string]any{"read": read, "write": write}
}

// gatesetName is equal for apps with equal gates.
func gatesetName(p *xacml.Policy, user, owner Scopes) string {
	list := func(scopes []string) string { return strings.Join(scopes, " ") }
	return fmt.Sprintf("%d|%d|%s|%s|%s|%s", p.MinUser, p.MinOrg, list(user.Read), list(user.Write), list(owner.Read), list(owner.Write))
}

// keysOnly is action → slot → sorted keys, the index that decisions use.
func keysOnly(g xacml.Grants) map[string]any {
	out := make(map[string]any, len(g))
	for action, slots := range g {
		cells := make(map[string]any, len(slots))
		for slot, keys := range slots {
			cells[slot] = slices.Sorted(maps.Keys(keys))
		}
		out[action] = cells
	}
	return out
}

// numbered is action → slot → key → rule numbers, for reports and Deny rules.
func numbered(g xacml.Grants) map[string]any {
	out := make(map[string]any, len(g))
	for action, slots := range g {
		cells := make(map[string]any, len(slots))
		for slot, keys := range slots {
			cell := make(map[string]any, len(keys))
			for key, numbers := range keys {
				cell[key] = numbers
			}
			cells[slot] = cell
		}
		out[action] = cells
	}
	return out
}

func ruleInfos(rules map[string]xacml.RuleInfo) map[string]any {
	out := make(map[string]any, len(rules))
	for n, r := range rules {
		out[n] = map[string]any{"id": r.ID, "desc": r.Desc}
	}
	return out
}

func calls(declared map[string][]string) map[string]any {
	out := make(map[string]any, len(declared))
	for target, actions := range declared {
		out[target] = lowered(actions)
	}
	return out
}

func lowered(actions []string) []string {
	out := make([]string, len(actions))
	for i, a := range actions {
		out[i] = strings.ToLower(a)
	}
	return out
}

// readersOf turns the read grants round: key to the slots of rows that it may read. A part of
// an app (res:) is not a row.
func readersOf(g xacml.Grants) map[string][]string {
	out := map[string][]string{}
	for _, slot := range slices.Sorted(maps.Keys(g["read"])) {
		if strings.HasPrefix(slot, "res:") {
			continue
		}
		for key := range g["read"][slot] {
			out[key] = append(out[key], slot)
		}
	}
	return out
}

// groupName is equal for apps that every caller may read on equal terms. Filters are compiled
// over groups, so their cost does not depend on the number of versions.
func groupName(d *document) string {
	var b strings.Builder
	b.WriteString(strconv.Quote(d.gateset))
	for _, key := range slices.Sorted(maps.Keys(d.readers)) {
		fmt.Fprintf(&b, "%q%q", key, d.readers[key])
	}
	return symbolGroup + digest(b.String())
}
