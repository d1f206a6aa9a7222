package apps

import (
	"github.com/hovedbok/hovedbok/apps/jsonc"
	"github.com/hovedbok/hovedbok/domain/link"
)

const ownerHint = "write \"same\", or one of organisationNumber, personNumber and partyId"

// owner reads the instance owner of B. Faults never hold its number.
func (r linkReader) owner(node *jsonc.Node) link.Owner {
	found := node.Get("owner")
	switch {
	case found == nil:
		r.fault(node.Offset, FaultLinkOwner, ownerHint, "the link does not say who owns the new instance")
		return link.Owner{}
	case found.Is(jsonc.String) && found.Text == "same":
		return link.Owner{Kind: link.OwnerSame}
	case !found.Is(jsonc.Object) || len(found.Members) != 1:
		r.fault(found.Offset, FaultLinkOwner, ownerHint, "the owner is not named in exactly one way")
		return link.Owner{}
	}
	member := found.Members[0]
	kind, ok := link.OwnerKindOf(member.Name)
	if !ok {
		r.fault(member.Offset, FaultLinkOwner, ownerHint, "an owner has no member %q", member.Name)
		return link.Owner{}
	}
	owner := link.Owner{Kind: kind, Value: r.value(member.Value, "owner."+member.Name)}
	if !owner.Value.IsZero() && !owner.ValidLiteral() {
		r.fault(member.Value.Offset, FaultLinkOwner, "write the digits, or an expression", "the %s is malformed", member.Name)
	} else if !owner.ControlDigitsHold() {
		r.warn(member.Value.Offset, FaultLinkOwnerControl, "check the number", "the control digits of the %s do not hold", member.Name)
	}
	return owner
}
