package altinn.filters_test

import data.altinn.filters
import data.altinn.samples

gatesets := {"s": samples.gate}

readers := {"s": {
	"role:dagl": {"*": ["@group:1"]},
	"role:revi": {"end:EndEvent_1": ["@group:1"]},
	"org:ttd": {"*": ["@group:1"]},
}}

reach := {"ttd/demo": {"s": "@app:demo"}}

versions := {"ttd/demo": ["ttd/demo", "ttd/demo@v2"]}

caller(key) := object.union(json.remove(samples.user, ["subject/keys"]), {"subject": {"profiles": [{"parties": ["@party:0"], "keys": [key]}]}})

everywhere := object.union(json.remove(samples.owner, ["subject/keys"]), {"subject": {"profiles": [{"all": true, "keys": ["org:ttd"]}]}})

in_progress := {"id": "i1", "party_id": "@party:0", "app_id": "@group:1", "slot": "task:Task_1"}

ended := object.union(in_progress, {"slot": "end:EndEvent_1"})

include(request, row) if {
	filters.include with input as object.union(request, {"instances": row})
		with data.altinn.gatesets as gatesets
		with data.altinn.readers as readers
}

# Every app here declares to read the form app; only those that are no siblings may not.
calling := object.union(samples.apps, {
	"ttd/parent": {"calls": {"ttd/demo": ["read"]}},
	"skd/other": {"calls": {"ttd/demo": ["read"]}},
	"ttd/writer": {"id": "ttd/writer", "org": "ttd", "calls": {"ttd/demo": ["instantiate"]}},
	"ttd/apart": object.union(samples.demo, {"id": "ttd/apart"}),
})

rows(request) := found if {
	found := filters.rows with input as request
		with data.altinn.gatesets as gatesets
		with data.altinn.reach as reach
		with data.altinn.versions as versions
		with data.altinn.apps as calling
}

test_whole_app if include(caller("role:dagl"), in_progress)

test_another_party if not include(caller("role:dagl"), object.union(in_progress, {"party_id": "@party:1"}))

test_another_app if not include(caller("role:dagl"), object.union(in_progress, {"app_id": "@group:2"}))

test_one_step if include(caller("role:revi"), ended)

test_another_step if not include(caller("role:revi"), in_progress)

test_one_step_on_another_party if not include(caller("role:revi"), object.union(ended, {"party_id": "@party:1"}))

test_one_step_in_another_app if not include(caller("role:revi"), object.union(ended, {"app_id": "@group:2"}))

test_owner_on_named_parties if {
	request := json.patch(everywhere, [{"op": "replace", "path": "/subject/profiles/0", "value": {"parties": ["@party:0"], "keys": ["org:ttd"]}}])
	include(request, in_progress)
	not include(request, object.union(in_progress, {"party_id": "@party:1"}))
}

test_level if not include(object.union(caller("role:dagl"), {"subject": {"level": "1"}}), in_progress)

test_owner_on_every_party if include(everywhere, in_progress)

test_all_is_for_owners if not include(object.union(everywhere, {"subject": {"kind": "user"}}), in_progress)

test_owner_scope if {
	not include(json.remove(everywhere, ["subject/scopes/altinn:serviceowner~1instances.read"]), in_progress)
}

test_delegated_rows if {
	rows(samples.signee) == {
		{"party": "500", "apps": "@app:demo", "instance": "i1", "slot": "task:Sign"},
		{"party": "500", "apps": "ttd/demo", "instance": "i1", "slot": "task:Sign"},
	}
}

test_delegated_rows_of_one_version if {
	request := json.patch(samples.signee, [{"op": "replace", "path": "/delegations/0/app", "value": "ttd/demo@v2"}])
	rows(request) == {{"party": "500", "apps": "ttd/demo@v2", "instance": "i1", "slot": "task:Sign"}}
}

test_no_delegated_rows if {
	every patch in [
		{"path": "/delegations/0/app", "value": "ttd/deny"},
		{"path": "/delegations/0/to", "value": "person:p3"},
		{"path": "/delegations/0/actions", "value": ["sign"]},
		{"path": "/delegations/0/until", "value": 100},
		{"path": "/subject/level", "value": "1"},
	] {
		rows(json.patch(samples.signee, [object.union(patch, {"op": "replace"})])) == set()
	}
}

reading_app := object.union(samples.app_call, {"subject": {"scopes": {"altinn:serviceowner/instances.read": true}}})

test_declared_calls if {
	rows(reading_app) == {
		{"apps": "ttd/demo", "slot": "*"},
		{"apps": "ttd/demo@v2", "slot": "*"},
	}
}

test_calls_of_another_org if rows(object.union(reading_app, {"subject": {"app": "skd/other"}})) == set()

test_calls_without_read if rows(object.union(reading_app, {"subject": {"app": "ttd/writer"}})) == set()

test_calls_below_the_level if rows(object.union(reading_app, {"subject": {"level": "2"}})) == set()

test_calls_by_another_kind if rows(object.union(reading_app, {"subject": {"kind": "org"}})) == set()
