package policies

import (
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Field names, made once: a term is read-only and may be part of many values.
var (
	fieldAction      = ast.StringTerm("action")
	fieldActions     = ast.StringTerm("actions")
	fieldAll         = ast.StringTerm("all")
	fieldApp         = ast.StringTerm("app")
	fieldDelegations = ast.StringTerm("delegations")
	fieldFrom        = ast.StringTerm("from")
	fieldID          = ast.StringTerm("id")
	fieldIDs         = ast.StringTerm("ids")
	fieldInstance    = ast.StringTerm("instance")
	fieldKeys        = ast.StringTerm("keys")
	fieldKind        = ast.StringTerm("kind")
	fieldLevel       = ast.StringTerm("level")
	fieldMode        = ast.StringTerm("mode")
	fieldNow         = ast.StringTerm("now")
	fieldOrg         = ast.StringTerm("org")
	fieldParties     = ast.StringTerm("parties")
	fieldParty       = ast.StringTerm("party")
	fieldProfiles    = ast.StringTerm("profiles")
	fieldResource    = ast.StringTerm("resource")
	fieldScopes      = ast.StringTerm("scopes")
	fieldSlot        = ast.StringTerm("slot")
	fieldSlots       = ast.StringTerm("slots")
	fieldSubject     = ast.StringTerm("subject")
	fieldTo          = ast.StringTerm("to")
	fieldUntil       = ast.StringTerm("until")
	fieldWanted      = ast.StringTerm("wanted")

	termTrue     = ast.BooleanTerm(true)
	termEmpty    = ast.StringTerm("")
	termAnySlot  = ast.StringTerm(anySlot)
	termNoScope  = ast.StringTerm(noScope)
	termNoArray  = ast.ArrayTerm()
	termOnlyAny  = ast.ArrayTerm(termAnySlot)
	termModes    = [...]*ast.Term{Read: ast.StringTerm("read"), Write: ast.StringTerm("write")}
	termLevels   = [...]*ast.Term{ast.StringTerm("0"), ast.StringTerm("1"), ast.StringTerm("2"), ast.StringTerm("3"), ast.StringTerm("4")}
	noDelegation = ast.Item(fieldDelegations, termNoArray)
)

func text(s string) *ast.Term {
	if s == "" {
		return termEmpty
	}
	return ast.StringTerm(s)
}

func integer(n int) *ast.Term { return ast.IntNumberTerm(n) }

func decimal(n int) string { return strconv.Itoa(n) }

func array(values []string) *ast.Term {
	if len(values) == 0 {
		return termNoArray
	}
	terms := make([]*ast.Term, len(values))
	for i, v := range values {
		terms[i] = text(v)
	}
	return ast.ArrayTerm(terms...)
}

// setOf is an object of value → true: looking up in it costs the same for any size.
func setOf(values []string, more ...*ast.Term) *ast.Term {
	items := make([][2]*ast.Term, 0, len(values)+len(more))
	for _, v := range values {
		items = append(items, ast.Item(ast.StringTerm(v), termTrue))
	}
	for _, m := range more {
		items = append(items, ast.Item(m, termTrue))
	}
	return ast.ObjectTerm(items...)
}

// decisionInput builds the input of one decision; subject comes from subjectTerm.
func decisionInput(r *Request, subject *ast.Term) ast.Value {
	return ast.NewObject(
		ast.Item(fieldAction, ast.StringTerm(strings.ToLower(r.Action))),
		ast.Item(fieldMode, termModes[r.Mode]),
		ast.Item(fieldNow, integer(int(r.Now.Unix()))),
		ast.Item(fieldSubject, subject),
		ast.Item(fieldResource, r.Resource.term()),
		delegationsItem(r.Delegations),
	)
}

// batchInput is decisionInput with the wanted actions in place of action and mode.
func batchInput(r *Request, subject *ast.Term, wanted map[string]Mode) ast.Value {
	items := make([][2]*ast.Term, 0, len(wanted))
	for action, mode := range wanted {
		items = append(items, ast.Item(ast.StringTerm(action), termModes[mode]))
	}
	return ast.NewObject(
		ast.Item(fieldWanted, ast.ObjectTerm(items...)),
		ast.Item(fieldNow, integer(int(r.Now.Unix()))),
		ast.Item(fieldSubject, subject),
		ast.Item(fieldResource, r.Resource.term()),
		delegationsItem(r.Delegations),
	)
}

// subjectTerm builds the subject with its keys under the party for which they hold, so
// that a mix-up of parties finds no keys.
func subjectTerm(s *Subject, party int) *ast.Term {
	keys := ast.ObjectTerm()
	if len(s.Keys) > 0 {
		keys = ast.ObjectTerm(ast.Item(ast.StringTerm(decimal(party)), setOf(s.Keys)))
	}
	return ast.ObjectTerm(append(identityItems(s), ast.Item(fieldKeys, keys))...)
}

func identityItems(s *Subject) [][2]*ast.Term {
	return [][2]*ast.Term{
		ast.Item(fieldKind, text(s.Kind)),
		ast.Item(fieldID, text(s.ID)),
		ast.Item(fieldIDs, array(s.IDs)),
		ast.Item(fieldOrg, text(s.Org)),
		ast.Item(fieldApp, text(s.App)),
		ast.Item(fieldLevel, termLevels[s.Level]),
		ast.Item(fieldScopes, setOf(s.Scopes, termNoScope)),
	}
}

func (r *Resource) term() *ast.Term {
	return ast.ObjectTerm(
		ast.Item(fieldApp, ast.StringTerm(r.App)),
		ast.Item(fieldParty, ast.StringTerm(decimal(r.Party))),
		ast.Item(fieldInstance, text(r.Instance)),
		ast.Item(fieldSlots, r.slots()),
	)
}

// slots lists where the resource stands: always "*" first, then the step, then the part.
func (r *Resource) slots() *ast.Term {
	step := r.slot()
	switch {
	case step == "" && r.AppResource == "":
		return termOnlyAny
	case r.AppResource == "":
		return ast.ArrayTerm(termAnySlot, ast.StringTerm(step))
	case step == "":
		return ast.ArrayTerm(termAnySlot, ast.StringTerm("res:"+r.AppResource))
	}
	return ast.ArrayTerm(termAnySlot, ast.StringTerm(step), ast.StringTerm("res:"+r.AppResource))
}

func delegationsItem(delegations []Delegation) [2]*ast.Term {
	if len(delegations) == 0 {
		return noDelegation
	}
	terms := make([]*ast.Term, len(delegations))
	for i := range delegations {
		terms[i] = delegations[i].term()
	}
	return ast.Item(fieldDelegations, ast.ArrayTerm(terms...))
}

// term leaves out the fields that do not limit the right.
func (d *Delegation) term() *ast.Term {
	items := make([][2]*ast.Term, 0, 8)
	items = append(items,
		ast.Item(fieldID, text(d.ID)),
		ast.Item(fieldApp, text(d.App)),
		ast.Item(fieldFrom, ast.StringTerm(decimal(d.From))),
		ast.Item(fieldTo, text(d.To)),
		ast.Item(fieldActions, array(lowered(d.Actions))),
	)
	if d.Instance != "" {
		items = append(items, ast.Item(fieldInstance, ast.StringTerm(d.Instance)))
	}
	if d.Slot != "" && d.Slot != anySlot {
		items = append(items, ast.Item(fieldSlot, ast.StringTerm(d.Slot)))
	}
	if !d.Until.IsZero() {
		items = append(items, ast.Item(fieldUntil, integer(int(d.Until.Unix()))))
	}
	return ast.ObjectTerm(items...)
}
