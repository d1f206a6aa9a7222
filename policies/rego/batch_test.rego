package altinn.batch_test

import data.altinn.authz
import data.altinn.batch
import data.altinn.samples

wanted := {"read": "read", "write": "write", "sign": "write", "instantiate": "write", "delete": "write"}

batch_of(request) := allowed if {
	allowed := batch.allowed with input as object.union(request, {"wanted": wanted}) with data.altinn.apps as samples.apps
}

one_by_one(request) := {action |
	some action, mode in wanted
	authz.allow with input as object.union(request, {"action": action, "mode": mode}) with data.altinn.apps as samples.apps
}

test_user if batch_of(samples.user) == {"read", "write", "instantiate"}

test_agrees_with_single_decisions if {
	every request in [samples.user, samples.owner, samples.signee, samples.app_call, samples.denied, {}] {
		batch_of(request) == one_by_one(request)
	}
}

test_deny_app_elsewhere if batch_of(object.union(samples.denied, {"resource": {"slots": ["*"]}})) == {"read"}
