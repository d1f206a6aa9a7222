package altinn.authz_test

import data.altinn.authz
import data.altinn.samples

allow(request) if authz.allow with input as request with data.altinn.apps as samples.apps

test_role_on_the_party if allow(samples.user)

test_same_role_on_another_party if not allow(object.union(samples.user, {"resource": {"party": "501"}}))

test_task_action_at_its_task if allow(object.union(samples.user, {"action": "write", "mode": "write"}))

test_task_action_at_another_task if {
	not allow(object.union(samples.user, {"action": "write", "mode": "write", "resource": {"slots": ["*", "task:Task_2"]}}))
}

test_action_that_no_rule_mentions if not allow(object.union(samples.user, {"action": "delete", "mode": "write"}))

test_unknown_app if not allow(object.union(samples.user, {"resource": {"app": "ttd/none"}}))

test_level_too_low if not allow(object.union(samples.user, {"subject": {"level": "1"}}))

test_level_as_a_number if not allow(object.union(samples.user, {"subject": {"level": 3}}))

test_keys_as_an_array if not allow(object.union(samples.user, {"subject": {"keys": {"500": ["role:dagl"]}}}))

test_no_level if not allow(json.remove(samples.user, ["subject/level"]))

test_no_slots if not allow(json.remove(samples.user, ["resource/slots"]))

test_empty_input if not allow({})

test_null_app if not allow(object.union(samples.user, {"resource": {"app": null}}))

test_anonymous if not allow(object.union(samples.user, {"subject": {"kind": "anonymous"}}))

test_owner_with_scope if allow(samples.owner)

test_owner_without_scope if not allow(json.remove(samples.owner, ["subject/scopes/altinn:serviceowner~1instances.read"]))

test_owner_below_the_owner_level if not allow(object.union(samples.owner, {"subject": {"level": "2"}}))

test_read_scope_does_not_write if not allow(object.union(samples.owner, {"action": "instantiate", "mode": "write"}))

test_owner_completes_at_the_end if {
	allow(object.union(samples.owner, {
		"action": "complete",
		"mode": "write",
		"subject": {"scopes": {"altinn:serviceowner/instances.write": true}},
		"resource": {"slots": ["*", "end:EndEvent_1"]},
	}))
}

test_another_agency if not allow(json.patch(samples.owner, [{"op": "replace", "path": "/subject/keys/500", "value": {"org:skd": true}}]))

# ---- delegations

test_signee if allow(samples.signee)

test_signee_of_all_versions if {
	allow(json.patch(samples.signee, [
		{"op": "replace", "path": "/resource/app", "value": "ttd/demo@v2"},
		{"op": "replace", "path": "/delegations/0/app", "value": "ttd/demo"},
	]))
}

test_signee_of_another_version if {
	not allow(json.patch(samples.signee, [
		{"op": "replace", "path": "/resource/app", "value": "ttd/demo"},
		{"op": "replace", "path": "/delegations/0/app", "value": "ttd/demo@v2"},
	]))
}

# Each line breaks one condition of a delegation; all of them must deny.
beyond_the_record contains name if {
	some name, patch in {
		"app": {"path": "/delegations/0/app", "value": "ttd/parent"},
		"party": {"path": "/resource/party", "value": "501"},
		"person": {"path": "/subject/ids/0", "value": "person:p3"},
		"action": {"path": "/action", "value": "write"},
		"instance": {"path": "/resource/instance", "value": "i2"},
		"no instance yet": {"path": "/resource/instance", "value": ""},
		"task": {"path": "/resource/slots/1", "value": "task:Task_1"},
		"expired": {"path": "/delegations/0/until", "value": 99},
		"expires now": {"path": "/delegations/0/until", "value": 100},
		"level": {"path": "/subject/level", "value": "1"},
		"kind": {"path": "/subject/kind", "value": "anonymous"},
	}
	not allow(json.patch(samples.signee, [object.union(patch, {"op": "replace"})]))
}

test_every_limit_of_a_delegation_denies if {
	count(beyond_the_record) == 11
}

test_right_without_limits if {
	allow(json.remove(samples.signee, ["delegations/0/instance", "delegations/0/slot", "delegations/0/until"]))
}

# ---- apps that call apps

test_app_makes_an_instance_of_its_sibling if allow(samples.app_call)

test_app_calls_a_version if allow(object.union(samples.app_call, {"resource": {"app": "ttd/demo@v2"}}))

test_app_of_another_org if not allow(object.union(samples.app_call, {"subject": {"app": "skd/other", "org": "skd"}}))

test_app_that_claims_an_org if not allow(object.union(samples.app_call, {"subject": {"app": "skd/other", "org": "ttd"}}))

test_app_without_a_declared_call if not allow(object.union(samples.app_call, {"action": "read", "mode": "read"}))

test_app_without_scope if {
	not allow(json.remove(samples.app_call, ["subject/scopes/altinn:serviceowner~1instances.write"]))
}

test_app_call_by_another_kind if not allow(object.union(samples.app_call, {"subject": {"kind": "org"}}))

test_app_call_that_the_target_does_not_grant if {
	apps := json.patch(samples.apps, [{"op": "replace", "path": "/ttd~1demo/h/instantiate/*", "value": ["role:dagl"]}])
	not authz.allow with input as samples.app_call with data.altinn.apps as apps
}

test_app_calls_at_the_step_that_is_granted if {
	call := json.patch(samples.app_call, [{"op": "replace", "path": "/action", "value": "complete"}])
	not allow(call)
	allow(object.union(call, {"resource": {"slots": ["*", "end:EndEvent_1"]}}))
}

# ---- Deny rules

test_deny_wins if not allow(samples.denied)

test_deny_holds_at_its_task_only if allow(object.union(samples.denied, {"resource": {"slots": ["*"]}}))

test_deny_app_keeps_the_level if {
	not allow(object.union(samples.denied, {"resource": {"slots": ["*"]}, "subject": {"level": "1"}}))
}

test_deny_app_keeps_the_party if {
	not allow(object.union(samples.denied, {"resource": {"slots": ["*"], "party": "501"}}))
}

test_deny_wins_over_a_delegation if {
	not allow(object.union(samples.denied, {"delegations": [{"id": "d", "app": "ttd/deny", "from": "500", "to": "person:p1", "actions": ["read"]}]}))
}

test_deny_is_for_those_that_it_names if {
	allow(json.patch(samples.denied, [{"op": "replace", "path": "/subject/keys/500", "value": {"role:utinn": true}}]))
}

test_deny_app_grants_at_its_task_only if {
	request := object.union(samples.denied, {"action": "sign", "mode": "write"})
	not allow(request)
	allow(object.union(request, {"resource": {"slots": ["*", "task:Sign"]}}))
}
