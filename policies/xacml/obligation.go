package xacml

import "strconv"

// maxLevel is the highest authentication level that Altinn knows.
const maxLevel = 4

// levels collects the two obligations; -1 means not given.
type levels struct{ user, org int }

// obligations reads the authentication levels that the policy asks for. Any other obligation
// is refused, because a permit that carries it could not be honoured.
func (t *translator) obligations(root *element) {
	found := levels{-1, -1}
	for _, list := range root.all("ObligationExpressions") {
		for _, o := range list.kids {
			t.obligation(o, &found)
		}
	}
	t.policy.MinUser = max(found.user, 0)
	t.policy.MinOrg = t.policy.MinUser
	if found.org >= 0 {
		t.policy.MinOrg = found.org
	}
	if t.policy.MinUser == 0 {
		t.warn("W_NO_LEVEL", root, "", "no %s above 0, so self-identified users are let in; state the level", obligationUserLevel)
	}
}

func (t *translator) obligation(e *element, found *levels) {
	if e.name != "ObligationExpression" || e.attrs["FulfillOn"] != "Permit" || len(e.kids) == 0 {
		t.fail("E_OBLIGATION", e, "", "obligation %q must be an ObligationExpression with FulfillOn=Permit and an assignment", e.attrs["ObligationId"])
		return
	}
	for _, a := range e.kids {
		t.assignment(a, found)
	}
}

func (t *translator) assignment(e *element, found *levels) {
	value := e.only("AttributeValue")
	if e.name != "AttributeAssignmentExpression" || value == nil || len(e.kids) != 1 || value.attrs["DataType"] != typeInteger {
		t.fail("E_OBLIGATION", e, "", "an obligation must assign one integer AttributeValue")
		return
	}
	level, err := strconv.Atoi(value.value())
	if err != nil || level < 0 || level > maxLevel {
		t.fail("E_OBLIGATION", e, "", "authentication level %q is not a number from 0 to %d", value.value(), maxLevel)
		return
	}
	var into *int
	switch e.attrs["Category"] {
	case obligationUserLevel:
		into = &found.user
	case obligationOrgLevel:
		into = &found.org
	default:
		t.fail("E_OBLIGATION", e, "", "obligation category %q could not be enforced; only %s and %s are", e.attrs["Category"], obligationUserLevel, obligationOrgLevel)
		return
	}
	if *into >= 0 && *into != level {
		t.fail("E_OBLIGATION", e, "", "%s is given twice, as %d and %d; keep one", e.attrs["Category"], *into, level)
		return
	}
	*into = level
}
