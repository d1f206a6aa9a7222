package altinn.explain_test

import data.altinn.explain
import data.altinn.samples

report(request) := r if {
	r := explain.report with input as request with data.altinn.apps as samples.apps
}

code(request) := report(request).code

test_ok if code(samples.user) == "ok"

test_unknown_app if {
	r := report(object.union(samples.user, {"resource": {"app": "ttd/none"}}))
	r.code == "unknown_app"
	r.etag == ""
}

test_unknown_kind if code(object.union(samples.user, {"subject": {"kind": "anonymous"}})) == "unknown_kind"

test_unknown_action if code(object.union(samples.user, {"action": "delete"})) == "unknown_action"

test_denied_by_rule if {
	r := report(samples.denied)
	r.code == "denied_by_rule"
	r.denials == {{"slot": "task:Task_1", "key": "role:dagl", "rule": "rule:deny"}}
}

test_wrong_party if code(object.union(samples.user, {"resource": {"party": "501"}})) == "wrong_party"

test_wrong_step if {
	r := report(object.union(samples.user, {"action": "write", "mode": "write", "resource": {"slots": ["*", "task:Task_2"]}}))
	r.code == "wrong_step"
	r.need.slots == {"task:Task_1"}
}

test_no_grant if {
	r := report(object.union(samples.user, {"action": "complete", "resource": {"slots": ["*", "end:EndEvent_1"]}}))
	r.code == "no_grant"
	r.need.keys == {"org:ttd"}
}

test_a_part_is_not_a_step if {
	request := json.patch(samples.user, [{"op": "replace", "path": "/subject/keys/500", "value": {"role:revi": true}}])
	code(request) == "no_grant"
}

test_level if {
	r := report(object.union(samples.user, {"subject": {"level": "1"}}))
	r.code == "level"
	r.need == {"level": 2}
}

test_scope if {
	r := report(json.remove(samples.owner, ["subject/scopes/altinn:serviceowner~1instances.read"]))
	r.code == "scope"
	r.need == {"scopes": ["altinn:serviceowner/instances.read"]}
}

test_report_names_rule_and_key if {
	r := report(samples.user)
	r.allow
	r.etag == "e1"
	r.grants == {{"slot": "*", "key": "role:dagl", "rule": "rule:1"}}
	r.need == {}
}

test_report_names_the_delegation if report(samples.signee).delegations == {"d1"}

test_signee_level if code(object.union(samples.signee, {"subject": {"level": "1"}})) == "level"

test_app_call if code(samples.app_call) == "ok"

test_app_call_scope if {
	code(json.remove(samples.app_call, ["subject/scopes/altinn:serviceowner~1instances.write"])) == "scope"
}

test_app_call_undeclared if code(object.union(samples.app_call, {"action": "read", "mode": "read"})) == "no_grant"

# Grants without the index that decisions use: a broken document is never taken for a refusal.
test_broken_document if {
	apps := json.remove(samples.apps, ["ttd~1demo/h"])
	r := explain.report with input as samples.user with data.altinn.apps as apps
	r.code == "error"
}
