package altinn.samples

# Apps and requests that the tests share; each test changes one thing.
apps := {
	"ttd/demo": demo,
	"ttd/demo@v2": demo,
	"ttd/parent": {
		"id": "ttd/parent", "org": "ttd", "etag": "e2", "gate": gate, "g": {}, "h": {}, "r": {},
		"calls": {"ttd/demo": ["instantiate", "sign", "complete"], "ttd/signing": ["read"]},
	},
	"skd/other": {
		"id": "skd/other", "org": "skd", "etag": "e3", "gate": gate, "g": {}, "h": {}, "r": {},
		"calls": {"ttd/demo": ["instantiate"]},
	},
	"ttd/deny": {
		"id": "ttd/deny", "org": "ttd", "etag": "e4", "gate": gate, "calls": {},
		"g": {"read": {"*": {"role:dagl": [1], "role:utinn": [1]}}, "sign": {"task:Sign": {"role:dagl": [1]}}},
		"hd": {"read": {"*": ["role:dagl", "role:utinn"]}, "sign": {"task:Sign": ["role:dagl"]}},
		"d": {"read": {"task:Task_1": {"role:dagl": [2]}}},
		"r": {"1": {"id": "rule:1"}, "2": {"id": "rule:deny"}},
	},
}

demo := {
	"id": "ttd/demo", "org": "ttd", "etag": "e1", "gateset": "s", "calls": {},
	"gate": gate,
	"g": {
		"read": {"*": {"role:dagl": [1], "org:ttd": [2]}, "res:events": {"role:revi": [1]}},
		"write": {"task:Task_1": {"role:dagl": [1]}},
		"sign": {"task:Sign": {"role:dagl": [3], "pkg:sign": [3]}},
		"complete": {"end:EndEvent_1": {"org:ttd": [2]}},
		"instantiate": {"*": {"role:dagl": [1], "org:ttd": [2]}},
	},
	"h": {
		"read": {"*": ["org:ttd", "role:dagl"], "res:events": ["role:revi"]},
		"write": {"task:Task_1": ["role:dagl"]},
		"sign": {"task:Sign": ["pkg:sign", "role:dagl"]},
		"complete": {"end:EndEvent_1": ["org:ttd"]},
		"instantiate": {"*": ["org:ttd", "role:dagl"]},
	},
	"r": {"1": {"id": "rule:1"}, "2": {"id": "rule:2"}, "3": {"id": "rule:3"}},
}

gate := {
	"user": {"read": above(2, ["-"]), "write": above(2, ["-"])},
	"systemuser": {"read": above(2, ["-"]), "write": above(2, ["-"])},
	"org": owner_gate,
	"app": owner_gate,
}

owner_gate := {
	"read": above(3, ["altinn:serviceowner/instances.read"]),
	"write": above(3, ["altinn:serviceowner/instances.write"]),
}

above(least, scopes) := {format_int(level, 10): scopes | some level in numbers.range(least, 4)}

user := {
	"action": "read", "mode": "read", "now": 100,
	"subject": {
		"kind": "user", "id": "user:1", "ids": ["person:p1"], "org": "", "app": "", "level": "3",
		"scopes": {"-": true},
		"keys": {"500": {"role:dagl": true}},
	},
	"resource": {"app": "ttd/demo", "party": "500", "instance": "i1", "slots": ["*", "task:Task_1"]},
	"delegations": [],
}

owner := object.union(json.remove(user, ["subject/keys"]), {"subject": {
	"kind": "org", "id": "org:ttd", "org": "ttd", "ids": [],
	"scopes": {"-": true, "altinn:serviceowner/instances.read": true},
	"keys": {"500": {"org:ttd": true}},
}})

signee := object.union(json.remove(user, ["subject/keys"]), {
	"action": "sign", "mode": "write",
	"subject": {"id": "user:2", "ids": ["person:p2"], "keys": {}},
	"resource": {"slots": ["*", "task:Sign"]},
	"delegations": [{
		"id": "d1", "app": "ttd/demo", "from": "500", "to": "person:p2", "instance": "i1",
		"slot": "task:Sign", "actions": ["read", "sign"], "until": 101,
	}],
})

app_call := object.union(json.remove(user, ["subject/keys"]), {
	"action": "instantiate", "mode": "write",
	"subject": {
		"kind": "app", "id": "app:ttd/parent", "app": "ttd/parent", "org": "ttd", "ids": [], "keys": {},
		"scopes": {"-": true, "altinn:serviceowner/instances.write": true},
	},
	"resource": {"instance": "", "slots": ["*"]},
})

denied := object.union(user, {"resource": {"app": "ttd/deny"}})
