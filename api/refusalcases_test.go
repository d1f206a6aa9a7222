package api_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/api"
	"github.com/hovedbok/hovedbok/identity/devidp"
)

func (w *bench) tokens() []bad {
	past, future := w.clock.Now().Add(-time.Hour).Unix(), w.clock.Now().Add(time.Hour).Unix()
	altinn := func(changes map[string]any) string { return w.signed(w.t, devidp.Altinn, w.claims(changes)) }
	aud := w.signed(w.t, devidp.IDPorten, map[string]any{
		"iss": w.node.Issuer.IssuerURL(devidp.IDPorten), "pid": "14838110062", "acr": "idporten-loa-high", "aud": "https://another.example", "iat": past, "exp": future,
	})
	good := w.person(w.t, ingrid)
	get := func(token string) call { return call{method: "GET", path: w.draft.path, token: token} }
	basic := call{method: "GET", path: w.draft.path, header: map[string]string{"Authorization": "Basic aW5ncmlkOmhlbW1lbGln"}}
	return []bad{
		{"no token", get(""), 401, "token_missing"},
		{"no bearer token", basic, 401, "token_missing"},
		{"token that is none", get("hemmelig"), 401, "token_malformed"},
		{"token cut off", get(good[:len(good)-20]), 401, "token_signature"},
		{"token too long", get(strings.Repeat("x", 20<<10)), 401, "token_malformed"},
		{"token expired", get(altinn(map[string]any{"exp": past})), 401, "token_expired"},
		{"token without an end", get(altinn(map[string]any{"exp": nil})), 401, "token_claims"},
		{"token of tomorrow", get(altinn(map[string]any{"nbf": future, "exp": future + 60})), 401, "token_not_yet_valid"},
		{"token by another key", get(w.byOtherKey(w.t)), 401, "token_signature"},
		{"token without signature", get(w.unsigned(w.t)), 401, "token_algorithm"},
		{"token by the public key as a secret", get(w.byPublicKey(w.t)), 401, "token_algorithm"},
		{"token of an unknown issuer", get(altinn(map[string]any{"iss": "https://issuer.example"})), 401, "token_issuer"},
		{"token for others", get(aud), 401, "token_audience"},
		{"token of nobody", get(altinn(map[string]any{"urn:altinn:userid": nil})), 401, "token_claims"},
		{"token of an unknown organisation", get(altinn(map[string]any{"urn:altinn:userid": nil, "urn:altinn:orgNumber": "999999999"})), 401, "caller_unknown"},
		{"no token, write", call{method: "POST", path: appA + "/instances?instanceOwnerPartyId=500100"}, 401, "token_missing"},
		{"no token, unknown instance", call{method: "GET", path: appA + "/instances/1/" + uuid.NewString()}, 401, "token_missing"},
	}
}

func (w *bench) rights() []bad {
	level := w.atLevel(w.t, ingrid, 1)
	narrow := w.owner(w.t, "nordvik", "altinn:serviceowner/instances.read")
	return []bad{
		{"role missing", w.get(w.draft.path).as(w.person(w.t, per)), 403, "not_authorized"},
		{"role missing, write", w.patch(`[]`).as(w.person(w.t, amina)), 403, "not_authorized"},
		{"role missing, create", w.post(appA+"/instances?instanceOwnerPartyId=500100", nil).as(w.person(w.t, amina)), 403, "not_authorized"},
		{"role missing, upload", upload(w.t, "POST", w.complete.path+"/data/tegning", w.person(w.t, per), "tegning.pdf"), 403, "not_authorized"},
		{"level too low", w.get(w.draft.path).as(level), 403, "authentication_level_too_low"},
		{"level too low, create", w.post(appA+"/instances?instanceOwnerPartyId=500100", nil).as(level), 403, "authentication_level_too_low"},
		{"scope missing", w.post(appB+"/instances?instanceOwnerPartyId=500001", nil).as(narrow), 403, "scope_missing"},
		{"substatus by the applicant", call{method: "PUT", path: w.draft.path + "/substatus", token: w.token, body: map[string]string{"label": "x"}}, 403, "not_authorized"},
		{"completion by the applicant", w.post(w.done.path+"/complete", nil), 403, "not_authorized"},
		{"link by the applicant", w.post("/ledger/instances/"+w.draft.id+"/links", map[string]any{"chain": uuid.New(), "handover": uuid.New(), "instance": uuid.New(), "link": "l", "app": "a/b", "party": 1}), 403, "not_authorized"},
		{"action that is not one of the task's", call{method: "PUT", path: w.complete.path + "/process/next", token: w.token, body: map[string]string{"action": "danse"}}, 403, "not_authorized"},
		{"chain of others", w.get("/ledger/chains/" + w.chainOf(w.done)).as(w.person(w.t, per)), 403, "not_authorized"},
	}
}

func (w *bench) chainOf(m made) string {
	r := w.must(w.t, 200, w.get("/ledger/status/"+m.id).with(api.HeaderPosition, fmt.Sprint(w.head())))
	return at(w.t, r.tree(w.t), "chainId").(string)
}

func (w *bench) ids() []bad {
	_, guid, _ := strings.Cut(w.draft.id, "/")
	return []bad{
		{"party that is no number", w.get(appA + "/instances/fjordkroa/" + guid), 404, "instance_id_invalid"},
		{"party below 1", w.get(appA + "/instances/-1/" + guid), 404, "instance_id_invalid"},
		{"instance that is no uuid", w.get(appA + "/instances/500100/soknad"), 404, "instance_id_invalid"},
		{"instance that is no uuid, storage", w.get("/storage/api/v1/instances/500100/soknad"), 404, "instance_id_invalid"},
		{"instance that is no uuid, status", w.get("/ledger/status/500100/soknad"), 404, "instance_id_invalid"},
		{"instance that is no uuid, patch", call{method: "PATCH", path: appA + "/instances/500100/soknad/data", token: w.token, body: map[string]any{}}, 404, "instance_id_invalid"},
		{"active party that is no number", w.get(appA + "/instances/fjordkroa/active"), 404, "party_id_invalid"},
		{"element that is no uuid", w.get(w.draft.path + "/data/skjema"), 404, "data_element_not_found"},
		{"chain that is no uuid", w.get("/ledger/chains/kjede"), 404, "chain_not_found"},
		{"instance unknown", w.get(appA + "/instances/500100/" + uuid.NewString()), 404, "instance_not_found"},
		{"instance unknown, write", call{method: "PUT", path: appA + "/instances/500100/" + uuid.NewString() + "/process/next", token: w.token}, 404, "instance_not_found"},
		{"instance of another party", w.get(appA + "/instances/500102/" + guid), 404, "instance_not_found"},
		{"instance of another app", w.get("/nordvik/serveringsbevilling/instances/" + w.draft.id), 404, "instance_not_found"},
		{"instance of an unknown app", w.get("/nordvik/finnes-ikke/instances/" + w.draft.id), 404, "instance_not_found"},
	}
}

func (w *bench) routes() []bad {
	one := func(method, path string) call { return call{method: method, path: path, token: w.token} }
	return []bad{
		{"unknown address", one("GET", "/ukjent"), 404, "route_unknown"},
		{"no address", one("GET", "/"), 404, "route_unknown"},
		{"slashes", one("GET", "//"), 404, "route_unknown"},
		{"unknown below an app", one("GET", appA+"/ukjent"), 404, "route_unknown"},
		{"unknown below an instance", one("GET", w.draft.path+"/ukjent"), 404, "route_unknown"},
		{"unknown version", one("GET", "/storage/api/v2/instances"), 404, "route_unknown"},
		{"unknown ledger address", one("GET", "/ledger/ukjent"), 404, "route_unknown"},
		{"unknown without a token", call{method: "GET", path: "/ukjent/og/mer"}, 404, "route_unknown"},
		{"wrong method, instance", one("PATCH", w.draft.path), 405, "method_not_allowed"},
		{"wrong method, process", one("POST", w.draft.path+"/process/next"), 405, "method_not_allowed"},
		{"wrong method, metadata", one("POST", appA+"/api/v1/applicationmetadata"), 405, "method_not_allowed"},
		{"wrong method, inbox", one("DELETE", "/ledger/inbox"), 405, "method_not_allowed"},
		{"wrong method, storage", one("POST", "/storage/api/v1/instances"), 405, "method_not_allowed"},
	}
}

func (w *bench) queries() []bad {
	storage := "/storage/api/v1/instances?instanceOwner.partyId=500100&"
	ledger := "/ledger/instances/" + w.draft.id
	var out []bad
	for _, path := range []string{
		storage + "size=0", storage + "size=mange", storage + "order=asc:created", storage + "lastChanged=2026-01-01T00:00:00Z", storage + "lastChanged=near:2026-01-01T00:00:00Z",
		storage + "created=gt:i-dag", storage + "process.isComplete=kanskje", storage + "status.isArchived=kanskje", storage + "status.isSoftDeleted=2",
		storage + "status.isHardDeleted=x", storage + "confirmed=x", storage + "continuationToken=tull", "/storage/api/v1/instances?instanceOwner.partyId=fjordkroa",
		"/storage/api/v1/instances", "/ledger/inbox?state=borte", "/ledger/inbox?party=fjordkroa", "/ledger/inbox?unread=kanskje", "/ledger/inbox?size=-1",
		"/ledger/inbox?size=100000", "/ledger/inbox?after=tull", ledger + "/state?revision=siste", ledger + "/state?revision=-1", ledger + "/state?at=i-gaar",
		ledger + "/state?revision=0&at=2026-01-01T00:00:00Z", ledger + "/diff?from=x", ledger + "/diff?to=y", ledger + "/diff?from=2&to=1",
	} {
		out = append(out, bad{"query " + path, w.get(path), 400, "query_invalid"})
	}
	owner := w.get("/storage/api/v1/instances").as(w.owner(w.t, "nordvik"))
	both := w.get("/storage/api/v1/instances?instanceOwner.partyId=500100").with("X-Ai-InstanceOwnerIdentifier", "organisation:310000418")
	return append(out,
		bad{"service owner asks for everything", owner, 400, "query_invalid"},
		bad{"owner twice in a list", both, 400, "query_invalid"},
		bad{"owner of an unknown kind in a list", w.get("/storage/api/v1/instances").with("X-Ai-InstanceOwnerIdentifier", "sau:1"), 400, "query_invalid"},
		bad{"owner unknown in a list", w.get("/storage/api/v1/instances").with("X-Ai-InstanceOwnerIdentifier", "person:00000000000"), 404, "party_unknown"},
		bad{"hard that is neither", call{method: "DELETE", path: w.draft.path + "?hard=kanskje", token: w.token}, 400, "query_invalid"},
	)
}

func (w *bench) states() []bad {
	ended := w.done.path
	org := w.owner(w.t, "nordvik")
	return []bad{
		{"next with invalid data", call{method: "PUT", path: w.draft.path + "/process/next", token: w.token}, 409, "validation_failed"},
		{"next after the end", call{method: "PUT", path: ended + "/process/next", token: w.token}, 409, "process_ended"},
		{"reachable after the end", w.get(ended + "/process/next"), 409, "no_current_task"},
		{"validate after the end", w.get(ended + "/validate"), 409, "no_current_task"},
		{"patch after the end", call{method: "PATCH", path: ended + "/data", token: w.token, body: multiPatch(w.done.form, `[{"op":"add","path":"/lokale/navn","value":"x"}]`)}, 409, "instance_not_active"},
		{"upload after the end", upload(w.t, "POST", ended+"/data/tegning", w.token, "tegning.pdf"), 409, "instance_not_active"},
		{"replace after the end", upload(w.t, "PUT", ended+"/data/"+w.done.files["tegning"], w.token, "tegning.pdf"), 409, "instance_not_active"},
		{"delete data after the end", call{method: "DELETE", path: ended + "/data/" + w.done.files["tegning"], token: w.token}, 409, "instance_not_active"},
		{"completion before the end", w.post(w.draft.path+"/complete", nil).as(org), 409, "process_not_ended"},
		{"substatus without label", call{method: "PUT", path: w.draft.path + "/substatus", token: org, body: map[string]string{"description": "x"}}, 400, "substatus_label_missing"},
	}
}

func (w *bench) headers() []bad {
	first := call{method: "PATCH", path: w.complete.path + "/data", token: w.token, body: multiPatch(w.complete.form, `[{"op":"replace","path":"/lokale/antallGjester","value":91}]`)}.with(api.HeaderIdempotencyKey, "patched")
	w.must(w.t, 200, first)
	create := application(w.t).call(appA+"/instances").as(w.token).with(api.HeaderIdempotencyKey, "created")
	w.must(w.t, 201, create)
	other := application(w.t)
	other[3].body += "%"
	otherFirst := first.withBody(multiPatch(w.complete.form, `[{"op":"replace","path":"/lokale/antallGjester","value":92}]`))
	return []bad{
		{"stale revision", w.patch(`[]`).with("If-Match", `"0"`), 412, "stale_revision"},
		{"revision of the future", w.patch(`[]`).with("If-Match", `"9999"`), 412, "stale_revision"},
		{"stale revision, next", call{method: "PUT", path: w.complete.path + "/process/next", token: w.token}.with("If-Match", `"0"`), 412, "stale_revision"},
		{"stale revision, upload", upload(w.t, "POST", w.complete.path+"/data/tegning", w.token, "tegning.pdf").with("If-Match", `"0"`), 412, "stale_revision"},
		{"stale revision, delete", call{method: "DELETE", path: w.complete.path, token: w.token}.with("If-Match", `"0"`), 412, "stale_revision"},
		{"revision that is none", w.patch(`[]`).with("If-Match", `W/"x"`), 400, "if_match_invalid"},
		{"key used for another patch", otherFirst, 422, "idempotency_key_reused"},
		{"key used for another creation", other.call(appA+"/instances").as(w.token).with(api.HeaderIdempotencyKey, "created"), 422, "idempotency_key_reused"},
		{"key used for another kind of creation", w.post(appA+"/instances?instanceOwnerPartyId=500100", nil).with(api.HeaderIdempotencyKey, "created"), 422, "idempotency_key_reused"},
		{"key too long", w.patch(`[]`).with(api.HeaderIdempotencyKey, strings.Repeat("x", 256)), 400, "idempotency_key_invalid"},
		{"position that is none", w.get("/ledger/inbox").with(api.HeaderPosition, "snart"), 400, "position_invalid"},
		{"position that is none, storage", w.get("/storage/api/v1/instances?instanceOwner.partyId=500100").with(api.HeaderPosition, "-1"), 400, "position_invalid"},
		{"position that is none, active", w.get(appA+"/instances/500100/active").with(api.HeaderPosition, "x"), 400, "position_invalid"},
	}
}
