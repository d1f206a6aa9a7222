# METADATA
# title: Access decisions
# description: |
#   One policy for every app. What differs between apps is data under
#   data.altinn.apps[app]; what differs between callers is input.
#   A body of allow can only add. What takes away belongs inside each body.
# scope: package
package altinn.authz

# METADATA
# entrypoint: true
# description: True when the request is permitted. Undefined means denied.

# 1. The app's own policy grants it. One ground path leads to the app's document,
#    so the number of apps does not matter. The app's few keys are iterated and the
#    caller's keys looked up, so the number of roles does not matter either.
allow if {
	app := data.altinn.apps[input.resource.app]
	some scope in app.gate[input.subject.kind][input.mode][input.subject.level]
	input.subject.scopes[scope]
	some slot in input.resource.slots
	some key in app.h[input.action][slot]
	input.subject.keys[input.resource.party][key]
}

# 2. Somebody delegated it: a right on the app or on this one instance.
allow if {
	some d in input.delegations
	delegation_reaches(d)
	guards
}

# 3. An app acts for its owner towards another app of the same org.
allow if {
	input.subject.kind == "app"
	app_call
	guards
}

# 4. Apps with Deny rules keep their grants in "hd", out of reach of body 1.
allow if {
	app := data.altinn.apps[input.resource.app]
	some slot in input.resource.slots
	some key in app.hd[input.action][slot]
	input.subject.keys[input.resource.party][key]
	guards
}

guards if {
	not denied
	scope_ok
}

# gate[kind][mode][level] lists the scopes of which one is needed. A level below the
# app's minimum has no entry. "-" is a scope that every caller is given.
gate := data.altinn.apps[input.resource.app].gate[input.subject.kind][input.mode]

level_ok if gate[input.subject.level]

scope_ok if {
	some scope in gate[input.subject.level]
	input.subject.scopes[scope]
}

denied if {
	app := data.altinn.apps[input.resource.app]
	some slot in input.resource.slots
	some key, _ in app.d[input.action][slot]
	input.subject.keys[input.resource.party][key]
}

delegation_reaches(d) if {
	names_app(d.app)
	d.from == input.resource.party
	d.to in input.subject.ids
	input.action in d.actions
	object.get(d, "instance", input.resource.instance) == input.resource.instance
	object.get(d, "slot", "*") in input.resource.slots
	object.get(d, "until", input.now + 1) > input.now
}

# A record names one version of an app, or the app without version and so all of them.
names_app(name) if name == input.resource.app

names_app(name) if name == data.altinn.apps[input.resource.app].id

# The target's policy must let the owner org do it, both apps must belong to that
# org, and the calling app must have declared the call. An app with Deny rules has no
# "h" and so takes no calls.
app_call if {
	target := data.altinn.apps[input.resource.app]
	caller := data.altinn.apps[input.subject.app]
	caller.org == target.org
	some name, actions in caller.calls
	names_app(name)
	input.action in actions
	some slot in input.resource.slots
	some key in target.h[input.action][slot]
	key == concat(":", ["org", target.org])
}
