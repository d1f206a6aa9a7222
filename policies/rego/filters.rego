# METADATA
# title: Which instances a caller may see
# description: |
#   include is compiled to a condition on the table input.instances, with symbols for
#   parties and for groups of apps. rows is evaluated and adds single rows' conditions.
# scope: package
# compile:
#   unknowns: [input.instances]
package altinn.filters

# Apps share a gate set when level and scopes are the same for every kind of caller,
# so the caller's level and scopes are checked once for each set, not for each app.
open_sets contains id if {
	some id, gate in data.altinn.gatesets
	some scope in gate[input.subject.kind].read[input.subject.level]
	input.subject.scopes[scope]
}

# METADATA
# entrypoint: true
# description: The caller's keys on a party let it read the app, in whole.
include if {
	some profile in input.subject.profiles
	apps := apps_of(profile.keys, "*")
	count(apps) > 0
	party_ok(profile)
	input.instances.app_id in apps
}

# The same, at one task or end event.
include if {
	some i, profile in input.subject.profiles
	some slot in slots_of[i]
	slot != "*"
	apps := apps_of(profile.keys, slot)
	party_ok(profile)
	input.instances.slot == slot
	input.instances.app_id in apps
}

# The slots in which any key of a profile can read.
slots_of[i] contains slot if {
	some i, profile in input.subject.profiles
	some id in open_sets
	some key in profile.keys
	some slot, _ in data.altinn.readers[id][key]
}

apps_of(keys, slot) := {app |
	some id in open_sets
	some key in keys
	some app in data.altinn.readers[id][key][slot]
}

# A service owner's keys are the same on every party.
party_ok(profile) if {
	profile.all
	input.subject.kind == "org"
}

party_ok(profile) if input.instances.party_id in profile.parties

# METADATA
# entrypoint: true
# description: |
#   Instances that were delegated to the caller: a name of apps, a party, and where
#   the record has them an instance and a slot.
rows contains row if {
	some d in input.delegations
	"read" in d.actions
	d.to in input.subject.ids
	object.get(d, "until", input.now + 1) > input.now
	some apps in delegated_apps(d.app)
	row := object.union({"party": d.from, "apps": apps}, object.filter(d, ["instance", "slot"]))
}

# Instances of sibling apps that the calling app has declared to read.
rows contains {"apps": key, "slot": slot} if {
	input.subject.kind == "app"
	caller := data.altinn.apps[input.subject.app]
	some name, actions in caller.calls
	"read" in actions
	some key in data.altinn.versions[name]
	target := data.altinn.apps[key]
	target.org == caller.org
	target.gateset in open_sets
	some slot, holders in target.h.read
	concat(":", ["org", target.org]) in holders
}

# The app without version stands for all its versions whose gate set is open.
delegated_apps(name) := by_id | by_key if {
	by_id := {apps |
		some id, apps in object.get(data.altinn.reach, name, {})
		id in open_sets
	}
	by_key := {name | data.altinn.apps[name].gateset in open_sets}
}
