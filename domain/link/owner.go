package link

// OwnerKind says how the instance owner of B is named.
type OwnerKind uint8

// The kinds of owners.
const (
	OwnerSame         OwnerKind = iota + 1 // the instance owner of A
	OwnerOrganisation                      // by organisation number
	OwnerPerson                            // by national identity number
	OwnerParty                             // by party id
)

// ownerMembers are the names of the kinds in links.json.
var ownerMembers = map[string]OwnerKind{
	"organisationNumber": OwnerOrganisation,
	"personNumber":       OwnerPerson,
	"partyId":            OwnerParty,
}

// OwnerKindOf gives the kind that a member of "owner" stands for.
func OwnerKindOf(member string) (OwnerKind, bool) {
	kind, ok := ownerMembers[member]
	return kind, ok
}

// Owner names the instance owner of B. Value is a literal or an expression over A, and zero for
// OwnerSame. Its text can be a national identity number: never write it to a log or an error.
type Owner struct {
	Kind  OwnerKind
	Value Value
}

// ValidLiteral reports whether a literal has the form of its kind: an organisation number of nine
// digits, an identity number of eleven, or a positive party id. An expression is not known before it
// is evaluated, and is accepted.
func (o Owner) ValidLiteral() bool {
	literal, ok := o.Value.Literal()
	if !ok {
		return o.Kind == OwnerSame || o.Value.IsExpression()
	}
	digits := digitsOf(literal)
	switch o.Kind {
	case OwnerOrganisation:
		return len(digits) == 9
	case OwnerPerson:
		return len(digits) == 11
	case OwnerParty:
		return len(digits) > 0 && len(digits) <= 18 && digits[0] != 0
	default:
		return false
	}
}

// ControlDigitsHold reports whether the control digits of a literal are right (modulus 11). They are
// for every number in the registers up to now, but not for numbers invented for a test, nor for
// identity numbers given out from 2032. Owners without a literal number give true.
func (o Owner) ControlDigitsHold() bool {
	literal, _ := o.Value.Literal()
	digits := digitsOf(literal)
	switch {
	case o.Kind == OwnerOrganisation && len(digits) == 9:
		return control(digits, []int{3, 2, 7, 6, 5, 4, 3, 2}) == digits[8]
	case o.Kind == OwnerPerson && len(digits) == 11:
		return control(digits, []int{3, 7, 6, 1, 8, 9, 4, 5, 2}) == digits[9] &&
			control(digits, []int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2}) == digits[10]
	default:
		return true
	}
}

// control gives the modulus 11 control digit over the first len(weights) digits. Ten means that no
// such number is given out, and equals no digit.
func control(digits, weights []int) int {
	sum := 0
	for i, weight := range weights {
		sum += weight * digits[i]
	}
	return (11 - sum%11) % 11
}
