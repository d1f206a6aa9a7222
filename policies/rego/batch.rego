# METADATA
# title: Several actions on one resource in one evaluation
# description: What a task offers its user. Agrees with altinn.authz action by action.
# scope: package
package altinn.batch

import data.altinn.authz

# METADATA
# entrypoint: true
# description: The actions of input.wanted (action to mode) that are permitted.
allowed contains action if {
	app := data.altinn.apps[input.resource.app]
	some action, mode in input.wanted
	some scope in app.gate[input.subject.kind][mode][input.subject.level]
	input.subject.scopes[scope]
	some slot in input.resource.slots
	some key in app.h[action][slot]
	input.subject.keys[input.resource.party][key]
}

# The rare ways to a grant are asked one by one.
allowed contains action if {
	rare
	some action, mode in input.wanted
	authz.allow with input.action as action with input.mode as mode
}

rare if count(input.delegations) > 0

rare if input.subject.kind == "app"

rare if data.altinn.apps[input.resource.app].hd
