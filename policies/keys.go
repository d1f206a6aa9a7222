package policies

import (
	"strconv"
	"strings"
)

// keyPrefixes lists, for each kind of caller, the prefixes that its keys may have.
// "any" and "delegator:" belong to no caller.
var keyPrefixes = map[string][]string{
	KindUser:       {"role", "pkg", "user", "person", "party", "orguuid", "extrole", "oed", "orgno"},
	KindSystemUser: {"pkg", "sysuser"},
	KindOrg:        {"org", "orgno"},
}

// UserKeys builds the keys of a person on one party: the roles (role:) and access
// packages (pkg:) that the person holds for that party, and the person's own user:
// and person: keys. Codes may have any case. A zero user id or an empty uuid gives no key.
func UserKeys(userID int, personUUID string, roles, packages []string) []string {
	keys := make([]string, 0, len(roles)+len(packages)+2)
	keys = appendKeys(keys, "role:", roles...)
	keys = appendKeys(keys, "pkg:", packages...)
	if userID > 0 {
		keys = append(keys, "user:"+strconv.Itoa(userID))
	}
	return appendKeys(keys, "person:", personUUID)
}

// OrgKeys builds the keys of an organisation: org: for a service owner's code, such as
// ttd, and orgno: for its nine-digit number. They are the same on every party. An
// organisation without a service owner's code has the orgno: key only, and decides as
// KindUser.
func OrgKeys(code, orgNumber string) []string {
	return appendKeys(appendKeys(nil, "org:", code), "orgno:", orgNumber)
}

// SystemUserKeys builds the keys of a system user on one party: the access packages
// (pkg:) delegated to it there, and its own sysuser: key. A system user has no roles.
func SystemUserKeys(uuid string, packages []string) []string {
	return appendKeys(appendKeys(nil, "pkg:", packages...), "sysuser:", uuid)
}

// RegisterKeys builds the keys for roles that a register gives a person on one party:
// RegisterKeys("ccr", "daglig-leder") is extrole:ccr:daglig-leder.
func RegisterKeys(register string, codes ...string) []string {
	return appendKeys(nil, "extrole:"+strings.ToLower(register)+":", codes...)
}

// EstateKeys builds the keys for estate roles (oed:) from the probate register, whole
// as in urn:digitaltdodsbo:formuesfullmakt.
func EstateKeys(codes ...string) []string {
	return appendKeys(nil, "oed:", codes...)
}

func appendKeys(keys []string, prefix string, values ...string) []string {
	for _, v := range values {
		if v != "" {
			keys = append(keys, prefix+strings.ToLower(v))
		}
	}
	return keys
}
