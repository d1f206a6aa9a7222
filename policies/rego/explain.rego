# METADATA
# title: Why a decision came out as it did
# description: Evaluated after a denial and for auditors, never on the way to a permit.
# scope: package
package altinn.explain

import data.altinn.authz

app := data.altinn.apps[input.resource.app]

# METADATA
# entrypoint: true
# description: The decision, its code, what led to it and what would have helped.
report := {
	"allow": allowed,
	"code": code,
	"app": input.resource.app,
	"etag": etag,
	"grants": grants,
	"denials": denials,
	"delegations": delegations,
	"need": need,
}

default allowed := false

allowed if authz.allow

default etag := ""

etag := app.etag

grants contains {"slot": slot, "key": key, "rule": app.r[format_int(n, 10)].id} if {
	some slot in input.resource.slots
	some key, numbers in app.g[input.action][slot]
	input.subject.keys[input.resource.party][key]
	some n in numbers
}

denials contains {"slot": slot, "key": key, "rule": app.r[format_int(n, 10)].id} if {
	some slot in input.resource.slots
	some key, numbers in app.d[input.action][slot]
	input.subject.keys[input.resource.party][key]
	some n in numbers
}

delegations contains d.id if {
	some d in input.delegations
	authz.delegation_reaches(d)
}

granted if count(grants) > 0

granted if count(delegations) > 0

granted if {
	input.subject.kind == "app"
	authz.app_call
}

# The first check that fails, in the order in which an auditor would ask.
code := "ok" if {
	allowed
} else := "unknown_app" if {
	not app
} else := "unknown_kind" if {
	not app.gate[input.subject.kind]
} else := "unknown_action" if {
	not app.g[input.action]
	count(input.delegations) == 0
} else := "denied_by_rule" if {
	count(denials) > 0
} else := "wrong_party" if {
	not granted
	input.subject.kind in {"user", "systemuser"}
	not input.subject.keys[input.resource.party]
} else := "wrong_step" if {
	not granted
	count(elsewhere) > 0
} else := "no_grant" if {
	not granted
} else := "level" if {
	not authz.level_ok
} else := "scope" if {
	not authz.scope_ok
} else := "error"

# Tasks and end events at which the same caller would be permitted.
elsewhere contains slot if {
	some slot, keys in app.g[input.action]
	not slot in input.resource.slots
	not startswith(slot, "res:")
	some key, _ in keys
	input.subject.keys[input.resource.party][key]
}

need["level"] := to_number(min(object.keys(authz.gate))) if {
	granted
	not authz.level_ok
}

need["scopes"] := authz.gate[input.subject.level] if {
	granted
	authz.level_ok
	not authz.scope_ok
}

need["slots"] := elsewhere if {
	not granted
	count(elsewhere) > 0
}

need["keys"] := {key |
	some slot in input.resource.slots
	some key, _ in app.g[input.action][slot]
} if {
	not granted
}
